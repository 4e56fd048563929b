"""Fixes that replace a wrong name, or the name of a wrong module."""

from __future__ import annotations

import re
from collections import Counter

from ....indexer import facts as f
from ....indexer.inference.entities import name_of
from ...source.entity_views import enclosing
from ..definitions import counterpart
from ..findings import Edit, Fix
from ..suggestions import closest, similarity
from .imports import missing_import_fixes, other_module_fixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..findings import Finding

_LIMIT = 4
# Up to so many names that an edit removed are all worth trying.
_FEW = 3
# From here on two names are close enough for a replacement to be safe.
_CLOSE = 0.6
_READS = (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES)
_ALIAS = re.compile(rb"\s+as\s+(\w+)")


def name_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return fixes for a name that nothing defines: other names, and imports.

    First come names that the same definition had before the edit, then the most similar ones.
    """
    if finding.fixes:
        return finding.fixes
    wrong = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    is_imported = finding.rule == "unresolved-name"
    removed = _removed_names(finding, after, before)
    near = [name_of(after, entity) for entity in finding.nearest]
    names = [name for name in near if name in removed]
    if len(removed) <= _FEW:
        names += sorted(removed - set(names), key=lambda name: -similarity(wrong, name))
    else:
        names += closest(wrong, removed - set(names), most=2)
    names += [name for name in near if name not in names]
    names = [name for name in names if name != wrong]
    uses = _uses(finding, after, wrong) if is_imported else []
    alias, alias_end = _alias(finding, after) if is_imported else ("", 0)
    if alias in near:
        names = [alias, *(name for name in names if name != alias)]
    fixes: list[Fix] = []
    if finding.rule == "undefined-name":
        fixes += missing_import_fixes(finding, after, before, wrong)
    for name in names[:_LIMIT]:
        end = finding.end
        if name == alias and not _is_reexported(finding, before, alias):
            end = alias_end  # without `import right as right`
        edits = [Edit(finding.path, finding.start, end, name)]
        edits += [Edit(finding.path, at, at + len(wrong.encode()), name) for at in uses]
        safe = name in removed and name in near and similarity(wrong, name) > _CLOSE
        fixes.append(Fix(f"Replace `{wrong}` by `{name}`", edits, safe=safe))
    if is_imported:
        fixes[1:1] = other_module_fixes(finding, after, wrong)
    return fixes[: _LIMIT + 1]


def module_fixes(finding: Finding, after: Inference, before: Inference | None) -> list[Fix]:
    """Return fixes that name another module: one that was imported before, or a similar one."""
    if finding.fixes:
        return finding.fixes
    wrong = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    package, dot, _ = wrong.rpartition(".")
    facts = before.facts(finding.path) if before is not None else None
    now = after.need(finding.path)
    imported = Counter(now.names[row] for row in now.imports.module)
    modules: list[str] = []
    if facts is not None:
        # Those that are imported less often than before.
        removed = Counter(facts.names[row] for row in facts.imports.module) - imported
        modules = sorted(removed, key=lambda each: -similarity(wrong, each))[:2]
    siblings = [f"{package}{dot}{name_of(after, entity)}" for entity in finding.nearest]
    modules += [each for each in siblings if each not in modules]
    return [
        Fix(
            f"Import from `{module}`",
            [Edit(finding.path, finding.start, finding.end, module)],
            safe=index == 0 and facts is not None and module not in imported and len(modules) == 1,
        )
        for index, module in enumerate(modules[:_LIMIT])
    ]


def _alias(finding: Finding, after: Inference) -> tuple[str, int]:
    """Return the alias that an import gives to the wrong name, and its end."""
    found = _ALIAS.match(after.text(finding.path), finding.end)
    return (found[1].decode("utf-8", "replace"), found.end()) if found else ("", 0)


def _is_reexported(finding: Finding, before: Inference | None, name: str) -> bool:
    """True if a file imported a name as itself before, which exports it to others."""
    if before is None or not before.exists(finding.path):
        return False
    word = re.escape(name.encode())
    return bool(re.search(rb"\b%b\s+as\s+%b\b" % (word, word), before.text(finding.path)))


def _uses(finding: Finding, after: Inference, name: str) -> list[int]:
    """Return where a file reads a name that it imports without giving it another one."""
    if after.text(finding.path)[finding.end : finding.end + 4].strip() == b"as":
        return []
    return [
        position
        for role, position, _ in after.need(finding.path).occurrences(name)
        if position != finding.start
        and not role & f.ATTRIBUTE_ROLE
        and role & f.ROLE_MASK in _READS
    ]


def _removed_names(finding: Finding, after: Inference, before: Inference | None) -> set[str]:
    """Return names that the definition around a finding had more often before the edit."""
    path = finding.path
    if before is None or not before.exists(path) or before.facts(path) is None:
        return set()
    now = enclosing(after, path, finding.start)
    old = counterpart(after, now, before) if now is not None else None
    if now is not None and old is None:
        return set()
    return set(_count_names(before, path, old) - _count_names(after, path, now))


def _count_names(inference: Inference, path: str, entity: Entity | None) -> Counter[str]:
    """Count the names in a definition; those outside of all definitions for None."""
    facts = inference.need(path)
    table = facts.definition
    spans = [
        (start, table.end[row])
        for row, start in enumerate(table.start)
        if (row == entity.row if entity is not None else table.scope[row] == 0)
    ]
    found: Counter[str] = Counter()
    for name in facts.names:
        for _, position, _ in facts.occurrences(name):
            inside = any(start <= position < end for start, end in spans)
            found[name] += inside == (entity is not None)
    return found
