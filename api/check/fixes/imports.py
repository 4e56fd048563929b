"""Fixes that import a name, or import it from another module."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import MODULE, OUTSIDE, name_of
from ....indexer.inference.modules import find_module
from ....indexer.inference.names import module_member
from ...source.import_edits import import_edit
from ..findings import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.inference import Inference
    from ..findings import Finding

_LIMIT = 2
# Modules of the standard library whose names are used as if they were built in.
_COMMON_MODULES = (
    "collections.abc", "typing", "dataclasses", "pathlib", "functools", "datetime", "collections",
    "contextlib", "enum", "abc", "itertools", "decimal", "unittest.mock",
)  # fmt: skip


def missing_import_fixes(
    finding: Finding, after: Inference, before: Inference | None, name: str
) -> list[Fix]:
    """Return fixes that import an undefined name: as before the edit, else from where it is."""
    return [
        *_removed_import(finding, after, before, name),
        *(_from_workspace(finding, after, name) or _from_stdlib(finding, after, name)),
    ]


def other_module_fixes(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Return fixes that import a name from the module that has it.

    Only where the statement imports nothing else.
    """
    facts = after.need(finding.path)
    table = facts.imports
    rows = [
        row
        for row, position in enumerate(table.bound_position)
        if position <= finding.end and finding.start <= position + 200
        and table.name[row] >= 0 and facts.names[table.name[row]] == name
    ]  # fmt: skip
    if not rows:
        return []
    module_now = facts.names[table.module[rows[0]]]
    start = after.text(finding.path).rfind(module_now.encode(), 0, finding.start)
    statement = table.position[rows[0]]
    if start < 0 or sum(position == statement for position in table.position) != 1:
        return []
    fixes: list[Fix] = []
    for entity in finding.nearest:
        module = after.snapshot.index.module_name(entity.path) if entity.kind != OUTSIDE else None
        if module and name_of(after, entity) == name:
            edit = Edit(finding.path, start, start + len(module_now.encode()), module)
            fixes.append(Fix(f"Import `{name}` from `{module}`", [edit]))
    return fixes[:_LIMIT]


def _removed_import(
    finding: Finding, after: Inference, before: Inference | None, name: str
) -> list[Fix]:
    """Return the fix that adds the import of a name which the edit removed."""
    facts = before.facts(finding.path) if before is not None else None
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0:
        return []
    table = facts.imports
    for index, bound in enumerate(table.bound):
        if bound == row and table.scope[index] == 0:
            imported = table.name[index]
            alias = name if table.flags[index] & f.ALIASED else ""
            module = facts.names[table.module[index]]
            name = facts.names[imported] if imported >= 0 else ""
            return _import_fixes(finding, after, module, name, alias, safe=True)
    return []


def _from_workspace(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Return fixes that import what other modules of the workspace call so."""
    fixes: list[Fix] = []
    for entity in finding.nearest:
        if entity.path == finding.path or entity.kind == OUTSIDE or name_of(after, entity) != name:
            continue
        module = after.snapshot.index.module_name(entity.path)
        if module:
            fixes += _import_fixes(finding, after, module, "" if entity.kind == MODULE else name)
    return fixes[:_LIMIT]


def _from_stdlib(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Return fixes that import a module of the standard library, or a name from a common one."""
    layers = after.snapshot.index.layers
    where = layers.find(name)
    if where is not None and layers.layer(where) == "stdlib" and name.islower():
        return _import_fixes(finding, after, name, safe=True)
    fixes: list[Fix] = []
    for module in _COMMON_MODULES:
        found = find_module(after, module)
        if found is None or found.kind != MODULE:
            continue
        items = module_member(after, found.path, name)
        if items and module == "collections.abc":  # those of typing are deprecated
            return _import_fixes(finding, after, module, name, safe=True)
        if any(item.entity.path == found.path for item in items):
            fixes += _import_fixes(finding, after, module, name)
    if len(fixes) == 1:
        fixes[0].safe = True  # the name can mean nothing else
    return fixes[:_LIMIT]


def _import_fixes(
    finding: Finding,
    after: Inference,
    module: str,
    name: str = "",
    alias: str = "",
    *,
    safe: bool = False,
) -> list[Fix]:
    """Return the fix that adds an import; empty if the file has it already."""
    edits = import_edit(after, finding.path, module, name)
    if not edits:
        return []
    statement = f"from {module} import {name}" if name else f"import {module}"
    if alias and alias != name:
        edits = [
            Edit(each.path, each.start, each.end, _with_alias(each.text, name or module, alias))
            for each in edits
        ]
        statement += f" as {alias}"
    return [Fix(f"Add `{statement}`", edits, safe=safe)]


def _with_alias(text: str, name: str, alias: str) -> str:
    head, found, tail = text.rpartition(name)
    return f"{head}{name} as {alias}{tail}" if found else text
