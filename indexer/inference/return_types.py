"""Return types of functions, annotated or inferred, and functions with decorators applied."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..facts_view import decorators
from . import generics, operators, query_cache, signatures
from .access_paths import last_name
from .annotations import annotation_type
from .entities import CLASS, CONVENTIONAL, EXACT, FUNCTION, INFERRED, Entity, name_of, owner_class
from .query_cache import cached
from .signatures import Arguments
from .standard_types import standard_class
from .stub_mapping import source_entity
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    NOWHERE,
    UNKNOWN,
    Value,
    instance,
    union,
    weaken,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .calls import Arguments
    from .inference import Inference
    from .types import Type


# Decorators whose meaning is in the flags of a definition, or that change nothing.
_MARKS = frozenset(
    ["property", "staticmethod", "classmethod", "overload", "abstractmethod", "abstractproperty",
     "cached_property", "override", "final", "deprecated", "wraps", "total_ordering",
     "type_check_only", "runtime_checkable", "dataclass_transform", "no_type_check",
     "abstractclassmethod", "abstractstaticmethod", "setter", "getter", "deleter"]
)  # fmt: skip

_OF_CLASS = (INSTANCE, CLASS_OBJECT)


def decorated_type(inference: Inference, function: Entity) -> Type:
    """The value that a function's name is bound to."""
    plain: Type = (Value(FUNCTION_OBJECT, function, (UNKNOWN,), EXACT),)
    facts = inference.need(function.path)
    if facts.definition.decorators[function.row] < 0:
        return plain
    return cached(
        inference, ("decorated", function), lambda: _decorated(inference, function, facts), plain
    )


def _decorated(inference: Inference, function: Entity, facts: FileFacts) -> Type:
    type_: Type = (Value(FUNCTION_OBJECT, function, (UNKNOWN,), EXACT),)
    for expr in reversed(decorators(facts, function.row)):
        target = facts.expr.a[expr] if facts.expr.op[expr] == f.CALL else expr
        if last_name(facts, target) not in _MARKS:
            type_ = _applied(inference, function.path, expr, type_)
    return type_


def has_known_decorators(inference: Inference, function: Entity) -> bool:
    """True if every decorator of a function is at hand, so that what it makes of it is known."""
    facts = inference.need(function.path)
    if facts.definition.decorators[function.row] < 0:
        return True
    key = ("known through decorators", function)
    return cached(inference, key, lambda: _all_known(inference, function, facts), True)


def _all_known(inference: Inference, function: Entity, facts: FileFacts) -> bool:
    for expr in decorators(facts, function.row):
        called = facts.expr.op[expr] == f.CALL
        target = facts.expr.a[expr] if called else expr
        if last_name(facts, target) in _MARKS:
            continue
        type_ = inference.infer_type(function.path, expr)
        if not type_ or not all(_has_known_result(inference, value) for value in type_):
            return False
    return True


def _has_known_result(inference: Inference, decorator: Value) -> bool:
    """True if what a decorator makes of a function is written down, or gives what that gives."""
    form, entity, _, _ = decorator
    if form != FUNCTION_OBJECT:
        return form != MODULE_OBJECT
    facts = inference.need(entity.path)
    if facts.definition.returns[entity.row] >= 0 or entity.path.endswith(".pyi"):
        return True
    own = facts.definition.own_scope[entity.row]
    parameters = {
        facts.parameter.name[row] for row, scope in enumerate(facts.parameter.scope) if scope == own
    }
    for expr in _returned(facts, own):
        for item in inference.definitions_of(entity.path, expr):
            if item.entity.kind == FUNCTION and not _returns_wrapped_result(
                inference, item.entity, parameters
            ):
                return False
    return True


def _returns_wrapped_result(inference: Inference, wrapper: Entity, parameters: set[int]) -> bool:
    """True if a wrapper returns what a parameter of its decorator gives, or known values."""
    facts = inference.need(wrapper.path)
    ops, _, lefts, _ = facts.expr
    own = facts.definition.own_scope[wrapper.row]
    for expr in _returned(facts, own):
        inner = lefts[expr] if ops[expr] == f.AWAIT else expr
        function = lefts[inner] if ops[inner] == f.CALL else -1
        if function >= 0 and ops[function] == f.NAME and lefts[function] in parameters:
            continue
        if not inference.infer_type(wrapper.path, expr):
            return False
    return True


