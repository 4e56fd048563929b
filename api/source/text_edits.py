"""Edits of text, and the functions that make them from positions."""

from __future__ import annotations

from dataclasses import dataclass

from .ranges import end_of_argument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


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
