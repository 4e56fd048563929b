"""Work trees of one repository: which of them a call of a tool speaks of.

An agent may work in a further work tree of the repository that the server was started in. It, or a
hook of its host, names it by the argument ``workspace``, or by an absolute path in there.
"""

from __future__ import annotations

import os
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.workspace.git_folder import main_work_tree
from ...indexer.workspace.root import find_root
from ..json_values import is_array

WORKSPACE = "workspace"
"""An argument of every tool that is taken and not listed."""


def asked_tree(root: str, arguments: dict[str, Any]) -> str:
    """Return the root of the work tree that arguments speak of, by default ``root``.

    Takes ``workspace`` out of them; raises InvalidArgumentsError for one of another repository.
    """
    named: object = arguments.pop(WORKSPACE, None)
    if isinstance(named, str) and named:
        tree = find_root(named)
        if not _are_of_one_repository(tree, root):
            raise InvalidArgumentsError(f"{named} is no work tree of the repository of {root}")
        return tree
    paths: object = arguments.get("path") or arguments.get("paths")
    first: object = paths[0] if is_array(paths) and paths else paths
    if isinstance(first, str) and os.path.isabs(first):
        tree = find_root(first)
        if _are_of_one_repository(tree, root):
            return tree
    return root


def label(root: str, tree: str) -> str:
    """Return a line that says which work tree an answer is about; empty for the server's own."""
    if tree == root:
        return ""
    inside = tree.startswith(root + "/")
    return f"in the work tree {os.path.relpath(tree, root) if inside else tree}:"


def _are_of_one_repository(tree: str, root: str) -> bool:
    return (main_work_tree(tree) or tree) == (main_work_tree(root) or root)
