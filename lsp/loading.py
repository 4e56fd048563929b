"""Importing what answers questions, which takes a while and must happen in one thread.

Modules that resolve names depend on each other in circles. Two threads that import such modules at
the same time may see one that is half imported, because neither can wait for the other.
"""

from __future__ import annotations

import os
import threading
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

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
            from ..indexer import resolve
            from ..indexer.resolve import conventions, references

            assert target.pointed_at
            assert references.references
            for package in (resolve, conventions):
                _load_all(package.__name__, package.__path__)
            _is_loaded = True


def _load_all(package: str, folders: Iterable[str]) -> None:
    """Import the modules of a package, also those that wait for a question that needs them."""
    for folder in folders:
        for name in os.listdir(folder):
            module, dot, suffix = name.partition(".")
            if dot and suffix == "py" and module != "__init__":
                import_module(f"{package}.{module}")
