"""Sessions of agents: opening one, and the question whether it may write something."""

from __future__ import annotations

from secrets import token_hex
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ..check.edits import apply
from ..open_workspace import OpenWorkspace
from ..sessions.guard import ToRead, allow_write, lines_to_read, supply_text
from ..sessions.read_log import content_of, open_ledger, session_number
from ..source.entity_views import envelope
from .validate import path_inside


def begin(workspace: OpenWorkspace, *, client: str) -> dict[str, Any]:
    """Answer the operation ``begin``."""
    handle = f"s-{token_hex(8)}"
    with open_ledger(workspace) as ledger:
        ledger.begin(handle, client)
        notes = [ledger.note] if ledger.note else []
    view = workspace.index.view()
    answer: dict[str, Any] = {
        "session": handle,
        "total": 1,
        "generation": view.generation,
        "pending": len(view.pending),
        "files": {},
    }
    if notes:
        answer["notes"] = notes
    return answer


def guard(
    workspace: OpenWorkspace,
    *,
    handle: str,
    path: str | None,
    text: str | None,
    diff: str | None,
    supply: bool,
) -> dict[str, Any]:
    """Answer the operation ``guard``."""
    contents = _proposed_contents(workspace, path, text, diff)
    with open_ledger(workspace) as ledger:
        number = session_number(ledger, handle)
        wanted = lines_to_read(workspace, ledger, number, contents)
        if not wanted:
            allow_write(workspace, ledger, number, contents)
        elif supply:
            supply_text(workspace, ledger, number, wanted)
    inference = workspace.inference(whole=False)
    answer: dict[str, Any] = {
        "verdict": "refused" if wanted else "allowed",
        "items": [read_item(each) for each in wanted],
        "total": len(wanted),
    }
    paths = {each.path for each in wanted} | set(contents)
    return envelope(inference, answer, {each for each in paths if inference.exists(each)})


def read_item(each: ToRead) -> dict[str, Any]:
    """Return lines to read as answers show them."""
    item: dict[str, Any] = {
        "path": each.path,
        "first_line": each.first + 1,
        "last_line": each.last,
        "why": each.why,
        "reason": each.reason(),
    }
    if each.name:
        item["name"] = each.name
    if each.changed:
        item["changed"] = [[first + 1, last] for first, last in each.changed]
    if each.text:
        item["text"] = each.text
    return item


def _proposed_contents(
    workspace: OpenWorkspace, path: str | None, text: str | None, diff: str | None
) -> dict[str, bytes | None]:
    if (text is None) == (diff is None):
        raise InvalidArgumentsError("guard takes one of text and diff")
    if diff is not None:
        return dict(apply(diff, lambda each: content_of(workspace, each)))
    assert text is not None
    if path is None:
        raise InvalidArgumentsError("'text' needs the 'path' that it is meant for")
    return {path_inside(workspace, path): text.encode("utf-8", "surrogatepass")}
