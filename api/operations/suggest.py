"""The operation ``suggest``: what is worth changing, before anybody asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import Found, name_of
from ...indexer.inference.inference import Inference
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope, range_of, symbol
from ..source.text_edits import apply_to_text, edits_by_path
from ..suggest.suggest import KINDS, find_suggestions, within
from ..suggest.suggestion import CERTAIN, GRADES, Suggestion
from ..tasks.edits import diff_of
from .kept_suggestions import KeptSuggestions

_SHOWN_PLACES = 5


def suggest(
    workspace: OpenWorkspace,
    *,
    paths: list[str] | None,
    grade: str,
    kinds: list[str] | None,
    ids: list[str] | None,
    limit: int,
) -> dict[str, Any]:
    """Answer the operation ``suggest``."""
    inference = workspace.inference(whole=True).strict()
    inside = [inference.snapshot.relative(path) for path in paths or ()]
    kept = KeptSuggestions(inference)
    # What no test reaches is asked of git anew each time, and of these seldom meant.
    found = within(find_suggestions(workspace, inference, kinds or (KINDS if ids else ())), inside)
    wanted = _with_ids(inference, found, ids or ())
    if len(wanted) < len(set(ids or ())) and not kinds:
        found = within(find_suggestions(workspace, inference), inside)
        wanted = _with_ids(inference, found, ids or ())
    kept.keep()
    by_grade = Counter(each.grade for each in found)
    if ids:
        if len(wanted) < len(set(ids)):
            known = {each.id(inference) for each in wanted}
            missing = next(each for each in ids if each not in known)
            raise InvalidArgumentsError(f"there is no suggestion {missing}: it may be done already")
    else:
        wanted = [each for each in found if GRADES.index(each.grade) <= GRADES.index(grade)]
    shown = wanted if ids else wanted[:limit]
    answer: dict[str, Any] = {
        "items": [_item(inference, each, edits=bool(ids)) for each in shown],
        "total": len(wanted),
        "counts": {each: by_grade[each] for each in GRADES},
        "truncated": len(shown) < len(wanted),
    }
    weaker = sum(by_grade[each] for each in GRADES[GRADES.index(grade) + 1 :])
    if weaker and not ids and (not wanted or grade == CERTAIN):
        answer["notes"] = [f"{weaker} less sure: grade `likely` or `look` shows them"]
    return envelope(inference, answer, {each.entity.path for each in shown})


def _with_ids(
    inference: Inference, found: list[Suggestion], ids: Collection[str]
) -> list[Suggestion]:
    return [each for each in found if ids and each.id(inference) in ids]


def _item(inference: Inference, each: Suggestion, *, edits: bool) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": each.id(inference),
        "kind": each.kind,
        "grade": each.grade,
        "title": each.title,
        "symbol": symbol(inference, Found(each.entity), details=False),
        "others": [symbol(inference, Found(other), details=False) for other in each.others],
        "places": [
            {"path": path, "range": range_of(inference, path, at, at)}
            for path, at in each.places[:_SHOWN_PLACES]
        ],
        "evidence": each.evidence,
        "wrong_if": each.wrong_if,
        "applies": bool(each.edits),
    }
    if edits:
        item["edits"] = edits_for_step(inference, each)
    return item


def edits_for_step(inference: Inference, each: Suggestion) -> list[dict[str, Any]]:
    """Return the edits of a suggestion as ``task.step`` takes them."""
    found: list[dict[str, Any]] = []
    for path, own in edits_by_path(each.edits).items():
        old = inference.text(path)
        new = apply_to_text(old, own)
        if new is None:
            name = name_of(inference, each.entity)
            raise InvalidArgumentsError(f"the edits for {name} change the same text twice")
        found.append({"diff": diff_of(path, old, new)})
    return found
