"""Attributes that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import (
    attribute,
    called,
    definitions,
    name_scope,
    op,
    operand,
    subscript,
)
from ....indexer.inference.access_paths import access_path, mentions
from ....indexer.inference.attribute_owners import is_kept_by
from ....indexer.inference.dynamic_attributes import has_dynamic_attributes
from ....indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    EVIDENCE_NAMES,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    Entity,
    first_parameter_class,
    name_of,
    qualified_name,
)
from ....indexer.inference.exhaustive import all_subclasses
from ....indexer.inference.has_member import ABSENT, PRESENT, UNSURE, has_member, module_has_member
from ....indexer.inference.members import attribute_definitions
from ....indexer.inference.names import bindings_of_name
from ....indexer.inference.read_only import is_frozen, lacks_setter
from ....indexer.inference.slots import refuses
from ....indexer.inference.type_variables import concrete
from ....indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    without_none,
)
from ....indexer.plugins.plugin import Plugin
from ....indexer.plugins.registry import fillers_in
from ...source.entity_views import enclosing
from .. import messages
from ..context import CheckContext
from ..excuses import (
    is_alternative,
    is_base_in_call,
    is_derived_elsewhere,
    is_expected_to_fail,
    is_fallback,
    is_for_another_version,
    is_in_implementation,
    is_mixin_part,
    is_mocked,
    is_of_outer_class,
    is_of_tested_class,
    is_part_of_test,
    is_returned_by_body,
    may_be_named_tuple,
    may_have_more_members,
    usually_has_member,
)
from ..findings import ERROR, WARNING, Edit, Finding, Fix
from ..known_names import (
    attributes_used_with,
    is_assigned_to,
    is_checked,
    is_given_to_module,
    is_known_word,
    is_set_from_outside,
    is_used_together,
    uses_of_attribute,
)
from ..limitations import is_generated_module
from ..suggestions import closest, likely_members, nearest_members, nearest_names, offered_members
from ..uses import bindings_of_local, wanted_attributes
from .overrides import abstract_methods

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.types import Type


def unresolved_attribute(context: CheckContext) -> Iterator[Finding]:
    """Yield attributes that are read of what does not have them, by types or by convention."""
    facts = context.facts
    assigned = set(facts.attribute_binding.position)
    augmented = {
        operand(facts, row) for row, kind in enumerate(facts.expr.op) if kind == f.AUGMENTED
    }
    for expr, parts in wanted_attributes(context):
        if parts.position in assigned:
            yield from _check_write(context, expr, parts.receiver, parts.name)
            continue
        finding = _check_attribute(context, expr, parts.receiver, parts.name)
        if finding is None and expr in augmented:
            yield from _check_write(context, expr, parts.receiver, parts.name)
        if finding is None or _is_excused(context, parts.name, parts.position):
            continue
        if is_alternative(context, parts.position, parts.receiver):
            continue
        if is_of_tested_class(context, parts.receiver, parts.name):
            continue
        if not is_mocked(context, parts.receiver, parts.position):
            yield finding


_EXCUSES_OF_TYPES = (
    is_of_outer_class, is_derived_elsewhere, may_be_named_tuple, is_in_implementation,
)  # fmt: skip
_MIXED_IN = is_mixin_part, is_part_of_test, is_base_in_call


def _check_attribute(context: CheckContext, expr: int, receiver: int, name: str) -> Finding | None:
    for item in context.strict.definitions_of(context.path, receiver):
        if item.entity.kind in (MODULE, NAMESPACE, OUTSIDE):
            if module_has_member(context.strict, item.entity, name) != ABSENT:
                return None
            if is_given_to_module(context.strict, name, item.entity):
                return None
            module = context.spelled(receiver)
            if is_generated_module(context, f"{module}.{name}"):
                return None
            if is_fallback(context, context.facts.expr.position[expr]):
                return None
            nearest = nearest_names(context.strict, item.entity, name)
            message = messages.no_attribute(f"module '{module}'", name)
            return _finding(context, expr, name, message, item.evidence, nearest)
    if _is_kept(context, receiver, name):
        return None
    type_ = concrete(context.strict, context.complete_type(receiver))
    if type_:
        if not _lacks(context, type_, name, exact=_is_exact(context, receiver)):
            lacking = _lacking(context, type_, name)
            if (
                lacking
                and _is_told_by_type(context, receiver)
                and not _is_excused_by_type(context, expr, receiver, lacking, name)
            ):
                finding = _absent(context, expr, name, lacking, CONVENTIONAL)
                whole = messages.object_text(context.strict, type_)
                finding.message = messages.extended(finding.message, f"it may be any {whole}")
                return finding
            return _made_up(context, expr, type_, name)
        if _is_excused_by_type(context, expr, receiver, type_, name):
            return None
        evidence = max(value.evidence for value in type_)
        if _is_left_to_derived(context, receiver, type_):
            evidence = CONVENTIONAL
        if may_have_more_members(context, type_) and is_known_word(context, name):
            if usually_has_member(context, type_, name):
                return None
            evidence = CONVENTIONAL
        return _absent(context, expr, name, type_, max(evidence, 0))
    return None if context.is_certain_only else _by_convention(context, expr, receiver, name)


def _is_kept(context: CheckContext, receiver: int, name: str) -> bool:
    """True if all that a receiver is known to be has a member, though it may be more."""
    strict = context.strict
    type_ = without_none(concrete(strict, strict.infer_type(context.path, receiver)))
    return bool(type_) and all(has_member(strict, value, name) == PRESENT for value in type_)


def _is_left_to_derived(context: CheckContext, receiver: int, type_: Type) -> bool:
    """True for ``self`` of an abstract class of which no concrete one is derived in the workspace.

    Who derives one elsewhere may add what its methods use.
    """
    inference = context.strict
    return _is_receiver(context, receiver) and all(
        value.entity.kind == CLASS
        and all(
            abstract_methods(inference, each)
            for each in [value.entity, *all_subclasses(inference, value.entity)]
        )
        for value in type_
    )


def _is_excused_by_type(
    context: CheckContext, expr: int, receiver: int, type_: Type, name: str
) -> bool:
    """True if what is of a type may have an attribute that its classes lack."""
    return (
        is_assigned_to(context.strict, name, type_, (context.path, expr))
        or any(excuse(context, type_, name) for excuse in _EXCUSES_OF_TYPES)
        or is_returned_by_body(context, receiver, name)
        or (
            any(excuse(context, type_) for excuse in _MIXED_IN)
            and is_known_word(context, name, context.facts.expr.position[receiver])
            and not _is_of_instances(context, type_, name)
        )
    )


def _lacking(context: CheckContext, type_: Type, name: str) -> Type:
    """Return the alternatives that lack a member, if all others have it and none is None."""
    if len(type_) < 2 or any(value.form not in (INSTANCE, CLASS_OBJECT) for value in type_):
        return ()
    found = {value: has_member(context.strict, value, name) for value in type_}
    # Classes of one name are those that one import or another gives.
    names = {name_of(context.strict, value.entity) for value in type_}
    if UNSURE in found.values() or name.startswith("__") or len(names) < len(type_):
        return ()
    return tuple(value for value in type_ if found[value] == ABSENT)


def _is_told_by_type(context: CheckContext, receiver: int) -> bool:
    """True if nothing but a declaration, or a choice of two values, tells what a plain name holds.

    Not: `if is_number: size = text(size)`, after which it is no number. A test with `isinstance`
    may leave a class that has both alternatives as its bases.
    """
    facts = context.facts
    rows = bindings_of_local(facts, receiver)
    if op(facts, receiver) != f.NAME or len(rows) != 1:
        return False
    if facts.binding.annotation[rows[0]] < 0 and (
        op(facts, facts.binding.value[rows[0]]) != f.CONDITIONAL_EXPR
    ):
        return False
    chain, scope = access_path(facts, receiver), name_scope(facts, receiver)
    return not any(
        where == scope and test >= 0 and mentions(facts, test, chain)
        for test, where in zip(facts.block.test, facts.block.scope, strict=True)
    )


def _made_up(context: CheckContext, expr: int, type_: Type, name: str) -> Finding | None:
    """Check what only an unknown derived class could have, under a name that occurs nowhere."""
    if context.is_certain_only or context.lacks_modules or is_known_word(context, name):
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
    nearest = nearest_members(context.strict, type_, name)
    message = messages.unknown_attribute(name)
    return _finding(context, expr, name, message, CONVENTIONAL, nearest)


def _check_write(context: CheckContext, expr: int, receiver: int, name: str) -> Iterator[Finding]:
    """Check what an attribute is assigned to: an instance may have no place for it."""
    type_ = concrete(context.strict, context.complete_type(receiver))
    position = context.facts.expr.position[expr]
    if not type_ or _is_excused(context, name, position):
        return
    if any(value.form == NONE for value in type_):
        return  # what it is set on later, and what a test excludes, is for type checkers
    inference, exact = context.strict, _is_exact(context, receiver)
    evidence = max(value.evidence for value in type_)
    if all(refuses(inference, value, name, exact=exact) for value in type_):
        if not exact and not _is_receiver(context, receiver) and _may_be_derived(type_):
            evidence = CONVENTIONAL
        if any(has_member(inference, value, name) == PRESENT for value in type_):
            message = messages.read_only(messages.object_text(inference, type_), name)
            yield _finding(context, expr, name, message, evidence, [])
        else:
            yield _absent(context, expr, name, type_, evidence)
    elif all(lacks_setter(inference, value, name, exact=exact) for value in type_):
        subject = messages.object_text(inference, type_)
        yield _finding(context, expr, name, messages.no_setter(name, subject), evidence, [])
    elif all(is_frozen(inference, value, name, exact=exact) for value in type_):
        yield _finding(context, expr, name, messages.frozen_field(name), evidence, [])


def _is_receiver(context: CheckContext, expr: int) -> bool:
    """True if an expression is the first parameter of a method."""
    named = [item.entity for item in context.strict.definitions_of(context.path, expr)]
    return bool(named) and all(
        each.kind == PARAMETER and first_parameter_class(context.facts, each) >= 0 for each in named
    )


def _may_be_derived(type_: Type) -> bool:
    """True unless all alternatives are builtin: what is derived without slots takes attributes."""
    return not all(value.entity.path.endswith("/builtins.pyi") for value in type_)


def _is_exact(context: CheckContext, expr: int) -> bool:
    """True if an expression names a class or makes an instance of it, and of none derived."""
    facts, inference = context.facts, context.strict
    values = [expr]
    if op(facts, expr) == f.NAME:
        rows = bindings_of_name(facts, expr)
        if rows and all(facts.binding.kind[row] == f.ASSIGN for row in rows):
            values = [facts.binding.value[row] for row in rows]
    for value in values:
        target = called(facts, value) if op(facts, value) == f.CALL else value
        if op(facts, target) not in (f.NAME, f.ATTRIBUTE):
            return False
        found = [item.entity.kind for item in inference.definitions_of(context.path, target)]
        if found != [CLASS]:
            return False
    return True


def _lacks(context: CheckContext, type_: Type, name: str, *, exact: bool = False) -> bool:
    """True if none of a type's alternatives has a member, for certain."""
    return all(has_member(context.strict, value, name, exact=exact) == ABSENT for value in type_)


