"""Apply fixes, check the result, and keep what leaves no file worse."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ....indexer.text import denormalize
from ...open_workspace import OpenWorkspace
from ...source.text_edits import apply_to_text, edits_by_path
from ...source.whole_file import whole_file
from ..check import check_change
from ..edits import Change, proposed
from ..findings import ERROR, HINT, WARNING, Edit, Finding, Fix

_SEVERITIES = (ERROR, WARNING, HINT)
# Fixes may uncover what a further round can fix.
_ROUNDS = 5


@dataclass(slots=True)
class FixResult:
    """The result of fixing: new contents by path, the fixes that were applied, what is left."""

    contents: dict[str, bytes] = field(default_factory=dict[str, bytes])
    applied: list[tuple[Finding, Fix]] = field(default_factory=list["tuple[Finding, Fix]"])
    left: list[Finding] = field(default_factory=list["Finding"])


def apply_fixes(session: OpenWorkspace, change: Change, *, whole: bool, unsafe: bool) -> FixResult:
    """Return contents in which what can be fixed is fixed; nothing is written.

    Only safe fixes are applied, or with ``unsafe`` the first of each fault. A fix is kept if it
    removes its fault, puts no other one in the place, and leaves no file with more faults than it
    had.
    """
    attempt = _Attempt(session, change, whole=whole)
    rejected: set[str] = set()
    for _ in range(_ROUNDS):
        chosen = _chosen(attempt, rejected, unsafe=unsafe)
        n_applied = len(attempt.applied)
        attempt.begin()
        todo = [chosen] if chosen else []
        while todo:
            group = todo.pop()
            if attempt.try_fixes(group):
                continue
            if len(group) == 1:
                rejected.add(group[0][0].id)
            else:
                half = len(group) // 2
                todo += [group[half:], group[:half]]
        if len(attempt.applied) == n_applied:
            break
    return FixResult(attempt.contents, attempt.applied, attempt.findings)


def _chosen(attempt: _Attempt, rejected: set[str], *, unsafe: bool) -> list[tuple[Finding, Fix]]:
    """Return the fix of each fault; of those that edit the same text only the most severe one's."""
    found: list[tuple[Finding, Fix]] = []
    edits: list[Edit] = []
    for finding in sorted(attempt.findings, key=lambda each: _SEVERITIES.index(each.severity)):
        fix = next((each for each in finding.fixes if each.safe or unsafe), None)
        if fix is None or finding.id in rejected:
            continue
        if any(each.path == finding.path and each.text == finding.subject for each in edits):
            continue  # a name that another fix brings
        # Two fixes may share an edit: an import that both need.
        more = [each for each in fix.edits if each not in edits]
        if not any(each.overlaps(other) for each in more for other in edits):
            edits += more
            found.append((finding, fix))
    return found


class _Attempt:
    """Contents while fixes are applied to them, with the findings that are left."""

    def __init__(self, session: OpenWorkspace, change: Change, *, whole: bool) -> None:
        self.session = session
        self.change = change
        self.whole = whole
        self.contents: dict[str, bytes] = {}
        self.applied: list[tuple[Finding, Fix]] = []
        # Contents that were there already: going back to them would be going in circles.
        self._seen: list[dict[str, bytes]] = [{}]
        self.findings = check_change(change, whole=whole)
        # Contents of the edit itself that are not on disk.
        disk = session.inference(whole=False)
        self._proposed: dict[str, bytes | None] = {}
        for path in change.paths:
            text = change.after.text(path) if change.after.exists(path) else None
            if text != (disk.text(path) if disk.exists(path) else None):
                self._proposed[path] = text
        self.begin()

    def begin(self) -> None:
        """Start a round: fixes are for the contents as they are now."""
        self._base = dict(self.contents)
        self._kept: list[Fix] = []

    def try_fixes(self, group: list[tuple[Finding, Fix]]) -> bool:
        """Apply fixes together; return True, and keep them, if that helps and harms no file."""
        fixes = [*self._kept, *(fix for _, fix in group)]
        fixed = _apply(self.change, self._base, fixes)
        if fixed is None:
            return False
        contents = {**self._base, **fixed}
        findings = self._check(contents)
        after, before = Counter(map(_subject, findings)), Counter(map(_subject, self.findings))
        expected = Counter(_subject(finding) for finding, _ in group)
        if any(after[each] > before[each] - expected[each] for each in expected):
            return False
        weights = _weights(self.findings)
        if any(weight > weights[path] for path, weight in _weights(findings).items()):
            return False
        places = _places(group, fixes)
        if any(
            before[_subject(each)] == 0
            for each in findings
            if each.severity != HINT and (each.path, each.start) in places
        ):
            return False  # one fault became another
        if contents in self._seen:
            return False
        self._seen.append(contents)
        self.contents, self.findings, self._kept = contents, findings, fixes
        self.applied += group
        return True

    def _check(self, contents: dict[str, bytes]) -> list[Finding]:
        change = proposed(self.session, {**self._proposed, **contents})
        change.before = self.change.before
        change.paths = set(self.change.paths) | set(contents)
        return check_change(change, whole=self.whole)


def _subject(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.path, finding.subject


def _places(group: list[tuple[Finding, Fix]], fixes: list[Fix]) -> set[tuple[str, int]]:
    """Return where the places of faults are after fixes: path and offset each.

    Two offsets for a fault before which something is inserted, none for what is removed.
    """
    edits = dict.fromkeys(edit for fix in fixes for edit in fix.edits)
    found: set[tuple[str, int]] = set()
    for finding, _ in group:
        own = [each for each in edits if each.path == finding.path]
        if any(not each.text and each.start <= finding.start < each.end for each in own):
            continue
        moves = [(each, len(each.text.encode()) - (each.end - each.start)) for each in own]
        before = sum(move for each, move in moves if each.end < finding.start)
        beside = sum(move for each, move in moves if each.end == finding.start)
        found |= {(finding.path, finding.start + by) for by in (before, before + beside)}
    return found


def _weights(findings: list[Finding]) -> defaultdict[str, tuple[int, int]]:
    """Return the numbers of errors and of warnings in each file."""
    weights: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for finding in findings:
        errors, warnings = weights[finding.path]
        is_error, is_warning = finding.severity == ERROR, finding.severity == WARNING
        weights[finding.path] = errors + is_error, warnings + is_warning
    return weights


def apply_edits(change: Change, contents: dict[str, bytes], fix: Fix) -> dict[str, bytes] | None:
    """Return new contents of the files that a fix edits; None if its edits overlap.

    ``contents`` are those that files have by now, where the edit gave them others.
    """
    return _apply(change, contents, [fix])


def _apply(change: Change, contents: dict[str, bytes], fixes: list[Fix]) -> dict[str, bytes] | None:
    found: dict[str, bytes] = {}
    for path, edits in edits_by_path(edit for fix in fixes for edit in fix.edits).items():
        text = contents.get(path)
        text = apply_to_text(change.after.text(path) if text is None else text, edits)
        if text is None:
            return None
        found[path] = text
    return found


def write(path: str, text: bytes) -> None:
    """Write normalized text to a file, at once or not at all.

    Mode, byte order mark, encoding and line endings stay what they were.
    """
    with open(path, "rb") as file:
        data = denormalize(file.read(), text)
    with whole_file(path) as file:
        file.write(data)
