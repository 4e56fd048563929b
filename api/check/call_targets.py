"""What a call reaches: every function or class that it may be, or nothing at all."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import is_protocol, subclasses
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.exhaustive import is_exhaustive
from ...indexer.inference.members import member_definitions
from ...indexer.inference.names import bindings_in_force, module_attribute
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.type_variables import concrete
from ...indexer.inference.types import CLASS_OBJECT, INSTANCE, SUPER, without_none
from ...indexer.plugins import synthesized
from .signatures import (
    Callee,
    Signature,
    class_signature,
    function_signature,
    lambda_signature,
    method_signature,
    signatures_of_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference
    from ...indexer.inference.types import Type, Value

# Derived classes that are asked what `super()` is in them.
_DERIVED = 100


class CallTargets:
    """What a call reaches, and how that is known (one of the evidences of ``entities``)."""

    __slots__ = ("callees", "evidence")

    def __init__(self, callees: list[Callee], evidence: int) -> None:
        """``callees`` are all that the call may reach."""
        self.callees = callees
        self.evidence = evidence


def call_targets(
    inference: Inference, path: str, function: int, start: Entity | None = None
) -> CallTargets | None:
    """All that calling the value of an expression may reach; None when nobody can say.

    ``start`` is the class of the instance for ``super()``, when it is known.
    """
    facts = inference.need(path)
    op = facts.expr.op[function]
    if op == f.NAME:
        return _of_name(inference, path, function)
    if op == f.ATTRIBUTE:
        return _of_attribute(inference, path, function, start)
    if op == f.SUBSCRIPT or not is_exhaustive(inference, path, function):
        return None
    if synthesized.maker(facts, function):
        return None  # `namedtuple("Point", "x y")(1, 2)`
    return _of_type(inference, inference.infer_type(path, function))


def _of_name(inference: Inference, path: str, function: int) -> CallTargets | None:
    facts = inference.need(path)
    if not is_exhaustive(inference, path, function):
        return _of_lambda(inference, path, function)
    found = inference.definitions_of(path, function)
    if found and all(_is_definition(inference, item.entity) for item in found):
        return _of_definitions(inference, found)
    reached_ = _of_lambda(inference, path, function)
    if reached_ is not None:
        return reached_
    rows = bindings_in_force(
        facts,
        facts.expr.b[function],
        facts.expr.a[function],
        facts.expr.position[function],
        function,
    )
    if not rows or any(_holds_a_class(inference, item.entity) for item in found):
        return None  # a variable of a module may be set from outside
    type_ = inference.infer_type(path, function)
    if any(_is_made_anew(inference, facts, row, type_) for row in rows):
        return None
    return _of_type(inference, type_)


def _is_made_anew(inference: Inference, facts: FileFacts, row: int, type_: Type) -> bool:
    """Whether a call makes another class of one under its own name: ``Box = decorated(Box)``."""
    value, name = facts.binding.value[row], facts.binding.name[row]
    if value < 0 or facts.expr.op[value] != f.CALL:
        return False
    return any(
        each.form == CLASS_OBJECT and name_of(inference, each.entity) == facts.names[name]
        for each in type_
    )


def _is_definition(inference: Inference, entity: Entity) -> bool:
    """Whether an entity is a function or class, be it one that a call makes."""
    if entity.kind == VARIABLE:
        facts = inference.need(entity.path)
        return synthesized.made_class(facts, entity)
    return entity.kind in (FUNCTION, CLASS)


def _holds_a_class(inference: Inference, entity: Entity) -> bool:
    """Whether an entity is a variable of a module or class, and nothing says what it may hold."""
    kind, path, row = entity
    if kind == ATTRIBUTE:
        return inference.need(path).attribute_binding.annotation[row] < 0
    if kind != VARIABLE:
        return False
    facts = inference.need(path)
    if facts.binding.annotation[row] >= 0:
        return False
    scope = facts.scope.kind[facts.binding.scope[row]]
    return scope in (f.MODULE_SCOPE, f.CLASS_SCOPE)


def _of_definitions(inference: Inference, found: list[Found]) -> CallTargets | None:
    """Functions and classes that are named themselves."""
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


def _of_lambda(inference: Inference, path: str, function: int) -> CallTargets | None:
    """A local name for a lambda expression."""
    facts = inference.need(path)
    _, positions, lefts, rights = facts.expr
    rows = bindings_in_force(
        facts, rights[function], lefts[function], positions[function], function
    )
    values = [facts.binding.value[row] for row in rows]
    if len(values) != 1 or values[0] < 0 or facts.expr.op[values[0]] != f.LAMBDA:
        return None
    (row,) = rows
    scope, name = facts.binding.scope[row], facts.binding.name[row]
    if facts.binding.kind[row] != f.ASSIGN or len(facts.bindings_of(scope, name)) != 1:
        return None
    return CallTargets([lambda_signature(inference, path, values[0])], EXACT)


def _of_attribute(
    inference: Inference, path: str, function: int, start: Entity | None
) -> CallTargets | None:
    facts = inference.need(path)
    receiver = facts.expr.a[function]
    name = facts.names[facts.expr.b[function]]
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
    """What calling a member of a value reaches."""
    callees: list[Callee] = []
    evidence = EXACT
    for value in concrete(inference, receivers):
        evidence = max(evidence, value.evidence)
        if _stands_for_others(inference, value):
            return None
        if value.form == SUPER:
            found = _behind(inference, value, name, start)
        else:
            found = _of_members(inference, value, member_definitions(inference, value, name))
        if not found:
            return None
        callees += found
    return CallTargets(callees, evidence) if callees else None


def _stands_for_others(inference: Inference, value: Value) -> bool:
    """Whether a value is any class, a ``super`` under another name, or answers by itself."""
    if value.entity.kind != CLASS:
        return False
    if value.form == INSTANCE and inference.class_member(value.entity, "__getattribute__"):
        return True
    any_class = standard_class(inference, "builtins", "type")
    hidden = standard_class(inference, "builtins", "super")
    return value.entity == hidden or any_class in inference.mro(value.entity)


def _of_members(inference: Inference, value: Value, found: list[Found]) -> list[Callee]:
    """Members of a value as it is called on them; nothing when one of them is no definition."""
    callees: list[Callee] = []
    for item in found:
        callee: Callee | None = None
        if item.entity.kind == FUNCTION and not _is_hidden(inference, value, item.entity):
            flags = inference.need(item.entity.path).definition.flags[item.entity.row]
            if not flags & (f.PROPERTY | f.ACCESSOR):
                callee = method_signature(inference, value, item.entity)
        elif item.entity.kind == CLASS:
            callee = class_signature(inference, item.entity)
        if callee is None:
            return []
        callees.append(callee)
    return callees


def _is_hidden(inference: Inference, value: Value, function: Entity) -> bool:
    """Whether a constructor found on a class is its metaclass's, which that of ``object`` hides."""
    if value.form != CLASS_OBJECT or name_of(inference, function) not in ("__new__", "__init__"):
        return False
    if value.entity.kind == VARIABLE:
        return True  # of `namedtuple("Point", "x y")`, whose constructor nobody writes
    owner = Entity(CLASS, function.path, owner_class(inference.need(function.path), function))
    return owner not in inference.mro(value.entity)


