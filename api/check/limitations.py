"""Limitations of a check: parts of an edit that depend on something that is not available.

That is no fault, and no proof of the opposite either. It counts where the edit itself refers to
what is missing: a module that is not installed, or that may be in an environment which was not
found; a member of a class whose base comes from there; a file that cannot be read. Code that is
dynamic by design (``__getattr__``, untyped parameters) is not counted: there nothing is missing
that anybody could provide. Nor are modules that a build generates.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import OutOfWorkError, UnknownFileError
from ...indexer.inference.entities import CLASS, MODULE, NAMESPACE, OUTSIDE
from ...indexer.inference.inference import Inference
from ...indexer.inference.members import attribute_definitions
from ...indexer.inference.modules import ABSENT, UNSURE, imported_module, module_presence
from ...indexer.inference.types import CLASS_OBJECT, INSTANCE
from ...indexer.search_path.stamps import stamp_of
from ...indexer.snapshot.time_limit import TimeLimit
from ...indexer.workspace.built_modules import is_built
from .context import CheckContext, Regions, changed_spans
from .edits import Change

# Files of the root that name generated files: `write_to = "src/shop/_version.py"`, `.gitignore`.
_BUILD_FILES = ("pyproject.toml", "setup.cfg", "setup.py", "meson.build", ".gitignore")


def is_generated_module(context: CheckContext, module: str) -> bool:
    """True if a build makes the file of a module, or that of a package around it.

    ``module`` is the dotted name as it is imported, relative or not. The build says so in its
    files, or a source that the module is compiled from lies in its place.
    """
    rest = module.lstrip(".")
    level = len(module) - len(rest)
    parts = rest.split(".")
    index = context.strict.snapshot.index
    for name in ("", *_BUILD_FILES, os.path.dirname(context.path)):  # which verdicts rest on
        looked_at = context.strict.snapshot.absolute(name)
        index.seen.note(looked_at, stamp_of(looked_at), installed=False)
    if _is_named_by_build(context, parts, level):
        return True
    for count in range(1, len(parts) + 1):
        folder = _folder_of(context, parts[: count - 1], level)
        if folder is None:
            return False
        name = parts[count - 1]
        package = context.strict.snapshot.index.module_name(f"{folder}/__init__.py".lstrip("/"))
        dotted = f"{package}.{name}" if package else name
        root = context.strict.snapshot.absolute("")
        if (folder or level) and is_built(root, folder, name, dotted):
            return True
        if any(
            facts is not None and dotted in facts.strings
            for path in context.strict.files_with("set_source")
            for facts in (context.strict.facts(path),)
        ):
            return True  # `FFI().set_source("shop._native", …)`
    return False


def _folder_of(context: CheckContext, packages: list[str], level: int) -> str | None:
    """Return the folder in the workspace in which a package has its modules; None for none."""
    spelled = "." * level + ".".join(packages)
    if not spelled:
        return ""
    found = imported_module(context.strict, context.path, spelled)
    if found.is_outside or found.kind not in (MODULE, NAMESPACE):
        return None
    if found.kind == NAMESPACE:
        return found.path
    folder, _, name = found.path.rpartition("/")
    return folder if name.startswith("__init__.") else None


def _is_named_by_build(context: CheckContext, parts: list[str], level: int) -> bool:
    """True if a build file of the workspace names the source of a module, which it writes."""
    inside = "/".join(parts)
    if level:
        folders = context.path.split("/")[:-level]
        inside = "/".join([*folders[-1:], inside])
    if "/" not in inside:
        return False  # of a module at the top, any word would do
    pattern = re.compile(rb"(?<![\w.-])" + re.escape(inside.encode()) + rb"\.py(?![\w.-])")
    for name in _BUILD_FILES:
        try:
            with open(context.strict.snapshot.absolute(name), "rb") as opened:
                if pattern.search(opened.read()):
                    return True
        except OSError:
            continue
    return False


# Seconds of CPU that looking for them in one file may take.
_SECONDS = 4.0
TOO_MUCH_WORK = "takes too much work"
_TRIED = f.IN_TRY | f.IN_HANDLER
_USES = frozenset(
    [f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES, f.IMPORTED, f.MODULE_ROLE]
)


@dataclass(slots=True)
class Limitation:
    """Something missing: what it is, why, and the places in the edit that depend on it.

    ``places`` are (path, start, end), in order.
    """

    what: str
    why: str
    places: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])


def limitations(change: Change, *, whole: bool = False) -> list[Limitation]:
    """Return what is missing for checking an edit, or whole files, in order of first places."""
    found: dict[str, Limitation] = {}
    for path in sorted(change.paths):
        near = None if whole or change.after.facts(path) is None else _near(change, path)
        _collect(change.after, path, near, found)
    return list(found.values())


def limitations_of_file(inference: Inference, path: str) -> list[Limitation]:
    """Return what is missing for checking a whole file, in order of first places."""
    found: dict[str, Limitation] = {}
    _collect(inference, path, None, found)
    return list(found.values())


def _collect(
    inference: Inference, path: str, near: Regions | None, found: dict[str, Limitation]
) -> None:
    if inference.facts(path) is None:
        snapshot = inference.snapshot
        if path not in snapshot.overlaid() and os.path.isfile(snapshot.absolute(path)):
            why = f"{path} was not read: too large, or no text"
            found[path] = Limitation(path, why, [(path, 0, 0)])
        return
    try:
        context = CheckContext(inference, path, None, None, near)
        with TimeLimit(_SECONDS):
            _collect_imports(context, found)
            for expr in context.expressions(f.ATTRIBUTE):
                _collect_member(context, expr, found)
    except UnknownFileError:
        return
    except OutOfWorkError:
        found[path] = Limitation(path, f"{path} {TOO_MUCH_WORK}", [(path, 0, 0)])


def _near(change: Change, path: str) -> Regions | None:
    old, new = change.before.facts(path), change.after.facts(path)
    if old is None or new is None:
        return None
    return changed_spans(change.before.text(path), old, change.after.text(path), new)[1]


def _collect_imports(context: CheckContext, found: dict[str, Limitation]) -> None:
    """Add uses of names that are imported from modules that are not available."""
    facts, table = context.facts, context.facts.imports
    missing: dict[int, tuple[str, str]] = {}
    for row, flags in enumerate(table.flags):
        module = facts.names[table.module[row]]
        guarded = flags & _TRIED or context.is_guarded(table.position[row], "ImportError")
        if guarded or imported_module(context.strict, context.path, module).kind != OUTSIDE:
            continue
        why = _why(context.strict, context.path, module)
        if why:
            missing[table.bound[row]] = module, why
    for bound, (module, why) in missing.items():
        name = facts.names[bound]
        for role, position, _ in facts.occurrences(name):
            if role in _USES and context.is_touched(position, position + 1):
                _add(found, module, why, context.path, position, name)


def _collect_member(context: CheckContext, expr: int, found: dict[str, Limitation]) -> None:
    """Add a member that a class does not have, if one of its bases is missing."""
    attribute = facts_view.attribute(context.facts, expr)
    assert attribute is not None
    receiver, name, position = attribute
    for value in context.strict.infer_type(context.path, receiver):
        if value.form not in (INSTANCE, CLASS_OBJECT) or value.entity.kind != CLASS:
            continue
        for base in context.strict.mro(value.entity):
            why = _why(context.strict, context.path, base.path) if base.kind == OUTSIDE else ""
            if why and all(
                item.entity.kind == OUTSIDE
                for item in attribute_definitions(context.strict, context.path, receiver, name)
            ):
                _add(found, base.path, why, context.path, position, name)
                return


def _why(inference: Inference, path: str, dotted: str) -> str:
    """Return why nothing is known of a module, or of what is in it; empty if it is available."""
    top = dotted.partition(".")[0]
    if not top or dotted.startswith((".", "/")):
        return ""
    state = module_presence(inference, top, path)
    if state == UNSURE:
        return "no Python environment was found in which to look for it"
    return "it is not installed in the environment" if state == ABSENT else ""


def _add(
    found: dict[str, Limitation], dotted: str, why: str, path: str, position: int, name: str
) -> None:
    top = dotted.partition(".")[0]
    limitation = found.setdefault(top, Limitation(top, why))
    place = path, position, position + len(name.encode())
    if place not in limitation.places:
        limitation.places.append(place)
