"""``flux-index mcp``: the command line of :mod:`flux_index.api.mcp.main`."""

from __future__ import annotations

from importlib import import_module


def run(**options: object) -> int:
    """Serve an agent until it is done; returns the exit code."""
    # By its name, as faces do not depend on one another.
    return import_module("...mcp.main", __name__).run(**options)
