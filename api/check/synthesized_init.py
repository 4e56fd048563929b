"""Synthesized constructors: by decorators, of named tuples and of typed dictionaries."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.facts_view import (
    arguments,
    attribute,
    bases,
    called,
    decorators,
    definitions,
    elements,
    items,
    op,
    plain_name,
    positional_arguments,
    string,
    subscript,
)
from ...indexer.inference import synthesized
from ...indexer.inference.access_paths import decorator_callee, last_name
from ...indexer.inference.entities import CLASS, OUTSIDE, VARIABLE, Entity, owner_class
from ...indexer.inference.inference import Inference
from ...indexer.inference.standard_types import standard_class
from ...indexer.plugins.registry import (
    CONSTRUCTOR_DECORATORS,
    FIELD_SPECIFIERS,
    has_unknown_constructor,
)
from .callees import Parameter, Signature

_DEFAULTS = frozenset(["default", "default_factory", "factory"])


def synthesized_signature(
    inference: Inference, cls: Entity, order: list[Entity]
) -> Signature | None:
    """Return the signature of a synthesized constructor; None for a class that has no such one.

    ``order`` are the class and its bases up to the one that defines a constructor, which a
    synthesized one of a class before it hides. Where it is unknown what is synthesized, the
    entity of the signature is none.
    """
    if cls.kind == VARIABLE:
        value = inference.need(cls.path).binding.value[cls.row]
        return _of_call(inference, cls, cls.path, value)
    tuples, dicts = (
        standard_class(inference, "typing", "NamedTuple"),
        standard_class(inference, "typing", "_TypedDict"),
    )
    for place, each in enumerate(order):
        if each.kind != CLASS or each in (tuples, dicts):
            continue
        facts = inference.need(each.path)
        has_own = bool(inference.own_member(each, "__init__")) or bool(
            inference.own_member(each, "__new__")
        )
        decorator, options = constructor_decorator(facts, each)
        if decorator and has_unknown_constructor(decorator, options, has_own=has_own):
            return _unknown()
        if has_own:
            return None
        if decorator:
            if options.get("init") == f.FALSE:
                continue
            return _of_fields(inference, cls, each)
        for base in bases(facts, each.row):
            if not base.is_positional:
                continue
            if last_name(facts, base.value) == "NamedTuple":
                return _of_tuple(inference, cls, each)
            if synthesized.class_factory_name(facts, base.value):
                return _of_call(inference, cls, each.path, base.value)
        if place == 0 and dicts is not None and synthesized.is_typed_dict(inference, cls):
            return _of_dict(inference, cls)
    # The rules of another library: a base or decorator with `dataclass_transform`.
    return _unknown() if synthesized.fields(inference, cls) else None


def _unknown() -> Signature:
    return Signature(Entity(OUTSIDE, "", -1), [])


def constructor_decorator(facts: FileFacts, cls: Entity) -> tuple[str, dict[str, int]]:
    """Return the decorator that makes a constructor, and its keywords with their ops."""
    for expr in decorators(facts, cls.row):
        name = last_name(facts, decorator_callee(facts, expr))
        if name in CONSTRUCTOR_DECORATORS:
            return name, _keyword_ops(facts, expr)
    return "", {}


def is_field_without_default(facts: FileFacts, value: int) -> bool:
    """True for ``field(default_factory=list)`` and ``attr.ib()``, which leave the class nothing."""
    if last_name(facts, called(facts, value)) not in FIELD_SPECIFIERS:
        return False
    options = _keyword_ops(facts, value)
    return "default" not in options and "" not in options


def _keywords(facts: FileFacts, call: int) -> dict[str, int]:
    """Return the arguments of a call by keyword; under an empty string those without one."""
    if op(facts, call) != f.CALL:
        return {}
    return {
        facts.names[each.key] if each.is_keyword else "": each.value
        for each in arguments(facts, call)
    }


def _keyword_ops(facts: FileFacts, call: int) -> dict[str, int]:
    return {key: op(facts, value) for key, value in _keywords(facts, call).items()}


def _of_fields(inference: Inference, cls: Entity, maker: Entity) -> Signature:
    """Return what the constructor of ``cls`` takes, that a decorator of ``maker`` synthesizes."""
    found: list[Parameter] = []
    for field in synthesized.fields(inference, maker):
        path, row = field.entity.path, field.entity.row
        facts = inference.need(path)
        owner = Entity(CLASS, path, owner_class(facts, field.entity))
        decorator, options = constructor_decorator(facts, owner)
        if (
            not decorator
            or "" in options
            or has_unknown_constructor(decorator, options, has_own=False)
        ):
            return _unknown()
        value = facts.binding.value[row]
        is_call = last_name(facts, called(facts, value)) in FIELD_SPECIFIERS
        field_options = _keyword_ops(facts, value) if is_call else {}
        if field_options.get("init") == f.FALSE:
            continue
        only = options.get("kw_only") == f.TRUE or _is_behind_marker(facts, row)
        if "kw_only" in field_options:
            only = field_options["kw_only"] == f.TRUE
        required = value < 0 or (is_call and not _DEFAULTS & field_options.keys())
        if required and _has_default_method(facts, row):
            required = False
        if "" in field_options:
            required = False  # a default by position, or `**options`
        place = f.KEYWORD_ONLY if only else f.POSITIONAL
        found.append(Parameter(field.keyword, place, field.entity, required=required))
    found.sort(key=lambda parameter: parameter.kind)
    return Signature(cls, found, cls)


def _is_behind_marker(facts: FileFacts, row: int) -> bool:
    """True if ``_: KW_ONLY`` stands above a field."""
    scope, position = facts.binding.scope[row], facts.binding.position[row]
    return any(
        where == scope and annotation >= 0 and at < position
        and last_name(facts, annotation) == "KW_ONLY"
        for where, at, annotation in zip(
            facts.binding.scope, facts.binding.position,
            facts.binding.annotation, strict=True,
        )
    )  # fmt: skip


def _has_default_method(facts: FileFacts, row: int) -> bool:
    """True if a method under ``@field.default`` provides the value of a field."""
    name = facts.names[facts.binding.name[row]]
    return any(
        (parts := attribute(facts, expr)) is not None
        and parts.name == "default"
        and plain_name(facts, parts.receiver) == name
        for definition in definitions(facts)
        for expr in decorators(facts, definition)
    )


def _of_tuple(inference: Inference, cls: Entity, maker: Entity) -> Signature:
    parameters: list[Parameter] = []
    for field in synthesized.fields(inference, maker):
        if owner_class(inference.need(field.entity.path), field.entity) != maker.row:
            continue
        required = inference.need(field.entity.path).binding.value[field.entity.row] < 0
        parameters.append(Parameter(field.name, f.POSITIONAL, field.entity, required=required))
    return Signature(cls, parameters, cls)


def _of_dict(inference: Inference, cls: Entity) -> Signature:
    """Return what a typed dictionary takes: its keys."""
    parameters: list[Parameter] = []
    for field in synthesized.fields(inference, cls):
        facts = inference.need(field.entity.path)
        required = _is_required(
            facts,
            facts.binding.annotation[field.entity.row],
            total=_is_total(facts, owner_class(facts, field.entity)),
        )
        parameters.append(Parameter(field.name, f.KEYWORD_ONLY, field.entity, required=required))
    if any(
        _takes_extra_items(inference.need(base.path), base.row)
        for base in inference.mro(cls)
        if base.kind == CLASS
    ):
        parameters.append(Parameter("extra_items", f.VAR_KEYWORD, cls, required=False))
    return Signature(cls, parameters, cls)


def _is_required(facts: FileFacts, annotation: int, *, total: bool) -> bool:
    """True if a typed dictionary has to have a key that is declared like this."""
    while parts := subscript(facts, annotation):
        outer = last_name(facts, parts.value)
        if outer in ("Required", "NotRequired"):
            return outer == "Required"
        if outer == "Annotated":
            annotation = next(iter(elements(facts, parts.key)), -1)
        elif outer == "ReadOnly":
            annotation = parts.key
        else:
            break
    return total


def _takes_extra_items(facts: FileFacts, cls: int) -> bool:
    """True for ``class Row(TypedDict, extra_items=int)``: other keys are allowed."""
    return any(
        each.is_keyword and facts.names[each.key] == "extra_items" for each in bases(facts, cls)
    )


def from_mapping(signature: Signature) -> Signature:
    """Return how a typed dictionary is made of another one, with some keys replaced."""
    mapping = Parameter("mapping", f.POSITIONAL_ONLY, signature.entity, required=True)
    keys = [
        Parameter(key.name, key.kind, key.entity, required=False) for key in signature.parameters
    ]
    return Signature(signature.entity, [mapping, *keys], signature.entity)


def _is_total(facts: FileFacts, cls: int) -> bool:
    return not any(
        each.is_keyword and facts.names[each.key] == "total" and op(facts, each.value) != f.TRUE
        for each in bases(facts, cls)
    )


def _of_call(inference: Inference, cls: Entity, path: str, call: int) -> Signature | None:
    """Return what ``namedtuple("Point", "x y")`` or ``NamedTuple("Point", […])`` takes."""
    facts = inference.need(path)
    if synthesized.class_factory_name(facts, call) == "TypedDict":
        return _of_dict_call(cls, facts, call)
    names = (
        synthesized.made_field_names(facts, call) if synthesized.makes_tuple(facts, call) else None
    )
    if names is None:
        return _unknown()
    options = _keywords(facts, call)
    optional = 0
    if "defaults" in options:
        defaults = options["defaults"]
        is_display = op(facts, defaults) in (f.TUPLE, f.LIST)
        optional = len(elements(facts, defaults)) if is_display else len(names)
    required = len(names) - optional
    if _sets_defaults(facts, cls):
        required = 0
    return Signature(
        cls,
        [
            Parameter(name, f.POSITIONAL, cls, required=place < required)
            for place, name in enumerate(names)
        ],
        cls,
    )


def _of_dict_call(cls: Entity, facts: FileFacts, call: int) -> Signature:
    """Return what ``TypedDict("Row", {"id": int})`` takes: its keys."""
    options = _keyword_ops(facts, call)
    listed = positional_arguments(facts, call)[1:]
    if len(listed) != 1 or op(facts, listed[0]) != f.DICT or not options.keys() <= {"total", ""}:
        return _unknown()
    total = options.get("total", f.TRUE)
    keys: list[Parameter] = []
    for key, annotation in items(facts, listed[0]):
        name = string(facts, key) if key >= 0 else None
        if name is None or total not in (f.TRUE, f.FALSE):
            return _unknown()
        required = _is_required(facts, annotation, total=total == f.TRUE)
        keys.append(Parameter(name, f.KEYWORD_ONLY, cls, required=required))
    return Signature(cls, keys, cls)


def _sets_defaults(facts: FileFacts, cls: Entity) -> bool:
    """True if a file sets defaults of named tuples: ``Point.__new__.__defaults__ = (0,)``."""
    return cls.kind == VARIABLE and facts.name_id("__defaults__") >= 0
