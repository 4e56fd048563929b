"""What a call reaches: every function or class that it may be, or nothing at all."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve import evaluate, synthesized
from ...indexer.resolve.classes import class_member, is_protocol, mro, subclasses
from ...indexer.resolve.completeness import is_complete
from ...indexer.resolve.entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    MODULE,
    NAMESPACE,
    VARIABLE,
    name_of,
    owner_class,
)
from ...indexer.resolve.members import member_found
from ...indexer.resolve.names import bindings_in_force, member_of
from ...indexer.resolve.types import CLASS_OBJECT, INSTANCE, SUPER, known, named
from ...indexer.resolve.variables import concrete
from .signatures import Callee, Signature, of_class, of_function, of_lambda, of_method, of_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.resolve.entities import Entity, Found
    from ...indexer.resolve.types import Type, Value
    from ...indexer.snapshot import Snapshot

# Derived classes that are asked what `super()` is in them.
_DERIVED = 100


class Reached:
    """What a call reaches, and how that is known (one of the evidences of ``entities``)."""

    __slots__ = ("callees", "evidence")

    def __init__(self, callees: list[Callee], evidence: int) -> None:
        """``callees`` are all that the call may reach."""
        self.callees = callees
        self.evidence = evidence


def reached(
    snapshot: Snapshot, path: str, function: int, start: Entity | None = None
) -> Reached | None:
    """All that calling the value of an expression may reach; None when nobody can say.

    ``start`` is the class of the instance for ``super()``, when it is known.
    """
    facts = snapshot.need(path)
    op = facts.expr[f.EXPR_OP][function]
    if op == f.NAME:
        return _of_name(snapshot, path, function)
    if op == f.ATTRIBUTE:
        return _of_attribute(snapshot, path, function, start)
    if op == f.SUBSCRIPT or not is_complete(snapshot, path, function):
        return None
    if synthesized.maker(facts, function):
        return None  # `namedtuple("Point", "x y")(1, 2)`
    return _of_type(snapshot, evaluate.values(snapshot, path, function))


def _of_name(snapshot: Snapshot, path: str, function: int) -> Reached | None:
    facts = snapshot.need(path)
    if not is_complete(snapshot, path, function):
        return _of_lambda(snapshot, path, function)
    found = evaluate.objects(snapshot, path, function)
    if found and all(_is_definition(snapshot, item.entity) for item in found):
        return _of_definitions(snapshot, found)
    reached_ = _of_lambda(snapshot, path, function)
    if reached_ is not None:
        return reached_
    rows = bindings_in_force(
        facts,
        facts.expr[f.EXPR_B][function],
        facts.expr[f.EXPR_A][function],
        facts.expr[f.EXPR_POS][function],
        function,
    )
    if not rows or any(_holds_a_class(snapshot, item.entity) for item in found):
        return None  # a variable of a module may be set from outside
    type_ = evaluate.values(snapshot, path, function)
    if any(_is_made_anew(snapshot, facts, row, type_) for row in rows):
        return None
    return _of_type(snapshot, type_)


def _is_made_anew(snapshot: Snapshot, facts: FileFacts, row: int, type_: Type) -> bool:
    """Whether a call makes another class of one under its own name: ``Box = decorated(Box)``."""
    value, name = facts.binding[f.BIND_VALUE][row], facts.binding[f.BIND_NAME][row]
    if value < 0 or facts.expr[f.EXPR_OP][value] != f.CALL:
        return False
    return any(
        each[0] == CLASS_OBJECT and name_of(snapshot, each[1]) == facts.names[name]
        for each in type_
    )


def _is_definition(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether an entity is a function or class, be it one that a call makes."""
    if entity[0] == VARIABLE:
        facts = snapshot.need(entity[1])
        return synthesized.made_class(facts, entity)
    return entity[0] in (FUNCTION, CLASS)


