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
    attributes_used_with,
    is_assigned_to,
    is_checked,
    is_given_to_module,
    is_set_from_outside,
    is_used_together,
    uses_of_attribute,
)
from ..excuses import (
    is_derived_elsewhere,
    is_expected_to_fail,
    is_for_another_version,
    is_mixin_part,
    is_mocked,
    is_of_outer_class,
    may_have_more_members,
    usually_has_member,
)
from ..findings import WARNING, Finding
from ..known_names import is_known_word
from ..limitations import is_generated_module
from ..messages import receiver_text
from ..suggestions import likely_members, nearest_members, nearest_names, offered_members
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.types import Type
    from ..context import CheckContext


def unresolved_attribute(context: CheckContext) -> Iterator[Finding]:
    """Attributes that are read of what does not have them, by types; else by convention."""
    facts = context.facts
    _, positions, lefts, rights = facts.expr
    written = set(facts.attribute_binding.position)
    for expr in context.expressions(f.ATTRIBUTE):
        name = facts.names[rights[expr]]
        position = positions[expr]
        if not context.wants(name) or position in written:
            continue
        finding = _judged(context, expr, lefts[expr], name)
        if finding is None or _is_excused(context, name, position):
            continue
        if is_mocked(context, lefts[expr], position):
            continue
        yield finding


def _judged(context: CheckContext, expr: int, receiver: int, name: str) -> Finding | None:
    for item in context.strict.definitions_of(context.path, receiver):
        if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE):
            if module_has_member(context.strict, item.entity, name) != ABSENT:
                return None
            if is_given_to_module(context.strict, name, item.entity):
                return None
            if is_generated_module(context, f"{context.spelled(receiver)}.{name}"):
                return None
            nearest = nearest_names(context.strict, item.entity, name)
            said = f"The module `{context.spelled(receiver)}` has no `{name}`."
            return _finding(context, expr, name, said, item.evidence, nearest)
    type_ = concrete(context.strict, context.complete_type(receiver))
    if type_:
        if not _lacks(context, type_, name):
            return _made_up(context, expr, type_, name)
        if is_assigned_to(context.strict, name, type_):
            return None
        if is_of_outer_class(context, type_, name) or is_derived_elsewhere(context, type_, name):
            return None
        if is_mixin_part(context, type_) and is_known_word(context, name):
            return None
        evidence = max(value.evidence for value in type_)
        if may_have_more_members(context, type_) and is_known_word(context, name):
            if usually_has_member(context, type_, name):
                return None
            evidence = CONVENTIONAL
        return _absent(context, expr, receiver, name, type_, max(evidence, 0))
    return None if context.is_certain_only else _by_convention(context, expr, receiver, name)


def _made_up(context: CheckContext, expr: int, type_: Type, name: str) -> Finding | None:
    """What only an open derived class could have, under a name that nothing has anywhere."""
    if context.is_certain_only or is_known_word(context, name):
        return None
    for value in type_:
        if value.form != INSTANCE or value.entity.kind != CLASS:
            return None
        if has_member(context.strict, value, name) == PRESENT:
            return None
        if has_dynamic_attributes(context.strict, value.entity):
            return None
    if is_assigned_to(context.strict, name, type_):
        return None
    said = f"Nothing in this code base, nor in what it uses, is called `{name}`."
    return _finding(
        context, expr, name, said, CONVENTIONAL, nearest_members(context.strict, type_, name)
    )


def _lacks(context: CheckContext, type_: Type, name: str) -> bool:
    """Whether none of a type's alternatives has a member, for certain."""
    return all(has_member(context.strict, value, name) == ABSENT for value in type_)


def _absent(
    context: CheckContext, expr: int, receiver: int, name: str, type_: Type, evidence: int
) -> Finding:
    said = f"{receiver_text(context, receiver, type_)} has no `{name}`."
    nearest = nearest_members(context.strict, type_, name)
    if not nearest and evidence == CONVENTIONAL:
        nearest = likely_members(context, expr, name, attributes_used_with(context.facts, expr))
    offered = [] if nearest else offered_members(context.strict, type_)
    if offered:
        said += f" It offers {', '.join(f'`{each}`' for each in offered)}."
    return _finding(context, expr, name, said, evidence, nearest)


