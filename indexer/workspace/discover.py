"""Find what a workspace consists of: its projects, and the folders they import from."""

from __future__ import annotations

import os
import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from .layout import project_layout, read_ini
from .settings import path_dependencies, read_settings, table, texts, witnessed_toml
from .stamps import StampRecorder

if TYPE_CHECKING:
    from .config import Config

_PROJECT_FILES = frozenset(("pyproject.toml", "setup.py", "setup.cfg"))
# Scripts here are run from their own folder, so that it is what they import from.
_RUN_FROM = frozenset(("manage.py",))
_WEAK = frozenset(("requirements.txt", "Pipfile"))
# Projects in these are examples of projects, for tests or readers.
_NO_PROJECTS_IN = frozenset(
    ("tests", "test", "testing", "testdata", "test_data", "fixtures", "docs", "doc", "templates")
)
_MAX_DEPTH = 3
# What bounds the search in a folder full of data.
_MAX_FOLDERS = 400
_MAX_SIBLINGS = 300


class Discovered(NamedTuple):
    """The settings and build files of a workspace, read; see the attributes of `Workspace`.

    `records` is what a `Witness` saw while it was found.
    """

    source_roots: tuple[str, ...]
    config: Config
    package_dirs: tuple[tuple[str, str], ...]
    projects: tuple[str, ...]
    records: tuple[tuple[str, str], ...]


def discover(root: str) -> Discovered:
    """Read the settings and build files of the workspace at a root."""
    witness = StampRecorder(root)
    pyproject = witnessed_toml(witness, f"{root}/pyproject.toml", "pyproject.toml")
    config = read_settings(root, pyproject, witness)
    search = _Search(root, witness)
    search.find_projects(pyproject)
    if config.source_roots is None:
        search.find_layouts(pyproject)
    else:
        search.take_roots("", list(config.source_roots), "source_roots names")
    config.problems = tuple(witness.problems)
    roots = sorted(dict.fromkeys(search.roots), key=lambda folder: -_depth(folder))
    return Discovered(
        (*(folder for folder in roots if folder), ""),
        config,
        package_dirs=tuple(dict.fromkeys(search.packages)),
        projects=tuple(sorted(search.declared_projects())),
        records=tuple(witness.records.items()),
    )


