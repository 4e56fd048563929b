"""The scope of a watcher: file names that matter, folders that never do, and where they lie.

Ignore rules are not known here. The owner of a watcher passes them in as two predicates, because
they change while the watcher runs.
"""

from __future__ import annotations

import logging
import os
import time

from .. import platforms
from ..workspace.git_folder import git_folders

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOURCE_SUFFIXES = (".py", ".pyi")

# A change of one of these can move source roots, change what is ignored, or lead to another
# environment: everything is swept.
CONFIG_NAMES = frozenset(
    """
    .gitignore flux-index.toml pyproject.toml setup.py setup.cfg pytest.ini tox.ini
    hatch.toml uv.toml poetry.toml poetry.lock Pipfile requirements.txt environment.yml
    environment.yaml .python-version pyvenv.cfg meson.build
    """.split()
)

# Never watched, whatever the ignore rules say. Ambiguous names (build, env, venv) are left to the
# rules; an environment is also known by the pyvenv.cfg in it.
SKIPPED_FOLDERS = frozenset(
    """
    .git .hg .svn .bzr .jj _darcs CVS .flux-index
    node_modules bower_components site-packages dist-packages __pypackages__
    __pycache__ .venv .tox .nox .eggs .cache .direnv
    .mypy_cache .pytest_cache .ruff_cache .pyre .pytype .hypothesis .import_linter_cache
    .ipynb_checkpoints .idea .vscode .vs .terraform .gradle .next .yarn .pnpm-store
    """.split()
)

# An emacs lock (a dangling link `.#module.py`) and an AppleDouble twin end like sources but hold
# none. Other editors' temporary files (4913, .swp, ~, .tmp) do not end like sources at all.
_TEMPORARY_PREFIXES = (".#", "._")

# Seconds for which git's index lock is taken for a running checkout when few files changed.
# `git commit -a` holds it for as long as the message is being written.
_YOUNG_LOCK = 2.0

MOUNT_TABLE = "/proc/self/mountinfo"
_NETWORK_TYPES = frozenset(
    """
    nfs nfs4 cifs smb3 smbfs 9p afs ceph coda davfs glusterfs lustre gpfs beegfs ocfs2 gfs2
    orangefs ncpfs vboxsf vmhgfs prl_fs drvfs virtiofs fuse.sshfs fuse.rclone fuse.s3fs
    fuse.gcsfuse fuse.goofys fuse.glusterfs fuse.ceph fuse.ceph-fuse fuse.davfs2 fuse.curlftpfs
    fuse.smbnetfs fuse.vmhgfs-fuse fuse.grpcfuse fuse.osxfs fuse.juicefs fuse.seaweedfs
    """.split()
)

_log = logging.getLogger(__name__)


class Scope:
    """Paths below one root that concern the index.

    `accept` is asked for files and `accept_folder` for folders, both by absolute path. They are
    called from several threads; one that raises is logged and counts as a yes.
    """

    __slots__ = ("root", "_state_dir", "_accept", "_accept_folder", "_git_lock")

    def __init__(
        self,
        root: str,
        state_dir: str | None = None,
        accept: Callable[[str], bool] | None = None,
        accept_folder: Callable[[str], bool] | None = None,
    ) -> None:
        self.root = root
        self._state_dir = state_dir
        self._accept = accept
        self._accept_folder = accept_folder
        self._git_lock = git_lock(root)

    def file(self, path: str) -> bool:
        """True if a file whose name already matters is wanted by the owner."""
        return self._accept is None or _ask(self._accept, path)

    def folder(self, path: str, name: str) -> bool:
        """True if a folder is watched; symbolic links to folders never reach this question."""
        if name in SKIPPED_FOLDERS or path == self._state_dir:
            return False
        return self._accept_folder is None or _ask(self._accept_folder, path)

    def reaches(self, path: str) -> bool:
        """True if every folder between the root and this path is watched."""
        return all(self.folder(folder, name) for folder, name in self._folders_above(path))

    def git_is_busy(self, many: bool) -> bool:
        """True if git rewrites the work tree right now; `many` says that it looks like it."""
        try:
            locked_at = os.stat(self._git_lock).st_mtime
        except OSError:
            return False
        return many or abs(time.time() - locked_at) < _YOUNG_LOCK

    def _folders_above(self, path: str) -> Iterator[tuple[str, str]]:
        folder = self.root
        for name in os.path.relpath(path, self.root).split(os.sep)[:-1]:
            folder = os.path.join(folder, name)
            yield folder, name


def matters(name: str) -> bool:
    """True if a file of this name can say something about the workspace."""
    if name.endswith(SOURCE_SUFFIXES):
        return not name.startswith(_TEMPORARY_PREFIXES)
    return name in CONFIG_NAMES


def git_lock(root: str) -> str:
    """Path of the index lock of the repository around `root`, whether or not either exists.

    Follows the `.git` file of a linked worktree or submodule to its own git folder.
    """
    folder = root
    while True:
        entry = os.path.join(folder, ".git")
        own, _ = git_folders(entry)
        if own != entry or os.path.isdir(entry):
            return os.path.join(own, "index.lock")
        parent = os.path.dirname(folder)
        if parent == folder:
            return os.path.join(root, ".git", "index.lock")
        folder = parent


def network_mount(root: str, table: str = MOUNT_TABLE) -> tuple[str, str] | None:
    """Mount point and type of a file system at or below `root` that others write to unseen.

    The kernel raises events for what this machine writes, not for what another one writes to the
    same share. Only Linux says what is mounted; elsewhere just Windows's `\\\\server` is known.
    """
    if platforms.is_windows():
        return (root, "network share") if root.startswith("\\\\") else None
    if told := platforms.network_mounts():
        place = os.path.realpath(root)
        return next((each for each in told if _within(place, each[0])), None)
    try:
        with open(table, encoding="utf-8", errors="surrogateescape") as file:
            mounts = [_mount(line) for line in file if " - " in line]
    except OSError:
        return None
    place = os.path.realpath(root)
    own = ("", "")
    for point, kind in mounts:
        # Of several mounts on one point, the last covers the others.
        if _within(place, point) and len(point) >= len(own[0]):
            own = (point, kind)
    below = [mount for mount in mounts if mount[0] != place and _within(mount[0], place)]
    for point, kind in (own, *below):
        if kind in _NETWORK_TYPES:
            return point, kind
    return None


def _mount(line: str) -> tuple[str, str]:
    """Mount point and type in a line of the mount table, where spaces are written `\\040`."""
    head, _, tail = line.partition(" - ")
    point = head.split(" ")[4]
    for escaped, plain in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(escaped, plain)
    return point, tail.split(" ", 1)[0]


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _ask(predicate: Callable[[str], bool], path: str) -> bool:
    try:
        return predicate(path)
    except Exception:
        _log.exception("the filter of a watcher failed on %s", path)
        return True
