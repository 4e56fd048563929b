"""Targets that a person types after an operation, as arguments of that operation.

A target is a dotted name, a file, or a place in a file as editors and compilers write it,
``FILE:LINE[:COLUMN]`` counted from 1; operations count from 0 and in UTF-16.
"""

from __future__ import annotations

import os
import sys

from ...indexer.errors import InvalidArgumentsError
from .place import character, split_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...indexer.index import Index
    from ...indexer.workspace import Workspace
    from ..operations.table import Operation

# Operations whose target may have several words.
_MANY_WORDS = ("symbols", "context", "reuse")
_SOURCE_SUFFIXES = (".py", ".pyi")


def placeholder(operation: Operation) -> str:
    """Return what help calls the target; empty if the operation takes none."""
    takes = operation.takes
    if "task" in takes:
        return "TASK"
    if not takes.isdisjoint(("paths", "diff")):
        return ""  # options describe an edit
    if "query" in takes:
        return "NAME" if operation.name == "exists" else "TEXT"
    if "line" in takes:
        return "NAME|FILE:LINE[:COL]" if "name" in takes else "FILE:LINE[:COL]"
    return "FILE|NAME" if "path" in takes else ""


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
    if "task" in operation.takes and "paths" in arguments:
        arguments["paths"] = [workspace_path(each, index.workspace) for each in options["paths"]]
    return arguments


def check(operation: Operation, options: Mapping[str, Any], targets: Sequence[str]) -> None:
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
    instead = [option for option in instead if option in takes and option in options]
    if targets and instead:
        raise InvalidArgumentsError(
            f"{name} is given {targets[0]!r} and --{instead[0]}: it takes one of them"
        )
    # These do without a target, but can also stand beside one.
    beside = "base" in options or ("task" in takes and "paths" in options)
    if wanted and not targets and not instead and not beside:
        # Late, since only this mistake needs it.
        from .examples import example

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
