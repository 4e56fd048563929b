"""The version of the installed package."""

from __future__ import annotations

import os
import sys

# Not by functools, which takes longer to load than this takes.
_found: list[str] = []


def version() -> str:
    """Return the version of flux-index."""
    if not _found:
        _found.append(_version())
    return _found[0]


def _version() -> str:
    # The name of its folder tells, and is found more quickly than its metadata is imported: beside
    # the package, unless it is an editable one.
    beside = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    for folder in [beside, *sys.path]:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.startswith("flux_index-") and name.endswith(".dist-info"):
                return name.removesuffix(".dist-info").partition("-")[2]
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    try:
        return version_of("flux-index")
    except PackageNotFoundError:
        return "unknown (not installed)"
