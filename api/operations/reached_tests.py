"""The operation ``tests``: which tests reach a symbol or an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

from ...indexer.inference.entities import CLASS, EVIDENCE_NAMES, FUNCTION
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope
from ..source.targets import find_targets
from ..tasks.changed import changed_symbols
from ..tasks.reached_tests import ReachedTest, reached_tests
from .validate import change_of

if TYPE_CHECKING:
    from .table import Target


def tests(
    workspace: OpenWorkspace,
    *,
    diff: str | None,
    since: str | None,
    limit: int,
    **target: Unpack[Target],
) -> dict[str, Any]:
    """Answer the operation ``tests``."""
    if target["name"] is not None or target["path"] is not None:
        inference = workspace.inference(whole=True)
        found = [item.entity for item in find_targets(inference, **target)]
        entities = [each for each in found if each.kind in (CLASS, FUNCTION)]
    else:
        change = change_of(workspace, diff=diff, since=since)
        inference = change.after
        changed = changed_symbols(change.before, inference, change.paths)
        entities = [each.after for each in changed if each.after is not None]
    reached = reached_tests(inference, entities)
    page = reached[:limit]
    answer: dict[str, Any] = {
        "items": [test_item(each) for each in page],
        "total": len(reached),
        "truncated": len(page) < len(reached),
        "command": [each.id for each in page],
    }
    return envelope(inference, answer, {each.path for each in page})


def test_item(test: ReachedTest) -> dict[str, Any]:
    """Return a test as answers show it."""
    return {
        "id": test.id,
        "path": test.path,
        "line": test.line,
        "distance": test.distance,
        "through": test.through,
        "evidence": EVIDENCE_NAMES[test.evidence],
    }
