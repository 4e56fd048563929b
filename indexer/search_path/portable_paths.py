"""Files and folders outside of the workspace by names, and states, that mean the same elsewhere.

Another machine, or another clone, has the same stubs and the same installed packages in folders of
its own. Their names here begin with what the folder is (``site0``, ``stubs``), and their states are
contents: of a file its hash, of a folder the names in it.
"""

from __future__ import annotations

import os

from ..index_file import content_hash
from ..text import UnreadableError, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..workspace import Workspace
    from .search_path import SearchPath

# Bytes of a file that is looked at: what is read of installed files is smaller.
_LARGEST = 200_000_000
_ABSENT = "absent"


class PortablePaths:
    """The folders that the modules of a workspace come from, and what lies in them."""

    def __init__(self, workspace: Workspace, search_path: SearchPath) -> None:
        """Use the folders of an environment as it is now."""
        self.sites = workspace.environment().site_packages
        places = {
            "stubs": search_path.stdlib,
            "sources": search_path.stdlib_sources,
            **{f"site{number}": folder for number, folder in enumerate(self.sites)},
            "workspace": workspace.root,
        }
        self._folders = {name: folder for name, folder in places.items() if folder}
        # A folder within another is named by itself.
        pairs = [(folder, name) for name, folder in self._folders.items()]
        self._names = sorted(pairs, key=lambda pair: -len(pair[0]))

    @property
    def folders(self) -> list[str]:
        """The folders that are named, those within others first."""
        return [folder for folder, _ in self._names]

    def name(self, path: str) -> str | None:
        """Return the name of an absolute path; None for one that lies somewhere else."""
        for folder, name in self._names:
            if path == folder or path.startswith(f"{folder}/"):
                return f"{name}:{path[len(folder) + 1 :]}"
        return None

    def path(self, name: str) -> str | None:
        """Return the absolute path that a name stands for here; None for one that has none."""
        kind, _, rest = name.partition(":")
        folder = self._folders.get(kind)
        if folder is None or ".." in rest.split("/"):
            return None
        return f"{folder}/{rest}" if rest else folder

    def state(self, path: str) -> str | None:
        """Return what tells whether a file or folder is the same; None if that cannot be told."""
        link = ""
        if os.path.islink(path) and path not in self._folders.values():
            target = self.name(os.path.realpath(path).replace(os.sep, "/"))
            if target is None:
                return None
            link = f"{target} "
        try:
            if os.path.isdir(path):
                listed = "\0".join(names_in_folder(path)).encode("utf-8", "surrogatepass")
                return f"{link}folder {content_hash(listed).hex()}"
            if not os.path.lexists(path):
                return _ABSENT
            return f"{link}file {content_hash(read(path, _LARGEST)).hex()}"
        except (OSError, UnreadableError):
            return None


def names_in_folder(path: str) -> list[str]:
    """Return the names in a folder that say something of modules, in order.

    What tools keep for themselves is called with a dot, and comes and goes.
    """
    return sorted(
        name for name in os.listdir(path) if not name.startswith(".") and name != "__pycache__"
    )
