"""The workspace of a client.

What was given when this process was started counts first (``--workspace``, then the variables by
which hosts tell the project's folder), then what the client lists as roots, then the current
folder: some hosts start servers there, others in the home folder or at the root of the disk, which
nobody wants to have indexed.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from ...indexer.errors import FluxIndexError
from ...indexer.workspace.root import find_root, is_too_wide

_VARIABLES = ("FLUX_INDEX_WORKSPACE", "CLAUDE_PROJECT_DIR")


def named_folder(option: str | None, environment: Mapping[str, str]) -> str | None:
    """Return the folder that was named at the start; raises FluxIndexError if it is missing."""
    named = [("--workspace", option or "")]
    named += [(variable, environment.get(variable, "")) for variable in _VARIABLES]
    for source, folder in named:
        if folder:
            if not os.path.exists(folder):
                raise FluxIndexError(f"{source}: there is no folder {folder}")
            return os.path.abspath(folder)
    return None


def folder_of_roots(uris: Sequence[str]) -> str | None:
    """Return the first root that is a folder of this machine and may be a workspace."""
    for uri in uris:
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
            continue
        path = unquote(parts.path)
        if os.name == "nt":
            path = path.lstrip("/")
        if os.path.isdir(path) and not is_too_wide(path):
            return path
    return None


def workspace_root(folder: str | None) -> str:
    """Return the root of the workspace around a folder, by default the current one.

    Raises FluxIndexError when nothing says which workspace is meant.
    """
    if folder is not None:
        return find_root(folder)
    here = os.getcwd()
    root = find_root(here)
    if is_too_wide(root):
        raise FluxIndexError(
            f"no workspace is named, and {here} is none: start the server as "
            "`flux-index mcp --workspace /path/to/project`, or in the project's folder"
        )
    return root
