"""Facts of files that are not indexed yet, extracted because a question needs them now."""

from __future__ import annotations

import os

from .. import text
from ..index_file import content_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..index import Index

# Fewer bytes than this are extracted faster here than in processes that must be started first.
_WORTH_PROCESSES = 3_000_000


def prepare(index: Index, name: str, pending: Sequence[str]) -> list[str]:
    """Files among ``pending`` whose bytes contain ``name``, with their facts in the library."""
    import re

    wanted = name.encode("utf-8", "surrogatepass")
    root, limit = index.workspace.root, index.workspace.config.max_file_size
    word = re.compile(rb"(?<![A-Za-z0-9_])" + re.escape(wanted) + rb"(?![A-Za-z0-9_])").search
    found: list[str] = []
    missing: list[tuple[str, bytes, bytes]] = []
    for path in pending:
        try:
            raw = text.read(os.path.join(root, path), limit)
        except text.UnreadableError:
            continue
        # As a word of its own: `save` is no reason to extract files that only have `saved`.
        if wanted not in raw or not word(raw):
            continue
        found.append(path)
        digest = content_hash(raw)
        if index.library.get(digest) is None:
            missing.append((path, digest, raw))
    if sum(len(raw) for _, _, raw in missing) > _WORTH_PROCESSES:
        _extract_in_processes(index, missing)
    else:
        for path, digest, raw in missing:
            try:
                index.library.extract(digest, raw)
            except ValueError:
                found.remove(path)
    return found


def _extract_in_processes(index: Index, missing: list[tuple[str, bytes, bytes]]) -> None:
    from ..digest_pool import process_pool
    from ..extract import extract_blob

    pool = None
    try:
        pool = process_pool(urgent=True)
        contents = [raw for _, _, raw in missing]
        blobs = pool.map(extract_blob, contents, chunksize=8)
        for (_, digest, _), blob in zip(missing, blobs, strict=True):
            index.library.add(digest, blob)
    except Exception:
        # No processes to be had, or one file that breaks them: the others are extracted when they
        # are touched.
        return
    finally:
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)