def _behind(inference: Inference, value: Value, name: str, start: Entity | None) -> list[Callee]:
    """What ``super().name`` may be: of the class itself, and of each that is derived from it."""
    cls = value.entity
    callees: list[Callee] = []
    if name in ("__init__", "__new__") and _is_made(inference, cls):
        return []
    for each in [start] if start is not None else [cls, *_derived(inference, cls)]:
        found = inference.class_member(each, name, after=cls)
        if found:
            inner = _of_members(inference, value, found)
        elif name == "__init__" and _is_whole(inference, each) and len(inference.mro(cls)) > 1:
            inner = [Callee(each, [Signature(each, [], each)])]
        else:
            return []
        if not inner:
            return []
        callees += inner
    return callees


def _is_made(inference: Inference, cls: Entity) -> bool:
    """Whether a constructor behind a class may be one that nobody writes."""
    if synthesized.fields(inference, cls):
        return True
    return standard_class(inference, "typing", "NamedTuple") in inference.mro(cls)


def _is_whole(inference: Inference, cls: Entity) -> bool:
    return all(each.kind == CLASS for each in inference.mro(cls))


def _derived(inference: Inference, cls: Entity) -> list[Entity]:
    found: list[Entity] = []
    waiting = [cls]
    while waiting and len(found) < _DERIVED:
        for each in subclasses(inference, waiting.pop()):
            if each not in found:
                found.append(each)
                waiting.append(each)
    return found


def _of_type(inference: Inference, type_: Type) -> CallTargets | None:
    callees: list[Callee] = []
    evidence = INFERRED
    for value in without_none(type_):
        if value.form == CLASS_OBJECT and is_protocol(inference, value.entity):
            return None  # a class that has what the protocol says, which is no class itself
        found = signatures_of_value(inference, value)
        if found is None:
            return None
        callees += found
        evidence = max(evidence, value.evidence)
    return CallTargets(callees, evidence) if callees else None
