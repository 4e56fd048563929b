"""Check an edit: find the faults after it that were not there before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from functools import partial
from itertools import islice
from zlib import crc32

from ...indexer.errors import OutOfWorkError, UnknownFileError
from ...indexer.inference.entities import qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.snapshot.time_limit import TimeLimit
from ..source.entity_views import enclosing
from .api_diff.changes import ApiChange, api_changes, broken_uses, explain_finding
from .api_diff.removed import Removal
from .api_diff.surface import changed_names, possible_users
from .context import CheckContext, Regions, changed_spans
from .edits import Change
from .excuses import TEST_DATA
from .findings import ERROR, HINT, WARNING, Finding
from .mistakes import KNOWN_MISTAKE
from .precedent import lower_by_precedent
from .rules.imports import removed_module
from .rules.table import Rule, families_of, family_of, rules
from .standing_code import lower_for_standing_code
from .suppressions import is_ignored

# Files that are checked for what an edit elsewhere broke in them.
_USERS = 3_000
# Steps of work that judging one file may take, and all users of an edit.
_WORK, _USERS_WORK = 100_000, 1_000_000
# Seconds of CPU that they may take, whatever the work is; and looking for the fixes of a file.
_SECONDS = 8.0
# Findings of one rule in a file that are told; a file that people wrote has a few dozen.
_MOST_FINDINGS = 1_000


def check_change(change: Change, *, whole: bool = False) -> list[Finding]:
    """Return the faults that an edit introduced or caused elsewhere, by file and place.

    With ``whole``, all faults of the changed files, whoever caused them.
    """
    existing = [path for path in sorted(change.paths) if change.after.exists(path)]
    if whole:
        return [each for path in existing for each in check_whole_file(change.after, path)]
    found: list[Finding] = []
    changes = api_changes(change)
    affected, removed = frozenset(changed_names(change)), change.removed()
    for path in existing:
        try:
            with change.after.snapshot.work.part(_WORK), change.before.snapshot.work.part(_WORK):
                old, new = changed_regions(change, path)
                after = _faults(change.after, path, change.before, new, affected)
                new_ones: list[Finding] = []
                if after:
                    families = {"syntax", *families_of(after)}
                    before = check_file(change.before, path, None, None, old, affected, families)
                    new_ones = new_findings(after, before)
                found += _with_removed_modules(change, path, removed, new_ones)
                found += _unreported_uses(change, changes, path, after)
        except OutOfWorkError:
            _leave_out(change.after, path)
    try:
        with change.after.snapshot.work.part(_USERS_WORK):
            for finding in users_findings(change, changes):
                found.append(finding)
    except OutOfWorkError:
        change.after.snapshot.work.leave_out(
            "what the edit breaks was not looked for in all files: that takes too much work"
        )
    return _finish(found, change, changes)


def check_whole_file(inference: Inference, path: str, *, is_standing: bool = True) -> list[Finding]:
    """Return all faults of a file, whoever caused them, with their fixes.

    They are as severe as in an edit unless the file is said to be standing code.
    """
    found = _faults(inference, path)
    if is_standing:
        lower_for_standing_code(inference, found)
    _propose(found, inference, None)
    return found


def check_users(change: Change) -> list[Finding]:
    """Return the faults that an edit caused in files that it does not touch."""
    changes = api_changes(change)
    return _finish(list(users_findings(change, changes)), change, changes)


def _faults(
    inference: Inference,
    path: str,
    before: Inference | None = None,
    near: Regions | None = None,
    affected: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Return the faults of a file, as far as looking for them takes no more work than it may."""
    try:
        context = CheckContext(inference, path, None, before, near, affected)
    except UnknownFileError:
        return []
    with inference.snapshot.work.part(_WORK):
        return run_rules(rules(), context, limit=TimeLimit(_SECONDS))


def _leave_out(inference: Inference, path: str) -> None:
    inference.snapshot.work.leave_out(f"{path} was not judged to its end: that takes too much work")


