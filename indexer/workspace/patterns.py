"""The patterns of one ignore file, in git's language.

pathspec translates them. It is expensive to import, so a cheap screen that may only err towards
"might match" is asked first: most names resemble no pattern at all.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

# Stands for one character of whatever kind in a screened part.
_WILD = "\0"


class Patterns:
    """Patterns relative to one folder, the last that matches an entry deciding about it."""

    __slots__ = ("_again", "_compiled", "_lines", "_screen")

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = [line for line in lines if line.strip() and not line.startswith("#")]
        self._screen = _Screen(line for line in self._lines if line[0] != "!")
        self._again = _Screen(line[1:] for line in self._lines if line[0] == "!")
        self._compiled: list[tuple[bool, re.Pattern[str]]] | None = None

    def __bool__(self) -> bool:
        return bool(self._lines)

    def may_ignore(self, name: str, is_folder: bool) -> bool:
        """Tell, without pathspec, whether an entry of this name could be ignored by a pattern."""
        return self._screen.fits(name, is_folder)

    def decide(self, path: str, is_folder: bool) -> bool | None:
        """Tell whether the entry at `path` is ignored, None where no pattern speaks of it.

        Only patterns for this very entry count, not those for the folders above: git asks about
        these first, and never looks into a folder that is ignored.
        """
        name = path.rpartition("/")[2]
        if not self._screen.fits(name, is_folder) and not self._again.fits(name, is_folder):
            return None
        if self._compiled is None:
            self._compiled = _compile(self._lines)
        for ignores, regex in reversed(self._compiled):
            if _matches(regex, path, is_folder):
                return ignores
        return None

    def covers(self, path: str, is_folder: bool) -> bool:
        """Tell whether the entry, or a folder above it, is matched."""
        segments = path.split("/")
        verdict = False
        for end in range(1, len(segments) + 1):
            part = "/".join(segments[:end])
            decided = self.decide(part, is_folder or end < len(segments))
            verdict = verdict if decided is None else decided
        return verdict

    def literal_heads(self) -> list[str]:
        """Return, for each pattern bound to the top, the folders it names before any wildcard."""
        heads: list[str] = []
        for line in self._lines:
            segments = line.strip().rstrip("/").split("/")
            if line.startswith("!") or len(segments) == 1:
                continue
            literal: list[str] = []
            for segment in segments:
                if any(sign in segment for sign in "*?[\\"):
                    break
                literal.append(segment)
            heads.append("/".join(literal).lstrip("/"))
        return [head for head in heads if head]


class _Screen:
    """What names must look like to be matched by the last part of one of several patterns."""

    __slots__ = ("_files", "_folders", "_shapes")

    def __init__(self, lines: Iterable[str]) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._shapes: list[_Shape] = []
        for line in lines:
            line = line.rstrip()
            segment = line.rstrip("/").rpartition("/")[2]
            if any(sign in segment for sign in "*?[\\"):
                self._shapes.append(_Shape(segment, line.endswith("/")))
            else:
                self._folders.add(segment)
                if not line.endswith("/"):
                    self._files.add(segment)

    def fits(self, name: str, is_folder: bool) -> bool:
        if name in (self._folders if is_folder else self._files):
            return True
        return any(shape.fits(name, is_folder) for shape in self._shapes)


class _Shape:
    """What a name must begin and end with to be matched by a pattern with wildcards."""

    __slots__ = ("_folders_only", "_has_star", "_head", "_tail")

    def __init__(self, segment: str, folders_only: bool) -> None:
        self._folders_only = folders_only
        head, self._has_star, tail = segment.partition("*")
        if "\\" in segment or segment == "**":
            head, self._has_star, tail = "", "*", ""
        elif "*" in tail:
            tail = tail.rpartition("*")[2]
        self._head = _units(head)
        self._tail = _units(tail)

    def fits(self, name: str, is_folder: bool) -> bool:
        if self._folders_only and not is_folder:
            return False
        head, tail = self._head, self._tail
        if head is None or tail is None:
            return True
        if not self._has_star and len(name) != len(head):
            return False
        return (not head or _fits(head, name[: len(head)])) and (
            not tail or _fits(tail, name[max(len(name) - len(tail), 0) :])
        )


def _units(part: str) -> str | None:
    """Return the part with one `_WILD` for each `?` and set, None if it is not that simple."""
    part = part.replace("?", _WILD)
    while "[" in part:
        before, _, after = part.partition("[")
        # "[]a]" and "[!]a]" hold a bracket as a member.
        first = after.find("]", 2 if after[:1] in ("!", "^") else 1)
        if first < 0 or "[:" in part:
            return None
        part = before + _WILD + after[first + 1 :]
    return part


def _fits(units: str, text: str) -> bool:
    if _WILD not in units:
        return units == text
    return len(units) == len(text) and all(
        unit in (_WILD, letter) for unit, letter in zip(units, text, strict=True)
    )


def _compile(lines: list[str]) -> list[tuple[bool, re.Pattern[str]]]:
    import re

    from pathspec import GitIgnoreSpec

    compiled: list[tuple[bool, re.Pattern[str]]] = []
    for line in lines:
        if line.rstrip().endswith("/**/"):
            # git means the folders within; pathspec takes it for the folder before the stars.
            line = line.rstrip() + "*/"
        try:
            patterns = GitIgnoreSpec.from_lines([line]).patterns
        except (ValueError, re.error):
            continue  # git, too, goes on without a pattern that it cannot read.
        for pattern in patterns:
            regex: re.Pattern[str] | None = getattr(pattern, "regex", None)
            if pattern.include is not None and regex is not None:
                compiled.append((pattern.include, regex))
    return compiled


def _matches(regex: re.Pattern[str], path: str, is_folder: bool) -> bool:
    """Tell whether a translated pattern matches this entry rather than a folder above it.

    pathspec marks the slash behind a matched folder by a group; for the entry itself that slash is
    the last character.
    """
    if "ps_d" not in regex.groupindex:
        # `*`, or `docs/**`, which is translated to "begins with docs/".
        return regex.search(path) is not None
    subject = path + "/" if is_folder else path
    found = regex.search(subject)
    if found is None:
        return False
    if found.group() == "/":
        return is_folder  # `*/` is every folder.
    return found.end("ps_d") in (-1, len(subject))
