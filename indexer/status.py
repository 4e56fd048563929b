"""The state of an index: how current it is, how much it holds, what is missing and why."""

from __future__ import annotations

import os

from .errors import DamagedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .index import Index

_LISTED = 100


def status(index: Index) -> dict[str, object]:
    """Return the state of an index, in the shape of ``StatusAnswer`` without the envelope."""
    try:
        return _status(index)
    except DamagedError:
        return _status(index)  # now without the damaged index


def _status(index: Index) -> dict[str, object]:
    view = index.view()
    store = index.reader()
    workspace = index.workspace
    errors = [(path, row[4]) for path, row in view.files.items() if row[4]]
    environment = workspace.environment()
    if index.building or view.pending:
        # What another process has not come to yet is pending here too.
        elsewhere = store is not None and store.meta("building") and index.held_elsewhere()
        state = "building" if index.building or elsewhere else "stale"
    else:
        state = "current" if view.files else "empty"
    sizes = store.counts() if store is not None else {}
    sizes["facts_cache_bytes"] = index.facts_provider.cache.size()
    watcher = index.watcher_state() if index.watcher_state is not None else {"mode": "none"}
    return {
        "root": workspace.root,
        "source_roots": list(workspace.source_roots),
        "state_dir": workspace.state_dir,
        "state": state,
        "indexed": len(view.files) - len(errors),
        "skipped": [{"path": path, "reason": why} for path, why in index.skipped[:_LISTED]],
        "errors": [{"path": path, "reason": why} for path, why in sorted(errors)[:_LISTED]],
        "environment": {
            "kind": environment.kind,
            "prefix": environment.prefix or "",
            "python": ".".join(map(str, environment.python_version or ())),
            "found_by": environment.found_by,
        },
        "watcher": watcher,
        "writer": _writer(index),
        "sizes": sizes,
        "problems": [*workspace.config.problems, *index.notes, *_cache_problems(index)],
        "total": len(view.files),
    }


def _cache_problems(index: Index) -> list[str]:
    problem = index.facts_provider.cache.problem
    return [problem] if problem else []


def _writer(index: Index) -> str:
    """Return who keeps the index current."""
    if index.lock.held:
        return f"the process that answers ({os.getpid()})"
    if not os.path.exists(index.lock.path):
        return "nobody"
    if not index.held_elsewhere():
        return "nobody"
    return index.lock.holder() or "another process"
