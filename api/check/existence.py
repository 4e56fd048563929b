"""Uses of what does not exist: the faults for which a write is refused before it is done.

Only what is certain counts, and only in the statements that the edit wrote. What would have to be
in the edited file itself is marked: an edit of a part may be one step of several, and the next one
may add it.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.errors import UnknownFileError
from ...indexer.inference.entities import CONVENTIONAL, EVIDENCE_NAMES
from .context import CheckContext
from .deadline import check_until_deadline
from .findings import ERROR
from .rules.table import EXISTENCE_FAMILIES, rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from .edits import Change
    from .findings import Finding

_CERTAIN = frozenset(EVIDENCE_NAMES[:CONVENTIONAL])


@dataclass(frozen=True, slots=True)
class MissingApi:
    """A finding about something missing, and if that would have to be in the same file."""

    finding: Finding
    is_own: bool


def missing_apis(change: Change) -> tuple[list[MissingApi], bool]:
    """Return uses of what certainly does not exist in the statements that an edit wrote.

    With it, if the deadline left time to check all of them.
    """
    chosen = [rule for rule in rules(EXISTENCE_FAMILIES) if rule.existence]
    names = {rule.name for rule in chosen}
    found, is_complete = check_until_deadline(change, chosen)
    # Classifying what was found takes as long as it takes.
    change.after.snapshot.interrupt = change.before.snapshot.interrupt = None
    certain = [
        each
        for each in found
        if each.rule in names and each.severity == ERROR and each.evidence in _CERTAIN
    ]
    return [MissingApi(each, is_own(change.after, each)) for each in certain], is_complete


def is_unknown_everywhere(inference: Inference, path: str, line: int) -> bool:
    """True if no name that is imported in a line, counted from 0, is defined in the workspace.

    Such a missing module was hardly mistaken for another one.
    """
    facts = inference.facts(path)
    if facts is None:
        return False
    table = facts.imports
    names = {
        facts.names[name]
        for name, position in zip(table.name, table.position, strict=True)
        if name >= 0 and facts.line_of(position) == line
    }
    return next(iter(inference.snapshot.symbols_named(sorted(names))), None) is None


def is_own(inference: Inference, finding: Finding) -> bool:
    """True if what is missing would have to be in the file that has the fault."""
    if finding.rule == "undefined-name":
        return True
    if finding.rule == "unknown-keyword":
        # The last of the nearest entities is the callee.
        return bool(finding.nearest) and finding.nearest[-1].path == finding.path
    if finding.rule != "unresolved-attribute":
        return False
    try:
        context = CheckContext(inference, finding.path)
    except UnknownFileError:
        return False
    for row in context.expressions(f.ATTRIBUTE):
        attribute = facts_view.attribute(context.facts, row)
        if attribute is not None and attribute.position == finding.start:
            owners = {value.entity.path for value in context.complete_type(attribute.receiver)}
            if not owners:
                found = context.strict.definitions_of(context.path, attribute.receiver)
                owners = {item.entity.path for item in found}
            return finding.path in owners
    return False