def _returned(facts: FileFacts, scope: int) -> list[int]:
    """Return what the ``return`` statements of a scope give."""
    scopes, exprs, kinds = facts.result[:3]
    return [
        exprs[row]
        for row, where in enumerate(scopes)
        if where == scope and kinds[row] == f.RETURN and exprs[row] >= 0
    ]


def _applied(inference: Inference, path: str, expr: int, type_: Type) -> Type:
    """Return what a decorator makes of a value; the value itself when nobody knows."""
    arguments = Arguments(inference, path, [type_])
    parts: list[Type] = []
    for decorator in inference.infer_type(path, expr):
        for value in inference.call_result(decorator, arguments):
            decorated = _decorated_value(inference, value, type_)
            if decorated == type_:
                return type_  # of several ways, the one that changes nothing
            parts.append(decorated)
    return union(*parts) or type_


def _decorated_value(inference: Inference, value: Value, before: Type) -> Type:
    """Return what a value that a decorator gives means for the function that it was given."""
    form, entity, args, _ = value
    if form == FUNCTION_OBJECT:
        if any(each.entity == entity for each in before):
            return before
        wrapped = _result_of_wrapper(inference, entity)
        return (Value(CALLABLE, NOWHERE, (wrapped,), INFERRED),) if wrapped else before
    if form == CALLABLE:
        # `Callable[P, R]` for `Callable[P, R]` keeps the function, overloads and keywords included.
        result = args[0] if args else UNKNOWN
        if not result or _forms(result) == _forms(_called(inference, before)):
            return before
        return (value,)
    if form == INSTANCE:
        return before if name_of(inference, entity) in ("_Wrapped", "Any") else (value,)
    if form in (CLASS_OBJECT, NONE):
        return before if form == NONE else (value,)
    return before


def _forms(type_: Type) -> set[object]:
    return {value[:3] for value in type_}


def _called(inference: Inference, type_: Type) -> Type:
    nothing = Arguments(inference, "", [])
    return union(*(inference.call_result(value, nothing) for value in type_))


def _result_of_wrapper(inference: Inference, wrapper: Entity) -> Type:
    """Return what a wrapper gives, if it is not what the function that it wraps gives.

    A wrapper in which anything that is returned is unknown passes on what it got.
    """
    facts = inference.need(wrapper.path)
    if facts.definition.returns[wrapper.row] >= 0 or facts.definition.flags[wrapper.row] & (
        f.GENERATOR | f.ASYNC
    ):
        annotated = return_type(inference, wrapper, None)
        return annotated if facts.definition.returns[wrapper.row] >= 0 else UNKNOWN
    scope = facts.definition.own_scope[wrapper.row]
    parts: list[Type] = []
    for index, where in enumerate(facts.result.scope):
        expr = facts.result.expr[index]
        if where == scope and facts.result.kind[index] == f.RETURN and expr >= 0:
            type_ = inference.infer_type(wrapper.path, expr)
            if not type_ or any(value.evidence >= CONVENTIONAL for value in type_):
                return UNKNOWN
            parts.append(type_)
    result = union(*parts)
    return UNKNOWN if all(value.form == NONE for value in result) else result


def return_type(
    inference: Inference,
    function: Entity,
    receiver: Value | None,
    arguments: Arguments | None = None,
) -> Type:
    """Type of what a function gives back: annotated, else inferred from its returns.

    What its decorators make of it is not looked at.
    """
    accepting = [function]
    if arguments is not None and receiver is None and _is_new(inference, function):
        # `object.__new__(cls)`: the class is the first argument.
        receiver = next(iter(arguments.type_of(0, "cls")), None)
        if receiver is not None:
            arguments = arguments.without_first()
    if arguments is not None:
        solved = None
        bound = receiver is not None
        if bound and inference.need(function.path).definition.flags[function.row] & f.OVERLOAD:
            solved = generics.receiver_variables(inference, function, receiver)
        accepting = signatures.matching_overloads(
            inference, function, arguments, bound=bound, solved=solved
        )
    first: Type = UNKNOWN
    for number, chosen in enumerate(accepting):
        type_ = _plain_result(inference, chosen, inference.need(chosen.path), receiver)
        type_ = generics.specialize(inference, chosen, receiver, arguments, type_)
        if number and type_ != first:
            return UNKNOWN  # which one it is depends on an argument that nobody knows
        first = type_
    return first


def _is_new(inference: Inference, function: Entity) -> bool:
    return name_of(inference, function) == "__new__"


