"""What answers showed to an agent: lines of files, and symbols with their signatures.

Answers are read by their shape, so that a new operation needs nothing here: whatever has a
``path`` with the ``text`` of lines shows these lines, and a symbol shows its signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer.errors import InvalidArgumentsError
from ...indexer.index_file import content_hash
from ...indexer.text import UnreadableError, read
from .knowledge import open_ledger, record_shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace
    from ..source.text_edits import Ranges


@dataclass(slots=True)
class ShownLines:
    """Lines by path, counted from 0, and (path, name, signature) of symbols."""

    lines: dict[str, Ranges] = field(default_factory=dict[str, "Ranges"])
    symbols: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])

    def add(self, part: Any) -> None:
        """Add what a part of an answer shows."""
        if hasattr(part, "values"):
            path = part.get("path")
            if isinstance(path, str) and path:
                self._add_item(part, path)
            for each in part.values():
                self.add(each)
        elif not isinstance(part, str) and hasattr(part, "__iter__"):
            for each in part:
                self.add(each)

    def _add_item(self, part: Mapping[str, Any], path: str) -> None:
        for first, last in _lines(part):
            self.lines.setdefault(path, []).append((first, last))
        name, signature = part.get("name"), part.get("signature")
        if "kind" in part and isinstance(name, str):
            self.symbols.append((path, name, signature if isinstance(signature, str) else ""))


def _lines(part: Mapping[str, Any]) -> Iterator[tuple[int, int]]:
    """Yield the lines that the text of an item shows."""
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


def record(workspace: OpenWorkspace, handle: str, answer: Mapping[str, Any]) -> None:
    """Record for an agent's session what an answer showed of the workspace's files.

    Raises InvalidArgumentsError if there is no such session.
    """
    with open_ledger(workspace) as ledger:
        record_shown_in(workspace, ledger, session_number(ledger, handle), answer)


def session_number(ledger: Ledger, handle: str) -> int:
    """Return the session of a handle; raise InvalidArgumentsError if there is none."""
    found = ledger.session(handle)
    if found is None:
        raise InvalidArgumentsError(f"there is no session {handle!r}: `begin` opens one")
    return found


def record_shown_in(
    workspace: OpenWorkspace, ledger: Ledger, number: int, answer: Mapping[str, Any]
) -> None:
    """Record what an answer showed, but for files that have changed since it was made."""
    shown = ShownLines()
    shown.add(answer)
    files: Mapping[str, str] = answer.get("files", {})
    for path, ranges in shown.lines.items():
        content = content_of(workspace, path)
        if content is not None and files.get(path) == content_hash(content).hex():
            record_shown(ledger, number, path, content, ranges)
    if shown.symbols:
        with ledger.transaction():
            ledger.put_symbols(number, shown.symbols)


def content_of(workspace: OpenWorkspace, path: str) -> bytes | None:
    """Return the bytes of a file of the workspace on disk; None if it cannot be read."""
    files = workspace.index.workspace
    try:
        return read(files.absolute(path), files.config.max_file_size)
    except (UnreadableError, ValueError):
        return None
