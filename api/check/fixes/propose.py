"""Proposals: how a fault may be mended, best first.

An edit that put a wrong name in the place of a right one took the right one away: what the same
function no longer says is the first guess. Then comes what is most alike.
"""

from __future__ import annotations

from collections import Counter

from ....indexer import facts as f
from ....indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    OUTSIDE,
    Entity,
    name_of,
    qualified_name,
)
from ...source.entity_views import enclosing
from ..findings import Edit, Fix
from ..suggestions import closest, similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..findings import Finding

_MOST = 4
# Modules of the standard library whose names are used as if they were built in.
_USUAL = (
    "collections.abc", "typing", "dataclasses", "pathlib", "functools", "datetime", "collections",
    "contextlib", "enum", "abc", "itertools", "decimal", "unittest.mock",
)  # fmt: skip
# So few names that went away are all worth trying.
_FEW = 3
CALL_RULES = frozenset(
    ["unknown-keyword", "missing-argument", "too-many-arguments", "duplicate-argument"]
)
_REPLACED = frozenset(["unresolved-attribute", "undefined-name", "unresolved-name"])


def propose_fixes(finding: Finding, after: Inference, before: Inference | None) -> None:
    """Add fixes to a finding: where its rule gives none by itself, or the edit tells of better."""
    if finding.rule in _REPLACED and not finding.fixes:
        _replace_name(finding, after, before)
    elif finding.rule == "unresolved-import" and not finding.fixes:
        _replace_module(finding, after, before)
    elif finding.rule == "name-conflict":
        from .conflicts import conflict_fixes

        finding.fixes = conflict_fixes(finding, after)
    elif finding.rule == "redefinition":
        from .conflicts import redefinition_fixes

        finding.fixes = [*redefinition_fixes(finding, after, before), *finding.fixes]
    elif finding.rule in CALL_RULES and before is not None:
        from .migrate_calls import add_migration_fixes

        add_migration_fixes(finding, after, before)
    elif finding.rule == "abstract-missing":
        from .quick_fixes import class_fixes

        finding.fixes = [
            Fix(fix.title, [Edit(finding.path, *edit) for edit in fix.edits])
            for fix in class_fixes(after, finding.path, finding.start)
        ]
    elif finding.rule == "syntax-error":
        from .syntax import syntax_fixes

        finding.fixes = syntax_fixes(finding, after, before)


def _replace_name(finding: Finding, after: Inference, before: Inference | None) -> None:
    wrong = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    fixes: list[Fix] = []
    if finding.rule == "undefined-name":
        fixes += _import_again(finding, after, before, wrong)
    gone = _gone(finding, after, before)
    near = [name_of(after, entity) for entity in finding.nearest]
    names = [name for name in near if name in gone]
    if len(gone) <= _FEW:
        names += sorted(gone - set(names), key=lambda name: -similarity(wrong, name))
    else:
        names += closest(wrong, gone - set(names), most=2)
    names += [name for name in near if name not in names]
    names = [name for name in names if name != wrong]
    if finding.rule == "undefined-name":
        fixes += _imports(finding, after, wrong) or _from_stdlib(finding, after, wrong)
    uses = _uses(finding, after, wrong) if finding.rule == "unresolved-name" else []
    alias, alias_end = _alias(finding, after) if finding.rule == "unresolved-name" else ("", 0)
    if alias in near:
        names = [alias, *(name for name in names if name != alias)]
    for name in names[:_MOST]:
        end = finding.end
        if name == alias and not _is_exported_so(finding, before, alias):
            end = alias_end  # `import right as right` says it twice
        edits = [Edit(finding.path, finding.start, end, name)]
        edits += [Edit(finding.path, at, at + len(wrong.encode()), name) for at in uses]
        sure = name in gone and name in near and similarity(wrong, name) > 0.6
        fixes.append(Fix(f"Replace `{wrong}` by `{name}`", edits, safe=sure))
    if finding.rule == "unresolved-name":
        fixes[1:1] = import_fixes(finding, after, wrong)
    finding.fixes = fixes[: _MOST + 1]


def _alias(finding: Finding, after: Inference) -> tuple[str, int]:
    """The name that an import gives to what is wrong, and where that ends; empty for none."""
    import re

    found = re.compile(rb"\s+as\s+(\w+)").match(after.text(finding.path), finding.end)
    return (found[1].decode("utf-8", "replace"), found.end()) if found else ("", 0)


def _is_exported_so(finding: Finding, before: Inference | None, name: str) -> bool:
    """Whether a file imported a name as itself before, which says that it is for others."""
    if before is None or not before.exists(finding.path):
        return False
    import re

    word = re.escape(name.encode())
    return bool(re.search(rb"\b%b\s+as\s+%b\b" % (word, word), before.text(finding.path)))


def _uses(finding: Finding, after: Inference, name: str) -> list[int]:
    """Where a file reads a name that it imports without giving it another one."""
    facts = after.need(finding.path)
    text = after.text(finding.path)
    if text[finding.end : finding.end + 4].strip() == b"as":
        return []
    return [
        position
        for role, position, _ in facts.occurrences(name)
        if position != finding.start
        and not role & f.ATTRIBUTE_ROLE
        and role & f.ROLE_MASK in (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES)
    ]


def _gone(finding: Finding, after: Inference, before: Inference | None) -> set[str]:
    """Names that the definition around a finding spelled more often before the edit."""
    if before is None or not before.exists(finding.path):
        return set()
    old = before.facts(finding.path)
    if old is None:
        return set()
    around = enclosing(after, finding.path, finding.start)
    if around is None:
        return set(_words(before, finding.path, None) - _words(after, finding.path, None))
    name = qualified_name(after, around)
    for row, kind in enumerate(old.definition.kind):
        entity = Entity(CLASS if kind == f.CLASS else FUNCTION, finding.path, row)
        if entity.kind == around.kind and qualified_name(before, entity) == name:
            return set(_words(before, finding.path, entity) - _words(after, finding.path, around))
    return set()


