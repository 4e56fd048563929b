"""Judging as far as there is time: rule by rule, so that what was found by then counts."""

from __future__ import annotations

from .api_diff.removed import explain_removal, removed_symbols
from .check import changed_regions, check_users_one_by_one, new_findings, run_rules
from .context import CheckContext, statements

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .edits import Change
    from .findings import Finding
    from .rules import Rule


class OutOfTimeError(Exception):
    """Raised by what a snapshot is told to call now and then, when an answer is due."""


def check_until_deadline(change: Change, chosen: Iterable[Rule]) -> tuple[list[Finding], bool]:
    """What is certainly wrong in the statements that an edit wrote, and whether that is all.

    The rules are asked in their order; of text that is no Python nothing is said.
    """
    return _asked(change, chosen, lambda path, rule: _of_statements(change, path, rule))


def findings_until_deadline(
    change: Change, chosen: Iterable[Rule], affected: frozenset[str] = frozenset()
) -> tuple[list[Finding], bool]:
    """As :func:`written`, in all of the functions that an edit changed, certain or not.

    Also what is spelled with ``affected`` names elsewhere in these files.
    """
    return _asked(change, chosen, lambda path, rule: _of_functions(change, path, rule, affected))


def _asked(
    change: Change, chosen: Iterable[Rule], ask: Callable[[str, Rule], list[Finding]]
) -> tuple[list[Finding], bool]:
    found: list[Finding] = []
    late: list[bool] = []
    try:
        for rule in [rule for rule in chosen if rule.check is not None]:
            for path in sorted(change.paths):
                change.after.snapshot.relax()
                found += ask(path, _until_late(rule, late))
                if late:
                    return found, False
    except OutOfTimeError:
        return found, False
    return found, True


def _until_late(rule: Rule, late: list[bool]) -> Rule:
    """A rule that ends when time is out, with what it has found until then."""

    def check(context: CheckContext) -> Iterator[Finding]:
        assert rule.check is not None
        try:
            yield from rule.check(context)
        except OutOfTimeError:
            late.append(True)

    return type(rule)(rule.name, rule.summary, check, rule.severity)


def _of_statements(change: Change, path: str, rule: Rule) -> list[Finding]:
    facts, old = change.after.facts(path), change.before.facts(path)
    if facts is None or len(facts.errors[0]):
        return []
    text = change.after.text(path)
    near = statements(change.before.text(path), text, facts) if old is not None else None
    context = CheckContext(change.after, path, None, change.before, near)
    context.is_certain_only = True
    after = run_rules([rule], context)
    if old is None or near is None:
        return after
    # Rules that are quick with all of a file tell all of it.
    after = [
        each
        for each in after
        if any(each.start < end and start < max(each.end, each.start + 1) for start, end in near)
    ]
    gone = statements(text, change.before.text(path), old)
    said = b"\n".join(change.before.text(path)[start:end] for start, end in gone)
    # What the old statements do not spell cannot have been wrong in them.
    doubtful = [each for each in after if text[each.start : each.end] in said]
    if not doubtful:
        return after
    context = CheckContext(change.before, path, None, None, gone)
    context.is_certain_only = True
    kept = new_findings(doubtful, run_rules([rule], context))
    return [each for each in after if each not in doubtful or each in kept]


def _of_functions(change: Change, path: str, rule: Rule, affected: frozenset[str]) -> list[Finding]:
    facts = change.after.facts(path)
    if facts is None or (len(facts.errors[0]) and rule.name != "syntax-error"):
        return []
    old, new = changed_regions(change, path)
    after = run_rules([rule], CheckContext(change.after, path, None, change.before, new, affected))
    if not after or change.before.facts(path) is None:
        return after
    return new_findings(
        after, run_rules([rule], CheckContext(change.before, path, None, None, old, affected))
    )


def breakage_until_deadline(change: Change, most: int) -> tuple[list[Finding], bool]:
    """What an edit broke in files that it does not touch, at most so much; whether it is all."""
    found: list[Finding] = []
    try:
        gone = removed_symbols(change)
        for finding in check_users_one_by_one(change, gone):
            explain_removal(finding, gone, change.after)
            found.append(finding)
            if len(found) >= most:
                return found, False
    except OutOfTimeError:
        return found, False
    return found, True
