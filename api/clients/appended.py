"""A block at the end of a text, which leaves the text as it was when it is taken out."""

from __future__ import annotations

BEGIN, END = "<!-- flux-index:begin -->", "<!-- flux-index:end -->"
"""What frames a block in Markdown."""


class BlockError(ValueError):
    """Marks of a block that do not fit each other."""


def appended(text: str, block: str) -> str:
    """A text with a block behind an empty line."""
    newline = newline_of(text)
    block = block.replace("\n", newline)
    if not text:
        return block + newline
    if text.endswith("\n"):
        return text + newline + block + newline
    # Without a line break at its end, so that it can be told that there was none before.
    return text + newline + newline + block


def taken_out(text: str, start: int, end: int) -> str:
    """A text without the block between two places, as it was before that was appended."""
    newline = newline_of(text)
    before, after = text[:start], text[end:]
    count = 1
    if after.startswith(newline):
        after = after[len(newline) :]
    elif not after:
        count = 2
    for _ in range(count):
        before = before.removesuffix(newline)
    return before + after


def with_block(text: str, body: str) -> str:
    """A text with a body between the marks, brought up to date where it stands."""
    block = f"{BEGIN}\n{body.strip()}\n{END}"
    place = place_of(text)
    if place is None:
        return appended(text, block)
    return text[: place[0]] + block.replace("\n", newline_of(text)) + text[place[1] :]


def without_block(text: str) -> str:
    """A text without the block between the marks."""
    place = place_of(text)
    return text if place is None else taken_out(text, *place)


def place_of(text: str) -> tuple[int, int] | None:
    """Where the block is, with its marks; raises BlockError when these do not fit each other."""
    counts = text.count(BEGIN), text.count(END)
    if counts == (0, 0):
        return None
    start = text.find(BEGIN)
    end = text.find(END, start)
    if counts != (1, 1) or end < 0:
        raise BlockError(f"{BEGIN} and {END} do not fit each other: remove what is left of them")
    return start, end + len(END)


def newline_of(text: str) -> str:
    """The line break that a text uses."""
    return "\r\n" if "\r\n" in text else "\n"
