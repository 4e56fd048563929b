"""Fields of classes whose constructor is made by rules that are not known here, as pydantic's.

What such a class takes nobody can say for certain; that it took a field, or did without one,
and no longer does, is worth a warning where it is called.
"""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.classes import is_enum
from ....indexer.inference.entities import CLASS, Entity
from ....indexer.plugins import synthesized
from ....indexer.plugins.synthesized import last_name
from ..arguments import MISSING_ARGUMENT, UNKNOWN_KEYWORD, CallArguments
from ..call_targets import call_targets
from ..findings import WARNING, Edit, Finding, Fix
from ..fixes.restore import definition_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext
    from ..edits import Change


class FieldChange:
    """Fields that a class no longer has, and those that it has to be given now."""

    __slots__ = ("entity", "gone", "name", "successor", "wanted")

    def __init__(self, entity: Entity, name: str, gone: set[str], wanted: list[str]) -> None:
        """``entity`` is the class as it is now."""
        self.entity = entity
        self.name = name
        self.gone = gone
        self.wanted = wanted
        # The only new field in the place of the only one that went.
        self.successor = wanted[0] if len(gone) == 1 == len(wanted) else ""


def field_change(change: Change, path: str, key: str) -> FieldChange | None:
    """What changed in the fields of a class whose constructor nobody here knows."""
    entities: list[Entity] = []
    for inference in (change.before, change.after):
        facts = inference.facts(path)
        row = definition_of(facts, key) if facts is not None else -1
        if facts is None or row < 0 or facts.definition.kind[row] != f.CLASS:
            return None
        entities.append(Entity(CLASS, path, row))
    if b"alias" in change.after.text(path) or is_enum(change.after, entities[1]):
        return None  # fields may have other names for those who give them
    old, new = (
        _fields(inference.strict(), entity)
        for inference, entity in zip((change.before, change.after), entities, strict=True)
    )
    if old is None or new is None:
        return None
    gone = old.keys() - new.keys()
    wanted = [name for name, required in new.items() if required and not old.get(name, False)]
    if not gone and not wanted:
        return None
    return FieldChange(entities[1], key.rpartition(".")[2], set(gone), wanted)


def _fields(inference: Inference, cls: Entity) -> dict[str, bool] | None:
    """Fields of a class, and whether each has to be given; None where a constructor is written."""
    if inference.own_member(cls, "__init__") or inference.own_member(cls, "__new__"):
        return None
    found: dict[str, bool] = {}
    for field in synthesized.fields(inference, cls):
        facts = inference.need(field.entity.path)
        found[field.keyword] = facts.binding.value[field.entity.row] < 0
    return found or None


def unfit_calls(changed: FieldChange, context: CheckContext) -> Iterator[Finding]:
    """Calls of a class that give what it no longer has, or not what it wants now."""
    facts, name = context.facts, changed.name
    if facts.name_id(name) < 0:
        return
    for call in context.expressions(f.CALL):
        function = facts.expr.a[call]
        if last_name(facts, function) != name or _is_known(context, function):
            continue
        found = context.strict.definitions_of(context.path, function)
        written = CallArguments(facts, call)
        if [item.entity for item in found] != [changed.entity] or written.doubled:
            continue
        start = facts.expr.position[function]
        for keyword, (position, _) in written.keywords.items():
            if keyword in changed.gone:
                end = position + len(keyword.encode())
                finding = _finding(
                    UNKNOWN_KEYWORD, context, position, end, changed, keyword,
                    f"`{name}` has no field `{keyword}` any more.",
                )  # fmt: skip
                if changed.successor and changed.successor not in written.keywords:
                    edit = Edit(context.path, position, end, changed.successor)
                    finding.fixes = [Fix(f"Use the keyword `{changed.successor}`", [edit])]
                yield finding
        missing = [each for each in changed.wanted if each not in written.keywords]
        if missing and not written.positional and not written.starred:
            listed = ", ".join(f"`{each}`" for each in missing)
            yield _finding(
                MISSING_ARGUMENT, context, start, start + len(name.encode()), changed,
                ",".join(missing), f"`{name}` is not given {listed}, which it wants now.",
            )  # fmt: skip


def _is_known(context: CheckContext, function: int) -> bool:
    """Whether what is called says itself what it takes, so that calls are judged by that."""
    found = call_targets(context.strict, context.path, function)
    return found is not None and not all(
        signature.takes_any(f.VAR_KEYWORD)
        for callee in found.callees
        for signature in callee.signatures
    )


def _finding(
    rule: str,
    context: CheckContext,
    start: int,
    end: int,
    changed: FieldChange,
    subject: str,
    message: str,
) -> Finding:
    return Finding(
        rule, context.path, start, end, message, subject=f"{changed.name}:{subject}",
        severity=WARNING, evidence="conventional", nearest=[changed.entity],
    )  # fmt: skip
