"""An event of a host, with the workspace, the agent's session and a time limit."""

from __future__ import annotations

import time

from ...indexer.errors import OutOfTimeError
from ..quoting import quoted
from ..sessions.read_log import content_of, known_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace
    from .messages import Payload

    Item = Mapping[str, Any]


# What a session is told first of all, so to say, and that some of its reading was not heard of.
FOLLOWED, GAP = "followed", "gap"
# Time on the clock for each second of computing: for a busy machine, or a slow disk. A serving
# process answers within what is waited for it, with what it has found by then.
_WAITED, _WAITED_FOR_SERVER = 8, 3
_LOOK_EVERY = 0.01


class Event:
    """An event to be answered."""

    __slots__ = (
        "_computed", "_next_look", "_seconds", "_until", "is_hurried", "is_partly_judged", "ledger",
        "main", "mode", "notes", "number", "payload", "session",
    )  # fmt: skip

    def __init__(
        self,
        session: OpenWorkspace,
        ledger: Ledger,
        payload: Payload,
        mode: str,
        seconds: float,
        computed: Callable[[], float] = time.process_time,
    ) -> None:
        """``mode`` is the guard's, see :data:`~flux_index.api.sessions.MODES`.

        Hosts wait for a hook: it answers with what it has found when so many ``seconds`` were
        ``computed``, by default by this process since it began.
        """
        self.session = session
        self.ledger = ledger
        self.payload = payload
        self.mode = mode
        self.main = ledger.begin(payload.handle, "hook")
        """What all agents of the session have in common: what was written and what was told."""
        self.number = self.main
        """What this agent was shown."""
        if payload.agent:
            self.number = ledger.begin(f"{payload.handle}:{payload.agent}", "hook")
        self.notes: list[str] = []
        """Why something was not done, for the log."""
        self.is_partly_judged = False
        """True if there was no time to judge all of an edit."""
        self.is_hurried = computed is time.process_time
        """True if what can wait for the next event of the host has to."""
        self._computed = computed
        self._seconds = seconds
        self._next_look = 0.0
        waited = _WAITED if self.is_hurried else _WAITED_FOR_SERVER
        self._until = time.monotonic() + waited * seconds
        session.interrupt = self.check_time

    def check_time(self) -> None:
        """Raise OutOfTimeError when it is time to answer."""
        now = time.monotonic()
        # Asking what was computed may take a millisecond, where systems run in others.
        if now > self._next_look:
            self._next_look = now + _LOOK_EVERY
            if self._computed() > self._seconds or now > self._until:
                raise OutOfTimeError

    def is_followed(self) -> bool:
        """True if every tool of the session was heard of from its start."""
        return self.ledger.was_told(self.main, FOLLOWED) and not self.ledger.was_told(
            self.main, GAP
        )

    def knows(self, path: str, first: int, last: int | None = None) -> bool:
        """True if lines of a file were shown, or were written, as they are now; all by default."""
        content = content_of(self.session, path)
        if content is None:
            return False
        for number in {self.number: None, self.main: None}:
            known = known_file(self.ledger, number, path, content)
            end = len(known.lines)
            last = end if last is None else min(last, end)
            if known.is_met and (known.covers(first, last) or not end):
                return True
        return False

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
    if len(ranges) == 1 and "-" not in listed[0]:
        return f"line {listed[0]} has changed"
    more = f" and {len(listed) - 6} more places" if len(listed) > 6 else ""
    return f"lines {', '.join(listed[:6])}{more} have changed"


_MOST_FINDINGS = 8
_MOST_NEAREST = 3


def finding_lines(event: Event, items: Sequence[Item]) -> list[str]:
    """Return lines on findings and on the nearest symbols, which count as shown then.

    ``items`` are as the operation ``validate`` answers them.
    """
    shown: list[str] = []
    for item in items[:_MOST_FINDINGS]:
        line = item["range"]["start"]["line"] + 1
        text_of_finding = f"{item['message']} ({item['rule']}, {item['evidence']})"
        path = item["path"].replace(".ipynb.py", ".ipynb")
        shown.append(f"- {path}:{line} {text_of_finding}")
        shown += [each for each in nearest_lines(event, item["nearest"]) if each not in shown]
    if len(items) > _MOST_FINDINGS:
        shown.append(f"- and {len(items) - _MOST_FINDINGS} more")
    return quoted(shown)


def nearest_lines(event: Event, symbols: Sequence[Item]) -> list[str]:
    """Return lines on the first of some symbols that exist, which count as shown then."""
    shown: list[str] = []
    known: list[tuple[str, str, str]] = []
    for near in [each for each in symbols if each["path"]][:_MOST_NEAREST]:
        text = near.get("signature", "")
        known.append((near["path"], near["name"], text))
        text = text if text.startswith(("(", "[", "async (")) else ""
        place = f"{near['path']}:{near['range']['start']['line'] + 1}"
        shown.append(f"    exists: {near['name']}{text} at {place}")
    if known:
        with event.ledger.transaction():
            event.ledger.put_symbols(event.number, known)
    return shown
