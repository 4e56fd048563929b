"""``flux-index version``."""

from __future__ import annotations

import sys

from .output import write


def run(*, json: bool) -> int:
    """Tell the version of flux-index and of what it runs on."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    parts = {"flux-index": version(), "python": sys.version.partition(" ")[0]}
    for package in ("tree-sitter", "tree-sitter-python", "watchdog", "pygls"):
        try:
            parts[package] = version_of(package)
        except PackageNotFoundError:
            parts[package] = "missing"
    if json:
        from json import dumps

        write(dumps(parts) + "\n")
    else:
        write("".join(f"{name} {number}\n" for name, number in parts.items()))
    return 0


def version() -> str:
    """Version of the installed package."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return version_of("flux-index")
    except PackageNotFoundError:
        return "unknown (not installed)"
