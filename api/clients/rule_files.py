"""Rule files of agents: our block in them, put in, brought up to date, taken out.

The block stands between two comments of Markdown, which rule files of all agents are. What is
outside of it is never touched, line endings included. Putting in the same body again changes
nothing, and taking the block out leaves the text as it was, but for a line break at its end.

``AGENTS.md`` and most others are plain Markdown. Claude Code does not read ``AGENTS.md`` but what
``CLAUDE.md`` includes, so there the block is that inclusion where the rules are in ``AGENTS.md``
already. Rules of Cursor (``.mdc``) need a head, which is written with a new file only.
"""

from __future__ import annotations

import os

from ...indexer.text import UnreadableError, read
from ..source.whole_file import whole_file

BEGIN = "<!-- flux-index:begin -->"
END = "<!-- flux-index:end -->"


class BlockError(ValueError):
    """A text whose marks do not fit each other, so that it is unclear which part is ours."""


def has_block(text: str) -> bool:
    """True if a text has a block; raises BlockError for marks without their counterparts."""
    return _block_place(text) is not None


def block_of(text: str) -> str | None:
    """Return the body of a text's block with plain line endings, or None."""
    place = _block_place(text)
    if place is None:
        return None
    inside = text[place[0] + len(BEGIN) : place[1] - len(END)]
    return inside.replace("\r\n", "\n").strip("\n")


def with_block(text: str, body: str) -> str:
    """Return a text with a body in its block, which is added at the end if missing."""
    place = _block_place(text)
    if place is None:
        return appended(text, "\n".join([BEGIN, body.strip("\n"), END]))
    # As in the block that is there.
    newline = "\r\n" if text[place[0] + len(BEGIN) :].startswith("\r\n") else "\n"
    block = newline.join([BEGIN, *body.strip("\n").split("\n"), END])
    return text[: place[0]] + block + text[place[1] :]


def without_block(text: str) -> str:
    """Return a text without its block, as it was before that was put in."""
    place = _block_place(text)
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


def _block_place(text: str) -> tuple[int, int] | None:
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


_CURSOR_HEAD = "---\ndescription: How to work in this code base\nglobs:\nalwaysApply: true\n---\n\n"


def put(path: str, rules: str) -> bool:
    """Write rules into a file's block; True if that changed it. Raises OSError, BlockError.

    The file and its folder are made where they are not there.
    """
    before = read_text(path)
    body = rules
    if os.path.basename(path) == "CLAUDE.md":
        beside = read_text(os.path.join(os.path.dirname(path), "AGENTS.md"))
        if beside is not None and block_of(beside) is not None:
            if _includes(without_block(before or "")):
                return take(path)  # it includes the rules already
            body = "@AGENTS.md"
    start = before
    if start is None:
        start = _CURSOR_HEAD if path.endswith(".mdc") else ""
    after = start + _block(body) if before is None and start else with_block(start, body)
    if after == before:
        return False
    write_text(path, after)
    return True


def take(path: str) -> bool:
    """Remove the block of a file, or a file with nothing else; True if there was one."""
    before = read_text(path)
    if before is None or not has_block(before):
        return False
    after = without_block(before)
    if not after.strip() or after.strip() == _CURSOR_HEAD.strip():
        os.unlink(path)
        remove_empty_folders(os.path.dirname(path))
    else:
        write_text(path, after)
    return True


def remove_empty_folders(folder: str, top: str = "") -> None:
    """Remove a folder of a client, such as ``.codex`` or ``.cursor/rules``, with nothing in it.

    So are folders above it, up to but not including ``top``.
    """
    while (
        folder.startswith(top + os.sep)
        if top
        else os.path.basename(folder).startswith(".") or os.path.basename(folder) == "rules"
    ):
        try:
            os.rmdir(folder)
        except OSError:
            return
        folder = os.path.dirname(folder)


def _block(body: str) -> str:
    return with_block("", body)


def _includes(text: str) -> bool:
    return any(line.strip() == "@AGENTS.md" for line in text.splitlines())


def read_text(path: str) -> str | None:
    """Return the text of a file with its line breaks as they are; None if there is no file.

    Raises OSError for what is no plain file, or too large for one that people write.
    """
    try:
        return read(path).decode("utf-8")
    except UnreadableError as error:
        if not os.path.lexists(path):
            return None
        raise OSError(str(error)) from error


def write_text(path: str, text: str) -> None:
    """Write a file completely or not at all, in a folder that may be new.

    Links and modes are kept.
    """
    os.makedirs(os.path.dirname(os.path.realpath(path)), exist_ok=True)
    with whole_file(path) as file:
        file.write(text.encode())
