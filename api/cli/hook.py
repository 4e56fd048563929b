"""``flux-index hook``: an agent's host tells an event, and is told what there is to say of it."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError
from ..hooks.run import MODES
from ..hooks.wire import EVENTS
from .options import HELP, Parameter, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# Hosts wait, and so does a person: a hook is to take no longer than 0.3 s as a whole process.
_SECONDS = 0.22
# Before a write there is least to do behind that, and most to be found.
_SECONDS_BEFORE_WRITE = 0.25

PARAMETERS = (
    Parameter(
        "guard",
        "string",
        "What to do with an edit of lines that were not read: `supply` refuses it and hands the "
        "lines over, `refuse` only names them, `auto` is `supply` where the host does not ask for "
        "the same, `off` does nothing.",
        default="auto",
        choices=MODES,
    ),
    Parameter(
        "seconds",
        "number",
        "Computing time after which it answers with what it has found until then; by default so "
        "much that the whole process takes less than 0.3 s.",
    ),
    HELP,
)


def run(arguments: Sequence[str]) -> int:
    """Answer the event on standard input; raises InvalidArgumentsError for an unknown one."""
    values, rest = parse(arguments, PARAMETERS, "hook")
    if len(rest) != 1 or rest[0] not in EVENTS:
        raise InvalidArgumentsError(f"hook takes one of {', '.join(EVENTS)}")
    from ..hooks.run import run as answer

    usual = _SECONDS_BEFORE_WRITE if rest[0] == "pre-tool" else _SECONDS
    return answer(rest[0], values.get("guard", "auto"), values.get("seconds", usual))
