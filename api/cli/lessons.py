"""``flux-index lessons``: what was learned from mistakes; shown, forgotten, shared."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.store.lesson_store import FORGOTTEN, ON, LessonRow, drop_lesson, put_lesson
from ..lessons.book import book_of, is_current
from ..lessons.shared import NAME, read_shared, write_shared
from ..open_workspace import OpenWorkspace
from ..operations.lessons import lesson_item
from ..operations.table import OPERATIONS, call
from ..sessions.read_log import open_ledger
from .options import Parameter, parse
from .output import tell, write, write_json
from .query import rendered

# fmt: off
PARAMETERS = (
    Parameter("state", "string", "For `list`: only those in this state.",
        choices=("on", "off", "dead", "forgotten")),
    Parameter("workspace", "string", "A folder or file of the workspace."),
    Parameter("json", "boolean", "Print one JSON object.", default=False),
)
# fmt: on
_ACTIONS = ("list", "show", "forget", "share")
_MOST = 1_000_000


def run(arguments: Sequence[str]) -> int:
    """List, show, forget or share lessons; returns the exit code."""
    values, targets = parse(arguments, PARAMETERS, "lessons")
    action, ids = (targets[0], targets[1:]) if targets else ("list", [])
    if action not in _ACTIONS:
        raise InvalidArgumentsError(f"lessons takes one of {', '.join(_ACTIONS)}")
    if action in ("show", "forget") and not ids:
        raise InvalidArgumentsError(f"lessons {action} takes ids, as `lessons list` shows them")
    start = values.get("workspace") or os.getcwd()
    if not os.path.exists(start):
        raise InvalidArgumentsError(f"--workspace: there is no {start}")
    session = OpenWorkspace.open(start)
    try:
        if action == "list":
            _list(session, values.get("state"), as_json=bool(values.get("json")))
        elif action == "share":
            _share(session, ids)
        else:
            rows = _chosen(session, ids)
            if action == "show":
                _show(session, rows, as_json=bool(values.get("json")))
            else:
                _forget(session, rows)
    finally:
        session.close()
    return 0


def _list(session: OpenWorkspace, state: str | None, *, as_json: bool) -> None:
    given = {"state": state, "limit": _MOST}
    answer = call(session, "lessons", given)
    root = session.index.workspace.root
    write(rendered(OPERATIONS["lessons"], answer, given, root, "json" if as_json else "table"))


def _chosen(session: OpenWorkspace, ids: Sequence[str]) -> list[LessonRow]:
    rows = book_of(session.index).rows
    for id_ in ids:
        if id_ not in rows:
            raise InvalidArgumentsError(f"there is no lesson {id_!r}")
    return [rows[id_] for id_ in ids]


def _show(session: OpenWorkspace, rows: Sequence[LessonRow], *, as_json: bool) -> None:
    inference = session.inference(whole=True)
    own = book_of(session.index).own
    items = [lesson_item(inference, row, is_shared=row.id not in own) for row in rows]
    if as_json:
        write_json({"items": items}, indent=2)
        return
    for item in items:
        tell(f"{item['id']}: {item['text']}", *(f"  {key}: {_told(item[key])}" for key in _SHOWN))


_SHOWN = (
    "rule", "subject", "wrong", "right", "anchor", "scope", "seen", "hit", "false_hit", "state",
    "warns", "shared",
)  # fmt: skip


def _told(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _forget(session: OpenWorkspace, rows: Sequence[LessonRow]) -> None:
    """Forget lessons; of one of the repository it is kept that it is not wanted here."""
    shared = {row.id for row in read_shared(session.index.workspace.root)[0]}
    with open_ledger(session) as ledger:
        for row in rows:
            if row.id in shared:
                values = [*row]
                values[-1] = FORGOTTEN
                put_lesson(ledger, LessonRow(*values))  # pyright: ignore[reportArgumentType]
            else:
                drop_lesson(ledger, row.id)
    tell(*(f"forgotten: {row.id}" for row in rows))


def _share(session: OpenWorkspace, ids: Sequence[str]) -> None:
    """Write lessons to the file of the repository: those named, or all that are on and current."""
    inference = session.inference(whole=True)
    book = book_of(session.index)
    rows = _chosen(session, ids) if ids else [book.rows[id_] for id_ in sorted(book.own)]
    wanted = [row for row in rows if row.state == ON and is_current(inference, row)]
    count = write_shared(session.index.workspace.root, wanted)
    tell(f"{NAME}: {count} lessons")