class _Search:
    """The projects of one root, and what they declare, while it is found."""

    __slots__ = ("_root", "_witness", "packages", "projects", "roots")

    def __init__(self, root: str, witness: StampRecorder) -> None:
        self._root = root
        self._witness = witness
        self.projects: dict[str, frozenset[str]] = {}
        self.roots: list[str] = []
        self.packages: list[tuple[str, str]] = []

    def find_projects(self, pyproject: dict[str, Any]) -> None:
        """Find the members that the root declares, and the projects that lie near it."""
        workspace = table(pyproject, "tool", "uv", "workspace")
        excluded = [pattern.strip("/") for pattern in texts(workspace.get("exclude"))]
        self._walk(excluded)
        members = [
            folder
            for pattern in texts(workspace.get("members"))
            for folder in self._expand("", pattern.strip("/").split("/"))
        ]
        for path in (*members, *path_dependencies(pyproject)):
            folder = self._normal("", path)
            if folder and folder not in self.projects and not _matches(folder, excluded):
                markers = self._witness.listing(self._path(folder)).markers
                if not markers.isdisjoint(_PROJECT_FILES):
                    self.projects[folder] = markers

    def find_layouts(self, root_pyproject: dict[str, Any]) -> None:
        """Add what each project imports from, and the root itself."""
        for folder, markers in self.projects.items():
            pyproject = root_pyproject
            if folder:
                pyproject = {}
                if "pyproject.toml" in markers:
                    label = f"{folder}/pyproject.toml"
                    pyproject = witnessed_toml(self._witness, self._path(label), label)
            layout = project_layout(self._path(folder), markers, pyproject, self._witness)
            self.take_roots(folder, [*layout.roots, *layout.search])
            for package, path in layout.packages:
                place = self._normal(folder, path)
                if place is not None and self._witness.is_folder(self._path(place)):
                    self.packages.append((package, place))
            if "__init__.py" not in markers:
                self.roots.append(folder)
        # Where pyright looks for stubs of other people's packages, unless told otherwise.
        if self._witness.is_folder(self._path("typings")):
            self.roots.append("typings")
        self._read_pytest_ini()

    def take_roots(self, project: str, paths: list[str], complaint: str = "") -> None:
        """Add those import roots of a project that exist inside the workspace."""
        for path in paths:
            folder = self._normal(project, path)
            if folder is not None and self._witness.is_folder(self._path(folder)):
                self.roots.append(folder)
            elif complaint:
                self._witness.problems.append(
                    f"{complaint} {path!r}, which is no folder of the workspace."
                )

    def declared_projects(self) -> list[str]:
        """Return the folders of projects; the root is searched whether it is one or not."""
        return [
            folder
            for folder, markers in self.projects.items()
            if folder or not markers.isdisjoint(_PROJECT_FILES)
        ]

    def _walk(self, excluded: list[str]) -> None:
        pending = [("", 0)]
        signs = _PROJECT_FILES | _RUN_FROM
        for n_listed, (folder, depth) in enumerate(pending):
            if n_listed >= _MAX_FOLDERS:
                break
            listing = self._witness.listing(self._path(folder))
            markers = listing.markers
            if folder and not markers.isdisjoint(("__init__.py", "pyvenv.cfg", "conda-meta")):
                continue
            if not folder:
                self.projects[""] = markers
                # Requirements are those of a project of its own only where the root is none.
                if markers.isdisjoint(_PROJECT_FILES):
                    signs |= _WEAK
            elif not markers.isdisjoint(signs):
                self.projects[folder] = markers
            if depth == _MAX_DEPTH or len(listing.folders) > _MAX_SIBLINGS:
                continue
            for name in listing.folders:
                below = f"{folder}/{name}" if folder else name
                if name.endswith("-stubs") and name[:-6].isidentifier():
                    self.packages.append((name[:-6], below))
                elif not (name in _NO_PROJECTS_IN or "{" in name or _matches(below, excluded)):
                    pending.append((below, depth + 1))

    def _expand(self, folder: str, segments: list[str]) -> list[str]:
        """Return the folders that a member pattern stands for."""
        if not segments:
            return [folder]
        first, rest = segments[0], segments[1:]
        if not any(sign in first for sign in "*?["):
            below = posixpath.normpath(posixpath.join(folder, first)) if first else folder
            return self._expand(below, rest)
        names = self._witness.listing(self._path(folder)).folders[:_MAX_SIBLINGS]
        found = self._expand(folder, rest) if first == "**" else []
        for name in names:
            if fnmatchcase(name, first):
                below = f"{folder}/{name}" if folder else name
                deeper = first == "**" and below.count("/") < 2 * _MAX_DEPTH
                found += self._expand(below, segments if deeper else rest)
        return found

    def _read_pytest_ini(self) -> None:
        for name in ("pytest.ini", "tox.ini"):
            path = self._path(name)
            if self._witness.is_file(path):
                settings = read_ini(path, self._witness)
                self.take_roots("", settings.get("pytest", {}).get("pythonpath", "").split())

    def _normal(self, project: str, path: str) -> str | None:
        """Return a path that a project names relative to the root, None if it lies elsewhere."""
        path = path.replace("\\", "/")
        if os.path.isabs(path):
            path = posixpath.relpath(path, self._root)
        joined = posixpath.normpath(posixpath.join(project, path))
        if joined == ".":
            return ""
        return None if joined == ".." or joined.startswith("../") else joined

    def _path(self, rel: str) -> str:
        return f"{self._root.rstrip('/')}/{rel}" if rel else self._root


def _depth(folder: str) -> int:
    return folder.count("/") + 1 if folder else 0


def _matches(folder: str, patterns: list[str]) -> bool:
    return any(fnmatchcase(folder, pattern) for pattern in patterns)
