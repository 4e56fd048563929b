"""``flux-index query``: one question, read from the table of operations, asked and shown."""

from __future__ import annotations

import os
import sys

from ...indexer.errors import InvalidArgumentsError
from ..operations.table import OPERATIONS
from ..render.view import View
from .options import HELP, Parameter, parse, suggestion
from .output import in_colour, is_terminal, width, write
from .remote import ask as answered
from .target import check, with_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..operations.table import Operation

FOUND, NOTHING_FOUND = 0, 1

COMMON = (
    Parameter(
        "workspace",
        "string",
        "A folder or file of the workspace to ask; by default the current folder.",
    ),
    Parameter(
        "format",
        "string",
        "`table` for people, `compact` for language models, `json` for programs.",
        default="table",
        choices=("table", "compact", "json"),
    ),
    Parameter("json", "boolean", "The same as `--format json`.", default=False),
    HELP,
)
"""What every query takes besides the parameters of its operation."""


def run(arguments: Sequence[str]) -> int:
    """Answer ``query [OPERATION [TARGET]] [options]``; returns the exit code."""
    common, rest = parse(arguments[1:], COMMON, "query", only_leading=True)
    if not rest:
        from .help import operations_help

        write(operations_help())
        return FOUND
    operation = OPERATIONS.get(rest[0])
    if operation is None:
        near = suggestion(rest[0], OPERATIONS)
        raise InvalidArgumentsError(
            f"there is no operation {rest[0]!r}{near}"
            if near
            else f"there is no operation {rest[0]!r}, but {', '.join(OPERATIONS)}"
        )
    given, targets = parse(rest[1:], (*operation.parameters, *COMMON), operation.name)
    given = {**common, **given}
    if given.pop("help", False):
        from .help import operation_help

        write(operation_help(operation))
        return FOUND
    shape = given.pop("format", "table")
    if given.pop("json", False):
        shape = "json"
    start = given.pop("workspace", "")
    check(operation, given, targets)
    return ask(operation, given, targets, start=start, shape=shape)


def ask(
    operation: Operation,
    given: Mapping[str, Any],
    targets: Sequence[str],
    *,
    start: str,
    shape: str,
) -> int:
    """Ask the index of the workspace around ``start`` and show the answer."""
    from ..open_workspace import Session

    if start and not os.path.exists(start):
        raise InvalidArgumentsError(f"--workspace: there is no {start}")
    session = Session.open(start or os.getcwd())
    try:
        asked = with_target(operation, given, targets, session.index)
        answer = answered(session, operation.name, asked)
        root = session.index.workspace.root
        notes = session.index.notes
    finally:
        session.close()
    write(rendered(operation, answer, asked, root, shape))
    if notes:
        from .output import say

        for note in notes:
            say(f"flux-index: {note}")
    return exit_code(operation, answer)


def rendered(
    operation: Operation, answer: Mapping[str, Any], asked: Mapping[str, Any], root: str, shape: str
) -> str:
    """An answer in one of the formats."""
    if shape == "json":
        import json

        if is_terminal(sys.stdout):
            return json.dumps(answer, indent=2, ensure_ascii=False) + "\n"
        return json.dumps(answer) + "\n"
    if shape == "compact":
        from ..render.compact import render

        view = View(operation.name, asked, root, os.getcwd())
    else:
        from ..render.table import render

        stream = sys.stdout
        view = View(
            operation.name,
            asked,
            root,
            os.getcwd(),
            width=width(stream),
            colour=in_colour(stream),
        )
    return render(operation.result, answer, view)


def exit_code(operation: Operation, answer: Mapping[str, Any]) -> int:
    """0 when something was found; a state is always found, an API only if it exists."""
    if operation.result == "ExistsAnswer":
        return FOUND if answer["verdict"] == "exists" else NOTHING_FOUND
    if operation.result == "GuardAnswer":
        return FOUND if answer["verdict"] == "allowed" else NOTHING_FOUND
    if operation.result == "Judgement":
        return NOTHING_FOUND if answer["counts"]["error"] else FOUND
    if operation.result == "Mending":
        return NOTHING_FOUND if answer["verdict"] == "broken" else FOUND
    return FOUND if answer["total"] or operation.result == "StatusAnswer" else NOTHING_FOUND
