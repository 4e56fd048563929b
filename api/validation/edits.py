"""Edits: two snapshots and the files in which they differ."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...indexer.snapshot import Snapshot
    from ..session import Session

_SUFFIXES = (".py", ".pyi")


class Change:
    """What was, what is to be, and the files that are not the same in both."""

    __slots__ = ("after", "before", "paths")

    def __init__(self, before: Snapshot, after: Snapshot, paths: Iterable[str]) -> None:
        """``paths`` are relative to the workspace."""
        self.before = before
        self.after = after
        self.paths = set(paths)


def proposed(session: Session, contents: Mapping[str, bytes | None]) -> Change:
    """The edit that gives files new contents; None deletes a file. Nothing is written."""
    before = session.snapshot(whole=True)
    changed = {
        path: content
        for path, content in contents.items()
        if not before.exists(path) or content is None or before.text(path) != content
    }
    return Change(before, session.with_contents(changed).snapshot(whole=False), changed)


def standing(session: Session, paths: Iterable[str]) -> Change:
    """Files as they are, with nothing before them."""
    snapshot = session.snapshot(whole=True)
    return Change(snapshot, snapshot, paths)


def since(session: Session, revision: str, *, staged: bool = False) -> Change:
    """What git says has changed since a revision: in the files, or only in its index (staged)."""
    from .git import Repository

    repository = Repository(session.index.workspace.root)
    snapshot = session.snapshot(whole=True)
    old: dict[str, bytes | None] = {}
    new: dict[str, bytes | None] = {}
    for path in repository.changed(revision, staged=staged):
        inside = path.removeprefix(repository.prefix)
        if not path.startswith(repository.prefix) or not inside.endswith(_SUFFIXES):
            continue
        old[inside] = repository.content(revision, path)
        if staged:
            new[inside] = repository.content("", path)
    after = session.with_contents(new).snapshot(whole=False) if staged else snapshot
    before = session.with_contents({**new, **old}).snapshot(whole=False)
    return Change(before, after, old)


def patched(session: Session, text: str) -> Change:
    """The edit that a unified diff describes, with paths as git writes them."""
    from .patches import apply

    snapshot = session.snapshot(whole=True)
    contents = apply(text, lambda path: _text_of(snapshot, path))
    return proposed(
        session,
        {path: content for path, content in contents.items() if path.endswith(_SUFFIXES)},
    )


def _text_of(snapshot: Snapshot, path: str) -> bytes | None:
    if not snapshot.exists(path):
        return None
    try:
        return snapshot.text(path)
    except OSError as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error}") from error
