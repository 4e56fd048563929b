"""A hook's question: the event, the workspace, the agent's session, and how long it may take."""

from __future__ import annotations

import time

from ..check.deadline import OutOfTimeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import Session
    from .wire import Payload

# Time on the clock for each second of computing: for a busy machine, or a slow disk.
_WAITED = 8


class Asked:
    """What all events need to be answered."""

    __slots__ = ("_seconds", "_until", "ledger", "mode", "notes", "number", "payload", "session")

    def __init__(
        self, session: Session, ledger: Ledger, payload: Payload, mode: str, seconds: float
    ) -> None:
        """``mode`` says what the guard does: see :data:`.run.MODES`.

        Hosts wait for a hook: what it has found when this process has computed for so many
        ``seconds`` is what it says.
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
        """Sentences on what was shown and has been changed since, not by this agent; each once."""
        from ..sessions.knowledge import known
        from ..sessions.read_log import content_of

        found: list[str] = []
        for path in self.ledger.all_seen(self.number):
            if paths is not None and path not in paths:
                continue
            content = content_of(self.session, path)
            if content is None:
                if self.ledger.tell(self.number, f"gone:{path}"):
                    found.append(f"{path} is gone.")
                continue
            state = known(self.ledger, self.number, path, content)
            if state.changed and self.ledger.tell(
                self.number, f"changed:{path}:{state.digest.hex()}"
            ):
                found.append(f"{path} is not what was read of it: {spans(state.changed)}.")
        return found


def spans(ranges: list[tuple[int, int]]) -> str:
    """Lines that changed, counted from 1."""
    listed = [f"{first + 1}-{last}" if last > first + 1 else f"{last}" for first, last in ranges]
    more = f" and {len(listed) - 6} more places" if len(listed) > 6 else ""
    return f"lines {', '.join(listed[:6])}{more} have changed"
