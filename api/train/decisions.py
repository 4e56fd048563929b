"""Decisions: a finding with several fixes, and the one that was right.

Of a mistake in the ledger it is the one that the agent took; of a mutation the one that gives back
what was there. A mutation is judged as new code: the definition that it is in was not there before,
so nothing tells what its author has written a moment ago.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ...indexer.errors import FluxIndexError
from ..check.check import check_change, check_for
from ..check.edits import Change, proposed
from ..check.findings import HINT, Finding, Fix
from ..check.fixes.apply import apply_edits
from ..check.fixes.ranking import RULES, describe_fixes, replaced_name
from ..check.fixes.ranking_model import order_of_rules
from ..examples.candidate import MUTATION, Candidate
from ..open_workspace import OpenWorkspace
from ..source.entity_views import enclosing, full_range

_INDENT = re.compile(rb"[ \t]*")


@dataclass(slots=True)
class Decision:
    """Features of each of several fixes, in the rule's own order, and which one was right."""

    rule: str
    right: int
    """Place of the right one; -1 if none was."""
    features: list[dict[str, float]]
    names: list[tuple[str, str]]
    """Of each fix the wrong name and the one that it writes, both empty if it writes none."""
    titles: list[str]
    origin: str = ""
    source: str = ""
    """The code base."""
    path: str = field(default="")


def decisions_of(workspace: OpenWorkspace, candidate: Candidate) -> Iterator[Decision]:
    """Yield the decision that a candidate led to: one at most, of its first finding."""
    try:
        change = _change(workspace, candidate)
        with order_of_rules():
            path, rule = candidate.path, candidate.rule
            findings = check_for(change, path, rule) if rule else check_change(change)
        for finding in findings:
            is_meant = candidate.rule in ("", finding.rule) and finding.path == candidate.path
            is_meant = is_meant and finding.rule in RULES
            if is_meant and finding.severity != HINT and len(finding.fixes) > 1:
                yield _decision(change, candidate, finding)
                return
    except FluxIndexError:
        return


def _change(workspace: OpenWorkspace, candidate: Candidate) -> Change:
    path, good = candidate.path, candidate.good
    state = workspace.with_contents({**candidate.around, path: good})
    if candidate.origin == MUTATION:
        removed = _without_definition(state, candidate)
        if removed is not None:
            state = workspace.with_contents({**candidate.around, path: removed})
    return proposed(state, {**candidate.beside, path: candidate.bad})


def _without_definition(state: OpenWorkspace, candidate: Candidate) -> bytes | None:
    """Return the good file without the definition in which the bad one differs from it."""
    good, bad = candidate.good, candidate.bad
    at = next((at for at, pair in enumerate(zip(good, bad, strict=False)) if pair[0] != pair[1]), 0)
    inference = state.inference(whole=False)
    entity = enclosing(inference, candidate.path, at)
    if entity is None:
        return None
    start, end = full_range(inference, entity)
    line = good.rfind(b"\n", 0, start) + 1
    indent = _INDENT.match(good, line)
    return good[:line] + (indent[0] if indent else b"") + b"pass" + good[end:]


def _decision(change: Change, candidate: Candidate, finding: Finding) -> Decision:
    after = change.after
    right = next(
        (at for at, fix in enumerate(finding.fixes) if _restores(change, candidate, fix)), -1
    )
    names = [replaced_name(finding, after, fix) for fix in finding.fixes]
    return Decision(
        rule=finding.rule,
        right=right,
        features=describe_fixes(finding, after, finding.fixes),
        names=names,
        titles=[fix.title for fix in finding.fixes],
        origin=candidate.origin,
        path=candidate.path,
    )


def _restores(change: Change, candidate: Candidate, fix: Fix) -> bool:
    """True if a fix makes of the bad file what the good one means."""
    contents = apply_edits(change, {}, fix)
    if contents is None or set(contents) != {candidate.path}:
        return False
    fixed = contents[candidate.path]
    if fixed == candidate.good:
        return True
    # Names are replaced to the letter; where arguments are added or removed, layout may differ.
    is_name = len(fix.edits) == 1 and fix.edits[0].text.isidentifier()
    return not is_name and _meaning(fixed) == _meaning(candidate.good)


def _meaning(text: bytes) -> str:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text.decode("utf-8", "replace")
    imports = [each for each in tree.body if isinstance(each, ast.Import | ast.ImportFrom)]
    rest = [each for each in tree.body if not isinstance(each, ast.Import | ast.ImportFrom)]
    return "\n".join([*sorted(map(ast.dump, imports)), *map(ast.dump, rest)])
