"""What an answer really showed: lines of files, and symbols with their signatures.

Answers are read by their shape, so that a new operation needs nothing here: whatever carries a
``path`` with the ``text`` of lines shows these lines, and a symbol shows its signature.
"""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ...indexer.index_file import content_hash
from .knowledge import ledger_of, record_shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import Session
    from ..source.line_changes import Ranges


class ShownLines:
    """Lines by path, counted from 0, and (path, name, signature) of symbols."""

    __slots__ = ("lines", "symbols")

    def __init__(self) -> None:
        """Nothing."""
        self.lines: dict[str, Ranges] = {}
        self.symbols: list[tuple[str, str, str]] = []

    def look(self, part: Any) -> None:
        """Add what a part of an answer shows."""
        if hasattr(part, "values"):
            path = part.get("path")
            if isinstance(path, str) and path:
                self._look_at(part, path)
            for each in part.values():
                self.look(each)
        elif not isinstance(part, str) and hasattr(part, "__iter__"):
            for each in part:
                self.look(each)

    def _look_at(self, part: Mapping[str, Any], path: str) -> None:
        for first, last in _lines(part):
            self.lines.setdefault(path, []).append((first, last))
        name, signature = part.get("name"), part.get("signature")
        if "kind" in part and isinstance(name, str):
            self.symbols.append((path, name, signature if isinstance(signature, str) else ""))


def _lines(part: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """The lines that an item with a text stands for."""
    text = part.get("text")
    if not isinstance(text, str) or not text:
        return
    first = part.get("first_line")
    if isinstance(first, int) and first > 0:
        yield first - 1, first - 1 + len(text.splitlines())
        return
    place: Any = part.get("range")
    if place is not None and "\n" not in text:
        line: int = place["start"]["line"]
        yield line, line + 1


def record(session: Session, handle: str, answer: Mapping[str, Any]) -> None:
    """Record for an agent's session what an answer showed of the workspace's files.

    Raises InvalidArgumentsError when there is no such session.
    """
    with ledger_of(session) as ledger:
        put(session, ledger, number_of(ledger, handle), answer)


def number_of(ledger: Ledger, handle: str) -> int:
    """The session of a handle; raises InvalidArgumentsError when there is none."""
    found = ledger.session(handle)
    if found is None:
        raise InvalidArgumentsError(f"there is no session {handle!r}: `begin` opens one")
    return found


def put(session: Session, ledger: Ledger, number: int, answer: Mapping[str, Any]) -> None:
    """Record what an answer showed; what has changed since it was made is passed over."""
    shown = ShownLines()
    shown.look(answer)
    files: Mapping[str, str] = answer.get("files", {})
    for path, ranges in shown.lines.items():
        content = content_of(session, path)
        if content is not None and files.get(path) == content_hash(content).hex():
            record_shown(ledger, number, path, content, ranges)
    if shown.symbols:
        with ledger.transaction():
            ledger.put_symbols(number, shown.symbols)


def content_of(session: Session, path: str) -> bytes | None:
    """Bytes that a file of the workspace has on disk; None when it cannot be read."""
    from ...indexer.text import UnreadableError, read

    workspace = session.index.workspace
    try:
        return read(workspace.absolute(path), workspace.config.max_file_size)
    except (UnreadableError, ValueError):
        return None
