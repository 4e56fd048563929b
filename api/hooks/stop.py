"""When an agent wants to stop: is what it leaves behind whole?

All that changed since the session began is looked at, whoever wrote it: what the agent's tools
edited, and what came from a shell, from git or from a formatter.
"""

from __future__ import annotations

from ..sessions.files import differing, is_of
from ..sessions.read_log import content_of
from .wire import blocked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..check.edits import Change
    from ..check.findings import Finding
    from .event import Asked
    from .wire import Answer

# More files than this are no edit but another branch.
_MOST = 40
_TOLD = 20


def answer(asked: Asked) -> Answer | None:
    """Block, once for each state that something is wrong with."""
    if asked.payload.is_continued:
        return None
    session, ledger = asked.session, asked.ledger
    originals = ledger.originals(asked.number)
    _, _, files = ledger.facts(asked.number)
    if not originals and not files:
        return None
    session.inference(whole=True)
    changed = differing(files, session.index.view().files) if files else {}
    others = {path: kept for path, kept in changed.items() if path not in originals}
    if len(others) > _MOST:
        asked.notes.append(f"{len(others)} files changed outside of edits: they are not judged")
        others = {}
    before = {
        path: content for path, content in originals.items() if content != content_of(session, path)
    }
    before.update(_known_before(asked, others))
    inference = session.inference(whole=False)
    state = {path: f"fine:{path}:{inference.snapshot.digest(path).hex()}" for path in before}
    # Files that nothing was wrong with the last time are others, as long as they do not change.
    before = {
        path: content
        for path, content in before.items()
        if not ledger.was_told(asked.number, state[path])
    }
    if not before:
        return None
    found, is_complete, said = _wrong(asked, before)
    if not found:
        for path in before if is_complete else ():
            ledger.tell(asked.number, state[path])
        return None
    key = ",".join(sorted({each.id or each.message for each in found}))
    if not ledger.tell(asked.number, f"stop:{key}"):
        return None
    outside = sorted(path for path in before if path in others)
    if outside:
        said.append(f"Written otherwise than by edits of this session: {', '.join(outside[:10])}.")
    return blocked("\n".join(said))


def _known_before(asked: Asked, others: dict[str, bytes]) -> dict[str, bytes | None]:
    """What files were that something else than an edit changed, where git still has it."""
    if not others:
        return {}
    from ...indexer.errors import InvalidArgumentsError
    from ..check.edits import Repository

    found: dict[str, bytes | None] = {path: None for path, kept in others.items() if not kept}
    try:
        repository = Repository(asked.session.index.workspace.root)
    except InvalidArgumentsError:
        return found
    for path, kept in others.items():
        content = repository.content("HEAD", repository.prefix + path) if kept else None
        if content is not None and is_of(content, kept):
            found[path] = content
    return found


def _wrong(asked: Asked, before: dict[str, bytes | None]) -> tuple[list[Finding], bool, list[str]]:
    """What is certainly wrong now and was not: in other files first, then in the changed ones.

    With it, whether all was looked at.
    """
    from ..check.deadline import OutOfTimeError, breakage_until_deadline, findings_until_deadline
    from ..check.edits import Change
    from ..check.findings import ERROR
    from ..check.rules import EXISTENCE_FAMILIES, rules
    from ..operations.validate import item
    from .findings import lines

    session = asked.session
    found: list[Finding] = []
    is_complete = True
    change: Change | None = None
    try:
        after = session.inference(whole=True)
        change = Change(session.with_contents(before).inference(whole=False), after, before)
        elsewhere, is_complete = breakage_until_deadline(change, _TOLD)
        found = [each for each in elsewhere if each.severity == ERROR]
        if is_complete:
            chosen = [each for each in rules(EXISTENCE_FAMILIES) if each.check]
            own, is_complete = findings_until_deadline(change, chosen)
            found += [each for each in own if each.severity == ERROR]
    except OutOfTimeError:
        is_complete = False
    if not is_complete:
        asked.notes.append("there was no time to look at all that the changes may have broken")
    if change is None or not found:
        return [], is_complete, []
    change.after.snapshot.interrupt = change.before.snapshot.interrupt = None
    items = [item(change.after, each) for each in found]
    said = ["flux-index: what changed in this session leaves this wrong:"]
    return found, is_complete, [*said, *lines(asked, items)]
