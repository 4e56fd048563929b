"""The company that members keep: whether any class has a member together with others.

Code that uses ``x.items`` and ``x.entries`` of one untyped ``x`` expects a class that has both.
When nothing anywhere has, one of the two is wrong.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.access_paths import access_path, root_names
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import CLASS, OUTSIDE, Entity
from ...indexer.inference.query_cache import cached
from ...indexer.inference.type_variables import concrete
from ...indexer.scope_map import scope_at
from .known_names import files_outside_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ...indexer.inference.types import Type

# Files outside of the workspace that are looked into; a name in more of them means anything.
_LOOKED_INTO = 60


def attributes_used_with(facts: FileFacts, expr: int) -> set[str]:
    """Attributes that the function around an attribute uses on the same receiver, itself left out.

    The receiver is a plain or dotted name; of ``self.x`` all uses in the class count.
    """
    chain = access_path(facts, facts.expr.a[expr])
    own = facts.names[facts.expr.b[expr]]
    if not chain:
        return set()
    position = facts.expr.position[expr]
    start, end = _inside_expression(facts, chain[0], position) or _extent(
        facts, position, whole_class=len(chain) > 1
    )
    return uses_of_attribute(facts, chain, start, end) - {own}


def uses_of_attribute(facts: FileFacts, chain: tuple[int, ...], start: int, end: int) -> set[str]:
    """Attributes that are read of a plain or dotted name between two positions."""
    ops, positions, lefts, rights = facts.expr
    name = facts.names[chain[-1]]
    found: set[str] = set()
    for role, position, ref in facts.occurrences(name):
        if not start <= position < end or role & f.ROLE_MASK not in (f.READ, f.CALLED):
            continue
        if ref < 0 or access_path(facts, ref) != chain:
            continue
        row = ref + 1  # what uses a name as a receiver is the very next expression
        is_receiver = row < len(ops) and ops[row] == f.ATTRIBUTE and lefts[row] == ref
        if is_receiver and positions[row] not in facts.attribute_binding.position:
            found.add(facts.names[rights[row]])
    return {each for each in found if not each.startswith("__")}


def _inside_expression(facts: FileFacts, name: int, position: int) -> tuple[int, int] | None:
    """Start and end of the lambda or comprehension that binds a name which is read there."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    scope = scope_at(facts, position)
    while scope >= 0 and kinds[scope] in (f.LAMBDA_SCOPE, f.COMPREHENSION_SCOPE):
        if facts.bindings_of(scope, name):
            table = facts.block
            rows = [row for row, of in enumerate(table.scope) if of == scope]
            return (
                min(table.start[row] for row in rows),
                max(table.end[row] for row in rows),
            )
        scope = parents[scope]
    return None


def _extent(facts: FileFacts, position: int, *, whole_class: bool) -> tuple[int, int]:
    """Start and end of the outermost function around a position, or of the class around that."""
    table = facts.definition
    wanted = f.CLASS if whole_class else f.FUNCTION
    found = 0, facts.line_starts[-1]
    for row, start in enumerate(table.start):
        if start <= position < table.end[row] and table.kind[row] == wanted:
            found = start, table.end[row]
            if wanted == f.FUNCTION:
                break
    return found


def is_used_together(inference: Inference, name: str, others: frozenset[str]) -> bool:
    """Whether some class, known or open, has a member and all of the others; True when unsure."""
    key = ("company", name, others)
    return cached(inference, key, lambda: _keeps_company(inference, name, others), True)


def _keeps_company(inference: Inference, name: str, others: frozenset[str]) -> bool:
    for path in inference.files_with(name):
        if any(_has_all(inference, cls, others) for cls in classes_with(inference, path, name)):
            return True
        if _sets_from_outside(inference, path, name):
            return True
    for looked, path in enumerate(files_outside_with(inference, name)):
        if looked >= _LOOKED_INTO or not path.endswith((".py", ".pyi")):
            return True
        if any(_has_all(inference, cls, others) for cls in classes_with(inference, path, name)):
            return True
    return False


