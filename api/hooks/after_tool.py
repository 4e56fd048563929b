"""After a tool has run: what it has shown is noted, and what it wrote is judged."""

from __future__ import annotations

from .edits import EDITING, paths_of
from .event import spans
from .findings import lines
from .reads import OWN_TOOLS, READING, record
from .wire import POST_TOOL, blocked, told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ..check.rules import Rule
    from .event import Asked
    from .findings import Item
    from .wire import Answer


def answer(asked: Asked) -> Answer | None:
    """Tell what is wrong with an edit, or which files a command has changed; else nothing."""
    tool = asked.payload.tool
    if tool in READING or tool.startswith(OWN_TOOLS):
        record(asked.session, asked.ledger, asked.number, asked.payload)
        changed = asked.changed_outside() if tool == "Bash" else []
        if not changed:
            return None
        return told(POST_TOOL, "\n".join(["flux-index: files changed meanwhile.", *changed]))
    return _of_edit(asked) if tool in EDITING else None


def _of_edit(asked: Asked) -> Answer | None:
    from ..sessions.knowledge import record_write
    from ..sessions.read_log import content_of

    before = asked.ledger.take_edit(asked.number, asked.payload.call)
    verdict = asked.ledger.take_verdict(asked.number, asked.payload.call)
    others: list[str] = []
    for path in before or dict.fromkeys(paths_of(asked.session, asked.payload)):
        content = content_of(asked.session, path)
        if content is not None:
            changed = _written_otherwise(asked, path, content)
            others += changed
            verdict = None if changed else verdict
            record_write(asked.ledger, asked.number, path, content)
    if not before:
        asked.notes.append("what the file was before is not known: no hook was asked then")
        return None
    is_certain, said = _judged(asked, before) if verdict is None else _said(asked, verdict, before)
    said += ["flux-index: something else has changed what was written.", *others] if others else []
    if not said:
        return None
    return blocked("\n".join(said)) if is_certain else told(POST_TOOL, "\n".join(said))


def _written_otherwise(asked: Asked, path: str, content: bytes) -> list[str]:
    """A sentence on the lines of a file that are not as they were proposed, as by a formatter."""
    from ..sessions.knowledge import Known

    planned = asked.ledger.seen(asked.number, path, proposed=True)
    state = Known(content)
    if planned is None or planned.digest == state.digest:
        return []
    state.take(planned)
    return [f"{path}: {spans(state.changed)}."] if state.changed else []


def _judged(asked: Asked, before: Mapping[str, bytes | None]) -> tuple[bool, list[str]]:
    """What an edit introduced, told; and whether any of it is certain, whatever comes next."""
    from ..check.api_diff.surface import changed_names
    from ..check.deadline import OutOfTimeError, findings_until_deadline
    from ..check.edits import Change
    from ..check.findings import HINT
    from ..operations.validate import item

    session = asked.session
    try:
        after = session.inference(whole=True)
        change = Change(session.with_contents(before).inference(whole=False), after, before)
        found, is_complete = findings_until_deadline(
            change, _rules(), frozenset(changed_names(change))
        )
    except OutOfTimeError:
        asked.notes.append("there was no time to judge the edit")
        return False, []
    if not is_complete:
        asked.notes.append("there was no time to judge all of the edit")
    found = [each for each in found if each.severity != HINT]
    after.snapshot.interrupt = change.before.snapshot.interrupt = None
    items = [item(after, each) for each in found]
    return _told(asked, items, before)


def _said(asked: Asked, verdict: str, before: Mapping[str, bytes | None]) -> tuple[bool, list[str]]:
    """What was found before the edit landed, told now."""
    import json

    return _told(asked, json.loads(verdict), before)


def _told(asked: Asked, items: Sequence[Item], edited: Collection[str]) -> tuple[bool, list[str]]:
    """Findings as sentences; whether any is certain and in what was edited: others may be next."""
    if not items:
        return False, []
    certain = [
        each
        for each in items
        if each["severity"] == "error" and each["path"] in edited and not each.get("own")
    ]
    listed = [*certain, *(each for each in items if each not in certain)]
    return bool(certain), ["flux-index: this edit introduced:", *lines(asked, listed)]


def _rules() -> list[Rule]:
    """Rules that are quick and are no matter of taste: what may be wrong first, ruff not at all."""
    from ..check.findings import HINT
    from ..check.rules import rules

    chosen = [each for each in rules() if each.check and each.name != "ruff"]
    chosen = [each for each in chosen if each.severity != HINT]
    first = [each for each in chosen if each.name == "syntax-error" or each.existence]
    return [*first, *(each for each in chosen if each not in first)]
