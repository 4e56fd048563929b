"""``flux-index setup``: add our parts to the files of an agent's client, or remove them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import unified_diff

from ...indexer import platforms
from ...indexer.errors import InvalidArgumentsError
from ...indexer.workspace import find_root, state_dir_of
from ..clients.parts import Part
from ..clients.rule_files import read_text, remove_empty_folders, write_text
from ..clients.supported import CLIENTS, NEXT, Setting
from ..inside import refuse_link_outside
from ..sessions import MODES
from .options import Parameter, parse, suggestion
from .output import tell

# fmt: off
PARAMETERS = (
    Parameter("remove", "boolean", "Take everything out again; without a CLIENT, of all clients.",
        default=False),
    Parameter("dry_run", "boolean", "Write nothing, and show what would change.", default=False),
    Parameter("user", "boolean", "For this user in all workspaces, instead of this workspace.",
        default=False),
    Parameter("guard", "string",
        "What hooks do about edits of lines that were not read; see "
        "`flux-index hook --help`.", choices=MODES),
    Parameter("program", "string",
        "How clients are to call flux-index; by default by its name "
        "when it is on the PATH, else by its path."),
    Parameter("workspace", "string", "A folder of the workspace; by default the current one."),
)
# fmt: on


@dataclass(slots=True)
class _Change:
    """The old and the new content of a file; None for no file."""

    part: Part
    old: str | None
    new: str | None


def run(arguments: Sequence[str]) -> int:
    """Set up one client; returns the exit code.

    Raises InvalidArgumentsError before anything is written if one of its files cannot be changed.
    """
    values, rest = parse(arguments, PARAMETERS, "setup")
    removes = bool(values.get("remove"))
    if len(rest) > 1 or not (rest or removes):
        raise InvalidArgumentsError(f"setup takes one of {', '.join(CLIENTS)}")
    if rest and rest[0] not in CLIENTS:
        near = suggestion(rest[0], CLIENTS)
        raise InvalidArgumentsError(
            f"there is no client {rest[0]!r}{near}" if near
            else f"there is no client {rest[0]!r}, but {', '.join(CLIENTS)}"
        )  # fmt: skip
    names = rest or list(CLIENTS)
    is_user = bool(values.get("user"))
    setting = _setting(values.get("workspace", ""), values, is_user=is_user)
    changes = _changes(setting, names, removes=removes)
    lines: list[str] = []
    for change in changes:
        lines += _diff(change) if values.get("dry_run") else _apply(change, setting.folder)
    if not lines:
        lines = ["there is nothing of flux-index to take out" if removes else "nothing to change"]
    tell(*lines)
    if not removes and not values.get("dry_run"):
        tell(*(f"next: {step}" for step in _next_steps(setting, NEXT[names[0]])))
    return 0


def _setting(workspace: str, values: dict[str, object], *, is_user: bool) -> Setting:
    if workspace and not os.path.isdir(workspace):
        raise InvalidArgumentsError(f"--workspace: there is no folder {workspace}")
    folder = os.path.expanduser("~") if is_user else find_root(workspace or os.getcwd())
    program = str(values.get("program") or "")
    if not program:
        program = "flux-index" if shutil.which("flux-index") else _own_path()
    return Setting(folder, program, str(values.get("guard") or ""), is_user=is_user)


def _own_path() -> str:
    """Return the path of the command beside the interpreter, or of the one that runs."""
    beside = os.path.join(os.path.dirname(sys.executable), "flux-index")
    return beside if os.path.exists(beside) else os.path.abspath(sys.argv[0])


def _changes(setting: Setting, names: Sequence[str], *, removes: bool) -> list[_Change]:
    """Return the changes of all files, before any is written."""
    found: dict[str, _Change] = {}
    for name in names:
        for part in _parts(setting, name, names, removes=removes):
            refuse_link_outside(setting.folder, part.path)
            known = found.get(part.path)
            old = known.old if known is not None else _read(part.path)
            text = known.new if known is not None else old
            if removes and text is None:
                continue
            try:
                new = part.take(text or "") if removes else part.put(text or "")
            except ValueError as error:
                raise InvalidArgumentsError(f"{part.path}: {error}. Nothing was written") from error
            if removes and new != text and part.is_nothing(new):
                found[part.path] = _Change(part, old, None)
            else:
                found[part.path] = _Change(part, old, new)
    return [change for change in found.values() if change.old != change.new or not removes]


def _parts(setting: Setting, name: str, names: Sequence[str], *, removes: bool) -> list[Part]:
    """Return the parts of a client; to remove them, without those that another client reads."""
    parts = CLIENTS[name](setting)
    if not removes:
        return parts
    kept = {
        part.path
        for other in CLIENTS
        if other not in names and _is_set_up(others := CLIENTS[other](setting))
        for part in others
        if part.is_shared
    }
    return [part for part in parts if part.path not in kept]


def _is_set_up(parts: Sequence[Part]) -> bool:
    """True if a client has any of its own parts."""
    return any(_is_there(part) for part in parts if not part.is_shared)


def _is_there(part: Part) -> bool:
    text = _read(part.path)
    try:
        return text is not None and part.take(text) != text
    except ValueError:
        return False


def _read(path: str) -> str | None:
    """Return a file's text; None if there is no file."""
    try:
        return read_text(path)
    except (OSError, ValueError) as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error}") from error


def _apply(change: _Change, top: str) -> list[str]:
    """Write a file; returns a line about it."""
    path, what = change.part.path, change.part.what
    if change.old == change.new:
        return [f"unchanged  {path} ({what})"]
    if change.new is None:
        platforms.remove(path)
        remove_empty_folders(os.path.dirname(path), top)
        return [f"removed    {path} ({what})"]
    write_text(path, change.new)
    verb = "wrote" if change.old is None else "changed"
    return [f"{verb:10} {path} ({what})"]


def _diff(change: _Change) -> list[str]:
    """Return a diff of a change."""
    path = change.part.path
    if change.old == change.new:
        return []
    old, new = (change.old or "").splitlines(), (change.new or "").splitlines()
    names = (path if change.old is not None else os.devnull,
             path if change.new is not None else os.devnull)  # fmt: skip
    return list(unified_diff(old, new, *names, lineterm=""))


def _next_steps(setting: Setting, first: str) -> list[str]:
    lines = [first]
    if not setting.is_user:
        state_dir = state_dir_of(setting.folder)
        if not os.path.exists(os.path.join(state_dir, "index.db")):
            lines.append(
                "Run `flux-index index`: hooks do nothing in a workspace without an index."
            )
    if os.path.isabs(setting.program):
        lines.append(
            f"flux-index is not on the PATH: clients are told to call {setting.program}, which "
            "holds on this machine only."
        )
    return lines
