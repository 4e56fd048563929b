"""``flux-index doctor``: check what flux-index needs, and advise where something is missing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from tempfile import TemporaryFile

from ...indexer.errors import FluxIndexError
from ...indexer.extract.source import extract
from ...indexer.index import Index
from ...indexer.private_files import make_folder
from ...indexer.store import database as index_database
from ...indexer.store.ledger import NAME, Ledger
from ...indexer.watch.scope import network_mount
from ...indexer.watch.watcher import Watcher
from ..quoting import escaped
from ..render.styles import CompactStyle
from ..render.words import counted
from .index import describe_writer
from .output import in_colour, write, write_json

OK, WARN, FAIL = "ok", "warn", "fail"

_OLDEST_PYTHON = (3, 11)
_COLOURS = {OK: "green", WARN: "yellow", FAIL: "red"}
_INOTIFY = "/proc/sys/fs/inotify"
_NAME_WIDTH = 12


@dataclass(slots=True, frozen=True)
class Finding:
    """The result of a check: ``state`` is ok, warn or fail; ``advice`` says what to do."""

    name: str
    state: str
    detail: str
    advice: str = ""


def run(*, workspace: str, json: bool) -> int:
    """Check everything; returns 0 unless something fails."""
    index = Index.open(workspace)
    try:
        findings = [_checked(check, index) for check in CHECKS]
    finally:
        index.close()
    if json:
        write_json({"checks": [asdict(finding) for finding in findings]})
    else:
        style = CompactStyle("status", {}, colour=in_colour(sys.stdout))
        write("".join(_lines(finding, style) for finding in findings))
    return 2 if any(finding.state == FAIL for finding in findings) else 0


def python(index: Index) -> Finding:
    """Check the interpreter that runs flux-index."""
    del index
    version = sys.version.partition(" ")[0]
    if sys.version_info < _OLDEST_PYTHON:
        return Finding("python", FAIL, version, "install flux-index with Python 3.11 or newer")
    return Finding("python", OK, f"{version} at {sys.executable}")


def sqlite(index: Index) -> Finding:
    """Check the SQLite of this Python by making an index in memory."""
    del index
    connection = index_database.connect_memory()
    try:
        (version,) = connection.execute("SELECT sqlite_version()").fetchone()
        index_database.create_tables(connection)
    except Exception as error:
        advice = "use a Python whose SQLite has the FTS5 extension, as that of python.org has"
        return Finding("sqlite", FAIL, f"an index cannot be made: {error}", advice)
    finally:
        connection.close()
    return Finding("sqlite", OK, f"{version} with full-text search")


def grammar(index: Index) -> Finding:
    """Check tree-sitter and its grammar by parsing a line."""
    del index
    facts = extract(b"def works(): pass\n")
    packages = ("tree-sitter", "tree-sitter-python")
    detail = ", ".join(f"{package} {version(package)}" for package in packages)
    if "works" not in facts.names:
        return Finding("grammar", FAIL, f"{detail} cannot read Python", "reinstall flux-index")
    return Finding("grammar", OK, detail)


def workspace(index: Index) -> Finding:
    """Check the root, the import roots, and the settings."""
    found = index.workspace
    roots = ", ".join(root or "." for root in found.source_roots)
    detail = f"{found.root}, imports from {roots}"
    if found.config.problems:
        return Finding("workspace", WARN, detail, " ".join(found.config.problems))
    return Finding("workspace", OK, detail)


def environment(index: Index) -> Finding:
    """Check where the dependencies of the workspace are."""
    found = index.workspace.environment()
    looked = " ".join(found.considered)
    detail = f"{found.found_by} {looked}".strip()
    if found.kind == "unknown":
        advice = 'set python = "path/of/the/environment" under [tool.flux-index] in pyproject.toml'
        return Finding("environment", WARN, detail, advice)
    version = ".".join(map(str, found.python_version or ()))
    return Finding("environment", OK, f"{found.kind} at {found.prefix}, {version}: {detail}")


def files(index: Index) -> Finding:
    """Check the kind of file system, since some report no changes."""
    mount = network_mount(index.workspace.root)
    if mount is None:
        return Finding("file system", OK, "it tells of changes")
    point, kind = mount
    detail = f"{kind} at {point} tells nothing of changes made elsewhere"
    return Finding("file system", WARN, detail, "files are looked at every second instead")


def watching(index: Index) -> Finding:
    """Check that the workspace can be watched by watching it for a moment."""
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
    """Check that the index can be read and is not damaged."""
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


def ledger(index: Index) -> Finding:
    """Check that each row of the ledger is what was written."""
    folder = index.workspace.state_dir
    if not os.path.exists(os.path.join(folder, NAME)):
        return Finding("ledger", OK, "nothing was recorded yet")
    with Ledger(folder) as opened:
        rows = opened.check()
        if opened.note:
            return Finding("ledger", WARN, opened.note)
    return Finding("ledger", OK, f"{counted(rows, 'row')}, each as it was written")


def state_folder(index: Index) -> Finding:
    """Check that the folder of the index can be written."""
    place = index.workspace.state_dir
    trouble = _cannot_write(place)
    if trouble:
        return Finding("state", FAIL, trouble, f"make {place} a folder that you can write to")
    return Finding("state", OK, place)


def cache(index: Index) -> Finding:
    """Check that the cache that workspaces share can be written."""
    trouble = _cannot_write(index.cache_dir)
    if trouble:
        advice = "set FLUX_INDEX_CACHE_DIR to a folder that you can write to"
        return Finding("cache", FAIL, trouble, advice)
    return Finding("cache", OK, index.cache_dir)


def writer(index: Index) -> Finding:
    """Check which process keeps the index current."""
    if not os.path.exists(index.lock.path):
        return Finding("writer", OK, "nobody")
    if index.become_writer():
        index.release_writer()
        return Finding("writer", OK, "nobody")
    return Finding("writer", OK, describe_writer(index))


CHECKS: tuple[Callable[[Index], Finding], ...] = (
    python, sqlite, grammar, workspace, environment, state_folder, cache, files, watching,
    database, ledger, writer,
)  # fmt: skip
"""All checks, in the order in which they are shown."""


def _checked(check: Callable[[Index], Finding], index: Index) -> Finding:
    """Return the finding of a check; an exception is one, too."""
    name = check.__name__.replace("_", " ")
    try:
        return check(index)
    except FluxIndexError as error:
        return Finding(name, FAIL, str(error))
    except Exception as error:
        return Finding(name, FAIL, f"{type(error).__name__}: {error}", "reinstall flux-index")


def _lines(finding: Finding, style: CompactStyle) -> str:
    state = style.paint(finding.state.ljust(4), _COLOURS[finding.state])
    text = f"{state}  {escaped(f'{finding.name:{_NAME_WIDTH}} {finding.detail}')}\n"
    if finding.advice:
        text += f"{' ' * (_NAME_WIDTH + 7)}-> {escaped(finding.advice)}\n"
    return text


def _cannot_write(folder: str) -> str:
    """Return why a folder, which is made if need be, cannot be written; empty if it can."""
    try:
        make_folder(folder)
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
