"""``flux-index query``: one question, read from the table of operations, asked and shown.

A target is a dotted name, a file, or a place in a file as editors and compilers write it,
``FILE:LINE[:COLUMN]`` counted from 1; operations count from 0 and in UTF-16.
"""

from __future__ import annotations

import os
import sys
import time

from ...indexer.errors import InvalidArgumentsError, OutOfWorkError
from ..operations.table import OPERATIONS, Operation, call
from ..render.answers import render
from ..render.styles import CompactStyle, TableStyle
from ..render.words import json_text
from .opening import open_workspace
from .options import COMMON, parse, placeholder, suggestion
from .output import in_colour, is_terminal, log, say, width, write
from .place import character, split_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...indexer.index import Index
    from ...indexer.workspace import Workspace
    from ..open_workspace import OpenWorkspace


FOUND, NOTHING_FOUND = 0, 1
_PICTURES = ("dot", "mermaid", "svg")


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
    try:
        options, targets = parse(rest[1:], (*operation.parameters, *COMMON), operation.name)
    except InvalidArgumentsError as error:
        wanted = placeholder(operation)
        if wanted not in ("TASK", "TEXT") or "; did you mean" in str(error):
            raise
        raise InvalidArgumentsError(
            f"{error}; write -- before a {wanted.lower()} that begins with -"
        ) from None
    options = {**common, **options}
    if options.pop("help", False):
        from .help import operation_help

        write(operation_help(operation))
        return FOUND
    shape = options.pop("format", "table")
    if options.pop("json", False):
        shape = "json"
    start = options.pop("workspace", "")
    if shape in _PICTURES:
        check_picture(operation)
    check_targets(operation, options, targets)
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
    session = open_workspace(start)
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


def status(*, workspace: str, format: str, json: bool) -> int:  # noqa: A002 - the option's name
    """Show the state of the index, as the command ``status``."""
    shape = "json" if json else format
    return ask(OPERATIONS["status"], {}, (), start=workspace, shape=shape)


def rendered(
    operation: Operation,
    answer: Mapping[str, Any],
    arguments: Mapping[str, Any],
    root: str,
    shape: str,
) -> str:
    """Return an answer in one of the formats."""
    stream = sys.stdout
    if shape in _PICTURES:
        # Late, here and below: few answers are drawn.
        from ..render.pictures import picture

        return picture(operation.name, answer, arguments, shape)
    if shape == "json":
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
        case "StatusAnswer" | "TaskAnswer" | "TaskBegun" | "StatsAnswer" | "LessonListing":
            found = True
        case "StepAnswer":
            found = answer["verdict"] == "accepted"
        case "PlanAnswer":
            found = answer["verdict"] != "wrong"
        case "VerifyAnswer":
            found = answer["verdict"] != "broken" and answer["fulfilled"]
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


# Operations whose target may have several words.
_MANY_WORDS = ("symbols", "context", "reuse", "task.begin")
_SOURCE_SUFFIXES = (".py", ".pyi")


def with_target(
    operation: Operation, options: Mapping[str, Any], targets: Sequence[str], index: Index
) -> dict[str, Any]:
    """Return the arguments of an operation: options and what the target means.

    Raises InvalidArgumentsError for a target that the operation does not take, and UnknownFileError
    for a place in a file that cannot be read.
    """
    arguments = dict(options)
    if targets:
        arguments.update(_target_arguments(operation, " ".join(targets), index))
    path = arguments.get("path")
    if isinstance(path, str):
        path = workspace_path(path, index.workspace)
        # A path that narrows a search down stays a folder.
        arguments["path"] = path if "query" in arguments else _package_file(path, index.workspace)
    if operation.name in ("context", "task.begin") and "paths" in arguments:
        arguments["paths"] = [workspace_path(each, index.workspace) for each in options["paths"]]
    return arguments


def check_picture(operation: Operation) -> None:
    """Raise InvalidArgumentsError for an operation whose answers cannot be drawn."""
    from ..render.pictures import GRAPHS

    if operation.name not in GRAPHS:
        raise InvalidArgumentsError(
            f"{operation.name} has no picture: {', '.join(GRAPHS)} can be drawn"
        )


def check_targets(operation: Operation, options: Mapping[str, Any], targets: Sequence[str]) -> None:
    """Raise InvalidArgumentsError for what can be refused before an index is opened."""
    name, takes, wanted = operation.name, operation.takes, placeholder(operation)
    if targets and not wanted:
        raise InvalidArgumentsError(f"{name} takes no target, it is given {targets[0]!r}")
    if len(targets) > 1 and name not in _MANY_WORDS:
        raise InvalidArgumentsError(
            f"{name} takes one target, it is given {len(targets)}: {', '.join(targets)}"
        )
    if "task" in takes or name == "symbols":
        instead = ["task"] if "task" in takes else ["query"]
    else:
        instead = ["query", "name", "path", "text"]
    if wanted in ("HANDLE", "TOKEN"):
        instead = ["task", "token"]
    instead = [option for option in instead if option in takes and option in options]
    if targets and instead:
        raise InvalidArgumentsError(
            f"{name} is given {targets[0]!r} and --{instead[0]}: it takes one of them"
        )
    # These do without a target, but can also stand beside one.
    beside = (
        name in ("tests", "task.resume", "task.status")
        or "base" in options
        or ("task" in takes and "paths" in options)
    )
    if wanted and not targets and not instead and not beside:
        # Late, since only this mistake needs it.
        from .help import example

        raise InvalidArgumentsError(
            f"{name} needs a target, {wanted}, as in: {example(operation.name)}"
        )


