"""Functions that are handed over and called elsewhere: callbacks, hooks, event handlers.

A function value is followed forward: as an argument into a parameter, into variables, attributes
and containers, up to where it is called with arguments. A parameter that is annotated with
``Callable[[X], …]`` says right away what it will be called with.
"""

from __future__ import annotations

from ... import facts as f
from .. import evaluate, generics, signatures
from ..annotations import annotated
from ..arguments import Arguments
from ..classes import class_member
from ..entities import ATTRIBUTE, CLASS, FUNCTION, PARAMETER, entity_of_binding, owner_class
from ..types import (
    CALLABLE,
    CLASS_OBJECT,
    INSTANCE,
    UNKNOWN,
    VARIABLE_TYPE,
    instance,
    known,
    named,
    substitute,
)  # fmt: skip
from . import syntax
from .asked import Answer
from .call_sites import Site, tuple_of
from .combine import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...facts import FileFacts
    from ...snapshot import Snapshot
    from ..entities import Entity
    from ..types import Type
    from .asked import Parameter

# Handings-over that are followed one after another, and places looked at in all.
_DEPTH = 5
_LOOKS = 120
_FILES = (24, 8, 4)
# Methods that put what they are given into what they are called on.
_KEEPING = frozenset(["append", "add", "appendleft", "insert", "setdefault"])
# Methods that give back what a container holds.
_GIVING = frozenset(["get", "pop", "popleft", "values", "items", "copy", "setdefault", "popitem"])
# Functions that call what they are given with the arguments behind it: name to place.
_CALLING_ON = {
    "submit": 0, "call_soon": 0, "call_soon_threadsafe": 0, "run_in_executor": 1, "to_thread": 0,
    "call_later": 1, "call_at": 1, "start_new_thread": 0, "run_sync": 0, "spawn": 0,
    "start_soon": 0, "addCleanup": 0, "enterContext": 0, "run_in_threadpool": 0, "callback": 0,
}  # fmt: skip


class _Search:
    """One search: the place of the parameter, and how much is still looked at."""

    __slots__ = ("left", "name", "place", "seen", "snapshot")

    def __init__(self, snapshot: Snapshot, place: int, name: str) -> None:
        self.snapshot = snapshot
        self.place = place
        self.name = name
        self.left = _LOOKS
        self.seen: set[object] = set()


def called_back(snapshot: Snapshot, asked: Parameter) -> Answer | None:
    """What a function that is handed over is called with."""
    if asked.method.startswith("__") or (asked.place < 0 and asked.is_bound):
        return None
    search = _Search(snapshot, asked.place, asked.name)
    parts: list[Type] = []
    for site in _handed_over(search, asked):
        type_ = plain(snapshot, site.value(snapshot), asked.path)
        if type_:
            parts.append(type_)
        if len(parts) >= 12:
            break
    if not parts:
        return None
    return Answer(tuple_of(parts), "callback", "what it is called back with")


