"""Edits as agents describe them, to new contents of files. Nothing is written.

An edit gives a file another text, replaces one that occurs once, is a unified diff or a patch of
Codex, or names a symbol and what is to be done to it. Each is made over those before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from difflib import unified_diff
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.inference import Inference
from ...indexer.text import denormalize, normalize
from ..check.edits import apply as apply_diff
from ..open_workspace import OpenWorkspace
from ..source.apply_patch import PatchError
from ..source.apply_patch import apply as apply_patch
from .file_writes import read_file
from .symbol_edits import edit_symbol

_SUFFIXES = (".py", ".pyi")
_VERSION_CONTROL = frozenset([".git", ".hg", ".svn"])
_FORMS = (
    "'path' with 'text', with 'old' and 'new' or with 'delete'; 'diff'; 'patch'; "
    "'symbol' with 'do' and what that takes"
)


class Draft:
    """Contents of files while edits are made to them: normalized text, None for no file."""

    def __init__(self, workspace: OpenWorkspace, held: Mapping[str, bytes | None]) -> None:
        """``held`` are contents, as they would be on disk, that stand in for those on disk."""
        self._workspace = workspace
        self.files = workspace.index.workspace
        # Each file is read once: what is judged is what has to be there when it is written.
        self._raw = dict(held)
        self.contents: dict[str, bytes | None] = {}
        self.by_hand: set[str] = set()
        """Files whose new text the agent wrote, rather than it was worked out here."""
        self.touched: set[str] = set()
        """Files that edits name."""

    def raw(self, path: str) -> bytes | None:
        """Return what a file has before the edits, as on disk."""
        if path not in self._raw:
            self._raw[path] = read_file(self.files, path)
        return self._raw[path]

    def text(self, path: str) -> bytes | None:
        """Return what a file has by now."""
        if path in self.contents:
            return self.contents[path]
        raw = self.raw(path)
        return raw if raw is None or not path.endswith(_SUFFIXES) else normalize(raw)

    def put(self, path: str, text: bytes | None, *, by_hand: bool = True) -> None:
        """Give a file a new text."""
        path = self.inside(path)
        old = self.text(path)
        if old is not None and text is not None and b"\r\n" in old and b"\r\n" not in text:
            text = text.replace(b"\n", b"\r\n")
        self.contents[path] = text
        self.touched.add(path)
        if by_hand:
            self.by_hand.add(path)

    def inside(self, path: str) -> str:
        """Return a path relative to the workspace; raise InvalidArgumentsError if it is outside."""
        relative = self.files.relative(os.path.join(self.files.root, path))
        if not relative or "\0" in path:
            raise InvalidArgumentsError(f"{path} is no file inside of the workspace")
        # Some file systems take names for the same that differ in case.
        if not _VERSION_CONTROL.isdisjoint(relative.lower().split("/")):
            raise InvalidArgumentsError(f"{path} belongs to the version control: it is left alone")
        return relative

    def inference(self) -> Inference:
        """Return the state with all edits so far."""
        contents = {path: text for path, text in self.contents.items() if path.endswith(_SUFFIXES)}
        return self._workspace.with_contents(contents).inference(whole=True)

    def on_disk(self) -> dict[str, bytes | None]:
        """Return the new contents as they are to be written; files that stay the same are not."""
        found: dict[str, bytes | None] = {}
        for path, text in self.contents.items():
            raw = self.raw(path)
            new = text
            if text is not None and raw is not None and path.endswith(_SUFFIXES):
                new = self._encoded(path, raw, text)
            if new != raw:
                found[path] = new
        return found

    def _encoded(self, path: str, raw: bytes, text: bytes) -> bytes:
        try:
            if denormalize(raw, normalize(raw)) != raw:
                raise InvalidArgumentsError(
                    f"{path} has bytes that would not stay as they are: edit it otherwise"
                )
            return denormalize(raw, text)
        except UnicodeEncodeError as error:
            raise InvalidArgumentsError(
                f"{path} is written in {error.encoding}, which has no {error.object[error.start]!r}"
            ) from error


# Files that a step may edit: all of them are judged before one is written.
_MOST_FILES = 1_000


def make_draft(
    workspace: OpenWorkspace, held: Mapping[str, bytes | None], edits: Iterable[Mapping[str, Any]]
) -> Draft:
    """Return the draft of edits; raise InvalidArgumentsError for one that cannot be made."""
    draft = Draft(workspace, held)
    for number, edit in enumerate(edits, 1):
        try:
            _make(draft, edit)
        except InvalidArgumentsError as error:
            raise InvalidArgumentsError(f"edit {number}: {error}") from error
        if len(draft.touched) > _MOST_FILES:
            raise InvalidArgumentsError(
                f"a step edits at most {_MOST_FILES:,} files: take several steps"
            )
    if not draft.touched:
        raise InvalidArgumentsError(f"'edits' is empty: an edit has {_FORMS}")
    return draft


def _make(draft: Draft, edit: Mapping[str, Any]) -> None:
    for key, value in edit.items():
        if not isinstance(value, str) and not (key == "delete" and isinstance(value, bool)):
            raise InvalidArgumentsError(f"{key!r} takes a string, not {value!r}")
    match sorted(key for key in edit if key != "base"):
        case ["path", "text"]:
            draft.put(edit["path"], _encoded(edit["text"]))
        case ["new", "old", "path"]:
            _replace(draft, draft.inside(edit["path"]), edit["old"], edit["new"])
        case ["delete", "path"]:
            path = draft.inside(edit["path"])
            if draft.text(path) is None:
                raise InvalidArgumentsError(f"there is no file {path}")
            draft.put(path, None)
        case ["diff"]:
            for path, text in apply_diff(edit["diff"], draft.text).items():
                draft.put(path, text)
        case ["patch"]:
            _patch(draft, edit["patch"])
        case [*keys] if "symbol" in keys:
            for path, text in edit_symbol(draft.inference(), draft.text, edit).items():
                draft.put(path, text, by_hand="text" in edit)
        case keys:
            raise InvalidArgumentsError(
                f"{', '.join(keys) or 'nothing'} describes no edit, which has {_FORMS}"
            )


def _replace(draft: Draft, path: str, old: str, new: str) -> None:
    text = draft.text(path)
    if text is None:
        raise InvalidArgumentsError(f"there is no file {path}")
    wanted, replacement = _encoded(old), _encoded(new)
    if b"\r\n" in text:
        wanted = wanted.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        replacement = replacement.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    count = text.count(wanted) if wanted else 0
    if count != 1:
        raise InvalidArgumentsError(
            f"'old' must occur once in {path}, it occurs {count} times: "
            + ("give more of the lines around it" if count else "give it as it is in the file")
        )
    draft.put(path, text.replace(wanted, replacement))


def _patch(draft: Draft, patch: str) -> None:
    root = draft.files.root

    def read(path: str) -> str | None:
        relative = draft.files.relative(path)
        text = draft.text(relative) if relative else None
        return None if text is None else text.decode("utf-8", "surrogateescape")

    try:
        found = apply_patch(patch, root, read)
    except PatchError as error:
        raise InvalidArgumentsError(str(error)) from error
    for path, text in found.items():
        draft.put(path, None if text is None else _encoded(text))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def diff_of(path: str, old: bytes, new: bytes) -> str:
    """Return the unified diff that makes one text of a file another, as an edit takes it."""
    lines = unified_diff(
        old.decode("utf-8", "surrogateescape").splitlines(keepends=True),
        new.decode("utf-8", "surrogateescape").splitlines(keepends=True),
        f"a/{path}",
        f"b/{path}",
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
