"""Opening the workspace that a command is about: said where it may surprise, refused if too wide.

What a question needs and is not indexed yet is built first, with the progress shown.
"""

from __future__ import annotations

import os

from ...indexer.errors import InvalidArgumentsError, StoreError
from ...indexer.workspace.root import find_root, has_marker, is_too_wide
from ..open_workspace import OpenWorkspace
from ..render.words import counted
from .output import log, say

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.index import Index

# So many projects of a folder that is none itself are named.
_MAX_NAMED = 5


def open_workspace(start: str | None = None) -> OpenWorkspace:
    """Open the workspace around a file or folder, by default around the current folder.

    Raises InvalidArgumentsError if that is a whole disk or home which nobody named.
    """
    if not start:
        refuse_too_wide(os.getcwd())
    session = OpenWorkspace.open(start or os.getcwd())
    if not os.path.exists(session.index.path):
        announce(session.index, start or os.getcwd())
    session.complete = _Completion()
    log(f"workspace {session.index.workspace.root}, index {session.index.path}")
    return session


def refuse_too_wide(folder: str) -> None:
    """Raise InvalidArgumentsError if a folder holds much more than a project."""
    if is_too_wide(find_root(folder)):
        raise InvalidArgumentsError(
            f"{folder} is no project, and too much to index: go to the folder of one, or name it, "
            "as in --workspace path/to/project"
        )


def announce(index: Index, start: str) -> None:
    """Say which folder is the workspace, unless it is the obvious one."""
    workspace = index.workspace
    root = workspace.root
    if root != os.path.realpath(start).replace(os.sep, "/") and os.path.isdir(start):
        say(f"flux-index: the workspace is {root}, found around {start}; --workspace names another")
    elif not has_marker(root) and len(workspace.projects) > 1:
        names = [name for name in workspace.projects if name]
        more = ", ..." if len(names) > _MAX_NAMED else ""
        say(
            f"flux-index: {root} is taken as one workspace, although it holds {len(names)} "
            f"projects ({', '.join(names[:_MAX_NAMED])}{more}); --workspace names one of them"
        )


class _Completion:
    """Builds what is not indexed yet, with the progress shown, unless another process does."""

    def __init__(self) -> None:
        self._is_able = True

    def __call__(self, index: Index) -> None:
        # Late, since an index that is there needs none of it.
        from .index import build
        from .progress import Interrupt

        # Where nothing can be written the question is answered without.
        if not self._is_able or index.lock.held or not index.become_writer():
            return
        count = len(index.view().pending)
        say(f"flux-index: indexing {counted(count, 'file')} of {index.workspace.root} first")
        try:
            with Interrupt() as interrupt:
                build(index, interrupt, quiet=False)
            if interrupt.is_requested():
                raise KeyboardInterrupt
        except StoreError as error:
            # Without an index everything takes longer.
            self._is_able = False
            say(f"flux-index: {error}")
        finally:
            index.release_writer()
