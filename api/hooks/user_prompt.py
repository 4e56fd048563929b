"""The event of a user's prompt: record mentioned files, and report files changed by others."""

from __future__ import annotations

from .messages import USER_PROMPT, add_context
from .reads import mentioned_lines, record_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Event
    from .messages import Answer


def answer(event: Event) -> Answer | None:
    """Return what has changed of what the agent has read."""
    changed = event.changed_outside()
    prompt = event.payload.text("prompt")
    if "@" in prompt:
        found = mentioned_lines(prompt, event.payload.text("cwd"))
        record_lines(event.session, event.ledger, event.number, found)
    if not changed:
        return None
    return add_context(
        USER_PROMPT, "\n".join(["flux-index: files changed since they were read.", *changed])
    )
