"""``.flux-index`` in a workspace: links to its state, which lies in the user's cache folder.

They are for people who look for a log or the index, and mark the workspace's root. Nothing is ever
read through them: anybody who can write to the workspace can change them.
"""

from __future__ import annotations

import os

from ..state_folders import STATES

FOLDER = ".flux-index"
NAMES = ("index.db", "ledger.db", "hooks.log", "serve.log", "writer.lock")
_IGNORE_FILE = ".gitignore"
_NEEDED = {os.open, os.symlink, os.readlink, os.unlink}
_IGNORED = b"# Links made by flux-index; nothing reads them.\n*\n"


def link_state(root: str, state_dir: str) -> str:
    """Make the links of a workspace.

    Returns a sentence when something else is in their place, which is left alone.
    """
    folder = os.path.join(root, FOLDER)
    try:
        os.mkdir(folder, 0o755)
    except FileExistsError:
        pass
    except OSError:
        return ""  # The workspace cannot be written to.
    if os.path.islink(folder) or not os.path.isdir(folder):
        return _left_alone(folder)
    if not os.supports_dir_fd >= _NEEDED:
        return ""
    try:
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return ""
    try:
        if not _is_ours(directory):
            return _left_alone(folder)
        for name in NAMES:
            _link(directory, name, os.path.join(state_dir, name))
        _ignore(directory)
    except OSError:
        return ""  # Somebody else makes or removes them too.
    finally:
        os.close(directory)
    return ""


def unlink_state(root: str) -> None:
    """Remove the links of a workspace, if they are all that is in their folder."""
    folder = os.path.join(root, FOLDER)
    if not os.supports_dir_fd >= _NEEDED:
        return
    try:
        directory = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return
    try:
        if _is_ours(directory):
            for name in os.listdir(directory):
                os.unlink(name, dir_fd=directory)
            os.rmdir(folder)
    except OSError:
        return
    finally:
        os.close(directory)


def _left_alone(folder: str) -> str:
    return f"{folder} was made by an older version or came with the workspace: it is not used"


def _is_ours(directory: int) -> bool:
    """True if a folder holds nothing but what :func:`link_state` makes, for any cache folder."""
    for name in os.listdir(directory):
        if name == _IGNORE_FILE:
            continue
        if name not in NAMES:
            return False
        try:
            target = os.readlink(name, dir_fd=directory)
        except OSError:
            return False
        *_, states, _, linked = ("", "", *target.split(os.sep))
        if (states, linked) != (STATES, name):
            return False
    return True


def _link(directory: int, name: str, target: str) -> None:
    try:
        os.symlink(target, name, dir_fd=directory)
    except FileExistsError:
        if os.readlink(name, dir_fd=directory) != target:
            os.unlink(name, dir_fd=directory)
            os.symlink(target, name, dir_fd=directory)


def _ignore(directory: int) -> None:
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        descriptor = os.open(_IGNORE_FILE, flags, 0o644, dir_fd=directory)
    except FileExistsError:
        return
    with open(descriptor, "wb") as file:
        file.write(_IGNORED)
