"""Where state is kept: a folder for each workspace, below the folder of the user's cache."""

from __future__ import annotations

import os
import time

from . import platforms
from .hashing import blake2b

STATES = "workspaces"
"""Folder below that of the cache: the state of workspaces, a folder each."""


def state_dir_of(root: str) -> str:
    """Return the folder for index and ledger of `root`, which need not exist.

    It lies in the user's cache folder, under a name that is made from the root's path: a repository
    that is cloned cannot bring it, and a root need not be writable.
    """
    key = blake2b(os.fsencode(root), digest_size=10).hexdigest()
    name = root.rstrip("/").rpartition("/")[2][:24] or "root"
    # Sockets and files in there are named in notes of one line.
    shown = "".join(letter if letter.isprintable() else "_" for letter in name)
    return f"{user_cache_dir()}/{STATES}/{shown}-{key}"


SERVER_LOG = "serve.log"
"""Of a process that serves in the background; made anew when one is started."""
STARTING_SECONDS = 5.0
"""Seconds after which a process that was started serves, or does not come."""


def was_just_started(state_dir: str) -> bool:
    """Return whether a process that serves in the background was started a moment ago."""
    try:
        begun = os.stat(f"{state_dir}/{SERVER_LOG}").st_mtime
    except OSError:
        return False
    return time.time() - begun < STARTING_SECONDS


def user_cache_dir() -> str:
    """Return the folder of the user's cache, which may not exist yet.

    FLUX_INDEX_CACHE_DIR, else XDG_CACHE_HOME, else what the operating system's users expect.
    """
    # platformdirs knows the same places, at more start-up time than a whole query may take.
    chosen = os.environ.get("FLUX_INDEX_CACHE_DIR")
    if chosen:
        return _slashed(os.path.abspath(os.path.expanduser(chosen)))
    shared = os.environ.get("XDG_CACHE_HOME")
    if not shared or not os.path.isabs(shared):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            # A container may run as a user without a home; "~" must not become a folder here.
            import tempfile

            shared = f"{tempfile.gettempdir()}/{os.getuid() if hasattr(os, 'getuid') else 'user'}"
        else:
            shared = platforms.cache_folder(home)
    return _slashed(shared) + "/flux-index"


def _slashed(path: str) -> str:
    return path.replace("\\", "/") if os.sep == "\\" else path
