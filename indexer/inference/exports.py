"""Exports: the names that ``from module import *`` binds, by ``__all__`` or by default."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view, scope_map
from . import names
from .access_paths import access_path, last_name
from .entities import MODULE, Entity
from .modules import imported_module, submodule
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple

    from ..facts import FileFacts
    from .inference import Inference
else:
    from ..named_tuple import NamedTuple


class Exported(NamedTuple):
    """Names that a module exports; there may be others unless the list is complete."""

    names: frozenset[str]
    is_complete: bool


_UNKNOWN = Exported(frozenset(), False)


def exported_names(inference: Inference, path: str) -> Exported | None:
    """Return the names that ``__all__`` lists; None when there is no ``__all__``."""
    return cached(inference, ("exported", path), lambda: _exported(inference, path), _UNKNOWN)


def is_exported(inference: Inference, path: str, name: str) -> bool:
    """True if ``from module import *`` binds a name."""
    listed = exported_names(inference, path)
    if listed is not None:
        return name in listed.names or not listed.is_complete
    if name.startswith("_"):
        return False
    return not path.endswith(".pyi") or not is_private_import(inference, path, name)


def _exported(inference: Inference, path: str) -> Exported | None:
    facts = inference.facts(path)
    if facts is None:
        return None
    if not facts.exports.kind:
        return _imported_list(inference, path, facts, "__all__")
    found: set[str] = set()
    complete = True
    kinds, refs, positions = facts.exports
    for kind, ref, position in zip(kinds, refs, positions, strict=True):
        if kind == f.EXPORT_SET:
            # In a branch, the list of another branch may be in force: both are kept.
            block = scope_map.block_at(facts, 0, position)
            if block < 0 or facts.block.kind[block] == f.BODY:
                found, complete = set[str](), True
        elif kind == f.EXPORT_ADD:
            found.add(facts.strings[ref])
        elif kind == f.EXPORT_REMOVE:
            found.discard(facts.strings[ref])
        else:
            listed = None
            if kind == f.EXPORT_EXTEND_EXPR:
                other = _module_named(inference, path, facts, ref)
                listed = exported_names(inference, other) if other and other != path else None
            elif ref >= 0:
                listed = _listed(inference, path, facts, ref)
            found |= listed.names if listed is not None else frozenset()
            complete = complete and listed is not None and listed.is_complete
    return Exported(frozenset(found), complete)


def _listed(
    inference: Inference, path: str, facts: FileFacts, expr: int, depth: int = 0
) -> Exported:
    """Return the strings of an expression: a display, the keys of a dictionary, a sum, a copy."""
    op = facts.expr.op[expr]
    if depth > 8:
        return _UNKNOWN
    text = facts_view.string(facts, expr)
    if text is not None:
        return Exported(frozenset([text]), True)
    parts: list[int] = []
    if op in (f.LIST, f.TUPLE, f.SET):
        parts = list(facts_view.elements(facts, expr))
    elif op == f.DICT:
        parts = [key for key, _ in facts_view.items(facts, expr)]
        if any(key < 0 for key in parts):
            return _UNKNOWN
    elif op == f.STARRED:
        parts = [facts_view.operand(facts, expr)]
    elif op == f.BINARY:
        sum_ = facts_view.binary(facts, expr)
        parts = [sum_.left, sum_.right] if sum_.operator in ("+", "|") else []
    elif op == f.CALL:
        parts = _copied(facts, expr)
    elif op == f.ATTRIBUTE and last_name(facts, expr) == "__all__":
        other = _module_named(inference, path, facts, facts_view.operand(facts, expr))
        return (exported_names(inference, other) if other else None) or _UNKNOWN
    elif op == f.NAME:
        return _named_list(inference, path, facts, expr, depth)
    if not parts and op not in (f.LIST, f.TUPLE, f.SET, f.DICT):
        return _UNKNOWN
    found = [_listed(inference, path, facts, part, depth + 1) for part in parts]
    return Exported(
        frozenset[str]().union(*(each.names for each in found)),
        all(each.is_complete for each in found),
    )


def _copied(facts: FileFacts, expr: int) -> list[int]:
    """Return the row of ``x`` for ``list(x)``, ``sorted(x)`` and ``x.keys()``, else nothing."""
    function = facts_view.called(facts, expr)
    name = last_name(facts, function)
    arguments = [argument.value for argument in facts_view.arguments(facts, expr)]
    if facts_view.plain_name(facts, function):
        return arguments[:1] if name in ("list", "tuple", "sorted", "set", "frozenset") else []
    method = facts_view.attribute(facts, function)
    if method is not None and not arguments:
        return [method.receiver] if name in ("keys", "copy") else []
    return []


def _named_list(
    inference: Inference, path: str, facts: FileFacts, expr: int, depth: int
) -> Exported:
    name = facts_view.name_row(facts, expr)
    rows = facts.bindings_of(0, name)
    if len(rows) != 1:
        return _UNKNOWN
    kind, value = facts.binding.kind[rows[0]], facts.binding.value[rows[0]]
    if kind == f.IMPORT:
        return _imported_list(inference, path, facts, facts.names[name]) or _UNKNOWN
    if kind != f.ASSIGN or value < 0:
        return _UNKNOWN
    found = _listed(inference, path, facts, value, depth + 1)
    has_more = any(
        facts_view.plain_name(facts, row) == facts.names[name]
        for row in facts.item_binding.container
    )
    return Exported(found.names, False) if has_more else found


def _imported_list(inference: Inference, path: str, facts: FileFacts, name: str) -> Exported | None:
    """Return what another module exports, when its ``__all__`` is imported under a name."""
    row = facts.name_id(name)
    for binding in facts.bindings_of(0, row) if row >= 0 else []:
        if facts.binding.kind[binding] != f.IMPORT:
            continue
        index = facts.binding.ref[binding]
        imported = facts.imports.name[index]
        if imported < 0 or facts.names[imported] != "__all__":
            continue
        module = imported_module(inference, path, facts.names[facts.imports.module[index]])
        if module.kind == MODULE and module.path != path:
            return exported_names(inference, module.path)
    return None


def is_private_import(inference: Inference, path: str, name: str) -> bool:
    """True if a stub imports a name without exporting it: not as ``import name as name``."""
    facts = inference.facts(path)
    return facts is not None and is_imported_for_itself(facts, name)


def is_imported_for_itself(facts: FileFacts, name: str) -> bool:
    """True if imports alone bind a name at the top of a file, none of them under ``as``."""
    row = facts.name_id(name)
    rows = facts.bindings_of(0, row) if row >= 0 else []
    return bool(rows) and all(
        facts.binding.kind[binding] == f.IMPORT
        and not facts.imports.flags[facts.binding.ref[binding]] & f.ALIASED
        for binding in rows
    )


def _module_named(inference: Inference, path: str, facts: FileFacts, expr: int) -> str | None:
    """Return the path of the module that a plain or dotted name at module level names."""
    dotted = [facts.names[row] for row in access_path(facts, expr)]
    if not dotted:
        return None
    first, *rest = dotted
    found = names.module_member(inference, path, first)
    entity = found[0].entity if found else None
    if entity is None and path.rpartition("/")[2].startswith("__init__."):
        # `from .shapes import *` makes `shapes` a name of the package.
        entity = submodule(inference, Entity(MODULE, path, -1), first)
    for name in rest:
        entity = submodule(inference, entity, name) if entity is not None else None
    return entity.path if entity is not None and entity.kind == MODULE else None
