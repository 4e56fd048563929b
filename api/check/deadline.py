"""Checks with a deadline: rule by rule, so that what was found in time is reported.

Among them is the one that a write is refused for: uses of what does not exist. Only what is certain
counts there, and only in the statements that the edit wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ...indexer.errors import OutOfTimeError
from ...indexer.inference.entities import CONVENTIONAL, EVIDENCE_NAMES
from .api_diff.changes import api_changes, explain_finding
from .check import changed_regions, new_findings, run_rules, users_findings
from .context import CheckContext, statements
from .edits import Change
from .findings import ERROR, Finding
from .rules.table import EXISTENCE_FAMILIES, Rule, rules


def check_until_deadline(change: Change, chosen: Iterable[Rule]) -> tuple[list[Finding], bool]:
    """Return what is certainly wrong in the statements that an edit wrote, and if that is all.

    Rules run in their order; files that are no Python are left out.
    """
    return _run(change, chosen, lambda path, rule: _check_statements(change, path, rule))


def findings_until_deadline(
    change: Change, chosen: Iterable[Rule], affected: frozenset[str] = frozenset()
) -> tuple[list[Finding], bool]:
    """Return what is wrong, certain or not, in functions that an edit changed, and if that is all.

    Also what is spelled with ``affected`` names elsewhere in these files.
    """
    sides: dict[str, _Sides | None] = {}

    def check(path: str, rule: Rule) -> list[Finding]:
        if path not in sides:
            sides[path] = _sides(change, path, affected)
        return _check_functions(sides[path], rule)

    return _run(change, chosen, check)


def _run(
    change: Change, chosen: Iterable[Rule], check: Callable[[str, Rule], list[Finding]]
) -> tuple[list[Finding], bool]:
    found: list[Finding] = []
    interrupted: list[bool] = []
    try:
        for rule in [rule for rule in chosen if rule.check is not None]:
            for path in sorted(change.paths):
                change.after.snapshot.relax()
                found += check(path, _interruptible(rule, interrupted))
                if interrupted:
                    return found, False
    except OutOfTimeError:
        return found, False
    return found, True


def _interruptible(rule: Rule, interrupted: list[bool]) -> Rule:
    """Return a rule that ends at the deadline, with what it has found until then."""

    def check(context: CheckContext) -> Iterator[Finding]:
        assert rule.check is not None
        try:
            yield from rule.check(context)
        except OutOfTimeError:
            interrupted.append(True)

    return type(rule)(rule.name, rule.summary, check, rule.severity)


def _check_statements(change: Change, path: str, rule: Rule) -> list[Finding]:
    facts, old = change.after.facts(path), change.before.facts(path)
    if facts is None or len(facts.errors.start):
        return []
    text = change.after.text(path)
    near = statements(change.before.text(path), text, facts) if old is not None else None
    context = CheckContext(change.after, path, None, change.before, near)
    context.is_certain_only = True
    after = run_rules([rule], context)
    if old is None or near is None:
        return after
    # Some fast rules report all of a file.
    after = [
        each
        for each in after
        if any(each.start < end and start < max(each.end, each.start + 1) for start, end in near)
    ]
    replaced = statements(text, change.before.text(path), old)
    old_text = b"\n".join(change.before.text(path)[start:end] for start, end in replaced)
    # A name that the old statements do not contain cannot have been wrong in them.
    doubtful = [each for each in after if text[each.start : each.end] in old_text]
    if not doubtful:
        return after
    context = CheckContext(change.before, path, None, None, replaced)
    context.is_certain_only = True
    kept = new_findings(doubtful, run_rules([rule], context))
    return [each for each in after if each not in doubtful or each in kept]


class _Sides(NamedTuple):
    """What rules are given of a file after an edit and before it, None if there was no file."""

    after: CheckContext
    before: CheckContext | None
    is_broken: bool
    """True if the text after it is no Python."""


def _sides(change: Change, path: str, affected: frozenset[str]) -> _Sides | None:
    """Return the functions of a file that an edit changed, on both sides; None without facts."""
    facts = change.after.facts(path)
    if facts is None:
        return None
    old, new = changed_regions(change, path)
    after = CheckContext(change.after, path, None, change.before, new, affected)
    before = None
    if change.before.facts(path) is not None:
        before = CheckContext(change.before, path, None, None, old, affected)
    return _Sides(after, before, bool(len(facts.errors.start)))


def _check_functions(sides: _Sides | None, rule: Rule) -> list[Finding]:
    if sides is None or (sides.is_broken and rule.name != "syntax-error"):
        return []
    after = run_rules([rule], sides.after)
    if not after or sides.before is None:
        return after
    return new_findings(after, run_rules([rule], sides.before))


def breakage_until_deadline(change: Change, limit: int) -> tuple[list[Finding], bool]:
    """Return what an edit broke in files that it does not touch, and if that is all."""
    found: list[Finding] = []
    try:
        changes = api_changes(change)
        for finding in users_findings(change, changes):
            explain_finding(finding, changes, change.after)
            found.append(finding)
            if len(found) >= limit:
                return found, False
    except OutOfTimeError:
        return found, False
    return found, True


_CERTAIN = frozenset(EVIDENCE_NAMES[:CONVENTIONAL])


def missing_apis(change: Change) -> tuple[list[Finding], bool]:
    """Return uses of what certainly does not exist in the statements that an edit wrote.

    With it, if the deadline left time to check all of them.
    """
    chosen = [rule for rule in rules(EXISTENCE_FAMILIES) if rule.existence]
    names = {rule.name for rule in chosen}
    found, is_complete = check_until_deadline(change, chosen)
    certain = [
        each
        for each in found
        if each.rule in names and each.severity == ERROR and each.evidence in _CERTAIN
    ]
    return certain, is_complete
