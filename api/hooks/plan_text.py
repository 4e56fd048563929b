"""The event before a plan is shown to its user: the names in its text, each looked up.

It only adds what is known. A plan is the user's to judge, and it may name what is still to be made.
"""

from __future__ import annotations

import re

from ...indexer.errors import InvalidArgumentsError, OutOfTimeError
from ..check.existence import look_up
from ..quoting import quoted
from ..source.entity_views import symbol
from .event import nearest_lines
from .messages import PRE_TOOL, add_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...indexer.inference.inference import Inference
    from .event import Event
    from .messages import Answer

TOOL = "ExitPlanMode"
"""Claude Code's tool that ends planning; the host puts the text of the plan into its input."""

# A name as code is written in plans: dotted, perhaps with arguments, in back quotes.
_CODE = re.compile(r"`([A-Za-z_][\w.]*(?:\([^`()]{0,200}\))?)`")
_CALLED = re.compile(r"(?<![\w./`])([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?=\()")
_FILE = re.compile(r"\.(?:py|pyi|md|toml|txt|json|ya?ml|cfg|ini|html?|js|css|sh|lock)$")
_MOST_NAMES, _MOST_TOLD = 40, 8


def answer(event: Event) -> Answer | None:
    """Return what does not exist of what a plan names, with what does; None if all of it may."""
    text = event.payload.tool_input.get("plan")
    if not isinstance(text, str) or not text.strip():
        return None
    inference = event.session.inference(whole=True)
    told: list[str] = []
    try:
        for name in names_in(text):
            told += _missing(event, inference, name)
            if len(told) >= _MOST_TOLD:
                break
    except OutOfTimeError:
        event.notes.append("there was no time to look up all that the plan names")
    if not told:
        return None
    head = "flux-index: this plan names what is not in this code base, unless it is to be made."
    return add_context(PRE_TOOL, "\n".join([head, *quoted(told)]))


def names_in(text: str) -> Iterator[str]:
    """Yield the dotted names and calls in a plan, each once, the first ones only."""
    found = dict.fromkeys(
        name
        for pattern in (_CODE, _CALLED)
        for name in pattern.findall(text)
        if "." in name.partition("(")[0].strip(".") and not _FILE.search(name)
    )
    yield from list(found)[:_MOST_NAMES]


def _missing(event: Event, inference: Inference, name: str) -> list[str]:
    """Return lines on a name that does not exist, or is not called so."""
    try:
        known = look_up(inference, name)
    except InvalidArgumentsError:
        return []
    if known.verdict != "missing":
        return []
    near = [symbol(inference, each) for each in known.nearest]
    return [f"- `{name}`: {known.reason}", *nearest_lines(event, near)]
