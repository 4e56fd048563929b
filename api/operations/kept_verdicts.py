"""Verdicts on whole files, kept in the user's cache and given again while all they rest on holds.

A verdict is kept with the files of the workspace that were looked at for it, and with the names
whose places were asked for. All of them share the rest: the content of each file, the state of
each file outside of the workspace that was looked at, and a key of everything else that has a part
in them (settings, environment, this program itself). When files were edited, verdicts are given
again that looked at none of these, nor asked for names that came to them or went; when a file came
or went, none is. Work trees of one repository share what is kept.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from ...indexer.errors import OutOfWorkError
from ...indexer.inference.inference import Inference
from ...indexer.search_path.stamps import stamp_of
from ...indexer.snapshot.name_diff import turnover
from ...indexer.snapshot.query_cache import TOPS
from ...indexer.snapshot.recording import Recording
from ...indexer.workspace.git_folder import git_folders
from ..check.context import CheckContext
from ..check.fixes.ranking_model import NAME as RANKER
from ..check.rules.modules import import_cycle
from ..check.rules.ruff import find_ruff
from ..version import version
from .whole_files import FileVerdict, Judged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.search_path.stamps import Stamp

# Raise when the form of what is kept changes.
_FORMAT = 3
# Steps of work that looking for the import cycles of a file may take.
_WORK = 20_000
PROGRAM = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class KeptVerdicts:
    """The verdicts that are kept for a workspace as a snapshot shows it."""

    def __init__(self, inference: Inference) -> None:
        """Read those that hold."""
        snapshot = inference.snapshot
        self._inference = inference
        self._index = snapshot.index
        rows = snapshot.view.files
        self._files = {
            path: (rows[path][3] if path in rows else snapshot.digest(path)).hex()
            for path in snapshot.paths()
        }
        self._outside: dict[str, object] = {}
        self._kept: dict[str, Judged] = {}
        self._key = hashlib.sha256("\0".join(surroundings(inference)).encode(
            "utf-8", "surrogatepass")).digest()  # fmt: skip
        blob = self._index.facts_provider.blob(self._key)
        if blob is not None:
            try:
                self._read(json.loads(zlib.decompress(blob)))
            except (ValueError, KeyError, TypeError, zlib.error):
                self._outside, self._kept = {}, {}

    @property
    def paths(self) -> list[str]:
        """All files of the workspace, in order."""
        return sorted(self._files)

    def _read(self, kept: dict[str, Any]) -> None:
        if kept["format"] != _FORMAT:
            return
        outside = cast("dict[str, object]", kept["outside"])
        if any(self._state(path) != state for path, state in outside.items()):
            return
        verdicts = {
            path: Judged(verdict=verdict, files=int(looked_at, 16), names=int(asked_for, 16))
            for path, (verdict, looked_at, asked_for) in kept["verdicts"].items()
        }
        self._kept = self.holding(kept["files"], verdicts)
        self._outside = outside if self._kept else {}

    def holding(self, files: Mapping[str, str], verdicts: dict[str, Judged]) -> dict[str, Judged]:
        """Return those of some verdicts that hold for the files as they are now.

        ``files`` are what all files of the workspace were when the verdicts were found, by hash.
        """
        if files.keys() != self._files.keys():
            return {}
        changed = 0
        pairs: list[tuple[bytes, bytes]] = []
        for place, path in enumerate(self.paths):
            if files[path] != self._files[path]:
                changed |= 1 << place
                pairs.append((bytes.fromhex(files[path]), bytes.fromhex(self._files[path])))
        names = turnover(self._index.facts_provider, pairs)
        held: dict[str, Judged] = {}
        for path, judged in verdicts.items():
            hit = judged["names"] & names
            if path not in files or judged["files"] & changed or hit & ~TOPS:
                continue
            if not hit or self._is_free_of_cycles(path, judged):
                held[path] = judged
        return held

    def _is_free_of_cycles(self, path: str, judged: Judged) -> bool:
        """True if a file had no import cycle and has none now, which is all that tops decide.

        What was looked at for it is added to what the verdict rests on.
        """
        if any(each["rule"] == "import-cycle" for each in judged["verdict"]["items"]):
            return False
        with Recording(self._inference.snapshot) as recording:
            try:
                with self._inference.snapshot.work.part(_WORK):
                    found = next(import_cycle(CheckContext(self._inference, path)), None)
            except OutOfWorkError:
                return False
        judged["files"] |= recording.files(self.paths)
        judged["names"] |= recording.names
        return found is None

    def _state(self, path: str, stamp: tuple[int, int] | None = None) -> object:
        """Return what tells whether a file is as it was, or whether a folder has the same names.

        Editors save a file by putting another one in its place, which changes the folder's stamp.
        """
        root = self._index.workspace.root
        if path.startswith(f"{root}{os.sep}") and os.path.isdir(path):
            try:
                return zlib.crc32(
                    "\0".join(sorted(os.listdir(path))).encode("utf-8", "surrogatepass")
                )
            except OSError:
                return None
        stamp = stamp or stamp_of(path)
        return None if stamp is None else [*stamp]

    def of(self, paths: Iterable[str]) -> dict[str, FileVerdict]:
        """Return the verdicts on some files, as far as they are kept."""
        return {path: self._kept[path]["verdict"] for path in paths if path in self._kept}

    @property
    def files(self) -> dict[str, str]:
        """Hash of the content of each file of the workspace."""
        return self._files

    @property
    def all(self) -> dict[str, Judged]:
        """All verdicts that are kept and hold."""
        return self._kept

    def note_outside(self, stamps: Mapping[str, Stamp]) -> None:
        """Note the files outside that verdicts of others rest on, as they were when they held."""
        for path, stamp in stamps.items():
            self._outside.setdefault(path, self._state(path, stamp))

    def keep(self, judged: dict[str, Judged]) -> None:
        """Keep verdicts that were found out, but for those that leave something out."""
        for path, each in judged.items():
            if not each["verdict"]["left_out"]:
                self._kept[path] = each
        for path, stamp in self._index.outside_stamps():
            self._outside[path] = self._state(path, stamp)
        kept = {
            "format": _FORMAT,
            "files": self._files,
            "outside": self._outside,
            "verdicts": {
                path: (each["verdict"], f"{each['files']:x}", f"{each['names']:x}")
                for path, each in self._kept.items()
            },
        }
        blob = zlib.compress(json.dumps(kept).encode("utf-8", "surrogatepass"), 1)
        self._index.facts_provider.put([(self._key, blob)])


def surroundings(inference: Inference) -> Iterator[str]:
    """Yield all that has a part in verdicts and is no file that they look at."""
    index = inference.snapshot.index
    workspace, search_path = index.workspace, index.search_path
    root = workspace.root
    git = os.path.join(root, ".git")
    yield os.path.realpath(git_folders(git)[1]) if os.path.lexists(git) else root
    yield version()
    # Another rule finds other faults.
    yield from (f"{path} {stamp_of(path)}" for path in program_files())
    ruff = find_ruff(root)
    yield f"{sys.version} {sys.platform} {ruff} {ruff and stamp_of(ruff)}"
    yield f"{stamp_of(os.path.join(workspace.state_dir, RANKER))}"
    environment, config = workspace.environment(), workspace.config
    described: list[object] = [
        *(getattr(config, name) for name in config.__slots__),
        environment.kind, environment.site_packages, environment.stdlib, environment.lacking,
        workspace.source_roots, workspace.package_dirs, workspace.projects,
        search_path.roots, search_path.version, search_path.versions_allowed,
        sorted(search_path.stamps().items()),
    ]  # fmt: skip
    yield repr(described)


def program_files() -> Iterator[str]:
    """Yield each file of this program that judges, in order."""
    for part in ("indexer", "api"):
        for folder, folders, names in os.walk(os.path.join(PROGRAM, part)):
            folders.sort()
            for name in sorted(names):
                if name.endswith(".py"):
                    yield os.path.join(folder, name)
