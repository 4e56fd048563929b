"""Decorators: which of them preserve what a function or class takes and returns."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.facts_view import (
    arguments,
    attribute,
    called,
    decorators,
    definitions,
    op,
    operand,
    plain_name,
    positional_arguments,
    results,
)
from ...indexer.inference.access_paths import (
    decorator_callee,
    enclosing_call,
    last_name,
    parent_expression,
)
from ...indexer.inference.entities import FUNCTION, Entity, Found
from ...indexer.inference.inference import Inference
from ...indexer.inference.query_cache import cached
from ...indexer.inference.signatures import parameter_rows
from ...indexer.plugins.registry import CONSTRUCTOR_DECORATORS

# Decorators of functions that preserve the parameters, whatever they do with the result.
_PRESERVING = frozenset(
    ["staticmethod", "classmethod", "overload", "abstractmethod", "override", "final", "deprecated",
     "wraps", "no_type_check", "type_check_only", "abstractclassmethod", "abstractstaticmethod",
     "lru_cache", "cache", "contextmanager", "asynccontextmanager", "property", "cached_property",
     "setter", "getter", "deleter", "abstractproperty", "singledispatch", "coroutine"]
)  # fmt: skip
# Those that change the result.
_CHANGING_RESULT = frozenset(["contextmanager", "asynccontextmanager", "coroutine", "wraps"])
# Decorators of classes that leave the constructor alone, or synthesize one that is known.
_PRESERVING_CLASSES = frozenset(
    ["final", "total_ordering", "runtime_checkable", "unique", "deprecated", "dataclass_transform",
     "type_check_only", "disjoint_base", "python_2_unicode_compatible", *CONSTRUCTOR_DECORATORS]
)  # fmt: skip


def preserves_signature(inference: Inference, function: Entity) -> bool:
    """True if no decorator of a function changes what it takes."""
    key = ("preserves signature", function)
    return cached(
        inference,
        key,
        lambda: _all_preserve(inference, function, _PRESERVING, handing_on=True),
        True,
    )


def preserves_result(inference: Inference, function: Entity) -> bool:
    """True if no decorator of a function changes what it takes and returns."""
    key = ("preserves result", function)
    names = _PRESERVING - _CHANGING_RESULT
    return cached(inference, key, lambda: _all_preserve(inference, function, names), True)


def preserves_class(inference: Inference, cls: Entity) -> bool:
    """True if no decorator of a class changes its constructor, except in a known way."""
    return _all_preserve(inference, cls, _PRESERVING_CLASSES)


def _all_preserve(
    inference: Inference, entity: Entity, names: frozenset[str], *, handing_on: bool = False
) -> bool:
    """True if each decorator has one of some names, or returns what it gets.

    With ``handing_on`` it may return a wrapper too that passes on all arguments as they are.
    """
    facts = inference.need(entity.path)
    for expr in decorators(facts, entity.row):
        target = decorator_callee(facts, expr)
        if last_name(facts, target) in names or (
            entity.kind == FUNCTION and _registers(inference, entity.path, target)
        ):
            continue
        found = _targets(inference, inference.definitions_of(entity.path, target))
        is_called = target != expr
        if not found or not all(
            each.kind == FUNCTION
            and (
                _returns_its_argument(inference, each, is_called)
                or (handing_on and hands_on(inference, each, is_called=is_called))
            )
            for each in found
        ):
            return False
    return True


def implementations(inference: Inference, function: Entity) -> list[Entity]:
    """Return what is run of an overloaded function; nothing for any other, and for stubs."""
    facts = inference.need(function.path)
    table, row = facts.definition, function.row
    if function.path.endswith(".pyi") or not table.flags[row] & f.OVERLOAD:
        return []
    rows = [
        facts.binding.ref[binding]
        for binding in facts.bindings_of(table.scope[row], table.name[row])
        if facts.binding.kind[binding] == f.DEF_FUNCTION
    ]
    return [
        Entity(FUNCTION, function.path, each) for each in rows if not table.flags[each] & f.OVERLOAD
    ]


def registered_implementations(inference: Inference, function: Entity) -> list[Entity] | None:
    """Return what is registered for a function under ``singledispatch``, which takes all of it.

    Nothing for any other function; None when something else may be registered.
    """
    if not _is_generic(inference, function):
        return []
    if function.is_outside:
        return None  # other packages may register more
    key = ("registered implementations", function)
    return cached(inference, key, lambda: _find_registered(inference, function), None)


def _is_generic(inference: Inference, function: Entity) -> bool:
    facts = inference.need(function.path)
    return any(
        last_name(facts, expr) == "singledispatch" for expr in decorators(facts, function.row)
    )


def _registers(inference: Inference, path: str, expr: int) -> bool:
    """True for ``show.register`` of a function under ``singledispatch``, which gives it back."""
    method = attribute(inference.need(path), expr)
    return (
        method is not None
        and method.name == "register"
        and any(
            item.entity.kind == FUNCTION and _is_generic(inference, item.entity)
            for item in inference.definitions_of(path, method.receiver)
        )
    )


def _find_registered(inference: Inference, function: Entity) -> list[Entity] | None:
    found: list[Entity] = []
    for path in inference.files_with("register"):
        facts = inference.facts(path)
        for _, _, expr in facts.occurrences("register") if facts is not None else ():
            method = attribute(facts, expr) if facts is not None and expr >= 0 else None
            if (
                facts is None
                or method is None
                or function
                not in (item.entity for item in inference.definitions_of(path, method.receiver))
            ):
                continue
            registered = _registered_by(inference, path, facts, expr)
            if registered is None:
                return None
            found += (each for each in registered if each not in found)
    return found


def _registered_by(
    inference: Inference, path: str, facts: FileFacts, register: int
) -> list[Entity] | None:
    """Return what ``show.register`` gets, as a decorator or with ``show.register(int, other)``."""
    for row in definitions(facts, f.FUNCTION):
        if any(decorator_callee(facts, expr) == register for expr in decorators(facts, row)):
            return [Entity(FUNCTION, path, row)]
    call = enclosing_call(facts, register)
    passed = positional_arguments(facts, call) if call >= 0 else []
    if len(passed) != 2:
        return None
    targets = [item.entity for item in inference.definitions_of(path, passed[1])]
    return targets if targets and all(each.kind == FUNCTION for each in targets) else None


def _targets(inference: Inference, found: list[Found]) -> list[Entity]:
    """Return what names refer to; of overloaded functions those that are run."""
    result: list[Entity] = []
    for item in found:
        entity = item.entity
        if entity.kind == FUNCTION:
            entity = next(iter(implementations(inference, entity)), entity)
        if entity not in result:
            result.append(entity)
    return result


def _returns_its_argument(inference: Inference, decorator: Entity, is_called: bool) -> bool:
    """True if a decorator, or what a call of it returns, returns nothing but its argument."""
    key = ("returns its argument", decorator, is_called)
    return cached(inference, key, lambda: _find_returned(inference, decorator, is_called), False)


def _find_returned(inference: Inference, decorator: Entity, is_called: bool) -> bool:
    if decorator.path.endswith(".pyi"):
        return _is_annotated_so(inference, decorator, is_called)
    returned = _returned(inference, decorator)
    if is_called:
        inner = _inner_functions(inference, decorator, returned)
        if inner:
            return all(_returns_parameter(inference, each) for each in inner)
        return _is_annotated_so(inference, decorator, is_called)
    return _returns_parameter(inference, decorator) or _is_annotated_so(
        inference, decorator, is_called
    )


def _returned(inference: Inference, function: Entity) -> list[int]:
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    table = facts.result
    return [table.expr[row] for row in results(facts, scope) if table.kind[row] == f.RETURN]


def _inner_functions(inference: Inference, function: Entity, returned: list[int]) -> list[Entity]:
    found: list[Entity] = []
    for expr in returned:
        items = inference.definitions_of(function.path, expr) if expr >= 0 else []
        inner = [each for each in _targets(inference, items) if each.kind == FUNCTION]
        if not inner:
            return []
        found += inner
    return found


def _returns_parameter(inference: Inference, function: Entity) -> bool:
    """True if a function returns its first parameter, or an inner function that does."""
    facts = inference.need(function.path)
    rows = parameter_rows(inference, function)
    returned = _returned(inference, function)
    if not rows or not returned or _replaces_constructor(facts, function):
        return False
    name = facts.parameter.name[rows[0]]
    scope = facts.definition.own_scope[function.row]
    if len(facts.bindings_of(scope, name)) != 1:
        return False
    for expr in returned:
        if expr < 0:
            return False
        if plain_name(facts, expr) == facts.names[name]:
            continue
        # `return wrap if cls is None else wrap(cls)`, in as many statements
        inner = _inner_functions(inference, function, [_decorating(facts, expr)])
        if not inner or not all(
            each != function and _returns_its_argument(inference, each, is_called=False)
            for each in inner
        ):
            return False
    return True


def hands_on(inference: Inference, decorator: Entity, *, is_called: bool) -> bool:
    """True if a decorator returns a wrapper that passes all arguments on as they are."""
    key = ("hands on", decorator, is_called)
    return cached(
        inference, key, lambda: _returns_wrapper(inference, decorator, is_called=is_called), False
    )


def _returns_wrapper(inference: Inference, decorator: Entity, *, is_called: bool) -> bool:
    facts = inference.need(decorator.path)
    rows = parameter_rows(inference, decorator)
    inner = _inner_functions(
        inference,
        decorator,
        [_wrapper(facts, expr) if expr >= 0 else expr for expr in _returned(inference, decorator)],
    )
    if not inner:
        return False
    if is_called:
        return all(_returns_wrapper(inference, each, is_called=False) for each in inner)
    wrapped = facts.names[facts.parameter.name[rows[0]]] if rows else ""
    return bool(wrapped) and all(_is_handing_on(inference, each, wrapped) for each in inner)


def replacement(inference: Inference, function: Entity) -> Entity | None:
    """Return the inner function that a decorator returns in the place of a function.

    None if there is no such one, or if it is not known which of several takes its place.
    """
    return cached(
        inference, ("replacement", function), lambda: _find_replacement(inference, function), None
    )


def _find_replacement(inference: Inference, function: Entity) -> Entity | None:
    facts = inference.need(function.path)
    for expr in decorators(facts, function.row):
        target = decorator_callee(facts, expr)
        if last_name(facts, target) in _PRESERVING:
            continue
        found = _targets(inference, inference.definitions_of(function.path, target))
        if len(found) != 1 or found[0].kind != FUNCTION or found[0].path.endswith(".pyi"):
            return None
        (decorator,) = found
        is_called = target != expr
        if _returns_its_argument(inference, decorator, is_called) or hands_on(
            inference, decorator, is_called=is_called
        ):
            continue
        return _only_inner(inference, decorator, is_called=is_called)
    return None


def _only_inner(inference: Inference, decorator: Entity, *, is_called: bool) -> Entity | None:
    """Return the only function that a decorator returns, which no decorator changes again."""
    facts = inference.need(decorator.path)
    if facts.definition.decorators[decorator.row] >= 0 or facts.definition.flags[decorator.row] & (
        f.ASYNC | f.GENERATOR
    ):
        return None
    found = _inner_functions(inference, decorator, _returned(inference, decorator))
    if len(set(found)) != 1:
        return None
    (inner,) = set(found)
    scope = facts.definition.scope[inner.row] if inner.path == decorator.path else -1
    if scope != facts.definition.own_scope[decorator.row]:
        return None
    if len(facts.bindings_of(scope, facts.definition.name[inner.row])) != 1:
        return None
    if is_called:
        return _only_inner(inference, inner, is_called=False)
    is_wrapped = all(
        "wraps" in (last_name(facts, expr), last_name(facts, called(facts, expr)))
        for expr in decorators(facts, inner.row)
    )
    return inner if is_wrapped else None


def _wrapper(facts: FileFacts, expr: int) -> int:
    """Return ``wrapper`` of ``update_wrapper(wrapper, …)`` and ``wraps(…)(wrapper)``."""
    made = called(facts, expr)
    if last_name(facts, made) in ("update_wrapper", "wraps") or (
        last_name(facts, called(facts, made)) == "wraps"
    ):
        return next(iter(positional_arguments(facts, expr)), expr)
    return expr


def _is_handing_on(inference: Inference, wrapper: Entity, wrapped: str) -> bool:
    """True if a function takes anything, and all calls of what it wraps get it as it came."""
    facts = inference.need(wrapper.path)
    table = facts.definition
    rows = parameter_rows(inference, wrapper)
    names = [facts.names[facts.parameter.name[row]] for row in rows]
    if [facts.parameter.kind[row] for row in rows] != [f.VAR_POSITIONAL, f.VAR_KEYWORD]:
        return False
    if any(last_name(facts, expr) != "wraps" and last_name(facts, called(facts, expr)) != "wraps"
           for expr in decorators(facts, wrapper.row)):  # fmt: skip
        return False
    start, end = table.header_end[wrapper.row], table.end[wrapper.row]
    if any(start <= at < end and role & f.ROLE_MASK == f.READ
           for role, at, _ in facts.occurrences("TypeError")):  # fmt: skip
        return False  # it may try what does not fit
    calls = 0
    for role, at, expr in facts.occurrences(wrapped):
        if not start <= at < end:
            continue
        if role & f.ROLE_MASK == f.READ and parent_expression(facts, expr)[1] == f.ATTRIBUTE:
            continue  # `function.__name__`
        call = enclosing_call(facts, expr) if role & f.ROLE_MASK == f.CALLED else -1
        if call < 0 or [
            (each.key, plain_name(facts, operand(facts, each.value)))
            for each in arguments(facts, call)
        ] != [(f.ARG_STAR, names[0]), (f.ARG_DOUBLE_STAR, names[1])]:
            return False
        calls += 1
    return calls > 0 and all(_is_left_alone(facts, name, start, end) for name in names)


# Methods that read a mapping or sequence, and functions that only look at their arguments.
_READING = frozenset(["get", "items", "keys", "values", "copy", "index", "count"])
_LOOKING = frozenset(
    ["len", "str", "repr", "tuple", "frozenset", "sorted", "list", "dict", "bool", "any", "all",
     "enumerate", "print", "isinstance", "debug", "info", "warning", "error", "exception", "log"]
)  # fmt: skip


def _is_left_alone(facts: FileFacts, name: str, start: int, end: int) -> bool:
    """True if code between two positions passes ``*args`` on and reads it, and no more."""
    for role, at, expr in facts.occurrences(name):
        if not start <= at < end:
            continue
        if role & f.ROLE_MASK != f.READ or expr < 0 or expr in facts.item_binding.container:
            return False
        user, how = parent_expression(facts, expr)
        if how == f.ATTRIBUTE:
            method = attribute(facts, user)
            if method is None or method.name not in _READING:
                return False
        elif how == f.CALL and last_name(facts, called(facts, user)) not in _LOOKING:
            return False
    return True


def _decorating(facts: FileFacts, expr: int) -> int:
    """Return the function of ``wrap``, ``wrap(cls)`` and ``partial(wrap, option=1)``."""
    if op(facts, expr) != f.CALL:
        return expr
    function = called(facts, expr)
    if last_name(facts, function) == "partial":
        return next((each.value for each in arguments(facts, expr)), function)
    return function


def _replaces_constructor(facts: FileFacts, function: Entity) -> bool:
    """True if a decorator replaces the constructor of a class: ``cls.__init__ = …``."""
    start = facts.definition.start[function.row]
    end = facts.definition.end[function.row]
    return any(
        start <= position < end
        for name in ("__init__", "__new__", "__call__")
        for role, position, _ in facts.occurrences(name)
        if role & f.ROLE_MASK == f.WRITTEN
    )


def _is_annotated_so(inference: Inference, decorator: Entity, is_called: bool) -> bool:
    """True if the annotations are ``(F) -> F``, ``(Callable[P, R]) -> Callable[P, R]``."""
    facts = inference.need(decorator.path)
    table = facts.definition
    if table.returns[decorator.row] < 0:
        return False
    text = inference.text(decorator.path)
    start = table.position[decorator.row]
    header = text[start : table.header_end[decorator.row]].decode("utf-8", "replace")
    result = "".join(header.rpartition("->")[2].split()).rstrip(":").strip("'\"")
    if is_called:
        # `-> Callable[[F], F]`
        head, _, rest = result.partition("[[")
        parameter, _, returned = rest.partition("],")
        return (
            head.rpartition(".")[2] == "Callable"
            and bool(parameter)
            and returned == f"{parameter}]"
        )
    for row in parameter_rows(inference, decorator)[:1]:
        annotation = facts.parameter.annotation[row]
        if annotation < 0:
            return False
        parameter = text[facts.parameter.position[row] : facts.parameter.end[row]]
        wanted = "".join(parameter.decode("utf-8", "replace").partition(":")[2].split())
        wanted = wanted.partition("=")[0].strip("'\"")
        vague = wanted.rpartition(".")[2] in ("Callable", "Any", "object", "type")
        return wanted == result and "..." not in wanted and not vague
    return False
