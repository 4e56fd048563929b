"""Answers about an agent's session, the same for people and for language models."""

from __future__ import annotations

from .view import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..types import GuardAnswer, SessionAnswer, ToRead
    from .view import View


def opened(answer: SessionAnswer, view: View) -> list[str]:
    """The handle alone, for a script to keep."""
    return [answer["session"], *view.notes(answer, answer["total"])]


def guarded(answer: GuardAnswer, view: View) -> list[str]:
    """The verdict, and a line for each place to read, with its text when that is handed over."""
    lines = [answer["verdict"]]
    for item in answer["items"]:
        lines += [plain(item["reason"]), *_numbered(item)]
    return lines + view.notes(answer, answer["total"])


def _numbered(item: ToRead) -> list[str]:
    text = item.get("text")
    if not text:
        return []
    first = item["first_line"]
    digits = len(str(item["last_line"]))
    return [
        f"{str(first + at).rjust(digits)}  {plain(line)}".rstrip()
        for at, line in enumerate(text.split("\n"))
    ]
