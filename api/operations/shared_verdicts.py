"""Verdicts on whole files from and to the cache that machines share.

Verdicts are found there by all that they share (see :mod:`.portable_verdicts`) and the content of
all files; where nobody has judged these yet, those that were given last for the same files with
other contents serve as far as they hold. Entries are signed as those of facts are, and some of the
verdicts that are taken are found out again here and compared.
"""

from __future__ import annotations

import json
import logging
from concurrent.futures import Future
from concurrent.futures import TimeoutError as SilentError
from random import randrange
from threading import Thread
from typing import TYPE_CHECKING

from ...indexer.hashing import blake2b
from ...indexer.inference.inference import Inference
from ...indexer.shared_facts import FIRST_PATIENCE, Upload, reason_of, shared_cache_of
from .kept_verdicts import KeptVerdicts
from .portable_verdicts import PortableVerdicts
from .whole_files import Judged, judge_here

if TYPE_CHECKING:
    from ...indexer.store.shared_cache import SharedCache

# One of so many verdicts that are taken is found out here and compared. Judging a file alone takes
# some eight times what it takes among others: so it is as much of the work as with facts.
SAMPLE = 512
_log = logging.getLogger(__name__)


class SharedVerdicts:
    """The verdicts that others share of a workspace, as a snapshot shows it."""

    def __init__(self, inference: Inference, kept: KeptVerdicts, cache: SharedCache) -> None:
        """Use :func:`shared_verdicts`."""
        self._inference = inference
        self._index = inference.snapshot.index
        self._kept = kept
        self._cache = cache
        self._portable = PortableVerdicts(self._index)

    def take(self, todo: list[str]) -> dict[str, Judged]:
        """Return those of the verdicts on some files that others have found, and hold here."""
        key = self._portable.key
        if not key:
            return {}
        exact, latest = self._addresses(key)
        entries = self._get([exact, latest])
        for address in (exact, latest):
            blob = entries.get(address)
            unpacked = self._portable.unpack(blob) if blob is not None else None
            if unpacked is None or unpacked.differing:
                continue
            self._get_facts(unpacked.files)
            held = self._kept.holding(unpacked.files, unpacked.verdicts)
            taken = {path: held[path] for path in todo if path in held}
            if not taken:
                continue
            if self._is_lie(taken):
                return {}
            self._kept.note_outside(unpacked.outside)
            return taken
        return {}

    def give(self) -> None:
        """Give others all verdicts that are kept, as far as they can take them."""
        key = self._portable.key
        if not key or self._cache.is_down:
            return
        blob, left = self._portable.pack(self._kept.files, self._kept.all)
        _log.info("%d of %d verdicts cannot be shared", left, len(self._kept.all))
        if blob:
            upload = Upload(self._index, self._cache)
            upload.add([(address, blob) for address in self._addresses(key)])
            upload.finish()

    def _addresses(self, key: bytes) -> tuple[bytes, bytes]:
        """Return where verdicts on these contents are, and the last ones on files of these names.

        No content of a file has these hashes, under which its facts are.
        """
        paths = "\0".join(self._kept.paths)
        contents = "\0".join(self._kept.files[path] for path in self._kept.paths)
        found: list[bytes] = []
        for kind, parts in ("exact", paths + "\0" + contents), ("latest", paths):
            text = f"verdicts {kind}\0{parts}".encode("utf-8", "surrogatepass")
            found.append(blake2b(key + text, digest_size=16).digest())
        return found[0], found[1]

    def _get_facts(self, files: dict[str, str]) -> None:
        """Get the facts of contents that are other ones now: they tell which names came or went."""
        provider = self._index.facts_provider
        wanted = {
            digest
            for path, told in files.items()
            if self._kept.files.get(path) not in (None, told)
            and (digest := bytes.fromhex(told))
            and provider.get(digest) is None
        }
        for digest, blob in self._get(sorted(wanted)).items():
            provider.add(digest, blob)

    def _get(self, addresses: list[bytes]) -> dict[bytes, bytes]:
        """Return what the store has; nothing when it says nothing for long."""
        if not addresses or self._cache.is_down:
            return {}
        answer: Future[dict[bytes, bytes]] = Future()

        def ask() -> None:
            try:
                answer.set_result(self._cache.get(addresses))
            except Exception as error:  # each file system has errors of its own
                answer.set_exception(error)

        Thread(target=ask, daemon=True).start()
        try:
            return answer.result(FIRST_PATIENCE)
        except SilentError:
            why = "was not waited for: it says nothing"
        except Exception as error:
            why = f"was not used: {reason_of(error)}"
        self._cache.is_down = True
        self._index.note(f"the cache at {self._cache.url} {why}")
        return {}

    def _is_lie(self, taken: dict[str, Judged]) -> bool:
        """True if some of the verdicts that are taken are not what is found out here."""
        sample = [path for path in taken if not randrange(SAMPLE)]
        for path, judged in judge_here(self._inference, sample, []).items():
            here, told = judged["verdict"], taken[path]["verdict"]
            if not here["left_out"] and _shown(here) != _shown(told):
                self._cache.is_down = True
                self._index.note(
                    f"the cache at {self._cache.url} was not used: its verdict on {path} is not "
                    "what is found here. Whoever wrote it knows the secret: choose another one"
                )
                return True
        return False


def _shown(verdict: object) -> str:
    return json.dumps(verdict, sort_keys=True)


def shared_verdicts(inference: Inference, kept: KeptVerdicts) -> SharedVerdicts | None:
    """Return what others share of a workspace; None unless the user shares a cache."""
    cache = shared_cache_of(inference.snapshot.index)
    return None if cache is None else SharedVerdicts(inference, kept, cache)
