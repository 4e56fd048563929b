"""Drift: what all siblings of a new class do, and the new one does not.

Only advice. Siblings derive from the same class of the workspace; what all of at least three do is
taken for a convention.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....indexer import facts as f
from ....indexer.facts_view import definition_name, definitions
from ....indexer.inference.classes import bases, subclasses
from ....indexer.inference.entities import CLASS, FUNCTION, Entity, name_of
from ....indexer.inference.inference import Inference
from ....indexer.paths import is_test_file
from ...patterns.features import class_features
from ...patterns.similarity import plain_name
from .. import messages
from ..context import CheckContext
from ..findings import HINT, Finding
from .overrides import is_new_class

_FEWEST, _MOST = 3, 200
_SHOWN = 3


def unlike_siblings(context: CheckContext) -> Iterator[Finding]:
    """Yield classes without a member, decorator or ``super().__init__`` that all siblings have."""
    if context.before is None or is_test_file(context.path):
        return
    facts, table = context.facts, context.facts.definition
    for row in definitions(facts, f.CLASS):
        name = definition_name(facts, row)
        if table.scope[row] or not context.includes(name) or not is_new_class(context, name):
            continue
        cls = Entity(CLASS, context.path, row)
        siblings = siblings_of(context.strict, cls)
        if not _FEWEST <= len(siblings) <= _MOST or subclasses(context.strict, cls):
            continue
        start = table.position[row]
        base = name_of(context.strict, bases(context.strict, cls)[0])
        shown = [name_of(context.strict, each) for each in siblings[:_SHOWN]]
        for rule, subject, custom in broken_conventions(context.strict, cls, siblings):
            yield Finding(
                rule, context.path, start, start + len(name.encode()),
                messages.unlike_siblings(base, len(siblings), custom, shown),
                subject=f"{name}:{subject}", severity=HINT, evidence="conventional",
                nearest=siblings[:_SHOWN],
            )  # fmt: skip


def siblings_of(inference: Inference, cls: Entity) -> list[Entity]:
    """Return the other leaf classes with the same only base, a class of the workspace."""
    above = bases(inference, cls)
    if len(above) != 1 or above[0].kind != CLASS or above[0].is_outside:
        return []
    return [
        each
        for each in subclasses(inference, above[0])
        if each != cls and not is_test_file(each.path) and not subclasses(inference, each)
    ]


def broken_conventions(
    inference: Inference, cls: Entity, siblings: list[Entity]
) -> Iterator[tuple[str, str, str]]:
    """Yield (rule, subject, what the siblings do) of each convention that a class breaks."""
    from ...patterns.traits import signature_of  # few edits add a class with siblings

    base = bases(inference, cls)[0]
    own = class_features(inference, cls)
    others = [class_features(inference, each) for each in siblings]
    for name in sorted(_shared([each.members for each in others])):
        if name.startswith("__"):
            continue
        inherited = inference.class_member(cls, name)
        if not inference.own_member(cls, name) and all(
            item.entity in [each.entity for each in inference.class_member(base, name)]
            for item in inherited
        ):
            methods = [each.methods[name] for each in others if name in each.methods]
            how = signature_of(inference, methods) if len(methods) == len(others) else ""
            yield "missing-override", name, f"define '{name}{how}'"
    decorated = _shared([{plain_name(each) for each in one.decorators} for one in others])
    for name in sorted(decorated - {plain_name(each) for each in own.decorators} - {""}):
        yield "missing-decorator", name, f"are decorated with '{name}'"
    calling = _calls_super(inference, cls)
    if calling is False and all(_calls_super(inference, each) for each in siblings):
        yield "missing-super-call", "__init__", "call super().__init__()"


def _shared(names: list[set[str]]) -> set[str]:
    return names[0].intersection(*names[1:])


def _calls_super(inference: Inference, cls: Entity) -> bool | None:
    """True if the ``__init__`` of a class calls that of its base; None when it has none."""
    for item in inference.own_member(cls, "__init__"):
        if item.entity.kind != FUNCTION:
            return None
        facts, row = inference.need(item.entity.path), item.entity.row
        start, end = facts.definition.header_end[row], facts.definition.end[row]
        return any(
            start <= position < end and role & f.ATTRIBUTE_ROLE
            for role, position, _ in facts.occurrences("__init__")
        )
    return None
