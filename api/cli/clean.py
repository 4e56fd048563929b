"""``flux-index clean``: remove the index, but not the ledger."""

from __future__ import annotations

from ...indexer.index import Index
from .output import tell, write_json


def run(*, workspace: str, all: bool, json: bool) -> int:  # noqa: A002 - the option's name
    """Remove the index; raises LockedError when a process uses it."""
    index = Index.open(workspace)
    try:
        removed = index.clean(all_caches=all)
    finally:
        index.close()
    if json:
        write_json({"removed": removed})
    elif removed:
        tell(*(f"removed {path}" for path in removed))
    else:
        tell("there was nothing to remove")
    return 0
