"""Several files written all or none, and put back; git is never touched.

What is going to be written is stored first, with the contents that it replaces. Then each content
goes to a temporary file beside its target, these are renamed one by one, and what was done is
stored. After a crash in the midst the hashes of the files tell how far it came: when all that is
left to be renamed is there, it is finished, and else it is put back. A file that somebody else has
changed meanwhile is never touched.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex

from ...indexer import platforms
from ...indexer.errors import FluxIndexError, InvalidArgumentsError, StoreError
from ...indexer.store.lock import WriterLock
from ...indexer.store.task_store import (
    INTENT,
    LOST,
    UNDONE,
    WITHDRAWN,
    WRITTEN,
    TaskStore,
    WriteRow,
    digest_of,
)
from ...indexer.text import UnreadableError, read
from ...indexer.workspace import Workspace
from ..inside import refuse_link_outside

Contents = Mapping[str, bytes | None]

_LOCK = "task-writes.lock"
# Another step is written within moments, unless it waits for a slow disk.
_ATTEMPTS, _PAUSE = 500, 0.02
# Bytes of the largest file that a step may write to.
_LARGEST = 100_000_000


class ChangedMeanwhileError(FluxIndexError):
    """Files are not what an edit was made for."""

    def __init__(self, paths: list[str]) -> None:
        """``paths`` are those files, relative to the workspace."""
        super().__init__(f"changed meanwhile: {', '.join(paths)}")
        self.paths = paths


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of a file whose write was cut off.

    ``outcome``: ``as after`` when it was finished, ``as before`` when it was put back or never
    written, ``changed by others`` when it was left alone.
    """

    task: str
    step: str
    batch: str
    of: str
    path: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a batch of writes is for: a step of a task, or undoing the batch ``of``.

    ``stored`` is called with its token in the transaction that stores that all is done.
    """

    task: str
    step: str
    of: str = ""
    stored: Callable[[str], None] | None = None


@contextmanager
def writing(workspace: Workspace, store: TaskStore) -> Generator[list[Recovered], None, None]:
    """Keep other writers of tasks out; what a crash has cut off is completed first, and given."""
    lock = WriterLock(os.path.join(workspace.state_dir, _LOCK))
    for _ in range(_ATTEMPTS):
        if lock.acquire():
            break
        if lock.problem:
            raise StoreError(lock.problem)
        time.sleep(_PAUSE)
    else:
        raise StoreError("another step is being written; try again")
    try:
        store.ledger.keep_on_disk()
        yield recover(workspace, store)
    finally:
        lock.release()


def read_file(workspace: Workspace, path: str) -> bytes | None:
    """Return the bytes of a file of the workspace, None if there is none.

    Raises InvalidArgumentsError for what is no file, where none can be, and behind links that lead
    out of the workspace.
    """
    full = workspace.absolute(path)
    refuse_link_outside(workspace.root, full)
    if os.path.isdir(full):
        raise InvalidArgumentsError(f"{path} is a folder")
    try:
        os.stat(full)
    except (FileNotFoundError, NotADirectoryError):
        above = os.path.dirname(path)
        while above and not os.path.lexists(workspace.absolute(above)):
            above = os.path.dirname(above)
        if above and not os.path.isdir(workspace.absolute(above)):
            raise InvalidArgumentsError(f"{above} is no folder: there can be no {path}") from None
        return None
    except OSError as error:
        raise InvalidArgumentsError(f"{path} cannot be written: {error.strerror}") from error
    try:
        return read(full, _LARGEST)
    except UnreadableError as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error}") from error


def _hash_of_file(workspace: Workspace, path: str) -> bytes | None:
    """Return the hash of what a file is now, None if there is none; one of nothing for no file."""
    try:
        return _hash(read_file(workspace, path))
    except InvalidArgumentsError:
        return b""


def write_files(
    workspace: Workspace,
    store: TaskStore,
    contents: Contents,
    expected: Contents,
    purpose: Purpose,
) -> str:
    """Give files new contents, None to delete one; return the token that undoes it.

    Call it while :func:`writing`. ``expected`` are the contents that they must have, or
    ChangedMeanwhileError is raised and nothing is written.
    """
    changed = [path for path in contents if read_file(workspace, path) != expected[path]]
    if changed:
        raise ChangedMeanwhileError(changed)
    task, step, of = purpose.task, purpose.step, purpose.of
    batch = f"w-{token_hex(8)}"
    now = time.time()
    rows: list[WriteRow] = []
    before: list[bytes] = []
    for path, content in sorted(contents.items()):
        old = expected[path]
        if old == content:
            continue
        refuse_link_outside(workspace.root, workspace.absolute(path))
        before += [old] if old is not None else []
        rows.append(
            WriteRow(
                task, batch, path, step, of, _hash(old), _hash(content),
                _mode(workspace, path, store, of), _missing_folder(workspace, path), INTENT, now,
            )
        )  # fmt: skip
    if not rows:
        return ""
    store.put_writes(rows, before)
    try:
        for number, row in enumerate(rows):
            content = contents[row.path]
            if content is not None:
                _write_temporary(workspace, row, number, content)
        changed = [row.path for row in rows if _hash_of_file(workspace, row.path) != row.before]
        if changed:
            raise ChangedMeanwhileError(changed)
    except ChangedMeanwhileError:
        _withdraw(workspace, store, rows)
        raise
    except OSError as error:
        _withdraw(workspace, store, rows)
        paths = ", ".join(row.path for row in rows)
        raise InvalidArgumentsError(f"{paths} cannot be written: {error.strerror}") from error
    _complete(workspace, store, rows, purpose.stored)
    return batch


def undo_batch(
    workspace: Workspace,
    store: TaskStore,
    batch: str,
    stored: Callable[[str], None] | None = None,
) -> tuple[str, list[WriteRow], list[tuple[WriteRow, str]]]:
    """Put back the files of a batch that are still what it wrote.

    Returns the token of doing so, the writes that were undone, and those that were not with why.
    Call it while :func:`writing`.
    """
    contents: dict[str, bytes | None] = {}
    expected: dict[str, bytes | None] = {}
    undone: list[WriteRow] = []
    refused: list[tuple[WriteRow, str]] = []
    for row in store.writes(batch=batch):
        now = read_file(workspace, row.path)
        if row.state != WRITTEN:
            refused.append((row, f"it is {row.state} already"))
        elif _hash(now) != row.after:
            refused.append((row, "it has changed since"))
        elif row.before is not None and store.blob(row.before) is None:
            refused.append((row, "what it was before is not kept any more"))
        else:
            expected[row.path] = now
            contents[row.path] = None if row.before is None else store.blob(row.before)
            undone.append(row)
    token = ""
    if undone:
        first = undone[0]
        purpose = Purpose(first.task, first.step, batch, stored)
        token = write_files(workspace, store, contents, expected, purpose)
    return token, undone, refused


def recover(workspace: Workspace, store: TaskStore) -> list[Recovered]:
    """Complete or put back every batch that a crash has cut off; for who holds the lock."""
    batches: dict[str, list[WriteRow]] = {}
    for row in store.writes(state=INTENT):
        batches.setdefault(row.batch, []).append(row)
    found: list[Recovered] = []
    for rows in batches.values():
        rows.sort(key=lambda row: row.path)
        outcome = "as before"
        if all(_can_finish(workspace, row, number) for number, row in enumerate(rows)):
            try:
                _complete(workspace, store, rows)
                outcome = "as after"
            except OSError:  # such as a folder that cannot be written to any more
                _withdraw(workspace, store, rows)
        else:
            _withdraw(workspace, store, rows)
        found += [
            Recovered(
                row.task, row.step, row.batch, row.of, row.path,
                "changed by others" if row.state == LOST else outcome,
            )
            for row in rows
        ]  # fmt: skip
    return found


def _can_finish(workspace: Workspace, row: WriteRow, number: int) -> bool:
    """True if a file has its new content, or its old one and what it takes to write the new."""
    now = _hash_of_file(workspace, row.path)
    if now == row.after:
        return True
    if now != row.before:
        return False
    return row.after is None or _hash(_read(_temporary(workspace, row, number))) == row.after


def _complete(
    workspace: Workspace,
    store: TaskStore,
    rows: list[WriteRow],
    stored: Callable[[str], None] | None = None,
) -> None:
    """Rename what was written beside its targets, and store that it is done."""
    folders: set[str] = set()
    for number, row in enumerate(rows):
        target = _target(workspace, row.path)
        folders.add(os.path.dirname(target))
        if row.after is None:
            _remove(target)
        elif os.path.exists(temporary := _temporary(workspace, row, number)):
            platforms.replace(temporary, target)
    _flush(folders)
    with store.ledger.transaction():
        for row in rows:
            store.set_write_state(row, WRITTEN)
            for undone in store.writes(batch=row.of) if row.of else ():
                if undone.path == row.path:
                    store.set_write_state(undone, UNDONE)
        if stored is not None:
            stored(rows[0].batch)
    _remove_made_folders(workspace, store, rows)


def _withdraw(workspace: Workspace, store: TaskStore, rows: list[WriteRow]) -> None:
    """Put back what was renamed, remove what was not, and store so."""
    for number, row in enumerate(rows):
        temporary = _temporary(workspace, row, number)
        now = _hash_of_file(workspace, row.path)
        state = WITHDRAWN if now in (row.before, row.after) else LOST
        if now == row.after and now != row.before:
            old = None if row.before is None else store.blob(row.before)
            if old is not None:
                _remove(temporary)
                _write_temporary(workspace, row, number, old)
                platforms.replace(temporary, _target(workspace, row.path))
            elif row.before is None:
                _remove(_target(workspace, row.path))
            else:
                state = LOST
        _remove(temporary)
        _flush([os.path.dirname(temporary)])
        store.set_write_state(row, state)
    for row in rows:
        _remove_empty(workspace, row.made)


def _write_temporary(workspace: Workspace, row: WriteRow, number: int, content: bytes) -> None:
    """Write a content beside its target, and have it on disk."""
    path = _temporary(workspace, row, number)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.write(content)
        file.flush()
        if row.mode:
            os.chmod(path, row.mode)
        os.fsync(file.fileno())


def _temporary(workspace: Workspace, row: WriteRow, number: int) -> str:
    folder = os.path.dirname(_target(workspace, row.path))
    return os.path.join(folder, f".flux-index-{row.batch}-{number}")


def _target(workspace: Workspace, path: str) -> str:
    """Return the file that a path leads to: the target of a link is written, not the link."""
    return os.path.realpath(workspace.absolute(path))


def _mode(workspace: Workspace, path: str, store: TaskStore, of: str) -> int:
    """Return the mode that a file has, or had before the batch that is undone; 0 for none."""
    try:
        return stat.S_IMODE(os.stat(_target(workspace, path)).st_mode)
    except OSError:
        undone = store.writes(batch=of) if of else ()
        return next((row.mode for row in undone if row.path == path), 0)


def _missing_folder(workspace: Workspace, path: str) -> str:
    """Return the outermost folder that is made for a file, relative; empty if all are there."""
    missing = ""
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(workspace.absolute(folder)):
        missing = folder
        folder = os.path.dirname(folder)
    return missing


def _remove_made_folders(workspace: Workspace, store: TaskStore, rows: list[WriteRow]) -> None:
    """Remove folders that were made for files which an undo has taken away again."""
    for row in rows:
        for undone in store.writes(batch=row.of) if row.of and row.after is None else ():
            _remove_empty(workspace, undone.made)


def _remove_empty(workspace: Workspace, made: str) -> None:
    """Remove a folder with all folders in it, unless there is a file in one."""
    if not made:
        return
    for folder, _, _ in os.walk(workspace.absolute(made), topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            return


def _read(path: str) -> bytes | None:
    try:
        return read(path, _LARGEST)
    except UnreadableError:
        return None


def _remove(path: str) -> None:
    try:
        platforms.remove(path)
    except (FileNotFoundError, NotADirectoryError):
        pass


def _flush(folders: Iterable[str]) -> None:
    """Have the names in folders on disk, where the system can do that."""
    for folder in folders:
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except OSError:  # Windows opens no folders
            continue
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _hash(content: bytes | None) -> bytes | None:
    return None if content is None else digest_of(content)
