"""An index that is damaged, foreign, removed, or cannot be written: said once, and made anew."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bad_input_helpers import answers, ask, expected, indexed, problems, shop
from workspace_helpers import state_of

from flux_index.api.cli import main
from flux_index.indexer.errors import LockedError, StoreError
from flux_index.indexer.index import Index
from flux_index.indexer.store import database
from flux_index.indexer.store.index_store import IndexStore

posix = pytest.mark.skipif(os.name == "nt", reason="open files cannot be removed on Windows")
CAN_WRITE_ANYTHING = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with an index."""
    root = shop(tmp_path / "root")
    with indexed(root):
        pass
    return root


def db(root: Path) -> Path:
    return state_of(root) / "index.db"


def heals(root: Path, tmp_path: Path) -> None:
    """Questions are answered right, with whatever is there; then it is as good as new."""
    with indexed(root, build=False) as index:
        assert answers(index, "touch", stored=False) == expected(tmp_path, stored=False)
    with indexed(root) as index:
        assert answers(index) == expected(tmp_path)
    with indexed(root, build=False) as index:
        assert not problems(index)
        assert answers(index, "touch") == expected(tmp_path)


# Damage.


def test_random_bytes(root: Path, tmp_path: Path) -> None:
    db(root).write_bytes(random.Random(1).randbytes(100_000))
    with indexed(root, build=False) as index:
        assert [note for note in problems(index) if "is damaged" in note]
        assert len(problems(index)) == 1
    heals(root, tmp_path)


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"hello\n" * 1000], ids=len)
def test_no_database(content: bytes, root: Path, tmp_path: Path) -> None:
    db(root).write_bytes(content)
    heals(root, tmp_path)


@pytest.mark.parametrize("length", [0, 1])
def test_an_emptied_index_is_refreshed_before_the_first_answer(
    length: int, root: Path, tmp_path: Path
) -> None:
    """As a power cut may leave it; its checksum is still there."""
    os.truncate(db(root), length)
    with indexed(root, build=False) as index:
        index.refresh()
        assert answers(index, "touch") == expected(tmp_path)


def test_truncated_anywhere(root: Path, tmp_path: Path) -> None:
    whole = db(root).read_bytes()
    sound = expected(tmp_path)
    lengths = {0, 1, 15, 16, 50, 99, 100, 101, len(whole) - 1, len(whole) - 100}
    lengths |= set(range(4096, len(whole), 4096)) | {at - 1 for at in range(8192, len(whole), 8192)}
    for length in sorted(lengths):
        db(root).write_bytes(whole[:length])
        with indexed(root) as index:
            assert answers(index) == sound, length


