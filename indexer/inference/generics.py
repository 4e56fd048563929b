"""Generics: type variables of a call, by matching parameters and arguments.

So are the parameters of lambdas, by the callable type that is expected of them.
"""

from __future__ import annotations

from functools import partial

from .. import facts as f
from .. import facts_view
from . import signatures, synthesized
from .annotations import annotation_type
from .classes import (
    base_arguments,
    class_member,
    is_protocol,
    mro,
    own_member,
    own_member_names,
    type_parameters,
)
from .entities import CLASS, FUNCTION, Entity, owner_class
from .query_cache import cached
from .signatures import Arguments
from .standard_types import standard_class
from .type_variables import fallback, variables_in
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    SELF,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    has_variables,
    plain_variable,
    substitute,
    union,
    without_none,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type

    Bound = dict[Entity, Type]


def lambda_parameter_type(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    """Return the type of a lambda's parameter, as expected by the function it is passed to."""
    scope = facts.binding.scope[row]
    site = _sites(facts).get(scope)
    if site is None:
        return UNKNOWN
    call, place, keyword, lambda_ = site
    owners = facts.parameter.scope
    parameter = facts.binding.ref[row]
    index = sum(owners[before] == scope for before in range(parameter))
    arguments = Arguments.of(inference, path, facts, call)
    arguments.apart = lambda_
    parts: list[Type] = []
    for value in without_none(inference.infer_type(path, facts_view.called(facts, call))):
        for each in _expected(inference, value, arguments, place, keyword):
            if each.form == CALLABLE and len(each.args) > index + 1:
                parts.append(each.args[index + 1])
    return union(*parts)


def _sites(facts: FileFacts) -> dict[int, tuple[int, int, str, int]]:
    """Return (call, place, keyword, lambda), rows of expressions, by the scope of the lambda."""
    table: dict[int, tuple[int, int, str, int]] | None = facts.memo.get("lambdas")
    if table is None:
        table = facts.memo["lambdas"] = {}
        for call in facts_view.calls(facts):
            for place, (key, _, value) in enumerate(facts_view.arguments(facts, call.row)):
                if facts_view.op(facts, value) == f.LAMBDA:
                    keyword = facts.names[key] if key >= 0 else ""
                    scope = facts_view.lambda_scope(facts, value)
                    table[scope] = call.row, place, keyword, value
    return table


def _expected(
    inference: Inference, value: Value, arguments: Arguments, place: int, keyword: str
) -> Type:
    """Return the parameter type in a callable's signature for a position or a keyword."""
    form, entity, args, _ = value
    if form == CLASS_OBJECT:
        return _expected_by_class(inference, value, arguments, place, keyword)
    if form == CALLABLE:
        return args[place + 1] if not keyword and len(args) > place + 1 else UNKNOWN
    if form != FUNCTION_OBJECT:
        return UNKNOWN
    receiver = args[0][0] if args and args[0] else None
    solved = receiver_variables(inference, entity, receiver)
    is_bound = receiver is not None
    return _by_signature(inference, entity, arguments, solved, place, keyword, is_bound=is_bound)


def _by_signature(
    inference: Inference,
    function: Entity,
    arguments: Arguments,
    solved: dict[Entity, Type],
    place: int,
    keyword: str,
    *,
    is_bound: bool,
) -> Type:
    function = signatures.select_overload(
        inference, function, arguments, bound=is_bound, solved=solved
    )
    bind_arguments(inference, function, arguments, solved, bound_first=is_bound)
    facts = inference.need(function.path)
    table = facts.parameter
    rows = signatures.parameter_rows(inference, function)[1 if is_bound else 0 :]
    for index, row in enumerate(rows):
        name = facts.names[table.name[row]]
        if (keyword and name == keyword) or (not keyword and index == place):
            wanted = annotation_type(inference, function.path, table.annotation[row])
            return substitute(wanted, {each: type_ for each, type_ in solved.items() if type_})
    return UNKNOWN


def _expected_by_class(
    inference: Inference, value: Value, arguments: Arguments, place: int, keyword: str
) -> Type:
    for name in ("__init__", "__new__"):
        for item in class_member(inference, value.entity, name)[:1]:
            if item.entity.kind == FUNCTION:
                solved = receiver_variables(inference, item.entity, value)
                return _by_signature(
                    inference, item.entity, arguments, solved, place, keyword, is_bound=True
                )
    for index, field in enumerate(synthesized.fields(inference, value.entity)):
        if keyword == field.keyword or (not keyword and index == place):
            return inference.entity_type(field.entity)
    return UNKNOWN


_CALLED = frozenset([FUNCTION_OBJECT, CALLABLE, CLASS_OBJECT, INSTANCE])
# Levels of types within types that are matched, and methods of a protocol that are compared.
_DEPTH = 5
_METHODS = 3


def specialize(
    inference: Inference,
    function: Entity,
    receiver: Value | None,
    arguments: Arguments | None,
    type_: Type,
) -> Type:
    """Return a result with the type variables of class, receiver and arguments replaced."""
    if not has_variables(type_):
        return type_
    bound = dict(receiver_variables(inference, function, receiver))
    if arguments is not None:
        bind_arguments(inference, function, arguments, bound, bound_first=receiver is not None)
    own = variables_in(type_)
    if len(own) > len(bound) or not own <= bound.keys():
        owned = _own_variables(inference, function) if receiver is None else set["Entity"]()
        for variable in own - bound.keys():
            if variable in owned:
                bound[variable] = (Value(VARIABLE_TYPE, variable, (), 1),)
            elif default := fallback(inference, variable, bounds=inference.conventional):
                bound[variable] = default
    return substitute(type_, bound, all_or_nothing=not inference.conventional)


def _own_variables(inference: Inference, function: Entity) -> set[Entity]:
    """Return the type variables of the enclosing class, which its user has solved."""
    cls = owner_class(inference.need(function.path), function)
    return set(type_parameters(inference, Entity(CLASS, function.path, cls))) if cls >= 0 else set()


def receiver_variables(inference: Inference, function: Entity, receiver: Value | None) -> Bound:
    """Return the type variables of a class as a receiver binds them, ``Self`` among them."""
    bound: Bound = {}
    facts = inference.need(function.path)
    cls = owner_class(facts, function)
    if receiver is None:
        if cls >= 0:
            bound[SELF] = (Value(INSTANCE, Entity(CLASS, function.path, cls), (), 1),)
        return bound
    if cls >= 0 and receiver.form in (INSTANCE, CLASS_OBJECT):
        base = base_arguments(inference, receiver, Entity(CLASS, function.path, cls))
        bound.update({variable: type_ for variable, type_ in base.items() if type_})
    bound[SELF] = (Value(INSTANCE, receiver.entity, receiver.args, receiver.evidence),)
    for row in signatures.parameter_rows(inference, function)[:1]:
        if facts.parameter.annotation[row] >= 0:
            # `def __call__(self: Callable[..., T]) -> T`: what it takes depends on what it gives.
            key = "receiver variables", function, receiver
            return cached(
                inference, key, partial(_bind_receiver, inference, function, receiver, bound), bound
            )
    return bound


def _bind_receiver(inference: Inference, function: Entity, receiver: Value, bound: Bound) -> Bound:
    """Return type variables as the annotation of the first parameter binds them as well."""
    row = signatures.parameter_rows(inference, function)[0]
    annotation = inference.need(function.path).parameter.annotation[row]
    found = dict(bound)
    unify(inference, annotation_type(inference, function.path, annotation), (receiver,), found)
    return found


def bind_arguments(
    inference: Inference,
    function: Entity,
    arguments: Arguments,
    bound: Bound,
    *,
    bound_first: bool,
) -> None:
    """Find what the type variables of parameters stand for in a call.

    What is bound already, by the receiver, stays as it is.
    """
    facts = inference.need(function.path)
    table = facts.parameter
    fixed = frozenset(bound)
    place = 0
    rows = signatures.parameter_rows(inference, function)
    if bound_first and not facts.definition.flags[function.row] & f.STATIC:
        rows = rows[1:]
    for row in rows:
        kind, annotation = table.kind[row], table.annotation[row]
        name = facts.names[table.name[row]]
        at = place if kind <= f.POSITIONAL else -1
        place += kind <= f.POSITIONAL
        if annotation < 0:
            continue
        wanted = annotation_type(inference, function.path, annotation)
        if not has_variables(wanted):
            continue
        if kind == f.VAR_POSITIONAL:
            given = union(*arguments.passed()[place:])
        elif kind == f.VAR_KEYWORD:
            given = union(*(arguments.type_of(-1, keyword) for keyword in arguments.keywords))
        else:
            given = arguments.type_of(at, name)
            default = table.default[row]
            if arguments.given(at, name) is None and default >= 0 and not arguments.is_open:
                given = without_none(_default(inference, function.path, default))
        unify(inference, wanted, given, bound, fixed=fixed)


def _default(inference: Inference, path: str, default: int) -> Type:

    return inference.infer_type(path, default)


def unify(
    inference: Inference,
    wanted: Type,
    given: Type,
    bound: Bound,
    depth: int = 0,
    fixed: frozenset[Entity] = frozenset(),
) -> None:
    """Match a parameter's type with an argument's, recording what type variables must be."""
    if depth > _DEPTH or not given:
        return
    rest = list(given)
    for want in wanted:
        if want.form != VARIABLE_TYPE:
            rest = [
                value for value in rest if not _matched(inference, want, value, bound, depth, fixed)
            ]
    plain = tuple(rest)
    if len(wanted) > 1:
        plain = without_none(plain)
    for want in wanted:
        if want.form != VARIABLE_TYPE:
            continue
        variable = plain_variable(want.entity)
        found = plain
        if variable != want.entity:
            found = tuple(
                Value(INSTANCE, value.entity, value.args, value.evidence)
                for value in plain
                if value.form == CLASS_OBJECT
            )
        if found and variable not in fixed:
            bound[variable] = union(bound.get(variable, UNKNOWN), found)


def _matched(
    inference: Inference,
    want: Value,
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> bool:
    """Match one alternative with one value; whether the value is of that form at all."""
    form, entity, args, _ = want
    if form == INSTANCE:
        if value.form == INSTANCE and entity in mro(inference, value.entity):
            _match_parameters(inference, want, value, bound, depth, fixed)
            return True
        return is_protocol(inference, entity) and _structural(
            inference, want, value, bound, depth, fixed
        )
    if form == CALLABLE and args and value.form in _CALLED:
        if value.form == INSTANCE and not inference.is_callable(value):
            return False
        if value.form == FUNCTION_OBJECT and inference.conventional:
            # What a function takes is at least what it is given, and no more is certain.
            _match_taken(inference, args[1:], value, bound, depth, fixed)
        takes: list[int | Type] = [substitute(taken, bound) for taken in args[1:]]
        result = inference.call_result(value, Arguments(inference, "", takes))
        unify(inference, args[0], result, bound, depth + 1, fixed)
        return True
    return form == value.form and form != INSTANCE


def _match_parameters(
    inference: Inference,
    want: Value,
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> None:
    """Match the type arguments of a class with those that a derived class gives it."""
    _, entity, args, _ = want
    if len(args) > 1 and entity == value.entity == standard_class(inference, "builtins", "tuple"):
        if len(args) == len(value.args):
            for inner, place in zip(args[1:], value.args[1:], strict=True):
                unify(inference, inner, place, bound, depth + 1, fixed)
        return
    if (
        args and value.args and entity == standard_class(inference, "builtins", "bool")
    ):  # of a type guard
        unify(inference, args[0], value.args[0], bound, depth + 1, fixed)
        return
    base = base_arguments(inference, value, entity)
    for parameter, inner in zip(type_parameters(inference, entity), args, strict=False):
        given = base.get(parameter, UNKNOWN)
        if not given and len(base) == 1:
            given = inference.namedtuple_field_types(value)
        unify(inference, inner, given, bound, depth + 1, fixed)


def _match_taken(
    inference: Inference,
    takes: tuple[Type, ...],
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> None:
    """Match what a callable is to take with what a function says that it takes."""
    function = value.entity
    facts = inference.need(function.path)
    rows = signatures.parameter_rows(inference, function)
    rows = rows[1:] if value.args and value.args[0] else rows
    for taken, row in zip(takes, rows, strict=False):
        annotation = facts.parameter.annotation[row]
        unsolved = variables_in(taken) - bound.keys()
        if annotation >= 0 and unsolved:
            given = annotation_type(inference, function.path, annotation)
            if not has_variables(given):
                unify(inference, taken, given, bound, depth + 1, fixed)


def _structural(
    inference: Inference,
    want: Value,
    value: Value,
    bound: Bound,
    depth: int,
    fixed: frozenset[Entity],
) -> bool:
    """Match a protocol with a value that has its methods without being derived from it."""
    _, entity, args, _ = want
    inner: Bound = {}
    seen = 0
    for cls in mro(inference, entity):
        if cls.kind != CLASS or not is_protocol(inference, cls):
            continue
        for name in own_member_names(inference, cls):
            members = own_member(inference, cls, name)
            if not members or members[0].entity.kind != FUNCTION or seen >= _METHODS:
                continue
            seen += 1
            function = members[0].entity
            if not inference.has_method(value, name):
                return False
            facts = inference.need(function.path)
            result = annotation_type(
                inference, function.path, facts.definition.returns[function.row]
            )
            if has_variables(result):
                takes: list[int | Type] = [
                    annotation_type(inference, function.path, facts.parameter.annotation[row])
                    for row in signatures.parameter_rows(inference, function)[1:]
                    if facts.parameter.default[row] < 0
                ]
                given = inference.method_result(value, name, takes)
                unify(inference, result, given, inner, depth + 1)
    for parameter, argument in zip(type_parameters(inference, entity), args, strict=False):
        unify(inference, argument, inner.get(parameter, UNKNOWN), bound, depth + 1, fixed)
    return seen > 0
