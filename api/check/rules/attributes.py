"""Attributes that their receiver does not have."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.dynamic_attributes import has_dynamic_attributes
from ....indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    EVIDENCE_NAMES,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    Entity,
    qualified_name,
)
from ....indexer.inference.has_member import ABSENT, PRESENT, has_member, module_has_member
from ....indexer.inference.members import attribute_definitions
from ....indexer.inference.type_variables import concrete
from ....indexer.inference.types import (
    CLASS_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    without_none,
)
from ...source.entity_views import enclosing
from ..duck_types import (
    is_checked,
    is_given_to,
    is_given_to_module,
    is_set_from_outside,
    keeps_company,
    used_with,
    uses_of,
)
from ..excuses import (
    is_below,
    is_expected_to_fail,
    is_for_another_version,
    is_mocked,
    is_more_than_said,
    is_of_outer_class,
    is_part,
    usually_has,
)
from ..findings import WARNING, Finding
from ..known_names import is_known_word
from ..limitations import is_generated
from ..messages import receiver_text
from ..suggestions import likely_members, nearest_members, nearest_names, offered_members
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.types import Type
    from ..context import File


def unresolved_attribute(file: File) -> Iterator[Finding]:
    """Attributes that are read of what does not have them, by types; else by convention."""
    facts = file.facts
    _, positions, lefts, rights = facts.expr
    written = set(facts.attribute_binding.position)
    for expr in file.expressions(f.ATTRIBUTE):
        name = facts.names[rights[expr]]
        position = positions[expr]
        if not file.wants(name) or position in written:
            continue
        finding = _judged(file, expr, lefts[expr], name)
        if finding is None or _is_excused(file, name, position):
            continue
        if is_mocked(file, lefts[expr], position):
            continue
        yield finding


def _judged(file: File, expr: int, receiver: int, name: str) -> Finding | None:
    for item in file.strict.definitions_of(file.path, receiver):
        if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE):
            if module_has_member(file.strict, item.entity, name) != ABSENT:
                return None
            if is_given_to_module(file.strict, name, item.entity):
                return None
            if is_generated(file, f"{file.spelled(receiver)}.{name}"):
                return None
            nearest = nearest_names(file.strict, item.entity, name)
            said = f"The module `{file.spelled(receiver)}` has no `{name}`."
            return _finding(file, expr, name, said, item.evidence, nearest)
    type_ = concrete(file.strict, file.complete_type(receiver))
    if type_:
        if not _lacks(file, type_, name):
            return _made_up(file, expr, type_, name)
        if is_given_to(file.strict, name, type_):
            return None
        if is_of_outer_class(file, type_, name) or is_below(file, type_, name):
            return None
        if is_part(file, type_) and is_known_word(file, name):
            return None
        evidence = max(value.evidence for value in type_)
        if is_more_than_said(file, type_) and is_known_word(file, name):
            if usually_has(file, type_, name):
                return None
            evidence = CONVENTIONAL
        return _absent(file, expr, receiver, name, type_, max(evidence, 0))
    return None if file.is_certain_only else _by_convention(file, expr, receiver, name)


def _made_up(file: File, expr: int, type_: Type, name: str) -> Finding | None:
    """What only an open derived class could have, under a name that nothing has anywhere."""
    if file.is_certain_only or is_known_word(file, name):
        return None
    for value in type_:
        if value.form != INSTANCE or value.entity.kind != CLASS:
            return None
        if has_member(file.strict, value, name) == PRESENT:
            return None
        if has_dynamic_attributes(file.strict, value.entity):
            return None
    if is_given_to(file.strict, name, type_):
        return None
    said = f"Nothing in this code base, nor in what it uses, is called `{name}`."
    return _finding(file, expr, name, said, CONVENTIONAL, nearest_members(file.strict, type_, name))


def _lacks(file: File, type_: Type, name: str) -> bool:
    """Whether none of a type's alternatives has a member, for certain."""
    return all(has_member(file.strict, value, name) == ABSENT for value in type_)


def _absent(file: File, expr: int, receiver: int, name: str, type_: Type, evidence: int) -> Finding:
    said = f"{receiver_text(file, receiver, type_)} has no `{name}`."
    nearest = nearest_members(file.strict, type_, name)
    if not nearest and evidence == CONVENTIONAL:
        nearest = likely_members(file, expr, name, used_with(file.facts, expr))
    offered = [] if nearest else offered_members(file.strict, type_)
    if offered:
        said += f" It offers {', '.join(f'`{each}`' for each in offered)}."
    return _finding(file, expr, name, said, evidence, nearest)


