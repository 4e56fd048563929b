"""``flux-index status``: the operation of that name, as a command."""

from __future__ import annotations

from ..operations.table import OPERATIONS
from .query import ask


def run(*, workspace: str, format: str, json: bool) -> int:  # noqa: A002 - the option's name
    """Show the state of the index."""
    shape = "json" if json else format
    return ask(OPERATIONS["status"], {}, (), start=workspace, shape=shape)
