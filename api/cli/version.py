"""``flux-index version``."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from ..version import version
from .output import tell, write_json


def run(*, json: bool) -> int:
    """Show the version of flux-index and of what it runs on."""
    parts = {"flux-index": version(), "python": sys.version.partition(" ")[0]}
    for package in ("tree-sitter", "tree-sitter-python", "watchdog", "pygls"):
        try:
            parts[package] = version_of(package)
        except PackageNotFoundError:
            parts[package] = "missing"
    if json:
        write_json(parts)
    else:
        tell(*(f"{name} {number}" for name, number in parts.items()))
    return 0
