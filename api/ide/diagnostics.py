"""Diagnostics of a file as it is now, and quick fixes at a position."""

from __future__ import annotations

from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import OUTSIDE, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.modules import imported_module
from ..check.check import check_file
from ..check.findings import Fix
from ..check.fixes.definitions import append_methods, class_at
from ..check.fixes.learned import rank_by_lessons
from ..check.fixes.propose import propose_fixes
from ..source.import_edits import import_edit
from ..source.override_stubs import overridable
from .auto_import import modules_offering

ERROR, WARNING, INFORMATION, HINT = 1, 2, 3, 4
_SEVERITIES = {"error": ERROR, "warning": WARNING, "information": INFORMATION, "hint": HINT}
_MOST = 8
_MOST_OVERRIDES = 40
_READS = frozenset([f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES])


@dataclass(slots=True)
class Problem:
    """A finding between two byte offsets; ``code`` is the rule, ``severity`` the protocol's."""

    start: int
    end: int
    message: str
    code: str
    severity: int
    fixes: list[Fix]


def problems(inference: Inference, path: str) -> list[Problem]:
    """Return the problems of a file, in order; nothing for one that cannot be read."""
    if inference.facts(path) is None:
        return []
    found: list[Problem] = []
    for each in check_file(inference, path):
        propose_fixes(each, inference, None)
        rank_by_lessons(each, inference)
        severity = _SEVERITIES.get(each.severity, WARNING)
        found.append(
            Problem(each.start, each.end, each.message, each.rule, severity, list(each.fixes))
        )
    return found


def missing_imports(inference: Inference, path: str, offset: int) -> list[Fix]:
    """Return fixes that import the undefined name at a byte offset."""
    name = undefined_name(inference, path, offset)
    if not name:
        return []
    found: list[Fix] = []
    for module, inner in modules_offering(inference, path, name)[:_MOST]:
        edits = import_edit(inference, path, module, inner)
        if edits:
            text = f"from {module} import {inner}" if inner else f"import {module}"
            found.append(Fix(f"Add '{text}'", edits))
    if len(found) == 1:
        found[0].safe = True
    return found


def undefined_name(inference: Inference, path: str, offset: int) -> str:
    """Return the plain name at a byte offset if nothing defines it, else an empty string."""
    occurrence = occurrence_at(inference, path, offset)
    if occurrence is None or occurrence.role & f.ATTRIBUTE_ROLE:
        return ""
    if occurrence.role & f.ROLE_MASK not in _READS or occurrence.name.startswith("__"):
        return ""
    if entities_at(inference, path, occurrence):
        return ""
    facts = inference.need(path)
    row = facts.name_id(occurrence.name)
    if any(name == row for name in facts.binding.name):
        return ""  # bound somewhere, be it where it cannot be seen from
    return "" if _has_unknown_star(inference, path, facts) else occurrence.name


def _has_unknown_star(inference: Inference, path: str, facts: FileFacts) -> bool:
    """True if a file imports ``*`` from a module that is not found."""
    names, modules = facts.imports.name, facts.imports.module
    return any(
        name == f.STAR
        and imported_module(inference, path, facts.names[modules[row]]).kind == OUTSIDE
        for row, name in enumerate(names)
    )


def override_fixes(inference: Inference, path: str, offset: int) -> list[Fix]:
    """Return a fix for each method that the class at a byte offset may override."""
    cls = class_at(inference, path, offset)
    if cls is None:
        return []
    return [
        Fix(
            f"Override '{name_of(inference, stub.owner)}.{stub.name}'",
            [append_methods(inference, cls, [stub])],
            kind="refactor.rewrite",
        )
        for stub in overridable(inference, cls)
        if not stub.name.startswith("_")
    ][:_MOST_OVERRIDES]
