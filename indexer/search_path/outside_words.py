"""Which files outside of the workspace have a word: an index of the words of whole packages.

Made when a package is first searched and kept with the facts, by the places, sizes and times of its
files. It takes a seventh of the bytes of the package; a look into it takes microseconds where
reading the files would take seconds.
"""

from __future__ import annotations

import os
import re
from array import array
from bisect import bisect_left
from hashlib import blake2b
from zlib import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..snapshot.facts_provider import FactsProvider

_VERSION = b"words 1"
_WORD = re.compile(rb"[\w\x80-\xff]+")
_WORD_OF_BINARY = re.compile(rb"[A-Za-z_]\w{2,}")
# Each entry is a checksum of a word, then the number of a file in so many bits.
_FILE_BITS = 24
_MOST_FILES = 1 << _FILE_BITS


class OutsideWords:
    """The words of packages that were searched."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        """Nothing is read before the first question."""
        self._known: dict[str, tuple[bytes, array[int]]] = {}

    def files_with(
        self,
        package: str,
        files: Sequence[str],
        word: bytes,
        provider: FactsProvider,
        look: Callable[[], None],
        *,
        is_fixed: bool,
    ) -> Iterator[str]:
        """Yield the files of a package that have a word, and perhaps a few that have it not.

        ``is_fixed``: the files are those that they were when they were first asked for. Raises what
        ``look`` does, which is called now and then.
        """
        known = self._known.get(package)
        if known is None or not is_fixed:
            digest = _digest(files)
            if known is None or known[0] != digest:
                known = self._known[package] = digest, _entries(digest, files, provider, look)
        entries = known[1]
        key = crc32(word)
        at = bisect_left(entries, key << _FILE_BITS)
        while at < len(entries) and entries[at] >> _FILE_BITS == key:
            yield files[entries[at] & (_MOST_FILES - 1)]
            at += 1


def _entries(
    digest: bytes, files: Sequence[str], provider: FactsProvider, look: Callable[[], None]
) -> array[int]:
    entries = array("Q")
    blob = provider.blob(digest)
    if blob is not None and len(blob) % entries.itemsize == 0:
        entries.frombytes(blob)
    else:
        entries = _read(files, look)
        provider.put([(digest, entries.tobytes())])
    return entries


def _digest(files: Sequence[str]) -> bytes:
    """Return a key for the words of files as they are now."""
    digest = blake2b(_VERSION, digest_size=16)
    for path in files:
        try:
            status = os.stat(path)
        except OSError:
            continue
        stamp = f"\0{path}\0{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns}"
        digest.update(stamp.encode("utf-8", "surrogateescape"))
    return digest.digest()


def _read(files: Sequence[str], look: Callable[[], None]) -> array[int]:
    entries: list[int] = []
    for number, path in enumerate(files[:_MOST_FILES]):
        look()
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError:
            continue
        pattern = _WORD if path.endswith((".py", ".pyi")) else _WORD_OF_BINARY
        entries += (crc32(word) << _FILE_BITS | number for word in set(pattern.findall(text)))
    return array("Q", sorted(entries))
