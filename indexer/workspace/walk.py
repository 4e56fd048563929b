"""Find every Python file of a workspace, and what changed since the last time.

A sweep that finds nothing changed must cost little more than asking the file system for the
status of each file. So a folder whose own change time is as it was is not listed again:
its entries are the same, and only its source files are asked for their time and size.
"""

from __future__ import annotations

import errno
import os
import time

from ..paths import file_version
from .defaults import IGNORE_FILE, SOURCE_SUFFIXES, is_left_out_by_contents, is_source_name, is_text
from .sweep_cache import Known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .ignore import Rules
    from .model import Workspace
    from .sweep_cache import Folder

# Windows does not update a folder's times reliably, and gives each entry's times with its name.
_FOLDERS_TELL = os.name != "nt"
# An entry added within the clock's resolution of the last change would leave the same time behind;
# two seconds is the coarsest clock of any file system.
_SETTLED_NS = 2_000_000_000
_MOUNT_POINT = 0xA0000003


class Sweep:
    """Outcome of a sweep."""

    __slots__ = ("files", "known", "skipped", "unwatched")

    files: dict[str, tuple[int, int]]
    """Path below the root, '/'-separated, to version (see `file_version`) and size in bytes."""

    skipped: list[tuple[str, str]]
    """Path and reason of what would be indexed if it could be. Paths are printable: what is not
    text in a name is written as `\\xNN`."""

    known: Known
    """For the next sweep. The very object that was given if nothing has to be stored anew."""

    unwatched: dict[str, int]
    """Path to version (see `file_version`) of files and folders that may change while nothing
    happens below the root: files with several names, and what links lead to. A folder that has just
    changed has version -1: it may change again and look the same."""

    def __init__(
        self,
        files: dict[str, tuple[int, int]],
        skipped: list[tuple[str, str]],
        known: Known,
        unwatched: dict[str, int],
    ) -> None:
        self.files = files
        self.skipped = skipped
        self.known = known
        self.unwatched = unwatched


def sweep(
    workspace: Workspace, known: Known | None = None, *, trust_folders: bool = _FOLDERS_TELL
) -> Sweep:
    """Find the workspace's Python files; `known` is what the last sweep remembered.

    Nothing is raised for files that vanish, cannot be read or are no files: a sweep is total.
    `trust_folders` is to be False on a file system that does not keep a folder's change time.
    """
    config = workspace.config
    rules = "\n".join((str(config.follow_gitignore), *config.exclude, "include:", *config.include))
    if known is not None and known.holds(rules):
        try:
            return _Walk(workspace, rules, known, trust_folders).run()
        except _RulesChanged:
            pass
    return _Walk(workspace, rules, Known(), trust_folders).run()


class _RulesChanged(Exception):  # noqa: N818 - a turn of events, not an error.
    """An ignore file appeared in a folder whose entries were decided about without it."""


