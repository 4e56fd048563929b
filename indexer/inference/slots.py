"""Slots: which attributes instances take that have no ``__dict__`` to keep others in."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..facts_view import decorators
from ..plugins.registry import CLASS_DECORATORS
from .access_paths import decorator_callee, keyword_argument, last_name
from .classes import bases, class_member, is_protocol, mro, own_member
from .entities import CLASS, FUNCTION, VARIABLE, Entity
from .exhaustive import all_subclasses
from .query_cache import cached
from .standard_types import is_standard_class
from .synthesized import is_typed_dict, makes_tuple
from .types import INSTANCE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Value

# Classes whose instances have no `__dict__`, by module; `collections.abc` is declared in `typing`.
_WITHOUT_DICTIONARY = {
    "builtins": ("str", "bytes", "bytearray", "int", "float", "bool", "complex", "list", "dict",
                 "set", "tuple", "frozenset", "range", "slice"),
    "abc": ("ABC",),
    "typing": ("Iterable", "Iterator", "Sized", "Container", "Collection", "Sequence", "Hashable",
               "MutableSequence", "Mapping", "MutableMapping", "AbstractSet", "MutableSet",
               "Reversible", "Awaitable", "Coroutine", "AsyncIterable", "AsyncIterator",
               "Generator", "ItemsView", "KeysView", "ValuesView", "MappingView"),
}  # fmt: skip
# What a class body binds for itself, and no instance has.
_SETTERS = ("__setattr__", "__getattribute__", "__dict__")


def refuses(inference: Inference, value: Value, name: str, *, exact: bool = False) -> bool:
    """True if setting an attribute of a name on a value raises AttributeError, for certain.

    ``exact`` says that the value is of no derived class.
    """
    entity = value.entity
    if value.form != INSTANCE or entity.kind not in (CLASS, VARIABLE):
        return False
    if name.startswith("__") and name.endswith("__"):
        return False
    if is_standard_class(inference, entity, "builtins", "object"):
        return exact
    if is_protocol(inference, entity):
        return False  # whoever implements it has a place for it
    if is_typed_dict(inference, entity):
        return True
    return _refuses(inference, entity, name) and (
        exact or all(_refuses(inference, cls, name) for cls in all_subclasses(inference, entity))
    )


def _refuses(inference: Inference, entity: Entity, name: str) -> bool:
    order = mro(inference, entity)
    if any(cls.kind not in (CLASS, VARIABLE) for cls in order):
        return False
    if inference.metaclass(entity) is not None and not _is_plain_metaclass(inference, entity):
        return False
    if any(class_member(inference, entity, each) for each in _SETTERS):
        return False
    for cls in order:
        taken = own_slots(inference, cls)
        if taken is None or name in taken or "__dict__" in taken:
            return False
    return not _may_be_data_descriptor(inference, order, name)


def _is_plain_metaclass(inference: Inference, entity: Entity) -> bool:
    meta = inference.metaclass(entity)
    return meta is not None and is_standard_class(inference, meta, "abc", "ABCMeta")


def _may_be_data_descriptor(inference: Inference, order: list[Entity], name: str) -> bool:
    """True if one of some classes may have a property, or the like, which takes what is set."""
    for kind, path, row in (
        item.entity for cls in order for item in own_member(inference, cls, name)
    ):
        facts = inference.need(path)
        if kind == FUNCTION and facts.definition.decorators[row] >= 0:
            return True
        if kind == VARIABLE and facts_view.op(facts, facts.binding.value[row]) not in _PLAIN:
            return facts.binding.value[row] >= 0
        if kind == CLASS:
            return False
    return False


_PLAIN = frozenset(
    [f.STRING, f.BYTES, f.FORMATTED, f.INTEGER, f.FLOAT, f.COMPLEX, f.TRUE, f.FALSE, f.NONE, f.LIST,
     f.SET, f.DICT, f.TUPLE, f.LAMBDA]
)  # fmt: skip


def own_slots(inference: Inference, cls: Entity) -> frozenset[str] | None:
    """Return the slots that a class adds to those of its bases; None if it may have more."""
    return cached(inference, ("slots", cls), lambda: _own_slots(inference, cls), None)


def _own_slots(inference: Inference, cls: Entity) -> frozenset[str] | None:
    facts = inference.facts(cls.path)
    if facts is None:
        return None
    if cls.kind == VARIABLE:  # `namedtuple("Point", "x y")`
        return frozenset() if makes_tuple(facts, facts.binding.value[cls.row]) else None
    if cls.is_outside and cls.path.endswith(".pyi"):
        is_closed = any(
            is_standard_class(inference, cls, module, *names)
            for module, names in _WITHOUT_DICTIONARY.items()
        ) or is_standard_class(inference, cls, "typing", "NamedTuple")
        return frozenset() if is_closed else None
    if any(
        is_standard_class(inference, base, "typing", "NamedTuple") for base in bases(inference, cls)
    ):
        return frozenset()
    if slots_name(facts, cls.row) >= 0:
        return written_slots(facts, cls.row) if _keeps_class(facts, cls.row) else None
    return _of_dataclass(facts, cls.row)


def slots_name(facts: FileFacts, row: int) -> int:
    """Return the row of the name ``__slots__`` if a class binds it, or -1."""
    name = facts.name_id("__slots__")
    bound = name >= 0 and facts.bindings_of(facts.definition.own_scope[row], name)
    return name if bound else -1


def written_slots(facts: FileFacts, row: int) -> frozenset[str] | None:
    """Return the names that ``__slots__`` of a class lists; None if they are computed."""
    rows = facts.bindings_of(facts.definition.own_scope[row], slots_name(facts, row))
    return _listed(facts, facts.binding.value[rows[0]]) if len(rows) == 1 else None


def _listed(facts: FileFacts, expr: int, depth: int = 2) -> frozenset[str] | None:
    kind = facts_view.op(facts, expr)
    if kind == f.STRING:
        parts = [expr]
    elif kind == f.DICT:
        parts = [key for key, _ in facts_view.items(facts, expr)]
    elif kind in (f.TUPLE, f.LIST, f.SET):
        parts = list(facts_view.elements(facts, expr))
    elif kind == f.NAME and depth:
        name = facts_view.name_row(facts, expr)
        rows = facts.bindings_of(facts_view.name_scope(facts, expr), name) or (
            facts.bindings_of(0, name)
        )
        if len(rows) != 1 or facts.binding.kind[rows[0]] != f.ASSIGN:
            return None
        value = facts.binding.value[rows[0]]
        is_constant = facts_view.op(facts, value) in (f.TUPLE, f.STRING, f.NAME)
        # Other code may change a list before it is read.
        if not is_constant and len(list(facts.occurrences(facts.names[name]))) > _WRITTEN_AND_READ:
            return None
        return _listed(facts, value, depth - 1)
    else:
        return None
    found = [facts_view.string(facts, part) for part in parts]
    return None if None in found else frozenset(each for each in found if each is not None)


_WRITTEN_AND_READ = 2


def _keeps_class(facts: FileFacts, row: int) -> bool:
    """True if the decorators of a class are known to leave it what it is."""
    return all(
        last_name(facts, decorator_callee(facts, expr)) in _KEEPING
        for expr in decorators(facts, row)
    )


_KEEPING = (CLASS_DECORATORS - {"define", "s", "attrs", "mutable"}) | {"final", "total_ordering"}


def _of_dataclass(facts: FileFacts, row: int) -> frozenset[str] | None:
    """Return the fields of a class that ``@dataclass(slots=True)`` gives slots for."""
    for expr in decorators(facts, row):
        if last_name(facts, decorator_callee(facts, expr)) != "dataclass":
            continue
        slots = (
            keyword_argument(facts, expr, "slots") if facts_view.called(facts, expr) >= 0 else -1
        )
        if facts_view.op(facts, slots) == f.TRUE and _keeps_class(facts, row):
            names = facts_view.bindings_in(facts, facts.definition.own_scope[row])
            return frozenset(
                facts_view.binding_name(facts, each)
                for each in names
                if facts.binding.annotation[each] >= 0
            )
    return None
