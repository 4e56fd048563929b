"""What a repository brings as ``.flux-index`` is never read, followed or written through."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from bad_input_helpers import answers, expected, indexed, shop
from hook_helpers import Host
from workspace_helpers import state_of

from flux_index.api.cli import main
from flux_index.indexer.private_files import open_file, read_file
from flux_index.indexer.search_path.typeshed import typeshed_folder
from flux_index.indexer.store.ledger import Ledger
from flux_index.indexer.workspace.state_links import NAMES

COMMANDS = (
    ("query", "references", "models.Model.save"),
    ("query", "context", "improve Order"),
    ("status",),
    ("validate", "models.py", "--all"),
    ("index",),
)

posix = pytest.mark.skipif(os.name == "nt", reason="links and pipes are others there")


def run(root: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "flux_index.api.cli", *command],
        cwd=root,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    return done


@posix
def test_links_to_files_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = shop(tmp_path / "root")
    (root / ".flux-index").mkdir()
    precious: dict[Path, str] = {}
    for name in (*NAMES, "history", "rpc.sock", "index.db-wal"):
        target = tmp_path / f"precious-{name}"
        target.write_text(f"precious {name}\n")
        precious[target] = target.read_text()
        (root / ".flux-index" / name).symlink_to(target)
    for command in COMMANDS:
        run(root, *command)
    Host(root, monkeypatch).read("models.py")
    assert {target: target.read_text() for target in precious} == precious


@posix
@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("examples.jsonl", "examples export"),
        ("index.scip", "export scip"),
        ("rows.jsonl", "ledger export --output rows.jsonl"),
        ("figures.html", "stats --html figures.html"),
    ],
)
def test_no_answer_is_written_through_a_link(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    command: str,
) -> None:
    root = shop(tmp_path / "root")
    precious = tmp_path / "precious"
    precious.write_text("precious")
    (root / name).symlink_to(precious)
    monkeypatch.chdir(root)
    assert main(command.split()) == 2
    assert "a link that leads out of" in capsys.readouterr().err
    (root / "below").mkdir()
    monkeypatch.chdir(root / "below")
    from_below = command if name in command else f"{command} --output {name}"
    assert main(from_below.replace(name, f"../{name}").split()) == 2
    assert precious.read_text() == "precious"


@posix
@pytest.mark.parametrize("command", ["import scip FILE", "validate --diff FILE",
    "query task.step t-0 --step 1 --edits @FILE"])  # fmt: skip
def test_files_that_are_named_are_plain_ones(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    root = shop(tmp_path / "root")
    os.mkfifo(root / "pipe")
    (root / "endless").symlink_to("/dev/zero")
    monkeypatch.chdir(root)
    for name in ("pipe", "endless"):
        try:
            code = main(command.replace("FILE", name).split())
        except SystemExit as end:
            code = end.code
        assert code == 2
        assert "not a regular file" in capsys.readouterr().err


@posix
def test_a_folder_that_leads_elsewhere(tmp_path: Path) -> None:
    root = shop(tmp_path / "root")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / ".flux-index").symlink_to(elsewhere)
    for command in COMMANDS:
        run(root, *command)
    assert list(elsewhere.iterdir()) == []


@posix
def test_pipes_and_devices(tmp_path: Path) -> None:
    """Nobody waits for the other end, or reads what has no end."""
    root = shop(tmp_path / "root")
    (root / ".flux-index").mkdir()
    for name in NAMES:
        os.mkfifo(root / ".flux-index" / name)
    (root / ".flux-index/history").symlink_to("/dev/zero")
    for command in COMMANDS:
        run(root, *command)


def test_a_note_that_names_a_host(tmp_path: Path) -> None:
    """Nobody is called, and no file is read to tell its first bytes."""
    root = shop(tmp_path / "root")
    (root / ".flux-index").mkdir()
    secret = tmp_path / "secret"
    secret.write_text("of the user")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        port = listener.getsockname()[1]
        (root / ".flux-index/writer.lock").write_text(f"\0tcp:127.0.0.1:{port} {secret}")
        for command in COMMANDS:
            run(root, *command)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_databases_of_somebody_else(tmp_path: Path) -> None:
    """An index and a ledger that came with the repository say nothing."""
    victim = shop(tmp_path / "root")
    attacker = shop(tmp_path / "attacker", {"injected.py": "class Injected: ...\n"})
    with indexed(attacker):
        pass
    with Ledger(str(state_of(attacker))) as ledger:
        number = ledger.begin("s", "")
        ledger.put_verdict(number, "call", json.dumps(["INJECTED"]))
    shutil.copytree(state_of(attacker), victim / ".flux-index")
    assert "njected" not in run(victim, "query", "symbols", "Injected").stdout.decode()
    with indexed(victim) as index:
        assert answers(index) == expected(tmp_path)
    assert not (state_of(victim) / "ledger.db").exists()


def test_a_ledger_with_a_trigger(tmp_path: Path) -> None:
    folder = tmp_path / "states" / "one"
    with Ledger(str(folder)) as ledger:
        ledger.begin("s", "")
    connection = sqlite3.connect(folder / "ledger.db")
    connection.execute(
        "CREATE TRIGGER speaks AFTER INSERT ON edit BEGIN "
        "INSERT INTO verdict VALUES (NEW.session, NEW.call, 'INJECTED', 0); END"
    )
    connection.commit()
    connection.close()
    with Ledger(str(folder)) as ledger:
        number = ledger.session("s")
        assert number is not None
        ledger.put_edit(number, "call", "a.py", b"")
        assert ledger.take_verdict(number, "call") is None


@posix
def test_only_the_user_can_read_what_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the user's umask is: what is kept has text of files that others may not read."""
    root = shop(tmp_path / "root")
    before = os.umask(0)
    try:
        run(root, "doctor")
        for command in COMMANDS:
            run(root, *command)
        Host(root, monkeypatch).read("models.py")
    finally:
        os.umask(before)
    state = state_of(root)
    cache = state.parent.parent
    kept = [cache, *cache.iterdir(), state.parent, state, *state.iterdir()]
    assert {path.name for path in kept} >= {"index.db", "ledger.db", "writer.lock"}
    for path in kept:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@posix
def test_what_is_opened_is_a_plain_file_of_the_user(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"precious")
    (tmp_path / "link").symlink_to("target")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(OSError, match=r"plain file|symbolic links"):
            open_file(str(tmp_path / name), os.O_RDONLY)
        assert read_file(str(tmp_path / name), 100) == b""
    assert read_file("/dev/zero", 100) == b""
    assert read_file(str(tmp_path / "target"), 3) == b"pre"


@posix
def test_stubs_that_another_has_put_there(tmp_path: Path) -> None:
    """What decides by what code is judged is a link of the user's to the package's own folder."""
    (tmp_path / "stubs").mkdir()
    place = Path(typeshed_folder(str(tmp_path / "cache")))
    assert place.is_symlink()
    real = place.resolve()
    place.unlink()
    place.symlink_to(tmp_path / "stubs")
    assert Path(typeshed_folder(str(tmp_path / "cache"))) == real
