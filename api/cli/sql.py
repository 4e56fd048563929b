"""``flux-index sql``: questions in SQL to the views of the index."""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from threading import Timer
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.store.sql_queries import QueryResult, described_views, run_query
from ..open_workspace import OpenWorkspace
from ..quoting import escaped, escaped_text
from ..rpc.client import connect
from ..rpc.messages import RpcError
from .options import AS_JSON, Parameter, parse
from .output import say, tell, write, write_json

# fmt: off
PARAMETERS = (
    Parameter("format", "string", "`table` for people, `csv` and `json` for programs.",
        default="table", choices=("table", "csv", "json")),
    AS_JSON,
    Parameter("limit", "integer", "Most rows in one answer.", default=1000),
    Parameter("timeout", "number", "End a question after so many seconds.", default=10.0),
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on
_SYNC_MS = 2_000
_SYNC_SECONDS = 5.0
_WIDEST = 80
_GRACE = 0.5


def run(arguments: Sequence[str]) -> int:
    """Answer a question in SQL, or list the views; returns the exit code."""
    values, targets = parse(arguments, PARAMETERS, "sql")
    given = {each.name: values.get(each.name, each.default) for each in PARAMETERS}
    if len(targets) > 1:
        raise InvalidArgumentsError("sql takes one question: put it into quotes")
    start = given["workspace"] or os.getcwd()
    if not os.path.exists(start):
        raise InvalidArgumentsError(f"--workspace: there is no {start}")
    path = _current_index(start)
    shape = "json" if given["json"] else given["format"]
    if not targets:
        _list_views(path, shape)
        return 0
    with _ended_after(given["timeout"] + _GRACE):
        result = run_query(path, targets[0], seconds=given["timeout"], limit=given["limit"])
    _show(result, shape)
    if result.has_more:
        say(
            f"flux-index: there are more than {given['limit']:,} rows: --limit takes another number"
        )
    return 0 if result.rows else 1


@contextmanager
def _ended_after(seconds: float) -> Generator[None]:
    """End the process if this takes longer: within one function SQLite looks at no clock."""

    def end() -> None:
        say(f"flux-index: this took longer than {seconds:g} seconds")
        os._exit(2)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _current_index(start: str) -> str:
    """Return the file of an index that has taken in what is on disk."""
    session = OpenWorkspace.open(start)
    try:
        client = connect(start)
        if client is None:
            session.inference(whole=True)
        else:
            with client, suppress(RpcError, OSError, ValueError):
                client.call("server.sync", {"timeout_ms": _SYNC_MS}, _SYNC_SECONDS)
        pending = session.index.pending
        if pending:
            say(
                f"flux-index: files that are not indexed yet: {pending:,} "
                "(`flux-index index` takes them in)"
            )
        return os.path.join(session.index.workspace.state_dir, "index.db")
    finally:
        session.close()


def _list_views(path: str, shape: str) -> None:
    views = described_views(path)
    if shape == "json":
        write_json({"path": path, "views": views})
        return
    tell(*(f"{name} ({', '.join(columns)})" for name, columns in views.items()))
    tell("", f"The file is {path}: `datasette {path}` opens it.")


def _show(result: QueryResult, shape: str) -> None:
    if shape == "json":
        write_json(
            [dict(zip(result.columns, map(_value, row), strict=True)) for row in result.rows]
        )
    elif shape == "csv":
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(result.columns)
        writer.writerows([_value(each) for each in row] for row in result.rows)
        shown = text.getvalue()
        write(f"{escaped_text(shown)}\n" if sys.stdout.isatty() else shown)
    else:
        tell(*_table(result))


def _value(value: Any) -> Any:
    return value.hex() if isinstance(value, bytes) else value


def _table(result: QueryResult) -> Iterable[str]:
    """Yield lines in which columns stand below each other; numbers to the right."""
    shown = [[_cell(each) for each in row] for row in result.rows]
    widths = [max(map(len, column)) for column in zip(result.columns, *shown, strict=True)]
    is_number = [
        all(isinstance(row[at], int | float) for row in result.rows) and bool(result.rows)
        for at in range(len(widths))
    ]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, is_number, strict=True)
        ).rstrip()

    yield line([escaped(each) for each in result.columns])
    yield "  ".join("-" * width for width in widths)
    for row in shown:
        yield line(row)


def _cell(value: Any) -> str:
    """A value on one line; on a terminal not wider than a column can be."""
    text = "" if value is None else escaped(str(_value(value)))
    if sys.stdout.isatty() and len(text) > _WIDEST:
        return f"{text[: _WIDEST - 1]}…"
    return text
