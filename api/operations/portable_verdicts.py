"""Verdicts in a form that holds on other machines, and the key of all that they share.

What a verdict rests on outside of the workspace is named by what it is rather than where it lies,
and told by content. Most verdicts name no place outside at all. One that does so elsewhere than as
the path of a definition, or names several such folders, whose order may be another one elsewhere,
is not given to others; nor is one that ended because time was up.
"""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from itertools import chain
from os.path import isdir
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ...indexer.hashing import blake2b
from ...indexer.index import Index
from ...indexer.index_file import content_hash, extractor_version
from ...indexer.paths import is_outside
from ...indexer.search_path.portable_paths import PortablePaths, names_in_folder
from ...indexer.search_path.stamps import stamp_of
from ...indexer.text import UnreadableError, read
from ..check.fixes.ranking_model import NAME as RANKER
from ..check.limitations import TOO_MUCH_WORK
from ..check.rules.ruff import find_ruff
from .kept_verdicts import PROGRAM, program_files
from .whole_files import Judged

if TYPE_CHECKING:
    from ...indexer.search_path.stamps import Stamp

_FORMAT = "verdicts 1"
_LARGEST = 200_000_000


class Unpacked(NamedTuple):
    """Verdicts that others found."""

    files: dict[str, str]
    """What all files of the workspace were then: hashes by path."""

    verdicts: dict[str, Judged]

    outside: dict[str, Stamp]
    """The files outside that they rest on, as they are here."""

    differing: list[str]
    """Names of those that are not the same here: the verdicts do not hold."""


