"""What becomes of the alternatives that a convention gives: kept, generalized, or given up."""

from __future__ import annotations

from ..classes import mro
from ..entities import CLASS, CONVENTIONAL, name_of
from ..types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, NONE, UNKNOWN, union
from . import syntax

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...snapshot import Snapshot
    from ..entities import Entity
    from ..types import Type, Value

_OF_CLASSES = (INSTANCE, CLASS_OBJECT)
# Alternatives that are worth telling; more of them say that the parameter takes anything.
_TELLING = 3
# Distributions whose objects stand in for others in tests.
_STAND_INS = ("/unittest/mock.py", "/unittest/mock.pyi", "/mock/mock.py")
# Type arguments inside of each other, and alternatives of one, that are kept.
_DEPTH = 3
_WIDTH = 6


def plain(snapshot: Snapshot, type_: Type, path: str) -> Type:
    """What of a type says something about code of a file: no None, no ``object``, no stand-ins.

    What tests define stands in for something else wherever it reaches other code.
    """
    anything = syntax.is_test(path)
    return tuple(
        value
        for value in type_
        if _says_something(snapshot, value)
        and (anything or value[0] not in _OF_CLASSES or not syntax.is_test(value[1][1]))
    )


def _says_something(snapshot: Snapshot, value: Value) -> bool:
    form, entity, _, _ = value
    if form == NONE:
        return False
    if form != INSTANCE:
        return True
    if entity[0] != CLASS or entity[1].endswith(_STAND_INS):
        return False
    return name_of(snapshot, entity) not in ("object", "Any")


def combined(snapshot: Snapshot, type_: Type) -> Type:
    """The alternatives of one rule as one answer, CONVENTIONAL all through; unknown for a mess."""
    merged = _merged(type_)
    if len(merged) > _TELLING:
        base = _common_base(snapshot, merged)
        if base is None:
            return UNKNOWN
        merged = (base,)
    return conventional(merged)


def _merged(type_: Type) -> Type:
    """Instances of one class with different type arguments as one."""
    found: dict[tuple[int, Entity], Value] = {}
    for value in type_:
        key = value[:2]
        first = found.get(key)
        if first is None:
            found[key] = value
        elif first[0] == INSTANCE and len(first[2]) == len(value[2]):
            args = tuple(union(*pair) for pair in zip(first[2], value[2], strict=True))
            found[key] = (first[0], first[1], args, max(first[3], value[3]))
    return tuple(found.values())


def _common_base(snapshot: Snapshot, type_: Type) -> Value | None:
    """The nearest class that all are derived from, when they are all of one form."""
    forms = {value[0] for value in type_}
    if len(forms) != 1 or not forms <= {INSTANCE, CLASS_OBJECT}:
        return None
    orders = [mro(snapshot, value[1]) for value in type_]
    for candidate in orders[0]:
        if candidate[0] == CLASS and all(candidate in order for order in orders[1:]):
            outside = candidate[1].endswith((".pyi",)) and candidate[1].startswith("/")
            return None if outside else (type_[0][0], candidate, (), CONVENTIONAL)
    return None


def conventional(type_: Type, depth: int = 0) -> Type:
    """A type known by convention only, its type arguments included, those far inside left out."""
    return tuple(
        (
            form,
            entity,
            args if form == FUNCTION_OBJECT else tuple(_inside(arg, depth + 1) for arg in args),
            CONVENTIONAL,
        )
        for form, entity, args, _ in type_
    )


def _inside(arg: Type, depth: int) -> Type:
    return conventional(arg, depth) if depth <= _DEPTH and len(arg) <= _WIDTH else UNKNOWN
