"""``flux-index ledger``: what is kept of sessions and tasks; shown, exported, forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.store.ledger import Ledger
from ...indexer.store.ledger_records import Choice, forget, records, table_counts
from ..open_workspace import OpenWorkspace
from ..render.words import counted
from ..sessions.read_log import open_ledger
from ..source.whole_file import output_file
from .options import Parameter, parse
from .output import say, tell, write, write_json

# fmt: off
PARAMETERS = (
    Parameter("output", "string", "For `export`: the file to write; by default standard output."),
    Parameter("task", "string", "For `forget`: the handle of a task."),
    Parameter("session", "string",
        "For `forget`: a session, by its handle or by the id that its host gave it."),
    Parameter("before", "string", "For `forget`: all until a day, as YYYY-MM-DD in UTC."),
    Parameter("all", "boolean", "For `forget`: all of it, lessons and what was set aside as well.",
        default=False),
    Parameter("workspace", "string", "A folder or file of the workspace."),
    Parameter("json", "boolean", "Print one JSON object.", default=False),
)
# fmt: on
_ACTIONS = ("show", "export", "forget")
_CHOICES = ("task", "session", "before", "all")


def run(arguments: Sequence[str]) -> int:
    """Show, export or forget; returns the exit code."""
    values, targets = parse(arguments, PARAMETERS, "ledger")
    if len(targets) != 1 or targets[0] not in _ACTIONS:
        raise InvalidArgumentsError(f"ledger takes one of {', '.join(_ACTIONS)}")
    given = [name for name in _CHOICES if values.get(name)]
    if targets[0] != "forget" and given:
        raise InvalidArgumentsError(f"--{given[0]} goes with `ledger forget`")
    start = values.get("workspace") or os.getcwd()
    if not os.path.exists(start):
        raise InvalidArgumentsError(f"--workspace: there is no {start}")
    session = OpenWorkspace.open(start)
    try:
        with open_ledger(session) as ledger:
            if ledger.note:
                say(f"flux-index: {ledger.note}")
            if targets[0] == "show":
                _show(ledger, as_json=bool(values.get("json")))
            elif targets[0] == "export":
                _export(ledger, values.get("output"), session.index.workspace.root)
            else:
                _forget(ledger, given, values)
    finally:
        session.close()
    return 0


def _show(ledger: Ledger, *, as_json: bool) -> None:
    counts = table_counts(ledger)
    size = os.path.getsize(ledger.path)
    if as_json:
        tables = {
            each.name: {"rows": each.rows, "first": each.first, "last": each.last}
            for each in counts
        }
        write_json({"path": ledger.path, "bytes": size, "tables": tables})
        return
    tell(f"{ledger.path}: {size / 1e6:.1f} MB")
    for each in counts:
        times = ""
        if each.first is not None and each.last is not None:
            times = f", {_day(each.first)} to {_day(each.last)}"
        tell(f"  {each.name}: {counted(each.rows, 'row')}{times}")


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _export(ledger: Ledger, output: str | None, root: str) -> None:
    """Write a JSON object for each row, a line each."""
    lines = (json.dumps(each) + "\n" for each in records(ledger))
    if output is None:
        for line in lines:
            write(line)
        return
    with output_file(output, root) as file:
        file.writelines(line.encode() for line in lines)


def _forget(ledger: Ledger, given: list[str], values: dict[str, Any]) -> None:
    if len(given) != 1:
        raise InvalidArgumentsError(
            "ledger forget takes one of --task, --session, --before and --all"
        )
    before: float | None = None
    if given == ["before"]:
        try:
            before = datetime.strptime(values["before"], "%Y-%m-%d").replace(tzinfo=UTC).timestamp()
        except ValueError:
            raise InvalidArgumentsError(
                f"--before takes a day as YYYY-MM-DD, not {values['before']!r}"
            ) from None
    choice = Choice(
        values.get("task") or "", values.get("session") or "", before, bool(values.get("all"))
    )
    gone = forget(ledger, choice)
    if values.get("json"):
        write_json(gone)
    else:
        tell("forgotten: " + ", ".join(f"{count} {name}" for name, count in gone.items()))
