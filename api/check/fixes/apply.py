"""Mending: the fixes of findings applied, judged again, and written only where that helped."""

from __future__ import annotations

import os
from collections import Counter

from ....indexer.text import denormalize
from ..check import check_change
from ..edits import proposed
from ..findings import ERROR, WARNING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...open_workspace import Session
    from ..edits import Change
    from ..findings import Edit, Finding, Fix

# Fixes may uncover what a further round can fix.
_ROUNDS = 5


class FixResult:
    """What fixing came to: new contents by path, the fixes that were applied, what is left."""

    __slots__ = ("applied", "contents", "left")

    def __init__(self) -> None:
        """Nothing was done."""
        self.contents: dict[str, bytes] = {}
        self.applied: list[tuple[Finding, Fix]] = []
        self.left: list[Finding] = []


def apply_fixes(session: Session, change: Change, *, whole: bool, unsafe: bool) -> FixResult:
    """Contents in which what can be fixed is fixed; nothing is written.

    Only safe fixes are applied, or with ``unsafe`` the first of each fault. Fixes are kept that
    take their faults away and leave no file with more faults than it had.
    """
    done = FixResult()
    attempt = _Attempt(session, change, whole=whole)
    refused: set[str] = set()
    for _ in range(_ROUNDS):
        chosen = _chosen(attempt, refused, unsafe=unsafe)
        before = len(attempt.applied)
        attempt.begin()
        todo = [chosen] if chosen else []
        while todo:
            group = todo.pop()
            if attempt.keeps(group):
                continue
            if len(group) == 1:
                refused.add(group[0][0].id)
            else:
                half = len(group) // 2
                todo += [group[half:], group[:half]]
        if len(attempt.applied) == before:
            break
    done.contents, done.applied, done.left = attempt.contents, attempt.applied, attempt.found
    return done


def _chosen(attempt: _Attempt, refused: set[str], *, unsafe: bool) -> list[tuple[Finding, Fix]]:
    """The fix of each fault, of those that edit the same text only the first."""
    found: list[tuple[Finding, Fix]] = []
    edits: list[Edit] = []
    for finding in attempt.found:
        fix = next((each for each in finding.fixes if each.safe or unsafe), None)
        if fix is None or finding.id in refused:
            continue
        more = [each for each in fix.edits if not any(_is_same(each, other) for other in edits)]
        if any(_overlap(each, other) for each in more for other in edits):
            continue
        edits += more
        found.append((finding, fix))
    return found


def _is_same(edit: Edit, other: Edit) -> bool:
    """Whether two fixes want the same: an import that both need."""
    return _key(edit) == _key(other)


def _key(edit: Edit) -> tuple[str, int, int, str]:
    return edit.path, edit.start, edit.end, edit.text


def _overlap(edit: Edit, other: Edit) -> bool:
    if edit.path != other.path:
        return False
    if edit.start == other.start and edit.end == other.end:
        return True
    return edit.start < other.end and other.start < edit.end


class _Attempt:
    """Contents on the way to being mended, with what is still wrong with them."""

    def __init__(self, session: Session, change: Change, *, whole: bool) -> None:
        self.session = session
        self.change = change
        self.whole = whole
        self.contents: dict[str, bytes] = {}
        self.applied: list[tuple[Finding, Fix]] = []
        self.found = check_change(change, whole=whole)
        # What the edit itself has files contain, where that is not on disk.
        disk = session.inference(whole=False)
        self._proposed: dict[str, bytes | None] = {}
        for path in change.paths:
            text = change.after.text(path) if change.after.exists(path) else None
            if text != (disk.text(path) if disk.exists(path) else None):
                self._proposed[path] = text
        self.begin()

    def begin(self) -> None:
        """From here on fixes are for the contents as they are now."""
        self._base = dict(self.contents)
        self._kept: list[Fix] = []

    def keeps(self, group: list[tuple[Finding, Fix]]) -> bool:
        """Apply fixes together and keep them, if that helps and harms no file."""
        fixes = [*self._kept, *(fix for _, fix in group)]
        tried = _merged(self.change, self._base, fixes)
        if tried is None:
            return False
        contents = {**self._base, **tried}
        again = self._judged(contents)
        counts = Counter(map(_subject, again))
        before = Counter(map(_subject, self.found))
        aims = Counter(_subject(finding) for finding, _ in group)
        if any(counts[each] > before[each] - aims[each] for each in aims):
            return False
        worse = _weights(again)
        if any(weight > _weights(self.found).get(path, (0, 0)) for path, weight in worse.items()):
            return False
        self.contents, self.found, self._kept = contents, again, fixes
        self.applied += group
        return True

    def _judged(self, contents: dict[str, bytes]) -> list[Finding]:
        again = proposed(self.session, {**self._proposed, **contents})
        again.before = self.change.before
        again.paths = set(self.change.paths) | set(contents)
        return check_change(again, whole=self.whole)


def _subject(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.path, finding.subject


def _weights(found: list[Finding]) -> dict[str, tuple[int, int]]:
    """Errors and warnings of each file."""
    weights: dict[str, tuple[int, int]] = {}
    for finding in found:
        errors, warnings = weights.get(finding.path, (0, 0))
        weights[finding.path] = (
            errors + (finding.severity == ERROR),
            warnings + (finding.severity == WARNING),
        )
    return weights


def apply_edits(change: Change, contents: dict[str, bytes], fix: Fix) -> dict[str, bytes] | None:
    """New contents of the files that a fix edits; None when its edits overlap.

    ``contents`` are those that files have by now, where the edit gave them others.
    """
    return _merged(change, contents, [fix])


def _merged(
    change: Change, contents: dict[str, bytes], fixes: list[Fix]
) -> dict[str, bytes] | None:
    wanted = {_key(edit): edit for fix in fixes for edit in fix.edits}
    found: dict[str, bytes] = {}
    for path in {edit.path for edit in wanted.values()}:
        text = contents.get(path)
        text = change.after.text(path) if text is None else text
        edits = sorted(
            (edit for edit in wanted.values() if edit.path == path),
            key=lambda edit: (-edit.start, -edit.end),
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
