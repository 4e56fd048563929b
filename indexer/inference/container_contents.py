"""Contents of containers that begin empty: ``found = []`` … ``found.append(Box())``."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view, scope_map
from . import operators
from .entities import name_of
from .standard_types import builtin_instance
from .types import INSTANCE, Value, alternatives, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .expressions import ContainerKey
    from .inference import Inference
    from .types import Type


_LISTS = frozenset(["list", "set", "deque", "frozenset", "WeakSet"])
_MAPPINGS = frozenset(
    ["dict", "defaultdict", "OrderedDict", "WeakValueDictionary", "WeakKeyDictionary"]
)
# Methods that add one value, by the place of the argument; and those that add many.
_ADD_ONE = {"append": 0, "add": 0, "appendleft": 0, "insert": 1}
_ADD_MANY = frozenset(["extend", "update", "extendleft"])
# Additions to one container that are looked at.
_LIMIT = 12
# Kinds of additions: a value, an iterable of values, a key and a value, a mapping; with INSIDE
# added, one of these to an item of the container.
VALUE, VALUES, ITEM, MAPPING = range(4)
INSIDE = 4


def container_contents(
    inference: Inference, path: str, facts: FileFacts, container_key: ContainerKey, type_: Type
) -> Type:
    """Return the type of a container, with what the file adds to it if it begins empty."""
    if not any(_is_empty(inference, value) for value in type_):
        return type_
    additions = _additions(facts).get(container_key)
    if not additions:
        return type_
    return tuple(
        _with_contents(inference, path, value, additions) if _is_empty(inference, value) else value
        for value in type_
    )


def has_additions(facts: FileFacts, container_key: ContainerKey) -> bool:
    """True if a file adds something to a container, or replaces an item of it."""
    return container_key in _additions(facts)


def variable_container(facts: FileFacts, row: int) -> ContainerKey:
    """Return the key of a variable, given a row of binding."""
    return facts.binding.scope[row], facts.binding.name[row]


def attribute_container(owner: int, name: int) -> ContainerKey:
    """Return the key of an attribute of the instances of a class."""
    return -1 - owner, name


def _is_empty(inference: Inference, value: Value) -> bool:
    """True if a value is a container whose contents are unknown."""
    if value.form != INSTANCE or not value.entity.path.endswith(".pyi"):
        return False
    if any(not _is_empty(inference, inner) for inner in (value.args[-1] if value.args else ())):
        return False
    name = name_of(inference, value.entity)
    return name in _LISTS or name in _MAPPINGS


def _with_contents(
    inference: Inference, path: str, value: Value, additions: list[tuple[int, int, int]]
) -> Value:
    keys: list[Type] = []
    values: list[Type] = []
    inner_keys: list[Type] = []
    inner: list[Type] = []
    for kind, key, row in additions[:_LIMIT]:
        into_keys, into = (inner_keys, inner) if kind >= INSIDE else (keys, values)
        kind %= INSIDE
        type_ = inference.infer_type(path, row)
        if kind == VALUES:
            type_ = operators.iterated_type(inference, type_)
        elif kind == MAPPING:
            key_type, type_ = operators.mapping_types(inference, type_)
            into_keys.append(key_type)
        elif kind == ITEM:
            into_keys.append(inference.infer_type(path, key))
        into.append(type_)
    name = name_of(inference, value.entity)
    elements = alternatives(*values, *(arg for arg in value.args[-1:] if arg))
    if inner:
        listed = builtin_instance(inference, "dict", union(*inner_keys), union(*inner))
        plain = tuple(each for each in elements if each.form != INSTANCE or any(each.args))
        kinds = [name_of(inference, each.entity) for each in elements if each.form == INSTANCE]
        if "dict" not in kinds:
            listed = builtin_instance(inference, "set" if "set" in kinds else "list", union(*inner))
        elements = union(plain, listed)
    args = (union(*keys), elements) if name in _MAPPINGS else (elements,)
    return Value(value.form, value.entity, args, value.evidence)


def _additions(facts: FileFacts) -> dict[ContainerKey, list[tuple[int, int, int]]]:
    """Return (kind, row of the key, row of the value) of what a file adds to its containers."""
    table: dict[ContainerKey, list[tuple[int, int, int]]] | None = facts.memo.get("additions")
    if table is None:
        table = facts.memo["additions"] = {}
        _by_methods(facts, table)
        items = facts.item_binding
        for container, key, value in zip(items.container, items.key, items.value, strict=True):
            if value >= 0:
                _add(facts, table, container, ITEM, key, value)
        values = facts.binding.value
        for row, kind in enumerate(facts.binding.kind):
            if kind == f.AUGMENT and facts_view.op(facts, values[row]) == f.AUGMENTED:
                assignment = facts_view.binary(facts, values[row])
                _add(facts, table, assignment.left, VALUES, -1, assignment.right)
    return table


def calls_by_function(facts: FileFacts) -> dict[int, int]:
    """Return the rows of the calls of a file, by the row of what they call."""
    table: dict[int, int] | None = facts.memo.get("calls")
    if table is None:
        table = {call.function: call.row for call in facts_view.calls(facts)}
        facts.memo["calls"] = table
    return table


def _by_methods(facts: FileFacts, table: dict[ContainerKey, list[tuple[int, int, int]]]) -> None:
    for name in (*_ADD_ONE, *_ADD_MANY, "setdefault"):
        if facts.name_id(name) < 0:
            continue
        for role, _, ref in facts.occurrences(name):
            if role != f.CALLED | f.ATTRIBUTE_ROLE:
                continue
            method = facts_view.attribute(facts, ref)
            call = calls_by_function(facts).get(ref, -1)
            if method is None or call < 0:
                continue
            arguments = facts_view.positional_arguments(facts, call)
            receiver = method.receiver
            if name == "setdefault":
                if len(arguments) == 2:
                    key, value = arguments
                    _add(facts, table, receiver, ITEM, key, value)
            elif name in _ADD_MANY:
                for value in arguments[:1]:
                    _add(facts, table, receiver, VALUES, -1, value)
                    if name == "update":
                        _add(facts, table, receiver, MAPPING, -1, value)
            elif len(arguments) > _ADD_ONE[name]:
                _add(facts, table, receiver, VALUE, -1, arguments[_ADD_ONE[name]])


def _add(
    facts: FileFacts,
    table: dict[ContainerKey, list[tuple[int, int, int]]],
    container: int,
    kind: int,
    key: int,
    value: int,
) -> None:
    if kind == ITEM and facts_view.op(facts, key) == f.SLICE:
        kind = VALUES  # `boxes[:] = others` puts in what is in there
    item = facts_view.subscript(facts, container)
    function = facts_view.called(facts, container)
    if item is not None:
        container, kind = item.value, kind + INSIDE
    elif function >= 0:  # `lists.setdefault(key, []).append(value)`
        method = facts_view.attribute(facts, function)
        if method is None or method.name not in ("setdefault", "get"):
            return
        container, kind = method.receiver, kind + INSIDE
    container_key = _container_key(facts, container)
    if container_key is not None:
        table.setdefault(container_key, []).append((kind, key, value))


def _container_key(facts: FileFacts, expr: int) -> ContainerKey | None:
    """Return the variable, or the attribute of ``self``, that an expression names."""
    if facts_view.plain_name(facts, expr):
        scope, name = facts_view.name_scope(facts, expr), facts_view.name_row(facts, expr)
        while scope >= 0:
            if facts.bindings_of(scope, name):
                return scope, name
            scope = facts.scope.parent[scope]
        return None
    attribute = facts_view.attribute(facts, expr)
    if attribute is None or facts_view.plain_name(facts, attribute.receiver) not in ("self", "cls"):
        return None
    cls = scope_map.enclosing_class(facts, attribute.position)
    return (
        attribute_container(cls, facts_view.attribute_name_row(facts, expr)) if cls >= 0 else None
    )
