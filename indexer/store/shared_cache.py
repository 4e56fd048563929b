"""Facts by content, shared by machines: a bucket, a folder or a web server, behind fsspec.

Whoever can write there must not be able to put words into answers. So every entry is signed with a
secret that its users share, together with the content that it belongs to and the version of what
made it; and of those that are taken, some are made again here and compared. Names of entries tell
nothing of contents to those who do not know the secret.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from hmac import compare_digest
from importlib import import_module
from typing import Any

from ..user_settings import SharedCacheSettings

_MAGIC = b"flux-index facts 1\n"
_MAC_SIZE = 32
# Facts of the largest file that is indexed come to less.
_LARGEST = 200_000_000


class SharedCache:
    """Encoded facts by content hash, elsewhere. Methods may block for long, and raise anything."""

    def __init__(self, settings: SharedCacheSettings, version: str) -> None:
        """``version`` is of what makes facts; facts of other versions are other entries.

        Raises ModuleNotFoundError and ValueError when there is no such file system here.
        """
        library: Any = import_module("fsspec.core")  # an extra
        self.url = settings.url
        self.is_down = False
        """Set by who found that it says nothing, so that nobody else waits for it."""
        self._files, folder = library.url_to_fs(settings.url, **settings.options)
        self._folder: str = folder.rstrip("/")
        self._version = version
        self._key = blake2b(settings.secret.encode(), person=b"flux-index cache").digest()

    def get(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the facts that are there and signed; what is damaged or forged is not there."""
        if not digests:
            return {}
        names = [self._name(digest) for digest in digests]
        # By ranges, since then no file system asks for sizes first.
        answers: list[object] = self._files.cat_ranges(names, 0, _LARGEST, on_error="return")
        found: dict[bytes, bytes] = {}
        for digest, answer in zip(digests, answers, strict=True):
            if isinstance(answer, bytes):
                blob = self._opened(digest, answer)
                if blob is not None:
                    found[digest] = blob
            elif isinstance(answer, Exception) and not isinstance(answer, FileNotFoundError):
                raise answer
        return found

    def put(self, items: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep facts for others."""
        entries = {self._name(digest): self._closed(digest, blob) for digest, blob in items}
        folders = {name.rpartition("/")[0] for name in entries}
        if self._files.protocol in ("file", ("file", "local")):
            for folder in folders:
                self._files.makedirs(folder, exist_ok=True)
        self._files.pipe(entries)

    def _name(self, digest: bytes) -> str:
        return self._at(blake2b(digest, key=self._key, digest_size=20).hexdigest())

    def _at(self, name: str) -> str:
        return f"{self._folder}/{self._version}/{name[:2]}/{name}"

    def _mac(self, digest: bytes, packed: bytes) -> bytes:
        mac = blake2b(key=self._key, digest_size=_MAC_SIZE)
        for part in (self._version.encode(), b"\0", digest, packed):
            mac.update(part)
        return mac.digest()

    def _closed(self, digest: bytes, blob: bytes) -> bytes:
        packed = zlib.compress(blob, 1)
        return _MAGIC + self._mac(digest, packed) + packed

    def _opened(self, digest: bytes, entry: bytes) -> bytes | None:
        start = len(_MAGIC) + _MAC_SIZE
        packed = entry[start:]
        signed = compare_digest(entry[len(_MAGIC) : start], self._mac(digest, packed))
        if not entry.startswith(_MAGIC) or not signed:
            return None
        try:
            return zlib.decompressobj().decompress(packed, _LARGEST)
        except zlib.error:
            return None
