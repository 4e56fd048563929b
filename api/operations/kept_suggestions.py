"""Suggestions, kept in the user's cache and given again while all they rest on is as it was.

Finding them takes seconds on a large code base, and what is applied is what was shown before. They
rest on each file of the workspace, on its other texts, on the files outside that were looked at,
and on what verdicts that are kept have around them.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ...indexer.inference.entities import Entity
from ...indexer.inference.inference import Inference
from ...indexer.search_path.stamps import stamp_of
from ..source.text_edits import Edit
from ..suggest.other_texts import files_of_other_texts
from ..suggest.suggest import KINDS, memo_key
from ..suggest.suggestion import Suggestion
from .kept_verdicts import surroundings

# Raise when the form of what is kept changes.
_FORMAT = 1


class KeptSuggestions:
    """The suggestions of a workspace as a snapshot shows it, by kind."""

    def __init__(self, inference: Inference) -> None:
        """Have those at hand that hold; of a workspace that is not on disk as it is, none."""
        snapshot = inference.snapshot
        self._index, self._memo = snapshot.index, snapshot.view.memo
        self._work = snapshot.work
        self._is_able = not snapshot.overlaid() and not snapshot.pending
        self._kept = dict[str, list[Suggestion]]()
        if not self._is_able or all(memo_key(kind) in self._memo for kind in KINDS):
            self._is_able = False
            return
        rows = snapshot.view.files
        digest = hashlib.sha256(b"suggestions")
        for part in (*surroundings(inference), *self._state()):
            digest.update(f"{part}\0".encode("utf-8", "surrogatepass"))
        for path in sorted(snapshot.paths()):
            content = rows[path][3] if path in rows else snapshot.digest(path)
            digest.update(path.encode("utf-8", "surrogatepass") + b"\0" + content)
        self._key = digest.digest()
        blob = self._index.facts_provider.blob(self._key)
        if blob is not None:
            self._read(json.loads(zlib.decompress(blob)))

    def _state(self) -> Iterator[str]:
        for path in files_of_other_texts(self._index.workspace.root):
            yield f"{path} {stamp_of(path)}"

    def _read(self, kept: dict[str, Any]) -> None:
        if kept["format"] != _FORMAT:
            return
        if any(_stamp(path) != state for path, state in kept["outside"].items()):
            return
        for kind, found in kept["kinds"].items():
            self._kept[kind] = [_restored(each) for each in found]
            self._memo.setdefault(memo_key(kind), self._kept[kind])

    def keep(self) -> None:
        """Keep what was found since, unless something had to be left out."""
        found = {kind: self._memo[memo_key(kind)] for kind in KINDS if memo_key(kind) in self._memo}
        if not self._is_able or self._work.left_out or found.keys() == self._kept.keys():
            return
        kept = {
            "format": _FORMAT,
            "outside": {path: _stamp(path) for path, _ in self._index.outside_stamps()},
            "kinds": {kind: [_plain(each) for each in own] for kind, own in found.items()},
        }
        blob = zlib.compress(json.dumps(kept).encode("utf-8", "surrogatepass"), 1)
        self._index.facts_provider.put([(self._key, blob)])


def _stamp(path: str) -> list[int] | None:
    stamp = stamp_of(path)
    return None if stamp is None or os.path.isdir(path) else [*stamp]


def _plain(suggestion: Suggestion) -> dict[str, Any]:
    """Return a suggestion as JSON has it; tuples become lists there."""
    plain = {name: getattr(suggestion, name) for name in Suggestion.__slots__}
    return {**plain, "edits": [asdict(each) for each in suggestion.edits]}


def _restored(kept: dict[str, Any]) -> Suggestion:
    kept["entity"] = Entity(*kept["entity"])
    kept["others"] = [Entity(*each) for each in kept["others"]]
    kept["edits"] = [Edit(**each) for each in kept["edits"]]
    kept["places"] = [(path, at) for path, at in kept["places"]]
    return Suggestion(**kept)
