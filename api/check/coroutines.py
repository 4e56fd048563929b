"""Coroutines: which calls return one, what can be awaited, and how code misuses a coroutine."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.facts_view import (
    attribute,
    called,
    comparisons,
    is_async,
    name_scope,
    operand,
    plain_name,
    results,
    subscript,
)
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.classes import is_protocol
from ...indexer.inference.entities import CLASS, EXACT, FUNCTION, Entity, name_of
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.has_member import ABSENT, has_member
from ...indexer.inference.inference import Inference
from ...indexer.inference.members import member_definitions
from ...indexer.inference.names import bindings_of_name
from ...indexer.inference.query_cache import cached
from ...indexer.inference.signatures import overloads, parameter_rows
from ...indexer.inference.standard_types import is_standard_class, standard_class
from ...indexer.inference.types import FUNCTION_OBJECT, INSTANCE, NONE, Value, without_none
from ..source.ranges import begins_statement, end_of_call, ends_statement
from . import messages
from .arguments import CallArguments
from .call_targets import call_targets
from .callees import Parameter, Signature
from .context import CheckContext
from .decorators import preserves_result
from .signatures import overridden_signatures
from .uses import BOUND, CALLED, RETURNED, TESTED, uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


_MODULES = (("typing", "Coroutine"), ("types", "CoroutineType"))
# Classes that anything may be passed as.
_ANYTHING = frozenset(["object", "Any", "Hashable"])


def returns_coroutine(inference: Inference, path: str, call: int) -> tuple[Entity, int] | None:
    """Return the function by which a call certainly returns a coroutine, and the evidence."""
    function = called(inference.need(path), call)
    type_ = without_none(inference.infer_type(path, function))
    if not type_ or (not inference.conventional and not is_exhaustive(inference, path, function)):
        return None
    found: list[Entity] = []
    evidence = EXACT
    for value in type_:
        entity = _called(inference, value)
        if entity is None or not is_asynchronous(inference, entity):
            return None
        if any(
            not is_asynchronous(inference, each)
            for each in overridden_signatures(inference, entity)
        ):
            return None
        found.append(entity)
        evidence = max(evidence, value.evidence)
    return found[0], evidence


def _called(inference: Inference, value: Value) -> Entity | None:
    if value.form == FUNCTION_OBJECT and value.entity.kind == FUNCTION:
        return value.entity
    if value.form == INSTANCE and value.entity.kind == CLASS:
        found = member_definitions(inference, value, "__call__")
        if len(found) == 1 and found[0].entity.kind == FUNCTION:
            return found[0].entity
    return None


def is_asynchronous(inference: Inference, function: Entity) -> bool:
    """True if every call of a function returns a coroutine."""
    if function.kind != FUNCTION:
        return False
    for each in overloads(inference, function):
        facts = inference.need(each.path)
        flags = facts.definition.flags[each.row]
        if not preserves_result(inference, each) or flags & (f.PROPERTY | f.GENERATOR):
            return False
        if flags & f.ASYNC:
            continue
        annotation = facts.definition.returns[each.row]
        type_ = inference.annotation_type(each.path, annotation) if annotation >= 0 else ()
        if not type_ or not all(is_coroutine(inference, value) for value in type_):
            return False
    return True


def is_coroutine(inference: Inference, value: Value) -> bool:
    """True if a value is a coroutine, which does nothing until it is awaited."""
    return value.form == INSTANCE and any(
        is_standard_class(inference, value.entity, *each) for each in _MODULES
    )


def is_synchronous(inference: Inference, function: Entity) -> bool:
    """True if a function is plain and decorators leave its result alone."""
    if function.kind != FUNCTION:
        return False
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    if flags & (f.ASYNC | f.PROPERTY | f.ABSTRACT | f.STUB_BODY | f.OVERLOAD):
        return False
    return preserves_result(inference, function)


def returns_nothing(inference: Inference, function: Entity) -> bool:
    """True if a function is not asynchronous and returns no value."""
    if not is_synchronous(inference, function) or function.path.endswith(".pyi"):
        return False
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    if flags & (f.RETURNS_VALUE | f.GENERATOR) or facts.definition.returns[function.row] >= 0:
        return False
    scope = facts.definition.own_scope[function.row]
    # A function that only raises is to be implemented, perhaps by a derived class.
    is_raising = any(facts.result.kind[row] == f.RAISE for row in results(facts, scope))
    return not is_raising and not overridden_signatures(inference, function)


def lacks_method(inference: Inference, type_: Type, method: str) -> bool:
    """True if no alternative of a type has a special method, such as ``__await__``."""
    return bool(type_) and all(
        value.form in (INSTANCE, NONE, FUNCTION_OBJECT)
        and has_member(inference, value, method) == ABSENT
        for value in type_
    )


def rejects_coroutine(inference: Inference, wanted: Type) -> bool:
    """True if a coroutine cannot be passed for a parameter of a type."""
    coroutine = standard_class(inference, "typing", "Coroutine")
    if coroutine is None or not without_none(wanted):
        return False
    fitting = inference.mro(coroutine)
    for value in wanted:
        if value.form == NONE:
            continue
        entity = value.entity
        if value.form != INSTANCE or entity.kind != CLASS or entity in fitting:
            return False
        if is_protocol(inference, entity) or name_of(inference, entity) in _ANYTHING:
            return False
    return True


def has_declared_result(inference: Inference, path: str, call: int) -> bool:
    """True if no decorator or override may change what a call returns."""
    function = called(inference.need(path), call)
    return all(
        preserves_result(inference, value.entity)
        and (
            inference.need(value.entity.path).definition.returns[value.entity.row] >= 0
            or not overridden_signatures(inference, value.entity)
        )
        for value in inference.infer_type(path, function)
        if value.form == FUNCTION_OBJECT and value.entity.kind == FUNCTION
    )


# Attributes of coroutines.
_ATTRIBUTES = frozenset(
    ["send", "throw", "close", "cr_await", "cr_code", "cr_frame", "cr_running", "cr_origin",
     "cr_suspended", "__await__", "__class__", "__name__", "__qualname__", "__doc__"]
)  # fmt: skip
_MISUSES = {
    f.SUBSCRIPT: "'coroutine' object is not subscriptable",
    f.ELEMENT: "'coroutine' object is not iterable",
    f.ITEM: "cannot unpack non-iterable coroutine object",
    f.REST: "cannot unpack non-iterable coroutine object",
    f.BINARY: "unsupported operand type 'coroutine'",
    f.UNARY: "unsupported operand type 'coroutine'",
    f.NOT: messages.ALWAYS_TRUE,
    f.ENTERED: "'coroutine' object does not support the context manager protocol",
    f.FORMATTED: "the coroutine object is formatted, not its result",
    CALLED: "'coroutine' object is not callable",
    TESTED: messages.ALWAYS_TRUE,
}
# Builtin functions that do something with a value, and with a coroutine in vain.
_INSPECTING = frozenset(
    ["len", "int", "float", "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min",
     "max", "any", "all", "enumerate", "zip", "iter", "next", "abs", "round", "range", "reversed",
     "bytes", "ord", "chr", "print", "str", "repr", "format"]
)  # fmt: skip


def coroutine_misuse(context: CheckContext, call: int) -> str:
    """Return how the coroutine of a call is dropped or misused; empty when it may be awaited."""
    uses = uses_of(context.facts).of(call)
    if not uses:
        return messages.NOT_USED if _is_statement(context, call) else ""
    for how, row in uses:
        misuse = _misuse(context, call, how, row)
        if misuse:
            return misuse
    if len(uses) == 1 and uses[0][0] == BOUND:
        return _variable_misuse(context, uses[0][1])
    return ""


def _is_statement(context: CheckContext, call: int) -> bool:
    facts = context.facts
    function = called(facts, call)
    name = last_name(facts, function)
    if not name or not begins_statement(context.text, facts.expr.position[call]):
        return False
    end = end_of_call(context.text, facts.expr.position[function] + len(name.encode()))
    if end < 0 or not ends_statement(context.text, end):
        return False
    # The last expression of a notebook's cell is awaited by hand; in a module nothing can be.
    return facts.scope.kind[context.scope_of(call)] == f.FUNCTION_SCOPE


def _misuse(context: CheckContext, expr: int, how: int, row: int) -> str:
    """Return how one use of a coroutine mistakes it for its result; empty when it need not."""
    facts = context.facts
    if how == f.ATTRIBUTE:
        parts = attribute(facts, row)
        if parts is None or parts.name in _ATTRIBUTES:
            return ""
        return f"'coroutine' object has no attribute '{parts.name}'"
    if how == f.SUBSCRIPT and (item := subscript(facts, row)) and item.value != expr:
        return ""  # an index
    if how == f.ELEMENT and is_async(facts, row):
        return "'async for' requires an object with __aiter__ method, got coroutine"
    if how == f.COMPARE:
        is_identity = any(each.operator in ("is", "is-not") for each in comparisons(facts, row))
        return "" if is_identity else "the coroutine object is compared, not its result"
    if how in (f.AND, f.OR) and operand(facts, row) == expr:
        return messages.ALWAYS_TRUE
    if how == f.CALL:
        return _argument_misuse(context, expr, row)
    if how == RETURNED:
        return _return_misuse(context, row)
    return _MISUSES.get(how, "")


def _return_misuse(context: CheckContext, row: int) -> str:
    """Return how a coroutine is returned from a function that is declared to give something else.

    What an asynchronous function is declared to give is the result, too.
    """
    facts = context.facts
    definition = facts.scope.definition[facts.result.scope[row]]
    if facts.result.kind[row] != f.RETURN or definition < 0:
        return ""
    annotation = facts.definition.returns[definition]
    if annotation < 0 or facts.definition.flags[definition] & f.GENERATOR:
        return ""
    wanted = context.strict.annotation_type(context.path, annotation)
    if not rejects_coroutine(context.strict, wanted) or not lacks_method(
        context.strict, without_none(wanted), "__await__"
    ):
        return ""
    name = facts.names[facts.definition.name[definition]]
    return f"it is returned from {name}(), which is declared to give another type"


def _argument_misuse(context: CheckContext, expr: int, call: int) -> str:
    """Return how a coroutine is passed for a parameter that is for something else."""
    function = called(context.facts, call)
    targets = call_targets(context.strict, context.path, function)
    if targets is None:
        return ""
    name = last_name(context.facts, function)
    if name in _INSPECTING and all(
        each.entity.path.endswith("/builtins.pyi") for each in targets.callees
    ):
        return f"it is passed to {name}()"
    arguments = CallArguments(context.facts, call)
    if arguments.has_star:
        return ""
    signatures = [signature for callee in targets.callees for signature in callee.signatures]
    if signatures and all(_rejects(context, each, arguments, expr) for each in signatures):
        return f"it is passed to {name}(), which expects another type"
    return ""


def parameter_for(signature: Signature, arguments: CallArguments, expr: int) -> Parameter | None:
    """Return the parameter that an argument is for; None if that is not known."""
    named = next((key for key, each in arguments.keywords.items() if each[1] == expr), "")
    if named:
        return next((each for each in signature.parameters if each.name == named), None)
    place = next((at for at, each in enumerate(arguments.positional) if each[1] == expr), -1)
    if place < 0 or arguments.has_star:
        return None
    if place < len(signature.positional):
        return signature.positional[place]
    return next((each for each in signature.parameters if each.kind == f.VAR_POSITIONAL), None)


def runs_awaitables(inference: Inference, function: Entity) -> bool:
    """True if a stub declares that a function or class takes what can be awaited."""
    if not function.path.endswith(".pyi"):
        return False
    if function.kind == CLASS:
        found = inference.class_member(function, "__init__")
        return any(runs_awaitables(inference, item.entity) for item in found)
    if function.kind != FUNCTION:
        return False
    return cached(
        inference,
        ("runs awaitables", function),
        lambda: any(
            wants_awaitable(inference, Entity(FUNCTION, each.path, row))
            for each in overloads(inference, function)
            for row in parameter_rows(inference, each)
        ),
        False,
    )


def wants_awaitable(inference: Inference, entity: Entity) -> bool:
    """True if the parameter of this entity is for what can be awaited: ``asyncio.run(main)``."""
    if entity.kind != FUNCTION:
        return False
    annotation = inference.need(entity.path).parameter.annotation[entity.row]
    wanted = inference.annotation_type(entity.path, annotation) if annotation >= 0 else ()
    generator = standard_class(inference, "typing", "Generator")
    return bool(without_none(wanted)) and all(
        value.form == INSTANCE
        and value.entity.kind == CLASS
        and (value.entity == generator or inference.class_member(value.entity, "__await__"))
        for value in without_none(wanted)
    )


def _rejects(
    context: CheckContext, signature: Signature, arguments: CallArguments, expr: int
) -> bool:
    parameter = parameter_for(signature, arguments, expr)
    if parameter is None or parameter.entity.kind != FUNCTION:
        return False
    entity, strict = parameter.entity, context.strict
    annotation = strict.need(entity.path).parameter.annotation[entity.row]
    if annotation >= 0:
        return rejects_coroutine(strict, strict.annotation_type(entity.path, annotation))
    return _is_used_as_result(strict, signature.entity, parameter)


def _is_used_as_result(inference: Inference, function: Entity, parameter: Parameter) -> bool:
    """True if all that a function does with a parameter fails for a coroutine: ``text.upper()``."""
    if function.kind != FUNCTION or function.path.endswith(".pyi"):
        return False
    if parameter.kind > f.KEYWORD_ONLY or parameter.kind == f.VAR_POSITIONAL:
        return False
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    if len(facts.bindings_of(scope, facts.name_id(parameter.name))) != 1:
        return False
    start, end = facts.definition.header_end[function.row], facts.definition.end[function.row]
    reads = [
        (role, expr)
        for role, at, expr in facts.occurrences(parameter.name)
        if start <= at < end and plain_name(facts, expr) == parameter.name
    ]
    return bool(reads) and all(
        role & f.ROLE_MASK == f.READ and _fails_for_coroutine(facts, expr) for role, expr in reads
    )


def _fails_for_coroutine(facts: FileFacts, expr: int) -> bool:
    uses = uses_of(facts).of(expr)
    for how, row in uses:
        parts = attribute(facts, row) if how == f.ATTRIBUTE else None
        if parts is not None and parts.name not in _ATTRIBUTES:
            continue
        item = subscript(facts, row) if how == f.SUBSCRIPT else None
        if item is None or item.value != expr:
            return False
    return bool(uses)


def _variable_misuse(context: CheckContext, row: int) -> str:
    """Return how a local variable that is bound to a coroutine is misused."""
    facts = context.facts
    name, scope = facts.binding.name[row], facts.binding.scope[row]
    flags = facts.scope.flags[scope]
    if facts.scope.kind[scope] != f.FUNCTION_SCOPE or flags & f.SCOPE_USES_LOCALS:
        return ""
    if facts.binding.kind[row] != f.ASSIGN:
        return ""
    rows = facts.bindings_of(scope, name)
    if any(facts.binding.kind[each] in (f.GLOBAL, f.NONLOCAL) for each in rows):
        return ""
    text = facts.names[name]
    misuse, is_read = "", False
    for role, _, expr in facts.occurrences(text):
        if role not in (f.READ, f.CALLED, f.DELETED) or plain_name(facts, expr) != text:
            continue
        if name_scope(facts, expr) != scope:
            if _is_inside(context, name_scope(facts, expr), scope):
                return ""  # a function inside may do anything with it
            continue
        force = bindings_of_name(facts, expr)
        if row not in force:
            continue
        is_read = True
        for how, user in uses_of(facts).of(expr) or [(0, -1)]:
            if how == f.AWAIT or (how == f.CALL and _tests_awaitable(context, user)):
                return ""
            wrong = _misuse(context, expr, how, user)
            # Of several values that the name may have, a test may have ruled this one out.
            if len(force) == 1 or (wrong and _may_be_coroutine(context, expr)):
                misuse = misuse or wrong
    if misuse:
        return f"variable '{text}' is used as its result: {misuse}"
    return "" if is_read else f"variable '{text}' is not accessed"


def _tests_awaitable(context: CheckContext, call: int) -> bool:
    """True if a call asks if a value can be awaited: ``inspect.isawaitable(x)``."""
    name = last_name(context.facts, called(context.facts, call))
    return "await" in name or "corout" in name


def _may_be_coroutine(context: CheckContext, expr: int) -> bool:
    return any(
        is_coroutine(context.strict, value)
        for value in context.strict.infer_type(context.path, expr)
    )


def _is_inside(context: CheckContext, inner: int, outer: int) -> bool:
    """True if a scope lies in another one."""
    parents = context.facts.scope.parent
    while inner >= 0 and inner != outer:
        inner = parents[inner]
    return inner == outer
