"""What a person types after an operation, as arguments of that operation.

A target is a dotted name, a file, or a place in a file as editors and compilers write it,
``FILE:LINE[:COLUMN]`` counted from 1; operations count from 0 and in UTF-16.
"""

from __future__ import annotations

import os
import sys

from ...indexer.errors import InvalidArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...indexer.index import Index
    from ...indexer.workspace import Workspace
    from ..operations.table import Operation

# What these are asked for may have several words.
_IN_WORDS = ("symbols", "context", "reuse")
_SOURCE_SUFFIXES = (".py", ".pyi")


def placeholder(operation: Operation) -> str:
    """How the target is called in help; empty when the operation takes none."""
    names = _names(operation)
    if "task" in names:
        return "TASK"
    if "paths" in names or "diff" in names:
        return ""  # options describe an edit
    if "query" in names:
        return "NAME" if operation.name == "exists" else "TEXT"
    if "line" in names:
        return "NAME|FILE:LINE[:COL]" if "name" in names else "FILE:LINE[:COL]"
    return "FILE|NAME" if "path" in names else ""


def with_target(
    operation: Operation, given: Mapping[str, Any], targets: Sequence[str], index: Index
) -> dict[str, Any]:
    """Arguments of an operation: the given options and what the target says.

    Raises InvalidArgumentsError for a target that the operation does not take, and UnknownFileError
    for a place in a file that cannot be read.
    """
    arguments = dict(given)
    if targets:
        arguments.update(_of_target(operation, " ".join(targets), index))
    path = arguments.get("path")
    if isinstance(path, str):
        path = workspace_path(path, index.workspace)
        # A path that narrows a search down stays a folder.
        arguments["path"] = path if "query" in arguments else _package_file(path, index.workspace)
    if "task" in _names(operation) and "paths" in arguments:
        arguments["paths"] = [workspace_path(each, index.workspace) for each in given["paths"]]
    return arguments


def check(operation: Operation, given: Mapping[str, Any], targets: Sequence[str]) -> None:
    """Refuse what can be refused before an index is opened."""
    names = _names(operation)
    wants = placeholder(operation)
    if targets and not wants:
        raise InvalidArgumentsError(f"{operation.name} takes no target, it is given {targets[0]!r}")
    if len(targets) > 1 and operation.name not in _IN_WORDS:
        raise InvalidArgumentsError(
            f"{operation.name} takes one target, it is given {len(targets)}: {', '.join(targets)}"
        )
    asked = [
        name
        for name in ("query", "name", "path", "text", "base")
        if name in names and name in given
    ]
    if "task" in names:
        asked = [name for name in ("task", "paths") if name in given]
        if targets and "task" not in asked:
            return
    if operation.name == "symbols":
        asked = [name for name in asked if name == "query"]
    if targets and asked != ["base"] and asked:
        raise InvalidArgumentsError(
            f"{operation.name} is given {targets[0]!r} and --{asked[0]}: it takes one of them"
        )
    if wants and not targets and not asked:
        from .help import example

        raise InvalidArgumentsError(
            f"{operation.name} needs a target, {wants}, as in: {example(operation.name)}"
        )


def workspace_path(path: str, workspace: Workspace) -> str:
    """What a path is called from the root of the workspace.

    A path is taken as seen from the current folder, and else from the root, as answers name files.
    """
    if os.path.isabs(path) or path.startswith(".") or os.path.lexists(path):
        inside = workspace.relative(path)
        if inside is not None:
            return inside + "/" if path.endswith(("/", os.sep)) and inside else inside
    return path.replace(os.sep, "/")


def _of_target(operation: Operation, target: str, index: Index) -> dict[str, Any]:
    names = _names(operation)
    if "task" in names:
        return {"task": sys.stdin.read() if target == "-" else target}
    if "query" in names:
        return {"query": target}
    if "text" in names and ("(" in target or len(target.split()) > 1):
        return {"text": target}  # a stub or a description
    path, line, column = target, 0, 0
    if ":" in target:
        from .place import split_place

        path, line, column = split_place(target)
    if not line and not _is_path(path) and "name" in names:
        # An entry point writes its object behind a colon.
        return {"name": target.replace(":", ".")}
    if "line" not in names:
        return {"path": path}
    path = workspace_path(path, index.workspace)
    if not line:
        takes = "a name or a place" if "name" in names else "a place"
        raise InvalidArgumentsError(
            f"{operation.name} takes {takes}: which line of {path}? "
            f"Write {path}:12, or ask for its outline"
        )
    from .place import character

    at = character(index.snapshot(), path, line, column)
    return {"path": path, "line": line - 1, "character": at}


def _names(operation: Operation) -> list[str]:
    return [parameter.name for parameter in operation.parameters]


def _is_path(target: str) -> bool:
    return "/" in target or os.sep in target or target.endswith(_SOURCE_SUFFIXES)


def _package_file(path: str, workspace: Workspace) -> str:
    """The file that makes a folder a package, or the path itself."""
    folder = workspace.absolute(path)
    if not os.path.isdir(folder):
        return path
    for name in ("__init__.py", "__init__.pyi"):
        if os.path.isfile(f"{folder}/{name}"):
            return f"{path}/{name}" if path else name
    return path
