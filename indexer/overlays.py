"""Contents that stand in for files, such as an editor's unsaved buffers.

What was resolved with a set of contents in place is remembered as long as the same contents stand
in the same view of the index, and after a change as far as it rests on other files. Contents that
are what the index has already change nothing: with only such ones in place, all that was resolved
without them counts.
"""

from __future__ import annotations

from .digest import content_hash
from .snapshot import Snapshot, View, folders_of
from .text import normalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .index import Index
    from .snapshot import Resolved

# Sets of contents that a view remembers: what is there now, and what was there a moment ago.
_REMEMBERED = 3


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
        """The normalized text."""
        if self._text is None:
            self._text = normalize(self)
        return self._text


def snapshot_with(index: Index, overlays: Mapping[str, bytes | None]) -> Snapshot:
    """A snapshot with contents in place that shares what it resolves with others of the same."""
    base = index.current()
    changed = changes(base, overlays)
    if not changed:
        return Snapshot(index, base, overlays, shared=True, changed=frozenset())
    view = base.variants.pop(changed, None)
    if view is None:
        view = base.variant()
        view.resolved = _resolved(base, changed)
        while len(base.variants) >= _REMEMBERED:
            try:
                base.variants.pop(next(iter(base.variants)), None)
            except (StopIteration, RuntimeError):  # another thread was faster
                break
    base.variants[changed] = view
    paths = frozenset(path for path, _ in changed)
    return Snapshot(index, view, overlays, shared=True, changed=paths)


def _resolved(base: View, changed: frozenset[tuple[str, bytes]]) -> Resolved:
    """What was resolved with nearly the same contents in place, as far as it still holds."""
    nearest, source = changed, base.resolved
    for other, view in list(base.variants.items()):
        if len(other ^ changed) < len(nearest):
            nearest, source = other ^ changed, view.resolved
    gone: set[str] = set()
    for path, _ in nearest:
        gone.add(path)
        gone.update(folders_of(path))
    return source.without(gone)


def changes(view: View, overlays: Mapping[str, bytes | None]) -> frozenset[tuple[str, bytes]]:
    """(path, content hash) of each content that is not what the index has of the file."""
    found: list[tuple[str, bytes]] = []
    for path, content in overlays.items():
        row = view.files.get(path)
        if content is None:
            digest = b""
        else:
            digest = content.digest if isinstance(content, Content) else content_hash(content)
            if row is not None and row[3] == digest and not row[4] and path not in view.pending:
                continue
        found.append((path, digest))
    return frozenset(found)