def lambda_called(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    """What a lambda is called with, for one of its parameters: a row of binding."""
    scope = facts.binding[f.BIND_SCOPE][row]
    owners = facts.parameter[f.PAR_SCOPE]
    rows = [index for index, owner in enumerate(owners) if owner == scope]
    place = rows.index(facts.binding[f.BIND_REF][row])
    search = _Search(snapshot, place, facts.names[facts.binding[f.BIND_NAME][row]])
    ops, _, _, rights = facts.expr
    for expr, op in enumerate(ops):
        if op == f.LAMBDA and rights[expr] == scope:
            sites = _followed(search, path, facts, expr, _DEPTH)
            return tuple_of([plain(snapshot, site.value(snapshot), path) for site in sites])
    return UNKNOWN


def _handed_over(search: _Search, asked: Parameter) -> Iterator[Site]:
    snapshot, facts, function = search.snapshot, asked.facts, asked.function
    yield from _dispatched(search, asked)
    yield from _decorated(search, asked)
    scope = facts.definition[f.DEF_SCOPE][function[2]]
    local = facts.scope[f.SCOPE_KIND][scope] == f.FUNCTION_SCOPE
    level = min(max(snapshot.progress.conventions - 1, 0), len(_FILES) - 1)
    files = [asked.path] if local else snapshot.files_with(asked.method)
    for path in syntax.nearest(asked.path, files, _FILES[level]):
        other = snapshot.facts(path)
        if other is None:
            continue
        for role, _, ref in other.occurrences(asked.method):
            if role & f.ROLE_MASK != f.READ:
                continue
            user, _ = syntax.user(other, ref)
            if user < 0 and not _is_bound_value(other, ref):
                continue
            search.left -= 1
            if search.left <= 0:
                return
            if any(item.entity == function for item in evaluate.objects(snapshot, path, ref)):
                yield from _followed(search, path, other, ref, _DEPTH)


def _is_bound_value(facts: FileFacts, expr: int) -> bool:
    """Whether an expression as a whole is what something is bound to."""
    return (
        expr in facts.binding[f.BIND_VALUE].tolist()
        or expr in facts.attribute_binding[f.ATTR_VALUE].tolist()
        or expr in facts.item_binding[f.ITEM_VALUE].tolist()
    )


def _decorated(search: _Search, asked: Parameter) -> Iterator[Site]:
    """Where the decorators of the function take it."""
    snapshot, facts, path = search.snapshot, asked.facts, asked.path
    for decorator in syntax.decorators(facts, asked.function[2]):
        target = syntax.decorating(facts, decorator)
        for item in evaluate.objects(snapshot, path, target):
            callee = item.entity
            if callee[0] == CLASS and decorator == target:
                callee = next(
                    (each.entity for each in class_member(snapshot, callee, "__init__")), callee
                )
            if callee[0] != FUNCTION:
                continue
            inner = [callee] if decorator == target else _made_by(snapshot, callee)
            for function in inner:
                yield from _into_parameter(search, function, 0, "", None, _DEPTH)
            if decorator != target:
                yield from _returned_callable(search, callee)


def _made_by(snapshot: Snapshot, factory: Entity) -> list[Entity]:
    """Functions that a function defines and gives back."""
    facts = snapshot.need(factory[1])
    scope = facts.definition[f.DEF_OWN_SCOPE][factory[2]]
    ops, _, lefts, _ = facts.expr
    returned = {
        lefts[expr]
        for where, expr in zip(facts.result[f.RES_SCOPE], facts.result[f.RES_EXPR], strict=True)
        if where == scope and expr >= 0 and ops[expr] == f.NAME
    }
    return [
        (FUNCTION, factory[1], row)
        for row, where in enumerate(facts.definition[f.DEF_SCOPE])
        if where == scope and facts.definition[f.DEF_NAME][row] in returned
    ]


def _returned_callable(search: _Search, factory: Entity) -> Iterator[Site]:
    """``def route(…) -> Callable[[Callable[[X], Y]], …]``: what the result's parameter says."""
    facts = search.snapshot.need(factory[1])
    annotation = facts.definition[f.DEF_RETURNS][factory[2]]
    for value in annotated(search.snapshot, factory[1], annotation):
        if value[0] == CALLABLE and len(value[2]) > 1:
            yield from _expected(search, factory[1], value[2][1])


def _followed(
    search: _Search, path: str, facts: FileFacts, expr: int, depth: int
) -> Iterator[Site]:
    """Where the value of an expression is called, the function or what holds it."""
    if depth <= 0 or search.left <= 0 or (path, expr) in search.seen:
        return
    search.seen.add((path, expr))
    row, op = syntax.user(facts, expr)
    if op == -2:
        yield from _site(search, path, facts, row)
        return
    if op == f.CALL:
        yield from _argument(search, path, facts, row, expr, depth)
        return
    if op == f.ATTRIBUTE:
        # `handlers.values()`: what a container holds; other attributes are not the function.
        if facts.names[facts.expr[f.EXPR_B][row]] in _GIVING:
            call = syntax.call_of(facts, row)
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
    search: _Search, path: str, facts: FileFacts, display: int, value: int
) -> Iterator[Site]:
    """``{Decimal: encode}``: what is registered for a class gets instances of it."""
    (extra,) = facts.extra
    at = facts.expr[f.EXPR_A][display]
    for index in range(at + 1, at + 1 + extra[at], 2):
        key = extra[index]
        if extra[index + 1] != value or key < 0:
            continue
        if facts.expr[f.EXPR_OP][key] not in (f.NAME, f.ATTRIBUTE):
            continue
        for item in evaluate.objects(search.snapshot, path, key):
            if item.entity[0] == CLASS:
                yield Site(path, -1, (instance(item.entity),))


