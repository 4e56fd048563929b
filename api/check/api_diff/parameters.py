"""Changes of what calls pass: the order of parameters, and fields of classes.

A call whose positional arguments now mean something else still fits, so no rule that looks at one
file finds it. What a class takes whose constructor is generated in a way that is not known here
(pydantic models) is never certain; that a field was removed, or became required, is worth a
warning where the class is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....indexer import facts as f
from ....indexer.facts_view import called
from ....indexer.inference import synthesized
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.classes import is_enum
from ....indexer.inference.entities import CLASS, EVIDENCE_NAMES, FUNCTION, Entity, qualified_name
from ....indexer.inference.inference import Inference
from ...source.ranges import end_of_argument
from .. import messages
from ..arguments import MISSING_ARGUMENT, UNKNOWN_KEYWORD, CallArguments, mismatches
from ..call_targets import call_targets
from ..callees import Parameter, Signature
from ..context import CheckContext
from ..edits import Change
from ..findings import WARNING, Edit, Finding, Fix
from .surface import entity_named, signature_of

# The parameter of a position before and after the edit; None where it means the same.
Move = tuple[Parameter, Parameter] | None


# Characters of an argument that a message repeats.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """A function or class that takes its arguments in another order than before the edit.

    ``key`` is the dotted name that changed, ``qualified`` that of what is called: the class of a
    constructor. ``moves`` has an item for each position.
    """

    entity: Entity
    key: str
    qualified: str
    signature: Signature
    moves: list[Move]

    @property
    def path(self) -> str:
        """The file of the definition."""
        return self.entity.path

    @property
    def name(self) -> str:
        """The name by which it is called."""
        return self.qualified.rpartition(".")[2]


def parameter_change(change: Change, path: str, key: str) -> ParameterChange | None:
    """Return how the order of a definition's parameters changed; None if it did not."""
    name = key.removesuffix(".__init__").removesuffix(".__new__")
    old = entity_named(change.before, path, name)
    new = entity_named(change.after, path, name)
    if old is None or new is None or old.kind != new.kind:
        return None
    was, now = signature_of(change.before, old), signature_of(change.after, new)
    if was is None or now is None:
        return None
    moves = _moves(was, now)
    return ParameterChange(new, key, name, now, moves) if any(moves) else None


def _moves(was: Signature, now: Signature) -> list[Move]:
    old, new = _positional(was), _positional(now)
    known = {each.name for each in old}
    kept = known & {each.name for each in now.parameters}
    return [
        # A new name in the place of one that is gone is a renaming.
        (first, second)
        if first.name != second.name and (first.name in kept or second.name in known)
        else None
        for first, second in zip(old, new, strict=False)
    ]


def _positional(signature: Signature) -> list[Parameter]:
    return [each for each in signature.parameters if each.kind <= f.POSITIONAL]


def misplaced_arguments(
    change: Change, changed: ParameterChange, context: CheckContext
) -> Iterator[Finding]:
    """Yield calls in a file that the edit left as they were, and that now mean something else."""
    facts, name = context.facts, changed.name
    if facts.name_id(name) < 0:
        return
    is_edited = context.path in change.paths and change.before.exists(context.path)
    text_before = change.before.text(context.path) if is_edited else None
    for call in context.expressions(f.CALL):
        function = called(facts, call)
        if last_name(facts, function) != name:
            continue
        arguments = CallArguments(facts, call)
        places = range(min(len(arguments.positional), len(changed.moves)))
        place = next((at for at in places if changed.moves[at] is not None), -1)
        if place < 0 or arguments.has_star or mismatches(changed.signature, arguments):
            continue
        line = facts.line_of(facts.expr.position[function])
        text = context.text[facts.line_starts[line] : facts.line_starts[line + 1]]
        if text_before is not None and text.strip() not in text_before:
            continue  # a call that the edit added
        targets = call_targets(context.strict, context.path, function)
        if targets is None or not all(
            _is_changed(context.strict, each.entity, changed) for each in targets.callees
        ):
            continue
        yield _finding(context, changed, arguments, place, targets.evidence)


