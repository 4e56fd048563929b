"""The event before an agent stops: check all that its session has changed.

All that changed since the session began is looked at, whoever wrote it: what the agent's tools
edited, and what came from a shell, from git or from a formatter.
"""

from __future__ import annotations

from ..quoting import quoted
from ..sessions.committed import committed_contents
from ..sessions.read_log import content_of, differing
from ..tasks.observed import observe_stop
from .messages import block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..check.edits import Change
    from ..check.findings import Finding
    from .event import Event
    from .messages import Answer

# More files than this are no edit but another branch.
_MOST = 40
_TOLD = 20


def answer(event: Event) -> Answer | None:
    """Return a block, once for each state in which something is wrong."""
    if event.payload.is_continued:
        return None
    session, ledger = event.session, event.ledger
    originals = ledger.originals(event.number)
    _, _, files = ledger.facts(event.number)
    if not originals and not files:
        return None
    session.inference(whole=True)
    changed = differing(files, session.index.view().files) if files else {}
    by_others = {path: kept for path, kept in changed.items() if path not in originals}
    if len(by_others) > _MOST:
        event.notes.append(f"{len(by_others)} files changed outside of edits: they are not judged")
        by_others = {}
    before = {
        path: content for path, content in originals.items() if content != content_of(session, path)
    }
    before.update(committed_contents(session, by_others))
    inference = session.inference(whole=False)
    state = {path: f"fine:{path}:{inference.snapshot.digest(path).hex()}" for path in before}
    # Files that nothing was wrong with the last time are others, as long as they do not change.
    before = {
        path: content
        for path, content in before.items()
        if not ledger.was_told(event.number, state[path])
    }
    if not before:
        observe_stop(ledger, event.payload.handle, 0, is_complete=True)
        return None
    found, is_complete, sentences = _new_errors(event, before)
    observe_stop(ledger, event.payload.handle, len(found), is_complete=is_complete)
    if not found:
        for path in before if is_complete else ():
            ledger.tell(event.number, state[path])
        return None
    key = ",".join(sorted({each.id or each.message for each in found}))
    if not ledger.tell(event.number, f"stop:{key}"):
        return None
    outside = sorted(path for path in before if path in by_others)
    if outside:
        sentences.append("Written otherwise than by edits of this session:")
        sentences += quoted(outside[:10])
    return block("\n".join(sentences))


def _new_errors(
    event: Event, before: dict[str, bytes | None]
) -> tuple[list[Finding], bool, list[str]]:
    """Return what is certainly wrong now and was not before, in other files first.

    With it, True if all was checked, and the findings as sentences.
    """
    from ...indexer.errors import OutOfTimeError
    from ..check.deadline import breakage_until_deadline, findings_until_deadline
    from ..check.edits import Change
    from ..check.findings import ERROR
    from ..check.rules.table import EXISTENCE_FAMILIES, rules
    from ..operations.validate import item
    from .event import finding_lines

    session = event.session
    found: list[Finding] = []
    is_complete = True
    change: Change | None = None
    try:
        after = session.inference(whole=True)
        change = Change(session.with_contents(before).inference(whole=False), after, set(before))
        elsewhere, is_complete = breakage_until_deadline(change, _TOLD)
        found = [each for each in elsewhere if each.severity == ERROR]
        if is_complete:
            chosen = [each for each in rules(EXISTENCE_FAMILIES) if each.check]
            own, is_complete = findings_until_deadline(change, chosen)
            found += [each for each in own if each.severity == ERROR]
    except OutOfTimeError:
        is_complete = False
    if not is_complete:
        event.notes.append("there was no time to look at all that the changes may have broken")
    if change is None or not found:
        return [], is_complete, []
    change.after.snapshot.interrupt = change.before.snapshot.interrupt = None
    items = [item(change.after, each) for each in found]
    sentences = ["flux-index: what changed in this session leaves this wrong:"]
    return found, is_complete, [*sentences, *finding_lines(event, items)]