def _by_convention(file: File, expr: int, receiver: int, name: str) -> Finding | None:
    """What the code base says of an untyped receiver, and whether anything is called like this."""
    inference = file.inference
    if name.startswith("__") or attribute_definitions(inference, file.path, receiver, name):
        return None
    type_ = without_none(inference.infer_type(file.path, receiver))
    if any(value.form in (SUPER, NONE) for value in type_) or _comes_from_open(file, receiver):
        return None
    if type_ and all(value.form == INSTANCE for value in type_):
        if not _lacks(file, type_, name) or is_given_to(inference, name, type_):
            return None
        # What is built in is by convention often what it is by accident.
        is_told = all(value.evidence == CONVENTIONAL for value in type_)
        if is_told and not any(value.entity.is_outside for value in type_):
            return _absent(file, expr, receiver, name, type_, CONVENTIONAL)
    if file.inference.snapshot.index.layers.lacks_something or file.meets_unknown:
        return None  # it may be called so in what is not here
    if not is_known_word(file, name):
        said = f"Nothing in this code base, nor in what it uses, is called `{name}`."
        near = likely_members(file, expr, name, used_with(file.facts, expr))
        return _finding(file, expr, name, said, CONVENTIONAL, near)
    return _out_of_company(file, expr, receiver, name)


def _comes_from_open(file: File, receiver: int) -> bool:
    """Whether a receiver is got from something that may have any member, such as a mock."""
    ops, _, lefts, _ = file.facts.expr
    while ops[receiver] in (f.ATTRIBUTE, f.CALL, f.SUBSCRIPT):
        receiver = lefts[receiver]
        for value in file.strict.infer_type(file.path, receiver):
            form, entity = value.form, value.entity
            if form in (INSTANCE, CLASS_OBJECT) and has_dynamic_attributes(file.strict, entity):
                return True
            if form == MODULE_OBJECT and entity.kind == OUTSIDE:
                return True
    return False


def _out_of_company(file: File, expr: int, receiver: int, name: str) -> Finding | None:
    """A member that nothing has together with the others that are used on the same receiver."""
    if file.imports_unknown or is_checked(file.facts, expr):
        return None
    others = used_with(file.facts, expr) | _used_before(file, expr, receiver)
    others -= {name}
    if not others:
        return None
    inference = file.strict
    # Members that nothing has say nothing about what has them.
    others = {
        other
        for other in others
        if not is_set_from_outside(inference, other)
        and keeps_company(inference, other, frozenset())
    }
    if not others or keeps_company(inference, name, frozenset(others)):
        return None
    if not any(keeps_company(inference, other, frozenset(others)) for other in others):
        return None
    listed = ", ".join(f"`{other}`" for other in sorted(others)[:3])
    said = f"Nothing that has {listed}, as `{file.spelled(receiver)}` does, has `{name}`."
    near = likely_members(file, expr, name, others)
    return _finding(file, expr, name, said, CONVENTIONAL, near)


def _used_before(file: File, expr: int, receiver: int) -> set[str]:
    """Attributes that the same function used on the same receiver before the edit."""
    if file.before is None or not file.before.exists(file.path):
        return set()
    before = file.before.facts(file.path)
    if before is None:
        return set()
    position = file.facts.expr.position[expr]
    around = enclosing(file.inference, file.path, position)
    if around is None:
        return set()
    name = qualified_name(file.inference, around)
    for row, start in enumerate(before.definition.start):
        kind = CLASS if before.definition.kind[row] == f.CLASS else FUNCTION
        if (
            kind == around.kind
            and qualified_name(file.before, Entity(kind, file.path, row)) == name
        ):
            chain = tuple(before.name_id(part) for part in file.spelled(receiver).split("."))
            if -1 in chain:
                return set()
            return uses_of(before, chain, start, before.definition.end[row])
    return set()


def _finding(
    file: File, expr: int, name: str, said: str, evidence: int, nearest: list[Entity]
) -> Finding:
    position = file.facts.expr.position[expr]
    receiver = file.spelled(file.facts.expr.a[expr])
    return Finding(
        "unresolved-attribute",
        file.path,
        position,
        position + len(name.encode()),
        said,
        subject=f"{receiver}.{name}",
        severity=WARNING if evidence >= CONVENTIONAL else "error",
        evidence=EVIDENCE_NAMES[evidence],
        nearest=nearest,
    )


def _is_excused(file: File, name: str, position: int) -> bool:
    """Whether code asks whether the attribute is there, catches that it is not, or is dead."""
    if file.is_guarded(position, "AttributeError") or file.is_dead(position):
        return True
    if file.is_asked_around(position) or is_expected_to_fail(file, position):
        return True
    if is_for_another_version(file, position):
        return True
    return name in file.asked_for


RULES = [
    Rule(
        "unresolved-attribute",
        "An attribute that its receiver does not have.",
        unresolved_attribute,
    ),
    Rule("removed-member", "An attribute that an edit took away elsewhere."),
]