def _finish(found: list[Finding], change: Change, changes: list[ApiChange]) -> list[Finding]:
    """Add to findings what the edit removed, and fixes."""
    for finding in found:
        explain_finding(finding, changes, change.after)
    _propose(found, change.after, change.before)
    return found


def _propose(found: list[Finding], after: Inference, before: Inference | None) -> None:
    if not found:
        return
    from .fixes.learned import rank_by_lessons  # most edits are right
    from .fixes.propose import propose_fixes

    try:
        with TimeLimit(_SECONDS):
            for finding in found:
                propose_fixes(finding, after, before)
                if before is not None:
                    rank_by_lessons(finding, after)
    except OutOfWorkError:
        after.snapshot.work.leave_out(
            "fixes were not looked for of all findings: that takes too much work"
        )


def check_for(change: Change, path: str, rule: str) -> list[Finding]:
    """Return what an edit of one file brings there by the rules of one rule's family, with fixes.

    That takes a fraction of all rules' time, for who knows what to look for.
    """
    old, new = changed_regions(change, path)
    families = {"syntax", family_of(rule)}
    with change.after.snapshot.work.part(_WORK), change.before.snapshot.work.part(_WORK):
        after = check_file(change.after, path, None, change.before, new, families=families)
        before = (
            check_file(change.before, path, None, None, old, families=families) if after else []
        )
    found = new_findings(after, before)
    _propose(found, change.after, change.before)
    return found


def check_file(
    inference: Inference,
    path: str,
    names: frozenset[str] | None = None,
    before: Inference | None = None,
    near: Regions | None = None,
    affected: frozenset[str] = frozenset(),
    families: Collection[str] | None = None,
) -> list[Finding]:
    """Return the faults of a file in order of their places, each with its identity.

    All of them, or those within ``names``, or within ``near`` and ``affected`` (see
    :class:`.CheckContext`), that rules of some ``families`` find. Raises OutOfWorkError.
    """
    if not inference.exists(path):
        return []
    try:
        context = CheckContext(inference, path, names, before, near, affected)
    except UnknownFileError:
        return []
    return run_rules(rules() if families is None else rules(families), context)


def run_rules(
    chosen: Iterable[Rule], context: CheckContext, *, limit: TimeLimit | None = None
) -> list[Finding]:
    """Return what some rules find in a file, in order of the places, each with its identity.

    With a limit, what they had found is returned when there is too much work for the rest.
    """
    found: list[Finding] = []
    try:
        with limit or nullcontext():
            for rule in chosen:
                if rule.check is not None and (rule.in_stubs or not context.is_stub):
                    found += _of_rule(rule, context)
                    if rule.name == "syntax-error" and found and context.tree is None:
                        break  # further faults would only follow from text that is no Python
    except OutOfWorkError:
        if limit is None:
            raise
        _leave_out(context.inference, context.path)
    line_of = context.facts.line_of
    broken = {line_of(finding.start) for finding in found if finding.rule == "syntax-error"}
    found_otherwise = {finding.start for finding in found if finding.rule != KNOWN_MISTAKE}
    found = [
        finding
        for finding in found
        # What the compiler says has other words in ruff.
        if not (finding.rule.startswith("ruff") and line_of(finding.start) in broken)
        and not (finding.rule == KNOWN_MISTAKE and finding.start in found_otherwise)
        and not is_ignored(context, finding)
    ]
    for finding in found:
        lower_by_precedent(context, finding)
    if found and TEST_DATA.applies(context.inference, context.path):
        for finding in found:
            finding.severity = HINT
    found.sort(key=lambda finding: (finding.start, finding.rule))
    _identify(context.inference, found)
    return found


def _of_rule(rule: Rule, context: CheckContext) -> Iterator[Finding]:
    assert rule.check is not None
    found = iter(rule.check(context))
    yield from islice(found, _MOST_FINDINGS)
    if next(found, None) is not None:
        context.inference.snapshot.work.leave_out(
            f"of {rule.name} in {context.path} the first {_MOST_FINDINGS:,} are told"
        )


