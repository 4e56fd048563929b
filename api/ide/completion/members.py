"""Completion behind a dot: the members of what stands before it; and keys of typed dictionaries."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, MODULE, NAMESPACE, Entity, entity_of_binding
from ....indexer.inference.standard_types import standard_class
from ....indexer.inference.types import (
    CALLABLE,
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    without_none,
)
from ...source.partial_expressions import PartialExpression
from ..constructors import fields, is_typed_dict
from . import completion as c

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ....indexer.inference.types import Value

_NOT_MEMBERS = frozenset([f.DELETE, f.GLOBAL, f.NONLOCAL])


def items(context: c.Context, start: int, end: int) -> list[c.Item]:
    """Members of the value of what is written between two offsets."""
    inference = context.inference
    written = PartialExpression(inference, context.path, start, end, context.scope)
    found: list[c.Item] = []
    for value in without_none(written.type()):
        found += of_value(inference, value)
    if not found:
        found = [
            item
            for entity in written.objects()
            if entity.entity.kind in (MODULE, NAMESPACE)
            for item in of_module(inference, entity.entity)
        ]
    return found or _second_opinion(context) or _seen_here(context, start, end)


def of_value(inference: Inference, value: Value) -> list[c.Item]:
    """Members of a value, each name once."""
    form, entity, args, evidence = value
    if form == MODULE_OBJECT:
        return of_module(inference, entity)
    classes: list[Entity] = []
    if form in (INSTANCE, CLASS_OBJECT) and entity.kind == CLASS:
        classes = list(inference.mro(entity))
        meta = standard_class(inference, "builtins", "type" if form == CLASS_OBJECT else "object")
        classes += [meta] if meta is not None else []
    elif form == SUPER:
        order = inference.mro(args[0][0][1] if args and args[0] else entity)
        classes = order[order.index(entity) + 1 :] if entity in order else []
    elif form in (FUNCTION_OBJECT, CALLABLE):
        kind = standard_class(inference, "types", "FunctionType")
        classes = [kind] if kind is not None else []
    elif form == NONE:
        return []
    seen: set[str] = set()
    result: list[c.Item] = []
    for cls in classes:
        if cls.kind != CLASS:
            continue
        group = c.OWN_MEMBER if cls == entity else c.MEMBER
        description = _class_name(inference, cls) + ("?" if evidence >= 2 else "")
        for name, kind, member in class_items(inference, cls, instances=form != CLASS_OBJECT):
            if name in seen:
                continue
            seen.add(name)
            item = c.Item(name, kind, group, member)
            item.description = description
            result.append(item)
    return result


def _class_name(inference: Inference, cls: Entity) -> str:
    facts = inference.need(cls.path)
    return facts.names[facts.definition.name[cls.row]]


def class_items(
    inference: Inference, cls: Entity, *, instances: bool
) -> list[tuple[str, str, Entity]]:
    """(name, kind, member) that a class defines itself; ``instances`` adds attributes of self."""
    facts = inference.facts(cls.path)
    if facts is None:
        return []
    key = f"members {cls.row} {instances}"
    kept: list[tuple[str, str, Entity]] | None = facts.memo.get(key)
    if kept is None or (kept and kept[0][2].path != cls.path):
        kept = facts.memo[key] = list(_class_items(facts, cls, instances=instances))
    return kept


def _class_items(
    facts: FileFacts, cls: Entity, *, instances: bool
) -> Iterator[tuple[str, str, Entity]]:
    _, path, row = cls
    scope = facts.definition.own_scope[row]
    names, scopes, _, kinds = facts.binding[:4]
    is_enum = _is_enum(facts, row)
    last: dict[int, int] = {}
    for index, where in enumerate(scopes):
        if where == scope and kinds[index] not in _NOT_MEMBERS:
            if names[index] in last and _is_accessor(facts, index):
                continue
            last[names[index]] = index
    for name_row, index in last.items():
        name = facts.names[name_row]
        entity = entity_of_binding(path, facts, index)
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
        if owner == row and name_row not in seen:
            seen.add(name_row)
            yield facts.names[name_row], "field", Entity(6, path, index)


def _is_accessor(facts: FileFacts, binding: int) -> bool:
    if facts.binding.kind[binding] != f.DEF_FUNCTION:
        return False
    flags = facts.definition.flags[facts.binding.ref[binding]]
    return bool(flags & f.ACCESSOR)


def _is_enum(facts: FileFacts, row: int) -> bool:
    from ....indexer.symbols import base_names

    return any(name.endswith(("Enum", "Flag", "Choices")) for name in base_names(facts, row))


def kind_of_binding(facts: FileFacts, binding: int, *, in_class: bool = False) -> str:
    """Kind of what a binding introduces, in words."""
    kind = facts.binding.kind[binding]
    ref = facts.binding.ref[binding]
    if kind == f.DEF_CLASS:
        return "class"
    if kind == f.DEF_FUNCTION:
        if not in_class:
            return "function"
        return "property" if facts.definition.flags[ref] & f.PROPERTY else "method"
    if kind == f.IMPORT:
        imported = facts.imports.name[ref]
        if imported == -1:
            return "module"
        name = facts.names[imported] if imported >= 0 else ""
        return "class" if name[:1].isupper() and not name.isupper() else "reference"
    if in_class:
        return "field"
    name = facts.names[facts.binding.name[binding]]
    return "constant" if name.isupper() else "variable"


def of_module(inference: Inference, module: Entity) -> list[c.Item]:
    """What a module binds, and the modules in it."""
    result: list[c.Item] = []
    if module.kind == MODULE:
        for name, kind, entity, exported in module_items(inference, module.path):
            result.append(c.Item(name, kind, c.OWN_MEMBER if exported else c.TEXTUAL, entity))
    from .imports import submodules

    known_names = {item.label for item in result}
    result += [
        c.Item(name, "module", c.MEMBER)
        for name in submodules(inference, module)
        if name not in known_names
    ]
    return result


def module_items(inference: Inference, path: str) -> list[tuple[str, str, Entity, bool]]:
    """(name, kind, entity, whether it is meant for others) of each name at a module's top level."""
    facts = inference.facts(path)
    if facts is None:
        return []
    listed = inference.exported_names(path)
    names, scopes, _, kinds = facts.binding[:4]
    last: dict[int, int] = {}
    for index, where in enumerate(scopes):
        if where == 0 and kinds[index] not in _NOT_MEMBERS:
            last[names[index]] = index
    is_stub = path.endswith(".pyi")
    result: list[tuple[str, str, Entity, bool]] = []
    for name_row, index in last.items():
        name = facts.names[name_row]
        is_import = kinds[index] == f.IMPORT
        if is_import:
            ref = facts.binding.ref[index]
            if facts.imports.flags[ref] & f.FUTURE:
                continue
            if is_stub and not _reexports(facts, ref) and (listed is None or name not in listed[0]):
                continue
        if listed is not None:
            exported = name in listed[0]
        else:
            exported = not is_import or is_stub or path.endswith("/__init__.py")
        entity = entity_of_binding(path, facts, index)
        result.append((name, kind_of_binding(facts, index), entity, exported))
    for star in star_modules(inference, path, facts):
        have = {row[0] for row in result}
        result += [row for row in module_items(inference, star) if row[3] and row[0] not in have]
    return result


