"""Fields of classes whose constructor is generated in a way that is not known here.

An example are pydantic models. What such a class takes is never certain; that a field was removed,
or became required, is worth a warning where the class is called.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....indexer import facts as f
from ....indexer.inference import synthesized
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.classes import is_enum
from ....indexer.inference.entities import CLASS, Entity
from ..arguments import MISSING_ARGUMENT, UNKNOWN_KEYWORD, CallArguments
from ..call_targets import call_targets
from ..definitions import entity_named
from ..findings import WARNING, Edit, Finding, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.inference import Inference
    from ..context import CheckContext
    from ..edits import Change


@dataclass(frozen=True, slots=True)
class FieldChange:
    """Fields that a class no longer has, and those that are required now."""

    entity: Entity
    key: str
    removed: set[str]
    required: list[str]

    @property
    def path(self) -> str:
        """The file of the class."""
        return self.entity.path

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.key.rpartition(".")[2]

    @property
    def successor(self) -> str:
        """The only new field, if it replaces the only one that was removed."""
        return self.required[0] if len(self.removed) == 1 == len(self.required) else ""


def field_change(change: Change, path: str, key: str) -> FieldChange | None:
    """Return how the fields of a class with a generated constructor changed."""
    old_class = entity_named(change.before, path, key)
    cls = entity_named(change.after, path, key)
    if old_class is None or cls is None or (old_class.kind, cls.kind) != (CLASS, CLASS):
        return None
    if b"alias" in change.after.text(path) or is_enum(change.after, cls):
        return None  # callers may know fields by other names
    old = _fields(change.before.strict(), old_class)
    new = _fields(change.after.strict(), cls)
    if old is None or new is None:
        return None
    removed = old.keys() - new.keys()
    required = [name for name, required in new.items() if required and not old.get(name, False)]
    return FieldChange(cls, key, set(removed), required) if removed or required else None


def _fields(inference: Inference, cls: Entity) -> dict[str, bool] | None:
    """Return the fields of a class, and if each is required; None if it has a constructor."""
    if inference.own_member(cls, "__init__") or inference.own_member(cls, "__new__"):
        return None
    found: dict[str, bool] = {}
    for field in synthesized.fields(inference, cls):
        facts = inference.need(field.entity.path)
        found[field.keyword] = facts.binding.value[field.entity.row] < 0
    return found or None


def mismatched_calls(changed: FieldChange, context: CheckContext) -> Iterator[Finding]:
    """Yield calls of a class that pass a field it no longer has, or lack one it requires now."""
    facts, name = context.facts, changed.name
    if facts.name_id(name) < 0:
        return
    for call in context.expressions(f.CALL):
        function = facts.expr.a[call]
        if last_name(facts, function) != name or _has_signature(context, function):
            continue
        definitions = context.strict.definitions_of(context.path, function)
        arguments = CallArguments(facts, call)
        if [item.entity for item in definitions] != [changed.entity] or arguments.doubled:
            continue
        for keyword, (position, _) in arguments.keywords.items():
            if keyword in changed.removed:
                end = position + len(keyword.encode())
                finding = _finding(
                    UNKNOWN_KEYWORD, context, position, end, changed, keyword,
                    f"`{name}` has no field `{keyword}` any more.",
                )  # fmt: skip
                if changed.successor and changed.successor not in arguments.keywords:
                    edit = Edit(context.path, position, end, changed.successor)
                    finding.fixes = [Fix(f"Use the keyword `{changed.successor}`", [edit])]
                yield finding
        missing = [each for each in changed.required if each not in arguments.keywords]
        if missing and not arguments.positional and not arguments.starred:
            start = facts.expr.position[function]
            listed = ", ".join(f"`{each}`" for each in missing)
            yield _finding(
                MISSING_ARGUMENT, context, start, start + len(name.encode()), changed,
                ",".join(missing), f"`{name}` is not given {listed}, which it wants now.",
            )  # fmt: skip


def _has_signature(context: CheckContext, function: int) -> bool:
    """True if every callee has an explicit signature, by which calls are checked."""
    targets = call_targets(context.strict, context.path, function)
    return targets is not None and not all(
        signature.takes_any(f.VAR_KEYWORD)
        for callee in targets.callees
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
