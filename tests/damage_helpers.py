"""A ledger with known rows, and random damage to a file."""

from __future__ import annotations

import random
import sqlite3
from array import array
from collections.abc import Callable
from pathlib import Path

from flux_index.indexer.store.ledger import Ledger, Seen
from flux_index.indexer.store.task_store import (
    FindingRow,
    TaskRow,
    TaskStore,
    WriteRow,
    digest_of,
)

SESSIONS, FILES = 4, 12


def fill(folder: Path) -> Path:
    """Make a ledger; its log is moved into the file, which is returned."""
    with Ledger(str(folder)) as ledger:
        for at in range(SESSIONS):
            number = ledger.begin(f"s{at}", "test")
            ledger.note_files(number, f"files of {at}".encode())
            for file in range(FILES):
                path = f"pack/module_{file}.py"
                lines = array("I", range(at * 100 + file, at * 100 + file + 40))
                ledger.put_seen(number, path, Seen(b"%08d%08d" % (at, file), lines, [(0, 40)]))
                ledger.put_symbols(number, [(path, f"module_{file}.f", f"(of_{at})")])
                ledger.put_original(number, path, f"text {at} {file}\n".encode() * 20)
            ledger.put_verdict(number, "call", f'["said {at}"]')
            ledger.tell(number, "once")
            _fill_task(TaskStore(ledger), f"t{at}")
    return folder / "ledger.db"


def _fill_task(store: TaskStore, handle: str) -> None:
    now = 1.0
    store.add_task(
        TaskRow(
            handle, "working", "", "add a tax", "h", "test", "", "", "agent", now, now, None, b""
        )
    )
    store.put_plan(handle, "hash", [{"id": "1", "kind": "change", "path": "pack/module_1.py"}])
    before = f"before {handle}".encode() * 30
    write = WriteRow(
        handle,
        f"w{handle}",
        "pack/module_1.py",
        "1",
        "",
        digest_of(before),
        b"after",
        0o644,
        "",
        "done",
        now,
    )
    store.put_writes([write], [before])
    for at in range(FILES):
        store.put_finding(
            FindingRow(
                handle, "1", f"{at:08x}", 1, "unknown-keyword", "error", "tax", "exact",
                "pack/module_1.py", "f() got an unexpected keyword argument 'tax'", "mended",
            )
        )  # fmt: skip
        store.add_event(handle, "judged", {"round": at})


def rows(path: Path) -> set[tuple[object, ...]]:
    """All that a sound ledger holds, with the tables' names."""
    connection = sqlite3.connect(path)
    try:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return {
            (name, *row)
            for (name,) in connection.execute(tables).fetchall()
            for row in connection.execute(f"SELECT * FROM {name}")
        }
    finally:
        connection.close()


def flip_a_bit(data: bytearray, at: random.Random) -> None:
    data[at.randrange(len(data))] ^= 1 << at.randrange(8)


def flip_many_bits(data: bytearray, at: random.Random) -> None:
    for _ in range(50):
        flip_a_bit(data, at)


def zero_a_sector(data: bytearray, at: random.Random) -> None:
    start = at.randrange(len(data) // 512) * 512
    data[start : start + 512] = bytes(512)


def overwrite_a_sector(data: bytearray, at: random.Random) -> None:
    start = at.randrange(len(data) // 512) * 512
    data[start : start + 512] = at.randbytes(512)


def zero_a_page(data: bytearray, at: random.Random) -> None:
    start = at.randrange(len(data) // 8192) * 8192
    data[start : start + 8192] = bytes(8192)


def swap_pages(data: bytearray, at: random.Random) -> None:
    one, other = (at.randrange(len(data) // 8192) * 8192 for _ in range(2))
    here, there = data[one : one + 8192], data[other : other + 8192]
    data[one : one + 8192], data[other : other + 8192] = there, here


def cut(data: bytearray, at: random.Random) -> None:
    del data[at.randrange(len(data)) :]


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip_a_bit, flip_many_bits, zero_a_sector, overwrite_a_sector, zero_a_page, swap_pages, cut,
)  # fmt: skip
