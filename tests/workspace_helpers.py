"""Little trees of files for tests about workspaces."""

from __future__ import annotations

import os
from pathlib import Path

from flux_index.indexer.workspace import state_dir_of


def plant(root: Path, paths: str = "", files: dict[str, str] | None = None) -> Path:
    """Make empty files at `paths`, which are separated by white space, and `files` with contents.

    A path that ends with a slash is a folder.
    """
    root.mkdir(parents=True, exist_ok=True)
    for path, contents in {**dict.fromkeys(paths.split(), ""), **(files or {})}.items():
        target = root / path
        if path.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(contents, encoding="utf-8")
    return root


def state_of(root: Path) -> Path:
    """The folder that holds the state of a workspace, which need not exist."""
    return Path(state_dir_of(os.path.realpath(root)))