def _with_body(inference: Inference, function: Entity) -> Entity:
    """A function where its body is: that of a stub is in the source, if that is at hand."""
    if not function.path.endswith(".pyi"):
        return function

    source = source_entity(inference, function)
    return source if source is not None and source.kind == function.kind else function


def _plain_result(
    inference: Inference, function: Entity, facts: FileFacts, receiver: Value | None
) -> Type:
    _, path, row = function
    flags = facts.definition.flags[row]
    annotation = facts.definition.returns[row]
    if annotation >= 0:
        type_ = annotation_type(inference, path, annotation)
        if flags & f.ASYNC and not flags & f.GENERATOR:
            return _coroutine(inference, type_)
        return type_
    result = cached(
        inference,
        ("returned", function),
        lambda: query_cache.nested(
            inference, lambda: _inferred(inference, _with_body(inference, function))
        ),
        UNKNOWN,
    )
    cls = owner_class(facts, function)
    if receiver is None or cls < 0:
        return result
    # `return self` gives what the method was called on, not the class it is written in.
    own = Entity(CLASS, path, cls)
    return tuple(
        Value(value.form, receiver.entity, receiver.args, value.evidence)
        if value.entity == own and value.form in _OF_CLASS and receiver.entity.kind == CLASS
        and _returns_self(facts, function) else value
        for value in result
    )  # fmt: skip


def _inferred(inference: Inference, function: Entity) -> Type:
    """Return what the returns or yields of an unannotated function give."""
    _, path, row = function
    facts = inference.need(path)
    flags = facts.definition.flags[row]
    scope = facts.definition.own_scope[row]
    scopes, exprs, kinds = facts.result[:3]
    wanted = (f.YIELD, f.YIELD_FROM) if flags & f.GENERATOR else (f.RETURN,)
    parts: list[Type] = []
    for index, where in enumerate(scopes):
        if where == scope and kinds[index] in wanted and exprs[index] >= 0:
            type_ = inference.infer_type(path, exprs[index])
            parts.append(
                operators.iterated_type(inference, type_) if kinds[index] == f.YIELD_FROM else type_
            )
    type_ = weaken(union(*parts), INFERRED)
    if flags & f.GENERATOR:
        name = "AsyncGenerator" if flags & f.ASYNC else "Generator"
        entity = standard_class(inference, "typing", name)
        given = _returned_by_generator(inference, path, facts, scope)
        return (instance(entity, (type_, UNKNOWN, given)),) if entity else UNKNOWN
    return _coroutine(inference, type_) if flags & f.ASYNC else type_


def _returned_by_generator(inference: Inference, path: str, facts: FileFacts, scope: int) -> Type:
    scopes, exprs, kinds = facts.result[:3]
    return union(
        *(
            inference.infer_type(path, exprs[index])
            for index, where in enumerate(scopes)
            if where == scope and kinds[index] == f.RETURN and exprs[index] >= 0
        )
    )


def _returns_self(facts: FileFacts, function: Entity) -> bool:
    """True if a method may return what it was called on, or another instance of its class.

    It does not if all that it returns is made by a name from outside of it: ``return Box()``.
    """
    scope = facts.definition.own_scope[function.row]
    first = next(facts_view.parameters(facts, scope), -1)
    return first >= 0 and any(
        _may_be_self(facts, scope, facts.parameter.name[first], expr)
        for expr in _returned(facts, scope)
    )


def _may_be_self(facts: FileFacts, scope: int, first: int, expr: int) -> bool:
    """True if an expression begins with the first parameter, passes it on, or nobody can say."""
    ops, names = facts.expr.op, facts.expr.a
    while ops[expr] in (f.CALL, f.ATTRIBUTE):
        if ops[expr] == f.CALL and any(
            ops[argument.value] == f.NAME and names[argument.value] == first
            for argument in facts_view.arguments(facts, expr)
        ):
            return True  # `type(self)()`, `copy(self)`
        expr = facts_view.operand(facts, expr)
    if ops[expr] != f.NAME:
        return True
    name = names[expr]
    return facts.names[name] == "super" or bool(facts.bindings_of(scope, name))


def _coroutine(inference: Inference, type_: Type) -> Type:
    entity = standard_class(inference, "typing", "Coroutine")
    return (instance(entity, (UNKNOWN, UNKNOWN, type_)),) if entity else UNKNOWN
