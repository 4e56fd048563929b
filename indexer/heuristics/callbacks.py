"""Functions that are passed on and called elsewhere: callbacks, hooks, event handlers.

A function value is followed forward: as an argument into a parameter, into variables, attributes
and containers, up to where it is called with arguments. A parameter that is annotated with
``Callable[[X], …]`` says right away what it will be called with.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference import access_paths, expressions, generics, signatures
from ..inference.annotations import annotation_type
from ..inference.classes import class_member
from ..inference.entities import (
    ATTRIBUTE,
    CLASS,
    FUNCTION,
    PARAMETER,
    Entity,
    entity_of_binding,
    owner_class,
)
from ..inference.signatures import Arguments
from ..inference.standard_types import standard_class
from ..inference.types import (
    CALLABLE,
    CLASS_OBJECT,
    INSTANCE,
    UNKNOWN,
    VARIABLE_TYPE,
    instance,
    substitute,
    without_none,
)
from ..plugins.registry import CALLBACK_SETTERS
from ..symbols import base_names
from .call_sites import Site, returned_names, tuple_of
from .evidence import Answer, informative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type
    from .evidence import ParameterQuery

# Handings-over that are followed one after another, and places looked at in all.
_DEPTH = 5
_LOOKS = 120
_FILES = (24, 8, 4)
# Methods that put what they are given into what they are called on.
_ADDING = frozenset(["append", "add", "appendleft", "insert", "setdefault"])
# Methods that give back what a container holds.
_GETTERS = frozenset(["get", "pop", "popleft", "values", "items", "copy", "setdefault", "popitem"])
# Functions that call what they are given with the arguments behind it: name to place.
_CALLING = {
    "submit": 0, "call_soon": 0, "call_soon_threadsafe": 0, "run_in_executor": 1, "to_thread": 0,
    "call_later": 1, "call_at": 1, "start_new_thread": 0, "run_sync": 0, "spawn": 0,
    "start_soon": 0, "addCleanup": 0, "enterContext": 0, "run_in_threadpool": 0, "callback": 0,
}  # fmt: skip


class _CallSearch:
    """One search: the place of the parameter, and the number of places left to look at."""

    __slots__ = ("left", "name", "place", "seen", "inference")

    def __init__(self, inference: Inference, place: int, name: str) -> None:
        self.inference = inference
        self.place = place
        self.name = name
        self.left = _LOOKS
        self.seen: set[object] = set()


def called_with(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what a function that is handed over is called with."""
    if query.method.startswith("__") or (query.place < 0 and query.is_bound):
        return None
    search = _CallSearch(inference, query.place, query.name)
    parts: list[Type] = []
    for site in _handed_over(search, query):
        type_ = informative(inference, site.value(inference), query.path)
        if type_:
            parts.append(type_)
        if len(parts) >= 12:
            break
    if not parts:
        return None
    return Answer(tuple_of(parts), "callback", "what it is called back with")


