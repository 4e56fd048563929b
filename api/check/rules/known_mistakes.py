"""What lessons warn of: names that were mended before, where nothing else is certain of them."""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer import facts_view
from ....indexer.inference.entities import CLASS, MODULE, Entity
from ....indexer.inference.names import module_attribute
from ....indexer.inference.types import CLASS_OBJECT, INSTANCE, without_none
from ...lessons.book import book_of, is_current
from .. import messages
from ..context import CheckContext
from ..findings import WARNING, Edit, Finding, Fix
from ..mistakes import KNOWN_MISTAKE, subjects_of


def known_mistakes(context: CheckContext) -> Iterator[Finding]:
    """Yield attributes that lessons say are wrong, in what an edit wrote.

    Receivers are known by any means, also by how the code base speaks; what they have is not wrong.
    """
    if context.before is None and context.near is None:
        return  # nobody wrote it now
    warning = book_of(context.inference.snapshot.index).warning
    if not any(context.facts.name_id(wrong) >= 0 for wrong in warning):
        return
    for row in context.expressions(f.ATTRIBUTE):
        parts = facts_view.attribute(context.facts, row)
        if parts is None or parts.name not in warning or not context.includes(parts.name):
            continue
        if context.complete_type(parts.receiver):
            continue  # what it has is certain
        subjects = _subjects(context, parts.receiver, parts.name)
        for lesson in warning[parts.name]:
            if lesson.subject not in subjects or not is_current(context.inference, lesson):
                continue
            start, end = parts.position, parts.position + len(parts.name.encode())
            fix = Fix(
                f"Replace '{parts.name}' with '{lesson.right}'",
                [Edit(context.path, start, end, lesson.right)],
            )
            yield Finding(
                KNOWN_MISTAKE, context.path, start, end,
                messages.known_mistake(parts.name, lesson.right, lesson.subject, lesson.seen),
                subject=f"{lesson.subject}.{parts.name}", severity=WARNING,
                evidence="conventional", fixes=[fix],
            )  # fmt: skip
            break


def _subjects(context: CheckContext, receiver: int, name: str) -> set[str]:
    """Return the dotted names of what a receiver may be that does not have an attribute."""
    inference, path = context.inference, context.path
    owners = [
        value.entity
        for value in without_none(inference.infer_type(path, receiver))
        if value.form in (INSTANCE, CLASS_OBJECT)
    ]
    owners += [found.entity for found in inference.definitions_of(path, receiver)]
    return {
        subject
        for owner in owners
        if owner.kind in (CLASS, MODULE) and not _has(context, owner, name)
        for subject in subjects_of(inference, owner)
    }


def _has(context: CheckContext, owner: Entity, name: str) -> bool:
    if owner.kind == CLASS:
        return bool(context.inference.class_member(owner, name))
    return bool(module_attribute(context.inference, owner, name))
