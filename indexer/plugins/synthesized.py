"""Classes whose members and constructors are made for them.

Dataclasses and what is like them, attrs, NamedTuple, TypedDict, Enum; and classes that are made by
a call: ``Point = namedtuple("Point", "x y")``. The entity of such a class is the variable that it
is bound to.
"""

from __future__ import annotations

from .. import facts as f
from ..inference.entities import ATTRIBUTE, CLASS, FUNCTION, OUTSIDE, VARIABLE, Entity
from ..inference.query_cache import cached
from ..inference.standard_types import standard_class
from ..inference.types import INSTANCE, UNKNOWN, Value, instance, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..inference.entities import Entity
    from ..inference.inference import Inference
    from ..inference.types import Type

# Functions that make a class, with the module and the name of its base.
_MAKERS = {
    "namedtuple": ("typing", "NamedTuple"),
    "NamedTuple": ("typing", "NamedTuple"),
    "TypedDict": ("typing", "_TypedDict"),
    "Enum": ("enum", "Enum"),
    "IntEnum": ("enum", "IntEnum"),
    "StrEnum": ("enum", "StrEnum"),
    "Flag": ("enum", "Flag"),
    "IntFlag": ("enum", "IntFlag"),
}
_DATACLASS = frozenset(["dataclass", "pydantic_dataclass", "define", "mutable", "frozen"])
_ATTRS = frozenset(["s", "attrs", "attributes", "define", "mutable", "frozen", "dataclass"])
_ATTRS_FIELDS = frozenset(["ib", "attrib", "attr", "field"])
_NO_FIELDS = frozenset(["ClassVar", "KW_ONLY"])


class Field:
    """A field: its name, the keyword that gives it a value, and the variable that declares it."""

    __slots__ = ("entity", "keyword", "name")

    def __init__(self, name: str, keyword: str, entity: Entity) -> None:
        """A field of a class or of one of its bases."""
        self.name = name
        self.keyword = keyword
        self.entity = entity


def last_name(facts: FileFacts, expr: int) -> str:
    """``c`` of ``c`` and of ``a.b.c``."""
    ops, _, lefts, rights = facts.expr
    if ops[expr] == f.NAME:
        return facts.names[lefts[expr]]
    return facts.names[rights[expr]] if ops[expr] == f.ATTRIBUTE else ""


def decorators(facts: FileFacts, definition: int) -> list[int]:
    """Rows of the decorators of a definition, the outermost first."""
    at = facts.definition.decorators[definition]
    (extra,) = facts.extra
    return list(extra[at + 1 : at + 1 + extra[at]]) if at >= 0 else []


def maker(facts: FileFacts, expr: int) -> str:
    """Name of the function that makes a class by this call, or an empty string."""
    if expr < 0 or facts.expr.op[expr] != f.CALL:
        return ""
    name = last_name(facts, facts.expr.a[expr])
    (extra,) = facts.extra
    at = facts.expr.b[expr]
    if name not in _MAKERS or not extra[at] or facts.expr.op[extra[at + 3]] != f.STRING:
        return ""
    # `Color("red")` of an enumeration called so is no new class.
    return name if extra[at] > 1 or name in ("NamedTuple", "TypedDict") else ""


def made_base(inference: Inference, path: str, expr: int) -> list[Entity]:
    """The base that stands for what is no class: ``TypedDict``, ``namedtuple("P", "x y")``."""
    facts = inference.need(path)
    name = maker(facts, expr) or last_name(facts, expr)
    if name != "TypedDict" and not maker(facts, expr):
        return []
    base = standard_class(inference, *_MAKERS[name])
    return [base] if base else []


def bases_of_made(inference: Inference, entity: Entity) -> list[Entity]:
    """The base of a class that a call makes."""
    facts = inference.need(entity.path)
    name = maker(facts, facts.binding.value[entity.row])
    base = standard_class(inference, *_MAKERS[name]) if name else None
    return [base] if base else []


def made_class(facts: FileFacts, entity: Entity) -> bool:
    """Whether a variable is a class that a call makes."""
    if entity.kind != VARIABLE or facts.binding.kind[entity.row] != f.ASSIGN:
        return False
    return bool(maker(facts, facts.binding.value[entity.row]))


def fields(inference: Inference, entity: Entity) -> list[Field]:
    """Fields that the constructor of a class takes, in order; empty for ordinary classes."""
    return cached(inference, ("fields", entity), lambda: _fields(inference, entity), list[Field]())