def classes_with(inference: Inference, path: str, name: str) -> Iterator[Entity]:
    """Classes of a file that have a member, and those of the workspace that inherit it."""
    facts = inference.facts(path)
    if facts is None or facts.name_id(name) < 0:
        return
    for row, kind in enumerate(facts.definition.kind):
        cls = Entity(CLASS, path, row)
        if kind == f.CLASS and inference.class_member(cls, name):
            yield cls
            if inference.own_member(cls, name):
                yield from subclasses(inference, cls)[:50]


def _has_all(inference: Inference, cls: Entity, others: frozenset[str]) -> bool:
    if any(base.kind == OUTSIDE for base in inference.mro(cls)):
        return True
    if inference.class_member(cls, "__getattr__"):
        return True
    return all(inference.class_member(cls, other) for other in others)


def is_set_from_outside(inference: Inference, name: str) -> bool:
    """Whether code of the workspace gives objects an attribute that their class does not show."""
    key = ("set from outside", name)
    return cached(
        inference,
        key,
        lambda: any(
            _sets_from_outside(inference, path, name) for path in inference.files_with(name)
        ),
        True,
    )


def is_assigned_to(inference: Inference, name: str, type_: Type) -> bool:
    """Whether code of the workspace gives an attribute to what may be of one of these types."""
    if not is_set_from_outside(inference, name):
        return False
    classes = {value.entity for value in type_}
    return any(
        _may_be(inference, path, receiver, classes)
        for path in inference.files_with(name)
        for receiver in _receivers(inference, path, name)
    )


def is_given_to_module(inference: Inference, name: str, module: Entity) -> bool:
    """Whether code of the workspace sets an attribute of a module."""
    return is_set_from_outside(inference, name) and any(
        item.entity == module
        for path in inference.files_with(name)
        for receiver in _receivers(inference, path, name)
        for item in inference.definitions_of(path, receiver)
    )


def _receivers(inference: Inference, path: str, name: str) -> Iterator[int]:
    """Expressions of a file whose attribute of this name is written, other than on ``self``."""
    facts = inference.facts(path)
    if facts is None:
        return
    row = facts.name_id(name)
    table = facts.attribute_binding
    for index, each in enumerate(table.name):
        if each == row and table.owner[index] < 0:
            yield table.receiver[index]


def _may_be(inference: Inference, path: str, receiver: int, classes: set[Entity]) -> bool:
    # A type variable is what it is bound to, and anything when it is not.
    values = concrete(inference, inference.infer_type(path, receiver))
    return not values or any(
        value.entity in classes
        or classes.intersection(inference.mro(value.entity))
        or any(value.entity in inference.mro(cls) for cls in classes)
        for value in values
    )


def is_checked(facts: FileFacts, expr: int) -> bool:
    """Whether code asks what kind of thing the receiver of an attribute is."""
    chain = access_path(facts, facts.expr.a[expr])
    start, end = _extent(facts, facts.expr.position[expr], whole_class=False)
    table = facts.block
    return any(
        test >= 0
        and start <= table.start[row] < end
        and chain[:1]
        and _calls_with(facts, test, chain[0])
        for row, test in enumerate(table.test)
    )


def _calls_with(facts: FileFacts, test: int, name: int) -> bool:
    ops, _, lefts, rights = facts.expr
    if ops[test] in (f.AND, f.OR):
        return _calls_with(facts, lefts[test], name) or _calls_with(facts, rights[test], name)
    if ops[test] == f.NOT:
        return _calls_with(facts, lefts[test], name)
    return ops[test] == f.CALL and name in root_names(facts, test)


def _sets_from_outside(inference: Inference, path: str, name: str) -> bool:
    """Whether code gives something an attribute of this name that is not its own class's."""
    facts = inference.facts(path)
    if facts is None:
        return False
    row = facts.name_id(name)
    table = facts.attribute_binding
    return any(each == row and table.owner[index] < 0 for index, each in enumerate(table.name))
