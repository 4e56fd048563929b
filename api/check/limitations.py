"""Modules that are not there yet: a build, or a tool, is told to write them.

What of an edit could not be judged, because something that it rests on is not at hand.

Not being able to say anything is no fault, and no proof either. It counts where the edit itself
speaks of what is missing: a module that is not installed, or that may be in an environment which
was not found; a member of a class whose base comes from there; a file that cannot be read. Code
that is open by its own design (``__getattr__``, untyped parameters) is not counted: there nothing
is missing that anybody could provide.
"""

from __future__ import annotations

import os

from ...indexer import facts as f
from ...indexer.errors import UnknownFileError
from ...indexer.inference.entities import CLASS, OUTSIDE
from ...indexer.inference.members import attribute_definitions
from ...indexer.inference.modules import ABSENT, UNSURE, imported_module, module_presence
from ...indexer.inference.types import CLASS_OBJECT, INSTANCE
from .context import CheckContext, changed_spans

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from .context import CheckContext, Regions
    from .edits import Change


# Files of the root that say what is written: `write_to = "src/shop/_version.py"`, and what git is
# not to keep.
_TOLD_IN = ("pyproject.toml", "setup.cfg", "setup.py", "meson.build", ".gitignore")


def is_generated_module(context: CheckContext, spelled: str) -> bool:
    """Whether the workspace says that a file is written where a module would be.

    ``spelled`` is the dotted name as it is imported, relative or not.
    """
    import re

    rest = spelled.lstrip(".")
    level = len(spelled) - len(rest)
    inside = rest.replace(".", "/")
    if level:
        folders = context.path.split("/")[:-level]
        inside = "/".join([*folders[-1:], inside])
    if "/" not in inside:
        return False  # of a module at the top, any word would do
    told = re.compile(rb"(?<![\w.-])" + re.escape(inside.encode()) + rb"\.py(?![\w.-])")
    for name in _TOLD_IN:
        try:
            with open(context.strict.snapshot.absolute(name), "rb") as opened:
                if told.search(opened.read()):
                    return True
        except OSError:
            continue
    return False


_TRIED = f.IN_TRY | f.IN_HANDLER
_USES = frozenset(
    [f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES, f.IMPORTED, f.MODULE_ROLE]
)


class Limitation:
    """Something missing: what it is, why, and the places in the edit that rest on it.

    ``places`` are (path, start, end), in order.
    """

    __slots__ = ("places", "what", "why")

    def __init__(self, what: str, why: str) -> None:
        """Name what is missing."""
        self.what = what
        self.why = why
        self.places: list[tuple[str, int, int]] = []


def limitations(change: Change, *, whole: bool = False) -> list[Limitation]:
    """What is missing for judging an edit, or whole files; in order of first places."""
    found: dict[str, Limitation] = {}
    for path in sorted(change.paths):
        if change.after.facts(path) is None:
            if path not in change.after.snapshot.overlaid() and os.path.isfile(
                change.after.snapshot.absolute(path)
            ):
                found[path] = missing = Limitation(
                    path, f"{path} was not read: too large, or no text"
                )
                missing.places.append((path, 0, 0))
            continue
        near = None if whole else _near(change, path)
        try:
            _look(CheckContext(change.after, path, None, None, near), near, found)
        except UnknownFileError:
            continue
    return list(found.values())


def _near(change: Change, path: str) -> Regions | None:
    old, new = change.before.facts(path), change.after.facts(path)
    if old is None or new is None:
        return None
    return changed_spans(change.before.text(path), old, change.after.text(path), new)[1]


def _look(context: CheckContext, near: Regions | None, found: dict[str, Limitation]) -> None:
    """Collect what a file rests on in the parts that changed."""
    facts, table = context.facts, context.facts.imports
    names: dict[int, tuple[str, str]] = {}
    for row, flags in enumerate(table.flags):
        spelled = facts.names[table.module[row]]
        guarded = flags & _TRIED or context.is_guarded(table.position[row], "ImportError")
        if guarded or imported_module(context.strict, context.path, spelled).kind != OUTSIDE:
            continue
        why = _why(context.strict, context.path, spelled)
        if why:
            names[table.bound[row]] = spelled, why
    for name, (spelled, why) in names.items():
        for role, position, _ in facts.occurrences(facts.names[name]):
            if role in _USES and _is_inside(near, position):
                end = position + len(facts.names[name].encode())
                _add(found, spelled.partition(".")[0], why, context.path, position, end)
    for expr in context.expressions(f.ATTRIBUTE):
        position = facts.expr.position[expr]
        if _is_inside(near, position):
            _judge_member(context, expr, found)


def _judge_member(context: CheckContext, expr: int, found: dict[str, Limitation]) -> None:
    """A member that a class does not have, of whose bases one is missing."""
    facts = context.facts
    receiver, name = facts.expr.a[expr], facts.names[facts.expr.b[expr]]
    for value in context.strict.infer_type(context.path, receiver):
        if value.form not in (INSTANCE, CLASS_OBJECT) or value.entity.kind != CLASS:
            continue
        for base in context.strict.mro(value.entity):
            why = _why(context.strict, context.path, base.path) if base.kind == OUTSIDE else ""
            found_there = (
                attribute_definitions(context.strict, context.path, receiver, name) if why else []
            )
            if why and all(item.entity.kind == OUTSIDE for item in found_there):
                position = facts.expr.position[expr]
                end = position + len(name.encode())
                _add(found, base.path.partition(".")[0], why, context.path, position, end)
                return


def _why(inference: Inference, path: str, dotted: str) -> str:
    """Why nothing is known of a module, or of what is in it; empty when that is not for want."""
    top = dotted.partition(".")[0]
    if not top or dotted.startswith((".", "/")):
        return ""
    state = module_presence(inference, top, path)
    if state == UNSURE:
        return "no Python environment was found in which to look for it"
    return "it is not installed in the environment" if state == ABSENT else ""


def _is_inside(near: Regions | None, position: int) -> bool:
    return near is None or any(start <= position < end for start, end in near)


def _add(
    found: dict[str, Limitation], what: str, why: str, path: str, start: int, end: int
) -> None:
    missing = found.setdefault(what, Limitation(what, why))
    if (path, start, end) not in missing.places:
        missing.places.append((path, start, end))
