"""Rank the fixes of a finding: which name was most likely meant.

A rule proposes fixes in an order of its own. A ranker is a weight for each of a few features, which
`flux-index train` fits to what was taken in a workspace; those that are shipped were fitted to many
code bases. Where there is neither, the rule's order stays. All that reorders fixes does it here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import islice
from math import log1p

from ....indexer import facts as f
from ....indexer import facts_view
from ....indexer.facts import FileFacts
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import CLASS, FUNCTION, name_of
from ....indexer.inference.inference import Inference
from ..findings import Finding, Fix
from ..suggestions import similarity
from .ranking_model import model_of

FEATURES: tuple[str, ...] = (
    "position",  # the rule's own order: 1 for its first, half of it for its second
    "similarity",  # of the name that it writes to the wrong one
    "fits",  # what is called is callable, what is not is none
    "in file",  # the file uses the name elsewhere
    "receiver",  # the name is used on receivers that are called so
    "taken",  # it was taken before for the same wrong name
    "adds import",
    "removes",
    "safe",
)
RULES = frozenset(
    [
        "undefined-name",
        "unresolved-attribute",
        "unresolved-import",
        "unresolved-name",
        "missing-argument",
        "unknown-keyword",
    ]
)
"""Rules whose fixes are ranked: others propose ways out that differ in more than a name."""
_FILES, _USES = 20, 60
_MANY, _FEW = log1p(20), log1p(3)
_NAME = re.compile(r"[^\W\d]\w*")


def ranked(finding: Finding, after: Inference, fixes: list[Fix]) -> list[Fix]:
    """Return fixes of a finding, best first."""
    if len(fixes) < 2 or finding.rule not in RULES:
        return fixes
    model = model_of(after.snapshot.index.workspace.state_dir)
    if model is None:
        return fixes
    described = describe_fixes(finding, after, fixes, model.taken_for(finding.rule))
    scores = [model.score(each) for each in described]
    order = sorted(range(len(fixes)), key=lambda at: (-scores[at], at))
    return [fixes[at] for at in order]


def describe_fixes(
    finding: Finding,
    after: Inference,
    fixes: list[Fix],
    taken: Callable[[str, str], int] | None = None,
) -> list[dict[str, float]]:
    """Return the features of each fix of a finding, from 0 to 1."""
    facts, text = after.need(finding.path), after.text(finding.path)
    receiver = _receiver(facts, finding.start)
    is_called = text[finding.end :].lstrip()[:1] == b"("
    kinds = {name_of(after, each): each.kind for each in finding.nearest}
    found: list[dict[str, float]] = []
    for at, fix in enumerate(fixes):
        wrong, right = replaced_name(finding, after, fix)
        features = dict.fromkeys(FEATURES, 0.0)
        features["position"] = 1 / (1 + at)
        features["safe"] = float(fix.safe)
        features["removes"] = float(not any(edit.text for edit in fix.edits))
        if right:
            kind = kinds.get(right)
            callable_ = kind in (CLASS, FUNCTION)
            features["similarity"] = similarity(wrong, right)
            features["fits"] = 0.5 if kind is None else float(callable_ == is_called)
            features["in file"] = _share(sum(1 for _ in facts.occurrences(right)))
            if receiver:
                features["receiver"] = _share(_uses_on(after, receiver, right))
            features["taken"] = taken_share(taken(wrong, right)) if taken is not None else 0.0
        else:
            features["adds import"] = float(not features["removes"])
        found.append(features)
    return found


def replaced_name(finding: Finding, after: Inference, fix: Fix) -> tuple[str, str]:
    """Return the wrong name and the one that a fix writes there; empty if it writes none there."""
    for edit in fix.edits:
        if edit.path == finding.path and edit.end > edit.start and _NAME.fullmatch(edit.text):
            wrong = after.text(finding.path)[edit.start : edit.end]
            return wrong.decode("utf-8", "replace"), edit.text
    return "", ""


def taken_share(count: int) -> float:
    """Return how much it counts that something was taken so often before, from 0 to 1."""
    return min(1.0, log1p(count) / _FEW)


def _share(count: int) -> float:
    return min(1.0, log1p(count) / _MANY)


def _receiver(facts: FileFacts, position: int) -> str:
    """Return what the receiver is called of which an attribute is at a place."""
    names: dict[int, int] | None = facts.memo.get("receivers by place")
    if names is None:
        names = facts.memo["receivers by place"] = {
            each.position: each.receiver for each in facts_view.attributes(facts)
        }
    receiver = names.get(position, -1)
    return last_name(facts, receiver) if receiver >= 0 else ""


def _uses_on(inference: Inference, receiver: str, name: str) -> int:
    """Count where an attribute is used on receivers of a name."""
    count = 0
    for path in inference.files_with(name)[:_FILES]:
        facts = inference.facts(path)
        if facts is None:
            continue
        for role, position, _ in islice(facts.occurrences(name), _USES):
            if role & f.ATTRIBUTE_ROLE:
                count += _receiver(facts, position) == receiver
    return count