def _is_of_instances(context: CheckContext, type_: Type, name: str) -> bool:
    """True if ``super()`` is asked for what a base sets in its instances: it reads classes only."""
    return all(
        value.form == SUPER
        and is_kept_by(context.strict, context.strict.mro(value.entity)[1:], name, on_class=False)
        for value in type_
    )


def _absent(context: CheckContext, expr: int, name: str, type_: Type, evidence: int) -> Finding:
    nearest = nearest_members(context.strict, type_, name)
    if not nearest and evidence == CONVENTIONAL:
        nearest = likely_members(context, expr, name, attributes_used_with(context.facts, expr))
    offered = [] if nearest else offered_members(context.strict, type_)
    subject = messages.object_text(context.strict, type_)
    message = messages.no_attribute(subject, name, offered)
    return _finding(context, expr, name, message, evidence, nearest)


def _by_convention(context: CheckContext, expr: int, receiver: int, name: str) -> Finding | None:
    """Check an untyped receiver by the conventions and the names of the code base."""
    inference = context.inference
    if name.startswith("__") or attribute_definitions(inference, context.path, receiver, name):
        return None
    type_ = without_none(inference.infer_type(context.path, receiver))
    if any(value.form in (SUPER, NONE) for value in type_) or _is_from_dynamic(context, receiver):
        return None
    if type_ and all(value.form == INSTANCE for value in type_):
        if not _lacks(context, type_, name) or is_assigned_to(inference, name, type_):
            return None
        # What is built in is by convention often what it is by accident; and where types tell a
        # part of what it may be, conventions were not asked.
        is_conventional = all(
            value.evidence == CONVENTIONAL for value in type_
        ) and not without_none(context.strict.infer_type(context.path, receiver))
        if is_conventional and not any(value.entity.is_outside for value in type_):
            lacking = {
                other
                for other in attributes_used_with(context.facts, expr)
                if _lacks(context, type_, other)
            }
            if lacking and is_used_together(context.strict, name, frozenset(lacking)):
                return None  # it is used as something else
            return _absent(context, expr, name, type_, CONVENTIONAL)
    if context.lacks_modules:
        return None  # it may be called so in what is not here
    if _comes_from_library(context, receiver):
        return None
    if not is_known_word(context, name, context.facts.expr.position[expr]):
        message = messages.unknown_attribute(name)
        near = likely_members(context, expr, name, attributes_used_with(context.facts, expr))
        return _finding(context, expr, name, message, CONVENTIONAL, near)
    return _not_used_together(context, expr, receiver, name)


