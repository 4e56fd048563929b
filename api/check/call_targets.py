"""Targets of calls: every function or class that a call may reach, or nothing at all."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.facts_view import (
    Argument,
    arguments,
    attribute,
    binding_name,
    called,
    definition_name,
    definitions,
    elements,
    items,
    op,
    operand,
    plain_name,
    string,
    subscript,
)
from ...indexer.inference import synthesized
from ...indexer.inference.access_paths import last_name, parent_expression
from ...indexer.inference.classes import is_protocol
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    VARIABLE,
    Entity,
    Found,
    name_of,
)
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.inference import Inference
from ...indexer.inference.members import member_definitions
from ...indexer.inference.names import bindings_of_name, module_attribute
from ...indexer.inference.query_cache import cached
from ...indexer.inference.standard_types import is_standard_class, standard_class
from ...indexer.inference.type_variables import concrete
from ...indexer.inference.types import CLASS_OBJECT, INSTANCE, SUPER, Value, without_none
from ...indexer.name_uses import is_attribute_set, is_defined
from .callees import Callee, Parameter, Signature
from .known_names import files_naming
from .signatures import (
    class_signature,
    derived_classes,
    function_signature,
    lambda_signature,
    method_signature,
    owner_of,
    signatures_of_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


# Derived classes in which `super()` is looked up.
_DERIVED = 100
# Functions of a name that are looked at before it is assumed that one of them fits.
_SAME_NAME = 60


@dataclass(slots=True, frozen=True)
class CallTargets:
    """All that a call may reach, and how that is known (one of the evidences of ``entities``)."""

    callees: list[Callee]
    evidence: int


def call_targets(
    inference: Inference, path: str, function: int, start: Entity | None = None
) -> CallTargets | None:
    """Return all that calling the value of an expression may reach; None when that is unknown.

    ``start`` is the class of the instance for ``super()``, when it is known.
    """
    facts = inference.need(path)
    kind = op(facts, function)
    if kind in (f.NAME, f.ATTRIBUTE) and last_name(facts, function) == "TypedDict":
        return _of_typed_dict_maker(inference, path, function)
    if kind == f.NAME:
        return _of_name(inference, path, function)
    if kind == f.ATTRIBUTE:
        return _of_attribute(inference, path, function, start)
    if kind == f.SUBSCRIPT:
        return _of_item(inference, path, function) or _of_alias(inference, path, function)
    if kind == f.LAMBDA:
        return CallTargets([lambda_signature(inference, path, function)], EXACT)
    partial = _of_partial(inference, path, function)
    if partial is not None:
        return partial
    if not is_exhaustive(inference, path, function):
        return None
    if synthesized.class_factory_name(facts, function):
        return None  # `namedtuple("Point", "x y")(1, 2)`
    return _of_type(inference, inference.infer_type(path, function))


def _of_typed_dict_maker(inference: Inference, path: str, function: int) -> CallTargets | None:
    """Return what ``TypedDict("Row", {…})`` takes, before fields had to be given in a mapping."""
    found = inference.definitions_of(path, function)
    if not found or not all("/typing" in item.entity.path for item in found):
        return None
    entity = Entity(OUTSIDE, "TypedDict", -1)
    kinds = {
        "typename": f.POSITIONAL_ONLY, "fields": f.POSITIONAL_ONLY, "total": f.KEYWORD_ONLY,
        "kwargs": f.VAR_KEYWORD,
    }  # fmt: skip
    taken = [
        Parameter(name, kind, entity, required=name == "typename") for name, kind in kinds.items()
    ]
    return CallTargets([Callee(entity, [Signature(entity, taken)])], EXACT)


def _of_name(inference: Inference, path: str, function: int) -> CallTargets | None:
    facts = inference.need(path)
    found = inference.definitions_of(path, function)
    if not is_exhaustive(inference, path, function):
        if len(found) == 1 and _is_typed_dict_made_once(inference, found[0].entity):
            return _of_definitions(inference, found)
        return _of_only_value(inference, path, function)
    if found and all(_is_definition(inference, item.entity) for item in found):
        return _of_definitions(inference, found)
    targets = _of_only_value(inference, path, function)
    if targets is not None:
        return targets
    rows = bindings_of_name(facts, function)
    if not rows or any(_may_be_rebound(inference, item.entity) for item in found):
        return None
    type_ = inference.infer_type(path, function)
    if any(_rebinds_class(inference, facts, row, type_) for row in rows):
        return None
    if len(rows) == 1 and facts.binding.annotation[rows[0]] >= 0:
        declared = _of_callable(inference, path, facts.binding.annotation[rows[0]])
        if declared is not None:
            return declared
    return _of_type(inference, type_)


def _of_callable(inference: Inference, path: str, annotation: int) -> CallTargets | None:
    """Return how many arguments ``Callable[[int, str], None]`` takes, by position."""
    facts = inference.need(path)
    item = subscript(facts, annotation)
    if item is None or inference.special_form(path, item.value) != "Callable":
        return None
    if op(facts, item.key) != f.TUPLE:
        return None
    parts = elements(facts, item.key)
    if len(parts) != 2 or op(facts, parts[0]) != f.LIST:
        return None
    listed = elements(facts, parts[0])
    if any(op(facts, each) == f.STARRED for each in listed):
        return None
    entity = Entity(OUTSIDE, "Callable", -1)
    taken = [
        Parameter(f"arg{place}", f.POSITIONAL_ONLY, entity, required=True)
        for place in range(1, len(listed) + 1)
    ]
    return CallTargets([Callee(entity, [Signature(entity, taken)])], INFERRED)


def _is_typed_dict_made_once(inference: Inference, entity: Entity) -> bool:
    """True if a variable is ``TypedDict("Row", {…})``, and nothing else."""
    if entity.kind != VARIABLE:
        return False
    facts, row = inference.need(entity.path), entity.row
    table = facts.binding
    return synthesized.class_factory_name(facts, table.value[row]) == "TypedDict" and (
        len(facts.bindings_of(table.scope[row], table.name[row])) == 1
    )


def _rebinds_class(inference: Inference, facts: FileFacts, row: int, type_: Type) -> bool:
    """True if a call replaces a class under its own name: ``Box = decorated(Box)``."""
    if op(facts, facts.binding.value[row]) != f.CALL:
        return False
    name = binding_name(facts, row)
    return any(
        each.form == CLASS_OBJECT and name_of(inference, each.entity) == name for each in type_
    )


def _is_definition(inference: Inference, entity: Entity) -> bool:
    """True if an entity is a function or class, or a class that a call creates."""
    if entity.kind == VARIABLE:
        facts = inference.need(entity.path)
        return synthesized.is_factory_class(facts, entity)
    return entity.kind in (FUNCTION, CLASS)


def _may_be_rebound(inference: Inference, entity: Entity) -> bool:
    """True if other code may set a variable of a module or class that has no annotation."""
    if entity.kind not in (ATTRIBUTE, VARIABLE):
        return False
    facts, row = inference.need(entity.path), entity.row
    if entity.kind == ATTRIBUTE:
        return facts.attribute_binding.annotation[row] < 0
    scope = facts.binding.scope[row]
    if facts.binding.annotation[row] >= 0 or facts.scope.kind[scope] == f.FUNCTION_SCOPE:
        return False
    if facts.scope.kind[scope] != f.MODULE_SCOPE:
        return True
    return is_set_elsewhere(inference, entity.path, facts.names[facts.binding.name[row]])


# Names by which code sets variables whose names are strings.
_SETTING = ("setattr", "globals", "vars", "__dict__")


def is_set_elsewhere(inference: Inference, path: str, name: str) -> bool:
    """True if functions, or other files, may set a variable of a module."""
    if path.startswith("/"):
        return True
    key = ("set elsewhere", path, name)
    return cached(inference, key, lambda: _sets(inference, path, name), True)


def _sets(inference: Inference, path: str, name: str) -> bool:
    for other, facts in files_naming(inference, name):
        row = facts.name_id(name)
        if other == path and any(
            kind == f.GLOBAL and named == row
            for kind, named in zip(facts.binding.kind, facts.binding.name, strict=True)
        ):
            return True
        if row in facts.attribute_binding.name:
            return True
        if name in facts.strings and any(facts.name_id(each) >= 0 for each in _SETTING):
            return True
    return False


def _of_definitions(inference: Inference, found: list[Found]) -> CallTargets | None:
    """Return functions and classes that are called by their own names."""
    callees: list[Callee] = []
    for item in found:
        if item.entity.kind != FUNCTION:
            callee = class_signature(inference, item.entity)
        else:
            callee = function_signature(inference, item.entity, bound=False)
        if callee is None:
            return None
        callees.append(callee)
    return CallTargets(callees, max(item.evidence for item in found))


def _of_only_value(inference: Inference, path: str, function: int) -> CallTargets | None:
    """Return the lambda expression, or the partial function, that a variable always is."""
    value = _only_value(inference, path, function)
    if value < 0:
        return None
    facts = inference.need(path)
    if op(facts, value) == f.LAMBDA:
        return CallTargets([lambda_signature(inference, path, value)], EXACT)
    return _of_partial(inference, path, value)


def _only_value(inference: Inference, path: str, expr: int) -> int:
    """Return the expression that a name is bound to, and nothing else; -1 if there is none."""
    facts = inference.need(path)
    rows, table = bindings_of_name(facts, expr), facts.binding
    if len(rows) != 1:
        return -1
    (row,) = rows
    scope = table.scope[row]
    if table.kind[row] != f.ASSIGN or len(facts.bindings_of(scope, table.name[row])) != 1:
        return -1
    is_variable = facts.scope.kind[scope] in (f.MODULE_SCOPE, f.CLASS_SCOPE)
    value = table.value[row]
    if is_variable and op(facts, value) != f.LAMBDA:
        return -1 if _may_be_rebound(inference, Entity(VARIABLE, path, row)) else value
    return value


def _of_partial(inference: Inference, path: str, call: int) -> CallTargets | None:
    """Return what is left to pass to ``partial(function, …)``; None for any other call."""
    facts = inference.need(path)
    if last_name(facts, called(facts, call)) not in ("partial", "partialmethod"):
        return None
    makers = inference.definitions_of(path, called(facts, call))
    if not makers or any(
        not is_standard_class(inference, item.entity, "functools", name_of(inference, item.entity))
        for item in makers
    ):
        return None
    passed = list(arguments(facts, call))
    if not passed or any(each.is_unpacked for each in passed):
        return None
    targets = call_targets(inference, path, passed[0].value)
    return None if targets is None else _without(targets, facts, passed[1:])


def _without(targets: CallTargets, facts: FileFacts, passed: list[Argument]) -> CallTargets | None:
    """Return call targets to which some arguments are passed already."""
    count = sum(each.is_positional for each in passed)
    if any(last_name(facts, each.value) == "Placeholder" for each in passed):
        return None
    keywords = {facts.names[each.key] for each in passed if each.is_keyword}
    callees = [
        Callee(
            callee.entity,
            [
                replace(way, parameters=_rest(way.parameters, count, keywords))
                for way in callee.signatures
            ],
        )
        for callee in targets.callees
    ]
    return CallTargets(callees, max(targets.evidence, INFERRED))


def _rest(given: list[Parameter], count: int, keywords: set[str]) -> list[Parameter]:
    """Return the parameters that are left when some are passed; those by keyword are optional."""
    by_place = [each for each in given if each.is_positional][:count]
    left: list[Parameter] = []
    kind = -1
    for each in given:
        if each in by_place:
            continue
        if each.name in keywords and each.kind == f.POSITIONAL:
            kind = f.KEYWORD_ONLY  # what follows cannot be passed by place any more
        if kind == f.KEYWORD_ONLY and each.kind == f.VAR_POSITIONAL:
            continue
        left.append(
            replace(
                each,
                kind=kind if each.kind == f.POSITIONAL and kind >= 0 else each.kind,
                required=each.required and each.name not in keywords,
            )
        )
    return left


def _of_item(inference: Inference, path: str, expr: int) -> CallTargets | None:
    """Return what a key of a dictionary that is written out holds: ``{"a": area}["a"](1)``."""
    facts = inference.need(path)
    item = subscript(facts, expr)
    key = string(facts, item.key) if item is not None else None
    if item is None or key is None:
        return None
    written = item.value
    if op(facts, written) == f.NAME:
        if not _is_only_read_by_key(facts, plain_name(facts, written)):
            return None
        written = _only_value(inference, path, written)
    if op(facts, written) != f.DICT:
        return None
    pairs = list(items(facts, written))
    if any(name < 0 or string(facts, name) is None for name, _ in pairs):
        return None
    held = [value for name, value in pairs if string(facts, name) == key]
    return call_targets(inference, path, held[-1]) if held else None


def _of_alias(inference: Inference, path: str, expr: int) -> CallTargets | None:
    """Return the class of ``Box[int]``, which calling it calls."""
    item = subscript(inference.need(path), expr)
    found = inference.definitions_of(path, item.value) if item is not None else []
    if len(found) != 1 or found[0].entity.kind != CLASS or found[0].entity.is_outside:
        return None
    if inference.metaclass(found[0].entity) is not None:
        return None
    return _of_definitions(inference, found)


def _is_only_read_by_key(facts: FileFacts, name: str) -> bool:
    """True if a file does nothing with a dictionary, once it is made, but look up keys."""
    for role, _, expr in facts.occurrences(name):
        if role & f.ROLE_MASK == f.WRITTEN:
            continue
        if role & f.ROLE_MASK != f.READ or expr < 0 or expr in facts.item_binding.container:
            return False
        user, how = parent_expression(facts, expr)
        if how != f.SUBSCRIPT or operand(facts, user) != expr:
            return False
    return True


def _of_attribute(
    inference: Inference, path: str, function: int, start: Entity | None
) -> CallTargets | None:
    parts = attribute(inference.need(path), function)
    assert parts is not None
    receiver, name, _ = parts
    for item in inference.definitions_of(path, receiver):
        if item.entity.kind in (MODULE, NAMESPACE):
            found = module_attribute(inference, item.entity, name)
            if found and all(_is_definition(inference, each.entity) for each in found):
                return _of_definitions(inference, [each.weaker(item.evidence) for each in found])
            return None
    if not is_exhaustive(inference, path, receiver):
        return None
    type_ = inference.infer_type(path, receiver)
    return member_targets(inference, without_none(type_), name, start)


def member_targets(
    inference: Inference, receivers: Type, name: str, start: Entity | None = None
) -> CallTargets | None:
    """Return what calling a member of a value reaches."""
    callees: list[Callee] = []
    evidence = EXACT
    for value in concrete(inference, receivers):
        evidence = max(evidence, value.evidence)
        if _is_unpredictable(inference, value):
            return None
        if value.form == SUPER:
            found = _of_super(inference, value, name, start)
        else:
            found = _of_members(inference, value, member_definitions(inference, value, name))
        if not found:
            return None
        callees += found
    return CallTargets(callees, evidence) if callees else None


def _is_unpredictable(inference: Inference, value: Value) -> bool:
    """True if a value is any class, an assigned ``super()``, or has a ``__getattribute__``."""
    if value.form == INSTANCE and synthesized.is_typed_dict(inference, value.entity):
        return True  # a dictionary, of whose methods type checkers allow some
    if value.entity.kind != CLASS:
        return False
    if value.form == INSTANCE and _has_getattribute(inference, value.entity):
        return True
    any_class = standard_class(inference, "builtins", "type")
    hidden = standard_class(inference, "builtins", "super")
    return value.entity == hidden or any_class in inference.mro(value.entity)


def _has_getattribute(inference: Inference, cls: Entity) -> bool:
    """True if a class decides itself what its attributes are; ``object`` looks them up."""
    base = standard_class(inference, "builtins", "object")
    found = inference.class_member(cls, "__getattribute__")
    return any(
        item.entity.kind != FUNCTION or owner_of(inference, item.entity) != base for item in found
    )


def _of_members(inference: Inference, value: Value, found: list[Found]) -> list[Callee]:
    """Return members as they are called on a value; nothing when one of them is no definition."""
    callees: list[Callee] = []
    for item in found:
        callee: Callee | None = None
        if item.entity.kind == FUNCTION and not _is_hidden(inference, value, item.entity):
            flags = inference.need(item.entity.path).definition.flags[item.entity.row]
            if not flags & (f.PROPERTY | f.ACCESSOR):
                callee = _of_replace(inference, value, item.entity) or method_signature(
                    inference, value, item.entity
                )
        elif item.entity.kind == CLASS:
            callee = class_signature(inference, item.entity)
        elif item.entity.kind == VARIABLE:
            callee = _of_class_variable(inference, value, item.entity)
        if callee is None:
            return []
        callees.append(callee)
    return callees


def _of_replace(inference: Inference, value: Value, function: Entity) -> Callee | None:
    """Return ``_replace`` of a named tuple, which takes its fields; None for other methods."""
    base = standard_class(inference, "typing", "NamedTuple")
    if name_of(inference, function) != "_replace" or owner_of(inference, function) != base:
        return None
    declared = [field.name for field in synthesized.fields(inference, value.entity)]
    names = declared or synthesized.tuple_fields(inference, value.entity)
    if not names or value.form != INSTANCE:
        return None
    keys = [Parameter(name, f.KEYWORD_ONLY, value.entity, required=False) for name in names]
    return Callee(function, [Signature(function, keys, value.entity)])


def _of_class_variable(inference: Inference, value: Value, variable: Entity) -> Callee | None:
    """Return the method that ``alias = method`` or ``partialmethod(method, …)`` is for a class."""
    path, row = variable.path, variable.row
    facts = inference.need(path)
    table = facts.binding
    scope, name = table.scope[row], binding_name(facts, row)
    if facts.scope.kind[scope] != f.CLASS_SCOPE or table.kind[row] != f.ASSIGN:
        return None
    if len(facts.bindings_of(scope, table.name[row])) != 1 or path.startswith("/"):
        return None
    if any(inference.files_where(name, is_attribute_set)):
        return None
    written, passed = table.value[row], list[Argument]()
    if last_name(facts, called(facts, written)) == "partialmethod":
        written, *_ = [each.value for each in arguments(facts, written)] or [-1]
        passed = list(arguments(facts, table.value[row]))[1:]
        if any(each.is_unpacked for each in passed):
            return None
    elif op(facts, written) == f.LAMBDA:
        return _of_lambda(inference, value, path, written)
    elif op(facts, written) != f.NAME:
        return None
    found = inference.definitions_of(path, written) if written >= 0 else []
    if len(found) != 1 or found[0].entity.kind != FUNCTION:
        return None
    if found[0].entity.path.endswith(".pyi"):
        return None  # functions written in C are not bound to instances
    callee = method_signature(inference, value, found[0].entity)
    if callee is None:
        return None
    targets = _without(CallTargets([callee], INFERRED), facts, passed)
    return targets.callees[0] if targets is not None else None


def _of_lambda(inference: Inference, value: Value, path: str, written: int) -> Callee | None:
    """Return a lambda expression of a class body, as a method of its instances."""
    callee = lambda_signature(inference, path, written)
    if value.form != INSTANCE:
        return callee if value.form == CLASS_OBJECT else None
    (signature,) = callee.signatures
    given = signature.parameters
    if not given or not given[0].is_positional:
        return callee if given and given[0].kind == f.VAR_POSITIONAL else None
    return Callee(callee.entity, [replace(signature, parameters=given[1:])])


def _is_hidden(inference: Inference, value: Value, function: Entity) -> bool:
    """True if a constructor found on a class is its metaclass's, which that of ``object`` hides."""
    if value.form != CLASS_OBJECT or name_of(inference, function) not in ("__new__", "__init__"):
        return False
    if value.entity.kind == VARIABLE:
        return True  # of `namedtuple("Point", "x y")`, whose constructor is synthesized
    return owner_of(inference, function) not in inference.mro(value.entity)


