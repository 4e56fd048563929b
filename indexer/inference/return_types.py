"""Return types of functions, annotated or inferred, and functions with decorators applied."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..facts_view import called, decorators, plain_name, returned
from ..plugins import registry
from . import generics, left_out, operators, query_cache, signatures
from .access_paths import decorator_callee, last_name
from .annotations import annotation_type
from .entities import (
    CLASS,
    CONVENTIONAL,
    EXACT,
    FUNCTION,
    INFERRED,
    OUTSIDE,
    Entity,
    name_of,
    owner_class,
)
from .passed_results import passed_result
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
    NONE_VALUE,
    NOWHERE,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    alternatives,
    entity_object,
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


# Decorators that the flags of a definition record, or that do not change its type.
KNOWN_DECORATORS = frozenset(
    ["property", "staticmethod", "classmethod", "overload", "abstractmethod", "abstractproperty",
     "cached_property", "override", "final", "deprecated", "wraps", "total_ordering",
     "type_check_only", "runtime_checkable", "dataclass_transform", "no_type_check",
     "abstractclassmethod", "abstractstaticmethod", "setter", "getter", "deleter", "nonmember"]
)  # fmt: skip

_OF_CLASS = (INSTANCE, CLASS_OBJECT)


def decorated_type(inference: Inference, function: Entity) -> Type:
    """Return the type of a function's name: the function with its decorators applied."""
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
        if last_name(facts, decorator_callee(facts, expr)) not in KNOWN_DECORATORS:
            type_ = _applied(inference, function.path, expr, type_)
    return type_


def decorated_class(inference: Inference, cls: Entity) -> Type:
    """Return the type of a class's name: the class, or what its decorators make of it.

    That is an instance or another class. What replaces a class by a function often has its
    attributes too, as ``functools.wraps`` copies them: then it is the class for all we know.
    """
    plain = entity_object(cls)
    facts = inference.need(cls.path)
    if facts.definition.decorators[cls.row] < 0 or cls.path.endswith(".pyi"):
        return plain
    return cached(
        inference, ("decorated class", cls), lambda: _decorated_class(inference, cls, facts), plain
    )


def _decorated_class(inference: Inference, cls: Entity, facts: FileFacts) -> Type:
    type_ = entity_object(cls)
    for expr in reversed(decorators(facts, cls.row)):
        target = decorator_callee(facts, expr)
        if last_name(facts, target) in registry.CLASS_DECORATORS:
            continue
        arguments = Arguments(inference, cls.path, [type_])
        made = union(
            *(
                inference.call_result(decorator, arguments)
                for decorator in inference.infer_type(cls.path, expr)
            )
        )
        if made and all(_replaces_class(inference, value) for value in made):
            # A class made inside has the decorated one for its base, by the name of a parameter.
            is_derived = inference.conventional and any(
                base.kind == OUTSIDE for value in made for base in inference.mro(value.entity)
            )
            type_ = union(made, type_) if is_derived else made
            continue
        found = [item.entity for item in inference.definitions_of(cls.path, target)]
        if not found or any(each.kind != FUNCTION or gives_back(inference, each) for each in found):
            continue
        if all(_makes_instance(inference, each, is_factory=expr != target) for each in found):
            type_ = tuple(instance(value.entity) for value in type_)
        elif not inference.conventional:
            return UNKNOWN
    return type_


def _makes_instance(inference: Inference, decorator: Entity, *, is_factory: bool) -> bool:
    """True if all that a decorator returns are calls of the class that it gets."""
    facts = inference.need(decorator.path)
    scope = facts.definition.own_scope[decorator.row]
    values = list(returned(facts, scope))
    if is_factory:
        made = [item for row in values for item in inference.definitions_of(decorator.path, row)]
        return bool(made) and all(
            item.entity.kind == FUNCTION
            and _makes_instance(inference, item.entity, is_factory=False)
            for item in made
        )
    name = _first_parameter(facts, scope)
    return bool(values) and all(
        plain_name(facts, called(facts, row)) == name != "" for row in values
    )


def _first_parameter(facts: FileFacts, scope: int) -> str:
    first = next(facts_view.parameters(facts, scope), -1)
    return facts.names[facts.parameter.name[first]] if first >= 0 else ""


