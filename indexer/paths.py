"""Paths as the index writes them: relative to the root with slashes, absolute outside of it."""

from __future__ import annotations


def is_outside(path: str) -> bool:
    """True if a path is that of a file or folder outside of the workspace."""
    return path.startswith("/")
