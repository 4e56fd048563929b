"""A snapshot: one generation of the index plus overlays, which is what every question is asked of.

Asking never changes it. Each file that an answer rests on is checked against the disk when it is
first touched, so an answer is right for the bytes that are there now even when a watcher lags or
nobody watches; what was touched stays as it was seen for the rest of the snapshot's life.
"""

from __future__ import annotations

import os

from .. import text
from ..errors import OutsideWorkspaceError, UnknownFileError
from ..paths import file_version, is_outside
from ..platform_conditions import holding, is_conditional
from ..search_path.search_path import ENVIRONMENT
from ..search_path.stamps import stamp_from, stamp_of
from ..symbols import QUOTE, inherited_names, names_in
from .query_cache import ANY_NAME, TOPS, QueryCache, QueryStack, name_bit
from .work import Work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from ..facts import FileFacts
    from ..index import Index
    from ..search_path.stamps import Stamp
    from ..store.index_store import FileRow, StoredSymbol
    from ..top_level import TopLevel


# Resolved expressions that a view remembers; a few hundred bytes each.
_REMEMBERED = 60_000
# Bytes of facts that a snapshot holds on to.
_HELD = 48_000_000
# Names of which a snapshot remembers where they occur.
_PLACES = 200


class StaleError(Exception):
    """A file has changed since the view that shared answers were remembered for."""

    def __init__(self, path: str) -> None:
        """Name the file."""
        super().__init__(path)
        self.path = path


class View:
    """The files of one generation, by path and by id, and those not indexed yet."""

    __slots__ = (
        "_paths",
        "base",
        "complete",
        "files",
        "generation",
        "memo",
        "pending",
        "read",
        "resolved",
        "revision",
        "variants",
    )

    def __init__(
        self,
        generation: int,
        files: dict[str, FileRow],
        pending: frozenset[str] = frozenset(),
        *,
        revision: int,
        complete: bool = True,
    ) -> None:
        """``complete`` tells whether a sweep has looked at the disk since the index was opened.

        ``revision`` counts everything that was written, also what changed no content.
        """
        self.generation = generation
        self.revision = revision
        self.files = files
        self.pending = pending
        self.complete = complete
        self._paths: dict[int, str] | None = None
        # For what can be remembered as long as nothing changes.
        self.memo: dict[str, Any] = {}
        self.resolved = Resolved()
        # The same files with contents standing in for some of them, by what these are.
        self.variants: dict[frozenset[tuple[str, bytes]], View] = {}
        self.base = self
        """The view without anything standing in for files."""
        self.read: dict[str, bytes] = {}
        """Content hash of each pending file that was read: what was resolved rests on it."""

    def copy(self) -> View:
        """Return a view of the same files, with nothing remembered."""
        return View(
            self.generation, self.files, self.pending, revision=self.revision,
            complete=self.complete,
        )  # fmt: skip

    def variant(self) -> View:
        """Return a view of the same files for contents in place of some, with nothing resolved."""
        other = self.copy()
        other._paths = self.paths
        other.base = self
        other.read = self.read
        return other

    @property
    def paths(self) -> dict[int, str]:
        """Path of each file by id."""
        if self._paths is None:
            self._paths = {row[0]: path for path, row in self.files.items()}
        return self._paths

    def has(self, path: str) -> bool:
        """True if a file is known, indexed or not yet."""
        return path in self.files or path in self.pending

    def inherit(self, other: View, changed: Iterable[str], names: int = ANY_NAME) -> None:
        """Take over what was resolved in the view before this one, as far as it still holds.

        ``changed`` are the files that are not what they were there, and ``names`` the bits of the
        names that came to them or went.
        """
        gone = set(changed)
        for path in changed:
            if self.has(path) != other.has(path):
                gone.update(presence_of(path))
        self.resolved = other.resolved.without(gone, names).settled()
        for contents, known in list(other.variants.items())[-1:]:
            variant = self.variants[contents] = self.variant()
            variant.resolved = known.resolved.without(gone, names).settled()


class Resolved:
    """Caches of answers: with conventions, without, and of references, which live longer."""

    __slots__ = ("conventional", "references", "strict")

    def __init__(self) -> None:
        """Nothing was."""
        self.conventional = QueryCache()
        self.strict = QueryCache(self.conventional)
        self.references = QueryCache(self.strict)

    def without(self, paths: set[str], names: int = ANY_NAME) -> Resolved:
        """Return what rests on none of these files and folders, nor on names with these bits."""
        other = Resolved()
        other.conventional = self.conventional.without(paths, names)
        other.strict = self.strict.without(paths, names)
        other.references = self.references.without(paths, names)
        return other

    def settled(self) -> Resolved:
        """The same, without holding on to what it was made from."""
        other = Resolved()
        other.conventional = self.conventional.settled()
        other.strict = self.strict.settled()
        other.references = self.references.settled()
        return other