def _is_from_dynamic(context: CheckContext, receiver: int) -> bool:
    """True if a receiver comes from something that may have any member, such as a mock."""
    facts = context.facts
    while True:
        if op(facts, receiver) == f.CALL:
            receiver = called(facts, receiver)
        elif parts := attribute(facts, receiver):
            receiver = parts.receiver
        elif item := subscript(facts, receiver):
            receiver = item.value
        else:
            return False
        for value in context.strict.infer_type(context.path, receiver):
            form, entity = value.form, value.entity
            if form in (INSTANCE, CLASS_OBJECT) and has_dynamic_attributes(context.strict, entity):
                return True
            if form == MODULE_OBJECT and entity.kind == OUTSIDE:
                return True


# Steps from a receiver to the expressions that it comes from.
_STEPS = 12


def _comes_from_library(context: CheckContext, receiver: int) -> bool:
    """True if a receiver is what a function of a dependency returns, of a type that is unknown.

    Libraries make classes from data: ``boto3.client("s3").put_object``.
    """
    facts, inference = context.facts, context.strict
    search_path = inference.snapshot.index.search_path
    pending, seen = [receiver], {receiver}
    while pending and len(seen) < _STEPS:
        expr = pending.pop()
        function, item = called(facts, expr), subscript(facts, expr)
        parts = attribute(facts, expr)
        found: list[int] = []
        if function >= 0:
            if any(
                value.form == FUNCTION_OBJECT
                and value.entity.is_outside
                and search_path.layer(value.entity.path) != "stdlib"
                and not inference.infer_type(context.path, expr)
                for value in inference.infer_type(context.path, function)
            ):
                return True
            found = [function]
        elif parts is not None:
            found = [parts.receiver]
        elif item is not None:
            found = [item.value]
        elif op(facts, expr) == f.NAME:
            found = [facts.binding.value[row] for row in bindings_of_name(facts, expr)]
        pending += [each for each in found if each >= 0 and each not in seen]
        seen.update(found)
    return False


