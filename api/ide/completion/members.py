"""Completion behind a dot: the members of what stands before it; and keys of typed dictionaries."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer import facts_view
from ....indexer.facts import FileFacts
from ....indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    CONVENTIONAL,
    MODULE,
    NAMESPACE,
    VARIABLE,
    Entity,
    entity_of_binding,
    name_of,
)
from ....indexer.inference.inference import Inference
from ....indexer.inference.standard_types import standard_class
from ....indexer.inference.types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    Value,
    without_none,
)
from ....indexer.snapshot import jedi_opinion
from ....indexer.symbols import base_names
from ...source.partial_expressions import PartialExpression
from ..constructors import fields, is_typed_dict
from ..module_contents import NO_NAMES, kind_of_binding, module_names, submodules
from .items import CompletionContext, Group, Item


def items(context: CompletionContext, start: int, end: int) -> list[Item]:
    """Return the members of the value of what is written between two offsets."""
    inference = context.inference
    written = PartialExpression(inference, context.path, start, end, context.scope)
    found = [item for value in without_none(written.type()) for item in of_value(inference, value)]
    if not found:
        found = [
            item
            for entity in written.objects()
            if entity.entity.kind in (MODULE, NAMESPACE)
            for item in of_module(inference, entity.entity)
        ]
    return found or _second_opinion(context) or _seen_here(context, start, end)


def of_value(inference: Inference, value: Value) -> list[Item]:
    """Return the members of a value, each name once."""
    form, entity = value.form, value.entity
    if form == MODULE_OBJECT:
        return of_module(inference, entity)
    classes: list[Entity] = []
    if form in (INSTANCE, CLASS_OBJECT) and entity.kind in (CLASS, VARIABLE):
        classes = list(inference.mro(entity))
        meta = standard_class(inference, "builtins", "type" if form == CLASS_OBJECT else "object")
        classes += [meta] if meta is not None else []
    elif form == SUPER:
        order = inference.mro(value.args[0][0].entity if value.args and value.args[0] else entity)
        classes = order[order.index(entity) + 1 :] if entity in order else []
    elif form in (FUNCTION_OBJECT, CALLABLE):
        kind = standard_class(inference, "types", "FunctionType")
        classes = [kind] if kind is not None else []
    elif form == NONE:
        return []
    seen: set[str] = set()
    result: list[Item] = []
    for cls in classes:
        if cls.kind not in (CLASS, VARIABLE):
            continue
        group = Group.OWN_MEMBER if cls == entity else Group.MEMBER
        description = name_of(inference, cls) + ("?" if value.evidence >= CONVENTIONAL else "")
        for name, kind, member in class_items(inference, cls, instances=form != CLASS_OBJECT):
            if name in seen:
                continue
            seen.add(name)
            result.append(Item(name, kind, group, member, description=description))
    return result


def class_items(
    inference: Inference, cls: Entity, *, instances: bool
) -> list[tuple[str, str, Entity]]:
    """(name, kind, member) that a class defines itself; ``instances`` adds attributes of self."""
    facts = inference.facts(cls.path)
    if facts is None:
        return []
    key = f"members {cls.kind} {cls.row} {instances}"
    kept: list[tuple[str, str, Entity]] | None = facts.memo.get(key)
    if kept is None or (kept and kept[0][2].path != cls.path):
        made = [(name, "field", field) for name, field in inference.made_fields(cls).items()]
        own = [] if cls.kind != CLASS else list(_class_items(facts, cls, instances=instances))
        kept = facts.memo[key] = made + own
    return kept


def _class_items(
    facts: FileFacts, cls: Entity, *, instances: bool
) -> Iterator[tuple[str, str, Entity]]:
    scope = facts.definition.own_scope[cls.row]
    table = facts.binding
    is_enum = _is_enum(facts, cls.row)
    last: dict[int, int] = {}
    for index, where in enumerate(table.scope):
        if where == scope and table.kind[index] not in NO_NAMES:
            if table.name[index] in last and _is_accessor(facts, index):
                continue
            last[table.name[index]] = index
    for name_row, index in last.items():
        name = facts.names[name_row]
        entity = entity_of_binding(cls.path, facts, index)
        kind = kind_of_binding(facts, index, in_class=True)
        if is_enum and kind == "field" and not name.startswith("_"):
            kind = "enum-member"
        yield name, kind, entity
    if not instances:
        return
    attributes = facts.attribute_binding
    seen: set[int] = set(last)
    for index, owner in enumerate(attributes.owner):
        name_row = attributes.name[index]
        if owner == cls.row and name_row not in seen:
            seen.add(name_row)
            yield facts.names[name_row], "field", Entity(ATTRIBUTE, cls.path, index)


def _is_accessor(facts: FileFacts, binding: int) -> bool:
    is_function = facts.binding.kind[binding] == f.DEF_FUNCTION
    return is_function and bool(facts.definition.flags[facts.binding.ref[binding]] & f.ACCESSOR)


def _is_enum(facts: FileFacts, row: int) -> bool:
    return any(name.endswith(("Enum", "Flag", "Choices")) for name in base_names(facts, row))


# What every module has, or every one that was read from a file.
_OF_MODULES = ("__name__", "__doc__", "__file__", "__package__", "__spec__", "__loader__")


def of_every_module() -> list[Item]:
    """Return the names that Python itself gives to modules."""
    return [Item(name, "variable", Group.BUILTIN) for name in _OF_MODULES]


def of_module(inference: Inference, module: Entity) -> list[Item]:
    """Return the names of a module, and the modules in it."""
    names = module_names(inference, module.path) if module.kind == MODULE else []
    result = [
        Item(
            each.name, each.kind, Group.OWN_MEMBER if each.is_exported else Group.TEXTUAL,
            each.entity,
        )
        for each in names
    ]  # fmt: skip
    known_names = {item.label for item in result}
    result += [
        Item(name, "module", Group.MEMBER)
        for name in submodules(inference, module)
        if name not in known_names
    ]
    if module.kind == MODULE:
        result += [item for item in of_every_module() if item.label not in known_names]
    return result


def _second_opinion(context: CompletionContext) -> list[Item]:
    """Return what jedi finds in a half-written file, when the index knows nothing."""
    cursor = context.cursor
    found = jedi_opinion.members(context.inference.snapshot, context.path, cursor.offset)
    return [Item(name, kind, Group.MEMBER, detail="jedi") for name, kind in found]


def _seen_here(context: CompletionContext, start: int, end: int) -> list[Item]:
    """Attributes that the file uses of the same name elsewhere, when nothing is known of it."""
    facts = context.inference.need(context.path)
    name = context.cursor.text[start:end].decode("utf-8", "replace")
    if facts.name_id(name) < 0:
        return []
    found: dict[str, None] = {}
    for row in range(len(facts.expr.op)):
        attribute = facts_view.attribute(facts, row)
        if attribute is None or attribute.position == context.cursor.start:
            continue
        if facts_view.plain_name(facts, attribute.receiver) == name:
            found[attribute.name] = None
    return [Item(attribute, "text", Group.TEXTUAL) for attribute in found]


def keys(context: CompletionContext) -> list[Item]:
    """Return the keys of a typed dictionary, for a string in ``value["`` or ``value.get("``."""
    cursor = context.cursor
    if not cursor.brackets:
        return []
    bracket = cursor.brackets[-1]
    end = bracket.position
    start = cursor.expression_start(end)
    if start == end:
        return []
    written = cursor.text[start:end]
    if bracket.kind == b"(":
        receiver, _, method = written.rpartition(b".")
        if method not in (b"get", b"pop", b"setdefault") or bracket.commas or not receiver:
            return []
        end = start + len(receiver)
    elif bracket.kind != b"[":
        return []
    value = PartialExpression(context.inference, context.path, start, end, context.scope)
    inference = context.inference
    classes = (
        each.entity
        for each in without_none(value.type())
        if each.form == INSTANCE and each.entity.kind == CLASS
    )
    return [
        Item(
            field.name, "field", Group.OWN_MEMBER, detail=field.annotation,
            description=name_of(inference, cls),
        )
        for cls in classes
        if is_typed_dict(inference, cls)
        for field in fields(inference, cls) or ()
    ]  # fmt: skip
