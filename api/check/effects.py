"""Effects of calls: pure functions, endless recursion, and calls of what cannot be called."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.facts_view import (
    attribute,
    called,
    calls,
    decorators,
    definition_name,
    op,
    plain_name,
    results,
)
from ...indexer.inference.access_paths import argument_for, last_name, nearby_call
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    PARAMETER,
    VARIABLE,
    Entity,
    first_parameter_class,
    owner_class,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.query_cache import cached
from ...indexer.inference.types import INSTANCE, MODULE_OBJECT, without_none
from ...indexer.name_uses import is_rebound
from ...indexer.scope_map import block_at
from .call_targets import call_targets, is_set_elsewhere
from .context import CheckContext
from .decorators import preserves_result
from .excuses import is_expected_to_fail, is_replaced
from .implicit_calls import why_lacking
from .signatures import overridden_signatures
from .uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


# Built-in functions that neither run code of others nor change anything.
_HARMLESS = frozenset(
    ["abs", "bool", "bytes", "chr", "complex", "divmod", "float", "int", "isinstance", "len",
     "max", "min", "ord", "pow", "range", "round", "str", "tuple", "type"]
)  # fmt: skip
# What may run code of others, end early, or leave something behind.
_EFFECTS = (f.AWAIT, f.YIELDED, f.NAMED, f.AUGMENTED, f.LAMBDA)
_MOST = 400


def is_pure_call(context: CheckContext, call: int) -> bool:
    """True if a call reaches only pure functions of the workspace."""
    function = called(context.facts, call)
    targets = call_targets(context.strict, context.path, function)
    if targets is None or is_expected_to_fail(context, context.facts.expr.position[function]):
        return False
    return all(_is_pure(context.strict, each.entity) for each in targets.callees) and not any(
        is_replaced(context, each) for each in targets.callees
    )


def _is_pure(inference: Inference, entity: Entity) -> bool:
    if entity.kind != FUNCTION or entity.is_outside:
        return False
    key = ("pure", entity)
    return cached(inference, key, lambda: _has_no_effect(inference, entity), False)


def _has_no_effect(inference: Inference, entity: Entity) -> bool:
    facts = inference.need(entity.path)
    table = facts.definition
    flags = table.flags[entity.row]
    if flags & (f.ASYNC | f.GENERATOR | f.STUB_BODY | f.ABSTRACT | f.CONDITIONAL | f.OVERLOAD):
        return False
    if not flags & f.RETURNS_VALUE or not preserves_result(inference, entity):
        return False
    if any(  # `@deprecated` warns
        last_name(facts, expr) not in ("staticmethod", "classmethod", "override", "final")
        for expr in decorators(facts, entity.row)
    ):
        return False
    own = table.own_scope[entity.row]
    start, end = table.header_end[entity.row], table.end[entity.row]
    if end - start > _MOST or any(facts.result.kind[row] == f.RAISE for row in results(facts, own)):
        return False
    if any(start <= at < end for at in facts.attribute_binding.position):
        return False
    if own in facts.item_binding.scope or own in facts.scope.parent:
        return False
    if any(
        scope == own and kind not in (f.ASSIGN, f.DECLARE, f.PARAMETER)
        for scope, kind in zip(facts.binding.scope, facts.binding.kind, strict=True)
    ):
        return False
    return _computes_only(inference, entity.path, start, end) and not overridden_signatures(
        inference, entity
    )


def _computes_only(inference: Inference, path: str, start: int, end: int) -> bool:
    """True if the expressions between two positions are names, constants and arithmetic."""
    facts = inference.need(path)
    table = facts.expr
    for row, kind in enumerate(table.op):
        if not start <= table.position[row] < end:
            continue
        if kind in _EFFECTS or kind == f.SUBSCRIPT:
            return False  # looking up an item may run code
        if kind == f.CALL:
            function = called(facts, row)
            if plain_name(facts, function) not in _HARMLESS:
                return False
            found = inference.definitions_of(path, function)
            if not all(item.entity.path.endswith("/builtins.pyi") for item in found):
                return False
    text = inference.text(path)[start:end]
    return not any(word in text for word in (b"assert", b"with ", b"del ", b"import", b"global"))


# Expressions of which a part may not be evaluated.
_LAZY = frozenset([f.AND, f.OR, f.CONDITIONAL_EXPR, f.LAMBDA, f.GENERATOR_EXPRESSION])


def endless_recursion(context: CheckContext, row: int) -> tuple[int, str] | None:
    """Return where a function calls itself in any case, and a clause on it; None when it does not.

    That is a call of itself, a property that reads itself, or a setter that sets itself, with no
    condition, loop or handler around it, and nothing before it that may leave the function.
    """
    facts = context.facts
    table = facts.definition
    flags, scope = table.flags[row], table.own_scope[row]
    if flags & (f.GENERATOR | f.ASYNC | f.OVERLOAD):
        return None
    name = definition_name(facts, row)
    start, end = table.header_end[row], table.end[row]
    if flags & f.ACCESSOR:
        return _in_setter(context, row, name, scope, start, end)
    is_property = bool(flags & f.PROPERTY)
    # What stores its value under its own name is read from there once something has stored it.
    is_stored = is_property and b"cached" in context.text[table.start[row] : table.position[row]]
    if not is_property and table.decorators[row] >= 0 and not flags & (f.STATIC | f.CLASSMETHOD):
        return None  # `@patch`, `@overload` and others may put something else under the name
    for role, position, expr in facts.occurrences(name, start):
        wanted = f.READ if is_property else f.CALLED
        if position >= end:
            break
        if role & f.ROLE_MASK != wanted or expr < 0:
            continue
        if context.scope_at(position) != scope or not _is_unconditional(
            context, scope, position, expr
        ):
            continue
        found = context.strict.definitions_of(context.path, expr)
        if [item.entity for item in found] != [Entity(FUNCTION, context.path, row)]:
            continue
        if _is_on_another(context, row, expr) or overridden_signatures(
            context.strict, Entity(FUNCTION, context.path, row)
        ):
            continue
        if is_stored and _calls_before(context, scope, start, position):
            continue
        clause = (
            f"property '{name}' always reads itself"
            if is_property
            else f"{name}() always calls itself"
        )
        return position, clause
    return None


def _calls_before(context: CheckContext, scope: int, start: int, position: int) -> bool:
    """True if a function calls anything before it gets to a place."""
    return any(
        start <= each.position < position and context.scope_at(each.position) == scope
        for each in calls(context.facts)
    )


def _in_setter(
    context: CheckContext, row: int, name: str, scope: int, start: int, end: int
) -> tuple[int, str] | None:
    """``@size.setter`` in which ``self.size = …`` calls the setter again."""
    facts = context.facts
    text = context.text[facts.definition.start[row] : facts.definition.position[row]]
    if f"{name}.setter".encode() not in text:
        return None
    cls = owner_class(facts, Entity(FUNCTION, context.path, row))
    table = facts.attribute_binding
    for each, position in enumerate(table.position):
        if (
            start <= position < end
            and table.owner[each] == cls >= 0
            and facts.names[table.name[each]] == name
            and table.scope[each] == scope
            and _is_unconditional(context, scope, position, -1)
        ):
            return position, f"the setter of '{name}' always sets '{name}' itself"
    return None


def _is_unconditional(context: CheckContext, scope: int, position: int, expr: int) -> bool:
    """True if a place is reached in any case, as soon as its function is called."""
    facts = context.facts
    block = block_at(facts, scope, position)
    while block >= 0 and facts.block.kind[block] == f.WITH_BODY:
        block = facts.block.parent[block]
    if block < 0 or facts.block.kind[block] != f.BODY:
        return False
    if not _is_first_result(context, scope, position) or _may_leave_before(
        context, scope, position
    ):
        return False
    seen = 0
    while expr >= 0 and seen < 60:
        seen += 1
        users = uses_of(facts).of(expr)
        if any(how in _LAZY for how, _ in users):
            return False
        expr = next((user for how, user in users if how >= 0 or how == -1), -1)
    return True


def _is_first_result(context: CheckContext, scope: int, position: int) -> bool:
    """True if no statement before that of a position leaves the function."""
    facts = context.facts
    line = facts.line_of(position)
    places = [facts.result.position[row] for row in results(facts, scope)]
    return all(at < 0 or at > position or facts.line_of(at) == line for at in places)


def _may_leave_before(context: CheckContext, scope: int, position: int) -> bool:
    """True if a condition above a place may leave the function, by an exception as well."""
    facts = context.facts
    firsts: dict[int, int] | None = facts.memo.get("first leaving block")
    if firsts is None:
        firsts = facts.memo["first leaving block"] = {}
        for row, flags in enumerate(facts.block.flags):
            if flags & f.LEAVES_FUNCTION and facts.block.kind[row] != f.BODY:
                start, own = facts.block.start[row], facts.block.scope[row]
                firsts[own] = min(firsts.get(own, start), start)
    return firsts.get(scope, position) < position


def _is_on_another(context: CheckContext, row: int, expr: int) -> bool:
    """True if a method is called on something else than the instance that it was called on."""
    facts = context.facts
    parts = attribute(facts, expr)
    if parts is None:
        return False
    cls = owner_class(facts, Entity(FUNCTION, context.path, row))
    if cls < 0 or op(facts, parts.receiver) != f.NAME:
        return True
    found = [i.entity for i in context.strict.definitions_of(context.path, parts.receiver)]
    if len(found) != 1:
        return True
    is_self = found[0].kind == PARAMETER and first_parameter_class(facts, found[0]) == cls
    return not is_self and found[0] != Entity(CLASS, context.path, cls)


def uncallable_value(context: CheckContext, function: int) -> tuple[Type, bool] | None:
    """Return the type of what is called and cannot be, and True if it comes from a property."""
    type_ = without_none(context.complete_type(function))
    if not type_ or not all(value.form in (INSTANCE, MODULE_OBJECT) for value in type_):
        return None
    if any("/typing" in value.entity.path for value in type_):
        return None  # special forms, whose stubs do not say what they are
    if _is_tested(context, function):
        return None
    found = [item.entity for item in context.strict.definitions_of(context.path, function)]
    if any(each.kind == PARAMETER and not _is_annotated(context, each) for each in found):
        return None  # in the body of a class, a function of any kind may be called
    if any(_may_be_set_elsewhere(context, each) for each in found):
        return None
    if any(
        value.form == INSTANCE and why_lacking(context.strict, value, (("__call__", -1),)) is None
        for value in type_
    ):
        return None
    return type_, any(_is_property(context, each) for each in found)


def _is_annotated(context: CheckContext, entity: Entity) -> bool:
    return context.strict.need(entity.path).binding.annotation[entity.row] >= 0


def _is_tested(context: CheckContext, function: int) -> bool:
    """True if code asks ``callable(x)`` of what is spelled like this."""
    return is_tested_by(context, function, ("callable",))


def is_tested_by(context: CheckContext, expr: int, functions: tuple[str, ...]) -> bool:
    """True if the file calls one of some builtin functions with what is spelled like this."""
    facts, spelled = context.facts, context.spelled(expr)
    for name in functions:
        for role, _, ref in facts.occurrences(name):
            call = nearby_call(facts, ref) if role == f.CALLED else -1
            if call >= 0 and context.spelled(argument_for(facts, call, 0, "")) == spelled:
                return True
    return False


def _is_property(context: CheckContext, entity: Entity) -> bool:
    if entity.kind != FUNCTION:
        return False
    facts = context.strict.need(entity.path)
    return bool(facts.definition.flags[entity.row] & f.PROPERTY)


def _may_be_set_elsewhere(context: CheckContext, entity: Entity) -> bool:
    """True if another file sets an attribute or variable that no annotation declares."""
    if entity.kind not in (VARIABLE, ATTRIBUTE):
        return False
    path, row = entity.path, entity.row
    facts = context.strict.need(path)
    if entity.kind == VARIABLE:
        scope = facts.scope.kind[facts.binding.scope[row]]
        if scope not in (f.MODULE_SCOPE, f.CLASS_SCOPE):
            return False
        annotation, name = facts.binding.annotation[row], facts.binding.name[row]
        if annotation < 0 and scope == f.MODULE_SCOPE:
            # A variable of another module is another one; what may set this one is `module.name`.
            return is_set_elsewhere(context.strict, path, facts.names[name])
    else:
        annotation = facts.attribute_binding.annotation[row]
        name = facts.attribute_binding.name[row]
    if annotation >= 0:
        return False
    spelled = facts.names[name]
    return any(other != path for other in context.strict.files_where(spelled, is_rebound))
