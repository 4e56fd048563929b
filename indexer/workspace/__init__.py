"""Workspaces: their roots, the files that are their code, and the places of modules.

Nothing here reads Python source for its meaning, and nothing runs it: build settings are read as
text, a `setup.py` as a syntax tree, an environment as the files it consists of.
"""

from __future__ import annotations

from ..state_folders import state_dir_of, user_cache_dir
from .config import Config
from .model import Workspace
from .root import find_root
from .walk import Known, Sweep, sweep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .environments import Environment
    from .ignore import is_included

__all__ = [
    "Config",
    "Environment",
    "Known",
    "Sweep",
    "Workspace",
    "find_root",
    "is_included",
    "state_dir_of",
    "sweep",
    "user_cache_dir",
]


def __getattr__(name: str) -> object:
    # A warm query needs neither of these, and every module read at start-up is paid for.
    if name == "Environment":
        from .environments import Environment

        return Environment
    if name == "is_included":
        from .ignore import is_included

        return is_included
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