def star_modules(inference: Inference, path: str, facts: FileFacts) -> list[str]:
    """Files of the modules that a file imports everything from."""
    from ....indexer.inference.modules import imported_module

    found: list[str] = []
    for row, name in enumerate(facts.imports.name):
        if name == f.STAR and facts.imports.scope[row] == 0:
            spelled = facts.names[facts.imports.module[row]]
            module = imported_module(inference, path, spelled)
            if module.kind == MODULE and module.path != path and len(found) < 24:
                found.append(module.path)
    return found


def _reexports(facts: FileFacts, row: int) -> bool:
    """Whether an import of a stub is for others: ``import a as a``, ``from b import c as c``."""
    if not facts.imports.flags[row] & f.ALIASED:
        return False
    name = facts.imports.name[row]
    name = facts.imports.module[row] if name == -1 else name
    return name >= 0 and facts.names[name] == facts.names[facts.imports.bound[row]]


def _second_opinion(context: c.Context) -> list[c.Item]:
    """What another analyser makes of a half-written file, when the index knows nothing."""
    try:
        from ....indexer.snapshot import jedi_opinion
    except ImportError:
        return []
    cursor = context.cursor
    found = jedi_opinion.members(context.inference.snapshot, context.path, cursor.offset)
    return [c.Item(name, kind, c.MEMBER, detail="jedi") for name, kind in found]


def _seen_here(context: c.Context, start: int, end: int) -> list[c.Item]:
    """Attributes that the file uses of the same name elsewhere, when nothing is known of it."""
    facts = context.inference.need(context.path)
    name = facts.name_id(context.cursor.text[start:end].decode("utf-8", "replace"))
    if name < 0:
        return []
    ops, positions, lefts, rights = facts.expr
    found: dict[str, None] = {}
    for row, op in enumerate(ops):
        if op != f.ATTRIBUTE or positions[row] == context.cursor.start:
            continue
        if ops[lefts[row]] == f.NAME and lefts[lefts[row]] == name:
            found[facts.names[rights[row]]] = None
    return [c.Item(attribute, "text", c.TEXTUAL) for attribute in found]


def keys(context: c.Context) -> list[c.Item]:
    """Keys that a string in ``value["`` or ``value.get("`` may be, for typed dictionaries."""
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
    result: list[c.Item] = []
    for each in without_none(value.type()):
        if (
            each.form == INSTANCE
            and each.entity.kind == CLASS
            and is_typed_dict(context.inference, each.entity)
        ):
            for field in fields(context.inference, each.entity) or []:
                item = c.Item(field.name, "field", c.OWN_MEMBER, detail=field.annotation)
                item.description = _class_name(context.inference, each.entity)
                result.append(item)
    return result
