"""What an edit gets wrong, and what of that one of the next steps may mend.

An agent works in steps: it uses what it is going to define, and renames one file after the other.
Whoever has seen where something would have to be knows that it is missing there, and means to write
it; who has seen what uses a thing knows what is left to be changed. Such are open ends. Whoever
has not seen that invents, or forgets.
"""

from __future__ import annotations

from ...indexer.errors import OutOfTimeError
from ...indexer.inference.entities import CLASS, FUNCTION
from ..check.api_diff.surface import changed_names
from ..check.deadline import breakage_until_deadline, findings_until_deadline, missing_apis
from ..check.findings import ERROR, HINT
from ..check.mistakes import KNOWN_MISTAKE
from ..check.open_ends import homonyms, owners
from ..check.rules.table import EXISTENCE, Rule, quick_rules
from ..check.traces import trace_of
from ..lessons.book import book_of
from ..operations.validate import item
from ..sessions.read_log import fingerprints
from ..source.text_edits import hunks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...indexer.inference.entities import Entity
    from ..check.edits import Change
    from ..check.findings import Finding
    from .event import Event, Item

# Other files in which something is broken by one edit.
_BROKEN = 20


def inventions(event: Event, change: Change, *, is_whole: bool) -> list[Item]:
    """Return uses of what certainly does not exist, but for open ends.

    ``is_whole`` is true of an edit that gives the texts of whole files: these are complete.
    """
    book_of(change.after.snapshot.index, event.ledger)
    try:
        found, is_complete = missing_apis(change)
    except OutOfTimeError:
        found, is_complete = [], False
    if not is_complete:
        event.is_partly_judged = True
        event.notes.append(f"there was no time to look at all that {_named(change)} uses")
    return [each for each in _items(event, change, found, is_whole) if not each["open"]]


def invented_among(found: list[Item], change: Change) -> list[Item]:
    """Return the same of faults that were found: what is certain, in lines that an edit wrote."""
    written = {
        path: hunks(
            fingerprints(change.before.text(path) if change.before.exists(path) else b""),
            fingerprints(change.after.text(path)),
        )
        for path in change.paths
        if change.after.exists(path)
    }
    return [
        each
        for each in found
        if each["rule"] in EXISTENCE
        and each["severity"] == "error"
        and each["evidence"] in ("exact", "inferred")
        and any(
            first <= each["range"]["start"]["line"] < last
            for _, _, first, last in written.get(each["path"], ())
        )
    ]


def faults(event: Event, change: Change, *, is_whole: bool) -> list[Item]:
    """Return all that an edit gets wrong and breaks elsewhere, but for open ends.

    First what is wrong in the edit, what does not exist first of all.
    """
    found: list[Finding] = []
    is_complete = False
    book_of(change.after.snapshot.index, event.ledger)
    try:
        names = frozenset(changed_names(change))
        found, is_complete = findings_until_deadline(change, _rules(), names)
        if is_complete:
            broken, is_complete = breakage_until_deadline(change, _BROKEN)
            found += broken
            is_complete = is_complete or len(broken) == _BROKEN
    except OutOfTimeError:
        pass
    if not is_complete:
        event.is_partly_judged = True
        event.notes.append(f"there was no time to judge all of {_named(change)}")
    found = [each for each in found if each.severity != HINT]
    return [each for each in _items(event, change, found, is_whole) if not each["open"]]


def _rules() -> list[Rule]:
    """Return quick rules that are no matter of taste, those on existence first."""
    chosen = [each for each in quick_rules() if each.check]
    chosen = [each for each in chosen if each.severity != HINT]
    first = [each for each in chosen if each.name == "syntax-error" or each.existence]
    return [*first, *(each for each in chosen if each not in first)]


def _named(change: Change) -> str:
    paths = sorted(change.paths)
    return paths[0] if len(paths) == 1 else f"{paths[0]} and {len(paths) - 1} more files"


def _items(
    event: Event, change: Change, found: Sequence[Finding], is_whole: bool
) -> list[dict[str, object]]:
    """Return findings as ``validate`` answers them, each marked with whether it is an open end."""
    # Classifying what was found takes as long as it takes.
    change.after.snapshot.interrupt = change.before.snapshot.interrupt = None
    shown: list[dict[str, object]] = []
    for each in found:
        shown.append(
            {
                **item(change.after, each),
                "subject": each.subject,
                "open": _is_open(event, change, each, is_whole),
            }
        )
        if each.severity == ERROR or each.rule == KNOWN_MISTAKE:
            shown[-1]["trace"] = trace_of(change.after, each)
    return shown


def _is_open(event: Event, change: Change, finding: Finding, is_whole: bool) -> bool:
    """True if the session may be about to write what would mend a finding."""
    after = change.after
    facts = after.facts(finding.path)
    if finding.rule == "syntax-error" or facts is None:
        return False
    line = facts.line_of(finding.start)
    if finding.path not in change.paths:
        return event.knows(finding.path, line, line + 1)
    if finding.rule == "unresolved-import":
        # Of a module that is like no other, and has nothing that there is elsewhere, the test or
        # the user is often written first; and what moves there is still in its old place.
        same = homonyms(after, finding.path, line)
        near = [each for each in finding.nearest if each.path not in change.paths]
        return all(event.knows(each.path, 0) for each in same) if same else not near
    places = owners(after, finding)
    if not is_whole and any(each.path in change.paths for each in places):
        return True
    return bool(places) and all(
        not each.is_outside and each.path not in change.paths and _is_known(event, change, each)
        for each in places
    )


def _is_known(event: Event, change: Change, entity: Entity) -> bool:
    """True if a session has seen a module or class as a whole, or the header of a function."""
    facts = change.after.facts(entity.path)
    if facts is None or entity.kind not in (CLASS, FUNCTION):
        return event.knows(entity.path, 0)
    table = facts.definition
    ends = table.end if entity.kind == CLASS else table.header_end
    first = facts.line_of(table.position[entity.row])
    return event.knows(entity.path, first, facts.line_of(max(ends[entity.row] - 1, 0)) + 1)
