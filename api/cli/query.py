"""``flux-index query``: one question, read from the table of operations, asked and shown."""

from __future__ import annotations

import os
import sys

from ...indexer.errors import InvalidArgumentsError
from ..open_workspace import OpenWorkspace
from ..operations.table import OPERATIONS
from ..render.answers import render
from ..render.compact import CompactStyle
from ..render.table import TableStyle
from .options import COMMON, parse, suggestion
from .output import in_colour, is_terminal, say, width, write
from .remote import ask as answer_of
from .target import check, with_target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..operations.table import Operation

FOUND, NOTHING_FOUND = 0, 1


def run(arguments: Sequence[str]) -> int:
    """Answer ``[OPERATION [TARGET]] [options]``; returns the exit code."""
    common: dict[str, Any] = {}
    rest = arguments
    if rest and rest[0].startswith("-"):
        common, rest = parse(rest, COMMON, "query", only_leading=True)
    if not rest:
        # Late here and below, since no query needs help texts.
        from .help import operations_help

        write(operations_help())
        return FOUND
    operation = OPERATIONS.get(rest[0])
    if operation is None:
        near = suggestion(rest[0], OPERATIONS) or f", but {', '.join(OPERATIONS)}"
        raise InvalidArgumentsError(f"there is no operation {rest[0]!r}{near}")
    options, targets = parse(rest[1:], (*operation.parameters, *COMMON), operation.name)
    options = {**common, **options}
    if options.pop("help", False):
        from .help import operation_help

        write(operation_help(operation))
        return FOUND
    shape = options.pop("format", "table")
    if options.pop("json", False):
        shape = "json"
    start = options.pop("workspace", "")
    check(operation, options, targets)
    return ask(operation, options, targets, start=start, shape=shape)


def ask(
    operation: Operation,
    options: Mapping[str, Any],
    targets: Sequence[str],
    *,
    start: str,
    shape: str,
) -> int:
    """Ask the index of the workspace around ``start``, and show the answer."""
    if start and not os.path.exists(start):
        raise InvalidArgumentsError(f"--workspace: there is no {start}")
    session = OpenWorkspace.open(start or os.getcwd())
    try:
        arguments = with_target(operation, options, targets, session.index)
        answer = answer_of(session, operation.name, arguments)
        root = session.index.workspace.root
        notes = session.index.notes
    finally:
        session.close()
    write(rendered(operation, answer, arguments, root, shape))
    for note in notes:
        say(f"flux-index: {note}")
    return exit_code(operation, answer)


def rendered(
    operation: Operation,
    answer: Mapping[str, Any],
    arguments: Mapping[str, Any],
    root: str,
    shape: str,
) -> str:
    """Return an answer in one of the formats."""
    stream = sys.stdout
    if shape == "json":
        # Late, since answers in words need no JSON.
        from ..render.json_text import json_text

        return json_text(answer, on_terminal=is_terminal(stream))
    if shape == "compact":
        style = CompactStyle(operation.name, arguments, root, os.getcwd())
    else:
        style = TableStyle(
            operation.name,
            arguments,
            root,
            os.getcwd(),
            width=width(stream),
            colour=in_colour(stream),
        )
    return render(operation.result, answer, style)


def exit_code(operation: Operation, answer: Mapping[str, Any]) -> int:
    """Return 0 if something was found; a state always is, an API only if it exists."""
    match operation.result:
        case "StatusAnswer":
            found = True
        case "ExistsAnswer":
            found = answer["verdict"] == "exists"
        case "GuardAnswer":
            found = answer["verdict"] == "allowed"
        case "Judgement":
            found = not answer["counts"]["error"]
        case "Mending":
            found = answer["verdict"] != "broken"
        case _:
            found = bool(answer["total"])
    return FOUND if found else NOTHING_FOUND
