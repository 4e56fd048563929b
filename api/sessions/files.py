"""The files of a workspace at a moment, packed to be compared with those of a later one."""

from __future__ import annotations

from zlib import compress, decompress

from ...indexer.index_file import content_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...indexer.store.index_store import FileRow

# Bytes of each content's hash that are stored.
_STORED = 8


def packed(files: Mapping[str, FileRow]) -> bytes:
    """Return paths and the starts of their hashes, as the ledger stores them."""
    paths = "\0".join(files).encode("utf-8", "surrogateescape")
    digests = b"".join(row[3][:_STORED].ljust(_STORED, b"\0") for row in files.values())
    return compress(len(paths).to_bytes(4, "big") + paths + digests, 1)


def differing(stored: bytes, files: Mapping[str, FileRow]) -> dict[str, bytes]:
    """Return the paths that changed, with the stored start of their hash; empty for new ones."""
    raw = decompress(stored)
    length = int.from_bytes(raw[:4], "big")
    digests = raw[4 + length :]
    text = raw[4 : 4 + length].decode("utf-8", "surrogateescape")
    paths = text.split("\0") if text else []
    old = {path: digests[at * _STORED : (at + 1) * _STORED] for at, path in enumerate(paths)}
    found = {
        path: old.get(path, b"")
        for path, row in files.items()
        if old.get(path) != row[3][:_STORED].ljust(_STORED, b"\0")
    }
    found.update((path, digest) for path, digest in old.items() if path not in files)
    return found


def is_of(content: bytes, stored: bytes) -> bool:
    """True if the stored start of a hash is of this content."""
    return content_hash(content)[:_STORED] == stored
