"""Diagnostics of a file as it is now."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..check.check import check_file
from ..check.fixes.propose import propose_fixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.inference import Inference

ERROR, WARNING, INFORMATION, HINT = 1, 2, 3, 4
_SEVERITIES = {"error": ERROR, "warning": WARNING, "information": INFORMATION, "hint": HINT}


@dataclass(slots=True)
class Problem:
    """A finding between two byte offsets. ``tags`` are those of the protocol.

    ``code`` names the rule.
    """

    start: int
    end: int
    message: str
    code: str
    severity: int = ERROR
    tags: list[int] = field(default_factory=list[int])
    # Ways to mend it, as validation describes them.
    fixes: list[Any] = field(default_factory=list["Any"])


def problems(inference: Inference, path: str) -> list[Problem]:
    """Everything that is wrong with a file, in order; nothing for one that cannot be read."""
    if inference.facts(path) is None:
        return []
    found: list[Problem] = []
    for finding in check_file(inference, path):
        propose_fixes(finding, inference, None)
        severity = _SEVERITIES.get(finding.severity, WARNING)
        problem = Problem(finding.start, finding.end, finding.message, finding.rule, severity)
        problem.fixes = list(finding.fixes)
        found.append(problem)
    return found
