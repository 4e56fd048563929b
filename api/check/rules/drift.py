"""Drift: what all other classes of a kind do, and a new one does not.

Only advice. A kind are the classes that derive from the same class of the workspace; what at least
three of them do, and all of them, is taken for the custom.
"""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.classes import bases, subclasses
from ....indexer.inference.entities import CLASS, FUNCTION, Entity, name_of
from ...patterns.features import of_class
from ...patterns.similarity import plain_name
from ..clones import is_test_file
from ..findings import HINT, Finding
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext

_FEWEST, _MOST = 3, 200
_SHOWN = 3


def unlike_siblings(context: CheckContext) -> Iterator[Finding]:
    """Classes without a member, decorator or call of ``super().__init__`` that all others have."""
    if context.before is None or context.is_stub or is_test_file(context.path):
        return
    facts, table = context.facts, context.facts.definition
    for row, kind in enumerate(table.kind):
        if kind != f.CLASS or table.scope[row] or not _is_new(context, row):
            continue
        cls: Entity = Entity(CLASS, context.path, row)
        siblings = _siblings(context.strict, cls)
        if not _FEWEST <= len(siblings) <= _MOST or subclasses(context.strict, cls):
            continue
        name = facts.names[table.name[row]]
        if not context.wants(name):
            continue
        start = table.position[row]
        for rule, subject, said in _missing(context.strict, cls, siblings):
            yield Finding(
                rule, context.path, start, start + len(name.encode()),
                f"All {len(siblings)} other classes of the kind of `{name}` {said}: "
                f"{_listed(context.strict, siblings)}.",
                subject=f"{name}:{subject}", severity=HINT, evidence="conventional",
                nearest=siblings[:_SHOWN],
            )  # fmt: skip


def _is_new(context: CheckContext, row: int) -> bool:
    """Whether the edit adds a class."""
    old = context.old_facts
    name = context.facts.names[context.facts.definition.name[row]]
    return old is None or not any(
        kind == f.CLASS and old.names[old.definition.name[index]] == name
        for index, kind in enumerate(old.definition.kind)
    )


def _siblings(inference: Inference, cls: Entity) -> list[Entity]:
    """Other classes with the same only base, a class of the workspace, and none below them."""
    above = bases(inference, cls)
    if len(above) != 1 or above[0].kind != CLASS or above[0].is_outside:
        return []
    return [
        each
        for each in subclasses(inference, above[0])
        if each != cls and not is_test_file(each.path) and not subclasses(inference, each)
    ]


def _missing(
    inference: Inference, cls: Entity, siblings: list[Entity]
) -> Iterator[tuple[str, str, str]]:
    """(rule, subject, what the others do) of each custom that a class does not follow."""
    from ...patterns.statement import signature_of

    base = bases(inference, cls)[0]
    own = of_class(inference, cls)
    others = [of_class(inference, each) for each in siblings]
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
            yield "missing-override", name, f"define `{name}{how}`"
    decorated = _shared([{plain_name(each) for each in one.decorators} for one in others])
    for name in sorted(decorated - {plain_name(each) for each in own.decorators} - {""}):
        yield "missing-decorator", name, f"are decorated with `{name}`"
    calling = _calls_super(inference, cls)
    if calling is False and all(_calls_super(inference, each) for each in siblings):
        yield "missing-super-call", "__init__", "call `super().__init__`"


def _shared(names: list[set[str]]) -> set[str]:
    return names[0].intersection(*names[1:])


def _calls_super(inference: Inference, cls: Entity) -> bool | None:
    """Whether the ``__init__`` of a class calls that of its base; None when it has none."""
    for item in inference.own_member(cls, "__init__"):
        kind, path, row = item.entity
        if kind != FUNCTION:
            return None
        facts = inference.need(path)
        start, end = facts.definition.header_end[row], facts.definition.end[row]
        return any(
            start <= position < end and role & f.ATTRIBUTE_ROLE
            for role, position, _ in facts.occurrences("__init__")
        )
    return None


def _listed(inference: Inference, siblings: list[Entity]) -> str:
    said = [f"`{name_of(inference, each)}`" for each in siblings[:_SHOWN]]
    return ", ".join(said) + (", …" if len(siblings) > _SHOWN else "")


RULES = [
    Rule("missing-override", "A member that all siblings define.", unlike_siblings, HINT),
    Rule("missing-decorator", "A decorator that all siblings have.", severity=HINT),
    Rule("missing-super-call", "A call of `super().__init__` that all make.", severity=HINT),
]
