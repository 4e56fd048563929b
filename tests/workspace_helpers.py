"""Little trees of files for tests about workspaces."""

from __future__ import annotations

from pathlib import Path


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
