"""A part of somebody else's text file that is ours: put in, brought up to date, taken out.

The block stands between two comments of Markdown, which rule files of all agents are. What is
outside of it is never touched, line endings included. Putting in the same body again changes
nothing, and taking the block out leaves the text as it was, but for a line break at its end.
"""

from __future__ import annotations

BEGIN = "<!-- flux-index:begin -->"
END = "<!-- flux-index:end -->"


class BlockError(ValueError):
    """A text whose marks do not fit each other, so that nobody can say what is ours."""


def has_block(text: str) -> bool:
    """Whether a text has a block; raises BlockError for marks without their counterparts."""
    return _place(text) is not None


def block_of(text: str) -> str | None:
    """The body of a text's block with plain line endings; None when there is no block."""
    place = _place(text)
    if place is None:
        return None
    inside = text[place[0] + len(BEGIN) : place[1] - len(END)]
    return inside.replace("\r\n", "\n").strip("\n")


def with_block(text: str, body: str) -> str:
    """A text with a body in its block, which is put at the end when there is none yet."""
    place = _place(text)
    # As in the block that is there, else as in the rest of the text.
    shown = text if place is None else text[place[0] + len(BEGIN) :][:2]
    newline = "\r\n" if "\r\n" in shown else "\n"
    block = newline.join([BEGIN, *body.strip("\n").split("\n"), END])
    if place is not None:
        return text[: place[0]] + block + text[place[1] :]
    if not text:
        return block + newline
    gap = newline if text.endswith("\n") else 2 * newline
    return text + gap + block + newline


def without_block(text: str) -> str:
    """A text without its block and the empty line before it; unchanged when it has none."""
    place = _place(text)
    if place is None:
        return text
    before, after = text[: place[0]], text[place[1] :]
    for newline in ("\r\n", "\n"):
        if after.startswith(newline):
            after = after[len(newline) :]
            break
    for newline in ("\r\n", "\n"):
        if before.endswith(2 * newline) or before == newline:
            before = before[: -len(newline)]
            break
    return before + after


def _place(text: str) -> tuple[int, int] | None:
    """Where the block begins and ends, its marks included."""
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