class _Walk:
    """One sweep under way."""

    __slots__ = (
        "_files",
        "_folders",
        "_ignore_files",
        "_limit",
        "_links",
        "_now",
        "_old",
        "_outside",
        "_root",
        "_rules",
        "_settings",
        "_skipped",
        "_trust",
        "_unwatched",
        "_workspace",
    )

    def __init__(self, workspace: Workspace, settings: str, old: Known, trust: bool) -> None:
        self._workspace = workspace
        self._settings = settings
        self._root = workspace.root.rstrip("/") + "/"
        self._limit = workspace.config.max_file_size
        self._old = old
        self._trust = trust
        self._now = time.time_ns()
        self._ignore_files = set(old.stamps)
        self._rules: Rules | None = None
        self._files: dict[str, tuple[int, int]] = {}
        self._folders: dict[str, Folder] = {}
        self._skipped: dict[str, str] = {}
        self._links: list[str] = []
        self._outside: set[tuple[int, int]] | None = None
        self._unwatched: dict[str, int] = {}

    def run(self) -> Sweep:
        self._walk("")
        if self._links:
            self._follow_links()
        skipped = [(_printable(rel), reason) for rel, reason in sorted(self._skipped.items())]
        known = self._remember()
        for path in known.stamps:
            # `.git/info/exclude`, and ignore files above the root
            if "/.git/" in path or not path.startswith(self._root):
                self._unwatched[path] = _version_of(path)
        return Sweep(self._files, skipped, known, self._unwatched)

    def _remember(self) -> Known:
        old = self._old
        stamps = old.stamps
        if self._rules is not None or not old.folders:
            stamps = {**stamps, **self._judge().consult("")}
        if self._folders == old.folders and stamps == old.stamps:
            return old
        return Known(self._settings, stamps, self._folders)

    def _judge(self) -> Rules:
        if self._rules is None:
            from .ignore import Rules

            self._rules = Rules(self._workspace, self._ignore_files)
        return self._rules

    def _walk(self, top: str) -> None:
        root, old, trust = self._root, self._old.folders, self._trust
        stat = os.stat
        stack = [top]
        while stack:
            rel = stack.pop()
            try:
                status = stat(root + rel)
            except OSError as error:
                self._skip(rel, error)
                continue
            if self._outside is not None:
                identity = (status.st_dev, status.st_ino)
                if identity in self._outside:
                    continue
                self._outside.add(identity)
                is_settled = self._now - status.st_ctime_ns > _SETTLED_NS
                self._unwatched[rel] = file_version(status) if is_settled else -1
            changed = str(status.st_ctime_ns)
            before = old.get(rel)
            if trust and before is not None and before[0] == changed and self._take(rel, before):
                self._folders[rel] = before
                below = before[2]
            else:
                below = self._list(rel, status.st_ctime_ns, before)
            if below:
                prefix = rel + "/" if rel else ""
                stack += [prefix + name for name in below.split("/")]

    def _take(self, rel: str, before: Folder) -> bool:
        """Take a folder's files as they were known to be there; False if one no longer is."""
        prefix = rel + "/" if rel else ""
        root, stat = self._root, os.stat
        if before[1]:
            for name in before[1].split("/"):
                path = prefix + name
                try:
                    status = stat(root + path)
                except OSError:
                    return False
                if status.st_mode & 0o170000 != 0o100000:
                    return False
                self._measure(path, status)
        return not before[3] or all(self._is_odd(prefix + name) for name in before[3].split("/"))

    def _list(self, rel: str, changed_ns: int, before: Folder | None) -> str:
        """List a folder and remember it. Return the names of the folders to walk in it."""
        try:
            with os.scandir(self._root + rel) as listing:
                entries = list(listing)
        except OSError as error:
            self._skip(rel, error)
            return ""
        changed = str(changed_ns) if self._now - changed_ns > _SETTLED_NS else ""
        names = {entry.name for entry in entries}
        if rel and self._is_closed(rel, names):
            self._folders[rel] = (changed, "", "", "", "", "")
            return ""
        if IGNORE_FILE in names:
            self._meet_ignore_file(rel, before)
        prefix = rel + "/" if rel else ""
        sources: list[str] = []
        folders: list[str] = []
        odd: list[str] = []
        left_out: tuple[list[str], list[str]] = ([], [])
        decided = _Decided(before)
        for entry in entries:
            name = entry.name
            is_source = name.endswith(SOURCE_SUFFIXES)
            kind = _kind(entry, is_source)
            if not kind or (is_source and not is_source_name(name)):
                continue
            is_folder = kind in ("folder", "link")
            path = prefix + name
            verdict = decided.leaves_out(name, is_folder)
            if verdict is None:
                verdict = self._judge().leaves_out(path, is_folder)
            if verdict:
                left_out[is_folder].append(name)
            elif kind == "folder" and is_text(name):
                folders.append(name)
            elif kind == "file" and is_text(name):
                try:
                    status = entry.stat()
                except OSError:
                    continue  # It vanished, which changes its folder's time.
                self._measure(path, status)
                sources.append(name)
            else:
                self._is_odd(path)
                odd.append(name)
        below = "/".join(folders)
        self._folders[rel] = (
            changed,
            "/".join(sources),
            below,
            "/".join(odd),
            "/".join(left_out[0]),
            "/".join(left_out[1]),
        )
        return below

    def _measure(self, path: str, status: os.stat_result, *, is_link: bool = False) -> None:
        version = file_version(status)
        if status.st_nlink > 1 or is_link or self._outside is not None:
            self._unwatched[path] = version
        if status.st_size > self._limit:
            self._skip_large(path, status.st_size)
        else:
            self._files[path] = (version, status.st_size)

    def _is_closed(self, rel: str, names: set[str]) -> bool:
        return is_left_out_by_contents(self._root + rel, names) and not (
            self._workspace.config.include and self._judge().leads_to_included(rel)
        )

    def _meet_ignore_file(self, rel: str, before: Folder | None) -> None:
        path = self._root + (rel + "/" if rel else "") + IGNORE_FILE
        if path in self._ignore_files or not self._workspace.config.follow_gitignore:
            return
        if before is not None:
            raise _RulesChanged
        self._ignore_files.add(path)
        self._judge().consult(rel)

    def _is_odd(self, path: str) -> bool:
        """Say what is wrong with an entry, or follow a link; False if it is neither.

        A link can come to lead elsewhere without its folder being touched: each is looked at anew.
        """
        full = self._root + path
        if not is_text(path.rpartition("/")[2]):
            self._skipped[path] = "its name is not valid UTF-8"
            return True
        try:
            is_link = os.lstat(full).st_mode & 0o170000 == 0o120000
        except OSError:
            return False
        try:
            status = os.stat(full)
        except OSError as error:
            self._skipped[path] = _LINK_ERRORS.get(error.errno or 0) or _reason(error)
            return True
        mode = status.st_mode & 0o170000
        if mode == 0o040000:
            self._links.append(path)
        elif mode != 0o100000:
            kind = _KINDS.get(mode, "a special file")
            self._skipped[path] = f"it is {kind}, not a regular file"
        elif not is_link:
            return False
        elif self._may_lead_to(path, os.path.realpath(full)):
            self._measure(path, status, is_link=True)
        else:
            self._skipped[path] = _LEADS_OUTSIDE
        return True

    def _follow_links(self) -> None:
        """Walk the included folders outside that links lead to, each once.

        Those inside are walked anyway.
        In the order of their paths, so that of two links to one folder the same is always taken.
        """
        self._outside = set()
        walked: list[str] = []
        while self._links:
            pending, self._links = sorted(self._links), []
            for path in pending:
                real = os.path.realpath(self._root + path).replace(os.sep, "/").rstrip("/") + "/"
                holder = os.path.realpath(os.path.dirname(self._root + path)).replace(os.sep, "/")
                if (holder + "/").startswith(real) or self._root.startswith(real):
                    self._skipped[path] = "it is a link to a folder that it lies in"
                elif not self._may_lead_to(path, real):
                    self._skipped[path] = _LEADS_OUTSIDE
                elif not real.startswith((self._root, *walked)):
                    walked.append(real)
                    self._walk(path)

    def _may_lead_to(self, path: str, real: str) -> bool:
        """True if a link leads to a place in the workspace, or may lead out of it."""
        return real.replace(os.sep, "/").startswith(self._root) or (
            bool(self._workspace.config.include) and self._judge().may_lead_outside(path)
        )

    def _skip(self, rel: str, error: OSError) -> None:
        if not isinstance(error, (FileNotFoundError, NotADirectoryError)) or not rel:
            self._skipped[rel] = _reason(error)

    def _skip_large(self, path: str, size: int) -> None:
        self._files.pop(path, None)
        self._skipped[path] = (
            f"it has {size:,} bytes, more than the {self._limit:,} of the setting max-file-size"
        )


