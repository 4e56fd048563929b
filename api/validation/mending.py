"""Mending: the fixes of findings applied, judged again, and written only where that helped."""

from __future__ import annotations

import os

from ...indexer.text import denormalize
from .edits import proposed
from .findings import ERROR, WARNING
from .judge import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..session import Session
    from .edits import Change
    from .findings import Finding, Fix

# Fixes may uncover what a further round can fix.
_ROUNDS = 5


class Mended:
    """What fixing came to: new contents by path, the fixes that were applied, what is left."""

    __slots__ = ("applied", "contents", "left")

    def __init__(self) -> None:
        """Nothing was done."""
        self.contents: dict[str, bytes] = {}
        self.applied: list[tuple[Finding, Fix]] = []
        self.left: list[Finding] = []


def mend(session: Session, change: Change, *, whole: bool, unsafe: bool) -> Mended:
    """Contents in which what can be fixed is fixed; nothing is written.

    Only safe fixes are applied, or with ``unsafe`` the first of each fault. A fix that leaves a
    file with more faults than it had is not kept.
    """
    done = Mended()
    found = judge(change, whole=whole)
    for _ in range(_ROUNDS):
        before = len(done.applied)
        for identity in [finding.id for finding in found]:
            # As it is now: what was fixed before may have moved it, or mended it too.
            finding = next((each for each in found if each.id == identity), None)
            fix = _chosen(finding, unsafe=unsafe) if finding is not None else None
            tried = applied(change, done.contents, fix) if fix is not None else None
            if finding is None or fix is None or tried is None:
                continue
            again = _judged(session, change, {**done.contents, **tried}, whole=whole)
            if _weight(again) < _weight(found):
                done.contents.update(tried)
                done.applied.append((finding, fix))
                found = again
        if len(done.applied) == before:
            break
    done.left = found
    return done


def _chosen(finding: Finding, *, unsafe: bool) -> Fix | None:
    for fix in finding.fixes:
        if fix.safe or unsafe:
            return fix
    return None


def applied(change: Change, contents: dict[str, bytes], fix: Fix) -> dict[str, bytes] | None:
    """New contents of the files that a fix edits; None when its edits overlap."""
    found: dict[str, bytes] = {}
    for path in {edit.path for edit in fix.edits}:
        text = contents.get(path)
        text = change.after.text(path) if text is None else text
        edits = sorted(
            (edit for edit in fix.edits if edit.path == path), key=lambda edit: -edit.start
        )
        end = len(text) + 1
        for edit in edits:
            if edit.end > end:
                return None
            new = edit.text.encode("utf-8", "surrogatepass")
            if b"\r\n" in text:
                new = new.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            text = text[: edit.start] + new + text[edit.end :]
            end = edit.start
        found[path] = text
    return found


def _judged(
    session: Session, change: Change, contents: dict[str, bytes], *, whole: bool
) -> list[Finding]:
    again = proposed(session, contents)
    again.before = change.before
    again.paths = set(change.paths) | set(contents)
    return judge(again, whole=whole)


def _weight(found: list[Finding]) -> tuple[int, int]:
    errors = sum(finding.severity == ERROR for finding in found)
    return errors, sum(finding.severity == WARNING for finding in found)


def write(path: str, text: bytes) -> None:
    """Put new normalized text into a file: at once or not at all.

    Mode, byte order mark, encoding and line endings stay what they were.
    """
    import tempfile

    with open(path, "rb") as file:
        data = denormalize(file.read(), text)
    mode = os.stat(path).st_mode
    # Through a link, what it leads to is written.
    target = os.path.realpath(path)
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".flux-index-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, mode)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
