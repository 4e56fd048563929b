"""Constructors of classes, and the fields of which one is synthesized."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import decorator_callee, keyword_argument, last_name
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, name_of, owner_class
from ...indexer.inference.inference import Inference
from ...indexer.inference.standard_types import is_standard_class
from ...indexer.plugins import registry
from ...indexer.symbols import base_names
from ..source.entity_views import one_line
from ..source.lexical import layout
from ..source.ranges import split_default

_FIELD_BASES = (("typing", "NamedTuple"), ("typing", "TypedDict"))


@dataclass(slots=True)
class Field:
    """A parameter of a synthesized constructor; annotation and default as they are written."""

    name: str
    annotation: str
    default: str
    keyword_only: bool


def constructor(inference: Inference, cls: Entity) -> Entity | None:
    """Return the ``__init__`` or ``__new__`` that a call of a class reaches; not ``object``'s."""
    for name in ("__init__", "__new__"):
        for item in inference.class_member(cls, name)[-1:]:
            if item.entity.kind == FUNCTION and not _is_object(inference, item.entity):
                return item.entity
    return None


def _is_object(inference: Inference, function: Entity) -> bool:
    owner = owner_class(inference.need(function.path), function)
    return is_standard_class(inference, Entity(CLASS, function.path, owner), "builtins", "object")


def fields(inference: Inference, cls: Entity) -> list[Field] | None:
    """Return the fields that a class's constructor is made from; None when it is not."""
    order = [base for base in inference.mro(cls) if base.kind == CLASS]
    for base in order:
        for module, name in _FIELD_BASES:
            if is_standard_class(inference, base, module, name) or _has_base(inference, base, name):
                return _collect(inference, order, keyword_only=name == "TypedDict")
    if _has_made_constructor(inference, cls):
        made = [base for base in order if _has_made_constructor(inference, base)]
        return _collect(inference, made, keyword_only=False)
    return None


def is_typed_dict(inference: Inference, cls: Entity) -> bool:
    """True if a class is a ``TypedDict``."""
    order = (base for base in inference.mro(cls) if base.kind == CLASS)
    return any(_has_base(inference, base, "TypedDict") for base in order)


def _has_base(inference: Inference, cls: Entity, name: str) -> bool:
    return name in base_names(inference.need(cls.path), cls.row)


def _has_made_constructor(inference: Inference, cls: Entity) -> bool:
    """True if a decorator synthesizes the constructor of a class."""
    facts = inference.need(cls.path)
    return any(
        last_name(facts, decorator_callee(facts, decorator)) in registry.CONSTRUCTOR_DECORATORS
        for decorator in facts_view.decorators(facts, cls.row)
    )


def _is_keyword_only(facts: FileFacts, cls: Entity) -> bool:
    """True for ``@dataclass(kw_only=True)``."""
    return any(
        facts_view.op(facts, decorator) == f.CALL
        and facts_view.op(facts, keyword_argument(facts, decorator, "kw_only")) == f.TRUE
        for decorator in facts_view.decorators(facts, cls.row)
    )


def _collect(inference: Inference, order: list[Entity], *, keyword_only: bool) -> list[Field]:
    found: dict[str, Field] = {}
    for cls in reversed(order):
        facts = inference.facts(cls.path)
        if facts is None:
            continue
        only = keyword_only or _is_keyword_only(facts, cls)
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
        name = facts_view.binding_name(facts, row)
        annotation, default = _annotation_and_value(
            facts, text, table.position[row] + len(name.encode())
        )
        if annotation.startswith(("ClassVar", "typing.ClassVar")) or "init=False" in default:
            continue
        result.append(Field(name, annotation, _default(default), "kw_only=True" in default))
    return result


def _default(written: str) -> str:
    """Return the default of a field; ``...`` for one that ``field()`` computes."""
    if not written.startswith(registry.FIELD_CALLS):
        return written
    inner = written[written.index("(") + 1 :]
    if inner.startswith("default="):
        return inner[8:].rstrip(")").partition(",")[0]
    return "..." if "default" in inner or "factory" in inner else ""


def _annotation_and_value(facts: FileFacts, text: bytes, at: int) -> tuple[str, str]:
    """Return annotation and value as they are written behind a name."""
    lines = layout(text, facts.memo).lines
    _, end, _ = lines[bisect_right(lines, at, key=lambda line: line[0]) - 1]
    annotation, _, value = split_default(one_line(text[at:end]))
    return annotation.lstrip(": "), value
