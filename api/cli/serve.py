"""``flux-index serve``: the command line of :mod:`flux_index.api.rpc.serve`."""

from __future__ import annotations

from ...indexer.errors import InvalidArgumentsError


def run(
    *,
    workspace: str,
    stdio: bool,
    tcp: str | None,
    socket: str | None,
    idle_exit: float | None,
) -> int:
    """Serve a workspace until stopped; returns the exit code."""
    chosen = [flag for flag, given in (("--stdio", stdio), ("--tcp", tcp), ("--socket", socket))
              if given]  # fmt: skip
    if len(chosen) > 1:
        raise InvalidArgumentsError(f"serve takes one of {' and '.join(chosen)}")
    from ..rpc.serve import run as serve

    return serve(workspace, stdio=stdio, tcp=tcp, socket=socket, idle_exit=idle_exit)
