"""The event before a tool runs: an edit that invents is refused, and one in the dark is lit."""

from __future__ import annotations

from functools import partial

from ...indexer.errors import OutOfTimeError
from ..sessions import OBSERVE
from ..sessions.guard import allow_write
from ..sessions.read_log import content_of
from ..tasks.observed import Edited, observe_edit
from . import plan_text
from .edits import SHELL, edit_of
from .event import finding_lines
from .messages import PRE_TOOL, add_context, deny
from .shell_writes import shell_begins
from .still_there import still_there
from .unseen import unseen_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .edits import Edit
    from .event import Event, Item
    from .messages import Answer


def answer(event: Event) -> Answer | None:
    """Return a refusal, or what is to be known beside the edit, or None."""
    tool = event.payload.tool
    if tool == plan_text.TOOL:
        return plan_text.answer(event)
    if tool in SHELL:
        shell_begins(event)
    edit = edit_of(event.session, event.payload)
    if edit is None:
        return None
    # What is invented matters most, if there is no time for both. Told at once: whoever is refused
    # twice for one write does not know what to believe.
    invented = "" if event.mode == OBSERVE else _nonexistent(event, edit)
    try:
        refusal, beside = unseen_code(event, edit)
    except OutOfTimeError:
        event.notes.append("there was no time to look at what the edit rests on")
        refusal, beside = [], []
    reasons = [*filter(None, [invented]), *refusal]
    if reasons:
        for path in edit.contents:
            event.ledger.tell(event.number, f"refused:{path}")  # for people: see tasks/timeline
        return deny("\n".join(reasons))
    with event.ledger.transaction():
        for path in edit.contents:
            old = content_of(event.session, path)
            for number in {event.number: None, event.main: None}:
                event.ledger.put_original(number, path, old)
            event.ledger.put_edit(event.number, event.payload.call, path, old)
        allow_write(event.session, event.ledger, event.number, edit.contents)
    return add_context(PRE_TOOL, "\n".join(beside)) if beside else None


def _nonexistent(event: Event, edit: Edit) -> str:
    """Return sentences on what an edit uses and does not exist, as far as there was time."""
    from ..check.edits import proposed
    from .judge import faults, invented_among, inventions

    # With other contents a workspace is of the moment that these are of, and does not catch up.
    session = event.session.with_contents(edit.before) if edit.before else event.session
    change = proposed(session, edit.contents)
    judged: list[Item] | None = None
    if event.is_hurried and not edit.before:
        found = inventions(event, change, is_whole=edit.is_whole)
    else:
        judged = faults(event, change, is_whole=edit.is_whole)
        found = invented_among(judged, change)
    # Nor can one file after the other be written when each is refused for what is in the next: who
    # proposes it again was told, and means it. What is still missing at the end is told then.
    unseen = [each for each in found if event.ledger.tell(event.main, _key(each))]
    if not unseen:
        if judged is not None:
            _store_faults(event, judged)
        return ""
    edited = Edited(edit.contents, found, is_refused=True, is_partly_judged=event.is_partly_judged)
    observe_edit(event.ledger, event.payload.handle, edited, partial(still_there, event))
    for each in found:
        event.ledger.tell(event.main, f"told:{each['id']}")
    return "\n".join(
        [
            "flux-index: this write uses what does not exist in this code base.",
            *finding_lines(event, found),
            "If one of your next steps writes it, propose this again: this is refused only once.",
        ]
    )


def _key(item: Item) -> str:
    """Return the key under which a session is told once that something is missing."""
    return f"absent:{item['rule']}:{item['message']}"


def _store_faults(event: Event, found: list[Item]) -> None:
    """Store what is to be told when the edit has landed."""
    import json

    verdict = {"items": found, "partly": event.is_partly_judged}
    event.ledger.put_verdict(event.number, event.payload.call, json.dumps(verdict))
