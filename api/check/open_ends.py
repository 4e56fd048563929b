"""Open ends: where what an edit misses would have to be, as one of the next edits may write it."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import UnknownFileError
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, Entity
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from .context import CheckContext
from .findings import Finding


def owners(inference: Inference, finding: Finding) -> list[Entity]:
    """Return modules, classes and functions of which one would have to have what is missing.

    Empty where that is not known, as of a module that does not exist.
    """
    if finding.rule == "undefined-name":
        return [Entity(MODULE, finding.path, -1)]
    if finding.rule == "unresolved-name":
        spelled, found, _ = finding.subject.partition(":")
        module = imported_module(inference.strict(), finding.path, spelled) if found else None
        return [module] if module is not None and module.kind == MODULE else []
    if finding.rule == "unresolved-attribute":
        return _receivers(inference, finding)
    # What is called comes last among the entities that are near.
    callees = [each for each in finding.nearest[-1:] if each.kind in (CLASS, FUNCTION)]
    return callees if finding.rule != "unresolved-import" else []


def is_own(inference: Inference, finding: Finding) -> bool:
    """True if what is missing would have to be in the file that has the fault."""
    return any(each.path == finding.path for each in owners(inference, finding))


def homonyms(inference: Inference, path: str, line: int) -> list[Entity]:
    """Return what is called as a name that is imported in a line, counted from 0.

    An import of a missing module that has one was mistaken for where that is, or moves it there.
    """
    facts = inference.facts(path)
    if facts is None:
        return []
    table = facts.imports
    names = {
        facts.names[name]
        for name, position in zip(table.name, table.position, strict=True)
        if name >= 0 and facts.line_of(position) == line
    }
    found = inference.snapshot.symbols_named(sorted(names))
    return [Entity(MODULE, where, -1) for where, _ in found]


def _receivers(inference: Inference, finding: Finding) -> list[Entity]:
    """Return the classes and modules whose attribute is missing."""
    try:
        context = CheckContext(inference, finding.path)
    except UnknownFileError:
        return []
    for row in context.expressions(f.ATTRIBUTE):
        attribute = facts_view.attribute(context.facts, row)
        if attribute is not None and attribute.position == finding.start:
            found = [value.entity for value in context.complete_type(attribute.receiver)]
            if not found:
                named = context.strict.definitions_of(context.path, attribute.receiver)
                found = [item.entity for item in named]
            return found
    return []
