"""What a task holds to be written later: written as it was judged, or dropped.

A step with ``hold`` is judged and kept in the ledger. So somebody can be shown what it comes to
before it is on disk, and what is written then is exactly what was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import unified_diff

from ...indexer.store.task_store import (
    HELD,
    LEFT,
    OPEN,
    TaskStore,
    WriteRow,
    digest_of,
)
from ..open_workspace import OpenWorkspace
from .file_writes import ChangedMeanwhileError, Purpose, read_file, write_files, writing
from .step import held_contents, note_recovered

Contents = Mapping[str, bytes | None]


def write_held(
    workspace: OpenWorkspace,
    store: TaskStore,
    task: str,
    step: str,
    stored: Callable[[str, list[str]], None],
) -> None:
    """Write all that a task holds, or nothing.

    ``stored`` is called with the token that undoes it and the paths, in the transaction that stores
    that they are written. Raises ChangedMeanwhileError if a file is not what it was judged for.
    """
    files = workspace.index.workspace
    with writing(files, store) as recovered:
        note_recovered(store, recovered)
        held = held_contents(store, task)
        expected = {row.path: row.before for row in store.writes(task, state=HELD)}
        now = {path: read_file(files, path) for path in held}
        changed = [path for path, text in now.items() if _digest(text) != expected[path]]
        if changed:
            raise ChangedMeanwhileError(sorted(changed))

        def noted(batch: str) -> None:
            store.drop_held(task)
            paths = sorted(held)
            if batch:
                about = {"step": step, "batch": batch, "paths": paths}
                store.add_event(task, "written", about)
            stored(batch, paths)

        if not write_files(files, store, held, now, Purpose(task, step, stored=noted)):
            with store.ledger.transaction():
                noted("")


def put_back(store: TaskStore, task: str, step: str, before: list[WriteRow]) -> None:
    """Have a task hold again what it held before a step was accepted, which is open again then."""
    with store.ledger.transaction():
        store.drop_held(task)
        store.put_writes(before, [])
        row = store.step(task, step)
        if row is None:
            return
        row.state = OPEN
        store.put_step(row)
        for finding in store.findings(task, step):
            if finding.round == row.round and finding.fate == LEFT:
                store.set_fate(finding, OPEN)


def contents_now(workspace: OpenWorkspace, held: Contents, paths: list[str]) -> Contents:
    """Return files as they are held, else as they are on disk."""
    files = workspace.index.workspace
    return {path: held[path] if path in held else read_file(files, path) for path in paths}


def difference(before: Contents, after: Contents) -> str:
    """Return a unified diff between contents of the same files."""
    lines: list[str] = []
    for path in sorted(after):
        old, new = _lines(before[path]), _lines(after[path])
        first = f"a/{path}" if before[path] is not None else "/dev/null"
        last = f"b/{path}" if after[path] is not None else "/dev/null"
        lines += unified_diff(old, new, first, last)
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode("utf-8", "replace").splitlines(keepends=True)


def _digest(content: bytes | None) -> bytes | None:
    return None if content is None else digest_of(content)
