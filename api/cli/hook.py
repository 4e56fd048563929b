"""``flux-index hook``: the answer to an event of an agent's host."""

from __future__ import annotations

from importlib import import_module

from ..operations.table import Parameter
from ..sessions import MODES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# Hosts wait, and so does a person: a hook is to take no longer than 0.3 s as a whole process.
_SECONDS = 0.22
# Before a write there is least to do behind that, and most to be found.
_SECONDS_BEFORE_WRITE = 0.25

# fmt: off
PARAMETERS = (
    Parameter("guard", "string",
        "What to do with an edit of lines that were not read: `supply` refuses it and hands the "
        "lines over, `refuse` only names them, `auto` is `supply` where the host does not ask for "
        "the same, `off` does nothing, with `observe` no hook says anything and all is recorded.",
        default="auto", choices=MODES),
    Parameter("seconds", "number",
        "Computing time after which it answers with what it has found until then; by default so "
        "much that the whole process takes less than 0.3 s."),
)
# fmt: on


def run(arguments: Sequence[str]) -> int:
    """Answer the event on standard input; raises InvalidArgumentsError for an unknown one."""
    values: dict[str, Any] = {}
    rest = arguments
    if any(each.startswith("-") for each in arguments):
        # Late, since most events come without options, and then argparse is not needed.
        from .options import parse

        values, rest = parse(arguments, PARAMETERS, "hook")
    event = " ".join(rest)
    usual = _SECONDS_BEFORE_WRITE if event == "pre-tool" else _SECONDS
    # By its name, as faces do not depend on one another.
    hooks = import_module("...hooks.run", __name__)
    return hooks.run(event, values.get("guard", "auto"), values.get("seconds", usual))