def _fields(inference: Inference, entity: Entity) -> list[Field]:

    if entity.kind != CLASS:
        return []
    order = [cls for cls in inference.mro(entity) if cls.kind == CLASS]
    tuples, dicts = (
        standard_class(inference, "typing", "NamedTuple"),
        standard_class(inference, "typing", "_TypedDict"),
    )
    everywhere = tuples in order or dicts in order or _transformed(inference, order)
    placed: dict[str, Field] = {}
    for cls in reversed(order):
        if cls in (tuples, dicts) or not inference.exists(cls.path):
            continue
        kind = "typed" if everywhere else _decorated_as(inference, cls)
        if kind and not (cls.path.endswith(".pyi") and everywhere and cls in (tuples, dicts)):
            for field in _own_fields(inference, cls, kind):
                placed[field.name] = field
    return list(placed.values())


def _decorated_as(inference: Inference, cls: Entity) -> str:
    """How the fields of a class are written: ``typed``, ``attrs``, or not at all."""
    facts = inference.need(cls.path)
    ops, _, lefts, _ = facts.expr
    for expr in decorators(facts, cls.row):
        target = lefts[expr] if ops[expr] == f.CALL else expr
        name = last_name(facts, target)
        if name in _DATACLASS:
            return "attrs" if name != "dataclass" else "typed"
        if name in _ATTRS and (
            ops[target] == f.ATTRIBUTE or is_of_attrs(inference, cls.path, target)
        ):
            return "attrs"
        if name and _is_transform(inference, cls.path, target):
            return "typed"
    return ""


def is_of_attrs(inference: Inference, path: str, expr: int) -> bool:
    """Whether a decorator is one of the package ``attrs``, under whatever name."""
    for item in inference.definitions_of(path, expr):
        kind, where, _ = item.entity
        module = where if kind == OUTSIDE else inference.snapshot.index.module_name(where) or ""
        if module.partition(".")[0] in ("attr", "attrs"):
            return True
    return False


def _is_transform(inference: Inference, path: str, expr: int) -> bool:
    """Whether a decorator says of itself that it makes dataclasses."""
    for item in inference.definitions_of(path, expr):
        if item.entity.kind == FUNCTION and _has_transform(inference, item.entity):
            return True
    return False


def _has_transform(inference: Inference, entity: Entity) -> bool:
    facts = inference.need(entity.path)
    if facts.name_id("dataclass_transform") < 0:
        return False
    ops, _, lefts, _ = facts.expr
    return any(
        last_name(facts, lefts[expr] if ops[expr] == f.CALL else expr) == "dataclass_transform"
        for expr in decorators(facts, entity.row)
    )


def _transformed(inference: Inference, order: list[Entity]) -> bool:
    """Whether a base or the metaclass says that all derived classes are dataclasses."""
    if any(_has_transform(inference, cls) for cls in order[1:]):
        return True
    meta = inference.metaclass(order[0])
    return meta is not None and _has_transform(inference, meta)


def _own_fields(inference: Inference, cls: Entity, kind: str) -> Iterator[Field]:
    _, path, row = cls
    facts = inference.need(path)
    scope = facts.definition.own_scope[row]
    ops, _, lefts, _ = facts.expr
    binding = facts.binding
    rows = [
        index
        for index, where in enumerate(binding.scope)
        if where == scope and binding.kind[index] in (f.ASSIGN, f.DECLARE)
    ]
    for index in sorted(rows, key=binding.position.__getitem__):
        annotation, value = binding.annotation[index], binding.value[index]
        name = facts.names[binding.name[index]]
        call = value if value >= 0 and ops[value] == f.CALL else -1
        if annotation >= 0:
            outer = lefts[annotation] if ops[annotation] == f.SUBSCRIPT else annotation
            if last_name(facts, outer) in _NO_FIELDS:
                continue
        elif kind != "attrs" or call < 0 or last_name(facts, lefts[call]) not in _ATTRS_FIELDS:
            continue
        keyword = name.lstrip("_") if kind == "attrs" else name
        alias = _keyword_of(facts, call, "alias") if call >= 0 else -1
        if alias >= 0 and ops[alias] == f.STRING and lefts[alias] >= 0:
            keyword = facts.strings[lefts[alias]]
        yield Field(name, keyword, Entity(VARIABLE, path, index))


def _keyword_of(facts: FileFacts, call: int, name: str) -> int:
    """Row of a keyword argument of a call, or -1."""
    (extra,) = facts.extra
    at = facts.expr.b[call]
    for index in range(at + 1, at + 1 + 3 * extra[at], 3):
        if extra[index] >= 0 and facts.names[extra[index]] == name:
            return extra[index + 2]
    return -1


