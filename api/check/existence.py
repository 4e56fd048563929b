"""What an edit uses that does not exist: the faults for which a write is refused before it lands.

Only what is certain counts, and only in the statements that the edit wrote. What would have
to be in the very file that is edited is told apart: an edit of a part may be one step of several,
and the next one may bring it.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.errors import UnknownFileError
from ...indexer.inference.entities import CONVENTIONAL, EVIDENCE_NAMES
from .context import CheckContext
from .deadline import check_until_deadline
from .findings import ERROR
from .rules import EXISTENCE_FAMILIES, rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from .edits import Change
    from .findings import Finding

_CERTAIN = frozenset(EVIDENCE_NAMES[:CONVENTIONAL])


class MissingApi:
    """A fault, and whether what is missing would have to be in the file that has the fault."""

    __slots__ = ("finding", "is_own")

    def __init__(self, finding: Finding, *, is_own: bool) -> None:
        """Describe it."""
        self.finding = finding
        self.is_own = is_own


def missing_apis(change: Change) -> tuple[list[MissingApi], bool]:
    """What the statements that an edit wrote use that is certainly not there, and did not before.

    With it, whether there was time to look at all of it (see :class:`.OutOfTimeError`).
    """
    chosen = [rule for rule in rules(EXISTENCE_FAMILIES) if rule.existence]
    names = {rule.name for rule in chosen}
    found, is_complete = check_until_deadline(change, chosen)
    # What was found is told to its end, late or not.
    change.after.snapshot.interrupt = change.before.snapshot.interrupt = None
    certain = [
        each
        for each in found
        if each.rule in names and each.severity == ERROR and each.evidence in _CERTAIN
    ]
    return [MissingApi(each, is_own=is_own(change.after, each)) for each in certain], is_complete


def is_unknown_everywhere(inference: Inference, path: str, line: int) -> bool:
    """Whether nothing of what is imported in a line, counted from 0, is anywhere in the workspace.

    A module that is not there, of which that holds, was hardly mistaken for another one.
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
    """Whether what is missing would be looked for in the file that has the fault."""
    if finding.rule == "undefined-name":
        return True
    if finding.rule == "unknown-keyword":
        # What is called is the last of what is near.
        return bool(finding.nearest) and finding.nearest[-1].path == finding.path
    if finding.rule != "unresolved-attribute":
        return False
    try:
        context = CheckContext(inference, finding.path)
    except UnknownFileError:
        return False
    ops, positions, lefts, _ = context.facts.expr
    for row, position in enumerate(positions):
        if position == finding.start and ops[row] == f.ATTRIBUTE:
            owners = {value.entity.path for value in context.complete_type(lefts[row])}
            if not owners:
                found = context.strict.definitions_of(context.path, lefts[row])
                owners = {item.entity.path for item in found}
            return finding.path in owners
    return False
