"""The event before an agent stops: what its own edits and commands leave wrong.

What others do in the same files' workspace, its user in an editor or another agent, is theirs. What
was an open end while the agent worked is told now, if it is still open.
"""

from __future__ import annotations

from functools import partial

from ..sessions.read_log import content_of
from ..tasks.observed import observe_stop
from .messages import SUBAGENT_STOP, TASK_COMPLETED, block, tell_user
from .shell_writes import changed_by_shell
from .still_there import still_there
from .unfinished import unfinished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..check.findings import Finding
    from ..open_workspace import OpenWorkspace
    from .event import Event
    from .messages import Answer

_TOLD = 20


def answer(event: Event) -> Answer | None:
    """Return a block, once for each thing that is wrong, or a task that is not done."""
    if event.payload.is_continued:
        return None
    return _edits(event) or unfinished(event)


def _edits(event: Event) -> Answer | None:
    """Return what the session's own edits and commands leave wrong."""
    session, ledger = event.session, event.ledger
    # A subagent answers for its own edits, the first agent for those of all.
    is_sub = event.payload.event == SUBAGENT_STOP
    originals = ledger.originals(event.number if is_sub else event.main)
    has_commands = not is_sub and bool(ledger.told(event.main, "shell-begun:"))
    if not originals and not has_commands:
        return None
    session.inference(whole=True)
    by_shell = changed_by_shell(event) if has_commands else {}
    before = {**by_shell, **originals}
    before = {
        path: content for path, content in before.items() if content != content_of(session, path)
    }
    inference = session.inference(whole=False)
    state = {path: f"fine:{path}:{inference.snapshot.digest(path).hex()}" for path in before}
    # Files that nothing was wrong with the last time are others, as long as they do not change.
    before = {
        path: content
        for path, content in before.items()
        if not ledger.was_told(event.main, state[path])
    }
    if not before:
        _observe(event, 0, is_complete=True)
        return None
    found, left_out, sentences = _new_errors(event, before)
    _observe(event, len(found), is_complete=not left_out)
    if not found and not left_out:
        for path in before:
            ledger.tell(event.main, state[path])
        return None
    new = [each for each in found if ledger.tell(event.main, f"stop:{each.id or each.message}")]
    if not new:
        return tell_user(left_out) if left_out else None
    outside = sorted(path for path in before if path in by_shell and path not in originals)
    if outside:
        sentences.append(f"Changed by shell commands of this session: {', '.join(outside[:10])}")
    if left_out:
        sentences.append(left_out)
    return block("\n".join(sentences))


def _observe(event: Event, n_errors: int, *, is_complete: bool) -> None:
    """Store what was found at the end of a prompt's work; a task of a list is only a part of it."""
    if event.payload.event != TASK_COMPLETED:
        ledger, handle = event.ledger, event.payload.handle
        still = partial(still_there, event)
        _learn(event, observe_stop(ledger, handle, n_errors, still, is_complete=is_complete))


def _learn(event: Event, task: str) -> None:
    """Make lessons of what a task that is done has mended, as far as there is time."""
    if not task:
        return
    from ...indexer.errors import OutOfTimeError
    from ...indexer.store.task_store import TaskStore
    from ..check.mistakes import KNOWN_MISTAKE
    from ..tasks.learning import learn

    store = TaskStore(event.ledger)
    try:
        after = event.session.inference(whole=True)
        rows = [row for row in store.findings(task) if row.rule == KNOWN_MISTAKE]
        left = (still_there(event, rows) if rows else None) or set[str]()
        learn(after, store, task, left, is_done=True)
    except OutOfTimeError:
        event.notes.append("there was no time to learn from what was mended")


def _new_errors(
    event: Event, before: dict[str, bytes | None]
) -> tuple[list[Finding], str, list[str]]:
    """Return what is certainly wrong now and was not before, in other files first.

    With it a sentence on what was not looked at, if anything was, and the findings as sentences.
    """
    from ...indexer.errors import OutOfTimeError
    from ..check.deadline import breakage_until_deadline, findings_until_deadline
    from ..check.edits import Change
    from ..check.findings import ERROR
    from ..check.rules.table import EXISTENCE_FAMILIES, rules
    from ..operations.validate import item
    from .event import finding_lines

    session: OpenWorkspace = event.session
    found: list[Finding] = []
    is_complete = False
    change: Change | None = None
    try:
        after = session.inference(whole=True)
        change = Change(session.with_contents(before).inference(whole=False), after, set(before))
        elsewhere, is_complete = breakage_until_deadline(change, _TOLD)
        is_complete = is_complete or len(elsewhere) >= _TOLD
        found = [each for each in elsewhere if each.severity == ERROR]
        if is_complete:
            chosen = [each for each in rules(("syntax", *EXISTENCE_FAMILIES)) if each.check]
            own, is_complete = findings_until_deadline(change, chosen)
            found += [each for each in own if each.severity == ERROR]
    except OutOfTimeError:
        is_complete = False
    left_out = ""
    if not is_complete:
        paths = sorted(before)
        more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
        left_out = (
            f"flux-index had no time to judge all of {', '.join(paths[:5])}{more}: "
            "`flux-index validate` does."
        )
        event.notes.append(left_out)
    if change is None or not found:
        return [], left_out, []
    change.after.snapshot.interrupt = change.before.snapshot.interrupt = None
    items = [item(change.after, each) for each in found]
    sentences = ["flux-index: what this session changed leaves this wrong:"]
    return found, left_out, [*sentences, *finding_lines(event, items)]
