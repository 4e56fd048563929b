"""The ledger: several processes write it at once, nothing in it is lost, and it stays small."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from array import array
from pathlib import Path

import pytest
from damage_helpers import fill

from flux_index.indexer.errors import StoreError
from flux_index.indexer.store import ledger as ledger_module
from flux_index.indexer.store import ledger_file
from flux_index.indexer.store.ledger import Ledger, Seen
from flux_index.indexer.store.ledger_schema import MIGRATIONS

PROCESSES, EACH = 6, 25


def seen(content: bytes = b"one", first: int = 0, last: int = 1) -> Seen:
    return Seen(content.ljust(16), array("I", [1, 2, 3]), [(first, last)])


def test_what_was_shown_is_there_again(tmp_path: Path) -> None:
    with Ledger(str(tmp_path)) as ledger:
        number = ledger.begin("a", "test")
        ledger.put_seen(number, "a.py", seen(first=1, last=3))
        ledger.put_symbols(number, [("a.py", "a.f", "(x)")])
    with Ledger(str(tmp_path)) as ledger:
        assert ledger.session("a") == number
        found = ledger.seen(number, "a.py")
        assert found is not None
        assert (found.ranges, list(found.lines)) == ([(1, 3)], [1, 2, 3])
        assert ledger.was_shown_with(number, "a.py", "a.f", "(x)")
        assert not ledger.was_shown_with(number, "a.py", "a.f", "(x, y)")
        assert not ledger.was_shown_with(number, "a.py", "a.g", "(x)")
        assert ledger.begin("a", "test") == number
    assert (tmp_path / "ledger.db").stat().st_mode & 0o777 == 0o600


def test_what_was_shown_can_be_forgotten(tmp_path: Path) -> None:
    with Ledger(str(tmp_path)) as ledger:
        number, other = ledger.begin("a", ""), ledger.begin("b", "")
        for each in (number, other):
            ledger.put_seen(each, "a.py", seen())
            ledger.put_original(each, "a.py", b"before")
        ledger.forget_shown(number)
        assert ledger.seen(number, "a.py") is None
        assert ledger.originals(number) == {"a.py": b"before"}
        assert ledger.seen(other, "a.py") is not None


def test_the_first_content_before_an_edit_stays(tmp_path: Path) -> None:
    with Ledger(str(tmp_path)) as ledger:
        number = ledger.begin("a", "")
        ledger.put_original(number, "a.py", None)
        ledger.put_original(number, "a.py", b"later")
        ledger.put_edit(number, "call", "a.py", b"now")
        assert ledger.originals(number) == {"a.py": None}
        assert ledger.take_edit(number, "call") == {"a.py": b"now"}
        assert ledger.take_edit(number, "call") == {}


def test_a_thing_is_told_once(tmp_path: Path) -> None:
    with Ledger(str(tmp_path)) as ledger:
        number = ledger.begin("a", "")
        assert [ledger.tell(number, key) for key in ("x", "x", "y")] == [True, False, True]


def test_many_processes_write_at_once(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from flux_index.indexer.store.ledger import Ledger\n"
        "folder, name, each = sys.argv[1], sys.argv[2], int(sys.argv[3])\n"
        "for at in range(each):\n"
        "    with Ledger(folder) as ledger:\n"
        "        number = ledger.begin('shared', '')\n"
        "        own = ledger.begin(name, '')\n"
        "        with ledger.transaction():\n"
        "            known = ledger.take_verdict(number, 'count') or '0'\n"
        "            ledger.put_verdict(number, 'count', str(int(known) + 1))\n"
        "            ledger.put_symbols(own, [('a.py', f'f{at}', '()')])\n"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), f"p{at}", str(EACH)])
        for at in range(PROCESSES)
    ]
    assert [process.wait() for process in processes] == [0] * PROCESSES
    with Ledger(str(tmp_path)) as ledger:
        shared = ledger.session("shared")
        assert shared is not None
        assert ledger.take_verdict(shared, "count") == str(PROCESSES * EACH)
        for at in range(PROCESSES):
            own = ledger.session(f"p{at}")
            assert own is not None
            assert ledger.was_shown_with(own, "a.py", f"f{EACH - 1}", "()")
    assert [path.name for path in tmp_path.glob("*unreadable*")] == []


def test_an_unreadable_ledger_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"no database at all, but somebody's bytes" * 100)
    with Ledger(str(tmp_path)) as ledger:
        assert "was set aside" in ledger.note
        assert ledger.session("a") is None
    (aside,) = tmp_path.glob("ledger.db.unreadable-*")
    assert aside.read_bytes().startswith(b"no database")


def test_a_ledger_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("CREATE TABLE wisdom (x)")
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    before = (tmp_path / "ledger.db").read_bytes()
    with pytest.raises(StoreError, match="a newer flux-index"):
        Ledger(str(tmp_path))
    assert (tmp_path / "ledger.db").read_bytes()[100:] == before[100:]


def test_a_migration_goes_on_from_where_a_ledger_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(str(tmp_path)) as ledger:
        ledger.begin("a", "")
    added = (*MIGRATIONS, ("CREATE TABLE wisdom (text TEXT)",))
    monkeypatch.setattr(ledger_file, "MIGRATIONS", added)
    with Ledger(str(tmp_path)) as ledger:
        assert ledger.session("a") is not None
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        assert connection.execute("SELECT count(*) FROM wisdom").fetchone() == (0,)
    connection.close()


def test_old_sessions_go_with_all_that_is_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_SESSIONS", 3)
    with Ledger(str(tmp_path)) as ledger:
        for at in range(5):
            ledger.put_seen(ledger.begin(f"s{at}", ""), "a.py", seen(b"%d" % at))
            time.sleep(0.001)
        assert [ledger.session(f"s{at}") is not None for at in range(5)] == [
            False, False, True, True, True,
        ]  # fmt: skip
        monkeypatch.setattr(ledger_module, "_SESSION_SECONDS", -1)
        ledger.begin("new", "")
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        assert connection.execute("SELECT handle FROM session").fetchall() == [("new",)]
        assert connection.execute("SELECT count(*) FROM shown").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM content").fetchone() == (0,)
    connection.close()


def test_many_processes_find_the_same_damage(tmp_path: Path) -> None:
    """One of them mends it; nothing that any of them was told is kept is lost.

    The others wait, but not as long as it may take on a busy machine: they say so then.
    """
    folder = tmp_path / "states" / "one"
    damaged = fill(folder)
    damaged.write_bytes(damaged.read_bytes()[:20_000])
    code = (
        "import sys\n"
        "from flux_index.indexer.store.ledger import Ledger\n"
        "with Ledger(sys.argv[1]) as ledger:\n"
        "    ledger.put_verdict(ledger.begin(sys.argv[2], ''), 'call', sys.argv[2])\n"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(folder), f"p{at}"], stderr=subprocess.DEVNULL
        )
        for at in range(PROCESSES)
    ]
    kept = [at for at, process in enumerate(processes) if process.wait() == 0]
    assert kept
    with Ledger(str(folder)) as ledger:
        for at in kept:
            number = ledger.session(f"p{at}")
            assert number is not None
            assert ledger.take_verdict(number, "call") == f"p{at}"
    assert len(list(folder.glob("*unreadable*"))) == 1


def test_who_has_a_ledger_open_is_told_that_it_was_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "states" / "one"
    with Ledger(str(folder)) as ledger:
        number = ledger.begin("s", "")
        (folder / "ledger.db").rename(folder / "ledger.db.moved")
        with Ledger(str(folder)) as other:
            other.begin("s", "")
            with pytest.raises(StoreError, match="was replaced or removed"):
                ledger.put_verdict(number, "call", "kept nowhere")


def test_a_session_that_was_forgotten_meanwhile_is_no_damage(tmp_path: Path) -> None:
    with Ledger(str(tmp_path)) as ledger:
        number = ledger.begin("s", "")
        ledger.ask("DELETE FROM session")
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            ledger.put_verdict(number, "call", "text")
    assert list(tmp_path.glob("*unreadable*")) == []