def _holds_a_class(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether an entity is a variable of a module or class, and nothing says what it may hold."""
    kind, path, row = entity
    if kind == ATTRIBUTE:
        return snapshot.need(path).attribute_binding[f.ATTR_ANNOTATION][row] < 0
    if kind != VARIABLE:
        return False
    facts = snapshot.need(path)
    if facts.binding[f.BIND_ANNOTATION][row] >= 0:
        return False
    scope = facts.scope[f.SCOPE_KIND][facts.binding[f.BIND_SCOPE][row]]
    return scope in (f.MODULE_SCOPE, f.CLASS_SCOPE)


def _of_definitions(snapshot: Snapshot, found: list[Found]) -> Reached | None:
    """Functions and classes that are named themselves."""
    callees: list[Callee] = []
    for item in found:
        if item.entity[0] != FUNCTION:
            callee = of_class(snapshot, item.entity)
        else:
            callee = of_function(snapshot, item.entity, bound=False)
        if callee is None:
            return None
        callees.append(callee)
    return Reached(callees, max(item.evidence for item in found))


def _of_lambda(snapshot: Snapshot, path: str, function: int) -> Reached | None:
    """A local name for a lambda expression."""
    facts = snapshot.need(path)
    _, positions, lefts, rights = facts.expr
    rows = bindings_in_force(
        facts, rights[function], lefts[function], positions[function], function
    )
    values = [facts.binding[f.BIND_VALUE][row] for row in rows]
    if len(values) != 1 or values[0] < 0 or facts.expr[f.EXPR_OP][values[0]] != f.LAMBDA:
        return None
    (row,) = rows
    scope, name = facts.binding[f.BIND_SCOPE][row], facts.binding[f.BIND_NAME][row]
    if facts.binding[f.BIND_KIND][row] != f.ASSIGN or len(facts.bindings_of(scope, name)) != 1:
        return None
    return Reached([of_lambda(snapshot, path, values[0])], EXACT)


def _of_attribute(
    snapshot: Snapshot, path: str, function: int, start: Entity | None
) -> Reached | None:
    facts = snapshot.need(path)
    receiver = facts.expr[f.EXPR_A][function]
    name = facts.names[facts.expr[f.EXPR_B][function]]
    for item in evaluate.objects(snapshot, path, receiver):
        if item.entity[0] in (MODULE, NAMESPACE):
            found = member_of(snapshot, item.entity, name)
            if found and all(_is_definition(snapshot, each.entity) for each in found):
                return _of_definitions(snapshot, [each.weaker(item.evidence) for each in found])
            return None
    if not is_complete(snapshot, path, receiver):
        return None
    type_ = evaluate.values(snapshot, path, receiver)
    return of_members(snapshot, known(type_), name, start)


def of_members(
    snapshot: Snapshot, receivers: Type, name: str, start: Entity | None = None
) -> Reached | None:
    """What calling a member of a value reaches."""
    callees: list[Callee] = []
    evidence = EXACT
    for value in concrete(snapshot, receivers):
        evidence = max(evidence, value[3])
        if _stands_for_others(snapshot, value):
            return None
        if value[0] == SUPER:
            found = _behind(snapshot, value, name, start)
        else:
            found = _of_members(snapshot, value, member_found(snapshot, value, name))
        if not found:
            return None
        callees += found
    return Reached(callees, evidence) if callees else None


def _stands_for_others(snapshot: Snapshot, value: Value) -> bool:
    """Whether a value is any class, a ``super`` under another name, or answers by itself."""
    if value[1][0] != CLASS:
        return False
    if value[0] == INSTANCE and class_member(snapshot, value[1], "__getattribute__"):
        return True
    any_class = named(snapshot, "builtins", "type")
    hidden = named(snapshot, "builtins", "super")
    return value[1] == hidden or any_class in mro(snapshot, value[1])


def _of_members(snapshot: Snapshot, value: Value, found: list[Found]) -> list[Callee]:
    """Members of a value as it is called on them; nothing when one of them is no definition."""
    callees: list[Callee] = []
    for item in found:
        callee: Callee | None = None
        if item.entity[0] == FUNCTION and not _is_hidden(snapshot, value, item.entity):
            flags = snapshot.need(item.entity[1]).definition[f.DEF_FLAGS][item.entity[2]]
            if not flags & (f.PROPERTY | f.ACCESSOR):
                callee = of_method(snapshot, value, item.entity)
        elif item.entity[0] == CLASS:
            callee = of_class(snapshot, item.entity)
        if callee is None:
            return []
        callees.append(callee)
    return callees


def _is_hidden(snapshot: Snapshot, value: Value, function: Entity) -> bool:
    """Whether a constructor found on a class is its metaclass's, which that of ``object`` hides."""
    if value[0] != CLASS_OBJECT or name_of(snapshot, function) not in ("__new__", "__init__"):
        return False
    if value[1][0] == VARIABLE:
        return True  # of `namedtuple("Point", "x y")`, whose constructor nobody writes
    owner = (CLASS, function[1], owner_class(snapshot.need(function[1]), function))
    return owner not in mro(snapshot, value[1])


def _behind(snapshot: Snapshot, value: Value, name: str, start: Entity | None) -> list[Callee]:
    """What ``super().name`` may be: of the class itself, and of each that is derived from it."""
    cls = value[1]
    callees: list[Callee] = []
    if name in ("__init__", "__new__") and _is_made(snapshot, cls):
        return []
    for each in [start] if start is not None else [cls, *_derived(snapshot, cls)]:
        found = class_member(snapshot, each, name, after=cls)
        if found:
            inner = _of_members(snapshot, value, found)
        elif name == "__init__" and _is_whole(snapshot, each) and len(mro(snapshot, cls)) > 1:
            inner = [Callee(each, [Signature(each, [], each)])]
        else:
            return []
        if not inner:
            return []
        callees += inner
    return callees


def _is_made(snapshot: Snapshot, cls: Entity) -> bool:
    """Whether a constructor behind a class may be one that nobody writes."""
    if synthesized.fields(snapshot, cls):
        return True
    return named(snapshot, "typing", "NamedTuple") in mro(snapshot, cls)


def _is_whole(snapshot: Snapshot, cls: Entity) -> bool:
    return all(each[0] == CLASS for each in mro(snapshot, cls))


def _derived(snapshot: Snapshot, cls: Entity) -> list[Entity]:
    found: list[Entity] = []
    waiting = [cls]
    while waiting and len(found) < _DERIVED:
        for each in subclasses(snapshot, waiting.pop()):
            if each not in found:
                found.append(each)
                waiting.append(each)
    return found


def _of_type(snapshot: Snapshot, type_: Type) -> Reached | None:
    callees: list[Callee] = []
    evidence = INFERRED
    for value in known(type_):
        if value[0] == CLASS_OBJECT and is_protocol(snapshot, value[1]):
            return None  # a class that has what the protocol says, which is no class itself
        found = of_value(snapshot, value)
        if found is None:
            return None
        callees += found
        evidence = max(evidence, value[3])
    return Reached(callees, evidence) if callees else None
