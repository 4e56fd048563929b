"""The table of fixes: which rules have fixes that are made when a finding is complete.

A rule may give its findings fixes itself; what needs the state before the edit, or the nearest
entities that were found, is made here. An edit that replaced a right name by a wrong one removed
the right one: names that the same function no longer has are the first guess.
"""

from __future__ import annotations

from collections.abc import Callable

from ....indexer.inference.inference import Inference
from ..arguments import DUPLICATE_ARGUMENT, MISSING_ARGUMENT, TOO_MANY_ARGUMENTS, UNKNOWN_KEYWORD
from ..findings import Finding, Fix
from .definitions import class_fixes, conflict_fixes, redefinition_fixes
from .migrate_calls import migration_fixes
from .names import module_fixes, name_fixes
from .ranking import ranked
from .syntax import syntax_fixes

# From a finding, the state after and the state before the edit, if there is one, to all fixes
# of the finding, best first.
Proposal = Callable[[Finding, Inference, Inference | None], list[Fix]]


_PROPOSALS: dict[str, Proposal] = {
    "unresolved-attribute": name_fixes,
    "unresolved-name": name_fixes,
    "undefined-name": name_fixes,
    "unresolved-import": module_fixes,
    "name-conflict": conflict_fixes,
    "redefinition": redefinition_fixes,
    UNKNOWN_KEYWORD: migration_fixes,
    MISSING_ARGUMENT: migration_fixes,
    TOO_MANY_ARGUMENTS: migration_fixes,
    DUPLICATE_ARGUMENT: migration_fixes,
    "abstract-missing": lambda finding, after, _: class_fixes(after, finding.path, finding.start),
    "syntax-error": syntax_fixes,
}


def propose_fixes(finding: Finding, after: Inference, before: Inference | None) -> None:
    """Set the fixes of a finding, best first, where its rule has an entry in the table."""
    proposal = _PROPOSALS.get(finding.rule)
    if proposal is not None:
        finding.fixes = ranked(finding, after, proposal(finding, after, before))
