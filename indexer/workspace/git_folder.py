"""Where a repository of git keeps what belongs to a work tree, read without asking git."""

from __future__ import annotations

import os

from ..text import UnreadableError, read

_LARGEST = 4096


def git_folders(marker: str) -> tuple[str, str]:
    """Return the git folder of a work tree, and the one that all work trees of it share.

    ``marker`` is the path of its ``.git``: that folder itself, or the file of a linked work tree or
    of a submodule that leads to it.
    """
    own = marker
    label, _, target = first_line(marker).partition(":")
    if label == "gitdir":
        own = os.path.join(os.path.dirname(marker), target.strip())
    shared = first_line(os.path.join(own, "commondir"))
    return own, os.path.join(own, shared) if shared else own


def is_linked_work_tree(marker: str) -> bool:
    """True if a ``.git`` is that of a further work tree of a repository (``git worktree add``)."""
    if not os.path.isfile(marker):
        return False
    own, shared = git_folders(marker)
    return own != shared


def main_work_tree(root: str) -> str:
    """Return the first work tree of the repository of a linked one; empty for any other root."""
    marker = os.path.join(root, ".git")
    if not is_linked_work_tree(marker):
        return ""
    folder, name = os.path.split(os.path.realpath(git_folders(marker)[1]))
    return folder if name == ".git" else ""


def first_line(path: str) -> str:
    """Return the first line of a small file; empty without one."""
    try:
        return read(path, _LARGEST).decode("utf-8", "surrogateescape").partition("\n")[0].strip()
    except UnreadableError:
        return ""
