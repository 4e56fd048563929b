"""``flux-index doctor``: whether what flux-index needs is there, and what to do if it is not."""

from __future__ import annotations

import os
import sys

from ...indexer.errors import FluxIndexError
from ..render.view import counted
from .output import in_colour, write
from .writer import holder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ...indexer.index import Index

OK, WARN, FAIL = "ok", "warn", "fail"

_OLDEST_PYTHON = (3, 11)
_COLOURS = {OK: "32", WARN: "33", FAIL: "31"}
_INOTIFY = "/proc/sys/fs/inotify"
_NAME_WIDTH = 12


class Finding:
    """What a check found: ``state`` is ok, warn or fail; ``advice`` says what to do."""

    __slots__ = ("advice", "detail", "name", "state")

    def __init__(self, name: str, state: str, detail: str, advice: str = "") -> None:
        """A finding."""
        self.name = name
        self.state = state
        self.detail = detail
        self.advice = advice


def run(*, workspace: str, json: bool) -> int:
    """Check everything; returns 0 unless something fails."""
    from ...indexer.index import Index

    index = Index.open(workspace)
    try:
        findings = [_checked(check, index) for check in CHECKS]
    finally:
        index.close()
    if json:
        from json import dumps

        listed = [{"name": each.name, "state": each.state, "detail": each.detail,
                   "advice": each.advice} for each in findings]  # fmt: skip
        write(dumps({"checks": listed}) + "\n")
    else:
        colour = in_colour(sys.stdout)
        write("".join(_line(finding, colour=colour) for finding in findings))
    return 2 if any(finding.state == FAIL for finding in findings) else 0


def python(index: Index) -> Finding:
    """The interpreter that runs flux-index."""
    del index
    version = sys.version.partition(" ")[0]
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("python", FAIL, version, "install flux-index with Python 3.11 or newer")
    return Finding("python", OK, f"{version} at {sys.executable}")


def sqlite(index: Index) -> Finding:
    """The SQLite that Python was built with, by making an index in memory."""
    del index
    from ...indexer.store import schema
    from ...indexer.store.database import connect

    connection = connect(":memory:", writable=True)
    try:
        (version,) = connection.execute("SELECT sqlite_version()").fetchone()
        schema.create(connection)
    except Exception as error:
        advice = "use a Python whose SQLite has the FTS5 extension, as that of python.org has"
        return Finding("sqlite", FAIL, f"an index cannot be made: {error}", advice)
    finally:
        connection.close()
    return Finding("sqlite", OK, f"{version} with full-text search")


def grammar(index: Index) -> Finding:
    """tree-sitter and its grammar, by having them read a line."""
    del index
    from importlib.metadata import version

    from ...indexer.extract import extract

    facts = extract(b"def works(): pass\n")
    packages = ("tree-sitter", "tree-sitter-python")
    detail = ", ".join(f"{package} {version(package)}" for package in packages)
    if "works" not in facts.names:
        return Finding("grammar", FAIL, f"{detail} cannot read Python", "reinstall flux-index")
    return Finding("grammar", OK, detail)


def workspace(index: Index) -> Finding:
    """Root, import roots, and what is wrong in settings."""
    found = index.workspace
    roots = ", ".join(root or "." for root in found.source_roots)
    detail = f"{found.root}, imports from {roots}"
    if found.config.problems:
        return Finding("workspace", WARN, detail, " ".join(found.config.problems))
    return Finding("workspace", OK, detail)


def environment(index: Index) -> Finding:
    """Where the dependencies of the workspace are, and where else was looked."""
    found = index.workspace.environment()
    looked = " ".join(found.considered)
    detail = f"{found.found_by} {looked}".strip()
    if found.kind == "unknown":
        advice = 'set python = "path/of/the/environment" under [tool.flux-index] in pyproject.toml'
        return Finding("environment", WARN, detail, advice)
    version = ".".join(map(str, found.python_version or ()))
    return Finding("environment", OK, f"{found.kind} at {found.prefix}, {version}: {detail}")


def files(index: Index) -> Finding:
    """The kind of file system, since some tell of no changes."""
    from ...indexer.watch.scope import network_mount

    mount = network_mount(index.workspace.root)
    if mount is None:
        return Finding("file system", OK, "it tells of changes")
    point, kind = mount
    detail = f"{kind} at {point} tells nothing of changes made elsewhere"
    return Finding("file system", WARN, detail, "files are looked at every second instead")


