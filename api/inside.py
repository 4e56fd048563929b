"""What is written stays inside: no link of a repository leads a write out of the workspace."""

from __future__ import annotations

import os

from ..indexer.errors import InvalidArgumentsError


def refuse_link_outside(folder: str, path: str) -> None:
    """Raise InvalidArgumentsError for a path below a folder that a link leads out of it.

    A path that does not lie below the folder was named by the user, who means it.
    """
    if _below(folder, os.path.abspath(path)) and not _below(
        os.path.realpath(folder), os.path.realpath(path)
    ):
        raise InvalidArgumentsError(
            f"{path} is, or lies behind, a link that leads out of {folder}, where nothing is "
            "written: write to what it leads to by its own name"
        )


def _below(folder: str, path: str) -> bool:
    return path.startswith(folder.rstrip(os.sep) + os.sep)
