"""Parts of parameter lists and arguments as they are written."""

from __future__ import annotations

from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def split_arguments(written: str) -> list[str]:
    """Parts between commas that stand outside of brackets and strings."""
    cuts = [-1, *_outside(written, ","), len(written)]
    parts = [written[before + 1 : at].strip() for before, at in pairwise(cuts)]
    return [part for part in parts if part]


def split_default(written: str) -> tuple[str, str, str]:
    """Split at the ``=`` outside of brackets and strings, as ``str.partition``."""
    for at in _outside(written, "="):
        return written[:at].rstrip(), "=", written[at + 1 :].strip()
    return written, "", ""


def _outside(written: str, wanted: str) -> Iterator[int]:
    """Places of a character outside of brackets and strings."""
    depth, quote = 0, ""
    for at, character in enumerate(written):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == wanted and depth == 0:
            yield at