def _is_changed(inference: Inference, entity: Entity, changed: ParameterChange) -> bool:
    """True if what is called is the changed definition, by its qualified name."""
    if entity.path != changed.path or entity.kind not in (CLASS, FUNCTION):
        return False
    name = qualified_name(inference, entity).removesuffix(".__init__").removesuffix(".__new__")
    return name == changed.qualified or name.endswith(f".{changed.qualified}")


def _finding(
    context: CheckContext,
    changed: ParameterChange,
    arguments: CallArguments,
    place: int,
    evidence: int,
) -> Finding:
    move = changed.moves[place]
    assert move is not None
    was, now = move
    start = arguments.positional[place][0]
    end = end_of_argument(context.text, start)
    text = context.text[start:end].decode("utf-8", "replace")
    shown = text if len(text) <= _SHOWN and "\n" not in text else "this argument"
    return Finding(
        "misplaced-argument", context.path, start, end,
        messages.misplaced_argument(changed.name, shown, was.name, now.name),
        subject=f"{changed.name}:{was.name}", severity=WARNING,
        evidence=EVIDENCE_NAMES[evidence], nearest=[changed.entity],
        fixes=_fixes(context, changed, arguments, place),
    )  # fmt: skip


def _fixes(
    context: CheckContext, changed: ParameterChange, arguments: CallArguments, place: int
) -> list[Fix]:
    """Return the fix that passes arguments from a position on by the keywords of before."""
    parameters = changed.signature.parameters
    positional = _positional(changed.signature)
    keywords = {each.name for each in parameters if each.kind != f.POSITIONAL_ONLY}
    edits: list[Edit] = []
    for at in range(place, len(arguments.positional)):
        move = changed.moves[at] if at < len(changed.moves) else None
        if move is not None:
            name = move[0].name
        else:
            name = positional[at].name if at < len(positional) else ""
        if name not in keywords or name in arguments.keywords:
            return []
        keywords.remove(name)
        position = arguments.positional[at][0]
        edits.append(Edit(context.path, position, position, f"{name}="))
    return [Fix("Name the arguments as they were meant", edits, safe=True)]


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
    old = _fields_of(change.before.strict(), old_class)
    new = _fields_of(change.after.strict(), cls)
    if old is None or new is None:
        return None
    removed = old.keys() - new.keys()
    required = [name for name, required in new.items() if required and not old.get(name, False)]
    return FieldChange(cls, key, set(removed), required) if removed or required else None


def _fields_of(inference: Inference, cls: Entity) -> dict[str, bool] | None:
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
        function = called(facts, call)
        if last_name(facts, function) != name or _has_signature(context, function):
            continue
        definitions = context.strict.definitions_of(context.path, function)
        arguments = CallArguments(facts, call)
        if [item.entity for item in definitions] != [changed.entity] or arguments.has_double_star:
            continue
        for keyword, (position, _) in arguments.keywords.items():
            if keyword in changed.removed:
                end = position + len(keyword.encode())
                finding = _field_finding(
                    UNKNOWN_KEYWORD, context, position, end, changed, keyword,
                    messages.unexpected_keyword(name, keyword, "the edit removed that field"),
                )  # fmt: skip
                if changed.successor and changed.successor not in arguments.keywords:
                    edit = Edit(context.path, position, end, changed.successor)
                    finding.fixes = [
                        Fix(f"Rename keyword '{keyword}' to '{changed.successor}'", [edit])
                    ]
                yield finding
        missing = [each for each in changed.required if each not in arguments.keywords]
        if missing and not arguments.positional and not arguments.has_star:
            start = facts.expr.position[function]
            yield _field_finding(
                MISSING_ARGUMENT, context, start, start + len(name.encode()), changed,
                ",".join(missing),
                messages.missing_arguments(name, [], missing, "the edit made it required"),
            )  # fmt: skip


def _has_signature(context: CheckContext, function: int) -> bool:
    """True if every callee has an explicit signature, by which calls are checked."""
    targets = call_targets(context.strict, context.path, function)
    return targets is not None and not all(
        signature.takes_any(f.VAR_KEYWORD)
        for callee in targets.callees
        for signature in callee.signatures
    )


def _field_finding(
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