def test_any_page_overwritten(root: Path, tmp_path: Path) -> None:
    whole = db(root).read_bytes()
    noise = random.Random(2)
    sound = expected(tmp_path)
    partly = expected(tmp_path, stored=False)
    for page in range(len(whole) // 8192):
        at = page * 8192
        db(root).write_bytes(whole[:at] + noise.randbytes(8192) + whole[at + 8192 :])
        with indexed(root, build=False) as index:
            assert answers(index, "touch", stored=False) == partly, page
        # In a process that serves, and finds the damage in the midst of its work.
        db(root).write_bytes(whole[:at] + noise.randbytes(8192) + whole[at + 8192 :])
        with indexed(root) as index:
            assert answers(index) == sound, page
            (root / "views.py").touch()
            index.update(["views.py"])
            assert answers(index) == sound, page


def test_foreign_database(root: Path, tmp_path: Path) -> None:
    for statement in ("CREATE TABLE photo (id)", "CREATE TABLE meta (key, value)", ""):
        db(root).unlink()
        connection = sqlite3.connect(db(root))
        connection.execute("PRAGMA user_version = 7")
        connection.execute(statement)
        connection.commit()
        connection.close()
        heals(root, tmp_path)


def test_tables_gone(root: Path, tmp_path: Path) -> None:
    for table in ("file", "name", "symbol", "symbol_fts", "meta"):
        connection = sqlite3.connect(db(root))
        connection.execute(f"DROP TABLE {table}")
        connection.commit()
        connection.close()
        heals(root, tmp_path)


def test_lists_of_files_that_are_none(root: Path, tmp_path: Path) -> None:
    for value in ("x'010203'", "'text'", "7"):
        connection = sqlite3.connect(db(root))
        connection.execute(f"UPDATE name SET files = {value}, inherited = {value}")
        connection.commit()
        connection.close()
        with indexed(root, build=False) as index:
            sound = expected(tmp_path, stored=False)
            assert answers(index, "touch", stored=False) == sound
        with indexed(root) as index:
            assert answers(index) == expected(tmp_path)


def test_log_of_another_database(root: Path, tmp_path: Path) -> None:
    other = shop(tmp_path / "other", {"more.py": "class More: ...\n" * 200})
    with indexed(other) as index:
        log = Path(index.path + "-wal").read_bytes()
    assert log
    Path(str(db(root)) + "-wal").write_bytes(log)
    with indexed(root) as index:
        assert answers(index) == expected(tmp_path)
        assert ask(index, "symbols", query="More")["total"] == 0
    # And left behind by a database that is gone.
    db(root).unlink()
    Path(str(db(root)) + "-wal").write_bytes(log)
    heals(root, tmp_path)


def test_index_of_another_workspace(root: Path, tmp_path: Path) -> None:
    other = shop(tmp_path / "other", {"models.py": "class Other: ...\n", "more.py": "x = 1\n"})
    with indexed(other):
        pass
    shutil.copy(db(other), db(root))
    heals(root, tmp_path)


def test_another_version(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    db(root).unlink()
    with monkeypatch.context() as older:
        older.setattr(database, "VERSION", "0.old")
        with indexed(root):
            pass
    with indexed(root, build=False) as index:
        assert answers(index, "touch") == expected(tmp_path)
        (note,) = index.notes
        assert note == f"{db(root)} is of version 0.old, this is {database.VERSION}: it is rebuilt"
    with indexed(root) as index:
        assert not index.notes


def test_folder_in_its_place(root: Path, tmp_path: Path) -> None:
    db(root).unlink()
    (db(root) / "folder").mkdir(parents=True)
    with indexed(root, build=False) as index:
        assert answers(index, "touch", stored=False) == expected(tmp_path, stored=False)
        assert any(f"cannot open {db(root)}" in problem for problem in problems(index))
        assert index.become_writer()
        with pytest.raises(StoreError, match=r"cannot open .*index\.db"):
            index.build()


# Removal.


@posix
@pytest.mark.parametrize("what", ["index.db", "folder"])
def test_removed_while_serving(what: str, root: Path, tmp_path: Path) -> None:
    with indexed(root) as index:
        index.lock.note("unix:/somewhere")
        generation = index.generation
        if what == "folder":
            shutil.rmtree(state_of(root))
        else:
            db(root).unlink()
        assert answers(index, stored=False) == expected(tmp_path, stored=False)
        assert any("was removed while it was in use" in problem for problem in problems(index))
        (root / "views.py").write_text((root / "views.py").read_text() + "\n")
        index.update(["views.py"])
        (root / "views.py").write_text((root / "views.py").read_text()[:-1])
        index.update(["views.py"])
        assert index.pending == 0
        assert index.generation > generation
        assert answers(index) == expected(tmp_path)
        # Nobody else may write, and the address is still to be found.
        with indexed(root, build=False) as other:
            assert not other.become_writer()
            assert other.lock.read_note() == "unix:/somewhere"
            assert answers(other, "touch") == expected(tmp_path)
    heals(root, tmp_path)


@posix
def test_removed_while_building(root: Path, tmp_path: Path) -> None:
    shutil.rmtree(state_of(root))
    with indexed(root, build=False) as index:
        assert index.become_writer()
        removed: list[str] = []

        def remove() -> bool:
            if not removed:
                removed.append(str(db(root)))
                db(root).unlink()
            return False

        report = index.build(cancelled=remove)
        assert removed
        assert report.files == 2
        assert answers(index) == expected(tmp_path)
    heals(root, tmp_path)


@posix
def test_removed_and_made_by_another(root: Path, tmp_path: Path) -> None:
    """Whose lock was removed with the folder is the writer no more, once another one is."""
    with indexed(root) as index:
        shutil.rmtree(state_of(root))
        with indexed(root) as other:
            assert answers(index) == expected(tmp_path)
            with pytest.raises(LockedError):
                index.update(["views.py"])
            assert answers(other) == expected(tmp_path)
        (root / "late.py").write_text("class Late: ...\n")
        index.refresh()
        assert ask(index, "symbols", query="Late")["total"] == 1


@posix
def test_removed_while_reading(root: Path, tmp_path: Path) -> None:
    with indexed(root, build=False) as reader:
        assert answers(reader) == expected(tmp_path)
        shutil.rmtree(state_of(root))
        assert answers(reader, "touch", stored=False) == expected(tmp_path, stored=False)
        (root / "late.py").write_text("class Late: ...\n")
        with indexed(root):
            assert ask(reader, "symbols", query="Late")["total"] == 1


# Where nothing can be written.


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Nothing more fits into any database while the list is not empty."""
    connect = database.connect
    full: list[bool] = []

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
            refuse(sql)
            return super().execute(sql, *rest)  # type: ignore[arg-type] # as it came

        def executemany(self, sql: str, *rest: object) -> sqlite3.Cursor:
            refuse(sql)
            return super().executemany(sql, *rest)  # type: ignore[arg-type] # as it came

    def refuse(sql: str) -> None:
        if full and sql.startswith(("INSERT", "UPDATE", "DELETE", "COMMIT", "CREATE")):
            raise sqlite3.OperationalError("database or disk is full")

    def opened(path: str, *, writable: bool) -> sqlite3.Connection:
        with monkeypatch.context() as patch:
            plain = sqlite3.connect
            patch.setattr(
                sqlite3, "connect", lambda *given, **more: plain(*given, **more, factory=Connection)
            )
            return connect(path, writable=writable)

    monkeypatch.setattr(database, "connect", opened)
    yield full
    full.clear()


@pytest.mark.parametrize("when", ["first", "later"])
def test_full_disk(when: str, root: Path, tmp_path: Path, full_disk: list[bool]) -> None:
    sound, partly = expected(tmp_path), expected(tmp_path, stored=False)
    if when == "first":
        shutil.rmtree(state_of(root))
    with indexed(root, build=when == "later") as index:
        assert index.become_writer()
        (root / "late.py").write_text("from models import Order\n\nclass Late(Order): ...\n")
        full_disk.append(True)
        with pytest.raises(StoreError, match=r"index\.db: database or disk is full"):
            index.build()
        assert ask(index, "references", name="late.Late", declaration=True)["total"] == 1
        (root / "late.py").write_text("from models import Order\n\nclass Later(Order): ...\n")
        assert index.update(["late.py"]) == 0
        index.refresh()
        children = ask(index, "hierarchy", name="models.Order")["subclasses"]
        assert [node["symbol"]["name"] for node in children] == ["late.Later"]
        assert any("database or disk is full" in problem for problem in problems(index))
        full_disk.clear()
        (root / "late.py").unlink()
        index.update(["late.py"])
        assert not [problem for problem in problems(index) if "index.db" in problem]
        assert not index.pending
        assert answers(index) == sound
    with indexed(root, build=False) as index:
        assert answers(index, "touch", stored=False) == partly


def test_disk_full_for_one_update(root: Path, tmp_path: Path, full_disk: list[bool]) -> None:
    sound = expected(tmp_path)
    with indexed(root) as index:
        (root / "late.py").write_text("from models import Order\n\nclass Late(Order): ...\n")
        (root / "views.py").rename(root / "seen.py")
        full_disk.append(True)
        assert index.update(["late.py", "views.py", "seen.py"]) == 0
        assert set(index.view().pending) == {"late.py", "seen.py"}
        assert any("database or disk is full" in problem for problem in problems(index))
        users = ask(index, "references", name="models.Order")["items"]
        assert {group["path"] for group in users} == {"late.py", "seen.py"}
        full_disk.clear()
        (root / "other.py").write_text("")
        assert index.update(["other.py"]) == 4  # with what waited
        assert not index.pending
        assert not problems(index)
        for name in ("late.py", "other.py"):
            (root / name).unlink()
        (root / "seen.py").rename(root / "views.py")
        index.build()
        assert answers(index) == sound


@posix
@pytest.mark.skipif(not CAN_WRITE_ANYTHING, reason="only root can mount a small disk")
def test_disk_that_is_really_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.system(f"mount -t tmpfs -o size=1m tmpfs {disk} 2>/dev/null"):
        pytest.skip("nothing can be mounted here")
    try:
        root = shop(tmp_path / "root")
        sound, partly = expected(tmp_path), expected(tmp_path, stored=False)
        monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(disk / "cache"))
        with (disk / "ballast").open("wb") as ballast:
            ballast.write(b"x" * 800_000)
        with indexed(root, build=False) as index:
            assert index.become_writer()
            with pytest.raises(StoreError, match=r"index\.db: .*full"):
                index.build()
            index.refresh()
            assert answers(index, stored=False) == partly
            (disk / "ballast").unlink()
            index.build()
            assert answers(index) == sound
            assert not problems(index)
    finally:
        os.system(f"umount -l {disk}")


@pytest.mark.parametrize("what", ["file", "link", "folder with a log"])
def test_state_that_came_with_the_workspace(what: str, root: Path, tmp_path: Path) -> None:
    """It is never read, never written, and named in one line."""
    shutil.rmtree(state_of(root))
    there, elsewhere = root / ".flux-index", tmp_path / "elsewhere"
    shutil.rmtree(there)
    elsewhere.mkdir()
    if what == "file":
        there.write_text("mine\n")
    elif what == "link":
        there.symlink_to(elsewhere)
    else:
        there.mkdir()
        (there / "hooks.log").symlink_to(elsewhere / "log")
    with indexed(root) as index:
        assert answers(index) == expected(tmp_path)
        assert problems(index) == [
            f"{there} was made by an older version or came with the workspace: it is not used"
        ]
    assert list(elsewhere.iterdir()) == []


@posix
@pytest.mark.parametrize("what", ["link", "pipe", "device"])
@pytest.mark.parametrize("name", ["index.db", "index.db-wal", "writer.lock"])
def test_state_that_is_no_plain_file(what: str, name: str, root: Path, tmp_path: Path) -> None:
    path = state_of(root) / name
    path.unlink(missing_ok=True)
    precious = tmp_path / "precious"
    precious.write_text("precious\n")
    if what == "link":
        path.symlink_to(precious)
    elif what == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    with indexed(root, build=False) as index:
        assert answers(index, "touch", stored=False) == expected(tmp_path, stored=False)
        assert precious.read_text() == "precious\n"
        assert any("must be a plain file of your own" in p or "link" in p for p in problems(index))


def test_commands_answer_without_an_index_that_cannot_be_opened(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (root / "broken.py").write_text("print(nope)\n")
    (state_of(root) / "index.db").unlink(missing_ok=True)
    (state_of(root) / "index.db").mkdir()
    for command, told in (
        (["validate", "--all"], "name 'nope' is not defined"),
        (["query", "exists", "broken.nope"], "missing"),
    ):
        assert main([*command, "--workspace", str(root)]) == 1
        said = capsys.readouterr()
        assert told in said.out
        assert "index.db" in said.err


@posix
def test_state_folder_that_others_may_write(root: Path, tmp_path: Path) -> None:
    folder = state_of(root)
    folder.chmod(0o777)
    folder.parent.chmod(0o755)
    with indexed(root) as index:
        assert answers(index) == expected(tmp_path)
    for path in (folder, folder.parent):
        assert path.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON file BEGIN DELETE FROM file; END",
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i FROM n",
    ],
    ids=["trigger", "view"],
)
def test_database_with_programs(statement: str, root: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(db(root))
    connection.execute(statement)
    connection.commit()
    connection.close()
    heals(root, tmp_path)


def test_no_place_for_the_state_at_all(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = expected(tmp_path, stored=False)
    (tmp_path / "cache").write_text("no folder\n")
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(tmp_path / "cache"))
    with indexed(root, build=False) as index:
        assert answers(index, "touch", stored=False) == sound
        assert not index.become_writer()
        for _ in range(3):
            index.refresh()
        assert len([problem for problem in problems(index) if "writer.lock" in problem]) == 1
        with pytest.raises(LockedError, match=r"cannot write .*writer\.lock: "):
            index.build()


def test_lock_that_cannot_be_taken(root: Path, tmp_path: Path) -> None:
    """Where nobody can lock, nobody is trusted to keep the index current."""
    (state_of(root) / "writer.lock").unlink()
    (state_of(root) / "writer.lock").mkdir()
    (root / "late.py").write_text("class Late: ...\n")
    with indexed(root, build=False) as index:
        assert answers(index, "touch", stored=False) == expected(tmp_path, stored=False)
        index.refresh()
        assert "late.py" in index.view().pending
        assert ask(index, "outline", path="late.py")["total"] == 1
        assert any("writer.lock: Is a directory" in problem for problem in problems(index))
        assert index.status()["writer"] == "nobody"
        with pytest.raises(LockedError, match=r"writer\.lock: Is a directory"):
            index.clean()


# What a transaction is.


def test_interrupt_in_a_transaction(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with indexed(root) as index:
        with monkeypatch.context() as patch:
            patch.setattr(IndexStore, "_edit_postings", interrupt)
            (root / "views.py").write_text("x = 1\n")
            with pytest.raises(KeyboardInterrupt):
                index.update(["views.py"])
        shop(root)
        index.build()
        (root / "late.py").write_text("class Late: ...\n")
        assert index.update(["late.py"]) == 1
        (root / "late.py").unlink()
        assert index.update(["late.py"]) == 1
        assert answers(index) == expected(tmp_path)


def test_view_is_of_one_moment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generation, revision and files belong together although somebody writes between them."""
    with indexed(root) as writer, indexed(root, build=False) as reader:
        files = IndexStore.files

        def slow(store: IndexStore) -> object:
            if threading.current_thread() is threading.main_thread() and not store.writable:
                (root / "late.py").write_text("x = 1\n")
                thread = threading.Thread(target=writer.update, args=(["late.py"],))
                thread.start()
                thread.join()
            return files(store)

        monkeypatch.setattr(IndexStore, "files", slow)
        reader._view = None
        view = reader.view()
        monkeypatch.undo()
        assert (view.generation, "late.py" in view.files) == (1, False)
        assert (reader.view().generation, "late.py" in reader.view().files) == (2, True)
        assert isinstance(reader, Index)


@pytest.mark.skipif(os.name == "nt", reason="there two slashes begin the name of another machine")
def test_a_path_that_begins_with_two_slashes(tmp_path: Path) -> None:
    path = f"/{tmp_path}/index.db"
    writer = database.connect(path, writable=True)
    writer.execute("CREATE TABLE names (name TEXT)")
    writer.close()
    reader = database.connect(path, writable=False)
    assert reader.execute("SELECT count(*) FROM names").fetchone() == (0,)
    reader.close()