def changed_regions(change: Change, path: str) -> tuple[Regions | None, Regions | None]:
    """Return the parts of a file that an edit changed: before and after; None for all of it."""
    old, new = change.before.facts(path), change.after.facts(path)
    if old is None or new is None:
        return None, None
    return changed_spans(change.before.text(path), old, change.after.text(path), new)


def _identify(inference: Inference, found: list[Finding]) -> None:
    counts: Counter[str] = Counter()
    for finding in found:
        around = enclosing(inference, finding.path, finding.start)
        where = qualified_name(inference, around) if around is not None else ""
        key = "\0".join((finding.rule, finding.path, where, finding.subject))
        counts[key] += 1
        text = f"{key}\0{counts[key]}".encode("utf-8", "surrogatepass")
        finding.id = f"{crc32(text):08x}"


def new_findings(after: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """Return the faults that were not there before; of equal ones, as many as were added."""
    known = Counter((finding.rule, finding.subject) for finding in before)
    found: list[Finding] = []
    ids = {finding.id for finding in before}
    # Those at the place of an equal one are the old ones.
    for finding in sorted(after, key=lambda finding: finding.id not in ids):
        key = finding.rule, finding.subject
        if known[key] > 0:
            known[key] -= 1
        else:
            found.append(finding)
    return sorted(found, key=lambda finding: (finding.start, finding.rule))


def _unreported_uses(
    change: Change, changes: list[ApiChange], path: str, reported: list[Finding]
) -> list[Finding]:
    """Return broken uses of members and arguments in a file that no rule has reported."""
    relevant = [each for each in changes if not isinstance(each, Removal) or each.is_member]
    if not relevant:
        return []
    try:
        context = CheckContext(change.after, path)
    except UnknownFileError:
        return []
    found = [
        finding
        for finding in broken_uses(change, relevant, context, {each.start for each in reported})
        if not is_ignored(context, finding)
    ]
    _identify(change.after, found)
    return found


def users_findings(
    change: Change, changes: list[ApiChange], families: Collection[str] | None = None
) -> Iterator[Finding]:
    """Yield what an edit broke in files that it does not touch, file by file.

    It is what rules of some ``families`` find, by default of all.
    """
    # Methods are only used as attributes; looking for these apart takes less, and finds more.
    methods = [each for each in changes if isinstance(each, Removal) and each.is_method]
    known = {(each.path, each.key) for each in methods}
    method_names = {each.name for each in methods} - changed_names(change, known)
    users = possible_users(change, known, method_names)
    removed = change.removed()
    for path in sorted(users)[:_USERS]:
        change.after.snapshot.relax()
        wanted = frozenset(users[path] - method_names)
        after = check_file(change.after, path, wanted, families=families) if wanted else []
        new_ones: list[Finding] = []
        if after:
            same = {"syntax", *families_of(after)}
            before = check_file(change.before, path, wanted, families=same)
            new_ones = new_findings(after, before)
        yield from _with_removed_modules(change, path, removed, new_ones)
        used = [each for each in changes if each.name in users[path]]
        yield from _unreported_uses(change, used, path, after)


def _with_removed_modules(
    change: Change, path: str, removed: set[str], found: list[Finding]
) -> list[Finding]:
    """Return findings with those of imports of what an edit ``removed``: not just not installed."""
    if not removed:
        return found
    rule = Rule("unresolved-import", "", partial(removed_module, removed=removed))
    gone = run_rules([rule], CheckContext(change.after, path, None, change.before))
    places = {each.start for each in gone}
    return [each for each in found if each.start not in places] + gone


def verdict(severities: Collection[str]) -> str:
    """Return ``broken`` if something is wrong, ``doubtful`` if something may be, else ``ok``."""
    if ERROR in severities:
        return "broken"
    return "doubtful" if WARNING in severities else "ok"
