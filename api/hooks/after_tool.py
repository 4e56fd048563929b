"""The event after a tool has run: record what it has shown, and check what it has edited."""

from __future__ import annotations

from ..quoting import quoted
from .edits import EDITING, edited_paths
from .event import changed_lines, finding_lines
from .messages import POST_TOOL, add_context, block
from .reads import OWN_TOOLS, READING, record_reads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..check.rules.table import Rule
    from .event import Event, Item
    from .messages import Answer


def answer(event: Event) -> Answer | None:
    """Return what is wrong with an edit, or which files a command has changed."""
    tool = event.payload.tool
    if tool in READING or tool.startswith(OWN_TOOLS):
        record_reads(event.session, event.ledger, event.number, event.payload)
        changed = event.changed_outside() if tool == "Bash" else []
        if not changed:
            return None
        return add_context(
            POST_TOOL, "\n".join(["flux-index: files changed meanwhile.", *quoted(changed)])
        )
    return _check_edit(event) if tool in EDITING else None


def _check_edit(event: Event) -> Answer | None:
    from ..sessions.read_log import content_of, record_write

    before = event.ledger.take_edit(event.number, event.payload.call)
    verdict = event.ledger.take_verdict(event.number, event.payload.call)
    others: list[str] = []
    for path in before or dict.fromkeys(edited_paths(event.session, event.payload)):
        content = content_of(event.session, path)
        if content is not None:
            changed = _changed_meanwhile(event, path, content)
            others += changed
            verdict = None if changed else verdict
            record_write(event.ledger, event.number, path, content)
    if not before:
        event.notes.append("what the file was before is not known: no hook was asked then")
        return None
    is_certain, sentences = (
        _find(event, before) if verdict is None else _stored(event, verdict, before)
    )
    if others:
        sentences += ["flux-index: something else has changed what was written.", *quoted(others)]
    if not sentences:
        return None
    return (
        block("\n".join(sentences)) if is_certain else add_context(POST_TOOL, "\n".join(sentences))
    )


def _changed_meanwhile(event: Event, path: str, content: bytes) -> list[str]:
    """Return a sentence on lines that are not as they were proposed, as after a formatter."""
    from ..sessions.read_log import KnownFile

    planned = event.ledger.seen(event.number, path, proposed=True)
    state = KnownFile(content)
    if planned is None or planned.digest == state.digest:
        return []
    state.add(planned)
    return [f"{path}: {changed_lines(state.changed)}."] if state.changed else []


def _find(event: Event, before: Mapping[str, bytes | None]) -> tuple[bool, list[str]]:
    """Return True if an edit certainly introduced something wrong, and sentences on it."""
    from ...indexer.errors import OutOfTimeError
    from ..check.api_diff.surface import changed_names
    from ..check.deadline import findings_until_deadline
    from ..check.edits import Change
    from ..check.findings import HINT
    from ..operations.validate import item

    session = event.session
    try:
        after = session.inference(whole=True)
        change = Change(session.with_contents(before).inference(whole=False), after, set(before))
        found, is_complete = findings_until_deadline(
            change, _rules(), frozenset(changed_names(change))
        )
    except OutOfTimeError:
        event.notes.append("there was no time to judge the edit")
        return False, []
    if not is_complete:
        event.notes.append("there was no time to judge all of the edit")
    found = [each for each in found if each.severity != HINT]
    after.snapshot.interrupt = change.before.snapshot.interrupt = None
    items = [item(after, each) for each in found]
    return _sentences(event, items, before)


def _stored(
    event: Event, verdict: str, before: Mapping[str, bytes | None]
) -> tuple[bool, list[str]]:
    """Return the same of findings that were stored before the edit."""
    import json

    return _sentences(event, json.loads(verdict), before)


def _sentences(
    event: Event, items: Sequence[Item], edited: Collection[str]
) -> tuple[bool, list[str]]:
    """Return True if a finding is certain and in an edited file, and sentences on all."""
    from ..tasks.observed import observe_edit

    observe_edit(event.ledger, event.payload.handle, edited, items)
    if not items:
        return False, []
    certain = [
        each
        for each in items
        if each["severity"] == "error" and each["path"] in edited and not each.get("own")
    ]
    listed = [*certain, *(each for each in items if each not in certain)]
    return bool(certain), ["flux-index: this edit introduced:", *finding_lines(event, listed)]


def _rules() -> list[Rule]:
    """Return quick rules that are no matter of taste, those on existence first; not ruff."""
    from ..check.findings import HINT
    from ..check.rules.table import rules

    chosen = [each for each in rules() if each.check and each.name != "ruff"]
    chosen = [each for each in chosen if each.severity != HINT]
    first = [each for each in chosen if each.name == "syntax-error" or each.existence]
    return [*first, *(each for each in chosen if each not in first)]
