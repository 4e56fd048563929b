"""What has to be read before a new file is written: a sibling, and what the file uses."""

from __future__ import annotations

import os

from ...indexer import facts as f
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import CLASS, FUNCTION, INFERRED, qualified_name
from ...indexer.inference.locate import Occurrence, entities_at, identifier_at
from ...indexer.paths import is_outside
from ..source.entity_views import signature
from .guard import API, SIBLING, Missing
from .knowledge import known
from .read_log import content_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ...indexer.store.ledger import Ledger
    from ..open_workspace import Session

_ROLES = (f.CALLED, f.INHERITED, f.DECORATES)
# So many uses of a new file are looked at, and so many things that it uses asked for.
_USES = 80
_APIS = 12
# A sibling counts as read when so many of its lines, or all of them, were shown.
_ENOUGH = 30
_HEAD = 80
# Files that are alike in purpose rather than in what they are.
_NO_SIBLINGS = frozenset(["__init__", "conftest", "__main__", "setup"])


def missing_for(
    session: Session,
    ledger: Ledger,
    number: int,
    path: str,
    contents: Mapping[str, bytes | None],
) -> list[Missing]:
    """What a session has to be shown before a new file is written; ``contents`` holds it."""
    inference = session.with_contents(contents).inference(whole=False)
    facts = inference.facts(path)
    if facts is None or not len(facts.definition.kind):
        return []
    used = _used(inference, path, facts, set(contents))
    found = [
        each
        for entity in used
        if (each := _api(session, ledger, number, inference, entity)) is not None
    ][:_APIS]
    bases = [
        entity for entity in used if entity.kind == CLASS and _is_base(facts, inference, entity)
    ]
    sibling = _sibling(session, ledger, number, inference, path, bases, set(contents))
    return [*([sibling] if sibling is not None else []), *found]


def _used(inference: Inference, path: str, facts: FileFacts, own: set[str]) -> list[Entity]:
    """What a file calls, inherits from or is decorated by, as far as it is of the workspace."""
    uses = sorted(
        (position, row, role)
        for row, (role, position) in enumerate(
            zip(facts.occurrence.role, facts.occurrence.position, strict=True)
        )
        if role & f.ROLE_MASK in _ROLES
    )
    text = inference.text(path)
    found: dict[Entity, None] = {}
    for position, row, role in uses[:_USES]:
        ref = facts.occurrence.ref[row]
        found_at = identifier_at(text, position)
        name = found_at[1] if found_at is not None else ""
        for item in entities_at(inference, path, Occurrence(name, position, role, ref)):
            kind, where, _ = item.entity
            if (
                kind in (CLASS, FUNCTION)
                and item.evidence <= INFERRED
                and where not in own
                and not is_outside(where)
            ):
                found[item.entity] = None
    return list(found)


def _is_base(facts: FileFacts, inference: Inference, entity: Entity) -> bool:
    """Whether a class of the file may inherit from an entity."""
    name = qualified_name(inference, entity).rpartition(".")[2]
    return any(role & f.ROLE_MASK == f.INHERITED for role, _, _ in facts.occurrences(name))


def _api(
    session: Session, ledger: Ledger, number: int, inference: Inference, entity: Entity
) -> Missing | None:
    """The head of a class or function, unless it was shown as it is now."""
    _, path, row = entity
    facts = inference.need(path)
    name = qualified_name(inference, entity)
    if ledger.signature(number, path, name) == signature(inference, entity):
        return None
    first = facts.line_of(facts.definition.position[row])
    last = facts.line_of(max(facts.definition.header_end[row] - 1, 0)) + 1
    content = content_of(session, path)
    if content is None or known(ledger, number, path, content).covers(first, last):
        return None
    return Missing(path, first, last, API, name)


def _sibling(
    session: Session,
    ledger: Ledger,
    number: int,
    inference: Inference,
    path: str,
    bases: list[Entity],
    own: set[str],
) -> Missing | None:
    """The file most like a new one, unless that one or another like it was read."""
    candidates = _candidates(session, inference, path, bases, own)
    for each in candidates:
        content = content_of(session, each)
        if content is not None:
            found = known(ledger, number, each, content)
            count = sum(last - first for first, last in found.ranges)
            if count >= min(_ENOUGH, len(found.lines)):
                return None
    for each in candidates:
        content = content_of(session, each)
        if content:
            end = len(known(ledger, number, each, content).lines)
            return Missing(each, 0, min(end, _HEAD), SIBLING)
    return None


def _candidates(
    session: Session, inference: Inference, path: str, bases: list[Entity], own: set[str]
) -> list[str]:
    """Files like a new one, the most alike first: of classes with its bases, then beside it."""
    folder, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    if stem in _NO_SIBLINGS:
        return []
    found: dict[str, None] = {}
    for base in bases[:3]:
        below = {each.path for each in subclasses(inference, base)} - own
        for each in sorted(below, key=lambda each: (each.rpartition("/")[0] != folder, each)):
            if not is_outside(each):
                found[each] = None
    try:
        names = os.listdir(session.index.workspace.absolute(folder))
    except OSError:
        names = []
    beside = [
        each
        for each in sorted(names)
        if each.endswith(".py") and each.partition(".")[0] not in _NO_SIBLINGS
    ]
    words = set(stem.split("_"))
    beside.sort(key=lambda each: -len(words & set(each.partition(".")[0].split("_"))))
    for each in beside:
        where = f"{folder}/{each}" if folder else each
        if where not in own:
            found[where] = None
    return list(found)[:20]
