"""Checks with a deadline: rule by rule, so that what was found in time is reported.

Among them is the one that a write is refused for: uses of what does not exist. Only what is certain
counts there, and only in the statements that the edit wrote. What would have to be in the edited
file itself is marked: the next one of several edits may add it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import OutOfTimeError, UnknownFileError
from ...indexer.inference.entities import CONVENTIONAL, EVIDENCE_NAMES
from ...indexer.inference.inference import Inference
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
    return _run(change, chosen, lambda path, rule: _check_functions(change, path, rule, affected))


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


def _check_functions(
    change: Change, path: str, rule: Rule, affected: frozenset[str]
) -> list[Finding]:
    facts = change.after.facts(path)
    if facts is None or (len(facts.errors.start) and rule.name != "syntax-error"):
        return []
    old, new = changed_regions(change, path)
    after = run_rules([rule], CheckContext(change.after, path, None, change.before, new, affected))
    if not after or change.before.facts(path) is None:
        return after
    return new_findings(
        after, run_rules([rule], CheckContext(change.before, path, None, None, old, affected))
    )


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


@dataclass(frozen=True, slots=True)
class MissingApi:
    """A finding about something missing, and if that would have to be in the same file."""

    finding: Finding
    is_own: bool


def missing_apis(change: Change) -> tuple[list[MissingApi], bool]:
    """Return uses of what certainly does not exist in the statements that an edit wrote.

    With it, if the deadline left time to check all of them.
    """
    chosen = [rule for rule in rules(EXISTENCE_FAMILIES) if rule.existence]
    names = {rule.name for rule in chosen}
    found, is_complete = check_until_deadline(change, chosen)
    # Classifying what was found takes as long as it takes.
    change.after.snapshot.interrupt = change.before.snapshot.interrupt = None
    certain = [
        each
        for each in found
        if each.rule in names and each.severity == ERROR and each.evidence in _CERTAIN
    ]
    return [MissingApi(each, is_own(change.after, each)) for each in certain], is_complete


def is_unknown_everywhere(inference: Inference, path: str, line: int) -> bool:
    """True if no name that is imported in a line, counted from 0, is defined in the workspace.

    Such a missing module was hardly mistaken for another one.
    """
    facts = inference.facts(path)
    if facts is None:
        return False
    table = facts.imports
    names = {
        facts.names[name]
        for name, position in zip(table.name, table.position, strict=True)
        if name >= 0 and facts.line_of(position) == line
    }
    return next(iter(inference.snapshot.symbols_named(sorted(names))), None) is None


def is_own(inference: Inference, finding: Finding) -> bool:
    """True if what is missing would have to be in the file that has the fault."""
    if finding.rule == "undefined-name":
        return True
    if finding.rule == "unknown-keyword":
        # The last of the nearest entities is the callee.
        return bool(finding.nearest) and finding.nearest[-1].path == finding.path
    if finding.rule != "unresolved-attribute":
        return False
    try:
        context = CheckContext(inference, finding.path)
    except UnknownFileError:
        return False
    for row in context.expressions(f.ATTRIBUTE):
        attribute = facts_view.attribute(context.facts, row)
        if attribute is not None and attribute.position == finding.start:
            owners = {value.entity.path for value in context.complete_type(attribute.receiver)}
            if not owners:
                found = context.strict.definitions_of(context.path, attribute.receiver)
                owners = {item.entity.path for item in found}
            return finding.path in owners
    return False