def _of_super(inference: Inference, value: Value, name: str, start: Entity | None) -> list[Callee]:
    """Return what ``super().name`` may be in a class and in each that is derived from it."""
    cls = value.entity
    callees: list[Callee] = []
    if name in ("__init__", "__new__") and _has_synthesized_init(inference, cls):
        return []
    for each in [start] if start is not None else [cls, *derived_classes(inference, cls, _DERIVED)]:
        found = inference.class_member(each, name, after=cls)
        if found:
            inner = [
                Callee(callee.entity, [replace(way, start=each) for way in callee.signatures])
                for callee in _of_members(inference, value, found)
            ]
        elif name == "__init__" and _is_complete(inference, each) and len(inference.mro(cls)) > 1:
            inner = [Callee(each, [Signature(each, [], each)])]
        else:
            return []
        if not inner:
            return []
        callees += inner
    return callees


def _has_synthesized_init(inference: Inference, cls: Entity) -> bool:
    """True if a constructor behind a class may be a synthesized one."""
    if synthesized.fields(inference, cls):
        return True
    return standard_class(inference, "typing", "NamedTuple") in inference.mro(cls)


def _is_complete(inference: Inference, cls: Entity) -> bool:
    return all(each.kind == CLASS for each in inference.mro(cls))


def _of_type(inference: Inference, type_: Type) -> CallTargets | None:
    callees: list[Callee] = []
    evidence = INFERRED
    for value in without_none(type_):
        if value.form == CLASS_OBJECT and is_protocol(inference, value.entity):
            return None  # any class that implements the protocol
        found = signatures_of_value(inference, value)
        if found is None:
            return None
        callees += found
        evidence = max(evidence, value.evidence)
    return CallTargets(callees, evidence) if callees else None


def functions_named(inference: Inference, name: str) -> list[Entity]:
    """Return the functions of the workspace that have a name, as far as they are not too many."""
    found: list[Entity] = []
    for path in inference.files_where(name, is_defined):
        facts = inference.need(path)
        found += [
            Entity(FUNCTION, path, row)
            for row in definitions(facts, f.FUNCTION)
            if definition_name(facts, row) == name
        ]
        if len(found) > _SAME_NAME:
            break
    return found
