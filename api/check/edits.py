"""Unified diffs: what files would be after they are applied. Nothing is written.

What git knows of a workspace: which files changed, and what they were.

Edits: two snapshots and the files in which they differ.
"""

from __future__ import annotations

import os

from ...indexer.errors import InvalidArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from unidiff.patch import Hunk

    from ...indexer.inference.inference import Inference
    from ..open_workspace import Session


# Lines that a hunk may have moved by since the diff was made.
_DRIFT = 2_000


def apply(diff: str, read: Callable[[str], bytes | None]) -> dict[str, bytes | None]:
    """New content of each file of a diff, None for one that it deletes.

    ``read`` gives the present content of a path, None when there is none. Hunks are found where
    their lines are now, if these have only moved. Raises InvalidArgumentsError for what is no
    unified diff, and for a hunk whose lines are not there.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    if diff and not diff.endswith("\n"):
        # A shell's `$(…)` leaves it out. Of a file that ends without a line break, a diff says so
        # in a line of its own.
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
    """A path without what git puts in front of it, and without a time behind it."""
    path = path.partition("\t")[0].strip().strip('"')
    return path[2:] if path.startswith(("a/", "b/")) else path


def _patched(path: str, text: str, hunks: list[Hunk]) -> bytes:
    lines = text.splitlines(keepends=True)
    moved = 0
    for hunk in hunks:
        old = [line.value for line in hunk if line.is_context or line.is_removed]
        new = [line.value for line in hunk if line.is_context or line.is_added]
        start = max(hunk.source_start - 1, 0) if old else hunk.source_start
        at = _place(lines, old, start + moved)
        if at < 0:
            raise InvalidArgumentsError(
                f"the diff does not fit {path}: the lines of {str(hunk).partition(chr(10))[0]} "
                "are not there"
            )
        lines[at : at + len(old)] = new
        moved = at + len(new) - len(old) - start
    return "".join(lines).encode("utf-8", "surrogateescape")


def _place(lines: list[str], wanted: list[str], start: int) -> int:
    """Where some lines are, the nearest place to where they are expected; -1 for nowhere."""
    plain = [line.rstrip("\r\n") for line in wanted]
    for drift in range(_DRIFT):
        for at in {start + drift, start - drift}:
            if 0 <= at <= len(lines) - len(wanted) and plain == [
                line.rstrip("\r\n") for line in lines[at : at + len(wanted)]
            ]:
                return at
    return -1


class Repository:
    """The repository that a folder lies in. Git is asked, never told anything."""

    def __init__(self, folder: str) -> None:
        """Raises InvalidArgumentsError when the folder is in no repository, or git is not there."""
        self._folder = folder
        self.prefix = self._ask("rev-parse", "--show-prefix").decode().strip()
        """Path of the folder from the repository's root, with a slash at its end if not empty."""

    def changed(self, revision: str, *, staged: bool = False) -> list[str]:
        """Files that differ from a revision, new ones that are not ignored among them."""
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
        """A file as it was at a revision, or in git's index for an empty one; None when absent."""
        return self._run("cat-file", "blob", f"{revision}:{path}")[0]

    def _ask(self, *arguments: str) -> bytes:
        found, trouble = self._run(*arguments)
        if found is None:
            raise InvalidArgumentsError(
                f"git cannot tell what has changed in {self._folder}: "
                f"{trouble or 'it failed'}. Without git, whole files, a diff or a proposed text "
                "can be judged"
            )
        return found

    def _run(self, *arguments: str) -> tuple[bytes | None, str]:
        """What git prints, or None and the first line of what it complains of."""
        import subprocess

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
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        return None, said.removeprefix("fatal: ")


_SUFFIXES = (".py", ".pyi")


class Change:
    """What was, what is to be, and the files that are not the same in both."""

    __slots__ = ("after", "before", "paths")

    def __init__(self, before: Inference, after: Inference, paths: Iterable[str]) -> None:
        """``paths`` are relative to the workspace."""
        self.before = before
        self.after = after
        self.paths = set(paths)


def proposed(session: Session, contents: Mapping[str, bytes | None]) -> Change:
    """The edit that gives files new contents; None deletes a file. Nothing is written."""
    before = session.inference(whole=True)
    changed = {
        path: content
        for path, content in contents.items()
        if not before.exists(path) or content is None or before.text(path) != content
    }
    return Change(before, session.with_contents(changed).inference(whole=False), changed)


def unchanged(session: Session, paths: Iterable[str]) -> Change:
    """Files as they are, with nothing before them."""
    inference = session.inference(whole=True)
    return Change(inference, inference, paths)


def changed_since(session: Session, revision: str, *, staged: bool = False) -> Change:
    """What git says has changed since a revision: in the files, or only in its index (staged)."""
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
    return Change(before, after, old)


def patched_files(session: Session, text: str) -> Change:
    """The edit that a unified diff describes, with paths as git writes them."""
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
