"""``flux-index ps``: the processes that serve this user's workspaces."""

from __future__ import annotations

from dataclasses import asdict

from ..render.words import counted
from ..rpc.processes import serving_processes
from .output import tell, write_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..rpc.processes import Serving

_STATES = {"current": "", "building": ", indexing", "silent": ", does not answer"}


def run(*, json: bool) -> int:
    """Show every process that keeps an index current and answers questions about it."""
    found = serving_processes()
    if json:
        write_json({"processes": [asdict(one) for one in found]})
    elif found:
        tell(*map(_line, found))
    else:
        tell("no workspace is being served")
    return 0


def _line(one: Serving) -> str:
    gone = "" if one.is_there else ", which is gone"
    clients = counted(one.clients, "client")
    return f"{one.pid}  {one.command}  {one.workspace}{gone}  {clients}{_STATES[one.state]}"