def gives_back(inference: Inference, function: Entity, depth: int = 3) -> bool:
    """True if a decorator returns its first parameter, or functions that do, as factories do."""
    facts = inference.need(function.path)
    if function.path.endswith(".pyi"):
        return True
    annotation = facts.definition.returns[function.row]
    declared = annotation_type(inference, function.path, annotation) if annotation >= 0 else ()
    if any(value.form in (VARIABLE_TYPE, CALLABLE) for value in declared):
        return True
    scope = facts.definition.own_scope[function.row]
    name = _first_parameter(facts, scope)
    values = list(returned(facts, scope))
    if not values:
        return False
    while values:
        expr = values.pop()
        if facts.expr.op[expr] == f.CONDITIONAL_EXPR:
            values += facts_view.branches(facts, expr)
            continue
        if name and plain_name(facts, expr) == name:
            continue
        made = called(facts, expr)
        if last_name(facts, made) == "partial":
            made = next(iter(facts_view.argument_values(facts, expr)), made)
        inner = inference.definitions_of(function.path, made if made >= 0 else expr)
        if (
            not depth
            or not inner
            or not all(
                item.entity.kind == FUNCTION
                and item.entity != function
                and gives_back(inference, item.entity, depth - 1)
                for item in inner
            )
        ):
            return False
    return True


def _replaces_class(inference: Inference, value: Value) -> bool:
    if value.form == INSTANCE:  # a declared `object` may be anything
        return value.entity.kind == CLASS and name_of(inference, value.entity) != "object"
    return value.form == CLASS_OBJECT


def has_known_decorators(inference: Inference, function: Entity) -> bool:
    """True if every decorator of a function is resolved and has a known result."""
    facts = inference.need(function.path)
    if facts.definition.decorators[function.row] < 0:
        return True
    key = ("known through decorators", function)
    return cached(inference, key, lambda: _all_known(inference, function, facts), True)


def _all_known(inference: Inference, function: Entity, facts: FileFacts) -> bool:
    # What gives something of its own has not given the function back.
    is_itself = any(value.entity == function for value in decorated_type(inference, function))
    for expr in decorators(facts, function.row):
        if last_name(facts, decorator_callee(facts, expr)) in KNOWN_DECORATORS:
            continue
        type_ = inference.infer_type(function.path, expr)
        if not type_ or not all(_has_known_result(inference, value, is_itself) for value in type_):
            return False
    return True


def _has_known_result(inference: Inference, decorator: Value, is_itself: bool) -> bool:
    """True if a decorator is annotated, or its wrapper returns what the function returns."""
    form, entity = decorator.head
    if form != FUNCTION_OBJECT:
        return form != MODULE_OBJECT
    facts = inference.need(entity.path)
    if facts.definition.returns[entity.row] >= 0 or entity.path.endswith(".pyi"):
        return True
    own = facts.definition.own_scope[entity.row]
    parameters = {facts.parameter.name[row] for row in facts_view.parameters(facts, own)}
    return all(
        _gives_known(inference, entity.path, facts, expr, parameters, is_itself)
        for expr in returned(facts, own)
    )


def _gives_known(
    inference: Inference,
    path: str,
    facts: FileFacts,
    expr: int,
    parameters: set[int],
    is_itself: bool,
) -> bool:
    """True if what a decorator returns is what it gets, a wrapper of that, or of a known type."""
    if facts.expr.op[expr] == f.CONDITIONAL_EXPR:
        return all(
            _gives_known(inference, path, facts, part, parameters, is_itself)
            for part in facts_view.branches(facts, expr)
        )
    if facts.expr.op[expr] == f.NAME and facts_view.name_row(facts, expr) in parameters:
        return True
    passed = facts_view.argument_values(facts, expr) if facts.expr.op[expr] == f.CALL else ()
    # `return update_wrapper(wrapper, function)`, `cast(F, wrapper)`, `wraps(function)(wrapper)`
    found = [
        item.entity
        for part in (expr, *passed)
        for item in inference.definitions_of(path, part)
        if item.entity.kind == FUNCTION
    ]
    if found:
        return all(_returns_wrapped_result(inference, each, parameters) for each in found)
    return not is_itself and bool(inference.infer_type(path, expr))


