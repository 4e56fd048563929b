"""Code that an edit rests on and the session has not seen: handed over beside it, or a refusal.

An edit that names the lines that it replaces has proved that it knows them. One that writes a
whole file over another one may lose what was not seen of it, for which alone it is refused, and
only where all that the session has read was heard of.
"""

from __future__ import annotations

from ..quoting import quoted
from ..sessions import OBSERVE
from ..sessions.guard import (
    API,
    CHANGED,
    UNREAD,
    ToRead,
    lines_around,
    lines_to_read,
    prove,
    supply_text,
)
from .edits import Edit
from .hosts import takes_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Event

# Models for which Claude Code itself lets nobody edit a file that was not read, or has changed.
_ENFORCED = ("claude-opus-4-6", "claude-haiku-4-5")
# Characters that are handed over beside an edit, and functions that a new file uses.
_BESIDE = 2_500
_FUNCTIONS = 6


def unseen_code(event: Event, edit: Edit) -> tuple[list[str], list[str]]:
    """Return sentences for which an edit is refused, and those that are told beside it."""
    if event.mode in ("off", OBSERVE):
        return [], []
    session, ledger, number = event.session, event.ledger, event.number
    is_strict = event.mode != "auto"
    if not is_strict and not edit.is_whole:
        prove(session, ledger, number, edit.contents, edit.replaced)
    wanted = lines_to_read(session, ledger, number, edit.contents)
    if is_strict:
        if wanted and event.mode == "supply":
            supply_text(session, ledger, number, wanted)
        return ([_reading_needed(wanted)] if wanted else []), []
    if not event.is_followed():
        return [], []
    lost = [each for each in wanted if each.why in (UNREAD, CHANGED)]
    if lost and not _is_enforced(event):
        supply_text(session, ledger, number, lost)
        return [_reading_needed(lost)], []
    if not takes_context(event.payload.host):
        return [], []
    used = [each for each in wanted if each.why == API and each.is_function]
    around = lines_around(session, ledger, number, edit.contents) if not edit.is_whole else []
    return [], _beside(event, [*around, *used[:_FUNCTIONS]])


def _is_enforced(event: Event) -> bool:
    """True if the host itself is known to ask for reading before editing."""
    if event.payload.tool == "apply_patch":
        return False
    _, model, _ = event.ledger.facts(event.main)
    return any(name in model for name in _ENFORCED)


def _beside(event: Event, wanted: list[ToRead]) -> list[str]:
    """Return lines that are told beside an edit; they count as shown then."""
    shown = supply_text(event.session, event.ledger, event.number, wanted, _BESIDE)
    if not shown:
        return []
    lines = [line for each in shown for line in [f"{each.path}:", *_numbered(each)]]
    return ["flux-index: around this edit, not seen before in this session:", *quoted(lines)]


def _numbered(each: ToRead) -> list[str]:
    lines = each.text.split("\n")
    return [f"{number:6}\t{line}" for number, line in enumerate(lines, each.first + 1)]


def _reading_needed(wanted: list[ToRead]) -> str:
    """Return what has to be read, with the lines that are handed over."""
    sentences = [
        "flux-index: this write rests on code that this session has not seen as it is now."
    ]
    lines: list[str] = []
    for each in wanted:
        lines.append(f"- {each.reason()}")
        if each.text:
            lines += _numbered(each)
    sentences += quoted(lines)
    if all(each.text for each in wanted):
        sentences.append("All of it is shown above and counts as read.")
    elif any(each.text for each in wanted):
        sentences.append(
            "What is shown above counts as read; the other lines are still to be read."
        )
    else:
        sentences.append("These lines have to be read first.")
    return "\n".join(sentences)