def _by_convention(context: CheckContext, expr: int, receiver: int, name: str) -> Finding | None:
    """What the code base says of an untyped receiver, and whether anything is called like this."""
    inference = context.inference
    if name.startswith("__") or attribute_definitions(inference, context.path, receiver, name):
        return None
    type_ = without_none(inference.infer_type(context.path, receiver))
    if any(value.form in (SUPER, NONE) for value in type_) or _comes_from_open(context, receiver):
        return None
    if type_ and all(value.form == INSTANCE for value in type_):
        if not _lacks(context, type_, name) or is_assigned_to(inference, name, type_):
            return None
        # What is built in is by convention often what it is by accident.
        is_told = all(value.evidence == CONVENTIONAL for value in type_)
        if is_told and not any(value.entity.is_outside for value in type_):
            return _absent(context, expr, receiver, name, type_, CONVENTIONAL)
    if context.inference.snapshot.index.layers.lacks_something or context.meets_unknown:
        return None  # it may be called so in what is not here
    if not is_known_word(context, name):
        said = f"Nothing in this code base, nor in what it uses, is called `{name}`."
        near = likely_members(context, expr, name, attributes_used_with(context.facts, expr))
        return _finding(context, expr, name, said, CONVENTIONAL, near)
    return _out_of_company(context, expr, receiver, name)


def _comes_from_open(context: CheckContext, receiver: int) -> bool:
    """Whether a receiver is got from something that may have any member, such as a mock."""
    ops, _, lefts, _ = context.facts.expr
    while ops[receiver] in (f.ATTRIBUTE, f.CALL, f.SUBSCRIPT):
        receiver = lefts[receiver]
        for value in context.strict.infer_type(context.path, receiver):
            form, entity = value.form, value.entity
            if form in (INSTANCE, CLASS_OBJECT) and has_dynamic_attributes(context.strict, entity):
                return True
            if form == MODULE_OBJECT and entity.kind == OUTSIDE:
                return True
    return False


def _out_of_company(context: CheckContext, expr: int, receiver: int, name: str) -> Finding | None:
    """A member that nothing has together with the others that are used on the same receiver."""
    if context.imports_unknown or is_checked(context.facts, expr):
        return None
    others = attributes_used_with(context.facts, expr) | _used_before(context, expr, receiver)
    others -= {name}
    if not others:
        return None
    inference = context.strict
    # Members that nothing has say nothing about what has them.
    others = {
        other
        for other in others
        if not is_set_from_outside(inference, other)
        and is_used_together(inference, other, frozenset())
    }
    if not others or is_used_together(inference, name, frozenset(others)):
        return None
    if not any(is_used_together(inference, other, frozenset(others)) for other in others):
        return None
    listed = ", ".join(f"`{other}`" for other in sorted(others)[:3])
    said = f"Nothing that has {listed}, as `{context.spelled(receiver)}` does, has `{name}`."
    near = likely_members(context, expr, name, others)
    return _finding(context, expr, name, said, CONVENTIONAL, near)


def _used_before(context: CheckContext, expr: int, receiver: int) -> set[str]:
    """Attributes that the same function used on the same receiver before the edit."""
    if context.before is None or not context.before.exists(context.path):
        return set()
    before = context.before.facts(context.path)
    if before is None:
        return set()
    position = context.facts.expr.position[expr]
    around = enclosing(context.inference, context.path, position)
    if around is None:
        return set()
    name = qualified_name(context.inference, around)
    for row, start in enumerate(before.definition.start):
        kind = CLASS if before.definition.kind[row] == f.CLASS else FUNCTION
        if (
            kind == around.kind
            and qualified_name(context.before, Entity(kind, context.path, row)) == name
        ):
            chain = tuple(before.name_id(part) for part in context.spelled(receiver).split("."))
            if -1 in chain:
                return set()
            return uses_of_attribute(before, chain, start, before.definition.end[row])
    return set()


def _finding(
    context: CheckContext, expr: int, name: str, said: str, evidence: int, nearest: list[Entity]
) -> Finding:
    position = context.facts.expr.position[expr]
    receiver = context.spelled(context.facts.expr.a[expr])
    return Finding(
        "unresolved-attribute",
        context.path,
        position,
        position + len(name.encode()),
        said,
        subject=f"{receiver}.{name}",
        severity=WARNING if evidence >= CONVENTIONAL else "error",
        evidence=EVIDENCE_NAMES[evidence],
        nearest=nearest,
    )


def _is_excused(context: CheckContext, name: str, position: int) -> bool:
    """Whether code asks whether the attribute is there, catches that it is not, or is dead."""
    if context.is_guarded(position, "AttributeError") or context.is_dead(position):
        return True
    if context.is_asked_around(position) or is_expected_to_fail(context, position):
        return True
    if is_for_another_version(context, position):
        return True
    return name in context.asked_for


RULES = [
    Rule(
        "unresolved-attribute",
        "An attribute that its receiver does not have.",
        unresolved_attribute,
    ),
    Rule("removed-member", "An attribute that an edit took away elsewhere."),
]
