"""``flux-index clean``: remove the index, never what was learned."""

from __future__ import annotations

from .output import write


def run(*, workspace: str, all: bool, json: bool) -> int:  # noqa: A002 - the option's name
    """Remove the index; raises LockedError when a process uses it."""
    from ...indexer.index import Index

    index = Index.open(workspace)
    try:
        removed = index.clean(all_caches=all)
    finally:
        index.close()
    if json:
        from json import dumps

        write(dumps({"removed": removed}) + "\n")
    elif removed:
        write("".join(f"removed {path}\n" for path in removed))
    else:
        write("there was nothing to remove\n")
    return 0
