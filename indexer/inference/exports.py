"""Exports: what ``from module import *`` brings, by ``__all__`` or by custom."""

from __future__ import annotations

from .. import facts as f
from .. import scope_map
from . import names
from .entities import MODULE, Entity
from .modules import imported_module, submodule
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference

    # Names, and whether these are all.
    Exported = tuple[frozenset[str], bool]

_UNKNOWN: Exported = (frozenset(), False)


def exported_names(inference: Inference, path: str) -> Exported | None:
    """(names, whether these are all) that ``__all__`` lists; None when there is no ``__all__``."""
    return cached(inference, ("exported", path), lambda: _exported(inference, path), _UNKNOWN)


def is_exported(inference: Inference, path: str, name: str) -> bool:
    """True if ``import *`` from a module would bring a name."""
    listed = exported_names(inference, path)
    if listed is not None:
        return name in listed[0] or not listed[1]
    if name.startswith("_"):
        return False
    return not path.endswith(".pyi") or not is_private_import(inference, path, name)


def _exported(inference: Inference, path: str) -> Exported | None:
    facts = inference.facts(path)
    if facts is None:
        return None
    if not len(facts.exports[0]):
        return _imported_list(inference, path, facts, "__all__")
    found: set[str] = set()
    complete = True
    kinds, refs, positions = facts.exports
    for kind, ref, position in zip(kinds, refs, positions, strict=True):
        if kind == f.EXPORT_SET:
            # In a branch, it may be that of another branch that holds: both are kept.
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
            found |= listed[0] if listed is not None else frozenset()
            complete = complete and listed is not None and listed[1]
    return frozenset(found), complete


def _listed(
    inference: Inference, path: str, facts: FileFacts, expr: int, depth: int = 0
) -> Exported:
    """Strings that an expression lists: those of a literal, the keys of a dictionary, sums."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    op = ops[expr]
    if depth > 8:
        return _UNKNOWN
    if op == f.STRING and lefts[expr] >= 0:
        return frozenset([facts.strings[lefts[expr]]]), True
    parts: list[int] = []
    at = lefts[expr]
    if op in (f.LIST, f.TUPLE, f.SET):
        parts = list(extra[at + 1 : at + 1 + extra[at]])
    elif op == f.DICT:
        pairs = list(extra[at + 1 : at + 1 + extra[at]])
        if any(key < 0 for key in pairs[::2]):
            return _UNKNOWN
        parts = pairs[::2]
    elif op == f.STARRED:
        parts = [at]
    elif op == f.BINARY and f.OPERATORS[extra[rights[expr]]] in ("+", "|"):
        parts = [at, extra[rights[expr] + 1]]
    elif op == f.CALL:
        parts = _copied(facts, expr)
    elif op == f.ATTRIBUTE and facts.names[rights[expr]] == "__all__":
        other = _module_named(inference, path, facts, at)
        return (exported_names(inference, other) if other else None) or _UNKNOWN
    elif op == f.NAME:
        return _named_list(inference, path, facts, expr, depth)
    if not parts and op not in (f.LIST, f.TUPLE, f.SET, f.DICT):
        return _UNKNOWN
    found = [_listed(inference, path, facts, part, depth + 1) for part in parts]
    return frozenset[str]().union(*(each[0] for each in found)), all(each[1] for each in found)


def _copied(facts: FileFacts, expr: int) -> list[int]:
    """Return what ``list(x)``, ``sorted(x)`` and ``x.keys()`` list the elements of."""
    ops, _, lefts, rights = facts.expr
    (extra,) = facts.extra
    function, at = lefts[expr], rights[expr]
    if ops[function] == f.NAME and extra[at] >= 1:
        copies = facts.names[lefts[function]] in ("list", "tuple", "sorted", "set", "frozenset")
        return [extra[at + 3]] if copies else []
    if ops[function] == f.ATTRIBUTE and not extra[at]:
        copies = facts.names[rights[function]] in ("keys", "copy")
        return [lefts[function]] if copies else []
    return []


def _named_list(
    inference: Inference, path: str, facts: FileFacts, expr: int, depth: int
) -> Exported:
    name = facts.expr.a[expr]
    rows = facts.bindings_of(0, name)
    if len(rows) != 1:
        return _UNKNOWN
    kind, value = facts.binding.kind[rows[0]], facts.binding.value[rows[0]]
    if kind == f.IMPORT:
        return _imported_list(inference, path, facts, facts.names[name]) or _UNKNOWN
    if kind != f.ASSIGN or value < 0:
        return _UNKNOWN
    found = _listed(inference, path, facts, value, depth + 1)
    grown = any(
        facts.expr.op[row] == f.NAME and facts.expr.a[row] == name
        for row in facts.item_binding.container
    )
    return (found[0], False) if grown else found


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
    """True if a stub imports a name for itself alone: not written as ``import name as name``."""
    facts = inference.facts(path)
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0:
        return False
    rows = facts.bindings_of(0, row)
    for binding in rows:
        if facts.binding.kind[binding] != f.IMPORT:
            return False
        if facts.imports.flags[facts.binding.ref[binding]] & f.ALIASED:
            return False
    return bool(rows)


def _module_named(inference: Inference, path: str, facts: FileFacts, expr: int) -> str | None:
    """Path of the module that a plain or dotted name at module level stands for."""
    ops, _, lefts, rights = facts.expr
    chain: list[str] = []
    while ops[expr] == f.ATTRIBUTE:
        chain.append(facts.names[rights[expr]])
        expr = lefts[expr]
    if ops[expr] != f.NAME:
        return None
    chain.append(facts.names[lefts[expr]])
    first = chain.pop()
    found = names.module_member(inference, path, first)
    entity = found[0].entity if found else None
    if entity is None and path.rpartition("/")[2].startswith("__init__."):
        # `from .shapes import *` makes `shapes` a name of the package.
        entity = submodule(inference, Entity(MODULE, path, -1), first)
    while chain and entity is not None:
        entity = submodule(inference, entity, chain.pop())
    return entity.path if entity is not None and entity.kind == MODULE else None
