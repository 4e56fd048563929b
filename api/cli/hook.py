"""``flux-index hook``: the answer to an event of an agent's host."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

# Hosts wait, and so does a person: a hook is to take no longer than 0.15 s as a whole process.
_SECONDS = 0.14


def run(arguments: Sequence[str]) -> int:
    """Answer the event on standard input; raises InvalidArgumentsError for an unknown one."""
    values: dict[str, Any] = {}
    rest = arguments
    if any(each.startswith("-") for each in arguments):
        # Late, since most events come without options, and then argparse is not needed.
        from .hook_options import PARAMETERS
        from .options import parse

        values, rest = parse(arguments, PARAMETERS, "hook")
    event = " ".join(rest)
    # By its name, as faces do not depend on one another.
    hooks = import_module("...hooks.run", __name__)
    return hooks.run(event, values.get("guard", "auto"), values.get("seconds", _SECONDS))


def __getattr__(name: str) -> object:
    # The command line's help asks for them; events do without.
    if name == "PARAMETERS":
        from .hook_options import PARAMETERS

        return PARAMETERS
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