def _dispatched(search: _Search, asked: Parameter) -> Iterator[Site]:
    """``@function.register(Foo)`` of ``singledispatch``: the first argument is one."""
    facts = asked.facts
    for decorator in syntax.decorators(facts, asked.function[2]):
        target = syntax.decorating(facts, decorator)
        if target == decorator or facts.expr[f.EXPR_OP][target] != f.ATTRIBUTE:
            continue
        receiver = facts.expr[f.EXPR_A][target]
        generic = any(
            item.entity[0] == FUNCTION
            for item in evaluate.objects(search.snapshot, asked.path, receiver)
        )
        if not generic or search.place != 0 or syntax.last_name(facts, target) != "register":
            continue
        for item in evaluate.objects(
            search.snapshot, asked.path, syntax.given(facts, decorator, 0, "cls")
        ):
            if item.entity[0] == CLASS:
                yield Site(asked.path, -1, (instance(item.entity),))


def _site(search: _Search, path: str, facts: FileFacts, call: int) -> Iterator[Site]:
    argument = syntax.given(facts, call, search.place, search.name)
    if argument >= 0:
        yield Site(path, argument)


def _bound(search: _Search, path: str, facts: FileFacts, expr: int, depth: int) -> Iterator[Site]:
    """What is bound to the value of an expression: variables, attributes, items of containers."""
    for row, value in enumerate(facts.binding[f.BIND_VALUE]):
        if value == expr and facts.binding[f.BIND_KIND][row] != f.PARAMETER:
            yield from _holder(search, entity_of_binding(path, facts, row), depth - 1)
    table = facts.attribute_binding
    for row, value in enumerate(table[f.ATTR_VALUE]):
        if value == expr:
            yield from _attribute_holder(search, path, facts, row, depth - 1)
    for row, value in enumerate(facts.item_binding[f.ITEM_VALUE]):
        if value == expr:
            container = facts.item_binding[f.ITEM_CONTAINER][row]
            yield from _holds(search, path, container, depth - 1)


def _holds(search: _Search, path: str, container: int, depth: int) -> Iterator[Site]:
    """Where what a container holds is called, the container being an expression."""
    for item in evaluate.objects(search.snapshot, path, container):
        if item.entity[0] == ATTRIBUTE:
            other = search.snapshot.need(item.entity[1])
            yield from _attribute_holder(search, item.entity[1], other, item.entity[2], depth)
        else:
            yield from _holder(search, item.entity, depth)


def _holder(search: _Search, entity: Entity, depth: int) -> Iterator[Site]:
    """Where what a variable or parameter holds is called, in its own file."""
    kind, path, row = entity
    if kind in (CLASS, FUNCTION) or row < 0 or (entity in search.seen):
        return
    search.seen.add(entity)
    facts = search.snapshot.need(path)
    name = facts.names[facts.binding[f.BIND_NAME][row]]
    same = facts.bindings_of(facts.binding[f.BIND_SCOPE][row], facts.binding[f.BIND_NAME][row])
    for role, _, ref in facts.occurrences(name):
        if role & f.ROLE_MASK not in (f.READ, f.CALLED) or role & f.ATTRIBUTE_ROLE:
            continue
        search.left -= 1
        if search.left <= 0:
            return
        found = evaluate.objects(search.snapshot, path, ref)
        if any(item.entity[1] == path and item.entity[2] in same for item in found):
            yield from _followed(search, path, facts, ref, depth)