def workspace_path(path: str, workspace: Workspace) -> str:
    """Return a path as it is called from the root of the workspace.

    It is taken as seen from the current folder, and else from the root, as answers name files.
    """
    if os.path.isabs(path) or path.startswith(".") or os.path.lexists(path):
        inside = workspace.relative(path)
        if inside is not None:
            return inside + "/" if path.endswith(("/", os.sep)) and inside else inside
    return path.replace(os.sep, "/")


def _target_arguments(operation: Operation, target: str, index: Index) -> dict[str, Any]:
    takes = operation.takes
    if operation.name == "task.begin":
        return {"text": sys.stdin.read() if target == "-" else target}
    if operation.name.startswith("task."):
        return {"token" if "token" in takes else "task": target}
    if "task" in takes:
        return {"task": sys.stdin.read() if target == "-" else target}
    if "query" in takes:
        return {"query": target}
    if "text" in takes and ("(" in target or len(target.split()) > 1):
        return {"text": target}  # a stub or a description
    path, line, column = split_place(target) if ":" in target else (target, 0, 0)
    if not line and not _is_path(path) and "name" in takes:
        # An entry point writes its object behind a colon.
        return {"name": target.replace(":", ".")}
    if "line" not in takes:
        return {"path": path}
    path = workspace_path(path, index.workspace)
    if not line:
        if not os.path.exists(index.workspace.absolute(path)):
            raise InvalidArgumentsError(
                f"{target!r} is no place: write a file and a line, perhaps a column, as in "
                "src/app.py:12:5"
            )
        if operation.name == "patterns":  # of modules of one shape
            return {"path": path}
        kinds = "a name or a place" if "name" in takes else "a place"
        raise InvalidArgumentsError(
            f"{operation.name} takes {kinds}: which line of {path}? "
            f"Write {path}:12, or ask for its outline"
        )
    at = character(index.snapshot(), path, line, column)
    return {"path": path, "line": line - 1, "character": at}


def _is_path(target: str) -> bool:
    return "/" in target or os.sep in target or target.endswith(_SOURCE_SUFFIXES)


def _package_file(path: str, workspace: Workspace) -> str:
    """Return the file that makes a folder a package, or the path itself."""
    folder = workspace.absolute(path)
    if not os.path.isdir(folder):
        return path
    for name in ("__init__.py", "__init__.pyi"):
        if os.path.isfile(f"{folder}/{name}"):
            return f"{path}/{name}" if path else name
    return path


# What was written just before the question was asked is taken in first, at most for so long.
_SYNC_MS = 2_000
# A server that says nothing for so long is busy with something else, or hangs.
# A process that left its note more recently is still loading what it needs to answer.
_STARTING_SECONDS = 1.0
_SILENT_SECONDS = 3.0
# An answer is waited for as long as the server shows that it lives, at most for so long.
_SECONDS = 60.0


def answer_of(session: OpenWorkspace, name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Answer an operation as :func:`~..operations.call` does."""
    # What writes is done here: asked twice, as when an answer is late, it would be done twice.
    note = "" if OPERATIONS[name].writes else session.index.lock.read_note()
    started = time.perf_counter()
    answer = _ask_server(session, note, name, arguments) if note else None
    where = "here" if answer is None else f"by {note.partition(' ')[0]}"
    if answer is None:
        answer = call(session, name, arguments)
    log(f"{name} answered {where} in {1000 * (time.perf_counter() - started):.0f} ms")
    return answer


def _ask_server(
    session: OpenWorkspace, note: str, name: str, arguments: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return what the serving process answers; None when it does not, for whatever reason."""
    # Only where a server has left a note: sockets would cost every query.
    from ..rpc.client import Client, unanswered
    from ..rpc.messages import RpcError

    root = session.index.workspace.root
    client = Client.connect(note, root=root, timeout=_SILENT_SECONDS)
    if client is None:
        if session.index.held_elsewhere() and not _is_starting(session.index.lock.path):
            session.index.distrust = unanswered(root)
        return None
    with client:
        try:
            return client.call_current(
                name, dict(arguments), sync_ms=_SYNC_MS, silence=_SILENT_SECONDS, limit=_SECONDS
            )
        except TimeoutError:
            session.index.distrust = unanswered(root)
            return None
        except RpcError as error:
            if error.code == OutOfWorkError.code:  # it would take as much here
                raise OutOfWorkError(error.message) from error
            return None
        except (OSError, ValueError):
            return None


def _is_starting(lock_path: str) -> bool:
    """True if a process has left its note just now: it answers in a moment."""
    try:
        return time.time() - os.stat(lock_path).st_mtime < _STARTING_SECONDS
    except OSError:
        return False
