"""Calls: what calling a value gives, constructors included, and what keywords stand for."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view, scope_map
from ..plugins import registry
from . import (
    displays,
    entities,
    entity_types,
    generics,
    left_out,
    members,
    passed_results,
    return_types,
    signatures,
    synthesized,
)
from .access_paths import last_name
from .annotations import annotation_type
from .classes import base_arguments, class_member, is_enum, metaclass, mro, type_parameters
from .constructors import is_new_call
from .entities import (
    CLASS,
    FUNCTION,
    INFERRED,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Entity,
    Found,
    owner_class,
)
from .generics import unify
from .modules import IMPORTERS, module_imported_by_call
from .signatures import Arguments
from .standard_types import builtin_instance, standard_class
from .type_variables import concrete, fallback
from .types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    NOWHERE,
    SUPER,
    UNKNOWN,
    VARIABLE_TYPE,
    Value,
    has_variables,
    instance,
    substitute,
    union,
    weaken,
    without_none,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type


def keyword_target(
    inference: Inference, path: str, facts: FileFacts, call: int, name: str
) -> list[Found]:
    """Return the parameters or fields that a keyword of a call or a class pattern names."""
    function = facts_view.operand(facts, call)
    if facts.expr.op[call] == f.PATTERN_CLASS:
        return [
            found
            for item in inference.definitions_of(path, function)
            if item.entity.kind == CLASS
            for found in class_member(inference, item.entity, name)
        ]
    last = last_name(facts, function)
    if last in registry.COPIERS:
        found = _field_of_copied(inference, path, facts, call, name)
        if found:
            return found
    if last in ("partial", "partialmethod"):
        for inner in Arguments.of(inference, path, facts, call).positional[:1]:
            if isinstance(inner, int):
                return _keyword_targets(inference, _called(inference, path, inner), name)
    for where, row in _made_callables(inference, path, function):
        made = inference.need(where)
        if made.expr.op[row] == f.LAMBDA:
            return _parameter_in(where, made, facts_view.lambda_scope(made, row), name)
        for inner in Arguments.of(inference, where, made, row).positional[:1]:
            if isinstance(inner, int):
                return _keyword_targets(inference, _called(inference, where, inner), name)
    return _keyword_targets(inference, _called(inference, path, function), name)


def _made_callables(inference: Inference, path: str, function: int) -> list[tuple[str, int]]:
    """Return (path, row) of the lambda or ``partial(…)`` that is called, maybe by a name for it."""
    found = [(path, function)]
    for item in inference.definitions_of(path, function):
        if item.entity.kind == VARIABLE:
            found.append(
                (item.entity.path, inference.need(item.entity.path).binding.value[item.entity.row])
            )
    return [
        (where, row)
        for where, row in found
        if facts_view.op(inference.need(where), row) == f.LAMBDA
        or last_name(inference.need(where), facts_view.called(inference.need(where), row))
        in ("partial", "partialmethod")
    ]


def _parameter_in(path: str, facts: FileFacts, scope: int, name: str) -> list[Found]:
    """Return the parameter of a name that a scope has."""
    row = facts.name_id(name)
    return [
        Found(Entity(PARAMETER, path, binding))
        for binding in (facts.bindings_of(scope, row) if row >= 0 else ())
        if facts.binding.kind[binding] == f.PARAMETER
    ]


def _called(inference: Inference, path: str, function: int) -> list[Found]:
    """Return the classes and functions that an expression names or evaluates to."""
    found = [
        item
        for item in inference.definitions_of(path, function)
        if item.entity.kind == CLASS or _is_called_itself(inference, item.entity)
    ]
    if found:
        return found
    for value in concrete(inference, inference.infer_type(path, function)):
        evidence = max(INFERRED, value.evidence)
        if value.form == FUNCTION_OBJECT or (
            value.form == CLASS_OBJECT and value.entity.kind in (CLASS, VARIABLE)
        ):
            found.append(Found(value.entity, evidence))
        elif value.form == INSTANCE:
            found += [
                item.weaker(evidence) for item in class_member(inference, value.entity, "__call__")
            ]
    return found


def _is_called_itself(inference: Inference, entity: Entity) -> bool:
    """True if an entity is a function, and no property, whose value would be called."""
    if entity.kind != FUNCTION:
        return False
    return not inference.need(entity.path).definition.flags[entity.row] & f.PROPERTY


def _keyword_targets(inference: Inference, called: list[Found], name: str) -> list[Found]:
    found: list[Found] = []
    for item in called:
        accepting: list[Found] = []
        if item.entity.kind in (CLASS, VARIABLE):
            accepting = constructor_keyword(inference, item.entity, name)
        elif item.entity.kind == FUNCTION:
            accepting = _of_function(inference, item.entity, name)
        found = entities.merge_found(found, [each.weaker(item.evidence) for each in accepting])
    return found


def _of_function(inference: Inference, function: Entity, name: str) -> list[Found]:
    return parameter_named(inference, function, name) or inference.forwarded_to(function, name)


def constructor_keyword(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """Return the parameters or fields that a keyword names where a class is called.

    A parameter of its constructor, or a field.
    """
    order = mro(inference, entity)
    for cls in order:
        made = synthesized.made_fields(inference, cls).get(name)
        if made is not None:
            return [Found(made)]
    constructors = class_member(inference, entity, "__init__")
    if not constructors or constructors[0].entity.kind == OUTSIDE:
        constructors = [
            item
            for item in class_member(inference, entity, "__new__")
            if item.entity.kind == FUNCTION
        ] or constructors
    place = len(order)
    for item in constructors[:1]:
        if item.entity.kind == FUNCTION:
            place = _mro_index(inference, order, item.entity)
    for field in synthesized.fields(inference, entity):
        if field.keyword == name and _mro_index(inference, order, field.entity) < place:
            return [Found(field.entity)]
    found: list[Found] = []
    for item in constructors:
        if item.entity.kind == FUNCTION:
            found += [
                each.weaker(item.evidence) for each in _of_function(inference, item.entity, name)
            ]
    if not found and any(item.entity.kind == OUTSIDE for item in constructors):
        # A base that is not at hand may make its fields keywords, as those of ORMs do.
        found = [item.weaker(INFERRED) for item in class_member(inference, entity, name)]
    return found


def _mro_index(inference: Inference, order: list[Entity], member: Entity) -> int:
    """Return the place of the class that defines a member in the method resolution order."""
    owner = Entity(CLASS, member.path, owner_class(inference.need(member.path), member))
    return order.index(owner) if owner in order else len(order)


def _field_of_copied(
    inference: Inference, path: str, facts: FileFacts, call: int, name: str
) -> list[Found]:
    """``replace(box, size=2)`` and ``box._replace(size=2)``."""
    function = facts_view.called(facts, call)
    copied: Type = ()
    if last_name(facts, function) in ("_replace", "__replace__"):
        method = facts_view.attribute(facts, function)
        if method is not None:
            copied = inference.infer_type(path, method.receiver)
    else:
        copied = Arguments.of(inference, path, facts, call).type_of(0, "")
    return [
        Found(entity, max(INFERRED, value.evidence))
        for value in copied
        if value.form == INSTANCE
        for keyword, entity in (
            *(
                (field.keyword, field.entity)
                for field in synthesized.fields(inference, value.entity)
            ),
            *(
                each
                for cls in mro(inference, value.entity)
                for each in synthesized.made_fields(inference, cls).items()
            ),
        )
        if keyword == name
    ]


def parameter_named(inference: Inference, function: Entity, name: str) -> list[Found]:
    """Return the parameter of a function with a name."""
    facts = inference.need(function.path)
    return _parameter_in(function.path, facts, facts.definition.own_scope[function.row], name)


def constructed_type(inference: Inference, value: Value, arguments: Arguments) -> Type:
    """Return the type of a call of a class."""
    _, entity, args, evidence = value
    if entity.kind == VARIABLE or is_enum(inference, entity):
        return (instance(entity, (), evidence),)
    if entity.kind != CLASS:
        return UNKNOWN
    other = _other_result(inference, value, arguments)
    if other:
        return other
    if args:
        return (instance(entity, args, evidence),)
    parameters = type_parameters(inference, entity)
    if not parameters:
        return (instance(entity, (), evidence),)
    bound = _solved(inference, entity, parameters, arguments)
    solved = tuple(
        bound.get(each) or fallback(inference, each, bounds=inference.conventional)
        for each in parameters
    )
    return (instance(entity, solved, evidence),)


def _other_result(inference: Inference, value: Value, arguments: Arguments) -> Type:
    """Return what ``__call__`` of a metaclass, or ``__new__``, gives if that is no instance."""
    entity = value.entity
    meta = metaclass(inference, entity)
    if meta is not None:
        for item in class_member(inference, meta, "__call__"):
            builtin = standard_class(inference, "builtins", "type")
            if item.entity.kind != FUNCTION or builtin is None or item.entity.path == builtin.path:
                continue
            type_ = without_none(return_types.return_type(inference, item.entity, value, arguments))
            if type_ and not _has_instance(inference, type_, entity):
                return type_
    for item in class_member(inference, entity, "__new__"):
        if item.entity.kind != FUNCTION:
            continue
        facts = inference.need(item.entity.path)
        if facts.definition.returns[item.entity.row] < 0 and item.entity.path[:1] == "/":
            continue
        own = facts.definition.own_scope[item.entity.row]
        if any(is_new_call(inference, item.entity, row) for row in facts_view.returned(facts, own)):
            continue
        type_ = without_none(return_types.return_type(inference, item.entity, value, arguments))
        if type_ and not _has_instance(inference, type_, entity):
            return type_
    return UNKNOWN


def _has_instance(inference: Inference, type_: Type, entity: Entity) -> bool:
    """True if a type is, or may be, an instance of a class or of one of its bases."""
    order = mro(inference, entity)
    return any(
        value.form not in (FUNCTION_OBJECT, CALLABLE)
        if value.form != INSTANCE
        else value.entity in order or entity in mro(inference, value.entity)
        for value in type_
    )


def _solved(
    inference: Inference, entity: Entity, parameters: list[Entity], arguments: Arguments
) -> dict[Entity, Type]:
    """Return what the type parameters of a class are by the arguments of its constructor."""
    for name in ("__init__", "__new__"):
        for item in class_member(inference, entity, name)[:1]:
            if item.entity.kind == FUNCTION:
                bound = _by_signature(inference, entity, parameters, item.entity, arguments)
                if bound:
                    return bound
    bound: dict[Entity, Type] = {}
    for place, field in enumerate(synthesized.fields(inference, entity)):
        given = arguments.type_of(place, field.keyword)
        if given:
            generics.unify(
                inference, entity_types.entity_type(inference, field.entity), given, bound
            )
    return bound


def _by_signature(
    inference: Inference,
    entity: Entity,
    parameters: list[Entity],
    function: Entity,
    arguments: Arguments,
) -> dict[Entity, Type]:
    accepting = signatures.matching_overloads(inference, function, arguments, bound=True)
    if len(accepting) > 1 and not inference.conventional:
        return {}  # which one it is depends on an argument that nobody knows
    function = accepting[0]
    bound: dict[Entity, Type] = {}
    generics.bind_arguments(inference, function, arguments, bound, bound_first=True)
    facts = inference.need(function.path)
    # `def __init__(self: dict[str, V], **items: V)`
    for row in signatures.parameter_rows(inference, function)[:1]:
        for declared in annotation_type(inference, function.path, facts.parameter.annotation[row]):
            if declared.form == INSTANCE and declared.entity == entity:
                for parameter, arg in zip(parameters, declared.args, strict=False):
                    bound[parameter] = substitute(arg, bound)
    # `def __new__(cls, one: Iterable[A], other: Iterable[B]) -> zip[tuple[A, B]]`
    for declared in annotation_type(
        inference, function.path, facts.definition.returns[function.row]
    ):
        if declared.form == INSTANCE and declared.entity == entity:
            for parameter, arg in zip(parameters, declared.args, strict=False):
                bound[parameter] = substitute(arg, bound)
    owner = owner_class(facts, function)
    if owner >= 0 and Entity(CLASS, function.path, owner) != entity:
        # An inherited constructor speaks of the variables of its own class.
        own = instance(entity, tuple((Value(VARIABLE_TYPE, each, (), 1),) for each in parameters))
        base = base_arguments(inference, own, Entity(CLASS, function.path, owner))
        for variable, meaning in base.items():
            generics.unify(inference, meaning, bound.get(variable, UNKNOWN), bound)
    return bound


def call_type(inference: Inference, path: str, expr: int) -> Type:
    """Return the type of a call expression."""
    facts = inference.need(path)
    function = facts_view.called(facts, expr)
    arguments = displays.call_arguments(inference, path, facts, expr)
    special = _special_call(inference, path, facts, expr, arguments)
    if special is not None:
        return special
    values = concrete(inference, inference.infer_type(path, function))
    if inference.conventional and any(value.form == CALLABLE for value in values):
        result = passed_results.lambda_result(inference, path, function, arguments)
        if result:
            return result
    parts = [weaken(call_result(inference, value, arguments), value.evidence) for value in values]
    return union(*parts)


def call_without_arguments(inference: Inference, path: str, expr: int) -> Type:
    """Return the type of calling the value of an expression without arguments."""
    nothing = Arguments(inference, path, [])
    return union(
        *(
            call_result(inference, value, nothing)
            for value in without_none(inference.infer_type(path, expr))
        )
    )


def _of_builtin(
    inference: Inference,
    path: str,
    facts: FileFacts,
    expr: int,
    name: str,
    positional: list[int],
) -> Type | None:
    """Return the type of a call of a builtin whose result no signature tells, else None."""
    if name == "super" and len(positional) in (0, 2):
        return _super(inference, path, facts, expr, positional)
    if name == "type" and len(positional) == 1:
        given = concrete(inference, inference.infer_type(path, positional[0]))
        return union(*(members.class_of(inference, value) for value in given))
    if name == "type" and len(positional) == 3:  # `type("Made", (Base,), {})`
        bases = inference.infer_type(path, positional[1])
        return union(*(value.args[1] for value in bases if len(value.args) > 1)) or None
    if name == "getattr" and len(positional) >= 2:
        return _getattr(inference, path, facts, positional)
    if name == "property" and positional:
        return builtin_instance(
            inference, "property", call_without_arguments(inference, path, positional[0])
        )
    return None


def _special_call(
    inference: Inference, path: str, facts: FileFacts, expr: int, arguments: Arguments
) -> Type | None:
    """Return the type of a call whose result no signature tells, else None."""
    function = facts_view.called(facts, expr)
    name = last_name(facts, function)
    positional = [each for each in arguments.positional if isinstance(each, int)]
    method = facts_view.attribute(facts, function)
    if method is not None:
        if name in ("get", "pop", "setdefault") and positional:
            return _key_of_typed_dict(inference, path, facts, method.receiver, positional)
    elif name:
        if not facts_view.bindings_around(facts, function):
            found = _of_builtin(inference, path, facts, expr, name, positional)
            if found is not None:
                return found
        special = registry.call_type(inference, path, name, positional) if positional else None
        if special is not None:
            return special
    else:
        return None
    if name in IMPORTERS and positional:
        written = {name: row for name, row in arguments.keywords.items() if isinstance(row, int)}
        return module_imported_by_call(inference, path, facts, expr, positional, written)
    if name == "proxy" and positional and _is_weak(inference, path, function):
        return inference.infer_type(path, positional[0])
    if name == "cast" and len(positional) == 2:
        return annotation_type(inference, path, positional[0])
    if name == "NewType" and len(positional) == 2:
        return (
            Value(CALLABLE, NOWHERE, (annotation_type(inference, path, positional[1]),), INFERRED),
        )
    if name in ("partial", "partialmethod") and positional:
        return _partial(inference, path, positional, arguments)
    if name in registry.COPIERS and positional and arguments.keywords:
        # Stubs say the same, where they are at hand.
        first = inference.infer_type(path, positional[0])
        if any(synthesized.fields(inference, value.entity) for value in without_none(first)):
            return without_none(first)
    return None


def _is_weak(inference: Inference, path: str, function: int) -> bool:
    """True if a function is of the module of weak references, as `weakref.proxy`."""
    found = inference.definitions_of(path, function)
    return any(item.entity.path.endswith(("/_weakref.pyi", "/weakref.pyi")) for item in found)


def _partial(
    inference: Inference, path: str, positional: list[int], arguments: Arguments
) -> Type | None:
    """Return the type of ``partial(function, …)``: a callable with the same result."""
    inner = inference.infer_type(path, positional[0])
    remaining = Arguments(inference, path, list(positional[1:]))
    remaining.keywords = arguments.keywords
    remaining.starred = remaining.doubled = True
    parts: list[Type] = []
    is_decorator = False
    for value in inner:
        if left_out.chooses_by_first(inference, value, len(remaining.positional)):
            # What it is made to be called with: `partial(deco, name=name)` decorates a function.
            is_decorator = True
            with_function = remaining.with_positional((Value(CALLABLE, NOWHERE, (), INFERRED),))
            parts.append(call_result(inference, value, with_function))
        else:
            parts.append(call_result(inference, value, remaining))
    found = union(*parts)
    if is_decorator and not found:
        return (Value(CALLABLE, NOWHERE, (), INFERRED),)
    return (Value(CALLABLE, NOWHERE, (found,), INFERRED),) if found else None


def _super(
    inference: Inference, path: str, facts: FileFacts, expr: int, positional: list[int]
) -> Type | None:
    """Return the type of ``super()``: members of ``self`` from behind the enclosing class."""
    cls = scope_map.enclosing_class(facts, facts.expr.position[expr])
    entity = Entity(CLASS, path, cls)
    if positional:
        for value in inference.infer_type(path, positional[0]):
            if value.form == CLASS_OBJECT and value.entity.kind == CLASS:
                entity = value.entity
        receiver = concrete(inference, inference.infer_type(path, positional[1]))
        return (Value(SUPER, entity, (receiver or (instance(entity),),), INFERRED),)
    return (Value(SUPER, entity, ((instance(entity),),), INFERRED),) if cls >= 0 else None


def _getattr(
    inference: Inference, path: str, facts: FileFacts, positional: list[int]
) -> Type | None:
    """Return the type of ``getattr(value, "name", default)``."""
    value, key, *default = positional
    text = displays.written_text(inference, facts, key)
    if text is None:
        return None
    receiver = inference.infer_type(path, value)
    parts = [members.member_type(inference, value, text) for value in without_none(receiver)]
    parts += [inference.infer_type(path, row) for row in default]
    return union(*parts)


def _key_of_typed_dict(
    inference: Inference, path: str, facts: FileFacts, receiver: int, positional: list[int]
) -> Type | None:
    first, *default = positional
    key = facts_view.string(facts, first)
    if key is None:
        return None
    parts = [
        synthesized.key_type(inference, value.entity, key)
        for value in inference.infer_type(path, receiver)
        if value.form == INSTANCE and synthesized.is_typed_dict(inference, value.entity)
    ]
    parts += [inference.infer_type(path, row) for row in default] if parts else []
    return union(*parts) if parts else None


def call_result(inference: Inference, value: Value, arguments: Arguments) -> Type:
    """Return the type of a call of a value."""
    form, entity, args, _ = value
    if form == CLASS_OBJECT:
        return constructed_type(inference, value, arguments)
    if form == FUNCTION_OBJECT:
        receivers = args[0] if args else UNKNOWN
        if not receivers:
            return return_types.return_type(inference, entity, None, arguments)
        return union(
            *(
                return_types.return_type(inference, entity, each, arguments)
                for each in receivers[:3]
            )
        )
    if form == CALLABLE:
        return _call_callable(inference, args, arguments) if args else UNKNOWN
    if form == INSTANCE:
        return union(
            *(
                call_result(inference, method, arguments)
                for method in members.member_type(inference, value, "__call__")
                if method.form in (FUNCTION_OBJECT, CALLABLE)
            )
        )
    return UNKNOWN


def _call_callable(inference: Inference, args: tuple[Type, ...], arguments: Arguments) -> Type:
    result = args[0]
    if not has_variables(result):
        return result

    bound: dict[Entity, Type] = {}
    for wanted, given in zip(args[1:], arguments.passed(), strict=False):
        unify(inference, wanted, given, bound)
    return substitute(result, bound)


def is_callable(inference: Inference, value: Value) -> bool:
    """True if a value can be called."""
    form = value.form
    if form == INSTANCE:
        return bool(class_member(inference, value.entity, "__call__"))
    return form in (FUNCTION_OBJECT, CALLABLE, CLASS_OBJECT)


def has_method(inference: Inference, value: Value, name: str) -> bool:
    """True if the class of a value has a method: what syntax and protocols look for."""
    form, entity, _, _ = value
    if form == INSTANCE:
        return bool(class_member(inference, entity, name))
    if form == CLASS_OBJECT:
        meta = metaclass(inference, entity)
        return name == "__call__" or bool(meta and class_member(inference, meta, name))
    if form in (FUNCTION_OBJECT, CALLABLE):
        return name == "__call__"
    return False


def method_result(
    inference: Inference,
    value: Value,
    name: str,
    arguments: list[int | Type] | None = None,
    path: str = "",
) -> Type:
    """Return the result type of a method of a value; for a class, of its metaclass."""
    given = Arguments(inference, path, arguments or [])
    if value.form == CLASS_OBJECT:
        if name == "__call__":
            return call_result(inference, value, given)
        meta = metaclass(inference, value.entity)
        found = class_member(inference, meta, name) if meta else []
        return union(
            *(
                return_types.return_type(inference, item.entity, value, given)
                for item in found
                if item.entity.kind == FUNCTION
            )
        )
    parts = [
        call_result(inference, method, given)
        for method in without_none(members.member_type(inference, value, name))
    ]
    return weaken(union(*parts), value.evidence)
