"""Contents of files after a call of a tool that edits them."""

from __future__ import annotations

import os

from ..source.apply_patch import PatchError, apply

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NamedTuple

    from ..open_workspace import OpenWorkspace
    from .messages import Payload
else:
    from ...indexer.named_tuple import NamedTuple

EDITING = frozenset(["Edit", "MultiEdit", "Write", "apply_patch"])
"""Tools that write source files. Notebooks are none of the index's files."""
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


def edit_of(session: OpenWorkspace, payload: Payload) -> Edit | None:
    """Return the edit of a call; None if it changes no source file of the workspace.

    Also None for one that its host will refuse itself, since what it replaces is not there.
    """
    tool_input = payload.tool_input
    path = _text(tool_input, "file_path")
    texts: dict[str, str | None] = {}
    if payload.tool == "apply_patch":
        try:
            patch = _text(tool_input, "command") or _text(tool_input, "input")
            texts = apply(patch, payload.text("cwd"), read_text)
        except PatchError:
            return None
    elif payload.tool == "Write":
        texts[path] = _text(tool_input, "content")
    else:
        listed: Any = tool_input.get("edits") if payload.tool == "MultiEdit" else [tool_input]
        text = _edited(read_text(path), listed or [])
        if text is None:
            return None
        texts[path] = text
    contents: dict[str, bytes | None] = {}
    for each, text in texts.items():
        inside = source_path(session, each)
        if inside is not None:
            contents[inside] = None if text is None else _encoded(each, text)
    return Edit(contents, payload.tool == "Write") if contents else None


def edited_paths(session: OpenWorkspace, payload: Payload) -> list[str]:
    """Return source files of the workspace that a call has changed, as far as its input tells."""
    tool_input = payload.tool_input
    named = [_text(tool_input, "file_path")]
    if payload.tool == "apply_patch":
        patch = _text(tool_input, "command") or _text(tool_input, "input")
        folder = payload.text("cwd")
        named = [
            os.path.join(folder, line.partition(": ")[2].strip())
            for line in patch.split("\n")
            if line.startswith(("*** Add File: ", "*** Update File: ", "*** Move to: "))
        ]
    found = [source_path(session, each) for each in named]
    return [each for each in found if each is not None]


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
