"""The event after a tool has run: record what it has shown, and check what it has edited."""

from __future__ import annotations

from functools import partial

from ..quoting import quoted
from .edits import EDITING, SHELL, edited_paths, patch_of
from .event import changed_lines, finding_lines
from .messages import OWN_TOOLS, POST_TOOL, add_context, block
from .reads import READING, record_reads
from .shell_writes import shell_ended
from .still_there import still_there

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .event import Event, Item
    from .messages import Answer


def answer(event: Event) -> Answer | None:
    """Return what is wrong with an edit, or which files a command has changed."""
    tool = event.payload.tool
    if tool in SHELL:
        shell_ended(event)
    if tool in EDITING or (tool in SHELL and patch_of(event.payload)):
        return _check_edit(event)
    if tool in READING or tool.startswith(OWN_TOOLS):
        record_reads(event.session, event.ledger, event.number, event.payload)
        changed = event.changed_outside() if tool in SHELL else []
        if changed:
            return add_context(
                POST_TOOL, "\n".join(["flux-index: files changed meanwhile.", *quoted(changed)])
            )
    return None


def _check_edit(event: Event) -> Answer | None:
    from ..sessions.read_log import content_of, record_write
    from ..tasks.observed import Edited, observe_edit

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
        return None
    items = _find(event, before) if verdict is None else _stored(event, verdict)
    made = Edited(before, items, is_partly_judged=event.is_partly_judged)
    observe_edit(event.ledger, event.payload.handle, made, partial(still_there, event))
    # Once for all agents of a session; what is still there at the end is told again then.
    items = [each for each in items if event.ledger.tell(event.main, f"told:{each['id']}")]
    is_certain, sentences = _sentences(event, items, before)
    if others:
        sentences += ["flux-index: something else has changed what was written.", *quoted(others)]
    if not sentences:
        return None
    text = "\n".join(sentences)
    return block(text) if is_certain else add_context(POST_TOOL, text)


def _changed_meanwhile(event: Event, path: str, content: bytes) -> list[str]:
    """Return a sentence on lines that are not as they were proposed, as after a formatter."""
    from ..sessions.read_log import KnownFile

    planned = event.ledger.seen(event.number, path, proposed=True)
    state = KnownFile(content)
    if planned is None or planned.digest == state.digest:
        return []
    state.add(planned)
    return [f"{path}: {changed_lines(state.changed)}."] if state.changed else []


def _find(event: Event, before: Mapping[str, bytes | None]) -> list[Item]:
    """Return what an edit introduced that was not judged before it was made, or not as it is."""
    from ..check.edits import Change
    from .judge import faults

    session = event.session
    after = session.inference(whole=True)
    change = Change(session.with_contents(before).inference(whole=False), after, set(before))
    return faults(event, change, is_whole=event.payload.tool == "Write")


def _stored(event: Event, verdict: str) -> list[Item]:
    """Return what was found before the edit was made."""
    import json

    stored = json.loads(verdict)
    event.is_partly_judged = stored["partly"]
    return stored["items"]


def _sentences(event: Event, items: list[Item], edited: Collection[str]) -> tuple[bool, list[str]]:
    """Return True if a finding is certain and in an edited file, and sentences on all."""
    own = [each for each in items if each["path"] in edited]
    own.sort(key=lambda each: each["severity"] != "error")
    elsewhere = [each for each in items if each["path"] not in edited]
    sentences: list[str] = []
    if own:
        sentences += ["flux-index: this edit introduced:", *finding_lines(event, own)]
    if elsewhere:
        sentences.append("flux-index: what was removed or changed is still used elsewhere:")
        sentences += finding_lines(event, elsewhere)
    return any(each["severity"] == "error" for each in own), sentences
