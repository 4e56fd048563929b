"""The version of the installed package."""

from __future__ import annotations

import os
import sys
from functools import cache


@cache
def version() -> str:
    """Return the version of flux-index."""
    # The name of its folder tells, and is found more quickly than its metadata is imported.
    for folder in sys.path:
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