def lambda_called_with(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    """Return what a lambda is called with, for one of its parameters: a row of binding."""
    scope = facts.binding.scope[row]
    owners = facts.parameter.scope
    rows = [index for index, owner in enumerate(owners) if owner == scope]
    place = rows.index(facts.binding.ref[row])
    search = _CallSearch(inference, place, facts.names[facts.binding.name[row]])
    for expr, op in enumerate(facts.expr.op):
        if op == f.LAMBDA and facts_view.lambda_scope(facts, expr) == scope:
            sites = _followed(search, path, facts, expr, _DEPTH)
            return tuple_of([informative(inference, site.value(inference), path) for site in sites])
    return UNKNOWN


def _handed_over(search: _CallSearch, query: ParameterQuery) -> Iterator[Site]:
    inference, facts, function = search.inference, query.facts, query.function
    yield from _dispatched(search, query)
    yield from _decorated(search, query)
    scope = facts.definition.scope[function.row]
    local = facts.scope.kind[scope] == f.FUNCTION_SCOPE
    level = min(max(inference.progress.conventions - 1, 0), len(_FILES) - 1)
    files = [query.path] if local else inference.files_with(query.method)
    for path in access_paths.nearest_files(query.path, files, _FILES[level]):
        other = inference.facts(path)
        if other is None:
            continue
        for role, _, ref in other.occurrences(query.method):
            if role & f.ROLE_MASK != f.READ:
                continue
            user, _ = access_paths.parent_expression(other, ref)
            if user < 0 and not _is_bound_value(other, ref):
                continue
            search.left -= 1
            if search.left <= 0:
                return
            if any(
                item.entity == function for item in expressions.definitions_of(inference, path, ref)
            ):
                yield from _followed(search, path, other, ref, _DEPTH)


def _is_bound_value(facts: FileFacts, expr: int) -> bool:
    """True if an expression as a whole is what something is bound to."""
    return (
        expr in facts.binding.value.tolist()
        or expr in facts.attribute_binding.value.tolist()
        or expr in facts.item_binding.value.tolist()
    )


def _decorated(search: _CallSearch, query: ParameterQuery) -> Iterator[Site]:
    """Yield where the decorators of the function take it."""
    inference, facts, path = search.inference, query.facts, query.path
    for decorator in facts_view.decorators(facts, query.function.row):
        target = access_paths.decorator_callee(facts, decorator)
        for item in expressions.definitions_of(inference, path, target):
            callee = item.entity
            if callee.kind == CLASS and decorator == target:
                callee = next(
                    (each.entity for each in class_member(inference, callee, "__init__")), callee
                )
            if callee.kind != FUNCTION:
                continue
            inner = [callee] if decorator == target else _made_by(inference, callee)
            for function in inner:
                yield from _into_parameter(search, function, 0, "", None, _DEPTH)
            if decorator != target:
                yield from _returned_callable(search, callee)


def _made_by(inference: Inference, factory: Entity) -> list[Entity]:
    """Return the functions that a function defines and returns."""
    facts = inference.need(factory.path)
    scope = facts.definition.own_scope[factory.row]
    returned = returned_names(facts, scope)
    return [
        Entity(FUNCTION, factory.path, row)
        for row, where in enumerate(facts.definition.scope)
        if where == scope and facts_view.definition_name(facts, row) in returned
    ]


def _returned_callable(search: _CallSearch, factory: Entity) -> Iterator[Site]:
    """``def route(…) -> Callable[[Callable[[X], Y]], …]``: what the result's parameter says."""
    facts = search.inference.need(factory.path)
    annotation = facts.definition.returns[factory.row]
    for value in annotation_type(search.inference, factory.path, annotation):
        if value.form == CALLABLE and len(value.args) > 1:
            yield from _expected(search, factory.path, value.args[1])


def _followed(
    search: _CallSearch, path: str, facts: FileFacts, expr: int, depth: int
) -> Iterator[Site]:
    """Yield where the value of an expression is called, the function or what holds it."""
    if depth <= 0 or search.left <= 0 or (path, expr) in search.seen:
        return
    search.seen.add((path, expr))
    row, op = access_paths.parent_expression(facts, expr)
    if op == -2:
        yield from _site(search, path, facts, row)
        return
    if op == f.CALL:
        yield from _argument(search, path, facts, row, expr, depth)
        return
    if op == f.ATTRIBUTE:
        # `handlers.values()`: what a container holds; other attributes are not the function.
        if access_paths.last_name(facts, row) in _GETTERS:
            call = access_paths.nearby_call(facts, row)
            if call >= 0:
                yield from _followed(search, path, facts, call, depth)
        return
    if row >= 0:
        if op == f.DICT and search.place == 0:
            yield from _keyed(search, path, facts, row, expr)
        yield from _followed(search, path, facts, row, depth)
        return
    yield from _bound(search, path, facts, expr, depth)


def _keyed(
    search: _CallSearch, path: str, facts: FileFacts, display: int, value: int
) -> Iterator[Site]:
    """``{Decimal: encode}``: what is registered for a class gets instances of it."""
    for key, item_value in facts_view.items(facts, display):
        if item_value != value or key < 0:
            continue
        if facts.expr.op[key] not in (f.NAME, f.ATTRIBUTE):
            continue
        for item in expressions.definitions_of(search.inference, path, key):
            if item.entity.kind == CLASS:
                yield Site(path, -1, (instance(item.entity),))


def _dispatched(search: _CallSearch, query: ParameterQuery) -> Iterator[Site]:
    """``@function.register(Foo)`` of ``singledispatch``: the first argument is one."""
    facts = query.facts
    for decorator in facts_view.decorators(facts, query.function.row):
        target = access_paths.decorator_callee(facts, decorator)
        method = facts_view.attribute(facts, target)
        if target == decorator or method is None:
            continue
        generic = any(
            item.entity.kind == FUNCTION
            for item in expressions.definitions_of(search.inference, query.path, method.receiver)
        )
        if not generic or search.place != 0 or method.name != "register":
            continue
        for item in expressions.definitions_of(
            search.inference, query.path, access_paths.argument_for(facts, decorator, 0, "cls")
        ):
            if item.entity.kind == CLASS:
                yield Site(query.path, -1, (instance(item.entity),))


def _site(search: _CallSearch, path: str, facts: FileFacts, call: int) -> Iterator[Site]:
    argument = access_paths.argument_for(facts, call, search.place, search.name)
    if argument >= 0:
        yield Site(path, argument)


def _bound(
    search: _CallSearch, path: str, facts: FileFacts, expr: int, depth: int
) -> Iterator[Site]:
    """Yield what is bound to the value of an expression.

    Variables, attributes, items of containers.
    """
    for row, value in enumerate(facts.binding.value):
        if value == expr and facts.binding.kind[row] != f.PARAMETER:
            yield from _container(search, entity_of_binding(path, facts, row), depth - 1)
    table = facts.attribute_binding
    for row, value in enumerate(table.value):
        if value == expr:
            yield from _attribute_container(search, path, facts, row, depth - 1)
    for row, value in enumerate(facts.item_binding.value):
        if value == expr:
            container = facts.item_binding.container[row]
            yield from _holds(search, path, container, depth - 1)


def _holds(search: _CallSearch, path: str, container: int, depth: int) -> Iterator[Site]:
    """Yield where what a container holds is called, the container being an expression."""
    for item in expressions.definitions_of(search.inference, path, container):
        if item.entity.kind == ATTRIBUTE:
            other = search.inference.need(item.entity.path)
            yield from _attribute_container(search, item.entity.path, other, item.entity.row, depth)
        else:
            yield from _container(search, item.entity, depth)


def _container(search: _CallSearch, entity: Entity, depth: int) -> Iterator[Site]:
    """Yield where what a variable or parameter holds is called, in its own file."""
    kind, path, row = entity
    if kind in (CLASS, FUNCTION) or row < 0 or (entity in search.seen):
        return
    search.seen.add(entity)
    facts = search.inference.need(path)
    name = facts.names[facts.binding.name[row]]
    same = facts.bindings_of(facts.binding.scope[row], facts.binding.name[row])
    for role, _, ref in facts.occurrences(name):
        if role & f.ROLE_MASK not in (f.READ, f.CALLED) or role & f.ATTRIBUTE_ROLE:
            continue
        search.left -= 1
        if search.left <= 0:
            return
        found = expressions.definitions_of(search.inference, path, ref)
        if any(item.entity.path == path and item.entity.row in same for item in found):
            yield from _followed(search, path, facts, ref, depth)


def _attribute_container(
    search: _CallSearch, path: str, facts: FileFacts, row: int, depth: int
) -> Iterator[Site]:
    """Yield where what an attribute holds is called, in the file that assigns it."""
    table = facts.attribute_binding
    owner, name = table.owner[row], facts.names[table.name[row]]
    if owner < 0 or (path, owner, name) in search.seen:
        return
    search.seen.add((path, owner, name))
    for role, _, ref in facts.occurrences(name):
        if role & f.ROLE_MASK not in (f.READ, f.CALLED) or not role & f.ATTRIBUTE_ROLE:
            continue
        search.left -= 1
        if search.left <= 0:
            return
        receiver = expressions.infer_type(search.inference, path, facts_view.operand(facts, ref))
        if any(
            value.form == INSTANCE and value.entity == Entity(CLASS, path, owner)
            for value in receiver
        ):
            yield from _followed(search, path, facts, ref, depth)


def _argument(
    search: _CallSearch, path: str, facts: FileFacts, call: int, expr: int, depth: int
) -> Iterator[Site]:
    """Yield where a function goes that is an argument of a call."""
    inference = search.inference
    callee = facts_view.called(facts, call)
    name = access_paths.last_name(facts, callee)
    place, key = _place_of(facts, call, expr)
    yield from _called_on(search, path, facts, call, name, place, key)
    if name in CALLBACK_SETTERS and key:
        cls = standard_class(inference, *CALLBACK_SETTERS[name])
        if cls is not None and search.place == 0:
            yield Site(path, -1, (instance(cls),))
        return
    if name in ("partial", "partialmethod") and place == 0:
        n_bound = len(facts_view.positional_arguments(facts, call)) - 1
        if n_bound <= search.place:
            inner = _CallSearch(inference, search.place - n_bound, search.name)
            yield from _followed(inner, path, facts, call, depth - 1)
        return
    targets = expressions.definitions_of(inference, path, callee)
    method = facts_view.attribute(facts, callee)
    if method is not None and (
        name in _ADDING and not any(item.entity.path.endswith(".py") for item in targets)
    ):
        yield from _holds(search, path, method.receiver, depth - 1)
        return
    arguments = Arguments.of(inference, path, facts, call)
    for item in targets:
        functions, bound = [item.entity], item.entity.kind == CLASS
        if bound:
            functions = [
                each.entity
                for name in ("__init__", "__new__")
                for each in class_member(inference, item.entity, name)[:1]
            ]
        for function in functions:
            if function.kind != FUNCTION:
                continue
            for overload in signatures.overloads(inference, function):
                sites = _into_parameter(
                    search, overload, place, key, arguments, depth - 1, bound=bound
                )
                first = next(sites, None)
                if first is not None:
                    yield first
                    yield from sites
                    break


def _place_of(facts: FileFacts, call: int, expr: int) -> tuple[int, str]:
    """Return (place, keyword) of an argument of a call; the place of a keyword is -1."""
    place = 0
    for key, value in access_paths.call_arguments(facts, call):
        if value == expr:
            return (-1, facts.names[key]) if key >= 0 else (place, "")
        place += key == f.ARG_POSITIONAL
    return -1, ""


def _called_on(
    search: _CallSearch, path: str, facts: FileFacts, call: int, name: str, place: int, key: str
) -> Iterator[Site]:
    """Yield the argument passed beside a function to threads, executors and event loops."""
    if search.place < 0:
        return
    if _CALLING.get(name, -2) == place:
        argument = access_paths.argument_for(facts, call, place + 1 + search.place, "")
        if argument >= 0:
            yield Site(path, argument)
    elif key in ("target", "func", "function") or (name == "apply_async" and place == 0):
        listed = access_paths.keyword_argument(facts, call, "args")
        if listed < 0 and name in ("apply_async", "Timer"):
            listed = access_paths.argument_for(facts, call, 1, "")
        items = access_paths.display_elements(facts, listed)
        if search.place < len(items):
            yield Site(path, items[search.place])


def _into_parameter(
    search: _CallSearch,
    function: Entity,
    place: int,
    key: str,
    arguments: Arguments | None,
    depth: int,
    *,
    bound: bool = False,
) -> Iterator[Site]:
    """Yield where a function's parameter is called, or what its annotation says."""
    inference = search.inference
    facts = inference.facts(function.path)
    if facts is None:
        return
    rows = signatures.parameter_rows(inference, function)
    flags = facts.definition.flags[function.row]
    if bound or (owner_class(facts, function) >= 0 and not flags & f.STATIC):
        rows = rows[1:]
    for index, row in enumerate(rows):
        name = facts.names[facts.parameter.name[row]]
        if not (name == key if key else index == place):
            continue
        annotation = facts.parameter.annotation[row]
        if annotation >= 0:
            wanted = annotation_type(inference, function.path, annotation)
            variables: dict[Entity, Type] = {}
            if arguments is not None:
                generics.bind_arguments(
                    inference, function, arguments, variables, bound_first=bound
                )
            yield from _expected(search, function.path, wanted, variables)
        scope = facts.definition.own_scope[function.row]
        for binding in facts.bindings_of(scope, facts.parameter.name[row]):
            if facts.binding.kind[binding] == f.PARAMETER:
                yield from _container(search, Entity(PARAMETER, function.path, binding), depth - 1)


def _expected(
    search: _CallSearch, path: str, wanted: Type, variables: dict[Entity, Type] | None = None
) -> Iterator[Site]:
    """Yield the type of the parameter that a callable's annotation gives."""
    inference = search.inference
    for value in wanted:
        if value.form == VARIABLE_TYPE:
            yield from _expected(search, path, _bound_of(inference, value.entity), variables)
        elif value.form == CALLABLE and 0 <= search.place < len(value.args) - 1:
            type_ = without_none(substitute(value.args[search.place + 1], variables or {}))
            if type_:
                yield Site(path, -1, type_)
        elif value.form in (INSTANCE, CLASS_OBJECT) and value.entity.kind == CLASS:
            yield from _protocol(search, value.entity)


def _bound_of(inference: Inference, variable: Entity) -> Type:
    """Return what ``TypeVar("T", bound=…)`` bounds a type variable to."""
    if variable.row < 0:
        return UNKNOWN
    facts = inference.need(variable.path)
    value = facts.binding.value[variable.row]
    if facts_view.called(facts, value) < 0:
        return UNKNOWN
    return annotation_type(
        inference, variable.path, access_paths.keyword_argument(facts, value, "bound")
    )


def _protocol(search: _CallSearch, cls: Entity) -> Iterator[Site]:
    """Yield the parameter of the ``__call__`` of a protocol at the place searched for."""
    inference = search.inference
    facts = inference.need(cls.path)
    if "Protocol" not in base_names(facts, cls.row):
        return
    for item in class_member(inference, cls, "__call__"):
        if item.entity.kind != FUNCTION:
            continue
        rows = signatures.parameter_rows(inference, item.entity)[1:]
        if 0 <= search.place < len(rows):
            other = inference.need(item.entity.path)
            annotation = other.parameter.annotation[rows[search.place]]
            type_ = without_none(annotation_type(inference, item.entity.path, annotation))
            if type_:
                yield Site(item.entity.path, -1, type_)