def presence_of(path: str) -> Iterator[str]:
    """What answers rest on that change when a file comes or goes, whatever is in it.

    That it is there at all, and its folders, the root's empty path last.
    """
    yield _presence(path)
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _presence(path: str) -> str:
    return f"{path}\0"  # which no path is


class Snapshot:
    """The files of a workspace at one moment. Paths are relative to its root, with ``/``."""

    __slots__ = (
        "_changed",
        "_digests",
        "_facts",
        "_held",
        "_index",
        "_overlays",
        "_places",
        "_resolved",
        "_shared",
        "_texts",
        "memo",
        "progress",
        "view",
        "work",
    )

    def __init__(
        self,
        index: Index,
        view: View,
        overlays: Mapping[str, bytes | None] | None = None,
        *,
        shared: bool = False,
        changed: frozenset[str] | None = None,
        work: Work | None = None,
    ) -> None:
        """``overlays`` are contents that stand in for files; None stands for a deleted file.

        ``changed`` are those of them that differ from what the view has, all when it is not given;
        with any of these, only who gives a view of its own (see ``overlays``) may share it.

        A ``shared`` snapshot remembers what it resolves for the others of its view. It raises
        :class:`StaleError` as soon as it meets a file that is not as the view has it.
        """
        self._index = index
        self.view = view
        self._overlays = dict(overlays or {})
        # Facts of each file, with the bits of what who asks for them rests on.
        self._facts: dict[str, tuple[int, FileFacts | None]] = {}
        self._held = 0
        self._texts: dict[str, bytes] = {}
        self._digests: dict[str, bytes] = {}
        self._places: dict[tuple[str, bool], list[str]] = {}
        self._changed = frozenset(self._overlays) if changed is None else changed
        self._shared = shared and (changed is not None or not self._overlays)
        self._resolved = view.resolved if self._shared else Resolved()
        # For what resolvers remember, and where they are in remembering it.
        self.memo = self._resolved.conventional
        self.work = Work() if work is None else work
        self.progress = QueryStack(self.work)
        if self.work.asked is not None:
            self.work.asked.append(self)
        self.relax()

    @property
    def index(self) -> Index:
        """The index that this is a snapshot of."""
        return self._index

    @property
    def interrupt(self) -> Callable[[], None] | None:
        """Called now and then on the way to a long answer; ends it by raising."""
        return self.work.interrupt

    @interrupt.setter
    def interrupt(self, interrupt: Callable[[], None] | None) -> None:
        self.work.interrupt = interrupt

    def relax(self) -> None:
        """Forget what was resolved when it has become much; a long answer calls this on its way.

        So it is also where a long answer can be called off.
        """
        if len(self.memo.answers) > _REMEMBERED:
            self.memo.clear()
        self.work.look()

    @property
    def shared(self) -> bool:
        """True if what is remembered here is for all who ask of this view."""
        return self._shared

    @property
    def generation(self) -> int:
        """Generation of the store that this shows."""
        return self.view.generation

    @property
    def pending(self) -> int:
        """Number of files that are known and not indexed."""
        return len(self.view.pending)

    def strict(self) -> Snapshot:
        """The same snapshot with the answers that were found without heuristics."""
        other = Snapshot(
            self._index, self.view, self._overlays, shared=self._shared, changed=self._changed,
            work=self.work,
        )  # fmt: skip
        other._resolved = self._resolved
        other.memo = self._resolved.strict
        other.relax()
        other._facts, other._texts, other._digests = self._facts, self._texts, self._digests
        return other

    @property
    def references(self) -> QueryCache:
        """References found so far, by what was asked and file."""
        return self._resolved.references

    def overlaid(self) -> set[str]:
        """Files that an overlay stands in for which says something else than the index."""
        return set(self._changed)

    def relative(self, path: str) -> str:
        """Path relative to the root; raises OutsideWorkspaceError."""
        if not os.path.isabs(path):
            candidate = path.replace(os.sep, "/").removeprefix("./")
            if ".." not in candidate.split("/") and self.exists(candidate):
                return candidate
            path = os.path.join(self._index.workspace.root, path)
        try:
            relative = self._index.workspace.relative(path)
        except ValueError:  # no file can have such a name
            relative = None
        if relative is None or self.leads_outside(relative):
            raise OutsideWorkspaceError(
                f"{path} is not inside the workspace {self._index.workspace.root}"
            )
        return relative

    def absolute(self, path: str) -> str:
        """Absolute path of a file of the workspace."""
        return os.path.join(self._index.workspace.root, path)

    def exists(self, path: str) -> bool:
        """True if a source file is there."""
        self.progress.touched |= self.memo.bit(path if is_outside(path) else _presence(path))
        return self._is_there(path)

    def _is_there(self, path: str) -> bool:
        if path in self._overlays:
            return self._overlays[path] is not None
        if path in self._facts:
            return self._facts[path][1] is not None
        if path in self._digests:
            return True
        if is_outside(path):
            self._step_outside(path, looked_for=True)
            return self._looked_up(("file", path), path, os.path.isfile)
        if self.view.complete:
            return path in self.view.files or path in self.view.pending
        return os.path.isfile(self.absolute(path)) and (
            path in self.view.files or not self.leads_outside(path)
        )

    def leads_outside(self, path: str) -> bool:
        """True if a path leads out of the workspace by a link: what is there is not looked at."""
        return not is_outside(path) and self._looked_up(
            ("leads outside", path), path, self._leads_outside
        )

    def is_link_outside(self, path: str) -> bool:
        """True if a path is itself a link out of the workspace, behind which anything may be."""
        return os.path.islink(self.absolute(path)) and self.leads_outside(path)

    def _leads_outside(self, path: str) -> bool:
        from ..workspace.ignore import leads_outside

        try:
            return leads_outside(self._index.workspace, path)
        except ValueError:  # no file can have such a name
            return False

    def is_folder(self, path: str) -> bool:
        """True if a folder is there that could be a namespace package."""
        self.progress.touched |= self.memo.bit(path)
        full = self.absolute(path)
        if is_outside(path):
            self._step_outside(path, looked_for=True)
        else:
            self._note_link(path, full)
        return self._looked_up(("folder", path), full, os.path.isdir)

    def _note_link(self, path: str, full: str) -> bool:
        """Note that an answer rests on where a link leads; False for what is none.

        No file that is indexed tells of that.
        """
        if not self._looked_up(("link", path), full, os.path.islink):
            return False
        self.progress.touched |= self.memo.bit(full)
        self._saw(full, stamp_of(full))
        return True

    def behind_links(self, path: str) -> str:
        """Where a path leads by links within the workspace; empty if there is none on the way."""
        parts = path.split("/")
        before = ["/".join(parts[: count + 1]) for count in range(len(parts))]
        if not any(self._note_link(each, self.absolute(each)) for each in before):
            return ""
        root = os.path.realpath(self._index.workspace.root)
        real = os.path.realpath(self.absolute(path))
        inside = real.startswith(root + os.sep)
        return real[len(root) + 1 :].replace(os.sep, "/") if inside else ""

    def _looked_up(self, key: object, path: str, look: Callable[[str], bool]) -> bool:
        """Return what the disk says about a path, asked once as long as nothing changes."""
        found = self.memo.find(key)
        if found is not None:
            return found[0]
        there = look(path)
        self.memo.keep(key, there, self.progress.touched)
        return there

    def _step_outside(self, path: str, *, looked_for: bool = False) -> None:
        """Note that an answer rests on what lies at a path outside of the workspace.

        What is ``looked_for`` may not be there: its folder tells when it comes.
        """
        self.progress.touched |= self.memo.bit(ENVIRONMENT)
        if not looked_for:
            return
        folder = path.rpartition("/")[0]
        if self._index.search_path.is_installed(path):
            self._index.search_path.watch_inner(folder)
        else:
            self.progress.touched |= self.memo.bit(folder)
            self._saw(folder, stamp_of(folder))

    def _saw(self, path: str, stamp: Stamp) -> None:
        """Remember how something outside was seen; raises StaleError when others saw it changed."""
        installed = self._index.search_path.is_installed(path)
        if not self._index.seen.note(path, stamp, installed=installed):
            self._index.forget([path])
            if self._shared:
                raise StaleError(path)

    def rest_on_environment(self) -> None:
        """Note that an answer rests on what is installed, be it that something is not."""
        self.progress.touched |= self.memo.bit(ENVIRONMENT)

    def paths(self) -> Iterable[str]:
        """Every source file, in order."""
        self.progress.touched |= self.memo.bit("")
        names = set(self.view.files) | self.view.pending | set(self._overlays)
        return sorted(path for path in names if self._is_there(path))

    def facts(self, path: str) -> FileFacts | None:
        """Facts of a file as it is now; None when it is gone or cannot be read."""
        known = self._facts.get(path)
        if known is None:
            known = self._look_at(path)
        self.progress.touched |= known[0]
        return known[1]

    def _look_at(self, path: str) -> tuple[int, FileFacts | None]:
        """Find the facts of a file, and remember them with the bits of what they rest on."""
        bits = self.memo.bit(path)
        may_depend = is_outside(path) or path.endswith(".pyi")
        if may_depend:
            bits |= self.memo.bit(ENVIRONMENT)
        if is_outside(path):
            self.memo.bits[path] = bits  # when it changes, so has the environment
        self.progress.touched |= bits  # also if that raises
        facts = self._find_facts(path)
        if facts is not None and may_depend:
            facts = self._holding(path, facts)
        if facts is not None:
            if self._held > _HELD:
                self._let_go()
            self._held += facts.size
        known = self._facts[path] = bits, facts
        return known

    def _let_go(self) -> None:
        """Let go of facts of files that are as the index has them: they can be had again.

        What a file was when it was first touched is still known by its content.
        """
        self._held = 0
        for path, (_, facts) in list(self._facts.items()):
            if facts is None or path in self._overlays or path not in self._digests:
                continue
            del self._facts[path]

    def _holding(self, path: str, facts: FileFacts) -> FileFacts:
        """Facts as they hold in the environment, for what is not to be read in all its branches."""
        if not is_conditional(facts):
            return facts
        search_path = self._index.search_path
        if path.endswith(".pyi"):
            return holding(facts, search_path.version, search_path.platform)
        return holding(facts, search_path.version, "") if search_path.is_installed(path) else facts

    def need(self, path: str) -> FileFacts:
        """As :meth:`facts`; raises UnknownFileError instead of giving None."""
        facts = self.facts(path)
        if facts is None:
            reason = "it cannot be read" if self.exists(path) else "there is no such file"
            row = self.view.files.get(path)
            if row is not None and row[4]:
                reason = row[4]
            raise UnknownFileError(f"{path}: {reason}")
        return facts

    def _find_facts(self, path: str) -> FileFacts | None:
        if path in self._overlays:
            content = self._overlays[path]
            return None if content is None else self._extracted(path, content)
        seen = self._digests.get(path)
        if seen is not None:  # the facts were let go
            facts = self._index.facts_provider.get(seen)
            if facts is not None:
                return facts
        full = self.absolute(path)
        row = self.view.files.get(path)
        try:
            status = os.stat(full)
        except (OSError, ValueError):  # also for a name that no file can have
            if is_outside(path):
                self._saw(path, None)
            if self._shared and row is not None:
                raise StaleError(path) from None
            return None
        if row is not None and row[1] == file_version(status) and row[2] == status.st_size:
            if row[4]:
                return None
            self._digests[path] = row[3]
            facts = self._index.facts_provider.get(row[3])
            if facts is not None:
                return facts
        elif is_outside(path):
            self._saw(path, stamp_from(status))
            digest = self._index.outside.get((path, file_version(status), status.st_size))
            facts = self._index.facts_provider.get(digest) if digest is not None else None
            if facts is not None and digest is not None:
                self._digests[path] = digest
                return facts
        try:
            raw = text.read(full, self._index.workspace.config.max_file_size)
        except text.UnreadableError:
            return None
        facts = self._extracted(path, raw)
        if self._shared and not is_outside(path):
            digest = self._digests.get(path, b"")
            if path in self.view.pending:
                known = self.view.read.setdefault(path, digest)
            else:
                known = row[3] if row is not None else None
            if digest != known:
                raise StaleError(path)
        if is_outside(path) and facts is not None:
            stamp = path, file_version(status), status.st_size
            self._index.outside[stamp] = self._digests[path]
        return facts

    def _extracted(self, path: str, raw: bytes) -> FileFacts | None:
        try:
            return self._extract(path, raw)
        except ValueError:
            return None

    def _extract(self, path: str, raw: bytes) -> FileFacts:
        # Most questions find all facts at hand.
        from ..index_file import Content

        content = raw if isinstance(raw, Content) else Content(raw)
        digest = self._digests[path] = content.digest
        self._texts[path] = content.text
        return self._index.facts_provider.extract(digest, raw)

    def text(self, path: str) -> bytes:
        """Normalized text of a file, the same bytes that its facts speak of."""
        found = self._texts.get(path)
        if found is not None:
            return found
        self.need(path)
        found = self._texts.get(path)
        if found is None:
            try:
                raw = text.read(self.absolute(path), self._index.workspace.config.max_file_size)
            except text.UnreadableError as error:
                raise UnknownFileError(f"{path}: {error}") from error
            from ..index_file import content_hash  # most questions need no text

            if content_hash(raw) != self._digests.get(path):
                # It changed between the look at its facts and this one; what was found so far
                # speaks of rows and offsets that it does not have any more.
                raise StaleError(path)
            found = self._texts[path] = text.normalize(raw)
        return found

    def digest(self, path: str) -> bytes:
        """Content hash of a file as this snapshot sees it; empty when it cannot be read."""
        if path not in self._digests:
            self.facts(path)
        return self._digests.get(path, b"")

    def seen(self) -> dict[str, bytes]:
        """Content hash of every file touched so far."""
        return dict(self._digests)

    def files_with(self, name: str) -> list[str]:
        """Files in which a name occurs, in order of their paths.

        Files that are not indexed yet count when their bytes contain the name. Behind a QUOTE, it
        is one that a string literal spells.
        """
        return self._having(name, inherited=False)

    def files_where(self, name: str, test: Callable[[FileFacts, str], bool]) -> Iterator[str]:
        """Files that use a name in a way, in order of their paths.

        ``test`` is one of :mod:`..name_uses`: an answer rests on what it tells of a name, which is
        compared when a file changes, and not on the files.
        """
        for path in self.files_with(name):
            if self.uses(path, name, test):
                yield path

    def uses(self, path: str, name: str, test: Callable[[FileFacts, str], bool]) -> bool:
        """True if a file uses a name in a way, as in :meth:`files_where`."""
        self.progress.touched |= name_bit(name)
        touched = self.progress.touched
        facts = self.facts(path)
        self.progress.touched = touched
        return facts is not None and test(facts, name)

    def top_level(self, path: str) -> TopLevel | None:
        """What a file binds and imports at its top; None when it cannot be read.

        An answer rests on that alone, and not on what else is in the file.
        """
        from ..top_level import top_level

        self.progress.touched |= TOPS
        touched = self.progress.touched
        facts = self.facts(path)
        self.progress.touched = touched
        return None if facts is None else top_level(facts)

    def files_outside_with(self, package: str, name: str) -> Iterator[str]:
        """Files of a package folder or module outside with a name, and perhaps a few without."""
        index, word = self._index, name.encode("utf-8", "surrogatepass")
        self.rest_on_environment()
        return index.search_path.files_with(package, word, index.facts_provider, self.work.look)

    def files_inheriting(self, name: str) -> list[str]:
        """Files that may have a class with a base of this name, in order of their paths."""
        return self._having(name, inherited=True)

    def _having(self, name: str, *, inherited: bool) -> list[str]:
        self.progress.touched |= name_bit(name)
        known = self._places.get((name, inherited))
        if known is None:
            if len(self._places) > _PLACES:
                self._places.clear()
            known = self._places[name, inherited] = self._find_having(name, inherited=inherited)
        return known

    def _find_having(self, name: str, *, inherited: bool) -> list[str]:
        store = self._index.reader()
        found: set[str] = set()
        if store is not None:
            ids = store.files_inheriting(name) if inherited else store.files_of_name(name)
            paths = self.view.paths
            found.update(paths[file] for file in ids if file in paths)
        for path in self.view.pending:
            found.discard(path)
        found.update(self._index.pending_files_with(name, self.view.pending))
        for path in self._changed:
            found.discard(path)
            if self._has(path, name, inherited=inherited):
                found.add(path)
        return sorted(found)

    def _has(self, path: str, name: str, *, inherited: bool) -> bool:
        """True if a name occurs, or is that of a base, in what stands in for a file."""
        content = self._overlays[path]
        word = name.removeprefix(QUOTE).encode("utf-8", "surrogatepass")
        if content is None or word not in content:
            return False
        # The answer rests on the name alone: when that comes or goes, its bit tells.
        touched = self.progress.touched
        facts = self.facts(path)
        self.progress.touched = touched
        if facts is None:
            return False
        if inherited:
            return name in inherited_names(facts)
        if name.startswith(QUOTE):
            return name in names_in(facts)
        return any(True for _ in facts.occurrences(name))

    def symbols_named(self, names: list[str]) -> list[tuple[str, StoredSymbol]]:
        """(path, symbol) of every indexed symbol with one of these names."""
        for name in names:
            self.progress.touched |= name_bit(name)
        store = self._index.reader()
        if store is None:
            return []
        paths = self.view.paths
        found = [
            (paths[symbol.file], symbol)
            for symbol in store.symbols_named(names)
            if symbol.file in paths and paths[symbol.file] not in self._changed
        ]
        for path, _ in found:
            self.progress.touched |= self.memo.bit(path)
        return found
