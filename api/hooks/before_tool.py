"""The event before a tool edits: were the changed lines read, and does all exist that it uses?"""

from __future__ import annotations

from ..quoting import quoted
from ..sessions import OBSERVE
from ..sessions.guard import CHANGED, UNREAD, ToRead, allow_write, lines_to_read, supply_text
from ..sessions.read_log import content_of
from ..tasks.observed import observe_edit
from .edits import EDITING, edit_of
from .event import finding_lines
from .messages import deny

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .edits import Edit
    from .event import Event, Item
    from .messages import Answer


# Models for which Claude Code itself lets nobody edit a file that was not read, or has changed.
_ENFORCED = ("claude-opus-4-6", "claude-haiku-4-5")


def answer(event: Event) -> Answer | None:
    """Return a refusal, or None."""
    if event.payload.tool not in EDITING:
        return None
    edit = edit_of(event.session, event.payload)
    if edit is None:
        return None
    reasons: list[str] = []
    wanted = _missing(event, edit)
    if wanted and event.mode != "refuse":
        supply_text(event.session, event.ledger, event.number, wanted)
    # Told at once: whoever is refused twice for one write does not know what to believe.
    nonexistent = _nonexistent(event, edit)
    if nonexistent:
        reasons.append(nonexistent)
    if wanted:
        reasons.append(_reading_needed(wanted, is_all=not nonexistent))
    if reasons and event.mode != OBSERVE:
        return deny("\n".join(reasons))
    with event.ledger.transaction():
        for path in edit.contents:
            old = content_of(event.session, path)
            event.ledger.put_original(event.number, path, old)
            event.ledger.put_edit(event.number, event.payload.call, path, old)
        allow_write(event.session, event.ledger, event.number, edit.contents)
    return None


def _missing(event: Event, edit: Edit) -> list[ToRead]:
    if event.mode in ("off", OBSERVE):
        return []
    wanted = lines_to_read(event.session, event.ledger, event.number, edit.contents)
    if event.mode == "auto" and wanted and _is_enforced(event):
        # Two who refuse the same in different words only confuse.
        wanted = [each for each in wanted if each.why not in (UNREAD, CHANGED)]
    return wanted


def _is_enforced(event: Event) -> bool:
    """True if the host itself is known to ask for reading before editing."""
    if event.payload.tool == "apply_patch":
        return False
    _, model, _ = event.ledger.facts(event.number)
    return any(name in model for name in _ENFORCED)


def _reading_needed(wanted: list[ToRead], *, is_all: bool) -> str:
    """Return what has to be read, with the lines that are handed over.

    ``is_all`` is True if nothing else is wrong with the write, so that it passes afterwards.
    """
    sentences = [
        "flux-index: this write rests on code that this session has not seen as it is now."
    ]
    lines: list[str] = []
    for each in wanted:
        lines.append(f"- {each.reason()}")
        if each.text:
            lines += [
                f"{number:6}\t{line}"
                for number, line in enumerate(each.text.split("\n"), each.first + 1)
            ]
    sentences += quoted(lines)
    if all(each.text for each in wanted):
        then = ": the same write passes now" if is_all else ""
        sentences.append(f"All of it is shown above and counts as read{then}.")
    elif any(each.text for each in wanted):
        sentences.append(
            "What is shown above counts as read; the other lines are still to be read."
        )
    elif is_all:
        sentences.append("Once these lines were read, the same write passes.")
    else:
        sentences.append("These lines have to be read as well.")
    return "\n".join(sentences)


def _nonexistent(event: Event, edit: Edit) -> str:
    """Return sentences on what an edit uses and does not exist, as far as there was time."""
    from_server = findings_of_server(event, edit)
    if from_server is None:
        found = _find_nonexistent(event, edit)
    else:
        _store_findings(event, from_server)
        found = [each for each in from_server if _is_nonexistent(event, edit, each)]
    # One step of several may use what the next one brings into the same file.
    found = [each for each in found if edit.is_whole or not each.get("own")]
    # The test or the user of a module is often written before it.
    found = [each for each in found if not _may_come_next(event, edit, each)]
    # Nor can one file after the other be written when each is refused for what is in the next: who
    # proposes it again was told, and means it. When it has landed it is judged like anything else.
    unseen = [each for each in found if event.ledger.tell(event.number, _key(each))]
    if not unseen:
        return ""
    if event.mode != OBSERVE:
        handle = event.payload.handle
        observe_edit(event.ledger, handle, edit.contents, found, is_refused=True)
    return "\n".join(
        [
            "flux-index: this write uses what does not exist in this code base.",
            *finding_lines(event, found),
            "If one of your next steps writes it, propose this again: this is refused only once.",
        ]
    )


