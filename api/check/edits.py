"""Edits to check: proposed contents, unified diffs, and what git says has changed.

Nothing is written. A :class:`Change` is two snapshots and the files in which they differ.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from unidiff.patch import Hunk

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.inference import Inference
from ...indexer.text import UnreadableError, read
from ..open_workspace import OpenWorkspace
from ..source.git import Repository, differs

# Lines that a hunk may have moved by since the diff was made.
_DRIFT = 2_000
# Bytes of a file that is compared with what git has.
_LARGEST = 50_000_000


def apply(diff: str, read: Callable[[str], bytes | None]) -> dict[str, bytes | None]:
    """Return the new content of each file of a unified diff, None for one that it deletes.

    ``read`` returns the present content of a path, None if there is none. Hunks are found where
    their lines are now, if these have only moved. Raises InvalidArgumentsError for what is no
    unified diff, and for a hunk whose lines are not there.
    """
    # Late: hooks load this module at every edit, and few processes read diffs.
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    if diff and not diff.endswith("\n"):
        # A shell's `$(…)` strips it. That a file has no line break at its end is a line of its own.
        diff += "\n"
    try:
        patches = PatchSet(diff)
    except UnidiffParseError as error:
        raise InvalidArgumentsError(f"this is no unified diff: {error}") from error
    found: dict[str, bytes | None] = {}
    for patch in patches:
        source, target = _plain(patch.source_file), _plain(patch.target_file)
        if patch.is_removed_file:
            found[source] = None
            continue
        old = b"" if patch.is_added_file else read(source)
        if old is None:
            raise InvalidArgumentsError(f"the diff changes {source}, which is not here")
        if source != target and not patch.is_added_file:
            found[source] = None
        found[target] = _patched(source, old.decode("utf-8", "surrogateescape"), list(patch))
    if not found and diff.strip():
        raise InvalidArgumentsError("this is no unified diff: it names no file")
    return found


def _plain(path: str) -> str:
    """Return a path without the prefix of git, and without a time stamp behind it."""
    path = path.partition("\t")[0].strip().strip('"')
    return path[2:] if path.startswith(("a/", "b/")) else path


def _patched(path: str, text: str, hunks: list[Hunk]) -> bytes:
    lines = text.splitlines(keepends=True)
    moved = 0
    for hunk in hunks:
        old = [line.value for line in hunk if line.is_context or line.is_removed]
        new = [line.value for line in hunk if line.is_context or line.is_added]
        start = max(hunk.source_start - 1, 0) if old else hunk.source_start
        at = _find(lines, old, start + moved)
        if at < 0:
            raise InvalidArgumentsError(
                f"the diff does not fit {path}: the lines of {str(hunk).partition(chr(10))[0]} "
                "are not there"
            )
        lines[at : at + len(old)] = new
        moved = at + len(new) - len(old) - start
    return "".join(lines).encode("utf-8", "surrogateescape")


def _find(lines: list[str], wanted: list[str], start: int) -> int:
    """Return where some lines are, nearest to where they are expected, or -1."""
    plain = [line.rstrip("\r\n") for line in wanted]
    for drift in range(_DRIFT):
        for at in {start + drift, start - drift}:
            if 0 <= at <= len(lines) - len(wanted) and plain == [
                line.rstrip("\r\n") for line in lines[at : at + len(wanted)]
            ]:
                return at
    return -1


_SUFFIXES = (".py", ".pyi")


@dataclass(slots=True)
class Change:
    """The state before and after an edit, and the files that differ, relative to the workspace."""

    before: Inference
    after: Inference
    paths: set[str]
    repositories: list[str] = field(default_factory=list[str])
    """Folders with repositories of their own, whose changes git does not tell here."""

    def removed(self) -> set[str]:
        """Return the files that are gone after the edit."""
        return {
            path for path in self.paths if not self.after.exists(path) and self.before.exists(path)
        }


def proposed(session: OpenWorkspace, contents: Mapping[str, bytes | None]) -> Change:
    """Return the edit that gives files new contents; None deletes a file."""
    before = session.inference(whole=True)
    changed = {
        path: content
        for path, content in contents.items()
        if not before.exists(path) or content is None or before.text(path) != content
    }
    return Change(before, session.with_contents(changed).inference(whole=False), set(changed))


def unchanged(session: OpenWorkspace, paths: Iterable[str]) -> Change:
    """Return files as they are, without anything before them."""
    inference = session.inference(whole=True)
    return Change(inference, inference, set(paths))


def changed_since(session: OpenWorkspace, revision: str, *, staged: bool = False) -> Change:
    """Return what changed since a revision of git: in the files, or only in its index (staged)."""
    root = session.index.workspace.root
    repository = Repository(root)
    before = repository.tree(revision)
    inference = session.inference(whole=True)
    new: dict[str, bytes | None] = {}
    repositories: list[str] = []
    if staged:
        after = repository.staged()
        paths = [
            path
            for path in sorted(before.keys() | after.keys())
            if path.endswith(_SUFFIXES) and before.get(path) != after.get(path)
        ]
        contents = repository.contents(after[path] for path in paths if path in after)
        new = {path: contents.get(after.get(path, "")) for path in paths}
    else:
        paths = _changed_on_disk(root, before)
        untold = (path for path in inference.snapshot.paths() if path not in before)
        created, repositories = _outside_repositories(root, untold)
        paths += created
    contents = repository.contents(before[path] for path in paths if path in before)
    old = {path: contents.get(before.get(path, "")) for path in paths}
    current = session.with_contents(new).inference(whole=False) if staged else inference
    earlier = session.with_contents({**new, **old}).inference(whole=False)
    return Change(earlier, current, set(old), repositories)


def _changed_on_disk(root: str, objects: Mapping[str, str]) -> list[str]:
    """Return the Python files that are not what a revision has."""
    changed: list[str] = []
    for path, object_id in objects.items():
        if path.endswith(_SUFFIXES):
            try:
                if differs(read(os.path.join(root, path), _LARGEST), object_id):
                    changed.append(path)
            except UnreadableError:
                changed.append(path)
    return changed


def _outside_repositories(root: str, paths: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return those of some indexed files that lie in no repository within this one, and these.

    Nor behind a link, of which git keeps where it leads: what changed is the file that it leads to.
    The index leaves out what is ignored. Git is not asked for that: it matches patterns of a
    repository without a bound.
    """
    repositories: list[str] = []

    @cache
    def is_elsewhere(folder: str) -> bool:
        inside = os.path.join(root, folder)
        if os.path.islink(inside):
            return True
        if os.path.lexists(os.path.join(inside, ".git")):
            repositories.append(folder)
            return True
        return False

    outside = [
        path
        for path in sorted(paths)
        if not os.path.islink(os.path.join(root, path))
        and not any(is_elsewhere(path[: found.start()]) for found in re.finditer("/", path))
    ]
    return outside, repositories


def patched_files(session: OpenWorkspace, text: str) -> Change:
    """Return the edit that a unified diff describes, with paths as git writes them."""
    inference = session.inference(whole=True)
    contents = apply(text, lambda path: _text_of(inference, path))
    return proposed(
        session,
        {path: content for path, content in contents.items() if path.endswith(_SUFFIXES)},
    )


def _text_of(inference: Inference, path: str) -> bytes | None:
    if not inference.exists(path):
        return None
    try:
        return inference.text(path)
    except OSError as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error}") from error
