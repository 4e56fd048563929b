"""Unified diffs: what files would be after they are applied. Nothing is written."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from unidiff.patch import Hunk

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