def _words(inference: Inference, path: str, entity: Entity | None) -> Counter[str]:
    """How often each name occurs in a definition; outside of all definitions for None."""
    facts = inference.need(path)
    table = facts.definition
    (index,) = facts.occurrence_index
    positions = facts.occurrence.position
    if entity is not None:
        spans = [(table.start[entity.row], table.end[entity.row])]
    else:
        spans = [
            (start, table.end[row])
            for row, start in enumerate(table.start)
            if table.scope[row] == 0
        ]
    found: Counter[str] = Counter()
    for row, name in enumerate(facts.names):
        for at in range(index[row], index[row + 1]):
            inside = any(start <= positions[at] < end for start, end in spans)
            found[name] += inside == (entity is not None)
    return found


def _import_again(
    finding: Finding, after: Inference, before: Inference | None, name: str
) -> list[Fix]:
    """The import that the edit took away."""
    facts = before.facts(finding.path) if before is not None else None
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0:
        return []
    table = facts.imports
    for index, bound in enumerate(table.bound):
        if bound == row and table.scope[index] == 0:
            module = facts.names[table.module[index]]
            imported = table.name[index]
            spelled = facts.names[imported] if imported >= 0 else ""
            alias = name if table.flags[index] & f.ALIASED else ""
            return _import(finding, after, module, spelled, alias, safe=True)
    return []


def _imports(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Imports of what is called so elsewhere."""
    fixes: list[Fix] = []
    for entity in finding.nearest:
        if entity.path == finding.path or entity.kind == OUTSIDE or name_of(after, entity) != name:
            continue
        module = after.snapshot.index.module_name(entity.path)
        if module:
            fixes += _import(finding, after, module, "" if entity.kind == MODULE else name, "")
    return fixes[:2]


def _from_stdlib(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """The import of a module of the standard library, or of what one of the usual ones has."""
    from ....indexer.inference.modules import find_module
    from ....indexer.inference.names import module_member

    layers = after.snapshot.index.layers
    where = layers.find(name)
    if where is not None and layers.layer(where) == "stdlib" and name.islower():
        return _import(finding, after, name, "", "", safe=True)
    fixes: list[Fix] = []
    for module in _USUAL:
        found = find_module(after, module)
        if found is None or found.kind != MODULE:
            continue
        items = module_member(after, found.path, name)
        if items and module == _USUAL[0]:
            return _import(finding, after, module, name, "", safe=True)  # those of typing are old
        if any(item.entity.path == found.path for item in items):
            fixes += _import(finding, after, module, name, "")
    if len(fixes) == 1:
        fixes[0].safe = True  # it can mean nothing else
    return fixes[:2]


def _import(
    finding: Finding, after: Inference, module: str, name: str, alias: str, *, safe: bool = False
) -> list[Fix]:
    from ...source.import_edits import import_edit

    edits = import_edit(after, finding.path, module, name)
    if alias and alias != name:
        edits = [(start, end, _aliased(text, name or module, alias)) for start, end, text in edits]
    if not edits:
        return []
    written = f"from {module} import {name}" if name else f"import {module}"
    if alias and alias != name:
        written += f" as {alias}"
    listed = [Edit(finding.path, start, end, text) for start, end, text in edits]
    return [Fix(f"Add `{written}`", listed, safe=safe)]


def _aliased(text: str, name: str, alias: str) -> str:
    head, found, tail = text.rpartition(name)
    return f"{head}{name} as {alias}{tail}" if found else text


def import_fixes(finding: Finding, after: Inference, name: str) -> list[Fix]:
    """Importing the same name from the module that has it, where the statement imports only it."""
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
    spelled = facts.names[table.module[rows[0]]]
    text = after.text(finding.path)
    start = text.rfind(spelled.encode(), 0, finding.start)
    statement = table.position[rows[0]]
    alone = sum(1 for position in table.position if position == statement) == 1
    fixes: list[Fix] = []
    for entity in finding.nearest:
        module = after.snapshot.index.module_name(entity.path) if entity.kind != OUTSIDE else None
        if module and name_of(after, entity) == name and start >= 0 and alone:
            edit = Edit(finding.path, start, start + len(spelled.encode()), module)
            fixes.append(Fix(f"Import `{name}` from `{module}`", [edit]))
    return fixes[:2]


def _replace_module(finding: Finding, after: Inference, before: Inference | None) -> None:
    """Modules beside the one that is not there; first what was imported before."""
    spelled = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    package, dot, _ = spelled.rpartition(".")
    names = [name_of(after, entity) for entity in finding.nearest]
    facts = before.facts(finding.path) if before is not None else None
    now = after.need(finding.path)
    known = Counter(now.names[row] for row in now.imports.module)
    candidates: list[str] = []
    if facts is not None:
        old = Counter(facts.names[row] for row in facts.imports.module)
        gone = set(old - known)  # imported less often than before
        candidates = sorted(gone, key=lambda each: -similarity(spelled, each))[:2]
    candidates += [
        f"{package}{dot}{name}" for name in names if f"{package}{dot}{name}" not in candidates
    ]
    finding.fixes = [
        Fix(
            f"Import from `{module}`",
            [Edit(finding.path, finding.start, finding.end, module)],
            safe=index == 0 and facts is not None and module not in known and len(candidates) == 1,
        )
        for index, module in enumerate(candidates[:_MOST])
    ]
