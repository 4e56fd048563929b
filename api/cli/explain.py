"""``flux-index explain``: why ``validate`` made a finding."""

from __future__ import annotations

import os

from ...indexer.errors import InvalidArgumentsError
from ..operations.table import OPERATIONS
from .options import AS_JSON, FORMAT, Parameter, parse
from .place import split_place
from .query import ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

# fmt: off
PARAMETERS = (
    Parameter("since", "string",
        "A finding of what has changed since this revision; by default of the files as they are, "
        "and of what has changed since HEAD."),
    Parameter("path", "string", "The only file to look in for an id."),
    FORMAT,
    AS_JSON,
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on


def run(arguments: Sequence[str]) -> int:
    """Show why a finding was made; returns 0."""
    values, targets = parse(arguments, PARAMETERS, "explain")
    if len(targets) != 1:
        raise InvalidArgumentsError(
            "explain takes one finding, as in: flux-index explain app.py:12"
        )
    shape = "json" if values.pop("json", False) else values.pop("format", "table")
    values.pop("format", None)
    start = values.pop("workspace", "")
    path, line, column = split_place(targets[0])
    finding = targets[0]
    if line:
        start = start or (path if os.path.exists(path) else "")
        # As seen from the current folder, and else from the root, as answers name files.
        path = os.path.abspath(path) if os.path.exists(path) else path
        finding = f"{path}:{line}:{column}" if column else f"{path}:{line}"
    return ask(OPERATIONS["reasons"], {**values, "finding": finding}, (), start=start, shape=shape)
