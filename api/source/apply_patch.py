"""Texts of files after a patch of Codex. Nothing is written to disk.

A patch names files to add, delete and update; an update is made of chunks of lines, found in the
file by what they say, behind the line that stands after ``@@``. Where it is not to the letter,
blanks at the ends of lines, then around them, then kinds of dashes and quotes are overlooked, as
Codex does.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BEGIN, END = "*** Begin Patch", "*** End Patch"
_ADD, _DELETE, _UPDATE = "*** Add File: ", "*** Delete File: ", "*** Update File: "
_MOVE, _END_OF_FILE = "*** Move to: ", "*** End of File"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
_SINGLE, _DOUBLE = "\u2018\u2019\u201a\u201b", "\u201c\u201d\u201e\u201f"
_SPACES = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_PLAIN = str.maketrans(
    dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_SINGLE, "'")
    | dict.fromkeys(_DOUBLE, '"')
    | dict.fromkeys(_SPACES, " ")
)


class PatchError(Exception):
    """A patch that cannot be applied, which its host reports itself."""


class _Chunk:
    """Lines to be found, and the lines that replace them."""

    __slots__ = ("at_end", "context", "new", "old")

    def __init__(self, context: str | None) -> None:
        self.context = context
        """A line before them."""
        self.old: list[str] = []
        self.new: list[str] = []
        self.at_end = False


def apply(patch: str, folder: str, read: Callable[[str], str | None]) -> dict[str, str | None]:
    """Return new texts of files by absolute path; None for one that is deleted or moved.

    ``folder`` is what relative paths are relative to; ``read`` gives a file's text, None when there
    is none. Raises PatchError.
    """
    lines = _body(patch)
    found: dict[str, str | None] = {}
    at = 0
    while at < len(lines):
        head = lines[at].strip()
        at += 1
        if head.startswith(_ADD):
            start = at
            while at < len(lines) and lines[at].startswith("+"):
                at += 1
            text = "".join(f"{line[1:]}\n" for line in lines[start:at])
            found[_path(folder, head.removeprefix(_ADD))] = text
        elif head.startswith(_DELETE):
            found[_path(folder, head.removeprefix(_DELETE))] = None
        elif head.startswith(_UPDATE):
            path = target = _path(folder, head.removeprefix(_UPDATE))
            if at < len(lines) and lines[at].startswith(_MOVE):
                target = _path(folder, lines[at].removeprefix(_MOVE).strip())
                at += 1
            chunks, at = _chunks(lines, at)
            text = found[path] if path in found else read(path)
            if text is None:
                raise PatchError(f"there is no file {path}")
            if target != path:
                found[path] = None
            found[target] = _updated(path, text, chunks)
        elif head:
            raise PatchError(f"this is no part of a patch: {head}")
    return found


def named_files(patch: str, folder: str) -> list[str]:
    """Return the absolute paths of the files that a patch names, whether it fits or not."""
    heads = (_ADD, _DELETE, _UPDATE, _MOVE)
    return [
        _path(folder, line.partition(": ")[2])
        for line in patch.split("\n")
        if line.startswith(heads)
    ]


def _body(patch: str) -> list[str]:
    """Return the lines between the two that frame a patch."""
    lines = patch.strip().split("\n")
    if lines[0].strip() in ("<<EOF", "<<'EOF'", '<<"EOF"') and lines[-1].endswith("EOF"):
        lines = lines[1:-1]
    lines = [line.removesuffix("\r") for line in lines]
    if len(lines) < 2 or lines[0].strip() != BEGIN or lines[-1].strip() != END:
        raise PatchError("this is no patch")
    return lines[1:-1]


def _path(folder: str, name: str) -> str:
    return os.path.normpath(os.path.join(folder, name.strip()))


def _chunks(lines: Sequence[str], at: int) -> tuple[list[_Chunk], int]:
    """Return the chunks of an update that begins at a line, and the line behind them."""
    found: list[_Chunk] = []
    while at < len(lines) and not lines[at].startswith("***"):
        line = lines[at]
        if line == "@@" or line.startswith("@@ "):
            found.append(_Chunk(line[3:] or None))
            at += 1
        elif not line.strip() and not found:
            at += 1
            continue
        elif not found:
            found.append(_Chunk(None))
        at = _lines_of(found[-1], lines, at)
    if not found:
        raise PatchError("an update changes nothing")
    return found, at


def _lines_of(chunk: _Chunk, lines: Sequence[str], at: int) -> int:
    start = at
    while at < len(lines):
        line = lines[at]
        if line == _END_OF_FILE:
            chunk.at_end = True
            return at + 1
        if line.startswith("***") or line == "@@" or line.startswith("@@ "):
            break
        mark, rest = line[:1], line[1:]
        if mark in ("", " ", "-"):
            chunk.old.append(rest)
        if mark in ("", " ", "+"):
            chunk.new.append(rest)
        if mark not in ("", " ", "-", "+"):
            raise PatchError(f"a line of a patch begins with {mark!r}")
        at += 1
    if at == start:
        raise PatchError("a chunk has no lines")
    return at


def _updated(path: str, text: str, chunks: Sequence[_Chunk]) -> str:
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    changes: list[tuple[int, int, list[str]]] = []
    at = 0
    for chunk in chunks:
        if chunk.context is not None:
            found = _seek(lines, [chunk.context], at, at_end=False)
            if found < 0:
                raise PatchError(f"{path} has no line {chunk.context!r}")
            at = found + 1
        if not chunk.old:
            changes.append((len(lines), 0, chunk.new))
            continue
        old, new = chunk.old, chunk.new
        found = _seek(lines, old, at, at_end=chunk.at_end)
        if found < 0 and not old[-1]:
            # The empty line at the end stands for the end of the last line.
            old, new = old[:-1], new[:-1] if new and not new[-1] else new
            found = _seek(lines, old, at, at_end=chunk.at_end)
        if found < 0:
            raise PatchError(f"{path} has not the lines that a chunk replaces")
        changes.append((found, len(old), new))
        at = found + len(old)
    for start, count, new in sorted(changes, key=lambda change: change[0], reverse=True):
        lines[start : start + count] = new
    return "".join(f"{line}\n" for line in lines)


def _seek(lines: Sequence[str], wanted: Sequence[str], start: int, *, at_end: bool) -> int:
    """Return the index of lines at or behind a line; -1 if they are not there."""
    if not wanted:
        return start
    last = len(lines) - len(wanted)
    if last < 0:
        return -1
    first = last if at_end else start
    for alike in (str, str.rstrip, str.strip, _plain):
        sought = [alike(line) for line in wanted]
        for at in range(first, last + 1):
            if all(alike(lines[at + by]) == line for by, line in enumerate(sought)):
                return at
    return -1


def _plain(line: str) -> str:
    return line.strip().translate(_PLAIN)
