"""Constructors that nobody writes: of dataclasses, attrs, named tuples and typed dictionaries."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import CLASS, OUTSIDE, VARIABLE, Entity, owner_class
from ...indexer.inference.standard_types import standard_class
from ...indexer.plugins import synthesized
from ...indexer.plugins.synthesized import decorators, last_name
from .signatures import Parameter, Signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

_ATTRS = frozenset(["s", "attrs", "attributes", "define", "mutable", "frozen"])
_FIELD_CALLS = frozenset(["field", "ib", "attrib", "attr"])
# Options by which `attrs` takes its fields from elsewhere.
_ELSEWHERE = frozenset(["", "these", "field_transformer"])
_DEFAULTS = frozenset(["default", "default_factory", "factory"])


def synthesized_signature(
    inference: Inference, cls: Entity, order: list[Entity]
) -> Signature | None:
    """What a class takes whose constructor is made from its fields; None for any other class.

    ``order`` are the class and its bases up to the one that writes a constructor, which a made one
    of a class before it hides. Where a constructor is made and nobody can say how, the signature's
    entity is none.
    """
    if cls.kind == VARIABLE:
        return _of_call(inference, cls, cls.path, _value_of(inference, cls))
    tuples, dicts = (
        standard_class(inference, "typing", "NamedTuple"),
        standard_class(inference, "typing", "_TypedDict"),
    )
    for place, each in enumerate(order):
        if each.kind != CLASS or each in (tuples, dicts):
            continue
        facts = inference.need(each.path)
        is_writer = bool(inference.own_member(each, "__init__")) or bool(
            inference.own_member(each, "__new__")
        )
        kind, options = _made_by(facts, each)
        if kind == "attrs" and _is_made_otherwise(options, is_writer=is_writer):
            return _unknown()
        if is_writer:
            return None
        if kind:
            if options.get("init") == f.FALSE:
                continue
            return _of_fields(inference, cls, each)
        for base in _bases(facts, each):
            if last_name(facts, base) == "NamedTuple":
                return _of_tuple(inference, cls, each)
            if synthesized.maker(facts, base):
                return _of_call(inference, cls, each.path, base)
        if place == 0 and dicts is not None and synthesized.is_typed_dict(inference, cls):
            return _of_dict(inference, cls)
    # Made by somebody else's rules: a base or decorator that says that it makes dataclasses.
    return _unknown() if synthesized.fields(inference, cls) else None


def _is_made_otherwise(options: dict[str, int], *, is_writer: bool) -> bool:
    """Whether ``attrs`` is told to make a constructor of other fields, or in spite of one."""
    if _ELSEWHERE & options.keys() or options.get("auto_attribs") == f.FALSE:
        return True
    return is_writer and ("init" in options or options.get("auto_detect") == f.FALSE)


def _unknown() -> Signature:
    return Signature(Entity(OUTSIDE, "", -1), [])


def _bases(facts: FileFacts, cls: Entity) -> list[int]:
    at = facts.definition.arguments[cls.row]
    (extra,) = facts.extra
    rows = range(at + 1, at + 1 + 3 * extra[at], 3) if at >= 0 else ()
    return [extra[index + 2] for index in rows if extra[index] == f.ARG_POSITIONAL]


def _made_by(facts: FileFacts, cls: Entity) -> tuple[str, dict[str, int]]:
    """``dataclass``, ``attrs`` or nothing, and the decorator's keywords with the op of each."""
    for expr in decorators(facts, cls.row):
        called = facts.expr.op[expr] == f.CALL
        name = last_name(facts, facts.expr.a[expr] if called else expr)
        options = _keywords(facts, expr) if called else {}
        ops = {key: facts.expr.op[value] for key, value in options.items()}
        if name == "dataclass" or name in _ATTRS:
            return ("dataclass" if name == "dataclass" else "attrs"), ops
    return "", {}


def _keywords(facts: FileFacts, call: int) -> dict[str, int]:
    (extra,) = facts.extra
    at = facts.expr.b[call]
    return {
        facts.names[extra[index]] if extra[index] >= 0 else "": extra[index + 2]
        for index in range(at + 1, at + 1 + 3 * extra[at], 3)
    }


def _of_fields(inference: Inference, cls: Entity, maker: Entity) -> Signature:
    """``maker`` is the class whose decorator makes the constructor that ``cls`` has."""
    found: list[Parameter] = []
    for field in synthesized.fields(inference, maker):
        path, row = field.entity.path, field.entity.row
        facts = inference.need(path)
        kind, options = _made_by(facts, Entity(CLASS, path, owner_class(facts, field.entity)))
        if not kind or "" in options or options.get("these") is not None:
            return _unknown()
        value = facts.binding.value[row]
        said = _said(facts, value)
        if said.get("init") == f.FALSE:
            continue
        only = options.get("kw_only") == f.TRUE or _is_behind_marker(facts, row)
        if "kw_only" in said:
            only = said["kw_only"] == f.TRUE
        required = value < 0 or (_is_field_call(facts, value) and not _DEFAULTS & said.keys())
        if required and _has_default_method(facts, row):
            required = False
        if kind == "attrs" and "" in said:
            required = False  # `attr.ib(3)`, or `**options`
        place = f.KEYWORD_ONLY if only else f.POSITIONAL
        found.append(Parameter(field.keyword, place, field.entity, required=required))
    found.sort(key=lambda parameter: parameter.kind)
    return Signature(cls, found, cls)