def _not_used_together(
    context: CheckContext, expr: int, receiver: int, name: str
) -> Finding | None:
    """Check a member that no class has together with others that are used on the same receiver."""
    if is_checked(context.facts, expr):
        return None
    others = attributes_used_with(context.facts, expr) | _used_before(context, expr, receiver)
    others -= {name}
    if not others:
        return None
    inference = context.strict
    # Members that no class has say nothing about the class of the receiver.
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
    message = messages.attribute_not_used_together(
        name, context.spelled(receiver), sorted(others)[:3]
    )
    near = likely_members(context, expr, name, others)
    return _finding(context, expr, name, message, CONVENTIONAL, near)


def _used_before(context: CheckContext, expr: int, receiver: int) -> set[str]:
    """Return attributes that the same function used on the same receiver before the edit."""
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
    for row in definitions(before, f.CLASS if around.kind == CLASS else f.FUNCTION):
        if qualified_name(context.before, Entity(around.kind, context.path, row)) == name:
            chain = tuple(before.name_id(part) for part in context.spelled(receiver).split("."))
            if -1 in chain:
                return set()
            start, end = before.definition.start[row], before.definition.end[row]
            return uses_of_attribute(before, chain, start, end)
    return set()


def _finding(
    context: CheckContext, expr: int, name: str, message: str, evidence: int, nearest: list[Entity]
) -> Finding:
    parts = attribute(context.facts, expr)
    assert parts is not None
    return Finding(
        "unresolved-attribute",
        context.path,
        parts.position,
        parts.position + len(name.encode()),
        message,
        subject=f"{context.spelled(parts.receiver)}.{name}",
        severity=WARNING if evidence >= CONVENTIONAL else ERROR,
        evidence=EVIDENCE_NAMES[evidence],
        nearest=nearest,
        value=parts.receiver,
    )


