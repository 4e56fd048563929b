"""Contents that stand in for files, such as an editor's unsaved buffers.

What was resolved with a set of contents in place is remembered as long as the same contents stand
in the same view of the index, and after a change as far as it rests on other files. Contents that
are what the index has already change nothing: with only such ones in place, all that was resolved
without them counts.
"""

from __future__ import annotations

from ..index_file import Content, content_hash
from .name_diff import turnover
from .snapshot import Snapshot, View, presence_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..index import Index
    from .snapshot import Resolved

# Sets of contents that a view remembers: what is there now, and what was there a moment ago.
_REMEMBERED = 3


def snapshot_with(index: Index, overlays: Mapping[str, bytes | None]) -> Snapshot:
    """A snapshot with contents in place that shares what it resolves with others of the same."""
    base = index.current()
    changed = changes(base, overlays)
    if not changed:
        return Snapshot(index, base, overlays, shared=True, changed=frozenset())
    view = base.variants.pop(changed, None)
    if view is None:
        view = base.variant()
        view.resolved = _resolved(index, base, changed, overlays)
        while len(base.variants) >= _REMEMBERED:
            try:
                base.variants.pop(next(iter(base.variants)), None)
            except (StopIteration, RuntimeError):  # another thread was faster
                break
    base.variants[changed] = view
    paths = frozenset(path for path, _ in changed)
    return Snapshot(index, view, overlays, shared=True, changed=paths)


def _resolved(
    index: Index,
    base: View,
    changed: frozenset[tuple[str, bytes]],
    overlays: Mapping[str, bytes | None],
) -> Resolved:
    """Return what was resolved with nearly the same contents in place, as far as it still holds."""
    nearest, source, like = changed, base.resolved, frozenset[tuple[str, bytes]]()
    for other, view in list(base.variants.items()):
        if len(other ^ changed) < len(nearest):
            nearest, source, like = other ^ changed, view.resolved, other
    before, after = dict(like), dict(changed)
    invalid: set[str] = set()
    pairs: list[tuple[bytes, bytes]] = []
    for path in {path for path, _ in nearest}:
        row = base.files.get(path)
        stored = row[3] if row is not None and not row[4] else b""
        old, new = before.get(path, stored), after.get(path, stored)
        invalid.add(path)
        if not old or not new:
            invalid.update(presence_of(path))
        content = overlays.get(path)
        if content is not None and path in after:
            _extract(index, new, content)
        pairs.append((old, new))
    return source.without(invalid, turnover(index.facts_provider, pairs))


def _extract(index: Index, digest: bytes, content: bytes) -> None:
    """Have the facts of a content at hand, if it has any."""
    try:
        index.facts_provider.extract(digest, content)
    except ValueError:
        pass  # nothing is known of it, as of a file that cannot be read


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
