"""When the user says something: files mentioned are shown to the model; others may have changed."""

from __future__ import annotations

from .reads import mentioned, put
from .wire import USER_PROMPT, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .event import Asked
    from .wire import Answer


def answer(asked: Asked) -> Answer | None:
    """What has changed of that which the agent has read."""
    changed = asked.changed_outside()
    prompt = asked.payload.text("prompt")
    if "@" in prompt:
        found = mentioned(prompt, asked.payload.text("cwd"))
        put(asked.session, asked.ledger, asked.number, found)
    if not changed:
        return None
    return told(
        USER_PROMPT, "\n".join(["flux-index: files changed since they were read.", *changed])
    )