def _may_come_next(event: Event, edit: Edit, item: Item) -> bool:
    """True if a missing module is like no other, and nothing imported of it exists elsewhere."""
    if item["rule"] != "unresolved-import" or item["nearest"]:
        return False
    from ..check.deadline import is_unknown_everywhere

    after = event.session.with_contents(edit.contents).inference(whole=False)
    return is_unknown_everywhere(after, item["path"], item["range"]["start"]["line"])


def _key(item: Item) -> str:
    """Return the key under which a session is told once that something is missing."""
    return f"absent:{item['rule']}:{item['message']}"


def _find_nonexistent(event: Event, edit: Edit) -> list[Item]:
    """Return findings of what does not exist, without a serving process."""
    from ...indexer.errors import OutOfTimeError
    from ..check.deadline import missing_apis
    from ..check.edits import proposed
    from ..operations.validate import item

    try:
        change = proposed(event.session, edit.contents)
        found, is_complete = missing_apis(change)
    except OutOfTimeError:
        event.notes.append("there was no time to look at what the edit uses")
        return []
    if not is_complete:
        event.notes.append("there was no time to look at all that the edit uses")
    return [item(change.after, each.finding) for each in found]


def _store_findings(event: Event, from_server: list[Item]) -> None:
    """Store the findings of the serving process until the edit is done."""
    import json

    kept = [
        each for each in from_server if each["severity"] != "hint" and each["rule"][:4] != "ruff"
    ]
    event.ledger.put_verdict(event.number, event.payload.call, json.dumps(kept))


def _is_nonexistent(event: Event, edit: Edit, item: Item) -> bool:
    """True if a finding certainly is of something missing, in a line of the edit."""
    from ..check.rules.table import EXISTENCE
    from ..sessions.read_log import fingerprints
    from ..source.text_edits import hunks

    if item["rule"] not in EXISTENCE or item["severity"] != "error":
        return False
    content = edit.contents.get(item["path"])
    if item["evidence"] not in ("exact", "inferred") or content is None:
        return False
    old = content_of(event.session, item["path"])
    changes = hunks(fingerprints(old or b""), fingerprints(content))
    line = item["range"]["start"]["line"]
    return any(first <= line < last for _, _, first, last in changes)


# What was written just before is taken in first, at most for so long.
_SYNC_MS = 200
# A server that is busy with something else is not waited for.
_ANSWER_SECONDS = 1.0
# A server tells at once which it is, or it hangs.
_SILENT_SECONDS = 0.3
_MOST_FINDINGS = 50


def findings_of_server(event: Event, edit: Edit) -> list[Mapping[str, Any]] | None:
    """Return all findings of an edit of one file; None when nobody serves, or not in time."""
    note = event.session.index.lock.read_note()
    if len(edit.contents) != 1 or not note:
        return None
    ((path, content),) = edit.contents.items()
    try:
        text = content.decode() if content is not None else None
    except UnicodeDecodeError:
        text = None
    if text is None:
        return None
    # Only where a server has left a note: sockets would cost every event.
    from ..rpc.client import Client
    from ..rpc.messages import RpcError

    root = event.session.index.workspace.root
    client = Client.connect(note, root=root, timeout=_SILENT_SECONDS)
    if client is None:
        return None
    question = {"path": path, "text": text, "limit": _MOST_FINDINGS}
    with client:
        try:
            answer = client.call_current(
                "validate",
                question,
                sync_ms=_SYNC_MS,
                silence=_ANSWER_SECONDS,
                limit=_ANSWER_SECONDS,
            )
        except (RpcError, OSError, ValueError) as error:
            event.notes.append(f"the serving process did not answer: {error}")
            return None
    return answer["items"]
