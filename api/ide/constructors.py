"""Constructors of classes, and the fields of which one is synthesized."""

from __future__ import annotations

from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, name_of, owner_class
from ...indexer.inference.standard_types import is_standard_class
from ...indexer.symbols import base_names
from ..source.entity_views import one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

_MAKERS = frozenset(
    ["dataclass", "define", "frozen", "mutable", "attrs", "s", "pydantic_dataclass"]
)
_MARKERS = (("typing", "NamedTuple"), ("typing", "TypedDict"))


@dataclass(slots=True)
class Field:
    """A parameter of a constructor that is made from the annotations of a class.

    ``annotation`` and ``default`` as they are written; the name's place in its file.
    """

    name: str
    annotation: str
    default: str
    path: str
    position: int
    keyword_only: bool = False


def constructor(inference: Inference, cls: Entity) -> Entity | None:
    """The ``__init__`` or ``__new__`` that a call of a class reaches, if not that of ``object``."""
    for name in ("__init__", "__new__"):
        for item in inference.class_member(cls, name)[-1:]:
            if item.entity.kind == FUNCTION and not _is_object(inference, item.entity):
                return item.entity
    return None


def _is_object(inference: Inference, function: Entity) -> bool:
    owner = owner_class(inference.need(function.path), function)
    return is_standard_class(inference, Entity(CLASS, function.path, owner), "builtins", "object")


def fields(inference: Inference, cls: Entity) -> list[Field] | None:
    """Fields that a class's constructor is made from; None when it is not made from fields."""
    order = [base for base in inference.mro(cls) if base.kind == CLASS]
    is_typed_dict = False
    for base in order:
        for module, name in _MARKERS:
            if is_standard_class(inference, base, module, name) or _named_base(
                inference, base, name
            ):
                is_typed_dict = is_typed_dict or name == "TypedDict"
                return _collected(inference, order, keyword_only=is_typed_dict)
    if _is_made(inference, cls):
        made = [base for base in order if _is_made(inference, base)]
        return _collected(inference, made, keyword_only=False)
    return None


def is_typed_dict(inference: Inference, cls: Entity) -> bool:
    """True if a class is a ``TypedDict``."""
    return any(
        _named_base(inference, base, "TypedDict")
        for base in inference.mro(cls)
        if base.kind == CLASS
    )


def _named_base(inference: Inference, cls: Entity, name: str) -> bool:
    facts = inference.need(cls.path)
    return name in base_names(facts, cls.row)


def _is_made(inference: Inference, cls: Entity) -> bool:
    """True if a decorator synthesizes the constructor of a class."""
    return any(name in _MAKERS for name, _ in _decorators(inference, cls))


def _decorators(inference: Inference, entity: Entity) -> list[tuple[str, dict[str, str]]]:
    """Return the last name of each decorator, with its keyword arguments: "True" or empty."""
    facts = inference.need(entity.path)
    found: list[tuple[str, dict[str, str]]] = []
    for decorator in facts_view.decorators(facts, entity.row):
        options: dict[str, str] = {}
        target = decorator
        if facts_view.op(facts, decorator) == f.CALL:
            target = facts_view.called(facts, decorator)
            for argument in facts_view.arguments(facts, decorator):
                if argument.is_keyword:
                    is_true = facts_view.op(facts, argument.value) == f.TRUE
                    options[facts.names[argument.key]] = "True" if is_true else ""
        name = last_name(facts, target)
        if name:
            found.append((name, options))
    return found


def _collected(inference: Inference, order: list[Entity], *, keyword_only: bool) -> list[Field]:
    found: dict[str, Field] = {}
    for cls in reversed(order):
        facts = inference.facts(cls.path)
        if facts is None:
            continue
        only = keyword_only or any(
            options.get("kw_only") == "True" for _, options in _decorators(inference, cls)
        )
        for field in _own_fields(inference, facts, cls):
            field.keyword_only = only or field.keyword_only
            found[field.name] = field
            only = only or field.annotation == "KW_ONLY"
    return [field for field in found.values() if field.annotation != "KW_ONLY"]


def _own_fields(inference: Inference, facts: FileFacts, cls: Entity) -> list[Field]:
    scope = facts.definition.own_scope[cls.row]
    if cls.is_outside and name_of(inference, cls) in ("NamedTuple", "TypedDict"):
        return []
    text = inference.text(cls.path)
    result: list[Field] = []
    table = facts.binding
    for row, where in enumerate(table.scope):
        if where != scope or table.annotation[row] < 0:
            continue
        name = facts.names[table.name[row]]
        position = table.position[row]
        annotation, default = _split(text, position + len(name.encode()))
        if annotation.startswith(("ClassVar", "typing.ClassVar")) or "init=False" in default:
            continue
        field = Field(name, annotation, _default(default), cls.path, position)
        field.keyword_only = "kw_only=True" in default
        result.append(field)
    return result


def _default(written: str) -> str:
    """Return the default of a field; ``...`` for one that ``field()`` computes."""
    if not written.startswith(("field(", "dataclasses.field(", "attr.ib(", "attrib(", "Field(")):
        return written
    inner = written[written.index("(") + 1 :]
    if inner.startswith("default="):
        return inner[8:].rstrip(")").partition(",")[0]
    return "..." if "default" in inner or "factory" in inner else ""


def _split(text: bytes, at: int) -> tuple[str, str]:
    """Annotation and value as they are written behind a name."""
    depth, start, equals = 0, at, -1
    index = at
    quote = 0
    while index < len(text):
        byte = text[index]
        if quote:
            quote = 0 if byte == quote else quote
        elif byte in b"\"'":
            quote = byte
        elif byte in b"([{":
            depth += 1
        elif byte in b")]}":
            depth -= 1
        elif byte == 61 and depth == 0 and equals < 0:
            equals = index
        elif (byte == 10 and depth <= 0) or (byte == 35 and depth <= 0):
            break
        index += 1
    end = equals if equals >= 0 else index
    annotation = one_line(text[start:end]).lstrip(": ").strip()
    value = one_line(text[equals + 1 : index]).strip() if equals >= 0 else ""
    return annotation, value