def _returns_wrapped_result(inference: Inference, wrapper: Entity, parameters: set[int]) -> bool:
    """True if a wrapper returns the result of a parameter of its decorator, or known values."""
    facts = inference.need(wrapper.path)
    kinds = facts.expr.op
    own = facts.definition.own_scope[wrapper.row]
    for expr in returned(facts, own):
        inner = facts_view.operand(facts, expr) if kinds[expr] == f.AWAIT else expr
        function = facts_view.called(facts, inner)
        if (
            facts_view.op(facts, function) == f.NAME
            and facts_view.name_row(facts, function) in parameters
        ):
            continue
        if not inference.infer_type(wrapper.path, expr):
            return False
    return True


def _applied(inference: Inference, path: str, expr: int, type_: Type) -> Type:
    """Return the type of a value with a decorator applied, unchanged if its result is unknown."""
    arguments = Arguments(inference, path, [type_])
    parts: list[Type] = []
    for decorator in inference.infer_type(path, expr):
        for value in inference.call_result(decorator, arguments):
            decorated = _decorated_value(inference, value, type_)
            if decorated == type_:
                return type_  # of several overloads, one that changes nothing is preferred
            parts.append(decorated)
    return union(*parts) or type_


def _decorated_value(inference: Inference, value: Value, before: Type) -> Type:
    """Return the type of a decorated function by one value that the decorator may return."""
    form, entity = value.head
    if form == FUNCTION_OBJECT:
        if any(each.entity == entity for each in before):
            return before
        wrapped = _result_of_wrapper(inference, entity)
        return (Value(CALLABLE, NOWHERE, (wrapped,), INFERRED),) if wrapped else before
    if form == CALLABLE:
        # `Callable[P, R]` for `Callable[P, R]` keeps the function, overloads and keywords included.
        result = value.args[0] if value.args else UNKNOWN
        if not result or _without_evidence(result) == _without_evidence(
            _result_of_calling(inference, before)
        ):
            return before
        return (value,)
    if form == INSTANCE:
        return before if name_of(inference, entity) in ("_Wrapped", "Any") else (value,)
    if form in (CLASS_OBJECT, NONE):
        return before if form == NONE else (value,)
    return before


def _without_evidence(type_: Type) -> set[object]:
    return {(value.head, value.args) for value in type_}


def _result_of_calling(inference: Inference, type_: Type) -> Type:
    nothing = Arguments(inference, "", [])
    return union(*(inference.call_result(value, nothing) for value in type_))


