"""``flux-index setup``: our parts put into the files of an agent's client, or taken out of them."""

from __future__ import annotations

import os
import sys

from ...indexer.errors import InvalidArgumentsError
from ..hooks.run import MODES
from .options import HELP, Parameter, parse, suggestion
from .output import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..clients.parts import Part
    from ..clients.table import Setting

PARAMETERS = (
    Parameter("remove", "boolean", "Take everything out again; without a CLIENT, of all clients.",
              default=False),
    Parameter("dry_run", "boolean", "Write nothing, and show what would change.", default=False),
    Parameter("user", "boolean", "For this user in all workspaces, instead of this workspace.",
              default=False),
    Parameter("guard", "string", "What hooks do about edits of lines that were not read; see "
              "`flux-index hook --help`.", choices=MODES),
    Parameter("program", "string", "How clients are to call flux-index; by default by its name "
              "when it is on the PATH, else by its path."),
    Parameter("workspace", "string", "A folder of the workspace; by default the current one."),
    HELP,
)  # fmt: skip


class _Change:
    """A file with what it has and what it is to have; None for no file."""

    __slots__ = ("new", "old", "part")

    def __init__(self, part: Part, old: str | None, new: str | None) -> None:
        self.part = part
        self.old = old
        self.new = new


def run(arguments: Sequence[str]) -> int:
    """Set up one client; raises InvalidArgumentsError when a file of its has no place for it.

    Nothing is written then, to no file.
    """
    from ..clients.table import CLIENTS, NEXT

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
    said: list[str] = []
    for change in changes:
        said += _shown(change) if values.get("dry_run") else _done(change)
    if not said:
        said = ["there is nothing of flux-index to take out" if removes else "nothing to change"]
    write("\n".join(said) + "\n")
    if not removes and not values.get("dry_run"):
        write(_next(setting, NEXT[names[0]]))
    return 0


def _setting(workspace: str, values: dict[str, object], *, is_user: bool) -> Setting:
    import shutil

    from ...indexer.workspace import find_root
    from ..clients.table import Setting

    if workspace and not os.path.isdir(workspace):
        raise InvalidArgumentsError(f"--workspace: there is no folder {workspace}")
    folder = os.path.expanduser("~") if is_user else find_root(workspace or os.getcwd())
    program = str(values.get("program") or "")
    if not program:
        program = "flux-index" if shutil.which("flux-index") else _own_path()
    return Setting(folder, program, str(values.get("guard") or ""), is_user=is_user)


def _own_path() -> str:
    """Path of the command that runs, or of the one beside the interpreter."""
    beside = os.path.join(os.path.dirname(sys.executable), "flux-index")
    return beside if os.path.exists(beside) else os.path.abspath(sys.argv[0])


def _changes(setting: Setting, names: Sequence[str], *, removes: bool) -> list[_Change]:
    """What is to be written, worked out for all files before any is touched."""
    found: dict[str, _Change] = {}
    for name in names:
        for part in _parts(setting, name, names, removes=removes):
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
    """Parts of a client; when they are taken out, without those that another client reads."""
    from ..clients.table import CLIENTS

    parts = CLIENTS[name](setting)
    if not removes:
        return parts
    others = [other for other in CLIENTS if other not in names]
    is_read = any(
        any(part.is_shared for part in CLIENTS[other](setting))
        and any(_is_there(part) for part in CLIENTS[other](setting) if not part.is_shared)
        for other in others
    )
    return [part for part in parts if not (part.is_shared and is_read)]


def _is_there(part: Part) -> bool:
    text = _read(part.path)
    try:
        return text is not None and part.take(text) != text
    except ValueError:
        return False


def _read(path: str) -> str | None:
    """A file's text with its line breaks as they are; None when there is no file."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error}") from error


def _done(change: _Change) -> list[str]:
    """Write a file, and say so."""
    path, what = change.part.path, change.part.what
    if change.old == change.new:
        return [f"unchanged  {path} ({what})"]
    if change.new is None:
        from ..clients.rule_files import remove_empty_folders

        os.remove(path)
        remove_empty_folders(os.path.dirname(path))
        return [f"removed    {path} ({what})"]
    _write(path, change.new)
    verb = "wrote" if change.old is None else "changed"
    return [f"{verb:10} {path} ({what})"]


def _write(path: str, text: str) -> None:
    """Write a file as a whole or not at all; a link stays one, and modes stay what they are."""
    import shutil
    from tempfile import NamedTemporaryFile

    real = os.path.realpath(path)
    folder = os.path.dirname(real)
    os.makedirs(folder, exist_ok=True)
    with NamedTemporaryFile(
        "w", encoding="utf-8", newline="", dir=folder, prefix=".flux-index-", delete=False
    ) as file:
        file.write(text)
    if os.path.exists(real):
        shutil.copymode(real, file.name)
    else:
        os.chmod(file.name, 0o644)
    os.replace(file.name, real)


def _shown(change: _Change) -> list[str]:
    """What would change in a file, as a diff."""
    from difflib import unified_diff

    path = change.part.path
    if change.old == change.new:
        return []
    old, new = (change.old or "").splitlines(), (change.new or "").splitlines()
    names = (path if change.old is not None else os.devnull,
             path if change.new is not None else os.devnull)  # fmt: skip
    return list(unified_diff(old, new, *names, lineterm=""))


def _next(setting: Setting, said: str) -> str:
    lines = [said]
    if not setting.is_user:
        from ...indexer.workspace import state_dir_of

        state_dir, _ = state_dir_of(setting.folder)
        if not os.path.exists(os.path.join(state_dir, "index.db")):
            lines.append(
                "Run `flux-index index`: hooks do nothing in a workspace without an index."
            )
    if os.path.isabs(setting.program):
        lines.append(
            f"flux-index is not on the PATH: clients are told to call {setting.program}, which "
            "holds on this machine only."
        )
    return "".join(f"next: {line}\n" for line in lines)
