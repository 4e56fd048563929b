"""The workspaces that an event is about: each path belongs to the checkout that it lies in.

An agent may work in a further work tree of the repository that its session began in, and so may
each of its subagents. Such a tree is served as soon as it is first seen, if the repository is: its
files have the contents of files that are indexed already.
"""

from __future__ import annotations

import os
import time

from ...indexer.state_folders import state_dir_of, was_just_started
from ...indexer.store.lock import WriterLock
from ...indexer.text import UnreadableError, read
from ...indexer.workspace.git_folder import main_work_tree
from ...indexer.workspace.root import find_root
from .edits import paths_in
from .messages import AT_END, SESSION_START, add_context, update_input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .messages import Answer, Payload

# Seconds without a client after which a process that is started for hooks ends.
_IDLE_SECONDS = 600.0
# Seconds for which a process that was started is waited for before an edit.
_START_SECONDS = 1.0
_PAUSE = 0.02


class Place:
    """A workspace with an index, or soon with one."""

    __slots__ = ("is_further", "lock", "root", "state_dir")

    def __init__(self, root: str, state_dir: str, *, is_further: bool) -> None:
        """``is_further``: it is a work tree beside the first one of its repository."""
        self.root = root
        self.state_dir = state_dir
        self.is_further = is_further
        self.lock = WriterLock(os.path.join(state_dir, "writer.lock"))

    def begin_serving(self) -> bool:
        """Start a serving process for this event and those to come; True if one may serve soon.

        There is none when a session or a work tree begins, and after a while without any event.
        """
        if was_just_started(self.state_dir):
            return True
        if not self.lock.is_free():
            return False  # a long build, for one
        from ..rpc.launcher import start_serving

        # It outlives this process.
        start_serving(self.root, _IDLE_SECONDS).returncode = 0
        return True

    def wait_for_server(self) -> str:
        """Return where a workspace is served, as soon as it is.

        A hook alone is not done with more than a small file in the time that it has.
        """
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            note = self.lock.read_note()
            if note:
                return note
            time.sleep(_PAUSE)
        return ""


def in_this_tree(payload: Payload) -> Answer | None:
    """Return an answer by which a tool of ours is asked of the work tree that the agent is in.

    The server that has the tools was started where the session began.
    """
    root = find_root(payload.text("cwd") or os.getcwd())
    if not main_work_tree(root) or payload.tool_input.get("workspace"):
        return None
    return update_input({**payload.tool_input, "workspace": root})


def places_of(payload: Payload, folder: str, project: str) -> list[Place]:
    """Return the workspaces that an event is about, those with an index only.

    ``folder`` is where the hook was started, and ``project`` where the session began, if its host
    has told. Hooks may be set up for a user as a whole: nothing is made in workspaces that nobody
    indexed.
    """
    folder = payload.text("cwd") or folder
    starts = [folder]
    if payload.event in AT_END:
        starts.append(project or folder)
    else:
        starts = paths_in(payload) or starts
    found: dict[str, Place] = {}
    for start in starts:
        root = find_root(start)
        place = _place(root) if root not in found else found[root]
        if place is not None:
            found[root] = place
    return list(found.values())


# Where hosts keep the hooks of a project.
_HOOK_FILES = (
    ".claude/settings.json", ".claude/settings.local.json", ".codex/hooks.json",
    ".cursor/hooks.json", ".gemini/settings.json",
)  # fmt: skip
_LARGEST_SETTINGS = 1_000_000


def begin_anew(payload: Payload) -> Answer | None:
    """Have a workspace indexed that has no index, if it was itself set up for hooks; say so."""
    root = find_root(payload.text("cwd") or os.getcwd())
    if payload.event != SESSION_START or not _is_set_up(root):
        return None
    place = Place(root, state_dir_of(root), is_further=False)
    place.begin_serving()
    return add_context(
        SESSION_START,
        "flux-index has no index of this workspace: it is being built, and until then hooks say "
        "nothing. `flux-index status` tells how far it is.",
    )


def _is_set_up(root: str) -> bool:
    """True if the settings that lie in a workspace name our hooks."""
    for name in _HOOK_FILES:
        try:
            if b"flux-index" in read(os.path.join(root, name), _LARGEST_SETTINGS):
                return True
        except (OSError, UnreadableError):
            continue
    return False


def _place(root: str) -> Place | None:
    state_dir = state_dir_of(root)
    main = main_work_tree(root)
    if os.path.exists(os.path.join(state_dir, "index.db")):
        return Place(root, state_dir, is_further=bool(main))
    if main and os.path.exists(os.path.join(state_dir_of(main), "index.db")):
        return Place(root, state_dir, is_further=True)
    return None