def watching(index: Index) -> Finding:
    """Whether the workspace can be watched, by watching it for a moment."""
    from ...indexer.watch.watcher import Watcher

    watcher = Watcher(index.workspace.root, lambda _: None, state_dir=index.workspace.state_dir)
    try:
        watcher.start()
        state = watcher.state
    finally:
        watcher.stop()
    limits = [
        f"{name} {value}"
        for name in ("max_user_watches", "max_user_instances")
        if (value := _number(f"{_INOTIFY}/{name}"))
    ]
    detail = "; ".join([f"{state.mode}: {state.detail}", *limits])
    if state.mode == "sweeping":
        advice = "raise the limit, for instance: sudo sysctl fs.inotify.max_user_watches=1048576"
        return Finding("watching", WARN, detail, advice)
    return Finding("watching", OK, detail)


def database(index: Index) -> Finding:
    """Whether the index can be read and is whole."""
    reader = index.reader()
    if reader is None:
        if os.path.exists(index.path):
            detail = "; ".join(index.notes) or f"{index.path} cannot be read"
            return Finding("index", WARN, detail, "flux-index index makes it anew")
        return Finding("index", WARN, f"there is no {index.path}", "flux-index index makes it")
    problems = reader.check()
    if problems:
        detail = f"{index.path} is damaged: {problems[0]}"
        return Finding("index", FAIL, detail, "flux-index clean, then flux-index index")
    view = index.view()
    if not view.files:
        detail = f"no Python file was found in {index.workspace.root}"
        return Finding("index", WARN, detail, "see `exclude` and `include` in pyproject.toml, and "
                       ".gitignore; or is the workspace another folder?")  # fmt: skip
    return Finding("index", OK, f"{counted(len(view.files), 'file')}, generation {view.generation}")


def state_folder(index: Index) -> Finding:
    """Whether there is a place for the index."""
    place = index.workspace.state_dir
    trouble = _cannot_write(place)
    if trouble:
        return Finding("state", FAIL, trouble, f"make {place} a folder that you can write to")
    if index.workspace.read_only:
        detail = f"the workspace cannot be written to, its index is at {place}"
        return Finding("state", WARN, detail, "nothing, if that is meant")
    return Finding("state", OK, place)


def cache(index: Index) -> Finding:
    """Whether facts can be kept for other workspaces."""
    trouble = _cannot_write(index.cache_dir)
    if trouble:
        advice = "set FLUX_INDEX_CACHE_DIR to a folder that you can write to"
        return Finding("cache", FAIL, trouble, advice)
    return Finding("cache", OK, index.cache_dir)


def writer(index: Index) -> Finding:
    """Who keeps the index current."""
    if not os.path.exists(index.lock.path):
        return Finding("writer", OK, "nobody")
    if index.become_writer():
        index.release_writer()
        return Finding("writer", OK, "nobody")
    return Finding("writer", OK, holder(index))


CHECKS: tuple[Callable[[Index], Finding], ...] = (
    python, sqlite, grammar, workspace, environment, state_folder, cache, files, watching,
    database, writer,
)  # fmt: skip
"""All checks, in the order in which they are told."""


def _checked(check: Callable[[Index], Finding], index: Index) -> Finding:
    """The finding of a check; one that breaks has found something, too."""
    name = check.__name__.replace("_", " ")
    try:
        return check(index)
    except FluxIndexError as error:
        return Finding(name, FAIL, str(error))
    except Exception as error:
        return Finding(name, FAIL, f"{type(error).__name__}: {error}", "reinstall flux-index")


def _line(finding: Finding, *, colour: bool) -> str:
    state = finding.state.ljust(4)
    if colour:
        state = f"\x1b[{_COLOURS[finding.state]}m{state}\x1b[0m"
    line = f"{state}  {finding.name.ljust(_NAME_WIDTH)} {finding.detail}\n"
    if finding.advice:
        line += f"{' ' * (_NAME_WIDTH + 7)}-> {finding.advice}\n"
    return line


def _cannot_write(folder: str) -> str:
    """Why nothing can be written to a folder, which is made if need be; empty when it can."""
    from tempfile import TemporaryFile

    try:
        os.makedirs(folder, exist_ok=True)
        with TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"{folder}: {error.strerror}"


def _number(path: str) -> str:
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""
