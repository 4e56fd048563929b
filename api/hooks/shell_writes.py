"""What a session's shell commands changed: files whose last change is of the time of a command.

The commands themselves do not tell. What somebody else changed before a command, between two or
after them is not taken for the session's work.
"""

from __future__ import annotations

import os
import time

from ..sessions.read_log import differing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Event

_BEGUN, _ENDED = "shell-begun:", "shell-ended:"
# A command whose end nobody tells is over when the next one begins, or after so many seconds.
_LONGEST = 600.0
# File systems may tell a time of the clock's last tick.
_TICK = 0.02
# More files than this are no edit but another branch.
_MOST = 40


def shell_begins(event: Event) -> None:
    """Note that a command begins."""
    event.ledger.tell(event.main, _BEGUN + event.payload.call)


def shell_ended(event: Event) -> None:
    """Note that a command has ended, unless it goes on behind the agent's back."""
    if not event.payload.tool_input.get("run_in_background"):
        event.ledger.tell(event.main, _ENDED + event.payload.call)


def changed_by_shell(event: Event) -> dict[str, bytes | None]:
    """Return files that commands changed, with their contents before, where these are known."""
    spans = _spans(event)
    _, _, files = event.ledger.facts(event.main)
    if not spans or not files:
        return {}
    index = event.session.index
    changed = {
        path: kept
        for path, kept in differing(files, index.view().files).items()
        if _is_within(index.workspace.absolute(path), spans)
    }
    if len(changed) > _MOST:
        event.notes.append(f"commands changed {len(changed)} files: they are not judged")
        return {}
    # Late: most commands change nothing.
    from ..sessions.committed import committed_contents

    found = committed_contents(event.session, changed)
    unknown = sorted(changed.keys() - found.keys())
    if unknown:
        event.notes.append(f"what {', '.join(unknown[:5])} was before a command is not known")
    return found


def _spans(event: Event) -> list[tuple[float, float]]:
    """Return the beginnings and ends of commands."""
    begun = event.ledger.told(event.main, _BEGUN)
    ended = event.ledger.told(event.main, _ENDED)
    starts = sorted(begun.values())
    now = time.time()
    found: list[tuple[float, float]] = []
    for call, start in begun.items():
        later = [each for each in starts if each > start]
        end = ended.get(call, min([*later[:1], now, start + _LONGEST]))
        found.append((start - _TICK, end + _TICK))
    return found


def _is_within(path: str, spans: list[tuple[float, float]]) -> bool:
    """True if a file, or the folder that it is gone from, was changed last during a command."""
    while True:
        try:
            changed = os.stat(path).st_ctime
            return any(start <= changed <= end for start, end in spans)
        except FileNotFoundError:
            parent = os.path.dirname(path)
            if parent == path:
                return False
            path = parent
        except OSError:
            return False
