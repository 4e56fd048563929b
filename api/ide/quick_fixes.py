"""Quick fixes at a position: missing imports, and methods to override."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import OUTSIDE, name_of
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.modules import imported_module
from ..check.findings import Fix
from ..check.fixes.definitions import append_methods, class_at
from ..source.import_edits import import_edit
from ..source.override_stubs import overridable
from .auto_import import modules_offering

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.inference import Inference

_MOST = 8
_MOST_OVERRIDES = 40
_READS = frozenset([f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES])


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
