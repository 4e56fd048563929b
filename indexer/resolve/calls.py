"""Calls: what calling a value gives."""

from __future__ import annotations

from .. import facts as f
from .annotations import SELF, annotated
from .classes import as_base, class_member, type_parameters
from .entities import CLASS, FUNCTION, INFERRED, OUTSIDE, name_of, owner_class
from .memo import remember
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    SUPER,
    UNKNOWN,
    VARIABLE_TYPE,
    instance,
    known,
    named,
    substitute,
    union,
    weaker,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value

_CONTEXT_MANAGERS = frozenset(["contextmanager", "asynccontextmanager"])
# Decorators that give back something that is called like what they decorate.
_KEEPING = frozenset(
    ["lru_cache", "cache", "wraps", "overload", "abstractmethod", "staticmethod", "classmethod",
     "final", "override", "deprecated", "singledispatch", "no_type_check", "setter", "getter",
     "deleter", "cached_property", "property", "contextmanager", "asynccontextmanager", "fixture"]
)  # fmt: skip


class Arguments:
    """Arguments of a call, evaluated when asked for."""

    __slots__ = ("keywords", "path", "positional", "snapshot", "starred")

    def __init__(self, snapshot: Snapshot, path: str) -> None:
        """A call in a file, without arguments yet."""
        self.snapshot = snapshot
        self.path = path
        self.positional: list[int] = []
        self.keywords: dict[str, int] = {}
        self.starred = False

    @classmethod
    def of(cls, snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> Arguments:
        """Arguments of the call in a row of expressions."""
        result = cls(snapshot, path)
        (extra,) = facts.extra
        at = facts.expr[f.EXPR_B][expr]
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            key, value = extra[index], extra[index + 2]
            if key == f.ARG_POSITIONAL:
                result.positional.append(value)
            elif key >= 0:
                result.keywords[facts.names[key]] = value
            else:
                result.starred = True
        return result

    def type_of(self, index: int, name: str) -> Type:
        """Type of what a parameter gets, by place or by keyword."""
        from .evaluate import values

        if name in self.keywords:
            return values(self.snapshot, self.path, self.keywords[name])
        if 0 <= index < len(self.positional):
            return values(self.snapshot, self.path, self.positional[index])
        return UNKNOWN


def call(snapshot: Snapshot, path: str, expr: int) -> Type:
    """Type of what a call expression gives."""
    from .evaluate import values

    facts = snapshot.need(path)
    function = facts.expr[f.EXPR_A][expr]
    arguments = Arguments.of(snapshot, path, facts, expr)
    special = _special_call(snapshot, path, facts, expr, arguments)
    if special is not None:
        return special
    parts = [
        weaker(call_value(snapshot, value, arguments), value[3])
        for value in known(values(snapshot, path, function))
    ]
    return union(*parts)


def _special_call(
    snapshot: Snapshot, path: str, facts: FileFacts, expr: int, arguments: Arguments
) -> Type | None:
    """Calls whose result no signature says."""
    from .evaluate import enclosing_class, entity_value, values

    ops, positions, lefts, rights = facts.expr
    function = lefts[expr]
    name = ""
    if ops[function] == f.NAME:
        name = facts.names[lefts[function]]
    elif ops[function] == f.ATTRIBUTE:
        name = facts.names[rights[function]]
    if name == "super" and ops[function] == f.NAME and len(arguments.positional) in (0, 2):
        cls = enclosing_class(facts, positions[expr])
        if cls >= 0:
            entity = (CLASS, path, cls)
            return ((SUPER, entity, ((instance(entity),),), INFERRED),)
    if name == "cast" and len(arguments.positional) == 2:
        return annotated(snapshot, path, arguments.positional[0])
    if name == "type" and len(arguments.positional) == 1 and ops[function] == f.NAME:
        return tuple(
            (CLASS_OBJECT, value[1], value[2], value[3])
            for value in values(snapshot, path, arguments.positional[0])
            if value[0] == INSTANCE
        )
    if name == "getattr" and len(arguments.positional) >= 2 and ops[function] == f.NAME:
        key = arguments.positional[1]
        if ops[key] == f.STRING and lefts[key] >= 0:
            from .evaluate import member_value

            text = facts.strings[lefts[key]]
            receiver = values(snapshot, path, arguments.positional[0])
            parts = [member_value(snapshot, value, text) for value in known(receiver)]
            parts += [values(snapshot, path, row) for row in arguments.positional[2:]]
            return union(*parts)
    if name == "partial" and arguments.positional:
        inner = values(snapshot, path, arguments.positional[0])
        results = [call_value(snapshot, value, Arguments(snapshot, path)) for value in inner]
        return ((CALLABLE, (OUTSIDE, "", -1), (union(*results),), INFERRED),)
    del entity_value
    return None


def call_value(snapshot: Snapshot, value: Value, arguments: Arguments) -> Type:
    """Type of what calling a value gives."""
    form, entity, args, evidence = value
    if form == CLASS_OBJECT and entity[0] == CLASS:
        return (_constructed(snapshot, value, arguments),)
    if form == FUNCTION_OBJECT:
        receiver = args[0][0] if args and args[0] else None
        return returned(snapshot, entity, receiver, arguments)
    if form == CALLABLE:
        return args[0]
    if form == INSTANCE:
        return call_method(snapshot, value, "__call__")
    del evidence
    return UNKNOWN


def _constructed(snapshot: Snapshot, value: Value, arguments: Arguments) -> Value:
    _, entity, args, _ = value
    if args:
        return instance(entity, args)
    parameters = type_parameters(snapshot, entity)
    if not parameters:
        return instance(entity)
    bound: dict[Entity, Type] = {}
    for name in ("__init__", "__new__"):
        for item in class_member(snapshot, entity, name)[:1]:
            if item.entity[0] == FUNCTION:
                for function in overloads(snapshot, item.entity):
                    if fits(snapshot, function, arguments, bound=True):
                        _bind_arguments(snapshot, function, arguments, bound, bound_first=True)
                        break
        if bound:
            break
    return instance(entity, tuple(bound.get(parameter, UNKNOWN) for parameter in parameters))


def call_method(
    snapshot: Snapshot,
    value: Value,
    name: str,
    arguments: list[int] | None = None,
    path: str = "",
) -> Type:
    """Type of what a method of a value gives."""
    from .evaluate import member_value

    given = Arguments(snapshot, path)
    given.positional = list(arguments or [])
    parts = [
        call_value(snapshot, method, given) for method in known(member_value(snapshot, value, name))
    ]
    return union(*parts)


def overloads(snapshot: Snapshot, function: Entity) -> list[Entity]:
    """The overloads of a function in order; the function itself when it has none."""
    _, path, row = function
    facts = snapshot.need(path)
    scope = facts.definition[f.DEF_SCOPE][row]
    name = facts.definition[f.DEF_NAME][row]
    rows = [
        facts.binding[f.BIND_REF][index]
        for index in facts.bindings_of(scope, name)
        if facts.binding[f.BIND_KIND][index] == f.DEF_FUNCTION
    ]
    found = [
        (FUNCTION, path, other)
        for other in rows
        if facts.definition[f.DEF_FLAGS][other] & f.OVERLOAD
    ]
    return found or [function]


def parameters_of(snapshot: Snapshot, function: Entity) -> list[int]:
    """Rows of a function's parameters."""
    facts = snapshot.need(function[1])
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    key = ("parameters", scope)
    rows: list[int] | None = facts.memo.get(str(key))
    if rows is None:
        owners = facts.parameter[f.PAR_SCOPE]
        rows = [row for row, owner in enumerate(owners) if owner == scope]
        facts.memo[str(key)] = rows
    return rows


def fits(snapshot: Snapshot, function: Entity, arguments: Arguments, *, bound: bool) -> bool:
    """Whether a call's arguments fit a function's parameters by number, name and plain type."""
    facts = snapshot.need(function[1])
    table = facts.parameter
    rows = parameters_of(snapshot, function)[1 if bound else 0 :]
    positional = [row for row in rows if table[f.PAR_KIND][row] <= f.POSITIONAL]
    kinds = {table[f.PAR_KIND][row] for row in rows}
    if len(arguments.positional) > len(positional) and f.VAR_POSITIONAL not in kinds:
        return False
    names = {facts.names[table[f.PAR_NAME][row]] for row in rows}
    if f.VAR_KEYWORD not in kinds and any(key not in names for key in arguments.keywords):
        return False
    for index, row in enumerate(rows):
        name = facts.names[table[f.PAR_NAME][row]]
        given = index < len(arguments.positional) or name in arguments.keywords
        required = table[f.PAR_DEFAULT][row] < 0 and table[f.PAR_KIND][row] in (
            f.POSITIONAL_ONLY, f.POSITIONAL, f.KEYWORD_ONLY,
        )  # fmt: skip
        if required and not given and not arguments.starred:
            return False
        if given and table[f.PAR_KIND][row] <= f.KEYWORD_ONLY and not _may_take(
            snapshot, function[1], table[f.PAR_ANNOTATION][row],
            arguments.type_of(index if index < len(positional) else -1, name),
        ):  # fmt: skip
            return False
    return True


def _may_take(snapshot: Snapshot, path: str, annotation: int, given: Type) -> bool:
    """Whether an argument of this type may go to a parameter with this annotation."""
    from .classes import mro

    if annotation < 0 or not given:
        return True
    wanted = annotated(snapshot, path, annotation)
    classes = {value[1] for value in wanted if value[0] == INSTANCE and value[1][0] == CLASS}
    if len(classes) != len(wanted) or not wanted:
        return True
    for value in given:
        if value[0] != INSTANCE or value[1][0] != CLASS:
            return True
        order = mro(snapshot, value[1])
        if any(cls in classes for cls in order) or any(cls[0] == OUTSIDE for cls in order):
            return True
        if any(_is_protocol(snapshot, cls) for cls in classes):
            return True
    return False


def _is_protocol(snapshot: Snapshot, entity: Entity) -> bool:
    from ..symbols import base_names

    facts = snapshot.need(entity[1])
    return "Protocol" in base_names(facts, entity[2]) or name_of(snapshot, entity) in (
        "float", "complex", "object",
    )  # fmt: skip


def returned(
    snapshot: Snapshot,
    function: Entity,
    receiver: Value | None,
    arguments: Arguments | None = None,
) -> Type:
    """Type of what a function gives back: annotated, else inferred from its returns."""
    chosen = function
    if arguments is not None:
        for candidate in overloads(snapshot, function):
            if fits(snapshot, candidate, arguments, bound=receiver is not None):
                chosen = candidate
                break
    facts = snapshot.need(chosen[1])
    type_ = _plain_result(snapshot, chosen, facts, receiver)
    type_ = _decorated(snapshot, chosen, facts, type_)
    return _filled_in(snapshot, chosen, receiver, arguments, type_)


def _filled_in(
    snapshot: Snapshot,
    function: Entity,
    receiver: Value | None,
    arguments: Arguments | None,
    type_: Type,
) -> Type:
    """A result with the type variables of class, receiver and arguments replaced."""
    from .types import has_variables

    if not has_variables(type_):
        return type_
    bound: dict[Entity, Type] = {}
    if receiver is not None:
        facts = snapshot.need(function[1])
        cls = owner_class(facts, function)
        if cls >= 0 and receiver[0] in (INSTANCE, CLASS_OBJECT):
            bound.update(as_base(snapshot, receiver, (CLASS, function[1], cls)))
        bound[SELF] = ((INSTANCE, receiver[1], receiver[2], receiver[3]),)
        for row in parameters_of(snapshot, function)[:1]:
            annotation = facts.parameter[f.PAR_ANNOTATION][row]
            if annotation >= 0:
                unify(snapshot, annotated(snapshot, function[1], annotation), (receiver,), bound)
    if arguments is not None:
        _bind_arguments(snapshot, function, arguments, bound, bound_first=receiver is not None)
    return substitute(type_, bound)


def _plain_result(
    snapshot: Snapshot, function: Entity, facts: FileFacts, receiver: Value | None
) -> Type:
    _, path, row = function
    flags = facts.definition[f.DEF_FLAGS][row]
    annotation = facts.definition[f.DEF_RETURNS][row]
    if annotation >= 0:
        type_ = annotated(snapshot, path, annotation)
        if flags & f.ASYNC and not flags & f.GENERATOR:
            return _coroutine(snapshot, type_)
        return type_
    result = remember(
        snapshot, ("returned", function), lambda: _inferred(snapshot, function), UNKNOWN
    )
    cls = owner_class(facts, function)
    if receiver is None or cls < 0:
        return result
    # `return self` gives what the method was called on, not the class it is written in.
    own = (CLASS, path, cls)
    return tuple(
        (value[0], receiver[1], receiver[2], value[3])
        if value[1] == own and value[0] in (INSTANCE, CLASS_OBJECT) and receiver[1][0] == CLASS
        and _returns_self(facts, function) else value
        for value in result
    )  # fmt: skip


def _inferred(snapshot: Snapshot, function: Entity) -> Type:
    """What the returns or yields of an unannotated function give."""
    from .evaluate import element, values

    _, path, row = function
    facts = snapshot.need(path)
    flags = facts.definition[f.DEF_FLAGS][row]
    scope = facts.definition[f.DEF_OWN_SCOPE][row]
    scopes, exprs, kinds = facts.result[:3]
    wanted = (f.YIELD, f.YIELD_FROM) if flags & f.GENERATOR else (f.RETURN,)
    parts: list[Type] = []
    for index, where in enumerate(scopes):
        if where == scope and kinds[index] in wanted and exprs[index] >= 0:
            type_ = values(snapshot, path, exprs[index])
            parts.append(element(snapshot, type_) if kinds[index] == f.YIELD_FROM else type_)
    type_ = weaker(union(*parts), INFERRED)
    if flags & f.GENERATOR:
        name = "AsyncGenerator" if flags & f.ASYNC else "Generator"
        entity = named(snapshot, "typing", name)
        return (instance(entity, (type_, UNKNOWN, UNKNOWN)),) if entity else UNKNOWN
    return _coroutine(snapshot, type_) if flags & f.ASYNC else type_


def _returns_self(facts: FileFacts, function: Entity) -> bool:
    """Whether some ``return`` gives the first parameter, or calls its class."""
    scope = facts.definition[f.DEF_OWN_SCOPE][function[2]]
    owners = facts.parameter[f.PAR_SCOPE]
    first = next((row for row, owner in enumerate(owners) if owner == scope), -1)
    if first < 0:
        return False
    name = facts.parameter[f.PAR_NAME][first]
    ops, _, lefts, _ = facts.expr
    for index, where in enumerate(facts.result[f.RES_SCOPE]):
        expr = facts.result[f.RES_EXPR][index]
        if where != scope or expr < 0:
            continue
        while ops[expr] in (f.CALL, f.ATTRIBUTE):
            expr = lefts[expr]
        if ops[expr] == f.NAME and lefts[expr] == name:
            return True
    return True


def _coroutine(snapshot: Snapshot, type_: Type) -> Type:
    entity = named(snapshot, "typing", "Coroutine")
    return (instance(entity, (UNKNOWN, UNKNOWN, type_)),) if entity else UNKNOWN


def _decorated(snapshot: Snapshot, function: Entity, facts: FileFacts, type_: Type) -> Type:
    """The result of a function as its decorators change it."""
    at = facts.definition[f.DEF_DECORATORS][function[2]]
    if at < 0:
        return type_
    (extra,) = facts.extra
    ops, _, lefts, rights = facts.expr
    for expr in extra[at + 1 : at + 1 + extra[at]]:
        target = lefts[expr] if ops[expr] == f.CALL else expr
        name = ""
        if ops[target] == f.NAME:
            name = facts.names[lefts[target]]
        elif ops[target] == f.ATTRIBUTE:
            name = facts.names[rights[target]]
        if name in _CONTEXT_MANAGERS:
            is_async = name == "asynccontextmanager"
            yielded = union(*(value[2][0] for value in type_ if value[0] == INSTANCE and value[2]))
            entity = named(
                snapshot,
                "contextlib",
                "_AsyncGeneratorContextManager" if is_async else "_GeneratorContextManager",
            )
            return (instance(entity, (yielded, UNKNOWN, UNKNOWN)),) if entity else UNKNOWN
    return type_


def _bind_arguments(
    snapshot: Snapshot,
    function: Entity,
    arguments: Arguments,
    bound: dict[Entity, Type],
    *,
    bound_first: bool,
) -> None:
    """Find what the type variables of parameters stand for in a call."""
    facts = snapshot.need(function[1])
    table = facts.parameter
    place = 0
    rows = parameters_of(snapshot, function)
    if bound_first and not facts.definition[f.DEF_FLAGS][function[2]] & f.STATIC:
        rows = rows[1:]
    for row in rows:
        kind, annotation = table[f.PAR_KIND][row], table[f.PAR_ANNOTATION][row]
        name = facts.names[table[f.PAR_NAME][row]]
        if kind == f.VAR_POSITIONAL:
            types = [
                arguments.type_of(index, "") for index in range(place, len(arguments.positional))
            ]
            given = union(*types)
        else:
            given = arguments.type_of(place if kind <= f.POSITIONAL else -1, name)
            place += 1
        if annotation >= 0 and given:
            unify(snapshot, annotated(snapshot, function[1], annotation), given, bound)


def unify(
    snapshot: Snapshot, wanted: Type, given: Type, bound: dict[Entity, Type], depth: int = 0
) -> None:
    """Match a parameter's type with an argument's, recording what type variables must be."""
    if depth > 5:
        return
    for want in wanted:
        form, entity, args, _ = want
        if form == VARIABLE_TYPE:
            if entity[1].startswith("type:"):
                plain = (entity[0], entity[1][5:], entity[2])
                objects = tuple(
                    (INSTANCE, value[1], value[2], value[3])
                    for value in given
                    if value[0] == CLASS_OBJECT
                )
                if objects:
                    bound.setdefault(plain, objects)
            else:
                rest = known(given) if len(wanted) > 1 else given
                if rest and entity not in bound:
                    bound[entity] = rest
        elif form == INSTANCE and args:
            for value in known(given):
                if value[0] == INSTANCE:
                    base = as_base(snapshot, value, entity)
                    parameters = type_parameters(snapshot, entity)
                    for parameter, inner in zip(parameters, args, strict=False):
                        unify(snapshot, inner, base.get(parameter, UNKNOWN), bound, depth + 1)
        elif form == CALLABLE and args:
            for value in given:
                if value[0] in (FUNCTION_OBJECT, CALLABLE, CLASS_OBJECT):
                    result = call_value(snapshot, value, Arguments(snapshot, ""))
                    unify(snapshot, args[0], result, bound, depth + 1)


def lambda_parameter(snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> Type:
    """Type of a lambda's parameter, from what the callable it is passed to expects."""
    from .evaluate import values

    scope = facts.binding[f.BIND_SCOPE][row]
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    rows = [index for index, owner in enumerate(facts.parameter[f.PAR_SCOPE]) if owner == scope]
    place = rows.index(facts.binding[f.BIND_REF][row])
    for expr, op in enumerate(ops):
        if op != f.CALL:
            continue
        at = rights[expr]
        for number, index in enumerate(range(at + 1, at + 1 + 3 * extra[at], 3)):
            argument = extra[index + 2]
            if ops[argument] != f.LAMBDA or rights[argument] != scope:
                continue
            keyword = facts.names[extra[index]] if extra[index] >= 0 else ""
            parts: list[Type] = []
            for value in known(values(snapshot, path, lefts[expr])):
                expected = _expected(snapshot, value, number, keyword)
                parts += [
                    each[2][place + 1]
                    for each in expected
                    if each[0] == CALLABLE and len(each[2]) > place + 1
                ]
            return union(*parts)
    return UNKNOWN


def _expected(snapshot: Snapshot, value: Value, place: int, keyword: str) -> Type:
    """Type that a function's signature gives the argument at a place or of a keyword."""
    if value[0] != FUNCTION_OBJECT:
        return UNKNOWN
    function = value[1]
    facts = snapshot.need(function[1])
    table = facts.parameter
    rows = parameters_of(snapshot, function)
    if value[2] and value[2][0]:
        rows = rows[1:]
    for index, row in enumerate(rows):
        name = facts.names[table[f.PAR_NAME][row]]
        if (keyword and name == keyword) or (not keyword and index == place):
            return annotated(snapshot, function[1], table[f.PAR_ANNOTATION][row])
    return UNKNOWN
