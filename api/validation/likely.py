"""What may have been meant by a member of an untyped receiver: by its class, its name, its use.

The class is what the code base's conventions say the receiver is; else what receivers of that name
are elsewhere; else what has the other members that are used on it. Of its members those come first
that are called like the wrong one, that the code base uses on such receivers, and that take what
the call gives.
"""

from __future__ import annotations

from collections import Counter

from ...indexer import facts as f
from ...indexer.resolve import evaluate
from ...indexer.resolve.classes import class_member, members
from ...indexer.resolve.entities import CLASS, FUNCTION
from ...indexer.resolve.types import INSTANCE, known
from .binding_arguments import Written, mismatches
from .company import classes_with
from .nearest import similarity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.resolve.entities import Entity
    from ...indexer.snapshot import Snapshot
    from .file import File

# Files that use a receiver's name which are looked at; classes that are taken for it.
_LOOKED_AT, _CLASSES = 60, 3
_MOST = 3
# What counts beside likeness of names, which is 1 at most.
_USED, _FITS, _KIND = 0.5, 0.25, 0.15


def likely_members(file: File, expr: int, name: str, others: set[str]) -> list[Entity]:
    """Members that the attribute of an expression may have meant, the likeliest first.

    ``others`` are members that the same code uses on the same receiver.
    """
    facts = file.facts
    receiver = facts.expr[f.EXPR_A][expr]
    classes, used = _elsewhere(file.snapshot, file.path, facts, receiver)
    own = _classes(file.snapshot, file.path, receiver)
    classes = own or classes
    if not classes and others:
        classes = _having(file.snapshot, others)
    call = _call_of(facts, expr)
    scored: dict[str, tuple[float, Entity]] = {}
    for cls in classes[:_CLASSES]:
        for member, item, _ in members(file.snapshot, cls):
            if member.startswith("_") or member in scored or item.entity[1].startswith("/"):
                continue
            score = _score(file, item.entity, name, member, call)
            if member in used:
                score += _USED
            if member in others:
                score -= _USED  # what is called already is hardly what was meant besides
            scored[member] = score, item.entity
    best = sorted(scored.items(), key=lambda each: (-each[1][0], each[0]))
    return [entity for _, (score, entity) in best[:_MOST] if score >= _USED]


def _score(file: File, entity: Entity, name: str, member: str, call: int) -> float:
    score = similarity(name, member)
    if (entity[0] == FUNCTION) == (call >= 0):
        score += _KIND
    if call >= 0 and entity[0] == FUNCTION:
        from .signatures import of_function

        callee = of_function(file.strict, entity, bound=True)
        if callee is not None and any(
            not mismatches(each, Written(file.facts, call)) for each in callee.signatures
        ):
            score += _FITS
    return score


def _call_of(facts: FileFacts, expr: int) -> int:
    """The call of an attribute, or -1."""
    ops, _, lefts, _ = facts.expr
    return next((row for row, op in enumerate(ops) if op == f.CALL and lefts[row] == expr), -1)


def _classes(snapshot: Snapshot, path: str, receiver: int) -> list[Entity]:
    """Classes of the workspace that a receiver is an instance of, as far as anybody knows."""
    return [
        value[1]
        for value in known(evaluate.values(snapshot, path, receiver))
        if value[0] == INSTANCE and value[1][0] == CLASS and not value[1][1].startswith("/")
    ]


def _elsewhere(
    snapshot: Snapshot, path: str, facts: FileFacts, receiver: int
) -> tuple[list[Entity], set[str]]:
    """What is called like a receiver in other places: its classes, and the members used on it."""
    name = _last(facts, receiver)
    classes: Counter[Entity] = Counter()
    used: set[str] = set()
    if not name or name in ("self", "cls"):
        return [], used
    for where in snapshot.files_with(name)[:_LOOKED_AT]:
        other = snapshot.facts(where)
        if other is None:
            continue
        ops, _, lefts, rights = other.expr
        for role, _, ref in other.occurrences(name):
            if role & f.ROLE_MASK not in (f.READ, f.CALLED) or ref < 0:
                continue
            if _last(other, ref) != name or (where == path and ref == receiver):
                continue
            if ref + 1 < len(ops) and ops[ref + 1] == f.ATTRIBUTE and lefts[ref + 1] == ref:
                used.add(other.names[rights[ref + 1]])
                classes.update(_classes(snapshot, where, ref))
    return [cls for cls, _ in classes.most_common()], used


def _last(facts: FileFacts, expr: int) -> str:
    ops, _, lefts, rights = facts.expr
    if ops[expr] == f.NAME:
        return facts.names[lefts[expr]]
    return facts.names[rights[expr]] if ops[expr] == f.ATTRIBUTE else ""


def _having(snapshot: Snapshot, others: set[str]) -> list[Entity]:
    """Classes of the workspace that have all of some members."""
    first = min(others, key=lambda name: len(snapshot.files_with(name)))
    found: list[Entity] = []
    for path in snapshot.files_with(first)[:_LOOKED_AT]:
        for cls in classes_with(snapshot, path, first):
            if cls not in found and all(class_member(snapshot, cls, other) for other in others):
                found.append(cls)
    return found