class _Decided:
    """Decisions of the last sweep about the entries of a folder."""

    __slots__ = ("_out", "_taken")

    def __init__(self, before: Folder | None) -> None:
        if before is None:
            self._taken = self._out = (_NOTHING, _NOTHING)
            return
        _, sources, folders, odd, sources_out, folders_out = map(_name_set, before)
        self._taken = (sources | odd, folders | odd)
        self._out = (sources_out, folders_out)

    def leaves_out(self, name: str, is_folder: bool) -> bool | None:
        """Tell whether an entry was left out, None if it is new."""
        if name in self._taken[is_folder]:
            return False
        return True if name in self._out[is_folder] else None


_NOTHING: frozenset[str] = frozenset()
_KINDS = {
    0o010000: "a FIFO",
    0o020000: "a character device",
    0o060000: "a block device",
    0o140000: "a socket",
}
# As git and ripgrep do: what a repository links to is not the repository's.
_LEADS_OUTSIDE = "it is a link that leads out of the workspace"
_LINK_ERRORS = {
    errno.ENOENT: "it is a link to nothing",
    errno.ELOOP: "it is a link that leads to itself",
}


def _name_set(joined: str) -> frozenset[str]:
    return frozenset(joined.split("/")) if joined else _NOTHING


def _kind(entry: os.DirEntry[str], is_source: bool) -> str:
    """Return 'folder', 'link' to a folder, 'file' for source, 'other', or '' for what is no matter.

    Costs a call to the system for links only.
    """
    try:
        if entry.is_symlink() or (os.name == "nt" and _is_junction(entry)):
            if entry.is_dir():
                return "link"
            return "other" if is_source else ""
        if entry.is_dir(follow_symlinks=False):
            return "folder"
        if not is_source:
            return ""
        return "file" if entry.is_file(follow_symlinks=False) else "other"
    except OSError:
        return "other"


def _is_junction(entry: os.DirEntry[str]) -> bool:
    tag = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    return tag == _MOUNT_POINT


def _reason(error: OSError) -> str:
    text = error.strerror or type(error).__name__
    return text[0].lower() + text[1:]


def _version_of(path: str) -> int:
    """Return the version of a file; 0 when it is not there."""
    try:
        return file_version(os.stat(path))
    except OSError:
        return 0


def _printable(rel: str) -> str:
    if is_text(rel):
        return rel
    return os.fsencode(rel).decode("utf-8", "backslashreplace")
