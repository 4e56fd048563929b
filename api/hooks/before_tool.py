"""Before a tool writes: was what it changes read, and does what it uses exist?"""

from __future__ import annotations

from ..sessions.guard import CHANGED, UNREAD, allow, hand_over, missing
from ..sessions.read_log import content_of
from .edits import EDITING, edit_of
from .findings import lines
from .wire import denied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..sessions.guard import Missing
    from .edits import Edit
    from .event import Asked
    from .findings import Item
    from .wire import Answer

# Models for which Claude Code itself lets nobody edit a file that was not read, or has changed.
_ENFORCED = ("claude-opus-4-6", "claude-haiku-4-5")


def answer(asked: Asked) -> Answer | None:
    """Refuse, or say nothing."""
    if asked.payload.tool not in EDITING:
        return None
    edit = edit_of(asked.session, asked.payload)
    if edit is None:
        return None
    reasons: list[str] = []
    wanted = _missing(asked, edit)
    if wanted and asked.mode != "refuse":
        hand_over(asked.session, asked.ledger, asked.number, wanted)
    # Told at once: whoever is refused twice for one write does not know what to believe.
    invented = _invented(asked, edit)
    if invented:
        reasons.append(invented)
    if wanted:
        reasons.append(_to_read(wanted, is_all=not invented))
    if reasons:
        return denied("\n".join(reasons))
    with asked.ledger.transaction():
        for path in edit.contents:
            old = content_of(asked.session, path)
            asked.ledger.put_original(asked.number, path, old)
            asked.ledger.put_edit(asked.number, asked.payload.call, path, old)
        allow(asked.session, asked.ledger, asked.number, edit.contents)
    return None


def _missing(asked: Asked, edit: Edit) -> list[Missing]:
    if asked.mode == "off":
        return []
    wanted = missing(asked.session, asked.ledger, asked.number, edit.contents)
    if asked.mode == "auto" and wanted and _is_enforced(asked):
        # Two who refuse the same in different words only confuse.
        wanted = [each for each in wanted if each.why not in (UNREAD, CHANGED)]
    return wanted


def _is_enforced(asked: Asked) -> bool:
    """Whether the host is known to ask for reading before editing."""
    if asked.payload.tool == "apply_patch":
        return False
    _, model, _ = asked.ledger.facts(asked.number)
    return any(name in model for name in _ENFORCED)


def _to_read(wanted: list[Missing], *, is_all: bool) -> str:
    """What has to be read, with the lines that are handed over.

    ``is_all`` tells that nothing else is wrong with the write, so that it passes afterwards.
    """
    said = ["flux-index: this write rests on code that this session has not seen as it is now."]
    for each in wanted:
        said.append(f"- {each.said()}")
        if each.text:
            said += [
                f"{number:6}\t{line}"
                for number, line in enumerate(each.text.split("\n"), each.first + 1)
            ]
    if all(each.text for each in wanted):
        then = ": the same write passes now" if is_all else ""
        said.append(f"All of it is shown above and counts as read{then}.")
    elif any(each.text for each in wanted):
        said.append("What is shown above counts as read; the other lines are still to be read.")
    elif is_all:
        said.append("Once these lines were read, the same write passes.")
    else:
        said.append("These lines have to be read as well.")
    return "\n".join(said)


def _invented(asked: Asked, edit: Edit) -> str:
    """What an edit uses that does not exist; empty when all does, as far as there was time."""
    from .remote import verdict

    served = verdict(asked, edit)
    if served is None:
        found = _looked_up(asked, edit)
    else:
        _keep_for_later(asked, served)
        found = [each for each in served if _is_invented(asked, edit, each)]
    # One step of several may use what the next one brings into the same file.
    found = [each for each in found if edit.is_whole or not each.get("own")]
    # The test or the user of a module is often written before it.
    found = [each for each in found if not _is_to_come(asked, edit, each)]
    # Nor can one file after the other be written when each is refused for what is in the next: who
    # proposes it again was told, and means it. When it has landed it is judged like anything else.
    news = [each for each in found if asked.ledger.tell(asked.number, _key(each))]
    if not news:
        return ""
    return "\n".join(
        [
            "flux-index: this write uses what does not exist in this code base.",
            *lines(asked, found),
            "If one of your next steps writes it, propose this again: this is refused only once.",
        ]
    )


def _is_to_come(asked: Asked, edit: Edit, item: Item) -> bool:
    """Whether a module is missing that is like no other, with nothing in it that is elsewhere."""
    if item["rule"] != "unresolved-import" or item["nearest"]:
        return False
    from ..check.existence import is_unknown_everywhere

    after = asked.session.with_contents(edit.contents).inference(whole=False)
    return is_unknown_everywhere(after, item["path"], item["range"]["start"]["line"])


def _key(item: Item) -> str:
    """What a session is told once: what is missing, wherever it is used."""
    return f"absent:{item['rule']}:{item['message']}"


def _looked_up(asked: Asked, edit: Edit) -> list[Item]:
    """What does not exist, found out by this process."""
    from ..check.deadline import OutOfTimeError
    from ..check.edits import proposed
    from ..check.existence import missing_apis
    from ..operations.validate import item

    try:
        change = proposed(asked.session, edit.contents)
        found, is_complete = missing_apis(change)
    except OutOfTimeError:
        asked.notes.append("there was no time to look at what the edit uses")
        return []
    if not is_complete:
        asked.notes.append("there was no time to look at all that the edit uses")
    return [item(change.after, each.finding) for each in found]


def _keep_for_later(asked: Asked, served: list[Item]) -> None:
    """Remember what the serving process said of an edit, to be told when it has landed."""
    import json

    told = [each for each in served if each["severity"] != "hint" and each["rule"][:4] != "ruff"]
    asked.ledger.put_verdict(asked.number, asked.payload.call, json.dumps(told))


def _is_invented(asked: Asked, edit: Edit, item: Item) -> bool:
    """Whether a finding is of what does not exist, certain, and in a line that the edit writes."""
    from ..check.rules import EXISTENCE
    from ..sessions.knowledge import fingerprints
    from ..source.line_changes import hunks

    if item["rule"] not in EXISTENCE or item["severity"] != "error":
        return False
    content = edit.contents.get(item["path"])
    if item["evidence"] not in ("exact", "inferred") or content is None:
        return False
    old = content_of(asked.session, item["path"])
    changes = hunks(fingerprints(old or b""), fingerprints(content))
    line = item["range"]["start"]["line"]
    return any(first <= line < last for _, _, first, last in changes)
