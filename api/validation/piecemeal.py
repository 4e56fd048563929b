"""Judging as far as there is time: rule by rule, so that what was found by then counts."""

from __future__ import annotations

from .file import File
from .judge import broken_one_by_one, found_by, new_faults, parts_changed
from .regions import statements
from .removals import removals, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .edits import Change
    from .findings import Finding
    from .rules import Rule


class OutOfTimeError(Exception):
    """Raised by what a snapshot is told to call now and then, when an answer is due."""


def written(change: Change, chosen: Iterable[Rule]) -> tuple[list[Finding], bool]:
    """What is certainly wrong in the statements that an edit wrote, and whether that is all.

    The rules are asked in their order; of text that is no Python nothing is said.
    """
    found: list[Finding] = []
    try:
        for rule in chosen:
            for path in sorted(change.paths):
                change.after.relax()
                found += _of_statements(change, path, rule)
    except OutOfTimeError:
        return found, False
    return found, True


def faults(
    change: Change, chosen: Iterable[Rule], affected: frozenset[str] = frozenset()
) -> tuple[list[Finding], bool]:
    """As :func:`written`, in all of the functions that an edit changed.

    Also what is spelled with ``affected`` names elsewhere in these files.
    """
    found: list[Finding] = []
    try:
        for rule in chosen:
            for path in sorted(change.paths):
                change.after.relax()
                found += _of_functions(change, path, rule, affected)
    except OutOfTimeError:
        return found, False
    return found, True


def _of_statements(change: Change, path: str, rule: Rule) -> list[Finding]:
    facts, old = change.after.facts(path), change.before.facts(path)
    if facts is None or len(facts.errors[0]):
        return []
    near = None
    if old is not None:
        near = statements(change.before.text(path), change.after.text(path), facts)
    file = File(change.after, path, None, change.before, near)
    file.is_certain_only = True
    after = found_by([rule], file)
    if not after or old is None:
        return after
    gone = statements(change.after.text(path), change.before.text(path), old)
    file = File(change.before, path, None, None, gone)
    file.is_certain_only = True
    return new_faults(after, found_by([rule], file))


def _of_functions(change: Change, path: str, rule: Rule, affected: frozenset[str]) -> list[Finding]:
    facts = change.after.facts(path)
    if facts is None or (len(facts.errors[0]) and rule.name != "syntax-error"):
        return []
    old, new = parts_changed(change, path)
    after = found_by([rule], File(change.after, path, None, change.before, new, affected))
    if not after or change.before.facts(path) is None:
        return after
    return new_faults(after, found_by([rule], File(change.before, path, None, None, old, affected)))


def breakage(change: Change, most: int) -> tuple[list[Finding], bool]:
    """What an edit broke in files that it does not touch, at most so much; whether it is all."""
    found: list[Finding] = []
    try:
        gone = removals(change)
        for finding in broken_one_by_one(change, gone):
            tell(finding, gone, change.after)
            found.append(finding)
            if len(found) >= most:
                return found, False
    except OutOfTimeError:
        return found, False
    return found, True
