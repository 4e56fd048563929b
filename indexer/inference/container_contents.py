"""Contents of containers that begin empty: ``found = []`` … ``found.append(Box())``."""

from __future__ import annotations

from .. import facts as f
from .. import scope_map
from . import operators
from .entities import name_of
from .standard_types import builtin_instance
from .types import INSTANCE, Value, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .expressions import ContainerKey
    from .inference import Inference
    from .types import Type


_LISTS = frozenset(["list", "set", "deque", "frozenset"])


_MAPPINGS = frozenset(["dict", "defaultdict", "OrderedDict"])


# Methods that put in one value, by the place of the argument; and those that put in many.
_ADD_ONE = {"append": 0, "add": 0, "appendleft": 0, "insert": 1}


_ADD_MANY = frozenset(["extend", "update", "extendleft"])


_LIMIT = 12


INSIDE = 4


def container_contents(
    inference: Inference, path: str, facts: FileFacts, container_key: ContainerKey, type_: Type
) -> Type:
    """The type of a container, with what the file puts into it if nothing else says that."""
    if not any(_is_empty(inference, value) for value in type_):
        return type_
    additions = _additions(facts).get(container_key)
    if not additions:
        return type_
    return tuple(
        _with_contents(inference, path, value, additions) if _is_empty(inference, value) else value
        for value in type_
    )


def variable_container(facts: FileFacts, row: int) -> ContainerKey:
    """The holder that a row of binding is."""
    return facts.binding.scope[row], facts.binding.name[row]


def attribute_container(owner: int, name: int) -> ContainerKey:
    """The holder that an attribute of a class's instances is."""
    return -1 - owner, name


def _is_empty(inference: Inference, value: Value) -> bool:
    """True if a value is a container of which nothing says what is in it."""
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
    held: list[Type] = []
    inner_keys: list[Type] = []
    inner: list[Type] = []
    for kind, key, row in additions[:_LIMIT]:
        into_keys, into = (inner_keys, inner) if kind >= INSIDE else (keys, held)
        kind %= INSIDE
        type_ = inference.infer_type(path, row)
        if kind == VALUES:
            type_ = operators.iterated_type(inference, type_)
        elif kind == MAPPING:
            given, type_ = operators.mapping_types(inference, type_)
            into_keys.append(given)
        elif kind == ITEM:
            into_keys.append(inference.infer_type(path, key))
        into.append(type_)
    name = name_of(inference, value.entity)
    elements = union(*held, *value.args[-1:])
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
    """(kind, row of the key, row of the value) of what a file puts into its containers."""
    table: dict[ContainerKey, list[tuple[int, int, int]]] | None = facts.memo.get("fillings")
    if table is None:
        table = facts.memo["fillings"] = {}
        _by_methods(facts, table)
        for container, index, value in zip(*facts.item_binding[:3], strict=True):
            if value >= 0:
                _add(facts, table, container, ITEM, index, value)
        kinds, values = facts.binding.kind, facts.binding.value
        for row, kind in enumerate(kinds):
            if kind == f.AUGMENT and values[row] >= 0:
                value = values[row]
                if facts.expr.op[value] == f.AUGMENTED:
                    added = facts.extra[0][facts.expr.b[value] + 1]
                    target = facts.expr.a[value]
                    _add(facts, table, target, VALUES, -1, added)
    return table


def calls_by_function(facts: FileFacts) -> dict[int, int]:
    """Row of the call by the row of its function."""
    table: dict[int, int] | None = facts.memo.get("calls")
    if table is None:
        ops, _, lefts, _ = facts.expr
        table = {lefts[row]: row for row, op in enumerate(ops) if op == f.CALL}
        facts.memo["calls"] = table
    return table


def _by_methods(facts: FileFacts, table: dict[ContainerKey, list[tuple[int, int, int]]]) -> None:
    (extra,) = facts.extra
    ops, _, lefts, rights = facts.expr
    for name in (*_ADD_ONE, *_ADD_MANY, "setdefault"):
        if facts.name_id(name) < 0:
            continue
        for role, _, ref in facts.occurrences(name):
            if role != f.CALLED | f.ATTRIBUTE_ROLE or ops[ref] != f.ATTRIBUTE:
                continue
            call = calls_by_function(facts).get(ref, -1)
            if call < 0:
                continue
            at = rights[call]
            given = [
                extra[index + 2]
                for index in range(at + 1, at + 1 + 3 * extra[at], 3)
                if extra[index] == f.ARG_POSITIONAL
            ]
            receiver = lefts[ref]
            if name == "setdefault":
                if len(given) == 2:
                    _add(facts, table, receiver, ITEM, given[0], given[1])
            elif name in _ADD_MANY:
                for value in given[:1]:
                    _add(facts, table, receiver, VALUES, -1, value)
                    if name == "update":
                        _add(facts, table, receiver, MAPPING, -1, value)
            elif len(given) > _ADD_ONE[name]:
                _add(facts, table, receiver, VALUE, -1, given[_ADD_ONE[name]])


def _add(
    facts: FileFacts,
    table: dict[ContainerKey, list[tuple[int, int, int]]],
    container: int,
    kind: int,
    key: int,
    value: int,
) -> None:
    ops, _, lefts, _ = facts.expr
    if kind == ITEM and key >= 0 and ops[key] == f.SLICE:
        kind = VALUES  # `boxes[:] = others` puts in what is in there
    if ops[container] == f.SUBSCRIPT:
        container, kind = lefts[container], kind + INSIDE
    elif ops[container] == f.CALL:  # `lists.setdefault(key, []).append(value)`
        function = lefts[container]
        if ops[function] != f.ATTRIBUTE or facts.names[facts.expr.b[function]] not in (
            "setdefault", "get",
        ):  # fmt: skip
            return
        container, kind = lefts[function], kind + INSIDE
    container_key = _container_key(facts, container)
    if container_key is not None:
        table.setdefault(container_key, []).append((kind, key, value))


def _container_key(facts: FileFacts, expr: int) -> ContainerKey | None:
    ops, positions, lefts, rights = facts.expr
    if ops[expr] == f.NAME:
        name, scope = lefts[expr], rights[expr]
        parents = facts.scope.parent
        while scope >= 0:
            if facts.bindings_of(scope, name):
                return scope, name
            scope = parents[scope]
        return None
    if ops[expr] == f.ATTRIBUTE and ops[lefts[expr]] == f.NAME:
        if facts.names[lefts[lefts[expr]]] not in ("self", "cls"):
            return None
        cls = scope_map.enclosing_class(facts, positions[expr])
        return attribute_container(cls, rights[expr]) if cls >= 0 else None
    return None


# What a filling is: a value, an iterable of values, a key and a value, a mapping; or one of these
# put into an item of the container.
VALUE, VALUES, ITEM, MAPPING = range(4)
