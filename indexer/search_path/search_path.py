"""Places of modules outside of the workspace: typeshed's stubs, installed distributions.

A file outside of the workspace is named by its absolute path. Nothing is extracted before a
question leads there; then its facts are kept by content, as all facts are.

One ``SearchPath`` shows an environment as it was when it was first looked at. ``changed`` tells,
for a few ``stat`` calls, whether it is another one by now; then another object takes its place.
"""

from __future__ import annotations

import os
import sys
from time import monotonic

from .stamps import stamp_of
from .typeshed import StandardLibrary, typeshed_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..snapshot.facts_provider import FactsProvider
    from ..workspace import Workspace
    from .distributions import Distribution, Distributions
    from .outside_words import OutsideWords
    from .stamps import Stamp

# What answers rest on that rest on what is installed, as if it were the path of a file.
ENVIRONMENT = "<environment>"
DEFAULT_VERSION = (3, 13)
_SUFFIXES = ("/__init__.pyi", ".pyi", "/__init__.py", ".py")
# What modules are compiled to, and from where only that is distributed or nothing is built yet.
_COMPILED = (".so", ".pyd", ".pyx")
# Seconds between two looks at what changes rarely: which environment the workspace uses.
_SELDOM = 0.5


class SearchPath:
    """The environment of one workspace, looked at when first needed."""

    __slots__ = (
        "_added",
        "_allowed",
        "_cache_dir",
        "_compiled",
        "_distributions",
        "_found",
        "_happens_to_be",
        "_inner",
        "_inner_looked",
        "_lacks_something",
        "_library",
        "_listed",
        "_looked",
        "_origins",
        "_packages",
        "_ready",
        "_roots",
        "_site",
        "_sources",
        "_sources_version",
        "_stamps",
        "_version",
        "_words",
        "_workspace",
    )

    def __init__(self, workspace: Workspace, cache_dir: str) -> None:
        """Nothing is read before the first question."""
        self._cache_dir = cache_dir
        self._workspace = workspace
        self._ready = False
        self._library = StandardLibrary("", None)
        self._version: tuple[int, int] | None = None
        self._allowed: tuple[tuple[int, int], ...] = ()
        self._site: tuple[str, ...] = ()
        self._roots: tuple[str, ...] = ()
        self._added: frozenset[str] = frozenset()
        self._packages: dict[str, str] = {}
        self._origins: dict[str, tuple[str, str]] = {}
        self._sources = ""
        self._sources_version: tuple[int, int] | None = None
        self._lacks_something = False
        self._happens_to_be = False
        self._found: dict[str, str | None] = {}
        self._compiled: dict[str, frozenset[str]] = {}
        self._stamps: dict[str, Stamp] = {}
        self._looked = 0.0
        self._inner: dict[str, Stamp] = {}
        self._inner_looked = 0.0
        self._listed: dict[str, list[str]] = {}
        self._words: OutsideWords | None = None
        self._distributions: dict[str, Distributions] = {}

    def _prepare(self) -> None:
        from ..workspace.python_versions import versions_allowed
        from .editable import additions

        environment = self._workspace.environment()
        self._allowed = versions_allowed(environment.requires_python)
        self._version = environment.python_version
        if self._allowed and (self._version or DEFAULT_VERSION) not in self._allowed:
            # What the project declares counts more than where it happens to be looked at.
            is_newer = (self._version or DEFAULT_VERSION) > self._allowed[-1]
            self._version = self._allowed[-1 if is_newer else 0]
        self._library = StandardLibrary(typeshed_folder(self._cache_dir), self._version)
        # Without an environment, those that run this tell what stubs omit, too.
        self._sources = environment.stdlib or os.path.dirname(os.__file__).replace(os.sep, "/")
        self._sources_version = (
            environment.python_version if environment.stdlib else sys.version_info[:2]
        )
        self._site = environment.site_packages
        self._lacks_something = bool(environment.lacking)
        self._happens_to_be = environment.kind == "system"
        roots = list(self._site)
        for site in self._site:
            # Before it is read, so that what changes meanwhile is noticed.
            self._watch(site)
            found = additions(site)
            for path in found.read:
                self._watch(path)
            for folder in found.folders:
                self._watch(folder)
                roots.append(folder)
            for name, stem in found.packages.items():
                self._packages.setdefault(name, stem)
            for place, name in found.origins.items():
                self._origins.setdefault(place, (site, name))
        self._roots = tuple(dict.fromkeys(roots))
        self._added = frozenset(self._roots[len(self._site) :])
        self._looked = monotonic()
        self._ready = True

    def _watch(self, path: str) -> None:
        # The first stamp counts: what was found out then is kept.
        if path not in self._stamps:
            self._stamps[path] = stamp_of(path)

    def watch_inner(self, folder: str) -> None:
        """Watch a folder of an installed package, in which a module is looked for.

        Our own stubs of the standard library do not change while this runs.
        """
        is_ours = bool(self.stdlib) and folder.startswith(self.stdlib)
        if folder not in self._inner and folder not in self._stamps and not is_ours:
            self._inner[folder] = stamp_of(folder)

    def folders(self) -> list[tuple[str, Stamp]]:
        """The folders of installed packages that were looked into, as they were then."""
        return list(self._inner.items())

    def stamps(self) -> dict[str, Stamp]:
        """The folders and files that the environment was read from, as they were then."""
        if not self._ready:
            self._prepare()
        return dict(self._stamps)

    def changed(self) -> bool:
        """True if something was installed, upgraded or removed since this was looked at."""
        if not self._ready:
            return False
        # Copies: another thread may be adding.
        if any(stamp_of(path) != stamp for path, stamp in list(self._stamps.items())):
            return True
        now = monotonic()
        if now - self._inner_looked < _SELDOM:
            return False
        self._inner_looked = now
        return any(stamp_of(path) != stamp for path, stamp in self.folders())

    def is_another(self) -> bool:
        """True if the workspace would use another environment by now; looked at now and then."""
        if not self._ready:
            return False
        now = monotonic()
        if now - self._looked < _SELDOM:
            return False
        self._looked = now
        from ..workspace.stamps import holds

        return not holds(self._workspace.environment().records)

    @property
    def is_ready(self) -> bool:
        """True if anything was read yet."""
        return self._ready

    @property
    def roots(self) -> tuple[str, ...]:
        """Folders that modules outside of the workspace are imported from."""
        if not self._ready:
            self._prepare()
        return self._roots

    @property
    def packages(self) -> dict[str, str]:
        """Places of packages that only an import hook knows, by dotted name."""
        return dict(self._packages) if self.roots else {}

    def top_levels(self) -> list[tuple[str, str]]:
        """(name, path) of each package folder and module that can be imported from outside."""
        found: dict[str, str] = {}
        for root in self.roots:
            try:
                entries = sorted(os.listdir(root))
            except OSError:
                continue
            for entry in entries:
                name, dot, suffix = entry.partition(".")
                if name.isidentifier() and (not dot or suffix in ("py", "pyi")):
                    found.setdefault(name, f"{root}/{entry}")
        return list(found.items())

    def listed(self, path: str) -> list[str]:
        """Files of a package folder or module outside, compiled ones too.

        What is installed is listed once, and its folders are watched.
        """
        known = self._listed.get(path)
        if known is None:
            is_fixed = path == self.stdlib or self.is_installed(path)
            known = list(_files_below(path, self.watch_inner if is_fixed else None))
            if is_fixed:
                self._listed[path] = known
        return known

    def files_with(
        self, path: str, word: bytes, provider: FactsProvider, look: Callable[[], None]
    ) -> Iterator[str]:
        """Yield files of a package folder or module outside that have a word; see OutsideWords."""
        if self._words is None:
            from .outside_words import OutsideWords  # late: most questions search nothing

            self._words = OutsideWords()
        is_fixed = path == self.stdlib or self.is_installed(path)
        return self._words.files_with(
            path, self.listed(path), word, provider, look, is_fixed=is_fixed
        )

    @property
    def stdlib(self) -> str:
        """Folder of the standard library's stubs; empty when they are not installed."""
        if not self._ready:
            self._prepare()
        return self._library.folder

    @property
    def stdlib_sources(self) -> str:
        """Folder of the standard library's sources; empty when they are not on this machine."""
        if not self._ready:
            self._prepare()
        return self._sources

    @property
    def version(self) -> tuple[int, int]:
        """Version of Python; that of no environment is a recent one."""
        if not self._ready:
            self._prepare()
        return self._version or DEFAULT_VERSION

    @property
    def versions_allowed(self) -> tuple[tuple[int, int], ...]:
        """The versions of Python that the workspace says it is for; none if it does not say."""
        if not self._ready:
            self._prepare()
        return self._allowed

    @property
    def has_sources_of_version(self) -> bool:
        """True if the standard library's sources are those of the version that is assumed."""
        if not self._ready:
            self._prepare()
        return self.version == self._sources_version

    @property
    def platform(self) -> str:
        """``sys.platform`` of the environment, which is on this machine."""
        return sys.platform

    @property
    def is_known(self) -> bool:
        """True if there is an environment; without one, any module may be installed.

        One that merely happens to be on the path, and lacks what the workspace needs, is none.
        """
        return bool(self.roots) and not (self.lacks_something and self._happens_to_be)

    @property
    def lacks_something(self) -> bool:
        """True if something is not installed that the workspace cannot do without."""
        if not self._ready:
            self._prepare()
        return self._lacks_something

    def is_installed(self, path: str) -> bool:
        """True if a file is one of those that installers keep, rather than one people edit."""
        folders = (self.stdlib, self.stdlib_sources, *self._site)
        return any(folder and path.startswith(folder + "/") for folder in folders)

    def find(self, dotted: str) -> str | None:
        """Absolute path of the file that defines a module, stubs before sources; or None."""
        if dotted not in self._found:
            if not self._ready:
                self._prepare()
            self._found[dotted] = self._find(dotted)
        return self._found[dotted]

    def _find(self, dotted: str) -> str | None:
        stub = self._library.find(dotted)
        if stub is not None:
            return stub
        path = dotted.replace(".", "/")
        top, _, rest = path.partition("/")
        stubs = f"{top}-stubs/{rest}" if rest else f"{top}-stubs"
        for stem in (stubs, path):
            for root in self._roots:
                place = f"{root}/{stem}"
                if root in self._added:
                    self._watch_around(place, self._watch)
                elif os.path.isdir(f"{root}/{stem.partition('/')[0]}"):
                    self._watch_around(place, self.watch_inner)
                found = _module_file(place)
                if found is not None:
                    return found
        return self._find_mapped(dotted) or self._find_in_sources(dotted) or self._in_project(path)

    def _watch_around(self, place: str, watch: Callable[[str], None]) -> None:
        """Watch the folders that a module would come to: the one around it, and one of its name."""
        watch(place.rpartition("/")[0])
        if os.path.isdir(place):
            watch(place)

    def _find_mapped(self, dotted: str) -> str | None:
        """A module of a package whose place an import hook knows."""
        name = dotted
        while name:
            stem = self._packages.get(name)
            if stem is not None:
                path = stem + dotted[len(name) :].replace(".", "/")
                self._watch_around(path, self._watch)
                return _module_file(path)
            name = name.rpartition(".")[0]
        return None

    def _find_in_sources(self, dotted: str) -> str | None:
        """A module of the standard library that has no stub."""
        if self._sources and self._library.has_no_stub(dotted):
            return _module_file(f"{self._sources}/{dotted.replace('.', '/')}")
        return None

    def _in_project(self, path: str) -> str | None:
        """A module of a project that is installed in editable mode by means that show no place."""
        for site in self._site:
            for folder, _ in self.distributions(site).editable_folders():
                if folder not in self._added:
                    place = f"{folder}/{path}"
                    self._watch_around(place, self._watch)
                    found = _module_file(place)
                    if found is not None:
                        return found
        return None

    def find_folder(self, dotted: str) -> str | None:
        """Absolute path of the folder of a namespace package; or None."""
        folders = self.find_folders(dotted)
        return folders[0] if folders else None

    def find_folders(self, dotted: str) -> list[str]:
        """Absolute paths of all folders that a namespace package consists of."""
        path = dotted.replace(".", "/")
        candidates = [f"{root}/{path}" for root in self.roots]
        name = dotted
        while name:
            if name in self._packages:
                candidates.append(self._packages[name] + path[len(name) :])
            name = name.rpartition(".")[0]
        return [folder for folder in candidates if os.path.isdir(folder)]

    def is_opaque(self, dotted: str) -> bool:
        """True if a module is there of which no file tells what it holds."""
        if not self._ready:
            self._prepare()
        if self._library.has_no_stub(dotted):
            return True
        parent, _, name = dotted.replace(".", "/").rpartition("/")
        return any(self.is_compiled(f"{root}/{parent}".rstrip("/"), name) for root in self._roots)

    def is_compiled(self, folder: str, name: str) -> bool:
        """True if a folder outside of the workspace holds a compiled module of this name."""
        names = self._compiled.get(folder)
        if names is None:
            is_installed = self.is_installed(f"{folder}/")
            if is_installed:
                self.watch_inner(folder)
            try:
                entries = os.listdir(folder)
            except OSError:
                entries = []
            names = frozenset(
                entry.partition(".")[0] for entry in entries if entry.endswith(_COMPILED)
            )
            if is_installed:
                self._compiled[folder] = names
        return name in names

    def module_name(self, path: str) -> str | None:
        """Dotted name of a file outside of the workspace."""
        stem, dot, _ = path.rpartition(".")
        if not dot:
            return None
        stem = stem.removesuffix("/__init__")
        for folder in (self.stdlib, *sorted(self._roots, key=len, reverse=True), self._sources):
            if folder and stem.startswith(folder + "/"):
                rest = stem[len(folder) + 1 :]
                top, _, inner = rest.partition("/")
                top = top.removesuffix("-stubs")
                return f"{top}.{inner.replace('/', '.')}" if inner else top
        for name, place in self._packages.items():
            if stem == place or stem.startswith(place + "/"):
                return name + stem[len(place) :].replace("/", ".")
        for folder in self._project_folders():
            if stem.startswith(folder + "/"):
                return stem[len(folder) + 1 :].replace("/", ".")
        return None

    def _project_folders(self) -> list[str]:
        return [
            folder
            for site in self._site
            for folder, _ in self.distributions(site).editable_folders()
        ]

    def layer(self, path: str) -> str:
        """``stdlib`` or ``dependency``."""
        if self.stdlib and path.startswith(self.stdlib + "/"):
            return "stdlib"
        if self._sources and path.startswith(self._sources + "/"):
            return "dependency" if any(path.startswith(f"{r}/") for r in self._roots) else "stdlib"
        return "dependency"

    def source_of(self, stub: str) -> str | None:
        """Absolute path of the source that a stub outside of the workspace describes; or None."""
        dotted = self.module_name(stub)
        if dotted is None or not stub.endswith(".pyi"):
            return None
        path = dotted.replace(".", "/")
        beside = stub.removesuffix("i")
        if self.layer(stub) == "stdlib":
            stems = [f"{self._sources}/{path}"] if self._sources else []
        else:
            if os.path.isfile(beside):
                return beside
            stems = [f"{root}/{path}" for root in self._roots]
        for stem in stems:
            for full in (f"{stem}/__init__.py", f"{stem}.py"):
                if os.path.isfile(full):
                    return full
        return None

    def distributions(self, site: str) -> Distributions:
        """The distributions in a site folder."""
        from .distributions import Distributions

        found = self._distributions.get(site)
        if found is None:
            found = self._distributions[site] = Distributions(site)
        return found

    def distribution(self, path: str) -> Distribution | None:
        """The distribution that a file outside of the workspace belongs to; or None."""
        for site in (self.roots and self._site) or ():
            if path.startswith(site + "/"):
                return self.distributions(site).owner(path[len(site) + 1 :])
        for place, (site, name) in self._origins.items():
            if path.startswith((place + "/", place + ".")):
                return self.distributions(site).owner(name)
        for site in self._site:
            for folder, distribution in self.distributions(site).editable_folders():
                if path.startswith(folder + "/"):
                    return distribution
        return None


def _module_file(stem: str) -> str | None:
    for suffix in _SUFFIXES:
        if os.path.isfile(stem + suffix):
            return stem + suffix
    return None


def _files_below(path: str, watch: Callable[[str], None] | None) -> Iterator[str]:
    if os.path.isfile(path):
        yield path
    for where, folders, names in os.walk(path):
        if watch is not None:
            watch(where)
        folders[:] = [name for name in folders if name != "__pycache__"]
        yield from (
            f"{where}/{name}" for name in names if name.endswith((".py", ".pyi", *_COMPILED))
        )
