"""Judging an edit: the faults after it that were not there before it."""

from __future__ import annotations

from collections import Counter

from ...indexer.errors import UnknownFileError
from ...indexer.inference.entities import qualified_name
from ..source.entity_views import enclosing
from .api_diff.removed import explain_removal, removed_symbols, still_used
from .api_diff.surface import changed_names
from .clones import is_test_data
from .context import CheckContext, changed_spans
from .findings import ERROR, HINT, WARNING
from .fixes.propose import propose_fixes
from .rules import families_of, rules
from .suppressions import is_ignored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from ...indexer.inference.inference import Inference
    from .api_diff.removed import Removal
    from .context import Regions
    from .edits import Change
    from .findings import Finding
    from .rules import Rule

# Files that are examined for what an edit elsewhere broke in them.
_USERS = 3_000


def check_change(change: Change, *, whole: bool = False) -> list[Finding]:
    """Faults of an edit, by file and place: those it introduced, and those it caused elsewhere.

    With ``whole``, all faults of the changed files, whoever made them.
    """
    found: list[Finding] = []
    gone = [] if whole else removed_symbols(change)
    affected = frozenset[str]() if whole else frozenset(changed_names(change))
    for path in sorted(change.paths):
        if not change.after.exists(path):
            continue
        if whole:
            found += check_file(change.after, path)
        else:
            old, new = changed_regions(change, path)
            after = check_file(change.after, path, None, change.before, new, affected)
            if after:
                kinds = {"syntax", *families_of(after)}
                found += new_findings(
                    after, check_file(change.before, path, None, None, old, affected, kinds)
                )
            found += _missed(change, gone, path, after)
    if not whole:
        found += check_users_one_by_one(change, gone)
    return _finished(found, change, gone, whole=whole)


def check_users(change: Change) -> list[Finding]:
    """Faults that an edit caused in files that it does not touch."""
    gone = removed_symbols(change)
    return _finished(list(check_users_one_by_one(change, gone)), change, gone, whole=False)


def _finished(
    found: list[Finding], change: Change, gone: list[Removal], *, whole: bool
) -> list[Finding]:
    """Findings with what exists instead, and fixes."""
    for finding in found if gone else ():
        explain_removal(finding, gone, change.after)
    for finding in found:
        propose_fixes(finding, change.after, None if whole else change.before)
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
    """Faults of a file in order of their places, each with its identity.

    All of them, or as far as ``names``, or ``near`` and ``affected``, say (see :class:`.File`), and
    those that rules of some ``families`` find.
    """
    if not inference.exists(path):
        return []
    try:
        context = CheckContext(inference, path, names, before, near, affected)
    except UnknownFileError:
        return []
    return run_rules(rules() if families is None else rules(families), context)


def run_rules(chosen: Iterable[Rule], context: CheckContext) -> list[Finding]:
    """What some rules find in a file, in order of the places, each with its identity."""
    found: list[Finding] = []
    for rule in chosen:
        if rule.check is not None:
            found += rule.check(context)
            if rule.name == "syntax-error" and found:
                break  # what follows from text that is no Python are no further faults
    found = [finding for finding in found if not is_ignored(context, finding)]
    if found and is_test_data(context.inference, context.path):
        for finding in found:
            finding.severity = HINT
    found.sort(key=lambda finding: (finding.start, finding.rule))
    _identify(context.inference, found)
    return found


def changed_regions(change: Change, path: str) -> tuple[Regions | None, Regions | None]:
    """The parts of a file in which an edit changed it: before and after; None for all of it."""
    old, new = change.before.facts(path), change.after.facts(path)
    if old is None or new is None:
        return None, None
    return changed_spans(change.before.text(path), old, change.after.text(path), new)


def _identify(inference: Inference, found: list[Finding]) -> None:
    from zlib import crc32

    counts: Counter[str] = Counter()
    for finding in found:
        around = enclosing(inference, finding.path, finding.start)
        where = qualified_name(inference, around) if around is not None else ""
        key = "\0".join((finding.rule, finding.path, where, finding.subject))
        counts[key] += 1
        text = f"{key}\0{counts[key]}".encode("utf-8", "surrogatepass")
        finding.id = f"{crc32(text):08x}"


def new_findings(after: Iterable[Finding], before: Iterable[Finding]) -> list[Finding]:
    """Faults that were not there before; of equal ones, as many as there are more of now."""
    known = Counter((finding.rule, finding.subject) for finding in before)
    found: list[Finding] = []
    ids = {finding.id for finding in before}
    listed = list(after)
    # Those that stand where an equal one stood are the old ones.
    for finding in sorted(listed, key=lambda finding: finding.id not in ids):
        key = finding.rule, finding.subject
        if known[key] > 0:
            known[key] -= 1
        else:
            found.append(finding)
    return sorted(found, key=lambda finding: (finding.start, finding.rule))


def _missed(change: Change, gone: list[Removal], path: str, known: list[Finding]) -> list[Finding]:
    """Uses of what is gone that no rule has found, in a file as it is now."""
    wanted = [removal for removal in gone if removal.is_member]
    if not wanted:
        return []
    try:
        context = CheckContext(change.after, path)
    except UnknownFileError:
        return []
    reported = {finding.start for finding in known}
    found = list(still_used(change, wanted, context, reported))
    found = [finding for finding in found if not is_ignored(context, finding)]
    _identify(change.after, found)
    return found


def check_users_one_by_one(change: Change, gone: list[Removal]) -> Iterator[Finding]:
    """What is wrong now in files that the edit did not touch, file by file."""
    # What is used as an attribute only is looked for apart: that asks less, and finds more.
    methods = [removal for removal in gone if removal.is_method]
    names = changed_names(change, {(each.path, each.key) for each in methods})
    alone = {removal.name for removal in methods} - names
    users: dict[str, set[str]] = {}
    for name in sorted(names | alone):
        for path in change.after.files_with(name):
            if path not in change.paths:
                users.setdefault(path, set()).add(name)
    for path in sorted(users)[:_USERS]:
        change.after.snapshot.relax()
        wanted = frozenset(users[path] - alone)
        after = check_file(change.after, path, wanted) if wanted else []
        if after:
            kinds = {"syntax", *families_of(after)}
            old = check_file(change.before, path, wanted, families=kinds)
            yield from new_findings(after, old)
        yield from _missed(change, [each for each in gone if each.name in users[path]], path, after)


def verdict(found: list[Finding]) -> str:
    """``broken`` when something is wrong, ``doubtful`` when something may be, else ``ok``."""
    if any(finding.severity == ERROR for finding in found):
        return "broken"
    return "doubtful" if any(finding.severity == WARNING for finding in found) else "ok"