def _is_field_call(facts: FileFacts, value: int) -> bool:
    return (
        value >= 0
        and facts.expr.op[value] == f.CALL
        and last_name(facts, facts.expr.a[value]) in _FIELD_CALLS
    )


def _said(facts: FileFacts, value: int) -> dict[str, int]:
    """Keywords of ``field(…)`` with the op of each."""
    if not _is_field_call(facts, value):
        return {}
    return {key: facts.expr.op[each] for key, each in _keywords(facts, value).items()}


def _is_behind_marker(facts: FileFacts, row: int) -> bool:
    """Whether ``_: KW_ONLY`` stands above a field."""
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
    """Whether a method under ``@field.default`` gives a field its value."""
    name = facts.binding.name[row]
    ops, _, lefts, rights = facts.expr
    return any(
        ops[expr] == f.ATTRIBUTE
        and facts.names[rights[expr]] == "default"
        and ops[lefts[expr]] == f.NAME
        and lefts[lefts[expr]] == name
        for definition in range(len(facts.definition.kind))
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
    """A dictionary that says which keys it has; by place it takes another dictionary."""
    parameters: list[Parameter] = []
    for field in synthesized.fields(inference, cls):
        facts = inference.need(field.entity.path)
        annotation = facts.binding.annotation[field.entity.row]
        ops, _, lefts, _ = facts.expr
        outer = lefts[annotation] if ops[annotation] == f.SUBSCRIPT else annotation
        total = _is_total(facts, owner_class(facts, field.entity))
        required = total if last_name(facts, outer) != "Required" else True
        if last_name(facts, outer) in ("NotRequired", "ReadOnly", "Annotated"):
            required = False
        parameters.append(Parameter(field.name, f.KEYWORD_ONLY, field.entity, required=required))
    whole = Parameter("mapping", f.POSITIONAL_ONLY, cls, required=False)
    return Signature(cls, [whole, *parameters], cls)


def _is_total(facts: FileFacts, cls: int) -> bool:
    at = facts.definition.arguments[cls]
    (extra,) = facts.extra
    return not any(
        extra[index] >= 0
        and facts.names[extra[index]] == "total"
        and facts.expr.op[extra[index + 2]] != f.TRUE
        for index in range(at + 1, at + 1 + 3 * extra[at], 3)
    )


def _value_of(inference: Inference, variable: Entity) -> int:
    return inference.need(variable.path).binding.value[variable.row]


def _of_call(inference: Inference, cls: Entity, path: str, call: int) -> Signature | None:
    """A class that ``namedtuple("Point", "x y")`` or ``NamedTuple("Point", […])`` makes."""
    facts = inference.need(path)
    maker = synthesized.maker(facts, call)
    if maker not in ("namedtuple", "NamedTuple"):
        return _unknown()
    (extra,) = facts.extra
    at = facts.expr.b[call]
    if extra[at] < 2 or extra[at + 4] != f.ARG_POSITIONAL:
        return _unknown()
    names = _field_names(facts, extra[at + 6], pairs=maker == "NamedTuple")
    options = _keywords(facts, call)
    if names is None or "rename" in options:
        return _unknown()
    optional = 0
    if "defaults" in options:
        listed = options["defaults"]
        if facts.expr.op[listed] not in (f.TUPLE, f.LIST):
            optional = len(names)
        else:
            optional = extra[facts.expr.a[listed]]
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


def _sets_defaults(facts: FileFacts, cls: Entity) -> bool:
    """Whether a file gives named tuples defaults later: ``Point.__new__.__defaults__ = (0,)``."""
    return cls.kind == VARIABLE and facts.name_id("__defaults__") >= 0


def _field_names(facts: FileFacts, expr: int, *, pairs: bool) -> list[str] | None:
    ops, _, lefts, _ = facts.expr
    if ops[expr] == f.STRING and not pairs:
        if lefts[expr] < 0:
            return None
        return facts.strings[lefts[expr]].replace(",", " ").split()
    if ops[expr] not in (f.LIST, f.TUPLE):
        return None
    (extra,) = facts.extra
    at = lefts[expr]
    found: list[str] = []
    for part in extra[at + 1 : at + 1 + extra[at]]:
        if pairs and ops[part] == f.TUPLE and extra[lefts[part]] == 2:
            part = extra[lefts[part] + 1]
        if ops[part] != f.STRING or lefts[part] < 0:
            return None
        found.append(facts.strings[lefts[part]])
    return found
