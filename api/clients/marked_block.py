"""Our block in a text file of others: put in, brought up to date, taken out.

The block stands between two comments of Markdown, which rule files of all agents are. What is
outside of it is never touched, line endings included. Putting in the same body again changes
nothing, and taking the block out leaves the text as it was, but for a line break at its end.
"""

from __future__ import annotations

BEGIN = "<!-- flux-index:begin -->"
END = "<!-- flux-index:end -->"


class BlockError(ValueError):
    """A text whose marks do not fit each other, so that it is unclear which part is ours."""


def has_block(text: str) -> bool:
    """True if a text has a block; raises BlockError for marks without their counterparts."""
    return _place(text) is not None


def block_of(text: str) -> str | None:
    """Return the body of a text's block with plain line endings, or None."""
    place = _place(text)
    if place is None:
        return None
    inside = text[place[0] + len(BEGIN) : place[1] - len(END)]
    return inside.replace("\r\n", "\n").strip("\n")


def with_block(text: str, body: str) -> str:
    """Return a text with a body in its block, which is added at the end if missing."""
    place = _place(text)
    if place is None:
        return appended(text, "\n".join([BEGIN, body.strip("\n"), END]))
    # As in the block that is there.
    newline = "\r\n" if text[place[0] + len(BEGIN) :].startswith("\r\n") else "\n"
    block = newline.join([BEGIN, *body.strip("\n").split("\n"), END])
    return text[: place[0]] + block + text[place[1] :]


def without_block(text: str) -> str:
    """Return a text without its block, as it was before that was put in."""
    place = _place(text)
    return text if place is None else taken_out(text, *place)


def appended(text: str, block: str) -> str:
    """Return a text with a block behind an empty line, in the line breaks of the text."""
    newline = newline_of(text)
    block = block.replace("\n", newline)
    if not text:
        return block + newline
    if text.endswith("\n"):
        return text + newline + block + newline
    # Without a line break at its end, so that it can be told that there was none before.
    return text + newline + newline + block


def taken_out(text: str, start: int, end: int) -> str:
    """Return a text without the block between two offsets, as before that was appended."""
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


def newline_of(text: str) -> str:
    """Return the line break that a text uses."""
    return "\r\n" if "\r\n" in text else "\n"


def _place(text: str) -> tuple[int, int] | None:
    """Return the start and end of the block with its marks, or None."""
    counts = text.count(BEGIN), text.count(END)
    if counts == (0, 0):
        return None
    start = text.find(BEGIN)
    end = text.find(END, start)
    if counts != (1, 1) or end < 0:
        raise BlockError(
            f"the marks {BEGIN} and {END} do not fit each other: remove what is left of them"
        )
    return start, end + len(END)
