"""An event of a host, with the workspace, the agent's session and a time limit."""

from __future__ import annotations

import time

from ...indexer.errors import OutOfTimeError
from ..quoting import quoted
from ..sessions.read_log import content_of, known_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace
    from .messages import Payload

    Item = Mapping[str, Any]


# Time on the clock for each second of computing: for a busy machine, or a slow disk.
_WAITED = 8


class Event:
    """An event to be answered."""

    __slots__ = ("_seconds", "_until", "ledger", "mode", "notes", "number", "payload", "session")

    def __init__(
        self, session: OpenWorkspace, ledger: Ledger, payload: Payload, mode: str, seconds: float
    ) -> None:
        """``mode`` is the guard's, see :data:`~flux_index.api.sessions.MODES`.

        Hosts wait for a hook: it answers with what it has found when this process has computed for
        so many ``seconds``.
        """
        self.session = session
        self.ledger = ledger
        self.payload = payload
        self.mode = mode
        self.number = ledger.begin(payload.handle, "hook")
        self.notes: list[str] = []
        """Why something was not done, for the log."""
        self._seconds = seconds
        self._until = time.monotonic() + _WAITED * seconds
        session.interrupt = self.check_time

    def check_time(self) -> None:
        """Raise OutOfTimeError when it is time to answer."""
        if time.process_time() > self._seconds or time.monotonic() > self._until:
            raise OutOfTimeError

    def changed_outside(self, paths: Mapping[str, object] | None = None) -> list[str]:
        """Return sentences on files that others have changed since they were shown; each once."""
        found: list[str] = []
        for path in self.ledger.all_seen(self.number):
            if paths is not None and path not in paths:
                continue
            content = content_of(self.session, path)
            if content is None:
                if self.ledger.tell(self.number, f"gone:{path}"):
                    found.append(f"{path} is gone.")
                continue
            state = known_file(self.ledger, self.number, path, content)
            if state.changed and self.ledger.tell(
                self.number, f"changed:{path}:{state.digest.hex()}"
            ):
                found.append(f"{path} is not what was read of it: {changed_lines(state.changed)}.")
        return found


def changed_lines(ranges: list[tuple[int, int]]) -> str:
    """Return a phrase on ranges of lines, counted from 1."""
    listed = [f"{first + 1}-{last}" if last > first + 1 else f"{last}" for first, last in ranges]
    more = f" and {len(listed) - 6} more places" if len(listed) > 6 else ""
    return f"lines {', '.join(listed[:6])}{more} have changed"


_MOST_FINDINGS = 8
_MOST_NEAREST = 3


def finding_lines(event: Event, items: Sequence[Item]) -> list[str]:
    """Return lines on findings and on the nearest symbols, which count as shown then.

    ``items`` are as the operation ``validate`` answers them.
    """
    shown: list[str] = []
    symbols: list[tuple[str, str, str]] = []
    for item in items[:_MOST_FINDINGS]:
        line = item["range"]["start"]["line"] + 1
        text_of_finding = f"{item['message']} ({item['rule']}, {item['evidence']})"
        shown.append(f"- {item['path']}:{line} {text_of_finding}")
        for near in [each for each in item["nearest"] if each["path"]][:_MOST_NEAREST]:
            text = near.get("signature", "")
            symbols.append((near["path"], near["name"], text))
            text = text if text.startswith(("(", "[", "async (")) else ""
            place = f"{near['path']}:{near['range']['start']['line'] + 1}"
            line = f"    exists: {near['name']}{text} at {place}"
            if line not in shown:
                shown.append(line)
    if len(items) > _MOST_FINDINGS:
        shown.append(f"- and {len(items) - _MOST_FINDINGS} more")
    with event.ledger.transaction():
        event.ledger.put_symbols(event.number, symbols)
    return quoted(shown)
