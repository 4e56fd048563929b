"""Edits of text, and the lines in which two texts differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from .ranges import end_of_argument

Hunk = tuple[int, int, int, int]
Ranges = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Edit:
    """A range of a file to replace: byte offsets of its normalized text, and the new text."""

    path: str
    start: int
    end: int
    text: str

    def overlaps(self, other: Edit) -> bool:
        """True if both edits change the same text, so that only one of them can be made."""
        if self.path != other.path:
            return False
        if self.start == other.start and self.end == other.end:
            return True
        return self.start < other.end and other.start < self.end


def apply_to_text(text: bytes, edits: Iterable[Edit]) -> bytes | None:
    """Return a text after all edits of it, equal ones made once; None if two of them overlap."""
    limit = len(text) + 1
    for edit in sorted(dict.fromkeys(edits), key=lambda edit: (-edit.start, -edit.end)):
        if edit.end > limit:
            return None
        new = edit.text.encode("utf-8", "surrogatepass")
        if b"\r\n" in text:
            new = new.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        text = text[: edit.start] + new + text[edit.end :]
        limit = edit.start
    return text


def edits_by_path(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    """Return the edits of each file, in their order."""
    found: dict[str, list[Edit]] = {}
    for edit in edits:
        found.setdefault(edit.path, []).append(edit)
    return found


def remove_argument(path: str, text: bytes, start: int) -> Edit:
    """Return the edit that removes the argument at a position, with a comma beside it."""
    end = end_of_argument(text, start)
    before = len(text[:start].rstrip())
    if text[before - 1 : before] == b",":
        return Edit(path, before - 1, end, "")
    after = len(text) - len(text[end:].lstrip())
    if text[after : after + 1] == b",":
        end = after + 1
        end += len(text[end:]) - len(text[end:].lstrip(b" "))
    return Edit(path, start, end, "")


# Lines between the first and the last change that are compared with care; more count as one change.
_COMPARED = 2_000


def hunks(old: Sequence[object], new: Sequence[object]) -> list[Hunk]:
    """First and last line, exclusive, of each change, in the old text and in the new one.

    Lines may be given by anything that is equal when they are.
    """
    start = 0
    while start < len(old) and start < len(new) and old[start] == new[start]:
        start += 1
    behind = 0
    most = min(len(old), len(new)) - start
    while behind < most and old[-1 - behind] == new[-1 - behind]:
        behind += 1
    a, b = len(old) - behind, len(new) - behind
    if (start, start) == (a, b):
        return []
    if a - start + b - start > _COMPARED or start in (a, b):
        return [(start, a, start, b)]
    matcher = SequenceMatcher(None, old[start:a], new[start:b], autojunk=False)
    return [
        (start + first, start + last, start + other, start + until)
        for tag, first, last, other, until in matcher.get_opcodes()
        if tag != "equal"
    ]


def mapped(ranges: Iterable[tuple[int, int]], changes: Sequence[Hunk]) -> Ranges:
    """Return where lines of the old text are in the new one, without those that changed."""
    found: Ranges = []
    for first, last in ranges:
        at, shift = first, 0
        for a, b, _, d in changes:
            if b <= at:
                shift = d - b
                continue
            if a >= last:
                break
            if at < a:
                found.append((at + shift, a + shift))
            at, shift = max(at, b), d - b
        if at < last:
            found.append((at + shift, last + shift))
    return merged(found)


def merged(ranges: Iterable[tuple[int, int]], gap: int = 0) -> Ranges:
    """Ranges in order, those that touch or lie at most ``gap`` lines apart as one."""
    found: Ranges = []
    for first, last in sorted(each for each in ranges if each[0] < each[1]):
        if found and first <= found[-1][1] + gap:
            found[-1] = found[-1][0], max(found[-1][1], last)
        else:
            found.append((first, last))
    return found


def without(ranges: Iterable[tuple[int, int]], taken: Sequence[tuple[int, int]]) -> Ranges:
    """The lines of ranges that are in none of those that are taken, which are in order."""
    found: Ranges = []
    for first, last in merged(ranges):
        at = first
        for start, end in taken:
            if end <= at or start >= last:
                continue
            if at < start:
                found.append((at, start))
            at = max(at, end)
        if at < last:
            found.append((at, last))
    return found
