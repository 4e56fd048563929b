"""Parameters and fields whose order changed: positional arguments that now mean something else.

Such a call still fits, so no rule that looks at one file finds it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ....indexer import facts as f
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import CLASS, EVIDENCE_NAMES, FUNCTION, Entity, qualified_name
from ...source.ranges import end_of_argument
from ..arguments import CallArguments, mismatches
from ..call_targets import call_targets
from ..definitions import entity_named, signature_of
from ..findings import WARNING, Edit, Finding, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.inference import Inference
    from ..callees import Parameter, Signature
    from ..context import CheckContext
    from ..edits import Change

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
        function = facts.expr.a[call]
        if last_name(facts, function) != name:
            continue
        arguments = CallArguments(facts, call)
        places = range(min(len(arguments.positional), len(changed.moves)))
        place = next((at for at in places if changed.moves[at] is not None), -1)
        if place < 0 or arguments.starred or mismatches(changed.signature, arguments):
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
    shown = f"`{text}`" if len(text) <= _SHOWN and "\n" not in text else "this"
    return Finding(
        "misplaced-argument", context.path, start, end,
        f"`{changed.name}` takes {shown} for `{now.name}` now; before the edit that was "
        f"`{was.name}`.",
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
