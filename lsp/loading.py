"""Importing what answers questions, which takes a while and must happen in one thread.

Modules that resolve names depend on each other in circles. Two threads that import such modules at
the same time may see one that is half imported, because neither can wait for the other.
"""

from __future__ import annotations

import threading

_lock = threading.Lock()
_is_loaded = False


def load() -> None:
    """Import it all, unless that was done; returns when it is there, whichever thread did it."""
    global _is_loaded  # noqa: PLW0603
    if _is_loaded:
        return
    with _lock:
        if not _is_loaded:
            from ..api.queries import target
            from ..indexer.resolve import references

            assert target.pointed_at
            assert references.references
            _is_loaded = True
