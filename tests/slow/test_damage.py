"""Random damage of what is kept on disk: harmless, or noticed and mended; never a wrong answer."""

from __future__ import annotations

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_input_helpers import answers, expected, indexed
from damage_helpers import DAMAGES, fill, rows
from test_bad_input_processes import many
from workspace_helpers import state_of

from flux_index.indexer.errors import DamagedError
from flux_index.indexer.store.ledger import Ledger

Trials = Callable[[int, int], int]
Figure = Callable[[str], None]
Damage = Callable[[Path, random.Random], None]


def log_of_noise(path: Path, at: random.Random) -> None:
    Path(f"{path}-wal").write_bytes(at.randbytes(at.randrange(200_000)))


def shared_memory_of_noise(path: Path, at: random.Random) -> None:
    Path(f"{path}-shm").write_bytes(at.randbytes(32_768))


def in_place(damage: Callable[[bytearray, random.Random], None]) -> Damage:
    """Damage of the file itself, which keeps its inode, as a bad disk's does."""

    def apply(path: Path, at: random.Random) -> None:
        data = bytearray(path.read_bytes())
        damage(data, at)
        path.write_bytes(data)

    apply.__name__ = damage.__name__
    return apply


OF_FILES: tuple[Damage, ...] = (*map(in_place, DAMAGES), log_of_noise, shared_memory_of_noise)


class Kept:
    """A database as it was when all was well."""

    def __init__(self, path: Path) -> None:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        self.path = path
        self.files = {each: each.read_bytes() for each in path.parent.glob(f"{path.name}*")}

    def restore(self) -> None:
        for each in self.path.parent.glob(f"{self.path.name}*"):
            each.unlink()
        for each, content in self.files.items():
            each.write_bytes(content)
            os.chmod(each, 0o600)


@pytest.mark.parametrize("kind", ["index", "facts"])
def test_answers_are_right_whatever_happens_to_a_cache(
    kind: str, tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    root = many(tmp_path / "root", 40, 30)
    with indexed(root):
        pass
    sound, partly = expected(tmp_path), expected(tmp_path, stored=False)
    state = state_of(root)
    cache = state.parent.parent
    facts = max(cache.glob("facts-*.db"), key=lambda path: path.stat().st_size)
    kept = Kept(state / "index.db" if kind == "index" else facts)
    seen: Counter[str] = Counter()
    for trial in range(trials(18, 500)):
        kept.restore()
        damage = OF_FILES[trial % len(OF_FILES)]
        damage(kept.path, random.Random(f"{seed} {kind} {trial}"))
        what = f"{damage.__name__}, seed {seed}, trial {trial}"
        with indexed(root, build=False) as index:
            assert answers(index, "touch", stored=False) == partly, what
            seen["noticed" if index.notes else "harmless"] += 1
        with indexed(root) as index:
            assert answers(index) == sound, f"after {what}"
    figure(f"damage of {kind}: {seen.total()} trials, {dict(seen)}, wrong: 0")


def test_a_ledger_loses_only_what_cannot_be_read(
    tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    sound = fill(tmp_path / "states" / "sound")
    content, before = sound.read_bytes(), rows(sound)
    seen: Counter[str] = Counter()
    for trial in range(trials(21, 1000)):
        folder = tmp_path / "states" / str(trial)
        folder.mkdir()
        path = folder / "ledger.db"
        path.write_bytes(content)
        damage = OF_FILES[trial % len(OF_FILES)]
        damage(path, random.Random(f"{seed} ledger {trial}"))
        damaged = path.read_bytes()
        what = f"{damage.__name__}, seed {seed}, trial {trial}"
        with Ledger(str(folder)) as ledger:
            ledger.check()
            note = ledger.note
            begun = ledger.begin("after", "test")
            ledger.put_verdict(begun, "call", "kept")
        with Ledger(str(folder)) as ledger:
            assert ledger.take_verdict(begun, "call") == "kept", what
            ledger.ask("DELETE FROM session WHERE id = ?", begun)
        after = rows(path)
        assert after <= before, what
        if after != before:
            assert "was set aside" in note, what
            asides = [each.read_bytes() for each in folder.glob("*.unreadable-*")]
            assert damaged in asides, what
        seen["noticed" if note else "harmless"] += 1
        seen["rows kept"] += len(after)
    share = seen.pop("rows kept") / (seen.total() * len(before))
    figure(f"damage of a ledger: {seen.total()} trials, {dict(seen)}, rows kept: {share:.0%}")


def test_a_row_that_is_damaged_while_a_ledger_is_open(tmp_path: Path) -> None:
    path = fill(tmp_path / "states" / "one")
    with Ledger(str(path.parent)) as ledger:
        number = ledger.session("s1")
        assert number is not None
        other = sqlite3.connect(path)
        other.execute("UPDATE verdict SET text = 'said by nobody' WHERE session = ?", (number,))
        other.commit()
        other.close()
        with pytest.raises(DamagedError, match="a row of verdict is not what was written"):
            ledger.take_verdict(number, "call")
        # It goes on with what is sound.
        assert ledger.take_verdict(number, "call") is None
        assert ledger.session("s1") == number
        assert len(ledger.originals(number)) == 12


def test_tables_that_nobody_here_made(tmp_path: Path) -> None:
    speaks = (
        "CREATE TRIGGER t AFTER INSERT ON edit BEGIN INSERT INTO told VALUES (1, 'x', 0, 0); END"
    )
    for number, statement in enumerate(
        (speaks, "CREATE VIEW v AS SELECT 1", "CREATE TABLE other (x)", "DROP TABLE told")
    ):
        path = fill(tmp_path / "states" / str(number))
        before = rows(path)
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.commit()
        connection.close()
        with Ledger(str(path.parent)) as ledger:
            assert "its tables are not those that were made" in ledger.note
        lost = {row for row in before if row[0] == "told"} if "DROP" in statement else set[Any]()
        assert rows(path) == before - lost