def _result_of_wrapper(inference: Inference, wrapper: Entity) -> Type:
    """Return the return type of a wrapper, unknown if it is that of the wrapped function.

    A wrapper that returns anything unknown is taken to return the wrapped function's result.
    """
    facts = inference.need(wrapper.path)
    if facts.definition.returns[wrapper.row] >= 0 or facts.definition.flags[wrapper.row] & (
        f.GENERATOR | f.ASYNC
    ):
        annotated = return_type(inference, wrapper, None)
        return annotated if facts.definition.returns[wrapper.row] >= 0 else UNKNOWN
    scope = facts.definition.own_scope[wrapper.row]
    parts: list[Type] = []
    for expr in returned(facts, scope):
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
    """Return the type of a function's result: annotated, else inferred from its returns.

    Decorators are not applied.
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
        type_ = _plain_result(inference, chosen, receiver, arguments)
        type_ = generics.specialize(inference, chosen, receiver, arguments, type_)
        if number and type_ != first:
            return UNKNOWN  # which overload applies depends on an argument of unknown type
        first = type_
    return first


def _is_new(inference: Inference, function: Entity) -> bool:
    return name_of(inference, function) == "__new__"


def _with_body(inference: Inference, function: Entity) -> Entity:
    """Return a function with a body: for one of a stub, that of the source if it is found."""
    if not function.path.endswith(".pyi"):
        return function

    source = source_entity(inference, function)
    return source if source is not None and source.kind == function.kind else function


def _plain_result(
    inference: Inference, function: Entity, receiver: Value | None, arguments: Arguments | None
) -> Type:
    _, path, row = function
    facts = inference.need(path)
    flags = facts.definition.flags[row]
    annotation = facts.definition.returns[row]
    if annotation >= 0:
        type_ = annotation_type(inference, path, annotation)
        if flags & f.ASYNC and not flags & f.GENERATOR:
            return _coroutine(inference, type_)
        return type_
    known = left_out.NOTHING
    if arguments is not None:
        bound = receiver is not None
        known = left_out.known_arguments(inference, function, arguments, bound=bound)
        if not flags & f.GENERATOR and not path.endswith(".pyi"):
            result = passed_result(inference, function, arguments, known, bound=bound)
            if result:
                return _coroutine(inference, result) if flags & f.ASYNC else result
    result = cached(
        inference,
        ("returned", function, known),
        lambda: query_cache.nested(
            inference, lambda: _inferred(inference, _with_body(inference, function), known)
        ),
        UNKNOWN,
    )
    cls = owner_class(facts, function)
    if receiver is None or cls < 0:
        return result
    # `return self` returns the receiver, whose class may be derived from the method's class.
    own = Entity(CLASS, path, cls)
    return tuple(
        Value(value.form, receiver.entity, receiver.args, value.evidence)
        if value.entity == own and value.form in _OF_CLASS and receiver.entity.kind == CLASS
        and _returns_self(facts, function) else value
        for value in result
    )  # fmt: skip


def _inferred(inference: Inference, function: Entity, known: left_out.Known) -> Type:
    """Return the result type of a function without annotation, by its returns or yields.

    ``known`` is what a call of it passes, which some of them may not be reached with.
    """
    _, path, row = function
    facts = inference.need(path)
    flags = facts.definition.flags[row]
    scope = facts.definition.own_scope[row]
    values, kinds = facts.result.expr, facts.result.kind
    wanted = (f.YIELD, f.YIELD_FROM) if flags & f.GENERATOR else (f.RETURN,)
    parts: list[Type] = []
    is_bare = False
    for index, where in enumerate(facts.result.scope):
        if where == scope and kinds[index] in wanted:
            if values[index] < 0:
                is_bare = True
                continue
            position = facts.expr.position[values[index]]
            if known and not left_out.is_reachable(facts, scope, position, known):
                continue
            type_ = inference.infer_type(path, values[index])
            parts.append(
                operators.iterated_type(inference, type_) if kinds[index] == f.YIELD_FROM else type_
            )
    if is_bare and inference.conventional and (flags & f.GENERATOR or not parts):
        parts.append((NONE_VALUE,))
    type_ = weaken(alternatives(*parts), INFERRED)
    if flags & f.GENERATOR:
        name = "AsyncGenerator" if flags & f.ASYNC else "Generator"
        entity = standard_class(inference, "typing", name)
        result = union(*(inference.infer_type(path, expr) for expr in returned(facts, scope)))
        return (instance(entity, (type_, UNKNOWN, result)),) if entity else UNKNOWN
    return _coroutine(inference, type_) if flags & f.ASYNC else type_


def _returns_self(facts: FileFacts, function: Entity) -> bool:
    """True if a method may return its receiver, or another instance of the receiver's class.

    It does not if every value that it returns is made by a global name: ``return Box()``.
    """
    scope = facts.definition.own_scope[function.row]
    first = next(facts_view.parameters(facts, scope), -1)
    return first >= 0 and any(
        _may_be_self(facts, scope, facts.parameter.name[first], expr)
        for expr in returned(facts, scope)
    )


def _may_be_self(facts: FileFacts, scope: int, first: int, expr: int) -> bool:
    """True if an expression begins with the first parameter, passes it on, or is not known."""

    def is_first(value: int) -> bool:
        return kinds[value] == f.NAME and facts_view.name_row(facts, value) == first

    kinds = facts.expr.op
    while kinds[expr] in (f.CALL, f.ATTRIBUTE):
        if kinds[expr] == f.CALL and any(map(is_first, facts_view.argument_values(facts, expr))):
            return True  # `type(self)()`, `copy(self)`
        expr = facts_view.operand(facts, expr)
    if kinds[expr] != f.NAME:
        return True
    name = facts_view.name_row(facts, expr)
    return facts.names[name] == "super" or bool(facts.bindings_of(scope, name))


def _coroutine(inference: Inference, type_: Type) -> Type:
    entity = standard_class(inference, "typing", "Coroutine")
    return (instance(entity, (UNKNOWN, UNKNOWN, type_)),) if entity else UNKNOWN