def field_value(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    """What ``attr.ib(...)`` or ``field(...)`` says of the field that it is assigned to."""
    value = facts.binding.value[row]
    ops, _, lefts, _ = facts.expr
    if (
        value < 0
        or ops[value] != f.CALL
        or facts.scope.kind[facts.binding.scope[row]] != f.CLASS_SCOPE
        or last_name(facts, lefts[value]) not in _ATTRS_FIELDS
    ):
        return UNKNOWN
    typed = _keyword_of(facts, value, "type")
    if typed >= 0:
        return inference.annotation_type(path, typed)
    for name in ("factory", "default_factory"):
        factory = _keyword_of(facts, value, name)
        if factory >= 0:
            return inference.call_without_arguments(path, factory)
    default = _keyword_of(facts, value, "default")
    if default >= 0:
        if ops[default] == f.CALL and last_name(facts, lefts[default]) == "Factory":
            (extra,) = facts.extra
            at = facts.expr.b[default]
            return inference.call_without_arguments(path, extra[at + 3]) if extra[at] else UNKNOWN
        return inference.infer_type(path, default)
    return _default_method(inference, path, facts, row)


def _default_method(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    """What the method under ``@field.default`` gives."""
    scope, name = facts.binding.scope[row], facts.binding.name[row]
    ops, _, lefts, rights = facts.expr
    for definition, where in enumerate(facts.definition.scope):
        if where == scope:
            for expr in decorators(facts, definition):
                if (
                    ops[expr] == f.ATTRIBUTE
                    and facts.names[rights[expr]] == "default"
                    and ops[lefts[expr]] == f.NAME
                    and lefts[lefts[expr]] == name
                ):
                    return inference.return_type(Entity(FUNCTION, path, definition), None)
    return UNKNOWN


def made_fields(inference: Inference, entity: Entity) -> list[tuple[str, Type]]:
    """(name, type) of the fields of a class that a call makes."""
    _, path, row = entity
    facts = inference.need(path)
    value = facts.binding.value[row]
    if not maker(facts, value):
        return []
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    at = rights[value]
    if extra[at] < 2:
        return []
    listed = extra[at + 6]
    found: list[tuple[str, Type]] = []
    inside = lefts[listed]
    if ops[listed] == f.DICT:
        pairs = list(extra[inside + 1 : inside + 1 + extra[inside]])
        named_ = zip(pairs[::2], pairs[1::2], strict=False)
    elif ops[listed] in (f.LIST, f.TUPLE):
        named_ = [
            (extra[lefts[part] + 1], extra[lefts[part] + 2])
            for part in extra[inside + 1 : inside + 1 + extra[inside]]
            if ops[part] == f.TUPLE and extra[lefts[part]] == 2
        ]
    else:
        return []
    for key, type_ in named_:
        if key >= 0 and ops[key] == f.STRING and lefts[key] >= 0:
            found.append((facts.strings[lefts[key]], inference.annotation_type(path, type_)))
    return found


def is_typed_dict(inference: Inference, entity: Entity) -> bool:
    """Whether a class is a TypedDict, whose fields are keys."""
    base = standard_class(inference, "typing", "_TypedDict")
    return base is not None and entity != base and base in inference.mro(entity)


def key_type(inference: Inference, entity: Entity, key: str) -> Type:
    """Type of what a TypedDict has under a key."""
    if entity.kind == VARIABLE:
        return union(*(type_ for name, type_ in made_fields(inference, entity) if name == key))
    found = inference.class_member(entity, key)
    return union(
        *(inference.entity_type(item.entity) for item in found if item.entity.kind == VARIABLE)
    )


def member_of_enum(inference: Inference, entity: Entity, member: Entity) -> Type:
    """What naming a member of an enumeration gives: an instance that knows its own value."""
    if member.kind not in (VARIABLE, ATTRIBUTE):
        return (instance(entity),)
    value = enum_value(inference, member)
    return (Value(INSTANCE, entity, (value,) if value else (), 1),)


def enum_value(inference: Inference, member: Entity) -> Type:
    """Type of what a member of an enumeration is assigned."""
    facts = inference.need(member.path)
    value = facts.binding.value[member.row]
    if value < 0:
        return UNKNOWN
    if facts.expr.op[value] == f.CALL and last_name(facts, facts.expr.a[value]) == "auto":
        base = standard_class(inference, "builtins", "int")
        return (instance(base),) if base else UNKNOWN
    return inference.infer_type(member.path, value)


def enum_values(inference: Inference, entity: Entity) -> Type:
    """Type of the value of any member of an enumeration."""
    if entity.kind != CLASS:
        return UNKNOWN
    facts = inference.need(entity.path)
    scope = facts.definition.own_scope[entity.row]
    names, scopes, _, kinds = facts.binding[:4]
    return union(
        *(
            enum_value(inference, Entity(VARIABLE, entity.path, row))
            for row, where in enumerate(scopes)
            if where == scope
            and kinds[row] == f.ASSIGN
            and not facts.names[names[row]].startswith("_")
        )
    )
