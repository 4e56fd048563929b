"""Attributes that their receiver does not have."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.resolve import evaluate
from ....indexer.resolve.entities import CONVENTIONAL, EVIDENCE_NAMES, MODULE, NAMESPACE, OUTSIDE
from ....indexer.resolve.members import attribute
from ....indexer.resolve.membership import ABSENT, membership, of_module
from ....indexer.resolve.types import INSTANCE, NONE, SUPER, known
from ..findings import WARNING, Finding
from ..nearest import nearest_members, nearest_names
from ..said import receiver_text
from ..vocabulary import is_known_word
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.resolve.types import Type
    from ..file import File


def unresolved_attribute(file: File) -> Iterator[Finding]:
    """Attributes that are read of what does not have them, by types; else by convention."""
    facts = file.facts
    _, positions, lefts, rights = facts.expr
    written = set(facts.attribute_binding[f.ATTR_POS])
    for expr in file.expressions(f.ATTRIBUTE):
        name = facts.names[rights[expr]]
        position = positions[expr]
        if not file.wants(name) or position in written:
            continue
        finding = _judged(file, expr, lefts[expr], name)
        if finding is None or _is_excused(file, name, position):
            continue
        yield finding


def _judged(file: File, expr: int, receiver: int, name: str) -> Finding | None:
    for item in evaluate.objects(file.strict, file.path, receiver):
        if item.entity[0] in (MODULE, NAMESPACE, OUTSIDE):
            if of_module(file.strict, item.entity, name) != ABSENT:
                return None
            nearest = nearest_names(file.strict, item.entity, name)
            said = f"The module `{file.spelled(receiver)}` has no `{name}`."
            return _finding(file, expr, name, said, item.evidence, nearest)
    type_ = known(file.complete_type(receiver))
    if type_:
        if not _lacks(file, type_, name):
            return None
        evidence = max(value[3] for value in type_)
        return _absent(file, expr, receiver, name, type_, max(evidence, 0))
    return _by_convention(file, expr, receiver, name)


def _lacks(file: File, type_: Type, name: str) -> bool:
    """Whether none of a type's alternatives has a member, for certain."""
    return all(membership(file.strict, value, name) == ABSENT for value in type_)


def _absent(file: File, expr: int, receiver: int, name: str, type_: Type, evidence: int) -> Finding:
    said = f"{receiver_text(file, receiver, type_)} has no `{name}`."
    nearest = nearest_members(file.strict, type_, name)
    return _finding(file, expr, name, said, evidence, nearest)


def _by_convention(file: File, expr: int, receiver: int, name: str) -> Finding | None:
    """What the code base says of an untyped receiver, and whether anything is called like this."""
    snapshot = file.snapshot
    if attribute(snapshot, file.path, receiver, name):
        return None
    type_ = known(evaluate.values(snapshot, file.path, receiver))
    if type_ and all(value[0] == INSTANCE for value in type_):
        if not _lacks(file, type_, name):
            return None
        if any(value[1][1].startswith("/") for value in type_):
            return None  # `str` by convention is often a `str` by accident
        if all(value[3] == CONVENTIONAL for value in type_):
            return _absent(file, expr, receiver, name, type_, CONVENTIONAL)
    if any(value[0] in (SUPER, NONE) for value in type_) or is_known_word(file, name):
        return None
    said = f"Nothing in this code base, nor in what it uses, is called `{name}`."
    return _finding(file, expr, name, said, CONVENTIONAL, [])


def _finding(
    file: File, expr: int, name: str, said: str, evidence: int, nearest: list[tuple[int, str, int]]
) -> Finding:
    position = file.facts.expr[f.EXPR_POS][expr]
    receiver = file.spelled(file.facts.expr[f.EXPR_A][expr])
    return Finding(
        "unresolved-attribute",
        file.path,
        position,
        position + len(name.encode()),
        said,
        subject=f"{receiver}.{name}",
        severity=WARNING if evidence >= CONVENTIONAL else "error",
        evidence=EVIDENCE_NAMES[evidence],
        nearest=nearest,
    )


def _is_excused(file: File, name: str, position: int) -> bool:
    """Whether code asks whether the attribute is there, catches that it is not, or is dead."""
    if file.is_guarded(position, "AttributeError") or file.is_dead(position):
        return True
    return name in file.asked_for


RULES = [
    Rule(
        "unresolved-attribute",
        "An attribute that its receiver does not have.",
        unresolved_attribute,
    ),
]
