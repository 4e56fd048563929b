"""Coroutines: which calls make one, and what may be awaited.

What code does with a coroutine, and whether it takes it for what it gives.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import is_protocol
from ...indexer.inference.entities import CLASS, EXACT, FUNCTION, name_of
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.has_member import ABSENT, has_member
from ...indexer.inference.members import member_definitions
from ...indexer.inference.names import bindings_in_force
from ...indexer.inference.signatures import overloads
from ...indexer.inference.standard_types import is_standard_class, standard_class
from ...indexer.inference.types import FUNCTION_OBJECT, INSTANCE, NONE, without_none
from ...indexer.plugins.synthesized import last_name
from ..source.ranges import begins_statement, end_of_call, ends_statement
from .arguments import CallArguments
from .call_targets import call_targets
from .decorators import preserves_result
from .signatures import overridden_signatures
from .uses import BOUND, CALLED, TESTED, uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ...indexer.inference.types import Type, Value
    from .context import CheckContext
    from .signatures import Signature


_MODULES = (("typing", "Coroutine"), ("types", "CoroutineType"))
# Classes that anything may be passed as.
_ANYTHING = frozenset(["object", "Any", "Hashable"])


def returns_coroutine(inference: Inference, path: str, call: int) -> tuple[Entity, int] | None:
    """The function by which a call makes a coroutine, whatever it reaches, and the evidence."""
    function = inference.need(path).expr.a[call]
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
    """Whether every call of a function makes a coroutine."""
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
    """Whether a value is a coroutine, which does nothing until it is awaited."""
    return value.form == INSTANCE and any(
        is_standard_class(inference, value.entity, *each) for each in _MODULES
    )


def is_synchronous(inference: Inference, function: Entity) -> bool:
    """Whether no call of a function gives anything that can be awaited, as far as its text says."""
    if function.kind != FUNCTION:
        return False
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    if flags & (f.ASYNC | f.PROPERTY | f.ABSTRACT | f.STUB_BODY | f.OVERLOAD):
        return False
    return preserves_result(inference, function)


def returns_nothing(inference: Inference, function: Entity) -> bool:
    """Whether a function that is not asynchronous returns no value."""
    if not is_synchronous(inference, function) or function.path.endswith(".pyi"):
        return False
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    if flags & (f.RETURNS_VALUE | f.GENERATOR) or facts.definition.returns[function.row] >= 0:
        return False
    scope = facts.definition.own_scope[function.row]
    # What only raises is there to be written, or is written by a derived class.
    kinds = {
        kind
        for where, kind in zip(facts.result.scope, facts.result.kind, strict=True)
        if where == scope
    }
    return f.RAISE not in kinds and not any(
        True for _ in overridden_signatures(inference, function)
    )


def cannot(inference: Inference, type_: Type, method: str) -> bool:
    """Whether no alternative of a type has a method of syntax, such as ``__await__``."""
    return bool(type_) and all(
        value.form in (INSTANCE, NONE, FUNCTION_OBJECT)
        and has_member(inference, value, method) == ABSENT
        for value in type_
    )


def rejects_coroutine(inference: Inference, wanted: Type) -> bool:
    """Whether a parameter of a type is for anything but what can be awaited."""
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


def stores_call(inference: Inference, path: str, call: int) -> bool:
    """Whether a call gives what the function says: no decorator, no override may change that."""
    function = inference.need(path).expr.a[call]
    return all(
        preserves_result(inference, value.entity)
        and (
            _says_result(inference, value.entity)
            or not overridden_signatures(inference, value.entity)
        )
        for value in inference.infer_type(path, function)
        if value.form == FUNCTION_OBJECT and value.entity.kind == FUNCTION
    )


def _says_result(inference: Inference, function: Entity) -> bool:
    return inference.need(function.path).definition.returns[function.row] >= 0


# What a coroutine has itself.
_OWN = frozenset(
    ["send", "throw", "close", "cr_await", "cr_code", "cr_frame", "cr_running", "cr_origin",
     "cr_suspended", "__await__", "__class__", "__name__", "__qualname__", "__doc__"]
)  # fmt: skip
_SAID = {
    f.SUBSCRIPT: "an item is taken out of it",
    f.ELEMENT: "it is iterated",
    f.ITEM: "it is unpacked",
    f.REST: "it is unpacked",
    f.BINARY: "it is an operand",
    f.UNARY: "it is an operand",
    f.NOT: "it is tested, and always true",
    f.ENTERED: "it is entered as a context",
    f.FORMATTED: "it is made part of a text",
    CALLED: "it is called",
    TESTED: "it is tested, and always true",
}
# Builtin functions that look at what they are given, and at a coroutine in vain.
_LOOKING = frozenset(
    ["len", "int", "float", "list", "tuple", "set", "frozenset", "dict", "sorted", "sum", "min",
     "max", "any", "all", "enumerate", "zip", "iter", "next", "abs", "round", "range", "reversed",
     "bytes", "ord", "chr", "print", "str", "repr", "format"]
)  # fmt: skip
_IDENTITY = ("is", "is-not")


def misuse(context: CheckContext, call: int) -> str:
    """How the coroutine that a call makes is dropped or misused; empty when it may be awaited."""
    uses = uses_of(context.facts).of(call)
    if not uses:
        return "its result is dropped" if _is_statement(context, call) else ""
    for how, row in uses:
        said = _wrong(context, call, how, row)
        if said:
            return said
    if len(uses) == 1 and uses[0][0] == BOUND:
        return _of_variable(context, uses[0][1])
    return ""


def _is_statement(context: CheckContext, call: int) -> bool:
    facts = context.facts
    function = facts.expr.a[call]
    name = last_name(facts, function)
    if not name or not begins_statement(context.text, facts.expr.position[call]):
        return False
    end = end_of_call(context.text, facts.expr.position[function] + len(name.encode()))
    if end < 0 or not ends_statement(context.text, end):
        return False
    # The last expression of a notebook's cell is awaited by hand; in a module nothing can be.
    return facts.scope.kind[context.scope_of(call)] == f.FUNCTION_SCOPE


def _wrong(context: CheckContext, expr: int, how: int, row: int) -> str:
    """Why one use of a coroutine takes it for its result; empty when it need not."""
    facts = context.facts
    if how == f.ATTRIBUTE:
        name = facts.names[facts.expr.b[row]]
        return "" if name in _OWN else f"it has no `{name}`"
    if how == f.SUBSCRIPT and facts.expr.a[row] != expr:
        return ""  # an index
    if how == f.ELEMENT and facts.expr.b[row]:
        return "it is iterated by `async for`"
    if how == f.COMPARE:
        (extra,) = facts.extra
        at = facts.expr.b[row]
        used = {f.OPERATORS[extra[index]] for index in range(at + 1, at + 1 + extra[at], 2)}
        return "" if used & set(_IDENTITY) else "it is compared"
    if how in (f.AND, f.OR) and facts.expr.a[row] == expr:
        return "it is tested, and always true"
    if how == f.CALL:
        return _as_argument(context, expr, row)
    return _SAID.get(how, "")


def _as_argument(context: CheckContext, expr: int, call: int) -> str:
    """Whether a parameter that a coroutine is given to is for something else."""
    function = context.facts.expr.a[call]
    found = call_targets(context.strict, context.path, function)
    if found is None:
        return ""
    name = last_name(context.facts, function)
    if all(each.entity.path.endswith("/builtins.pyi") for each in found.callees) and (
        name in _LOOKING
    ):
        return f"`{name}` is given it"
    written = CallArguments(context.facts, call)
    if written.starred:
        return ""
    signatures = [signature for callee in found.callees for signature in callee.signatures]
    if signatures and all(_rejects(context, each, written, expr) for each in signatures):
        return f"`{name}` is given it, and takes something else"
    return ""


def _rejects(
    context: CheckContext, signature: Signature, written: CallArguments, expr: int
) -> bool:
    place = next((at for at, each in enumerate(written.positional) if each[1] == expr), -1)
    named = next((key for key, each in written.keywords.items() if each[1] == expr), "")
    for at, parameter in enumerate(signature.parameters):
        by_place = parameter.kind <= f.POSITIONAL and at == place
        if not by_place and not (named and parameter.name == named):
            continue
        kind, path, row = parameter.entity
        if kind != FUNCTION:
            return False
        annotation = context.strict.need(path).parameter.annotation[row]
        return annotation >= 0 and rejects_coroutine(
            context.strict, context.strict.annotation_type(path, annotation)
        )
    return False


def _of_variable(context: CheckContext, row: int) -> str:
    """How the only value of a local variable, a coroutine, is misused."""
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
    spelled = facts.names[name]
    said, is_read = "", False
    _, positions, lefts, rights = facts.expr
    for role, _, expr in facts.occurrences(spelled):
        if role not in (f.READ, f.CALLED, f.DELETED) or expr < 0:
            continue
        if facts.expr.op[expr] != f.NAME or lefts[expr] != name:
            continue
        if rights[expr] != scope:
            if _sees(context, rights[expr], scope):
                return ""  # a function inside may do anything with it
            continue
        force = bindings_in_force(facts, scope, name, positions[expr], expr)
        if row not in force:
            continue
        is_read = True
        for how, user in uses_of(facts).of(expr) or [(0, -1)]:
            if how == f.AWAIT or (how == f.CALL and _asks_for_awaitable(context, user)):
                return ""
            wrong = _wrong(context, expr, how, user)
            # Of several values that the name may have, a test may have ruled this one out.
            if len(force) == 1 or (wrong and _may_be_coroutine(context, expr)):
                said = said or wrong
    if said:
        return f"`{spelled}` is used as if it were what it gives, and {said}"
    return "" if is_read else f"nothing reads `{spelled}`"


def _asks_for_awaitable(context: CheckContext, call: int) -> bool:
    """Whether a call asks if a value can be awaited: ``inspect.isawaitable(x)``."""
    name = last_name(context.facts, context.facts.expr.a[call])
    return "await" in name or "corout" in name


def _may_be_coroutine(context: CheckContext, expr: int) -> bool:
    return any(
        is_coroutine(context.strict, value)
        for value in context.strict.infer_type(context.path, expr)
    )


def _sees(context: CheckContext, inner: int, outer: int) -> bool:
    """Whether a scope lies in another one."""
    parents = context.facts.scope.parent
    while inner >= 0 and inner != outer:
        inner = parents[inner]
    return inner == outer
