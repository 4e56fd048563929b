"""``flux-index stop``: end the processes that serve workspaces."""

from __future__ import annotations

from ...indexer.workspace.root import find_root
from ..rpc.client import writer_lock
from ..rpc.processes import awaited_process, end, serving_processes
from .output import tell, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..rpc.processes import Serving

_STOPPED, _LEFT, _FAILED = "stopped", "left", "failed"


def run(*, workspace: str, all: bool, json: bool) -> int:  # noqa: A002 - the option's name
    """End the process that serves a workspace, or all; returns 0 unless one could not be ended."""
    if all:
        found = serving_processes()
    else:
        one = awaited_process(writer_lock(find_root(workspace)))
        found = [] if one is None else [one]
    outcomes = [(one, _end(one)) for one in found]
    if json:
        listed = [
            {"workspace": one.workspace, "pid": one.pid, "outcome": outcome}
            for one, outcome in outcomes
        ]
        write_json({"processes": listed})
    elif outcomes:
        tell(*(_line(one, outcome) for one, outcome in outcomes))
    else:
        tell("nothing to stop: no workspace is being served" if all else "it is not being served")
    return 2 if any(outcome == _FAILED for _, outcome in outcomes) else 0


def _end(one: Serving) -> str:
    if one.command == "lsp":
        return _LEFT
    return _STOPPED if end(writer_lock(one.workspace), one) else _FAILED


def _line(one: Serving, outcome: str) -> str:
    if outcome == _LEFT:
        return (
            f"{one.workspace} is served by the language server of an editor (process {one.pid}), "
            "which ends with it"
        )
    done = "stopped" if outcome == _STOPPED else "could not be ended:"
    return f"{done} process {one.pid}, which served {one.workspace}"