def _attribute_holder(
    search: _Search, path: str, facts: FileFacts, row: int, depth: int
) -> Iterator[Site]:
    """Where what an attribute holds is called, in the file that assigns it."""
    table = facts.attribute_binding
    owner, name = table[f.ATTR_OWNER][row], facts.names[table[f.ATTR_NAME][row]]
    if owner < 0 or (path, owner, name) in search.seen:
        return
    search.seen.add((path, owner, name))
    for role, _, ref in facts.occurrences(name):
        if role & f.ROLE_MASK not in (f.READ, f.CALLED) or not role & f.ATTRIBUTE_ROLE:
            continue
        search.left -= 1
        if search.left <= 0:
            return
        receiver = evaluate.values(search.snapshot, path, facts.expr[f.EXPR_A][ref])
        if any(value[0] == INSTANCE and value[1] == (CLASS, path, owner) for value in receiver):
            yield from _followed(search, path, facts, ref, depth)


def _argument(
    search: _Search, path: str, facts: FileFacts, call: int, expr: int, depth: int
) -> Iterator[Site]:
    """Where a function goes that is an argument of a call."""
    snapshot = search.snapshot
    callee = facts.expr[f.EXPR_A][call]
    name = syntax.last_name(facts, callee)
    place, key = _place_of(facts, call, expr)
    yield from _called_on(search, path, facts, call, name, place, key)
    if name == "set_defaults" and key:
        # `parser.set_defaults(func=command)`, then `args.func(args)`.
        namespace = named(snapshot, "argparse", "Namespace")
        if namespace is not None and search.place == 0:
            yield Site(path, -1, (instance(namespace),))
        return
    if name in ("partial", "partialmethod") and place == 0:
        given = sum(1 for each, _ in syntax.arguments(facts, call) if each == f.ARG_POSITIONAL) - 1
        if given <= search.place:
            inner = _Search(snapshot, search.place - given, search.name)
            yield from _followed(inner, path, facts, call, depth - 1)
        return
    targets = evaluate.objects(snapshot, path, callee)
    if facts.expr[f.EXPR_OP][callee] == f.ATTRIBUTE and (
        name in _KEEPING and not any(item.entity[1].endswith(".py") for item in targets)
    ):
        yield from _holds(search, path, facts.expr[f.EXPR_A][callee], depth - 1)
        return
    arguments = Arguments.of(snapshot, path, facts, call)
    for item in targets:
        functions, bound = [item.entity], item.entity[0] == CLASS
        if bound:
            functions = [
                each.entity
                for name in ("__init__", "__new__")
                for each in class_member(snapshot, item.entity, name)[:1]
            ]
        for function in functions:
            if function[0] != FUNCTION:
                continue
            for overload in signatures.overloads(snapshot, function):
                sites = _into_parameter(
                    search, overload, place, key, arguments, depth - 1, bound=bound
                )
                first = next(sites, None)
                if first is not None:
                    yield first
                    yield from sites
                    break


def _place_of(facts: FileFacts, call: int, expr: int) -> tuple[int, str]:
    """(place, keyword) of an argument of a call; the place of a keyword is -1."""
    place = 0
    for key, value in syntax.arguments(facts, call):
        if value == expr:
            return (-1, facts.names[key]) if key >= 0 else (place, "")
        place += key == f.ARG_POSITIONAL
    return -1, ""