def _is_excused(context: CheckContext, name: str, position: int) -> bool:
    """True if code tests for the attribute, catches that it is missing, or never runs."""
    if context.is_guarded(position, "AttributeError") or context.is_dead(position):
        return True
    if context.has_attribute_test_around(position) or is_expected_to_fail(context, position):
        return True
    if is_for_another_version(context, position):
        return True
    return name in context.tested_attributes


# Attributes of every object.
_INHERITED = frozenset(["__dict__", "__class__", "__contains__", "__eq__"])


def undeclared_argument(context: CheckContext) -> Iterator[Finding]:
    """Yield attributes of what calls fill, such as parsed arguments, that none of these declares.

    Only where the file makes such calls itself and no name is computed.
    """
    plugins = fillers_in(context.facts)
    declared: dict[Plugin, set[str]] = {}
    for _, parts in wanted_attributes(context) if plugins else ():
        name, start = parts.name, parts.position
        plugin = None if name in _INHERITED else _filler(context, plugins, parts.receiver)
        if plugin is None:
            continue
        if plugin not in declared:
            declared[plugin] = plugin.declared_attributes(context.strict, context.path)
        known = declared[plugin]
        if not known or name in known or name in context.tested_attributes:
            continue
        if start in context.facts.attribute_binding.position or is_set_from_outside(
            context.strict, name
        ):
            continue
        if context.is_guarded(start, "AttributeError") or context.is_dead(start):
            continue
        end = start + len(name.encode())
        near = closest(name, known, most=3)
        type_ = without_none(context.strict.infer_type(context.path, parts.receiver))
        subject = messages.object_text(context.strict, type_)
        yield Finding(
            "undeclared-argument", context.path, start, end,
            messages.undeclared_argument(subject, name, near or sorted(known)[:5]),
            subject=f"{context.spelled(parts.receiver)}.{name}",
            severity=WARNING, evidence="conventional",
            fixes=[Fix(f"Replace '{name}' with '{each}'", [Edit(context.path, start, end, each)])
                   for each in near],
        )  # fmt: skip


def _filler(context: CheckContext, plugins: list[Plugin], receiver: int) -> Plugin | None:
    """Return the plugin that knows what fills the object of a plain or dotted name."""
    if op(context.facts, receiver) not in (f.NAME, f.ATTRIBUTE):
        return None
    values = without_none(context.strict.infer_type(context.path, receiver))
    return next(
        (
            plugin
            for plugin in plugins
            if values and all(plugin.is_filled(context.strict, value) for value in values)
        ),
        None,
    )
