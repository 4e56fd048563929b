"""Contents of files after a call of a tool that edits them."""

from __future__ import annotations

import os

from ..json_values import is_array
from ..source.apply_patch import BEGIN, END, PatchError, apply, named_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, NamedTuple

    from ..open_workspace import OpenWorkspace
    from ..source.text_edits import Ranges
    from .messages import Payload
else:
    from ...indexer.named_tuple import NamedTuple

EDITING = frozenset(["Edit", "MultiEdit", "Write", "NotebookEdit", "apply_patch"])
"""Tools that write source files."""
SHELL = frozenset(["Bash"])
"""Tools that run commands, which may be patches, too."""
_SUFFIXES = (".py", ".pyi")
# No system has files with longer paths; looking for one would take long.
_LONGEST_PATH = 4_096
# Bytes.
_LARGEST = 50_000_000


class Edit(NamedTuple):
    """New contents of the workspace's source files by path; None deletes one."""

    contents: dict[str, bytes | None]
    is_whole: bool
    """True if the texts of whole files are given, which are complete then: an edit of a part may be
    one step of several."""
    replaced: dict[str, Ranges]
    """Lines of files that the edit itself names as those that it replaces."""
    before: dict[str, bytes | None]
    """Old contents of what is no file of the workspace: the code of a notebook."""


def edit_of(session: OpenWorkspace, payload: Payload) -> Edit | None:
    """Return the edit of a call; None if it changes no source file of the workspace.

    Also None for one that its host will refuse itself, since what it replaces is not there.
    """
    tool_input = payload.tool_input
    path = _text(tool_input, "file_path")
    texts: dict[str, str | None] = {}
    replaced: dict[str, Ranges] = {}
    if payload.tool == "NotebookEdit":
        return _edit_of_notebook(session, tool_input)
    if payload.tool == "apply_patch" or payload.tool in SHELL:
        patch = patch_of(payload)
        if not patch:
            return None
        try:
            texts = apply(patch, payload.text("cwd"), read_text)
        except PatchError:
            return None
    elif payload.tool == "Write":
        texts[path] = _text(tool_input, "content")
    elif payload.tool in EDITING:
        listed: Any = tool_input.get("edits") if payload.tool == "MultiEdit" else [tool_input]
        old = read_text(path)
        text = _edited(old, listed or [])
        if text is None:
            return None
        texts[path] = text
        replaced[path] = list(_lines_named(old or "", listed or []))
    contents: dict[str, bytes | None] = {}
    lines: dict[str, Ranges] = {}
    for each, text in texts.items():
        inside = source_path(session, each)
        if inside is not None:
            contents[inside] = None if text is None else _encoded(each, text)
            lines[inside] = replaced.get(each, [])
    return Edit(contents, payload.tool == "Write", lines, {}) if contents else None


def patch_of(payload: Payload) -> str:
    """Return the patch of a call, also of one that a shell is to apply; empty for none."""
    given = payload.tool_input
    if payload.tool == "apply_patch":
        return _text(given, "command") or _text(given, "input")
    command: Any = given.get("command")
    if is_array(command):
        command = command[-1] if command else ""
    if not isinstance(command, str) or "apply_patch" not in command:
        return ""
    start, end = command.find(BEGIN), command.rfind(END)
    return command[start : end + len(END)] if 0 <= start < end else ""


def paths_in(payload: Payload) -> list[str]:
    """Return the absolute paths of the files that a call is about, as far as its input tells."""
    given = payload.tool_input
    patch = patch_of(payload)
    if patch:
        return named_files(patch, payload.text("cwd"))
    named = _text(given, "file_path") or _text(given, "notebook_path")
    return [os.path.join(payload.text("cwd"), named)] if named else []


def edited_paths(session: OpenWorkspace, payload: Payload) -> list[str]:
    """Return source files of the workspace that a call has changed, as far as its input tells."""
    found = [source_path(session, each) for each in paths_in(payload)]
    return [each for each in found if each is not None]


def _lines_named(text: str, listed: list[Mapping[str, Any]]) -> Iterator[tuple[int, int]]:
    """Yield the lines that edits name as those that they replace."""
    for each in listed:
        old = _text(each, "old_string")
        at = text.find(old) if old else -1
        while at >= 0:
            first = text.count("\n", 0, at)
            yield first, first + old.rstrip("\n").count("\n") + 1
            at = text.find(old, at + len(old)) if each.get("replace_all") else -1


def _edit_of_notebook(session: OpenWorkspace, given: Mapping[str, Any]) -> Edit | None:
    """Return the edit of a notebook, as one of a module with the code of its cells."""
    from .notebooks import code_after, code_of

    path = _text(given, "notebook_path")
    inside = source_path(session, f"{path}.py") if path.endswith(".ipynb") else None
    text = read_text(path)
    after = code_after(text, given) if text is not None else None
    if inside is None or text is None or after is None:
        return None
    return Edit({inside: after.encode()}, False, {}, {inside: code_of(text).encode()})


def source_path(session: OpenWorkspace, path: str) -> str | None:
    """Return a source file's path in the workspace; None for any other file."""
    if not path.endswith(_SUFFIXES) or len(path) > _LONGEST_PATH:
        return None
    from ...indexer.workspace import is_included

    workspace = session.index.workspace
    inside = workspace.relative(path)
    return inside if inside and is_included(workspace, inside) else None


def _edited(text: str | None, listed: list[Mapping[str, Any]]) -> str | None:
    """Return a text after replacements, one after the other; None if one does not apply."""
    for each in listed:
        old, new = _text(each, "old_string"), _text(each, "new_string")
        if not old:
            # What replaces nothing makes a new file.
            text = new if not text else None
        elif text is not None:
            count = text.count(old)
            if not count:
                return None
            text = text.replace(old, new) if each.get("replace_all") else text.replace(old, new, 1)
        if text is None:
            return None
    return text


def read_text(path: str) -> str | None:
    """Return a file's text as agents see it, with plain line breaks; None if there is none.

    Also None for what is too large to be anybody's source, and for what is no plain file: reading
    a pipe would wait forever.
    """
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _LARGEST:
            return None
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read()
    except (OSError, ValueError):  # ValueError: no file can have such a name
        return None


def _encoded(path: str, text: str) -> bytes:
    """Return a text as bytes, with the line breaks of the file."""
    try:
        raw = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a character, which JSON can write
        raw = text.encode("utf-8", "surrogatepass")
    try:
        if not os.path.isfile(path):
            return raw
        with open(path, "rb") as file:
            head = file.read(4_000)
    except (OSError, ValueError):
        return raw
    if b"\r\n" in head and b"\r\n" not in raw:
        return raw.replace(b"\n", b"\r\n")
    return raw


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields.get(key)
    return value if isinstance(value, str) else ""
