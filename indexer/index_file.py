"""One file on disk to everything the index keeps of it. Runs in any executor's workers."""

from __future__ import annotations

import os
import time

from . import text
from .definition_words import definition_words
from .errors import OtherVersionError
from .facts import FileFacts
from .hashing import blake2b
from .paths import changed_ns, file_version, is_test_file
from .store.facts_cache import VERSION, FactsCache
from .store.index_store import FileUpdate
from .symbols import inherited_names, names_in, symbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A file written this recently may change again without a new time (kernels stamp files with the
# clock of their timer tick), so its version is not trusted: it is hashed once more. So is that of a
# file from the near future, which the clock of a file server wrote.
_RACY_NS = 20_000_000
_SKEW_NS = 86_400_000_000_000
UNSETTLED = -1


def content_hash(raw: bytes) -> bytes:
    """Key of a content: BLAKE2b with 16 bytes."""
    return blake2b(raw, digest_size=16).digest()


class Content(bytes):
    """Bytes that stand in for a file. Their hash and text are worked out once."""

    _digest: bytes | None = None
    _text: bytes | None = None

    @property
    def digest(self) -> bytes:
        """The content's hash."""
        if self._digest is None:
            self._digest = content_hash(self)
        return self._digest

    @property
    def text(self) -> bytes:
        """The text that facts speak of."""
        if self._text is None:
            self._text = text.normalize(self)
        return self._text


def stamp(path: str) -> tuple[int, int]:
    """(version or UNSETTLED, size) of a file; raises OSError."""
    status = os.stat(path)
    is_recent = -_SKEW_NS < time.time_ns() - changed_ns(status) < _RACY_NS
    return UNSETTLED if is_recent else file_version(status), status.st_size


def summarize(update: FileUpdate, facts: FileFacts, raw: bytes) -> None:
    """Fill in what the index keeps of a file's facts and text."""
    update.names = names_in(facts)
    update.inherited = inherited_names(facts)
    update.symbols = symbols(facts)
    is_code = not is_test_file(update.path)
    update.words = definition_words(facts, text.normalize(raw), code=is_code)


def is_summarized(update: FileUpdate, blob: bytes, raw: bytes) -> bool:
    """True if cached facts could be read; damaged ones are extracted anew."""
    try:
        summarize(update, FileFacts(blob), raw)
    except Exception:  # whatever reading nonsense leads to
        return False
    return True


def failed(root: str, path: str, reason: str) -> FileUpdate:
    """A file that is there and cannot be indexed; its reason stays until the file changes."""
    try:
        version, size = stamp(os.path.join(root, path))
    except OSError:
        version, size = UNSETTLED, 0
    update = FileUpdate(path, version, size)
    update.error = reason
    return update


def digest_files(
    root: str,
    paths: Sequence[str],
    size_limit: int,
    cache_folder: str | None,
    known: dict[str, bytes],
    at_hand: Callable[[bytes], bytes | None] | None = None,
) -> list[tuple[FileUpdate, bytes | None]]:
    """Read, hash and extract files.

    ``known`` are the hashes that the index has: a file whose content is the same comes back with
    its hash and no names. The second item is the blob of newly extracted facts, None when the
    cache in ``cache_folder`` had them or nothing could be read. A file that is gone is left out.
    ``at_hand`` gives the blobs of contents that were extracted before they were written.
    """
    files = read_files(root, paths, size_limit, cache_folder, known)
    return [
        (update, None if raw is None else _extract(update, raw, at_hand)) for update, raw in files
    ]


def read_files(
    root: str,
    paths: Sequence[str],
    size_limit: int,
    cache_folder: str | None,
    known: dict[str, bytes],
) -> list[tuple[FileUpdate, bytes | None]]:
    """As :func:`digest_files`, but for extraction: the second item is what has to be extracted."""
    cache = FactsCache(cache_folder) if cache_folder else None
    results: list[tuple[FileUpdate, bytes | None]] = []
    for path in paths:
        full = os.path.join(root, path)
        try:
            version, size = stamp(full)
        except OSError:
            continue
        update = FileUpdate(path, version, size)
        wanted: bytes | None = None
        try:
            raw = text.read(full, size_limit)
            update.hash = content_hash(raw)
            if known.get(path) != update.hash:
                found = cache.get(update.hash) if cache else None
                if found is None or not is_summarized(update, found, raw):
                    wanted = raw
        except text.UnreadableError as error:
            update.error = str(error)
        results.append((update, wanted))
    if cache:
        cache.close()
    return results


def extract_files(
    version: str, files: Sequence[tuple[FileUpdate, bytes]]
) -> list[tuple[FileUpdate, bytes | None]]:
    """Extract contents that somebody else has read, on a machine that has no files of them.

    Raises OtherVersionError where other facts would come of them than ``version`` says.
    """
    if version != extractor_version():
        raise OtherVersionError(
            f"extraction there is of version {extractor_version()}, here it is {version}: "
            "install the same flux-index"
        )
    return [(update, _extract(update, raw)) for update, raw in files]


def extractor_version() -> str:
    """Return what facts are made by: programs of which this is the same make the same facts."""
    # Late: only other machines are compared with.
    from importlib.metadata import version

    grammar = f"{version('tree-sitter')}-{version('tree-sitter-python')}"
    return f"{VERSION}-{version('flux-index')}-{grammar}"


def _extract(
    update: FileUpdate, raw: bytes, at_hand: Callable[[bytes], bytes | None] | None = None
) -> bytes | None:
    """Fill in what the index keeps of a content, and return its encoded facts."""
    from .extract.source import extract_blob

    try:
        blob = (at_hand(update.hash) if at_hand is not None else None) or extract_blob(raw)
        summarize(update, FileFacts(blob), raw)
    except Exception as error:
        # One file that meets a bug must not keep all others from being indexed. Without its
        # hash it is not taken for one that is indexed, when its content is seen again.
        update.hash = b""
        update.error = f"cannot be extracted: {type(error).__name__}: {error}"
        return None
    return blob
