"""Edits to check: proposed contents, unified diffs, and what git says has changed.

Nothing is written. A :class:`Change` is two snapshots and the files in which they differ.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from unidiff.patch import Hunk

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.inference import Inference
from ..open_workspace import OpenWorkspace

# Lines that a hunk may have moved by since the diff was made.
_DRIFT = 2_000


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


class Repository:
    """The git repository of a folder, for reading only."""

    def __init__(self, folder: str) -> None:
        """Find the repository; raises InvalidArgumentsError without one, or without git."""
        self._folder = folder
        self.prefix = self._ask("rev-parse", "--show-prefix").decode().strip()
        """Path of the folder from the repository's root, with a slash at its end if not empty."""

    def changed(self, revision: str, *, staged: bool = False) -> list[str]:
        """Return files that differ from a revision, new ones that are not ignored among them."""
        listed = self._ask(
            "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z",
            *(["--cached"] if staged else []), revision, "--",
        )  # fmt: skip
        names = listed.split(b"\0")
        if not staged:
            untracked = self._ask("ls-files", "--others", "--exclude-standard", "--full-name", "-z")
            names += untracked.split(b"\0")
        return sorted({os.fsdecode(name) for name in names if name})

    def content(self, revision: str, path: str) -> bytes | None:
        """Return a file of a revision, or of git's index for an empty one; None if absent."""
        return self._run("cat-file", "blob", f"{revision}:{path}")[0]

    def _ask(self, *arguments: str) -> bytes:
        found, message = self._run(*arguments)
        if found is None:
            raise InvalidArgumentsError(
                f"git cannot tell what has changed in {self._folder}: "
                f"{message or 'it failed'}. Without git, whole files, a diff or a proposed text "
                "can be judged"
            )
        return found

    def _run(self, *arguments: str) -> tuple[bytes | None, str]:
        """Return what git prints, or None and the first line of its error message."""
        environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        try:
            done = subprocess.run(
                ["git", *arguments], cwd=self._folder, env=environment, check=False,
                capture_output=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            raise InvalidArgumentsError(f"git cannot be run: {error.strerror}") from error
        if done.returncode == 0:
            return done.stdout, ""
        message = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        return None, message.removeprefix("fatal: ")


_SUFFIXES = (".py", ".pyi")


@dataclass(slots=True)
class Change:
    """The state before and after an edit, and the files that differ, relative to the workspace."""

    before: Inference
    after: Inference
    paths: set[str]


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
    repository = Repository(session.index.workspace.root)
    inference = session.inference(whole=True)
    old: dict[str, bytes | None] = {}
    new: dict[str, bytes | None] = {}
    for path in repository.changed(revision, staged=staged):
        inside = path.removeprefix(repository.prefix)
        if not path.startswith(repository.prefix) or not inside.endswith(_SUFFIXES):
            continue
        old[inside] = repository.content(revision, path)
        if staged:
            new[inside] = repository.content("", path)
    after = session.with_contents(new).inference(whole=False) if staged else inference
    before = session.with_contents({**new, **old}).inference(whole=False)
    return Change(before, after, set(old))


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
