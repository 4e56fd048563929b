"""Parameters and fields that changed their places: arguments by place that now mean another thing.

Such a call still fits, so no rule of one file sees what the edit did to it.
"""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, EVIDENCE_NAMES, FUNCTION, Entity, qualified_name
from ....indexer.plugins.synthesized import last_name
from ...source.ranges import end_of_argument
from ..arguments import CallArguments, mismatches
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
    from ..signatures import Parameter, Signature

_SHOWN = 40


class ParameterChange:
    """A function or class that takes its arguments in another order than before the edit.

    ``moved`` has for each place what was there and what is there now, None where that is the same.
    """

    __slots__ = ("entity", "moved", "name", "now", "path", "qualified")

    def __init__(
        self, entity: Entity, qualified: str, now: Signature,
        moved: list[tuple[Parameter, Parameter] | None],
    ) -> None:  # fmt: skip
        """``entity`` is what is called, as it is now."""
        self.entity = entity
        self.path = entity.path
        self.qualified = qualified
        self.name = qualified.rpartition(".")[2]
        self.now = now
        self.moved = moved


def parameter_change(change: Change, path: str, key: str) -> ParameterChange | None:
    """What a definition of a file, by its dotted name, takes in other places; None when nothing."""
    name = key
    for method in ("__init__", "__new__"):
        name = name.removesuffix(f".{method}")
    old = entity_named(change.before, path, name)
    new = entity_named(change.after, path, name)
    if old is None or new is None or old.kind != new.kind:
        return None
    was, now = signature_of(change.before, old), signature_of(change.after, new)
    if was is None or now is None:
        return None
    moved = _moved(was, now)
    return ParameterChange(new, name, now, moved) if any(moved) else None


def entity_named(inference: Inference, path: str, name: str) -> Entity | None:
    """The class or function of a file with a dotted name."""
    facts = inference.facts(path)
    row = definition_of(facts, name) if facts is not None else -1
    if facts is None or row < 0:
        return None
    return Entity(CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION, path, row)


def signature_of(inference: Inference, entity: Entity) -> Signature | None:
    """The only signature of a function, called as a method where it is one, or of a class."""
    from ..signatures import class_signature, function_signature

    strict = inference.strict()
    if entity.kind == CLASS:
        callee = class_signature(strict, entity)
    else:
        facts = inference.need(entity.path)
        flags = facts.definition.flags[entity.row]
        scope = facts.scope.kind[facts.definition.scope[entity.row]]
        bound = scope == f.CLASS_SCOPE and not flags & f.STATIC
        callee = function_signature(strict, entity, bound=bound)
    return callee.signatures[0] if callee is not None and len(callee.signatures) == 1 else None


def _moved(was: Signature, now: Signature) -> list[tuple[Parameter, Parameter] | None]:
    old, new = (
        [each for each in signature.parameters if each.kind <= f.POSITIONAL]
        for signature in (was, now)
    )
    kept = {each.name for each in old} & {each.name for each in now.parameters}
    known = {each.name for each in old}
    return [
        # Where a new name stands in the place of one that is gone, that was renamed.
        (first, second)
        if first.name != second.name and (first.name in kept or second.name in known)
        else None
        for first, second in zip(old, new, strict=False)
    ]


def misplaced_arguments(
    change: Change, changed: ParameterChange, context: CheckContext
) -> Iterator[Finding]:
    """Calls in a file that the edit left as they were, and that now give something else."""
    facts, name = context.facts, changed.name
    if facts.name_id(name) < 0:
        return
    before = change.before.text(context.path) if context.path in change.paths and change.before.exists(
        context.path) else None  # fmt: skip
    for call in context.expressions(f.CALL):
        function = facts.expr.a[call]
        if last_name(facts, function) != name:
            continue
        written = CallArguments(facts, call)
        place = next(
            (
                at
                for at, _ in enumerate(written.positional)
                if changed.moved[at : at + 1] not in ([], [None])
            ),
            -1,
        )
        if place < 0 or written.starred or mismatches(changed.now, written):
            continue
        position = facts.expr.position[function]
        line = facts.line_of(position)
        text = context.text[facts.line_starts[line] : facts.line_starts[line + 1]]
        if before is not None and text.strip() not in before:
            continue  # the edit wrote this call
        found = call_targets(context.strict, context.path, function)
        if found is None or not all(
            _is_of(context.strict, each.entity, changed) for each in found.callees
        ):
            continue
        yield _finding(context, changed, written, place, found.evidence)


def _is_of(inference: Inference, entity: Entity, changed: ParameterChange) -> bool:
    """Whether what is called is the changed definition, as qualified names tell."""
    if entity.path != changed.path or entity.kind not in (CLASS, FUNCTION):
        return False
    name = qualified_name(inference, entity).removesuffix(".__init__").removesuffix(".__new__")
    return name == changed.qualified or name.endswith(f".{changed.qualified}")


def _finding(
    context: CheckContext,
    changed: ParameterChange,
    written: CallArguments,
    place: int,
    evidence: int,
) -> Finding:
    moved = changed.moved[place]
    assert moved is not None
    was, now = moved
    start = written.positional[place][0]
    end = end_of_argument(context.text, start)
    given = context.text[start:end].decode("utf-8", "replace")
    given = given if len(given) <= _SHOWN and "\n" not in given else "this"
    finding = Finding(
        "misplaced-argument", context.path, start, end,
        f"`{changed.name}` takes {f'`{given}`' if given != 'this' else given} for `{now.name}` "
        f"now; before the edit that was `{was.name}`.",
        subject=f"{changed.name}:{was.name}", severity=WARNING,
        evidence=EVIDENCE_NAMES[evidence], nearest=[changed.entity],
    )  # fmt: skip
    names = {each.name: each for each in changed.now.parameters if each.kind != f.POSITIONAL_ONLY}
    edits: list[Edit] = []
    taken = set(written.keywords)
    for at in range(place, len(written.positional)):
        pair = changed.moved[at] if at < len(changed.moved) else None
        old = pair[0].name if pair is not None else _name_at(changed.now, at)
        if old not in names or old in taken:
            return finding
        taken.add(old)
        position = written.positional[at][0]
        edits.append(Edit(context.path, position, position, f"{old}="))
    finding.fixes = [Fix("Name the arguments as they were meant", edits, safe=True)]
    return finding


def _name_at(signature: Signature, place: int) -> str:
    by_place = [each for each in signature.parameters if each.kind <= f.POSITIONAL]
    return by_place[place].name if place < len(by_place) else ""