def _called_on(
    search: _Search, path: str, facts: FileFacts, call: int, name: str, place: int, key: str
) -> Iterator[Site]:
    """Threads, executors, event loops: the arguments stand beside the function."""
    if search.place < 0:
        return
    if _CALLING_ON.get(name, -2) == place:
        argument = syntax.given(facts, call, place + 1 + search.place, "")
        if argument >= 0:
            yield Site(path, argument)
    elif key in ("target", "func", "function") or (name == "apply_async" and place == 0):
        listed = syntax.keyword(facts, call, "args")
        if listed < 0 and name in ("apply_async", "Timer"):
            listed = syntax.given(facts, call, 1, "")
        items = syntax.elements(facts, listed)
        if search.place < len(items):
            yield Site(path, items[search.place])


def _into_parameter(
    search: _Search,
    function: Entity,
    place: int,
    key: str,
    arguments: Arguments | None,
    depth: int,
    *,
    bound: bool = False,
) -> Iterator[Site]:
    """Where a function's parameter is called, or what its annotation says."""
    snapshot = search.snapshot
    facts = snapshot.facts(function[1])
    if facts is None:
        return
    rows = signatures.parameters_of(snapshot, function)
    flags = facts.definition[f.DEF_FLAGS][function[2]]
    if bound or (owner_class(facts, function) >= 0 and not flags & f.STATIC):
        rows = rows[1:]
    for index, row in enumerate(rows):
        name = facts.names[facts.parameter[f.PAR_NAME][row]]
        if not (name == key if key else index == place):
            continue
        annotation = facts.parameter[f.PAR_ANNOTATION][row]
        if annotation >= 0:
            wanted = annotated(snapshot, function[1], annotation)
            variables: dict[Entity, Type] = {}
            if arguments is not None:
                generics.bind_arguments(snapshot, function, arguments, variables, bound_first=bound)
            yield from _expected(search, function[1], wanted, variables)
        scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
        for binding in facts.bindings_of(scope, facts.parameter[f.PAR_NAME][row]):
            if facts.binding[f.BIND_KIND][binding] == f.PARAMETER:
                yield from _holder(search, (PARAMETER, function[1], binding), depth - 1)


def _expected(
    search: _Search, path: str, wanted: Type, variables: dict[Entity, Type] | None = None
) -> Iterator[Site]:
    """The type of the parameter that a callable's annotation gives."""
    snapshot = search.snapshot
    for value in wanted:
        if value[0] == VARIABLE_TYPE:
            yield from _expected(search, path, _bound_of(snapshot, value[1]), variables)
        elif value[0] == CALLABLE and 0 <= search.place < len(value[2]) - 1:
            type_ = known(substitute(value[2][search.place + 1], variables or {}))
            if type_:
                yield Site(path, -1, type_)
        elif value[0] in (INSTANCE, CLASS_OBJECT) and value[1][0] == CLASS:
            yield from _protocol(search, value[1])


def _bound_of(snapshot: Snapshot, variable: Entity) -> Type:
    """What ``TypeVar("T", bound=…)`` bounds a type variable to."""
    if variable[2] < 0:
        return UNKNOWN
    facts = snapshot.need(variable[1])
    value = facts.binding[f.BIND_VALUE][variable[2]]
    if value < 0 or facts.expr[f.EXPR_OP][value] != f.CALL:
        return UNKNOWN
    return annotated(snapshot, variable[1], syntax.keyword(facts, value, "bound"))


def _protocol(search: _Search, cls: Entity) -> Iterator[Site]:
    """The parameter that the ``__call__`` of a protocol has at the place."""
    from ...symbols import base_names

    snapshot = search.snapshot
    facts = snapshot.need(cls[1])
    if "Protocol" not in base_names(facts, cls[2]):
        return
    for item in class_member(snapshot, cls, "__call__"):
        if item.entity[0] != FUNCTION:
            continue
        rows = signatures.parameters_of(snapshot, item.entity)[1:]
        if 0 <= search.place < len(rows):
            other = snapshot.need(item.entity[1])
            annotation = other.parameter[f.PAR_ANNOTATION][rows[search.place]]
            type_ = known(annotated(snapshot, item.entity[1], annotation))
            if type_:
                yield Site(item.entity[1], -1, type_)
