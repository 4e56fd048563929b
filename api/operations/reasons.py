"""Why a finding was made: which one is meant, and the chain of knowledge behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ..check import edits
from ..check.check import check_change
from ..check.edits import Change
from ..check.explain import Considered, explain
from ..check.findings import ERROR, Finding
from ..open_workspace import OpenWorkspace
from ..source.entity_views import envelope, range_of
from .relations import step_item
from .validate import change_of, item, path_inside

_ID = re.compile(r"[0-9a-f]{8}")
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?")


def reasons(
    session: OpenWorkspace,
    *,
    finding: str,
    path: str | None,
    text: str | None,
    diff: str | None,
    since: str | None,
) -> dict[str, Any]:
    """Answer the operation ``reasons``."""
    is_edit = text is not None or diff is not None or since is not None
    place = _PLACE.fullmatch(finding)
    if place is not None:
        where = path_inside(session, place["path"])
        line, column = int(place["line"]), int(place["column"] or 0)
        finding = f"{where}:{line}"
    elif _ID.fullmatch(finding):
        where, line, column = path_inside(session, path) if path and not is_edit else "", 0, 0
    else:
        raise InvalidArgumentsError(
            f"{finding!r} is neither the id of a finding nor a place, as in app.py:12"
        )
    if is_edit:
        edit = change_of(session, path=path, text=text, diff=diff, since=since)
        judged = iter([(edit, False)])
    else:
        judged = _judged(session, where, at_place=place is not None)
    for change, whole in judged:
        found = check_change(change, whole=whole)
        if place is not None:
            found = _at_place(change, found, where, line, column)
        else:
            found = [each for each in found if each.id == finding]
        if found:
            return _answer(change, found)
    raise InvalidArgumentsError(f"nothing is wrong that {finding} could mean")


def _judged(session: OpenWorkspace, where: str, *, at_place: bool) -> Iterator[tuple[Change, bool]]:
    """Yield (change, whole) of what a finding may be of: the nearest first.

    A place is one of a file as it is. What has an id was mostly told of what git says has changed.
    """
    try:
        edit = edits.changed_since(session, "HEAD")
    except FluxIndexError:
        edit = None  # there is no repository
    if at_place:
        yield edits.unchanged(session, [where]), True
    if edit is not None:
        yield edit, False
    if not at_place:
        changed = sorted(edit.paths) if edit is not None else []
        every = list(session.inference(whole=True).snapshot.paths())
        for path in dict.fromkeys([where] if where else [*changed, *every]):
            yield edits.unchanged(session, [path]), True


def _at_place(
    change: Change, found: list[Finding], path: str, line: int, column: int
) -> list[Finding]:
    """Return the findings at a line, and those at a column of it first, errors before others."""
    ranked: list[tuple[tuple[bool, bool, int], Finding]] = []
    for each in found:
        if each.path != path:
            continue
        place = range_of(change.after, path, each.start, each.end)
        start, end = place["start"], place["end"]
        if not start["line"] <= line - 1 <= end["line"]:
            continue
        at = (line - 1, column - 1)
        inside = (start["line"], start["character"]) <= at <= (end["line"], end["character"])
        ranked.append(((not inside, each.severity != ERROR, each.start), each))
    return [each for _, each in sorted(ranked, key=lambda entry: entry[0])]


def _answer(change: Change, found: list[Finding]) -> dict[str, Any]:
    chosen, *others = found
    inference = change.after
    steps, excuses = explain(inference, chosen)
    items = [step_item(inference, step) for step in steps]
    answer: dict[str, Any] = {
        "finding": item(inference, chosen),
        "total": len(items),
        "items": items,
        "excuses": [_excuse(each) for each in excuses],
    }
    if others:
        listed = ", ".join(f"{each.id} ({each.rule})" for each in others)
        answer["notes"] = [f"more is wrong here: {listed}"]
    return envelope(inference, answer, {step.path for step in steps} | {chosen.path})


def _excuse(considered: Considered) -> dict[str, Any]:
    return {
        "name": considered.excuse.name,
        "reason": considered.excuse.reason,
        "applies": considered.applies,
        "why": considered.why,
    }