class PortableVerdicts:
    """Verdicts on the files of a workspace, from and to other machines."""

    def __init__(self, index: Index) -> None:
        """Use the workspace and its environment as they are now."""
        self._index = index
        self.paths = PortablePaths(index.workspace, index.search_path)
        self._key: bytes | None = None

    @property
    def key(self) -> bytes:
        """Key of all that verdicts rest on and is no file; empty if that cannot be told."""
        if self._key is None:
            digest = blake2b(digest_size=16)
            told = chain([program_key(self._index.workspace.root)], self._surroundings())
            for each in told:
                if each is None:
                    digest = None
                    break
                digest.update(each.encode("utf-8", "surrogatepass") + b"\0")
            self._key = digest.digest() if digest is not None else b""
        return self._key

    def pack(
        self, files: Mapping[str, str], verdicts: Mapping[str, Judged], *, is_still: bool = False
    ) -> tuple[bytes, int]:
        """Return verdicts as others can take them, and how many of them nobody else can.

        ``files`` are all files of the workspace with their contents' hashes. When a file outside
        has changed since it was looked at, or nobody else can tell whether it did, none can;
        ``is_still`` says that nobody changes any.
        """
        outside: dict[str, str] = {}
        # Files that tell where folders lie have had their part in the key.
        stamps = [pair for pair in self._index.search_path.stamps().items() if isdir(pair[0])]
        for path, stamp in [*self._index.outside_stamps(), *stamps]:
            name, state = self.paths.name(path), self.paths.state(path)
            is_same = is_still or isdir(path) or stamp_of(path) == stamp
            if name is None or state is None or not is_same:
                return b"", len(verdicts)
            outside[name] = state
        packed: dict[str, object] = {}
        for path, each in verdicts.items():
            if self._is_portable(each["verdict"]):
                verdict = _moved(each["verdict"], self.paths.name)
                packed[path] = verdict, f"{each['files']:x}", f"{each['names']:x}"
        told = {
            "format": _FORMAT, "key": self.key.hex(), "files": files, "outside": outside,
            "verdicts": packed,
        }  # fmt: skip
        blob = zlib.compress(json.dumps(told).encode("utf-8", "surrogatepass"), 6)
        return blob, len(verdicts) - len(packed)

    def unpack(self, blob: bytes) -> Unpacked | None:
        """Return the verdicts of others; None when they are of another program or environment."""
        outside: dict[str, Stamp] = {}
        differing: list[str] = []
        try:
            told = json.loads(zlib.decompressobj().decompress(blob, _LARGEST))
            if told["format"] != _FORMAT or told["key"] != self.key.hex():
                return None
            for name, state in told["outside"].items():
                path = self.paths.path(name)
                if path is None:
                    return None
                outside[path] = stamp_of(path)  # before it is read: it may change meanwhile
                if self.paths.state(path) != state:
                    differing.append(name)
            verdicts = {
                path: Judged(
                    verdict=_moved(verdict, self.paths.path),
                    files=int(looked_at, 16),
                    names=int(asked_for, 16),
                )
                for path, (verdict, looked_at, asked_for) in told["verdicts"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
            return None
        return Unpacked(cast("dict[str, str]", told["files"]), verdicts, outside, differing)

    def _is_portable(self, verdict: Mapping[str, Any]) -> bool:
        is_cut_off = any(each["why"].endswith(TOO_MUCH_WORK) for each in verdict["unjudged"])
        if verdict["left_out"] or is_cut_off:
            return False
        for shown in (*verdict["items"], *verdict["unjudged"]):
            kinds: set[str] = set()
            for key, text in _texts(shown):
                if key == "path" and is_outside(text):
                    name = self.paths.name(text)
                    if name is None:
                        return False
                    kinds.add(name.partition(":")[0])
                elif self._tells_place(text) or (key == "path" and _leads_outside(text)):
                    return False
            if len(kinds) > 1:
                return False
        return True

    def _surroundings(self) -> Iterator[str | None]:
        """Yield what else has a part in verdicts and is no file that they look at.

        None stands for what has no name elsewhere.
        """
        workspace, search_path = self._index.workspace, self._index.search_path
        yield _content_of(os.path.join(workspace.state_dir, RANKER))
        for folder in (*self.paths.sites, search_path.stdlib_sources):
            yield _names_in(folder)
        for folder in search_path.roots:
            yield self.paths.name(folder)
        for dotted, place in sorted(search_path.packages.items()):
            yield dotted
            yield self.paths.name(place)
        environment, config = workspace.environment(), workspace.config
        settings = {name: getattr(config, name) for name in config.__slots__ if name != "problems"}
        described: list[object] = [
            settings, environment.kind, environment.python_version, environment.lacking,
            workspace.source_roots, workspace.package_dirs, workspace.projects,
            search_path.version, search_path.versions_allowed, bool(search_path.stdlib),
            search_path.has_sources_of_version, search_path.is_known,
        ]  # fmt: skip
        yield repr(described)

    def _tells_place(self, text: str) -> bool:
        return any(folder in text for folder in self.paths.folders)


def _moved(shown: Any, place: Any, key: str = "") -> Any:
    """Return what is shown with another path for each that leads out of the workspace.

    Names of places have a colon where no path of a file of the workspace has a module.
    """
    if isinstance(shown, dict):
        fields = cast("dict[str, Any]", shown)
        return {name: _moved(each, place, name) for name, each in fields.items()}
    if isinstance(shown, list):
        return [_moved(each, place, key) for each in cast("list[Any]", shown)]
    if key == "path" and isinstance(shown, str) and _leads_outside(shown):
        moved = place(shown)
        if moved is None:
            raise ValueError(shown)
        return moved
    return shown


def _leads_outside(path: str) -> bool:
    kind, colon, _ = path.partition(":")
    return is_outside(path) or (bool(colon) and kind.rstrip("0123456789") in _KINDS)


_KINDS = frozenset(["stubs", "sources", "site", "workspace"])


def _texts(shown: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text that is shown, with the key that it stands under."""
    if isinstance(shown, dict):
        for name, each in cast("dict[str, Any]", shown).items():
            yield from _texts(each, name)
    elif isinstance(shown, list):
        for each in cast("list[Any]", shown):
            yield from _texts(each, key)
    elif isinstance(shown, str):
        yield key, shown


def program_key(root: str) -> str:
    """Return what judges: programs of which this is the same find the same of the same files.

    A ruff that lies in the folder ``root`` is none.
    """
    digest = blake2b(digest_size=16)
    python = f"{sys.implementation.name} {sys.version_info[:3]} {sys.platform}"
    told = (_FORMAT, extractor_version(), _version_of("typeshed-client"), python)
    # Another rule finds other faults.
    program = (f"{os.path.relpath(path, PROGRAM)} {_content_of(path)}" for path in program_files())
    for each in chain(told, [_content_of(find_ruff(root))], program):
        digest.update(each.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()


def _version_of(name: str) -> str:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return ""


def _content_of(path: str) -> str:
    try:
        return content_hash(read(path, _LARGEST)).hex() if path else ""
    except UnreadableError:
        return ""


def _names_in(folder: str) -> str:
    try:
        return "\0".join(names_in_folder(folder)) if folder else ""
    except OSError:
        return ""
