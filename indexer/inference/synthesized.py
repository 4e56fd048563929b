"""Classes whose members and constructors are made for them.

Dataclasses and what is like them, NamedTuple, TypedDict; and classes that are made by a call:
``Point = namedtuple("Point", "x y")``. The entity of such a class is the variable that it is bound
to.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..plugins import registry
from ..plugins.registry import ANNOTATED, SPECIFIED
from .access_paths import decorator_callee, keyword_argument, last_name
from .entities import CLASS, FUNCTION, QUOTED, VARIABLE, Entity
from .query_cache import cached
from .standard_types import standard_class
from .types import UNKNOWN, union

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type

_NO_FIELDS = frozenset(["ClassVar", "KW_ONLY"])


class Field:
    """A field: its name, its keyword in the constructor, and the variable that declares it."""

    __slots__ = ("entity", "keyword", "name")

    def __init__(self, name: str, keyword: str, entity: Entity) -> None:
        """A field of a class or of one of its bases."""
        self.name = name
        self.keyword = keyword
        self.entity = entity


# Classes that a call makes.


def class_factory_name(facts: FileFacts, expr: int) -> str:
    """Return the name of the function by whose call a class is created, or an empty string."""
    function = facts_view.called(facts, expr)
    if function < 0:
        return ""
    name = last_name(facts, function)
    if name not in registry.CLASS_FACTORIES:
        name = facts_view.imported_names(facts).get(name, "")
    if name not in registry.CLASS_FACTORIES:
        return ""
    values = [argument.value for argument in facts_view.arguments(facts, expr)]
    if not values or facts.expr.op[values[0]] != f.STRING:
        return ""
    # `Color("red")` of an enumeration called so is no new class.
    return name if len(values) > 1 or name in ("NamedTuple", "TypedDict") else ""


def factory_bases(inference: Inference, path: str, expr: int) -> list[Entity]:
    """Return the base meant by ``TypedDict``, ``namedtuple("P", "x y")``: what is no class."""
    facts = inference.need(path)
    name = class_factory_name(facts, expr) or last_name(facts, expr)
    if name != "TypedDict" and not class_factory_name(facts, expr):
        return []
    return _factory_base(inference, name)


def bases_of_factory_class(inference: Inference, entity: Entity) -> list[Entity]:
    """Return the base of a class that a call creates."""
    facts = inference.need(entity.path)
    return _factory_base(inference, class_factory_name(facts, facts.binding.value[entity.row]))


def _factory_base(inference: Inference, name: str) -> list[Entity]:
    base = standard_class(inference, *registry.CLASS_FACTORIES[name]) if name else None
    return [base] if base else []


def is_factory_class(facts: FileFacts, entity: Entity) -> bool:
    """True if a variable is a class that a call creates."""
    if entity.kind != VARIABLE or facts.binding.kind[entity.row] != f.ASSIGN:
        return False
    return bool(class_factory_name(facts, facts.binding.value[entity.row]))


def factory_class_fields(inference: Inference, entity: Entity) -> list[tuple[str, Type]]:
    """Return (name, type) of the fields of a class that a call creates."""
    facts = inference.need(entity.path)
    call = facts.binding.value[entity.row]
    if not class_factory_name(facts, call):
        return []
    _, *rest = [argument.value for argument in facts_view.arguments(facts, call)]
    listed = rest[0] if rest else -1
    op = facts_view.op(facts, listed)
    if op == f.DICT:
        declared = list(facts_view.items(facts, listed))
    elif op in (f.LIST, f.TUPLE):
        pairs = [
            facts_view.elements(facts, part)
            for part in facts_view.elements(facts, listed)
            if facts.expr.op[part] == f.TUPLE
        ]
        declared = [(pair[0], pair[1]) for pair in pairs if len(pair) == 2]
    else:
        return []
    return [
        (name, inference.annotation_type(entity.path, annotation))
        for key, annotation in declared
        if (name := facts_view.string(facts, key)) is not None
    ]


_TUPLE_MAKERS = ("namedtuple", "NamedTuple")


def makes_tuple(facts: FileFacts, call: int) -> bool:
    """True for ``namedtuple("P", "a b")`` and ``NamedTuple("P", [("a", int)])``."""
    return class_factory_name(facts, call) in _TUPLE_MAKERS


def made_field_names(facts: FileFacts, call: int) -> list[str] | None:
    """Return the fields that a call gives the named tuple that it makes; None if not written."""
    listed = list(facts_view.arguments(facts, call))
    if len(listed) < 2 or not listed[1].is_positional:
        return None
    if any(each.is_keyword and facts.names[each.key] == "rename" for each in listed):
        return None
    pairs = class_factory_name(facts, call) == "NamedTuple"
    expr = listed[1].value
    text = facts_view.string(facts, expr)
    if text is not None and not pairs:
        return text.replace(",", " ").split()
    if facts_view.op(facts, expr) not in (f.LIST, f.TUPLE):
        return None
    found: list[str] = []
    for part in facts_view.elements(facts, expr):
        if pairs and facts.expr.op[part] == f.TUPLE and len(facts_view.elements(facts, part)) == 2:
            part = facts_view.elements(facts, part)[0]
        name = facts_view.string(facts, part)
        if name is None:
            return None
        found.append(name)
    return found


def made_fields(inference: Inference, entity: Entity) -> dict[str, Entity]:
    """Return the fields of a class that a call makes, or whose base one makes."""
    facts = inference.facts(entity.path) if entity.kind in (CLASS, VARIABLE) else None
    if facts is None:
        return {}
    if entity.kind == CLASS:
        calls = [base.value for base in facts_view.bases(facts, entity.row)]
    elif facts.binding.kind[entity.row] == f.ASSIGN:
        calls = [facts.binding.value[entity.row]]
    else:
        return {}
    # Files of one content share what is remembered, so it has no paths.
    key = ("made fields", entity.kind, entity.row)
    places: dict[str, int] | None = facts.memo.get(key)
    if places is None:
        places = facts.memo[key] = {
            name: position
            for call in calls
            if class_factory_name(facts, call)
            for name, position in _field_places(facts, inference.text(entity.path), call)
        }
    return {name: Entity(QUOTED, entity.path, position) for name, position in places.items()}


def _field_places(facts: FileFacts, text: bytes, call: int) -> Iterator[tuple[str, int]]:
    """Yield the fields that a call lists, with the positions of their names in its strings."""
    listed = list(facts_view.arguments(facts, call))
    if len(listed) < 2 or not listed[1].is_positional:
        return
    expr = listed[1].value
    op = facts_view.op(facts, expr)
    if op == f.DICT:
        strings = [key for key, _ in facts_view.items(facts, expr)]
    elif op in (f.LIST, f.TUPLE):
        strings = [
            facts_view.elements(facts, part)[0]
            if facts.expr.op[part] == f.TUPLE and facts_view.elements(facts, part)
            else part
            for part in facts_view.elements(facts, expr)
        ]
    else:
        strings = [expr]
    for string in strings:
        written = facts_view.string(facts, string)
        at = facts.expr.position[string] if written else 0
        for name in written.replace(",", " ").split() if written else ():
            at = text.find(name.encode(), at)
            if name.isidentifier() and at >= 0:
                yield name, at
            at += len(name.encode())


def tuple_fields(inference: Inference, entity: Entity) -> list[str] | None:
    """Return the fields of a class that calls make or are bases of; None if some are unknown."""
    calls = [
        (base.path, expr)
        for base in inference.mro(entity)
        if base.kind in (CLASS, VARIABLE)
        for expr in _made_by(inference.need(base.path), base)
    ]
    found: list[str] = []
    for path, call in calls:
        names = made_field_names(inference.need(path), call)
        if names is None:
            return None
        found += names
    return found


def _made_by(facts: FileFacts, cls: Entity) -> list[int]:
    if cls.kind == VARIABLE:
        listed = [facts.binding.value[cls.row]]
    else:
        listed = [base.value for base in facts_view.bases(facts, cls.row)]
    return [expr for expr in listed if makes_tuple(facts, expr)]


# Fields.


def fields(inference: Inference, entity: Entity) -> list[Field]:
    """Return the fields that a constructor takes, in order; none for ordinary classes."""
    return cached(inference, ("fields", entity), lambda: _fields(inference, entity), list[Field]())


def _fields(inference: Inference, entity: Entity) -> list[Field]:
    if entity.kind != CLASS:
        return []
    order = [cls for cls in inference.mro(entity) if cls.kind == CLASS]
    bases = [standard_class(inference, *base) for base in registry.FIELD_BASES]
    everywhere = any(base in order for base in bases) or _transformed(inference, order)
    named_tuple = standard_class(inference, "typing", "NamedTuple")
    placed: dict[str, Field] = {}
    for cls in reversed(order):
        if cls in bases or not inference.exists(cls.path):
            continue
        if named_tuple in order and named_tuple not in inference.mro(cls)[1:2]:
            continue  # what a class adds to a named tuple is no field
        style = ANNOTATED if everywhere else _decorated_style(inference, cls)
        if style:
            for field in _own_fields(inference, cls, style):
                placed[field.name] = field
    return list(placed.values())


def _decorated_style(inference: Inference, cls: Entity) -> str:
    """Return how a class declares fields, by its decorators."""
    facts = inference.need(cls.path)
    for expr in facts_view.decorators(facts, cls.row):
        target = decorator_callee(facts, expr)
        name = last_name(facts, target)
        style = registry.FIELD_DECORATORS.get(name) or (
            registry.field_style(inference, cls.path, target, name)
        )
        if style:
            return style
        if name and any(
            item.entity.kind == FUNCTION and _has_transform(inference, item.entity)
            for item in inference.definitions_of(cls.path, target)
        ):
            return ANNOTATED
    return ""


def _has_transform(inference: Inference, entity: Entity) -> bool:
    """True for what is decorated as making dataclasses."""
    facts = inference.need(entity.path)
    return facts.name_id("dataclass_transform") >= 0 and any(
        last_name(facts, decorator_callee(facts, expr)) == "dataclass_transform"
        for expr in facts_view.decorators(facts, entity.row)
    )


def _transformed(inference: Inference, order: list[Entity]) -> bool:
    """True if a base or the metaclass makes all derived classes dataclasses."""
    if any(_has_transform(inference, cls) for cls in order[1:]):
        return True
    meta = inference.metaclass(order[0])
    return meta is not None and _has_transform(inference, meta)


def _own_fields(inference: Inference, cls: Entity, style: str) -> Iterator[Field]:
    facts = inference.need(cls.path)
    scope = facts.definition.own_scope[cls.row]
    binding = facts.binding
    rows = [
        row
        for row, where in enumerate(binding.scope)
        if where == scope and binding.kind[row] in (f.ASSIGN, f.DECLARE)
    ]
    for row in sorted(rows, key=binding.position.__getitem__):
        annotation, call = binding.annotation[row], binding.value[row]
        name = facts_view.binding_name(facts, row)
        function = facts_view.called(facts, call)
        if annotation >= 0:
            generic = facts_view.subscript(facts, annotation)
            if last_name(facts, generic.value if generic else annotation) in _NO_FIELDS:
                continue
        elif style != SPECIFIED or last_name(facts, function) not in registry.FIELD_SPECIFIERS:
            continue
        alias = keyword_argument(facts, call, "alias") if function >= 0 else -1
        keyword = facts_view.string(facts, alias)
        if keyword is None:
            keyword = name.lstrip("_") if style == SPECIFIED else name
        yield Field(name, keyword, Entity(VARIABLE, cls.path, row))


def field_value(inference: Inference, path: str, facts: FileFacts, row: int) -> Type:
    """Return what ``attr.ib(...)`` or ``field(...)`` says of the field that it is assigned to."""
    function = facts_view.called(facts, facts.binding.value[row])
    if function < 0 or facts.scope.kind[facts.binding.scope[row]] != f.CLASS_SCOPE:
        return UNKNOWN
    name = last_name(facts, function)
    if name not in registry.FIELD_SPECIFIERS:
        return UNKNOWN
    return registry.field_type(inference, path, facts, row, name)


# Typed dictionaries.


def is_typed_dict(inference: Inference, entity: Entity) -> bool:
    """True if a class is a TypedDict, whose fields are keys."""
    base = standard_class(inference, "typing", "_TypedDict")
    return base is not None and entity != base and base in inference.mro(entity)


def key_type(inference: Inference, entity: Entity, key: str) -> Type:
    """Return the type of what a TypedDict has under a key."""
    if entity.kind == VARIABLE:
        return union(
            *(type_ for name, type_ in factory_class_fields(inference, entity) if name == key)
        )
    found = inference.class_member(entity, key)
    return union(
        *(inference.entity_type(item.entity) for item in found if item.entity.kind == VARIABLE)
    )
