"""The workspace as the rest of the index sees it: paths, import roots and settings.

Opening one reads settings; restoring one that was open before only checks that nothing it was read
from has changed. Which files exist is not its business: see `sweep`.
"""

from __future__ import annotations

import os

from ..state_folders import state_dir_of
from .config import Config
from .root import find_root
from .stamps import holds
from .sweep_cache import Reader, counted, flat, pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .environments import Environment
    from .ignore import Patterns

_FORMAT = "flux-index workspace 2"
# A suffix for each way to define a module; a stub says more about it than its source.
_PACKAGE_FIRST = ("/__init__.pyi", ".pyi", "/__init__.py", ".py")


class Workspace:
    """One workspace, not changed after it was opened."""

    __slots__ = (
        "_environment",
        "_environment_fields",
        "_places",
        "_records",
        "config",
        "ignore_cache",
        "package_dirs",
        "projects",
        "root",
        "source_roots",
        "state_dir",
    )

    root: str
    """Absolute and real, '/'-separated on every system."""

    source_roots: tuple[str, ...]
    """Folders that modules are imported from, relative to the root, the deepest first. The last is
    always '', the root itself: tests, scripts and all else that no project declares."""

    package_dirs: tuple[tuple[str, str], ...]
    """Dotted package to the folder that holds it, where the two are not called the same."""

    projects: tuple[str, ...]
    """Folders with a project of their own, relative to the root, '' if the root is one."""

    config: Config
    state_dir: str
    """Where index and ledger are kept, in the user's cache folder; may not exist yet."""

    ignore_cache: dict[str, tuple[str, Patterns]]
    """Ignore files by path, each with the stamp it had when it was read. Kept for `ignore`."""

    def __init__(
        self,
        root: str,
        source_roots: tuple[str, ...] = ("",),
        config: Config | None = None,
        *,
        package_dirs: tuple[tuple[str, str], ...] = (),
        projects: tuple[str, ...] = (),
        records: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Describe a workspace whose root and import roots are known; `open` finds them.

        `records` is what a `Witness` saw while they were found.
        """
        self.root = root
        self.source_roots = source_roots
        self.config = config or Config()
        self.package_dirs = package_dirs
        self.projects = projects
        self.state_dir = state_dir_of(root)
        self.ignore_cache = {}
        self._records = records
        self._environment: Environment | None = None
        self._environment_fields: list[str] = []
        self._places = _places(source_roots, package_dirs)

    @classmethod
    def open(cls, start: str) -> Workspace:
        """Return the workspace of a file or folder, its settings and build files read anew."""
        # Most workspaces are restored, which needs no reading of settings.
        from .discover import discover

        root = find_root(start)
        found = discover(root)
        return cls(
            root,
            found.source_roots,
            found.config,
            package_dirs=found.package_dirs,
            projects=found.projects,
            records=found.records,
        )

    def environment(self) -> Environment:
        """Return the environment that the workspace's dependencies are installed in."""
        if self._environment is None:
            from .environments import Environment

            restored = Environment.restore(self._environment_fields)
            if restored is None:
                from .find_environment import detect

                restored = detect(self)
            self._environment = restored
        return self._environment

    def use_environment(self, environment: Environment) -> None:
        """Take an environment that somebody else has found."""
        self._environment = environment

    def forget_environment(self) -> None:
        """Find the environment anew when it is asked for again."""
        self._environment = None
        self._environment_fields = []

    def relative(self, path: str) -> str | None:
        """Return a path relative to the root, '/'-separated, or None if it is not below the root.

        A path that leads into the workspace by a link from elsewhere, or by one of the workspace's
        own to another of its folders, is named as the sweep names it.
        """
        full = os.path.abspath(path)
        folder, name = os.path.split(full)
        # The last part may be a link itself; it is the link that is a file of the workspace.
        real = self._below(os.path.join(os.path.realpath(folder), name))
        if real is not None:
            return real
        if os.path.realpath(full).replace(os.sep, "/") == self.root:
            return ""
        # A link inside the workspace to a folder outside is walked under the link's name.
        return self._below(full)

    def absolute(self, rel: str) -> str:
        """Return the absolute path of a path relative to the root."""
        return f"{self.root.rstrip('/')}/{rel}" if rel else self.root

    def module_name(self, rel: str) -> str | None:
        """Return the dotted name that a Python file is imported by, None if there is none.

        `pkg/mod.py` is `pkg.mod`, `pkg/__init__.py` is `pkg`, both below the deepest import root
        that holds the file.
        """
        stem, dot, suffix = rel.rpartition(".")
        if not dot or suffix not in ("py", "pyi"):
            return None
        if stem == "__init__" or stem.endswith("/__init__"):
            stem = stem[:-9]
        for folder, package in self._places:
            if folder and stem != folder and not stem.startswith(folder + "/"):
                continue
            rest = stem[len(folder) :].lstrip("/").replace("/", ".")
            dotted = f"{package}.{rest}" if package and rest else package or rest
            if dotted:
                return dotted if all(map(str.isidentifier, dotted.split("."))) else None
        return None

    def module_candidates(
        self, module: str, importer: str = "", *, around: bool | None = None
    ) -> Iterator[str]:
        """Yield the relative paths that would define a module, the one to prefer first.

        Import roots that hold `importer`, the path of the file that imports it, come before
        others: two projects of one workspace may both have a `tests.helpers`. With `around`, only
        these, or only the others. Whether the files exist is for the caller to ask; a namespace
        package is defined by none.
        """
        if not module:
            return
        places = self._places
        if importer:
            own = [place for place in places if not place[0] or _holds(place[0], importer)]
            others = [place for place in places if place not in own]
            places = (*(own if around is not False else ()), *(others if not around else ()))
        elif around is False:
            return
        for folder, package in places:
            if not package:
                rest = module
            elif module == package:
                rest = ""
            elif module.startswith(package + "."):
                rest = module[len(package) + 1 :]
            else:
                continue
            if rest:
                path = rest.replace(".", "/")
                stem = f"{folder}/{path}" if folder else path
                for suffix in _PACKAGE_FIRST:
                    yield stem + suffix
            else:
                prefix = folder + "/" if folder else ""
                yield prefix + "__init__.pyi"
                yield prefix + "__init__.py"

    def snapshot(self) -> str:
        """Return the workspace as text, with the stamps of all that it was read from."""
        config = self.config
        fields = [
            _FORMAT,
            self.root,
            *counted(self.source_roots),
            *flat(self.package_dirs),
            *counted(self.projects),
            *counted(config.exclude),
            *counted(config.include),
            *counted(() if config.python is None else (config.python,)),
            "set" if config.source_roots is not None else "",
            *counted(config.source_roots or ()),
            str(config.max_file_size),
            "yes" if config.follow_gitignore else "no",
            config.test_command,
            *counted(config.problems),
            *flat(self._records),
        ]
        environment = self._environment
        fields += self._environment_fields if environment is None else environment.fields()
        return pack(fields)

    @classmethod
    def restore(cls, text: str) -> Workspace | None:
        """Return the workspace that `snapshot` wrote, None if it would be found different today.

        None also for a text that this version did not write.
        """
        try:
            fields = unpack(text)
            reader = Reader(fields)
            if reader.text() != _FORMAT:
                return None
            root = reader.text()
            source_roots = reader.texts()
            package_dirs = reader.pairs()
            projects = reader.texts()
            exclude, include, python = reader.texts(), reader.texts(), reader.texts()
            has_roots, configured_roots = reader.text(), reader.texts()
            config = Config(
                exclude=exclude,
                include=include,
                python=python[0] if python else None,
                source_roots=configured_roots if has_roots else None,
                max_file_size=int(reader.text()),
                follow_gitignore=reader.text() == "yes",
                test_command=reader.text(),
                problems=reader.texts(),
            )
            records = reader.pairs()
        except (IndexError, ValueError):
            return None
        if not os.path.isdir(root) or not holds(records):
            return None
        workspace = cls(
            root,
            source_roots,
            config,
            package_dirs=package_dirs,
            projects=projects,
            records=records,
        )
        workspace._environment_fields = reader.rest()
        return workspace

    def _below(self, path: str) -> str | None:
        path = path.replace(os.sep, "/")
        prefix = self.root.rstrip("/") + "/"
        if os.path.normcase(path[: len(prefix)]) == os.path.normcase(prefix):
            return path[len(prefix) :]
        return "" if path == self.root else None


def _places(
    source_roots: tuple[str, ...], package_dirs: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Return folders and the packages that they are, '' for import roots, the deepest first.

    What a package is called counts before what its folder would be called at an import root.
    """
    places = [(folder, package) for package, folder in package_dirs]
    places += [(folder, "") for folder in source_roots]
    return tuple(sorted(places, key=_depth, reverse=True))


def _depth(place: tuple[str, str]) -> int:
    return place[0].count("/") + 1 if place[0] else 0


def _holds(folder: str, path: str) -> bool:
    return path.startswith(folder + "/")
