"""``flux-index mcp``: the command line of :mod:`flux_index.api.mcp.main`."""

from __future__ import annotations


def run(*, workspace: str | None, profile: str, budget: int, idle_exit: float, raw: bool) -> int:
    """Serve an agent until it is done; returns the exit code."""
    from ..mcp.main import run as serve

    return serve(workspace, profile=profile, budget=budget, idle_exit=idle_exit, raw=raw)
