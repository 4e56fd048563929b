"""The commands beside `query`: what they do, what they say, and how they end."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import state_of

from flux_index.api.cli import doctor as doctor_module
from flux_index.api.cli import main
from flux_index.api.cli.commands import COMMANDS
from flux_index.api.cli.index import describe_writer, executor_of
from flux_index.api.cli.progress import Silence
from flux_index.api.cli.watch import change_line
from flux_index.indexer.index import Index
from flux_index.indexer.maintain import Progress
from flux_index.indexer.store.ledger import Ledger
from flux_index.indexer.store.lock import WriterLock

PATIENCE = 60.0
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX's")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text("def first(): ...\n")
    (tmp_path / "b.py").write_text("def second(): ...\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Running:
    """A flux-index process whose lines can be waited for."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flux_index.api.cli", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, text: str) -> str:
        """The next line with a text in it."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                line = self._lines.get(timeout=until - time.monotonic())
            except (queue.Empty, ValueError):
                raise AssertionError(f"no {text!r} in {self.said}") from None
            self.said.append(line)
            if text in line:
                return line

    def end(self, number: int | None = None) -> int:
        """Send a signal, if one is given, and return the exit code."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        while not self._lines.empty():
            self.said.append(self._lines.get())
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line)


@pytest.fixture
def run() -> Iterator[Callable[..., Running]]:
    started: list[Running] = []

    def run(*arguments: str) -> Running:
        started.append(Running(*arguments))
        return started[-1]

    yield run
    for each in started:
        each.process.kill()
        each.end()


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> tuple[str, str]:
    assert main(arguments) == code
    return tuple(capsys.readouterr())


def test_every_command_has_its_module() -> None:
    for command in COMMANDS.values():
        assert callable(command.run)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["idnex"], "there is no command 'idnex'; did you mean index?"),
        (["xyzzy"], "there is no command 'xyzzy'; flux-index --help tells what there is"),
        (["--workspace", "x"], "there is no option --workspace; flux-index --help tells what"),
        (["definition", "x"], "definition is a query: flux-index query definition ..."),
        (["help", "xyzzy"], "there is no command 'xyzzy'; flux-index --help tells what there is"),
        (["index", "gone"], "there is no folder gone"),
        (["index", "gone\x1b[2J"], "there is no folder gone\N{REPLACEMENT CHARACTER}[2J"),
        (["index", ".", "-w", "."], "index works on one workspace, it is given . and ."),
        (["index", "--jobs", "0"], "--jobs takes 1 or more, 1 for no worker processes"),
        (["version", "x"], "version takes no argument, it is given 'x'"),
        (["status", "--quick"], "status has no option --quick"),
        (["serve", "--stdio", "--tcp", "0"], "serve takes one of --stdio and --tcp"),
    ],
)
@pytest.mark.usefixtures("project")
def test_mistakes(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    out, err = told(capsys, *arguments, code=2)
    assert out == ""
    assert err.startswith(f"flux-index: {message}")


def test_index_tells_numbers(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = project.resolve().as_posix()
    out, err = told(capsys, "index")
    assert out.startswith(f"{root}: 2 files (2 extracted, 0 reused, 0 removed, 0 skipped) in 0.")
    assert out.endswith(" MB\n")
    assert err == ""
    (project / "a.py").unlink()
    assert "1 file (0 extracted, 0 reused, 1 removed, 0 skipped)" in told(capsys, "index")[0]


def test_index_of_another_folder(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    for arguments in ([str(project)], ["-w", str(project)], [str(project / "a.py")]):
        assert f"{project.resolve().as_posix()}: 2 files" in told(capsys, "index", *arguments)[0]


@POSIX
def test_index_gives_reasons(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(project / "pipe.py")
    assert "\n  skipped pipe.py: it is a FIFO, not a regular file\n" in told(capsys, "index")[0]
    report = json.loads(told(capsys, "index", "--json")[0])
    assert report["skipped"] == [{"path": "pipe.py", "reason": "it is a FIFO, not a regular file"}]
    for number in range(12):
        os.mkfifo(project / f"pipe{number}.py")
    lines = told(capsys, "index")[0].splitlines()
    assert len(lines) == 12
    assert lines[-1] == "  ... 3 more: flux-index index --json lists all"


def test_index_as_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, err = told(capsys, "index", "--json")
    report = json.loads(out)
    assert err == ""
    assert out.count("\n") == 1
    assert report.pop("seconds") >= 0
    assert report.pop("bytes") > 0
    assert report.pop("generation") > 0
    assert report == {
        "root": project.resolve().as_posix(),
        "files": 2,
        "extracted": 2,
        "reused": 0,
        "shared": 0,
        "removed": 0,
        "skipped": [],
        "errors": [],
        "cancelled": False,
    }


@pytest.mark.usefixtures("project")
def test_quiet_index_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "index", "-q") == ("", "")


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.usefixtures("project")
def test_index_with_jobs(capsys: pytest.CaptureFixture[str], jobs: str) -> None:
    assert "2 extracted" in told(capsys, "index", f"-j{jobs}")[0]


def test_one_job_runs_here_and_keeps_what_it_raised() -> None:
    with executor_of(1) as executor:
        assert executor.submit(threading.get_ident).result() == threading.get_ident()
        assert isinstance(executor.submit(int, "x").exception(), ValueError)


@POSIX
def test_an_interrupted_index_goes_on_the_next_time(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        (project / f"m{number}.py").write_text(f"x{number} = {number}\n")

    signals = [signal.SIGINT]

    class Impatient(Silence):
        def __call__(self, progress: Progress) -> None:
            if progress.done and signals:
                os.kill(os.getpid(), signals.pop())

    handler = signal.getsignal(signal.SIGINT)
    with monkeypatch.context() as patch:
        patch.setattr("flux_index.api.cli.index.display", lambda **_: Impatient())
        assert main(["index"]) == 130
    assert signal.getsignal(signal.SIGINT) is handler
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("stopped after ")
    assert err.endswith("; what is done is kept, and the next run goes on from there\n")
    done = int(err.split()[2])
    assert 0 < done < 302
    out, _ = told(capsys, "index")
    assert f"302 files ({302 - done} extracted, 0 reused, 0 removed, 0 skipped)" in out


def test_index_waits_for_who_writes(project: Path, run: Callable[..., Running]) -> None:
    index = Index.open(str(project))
    assert index.become_writer()
    index.lock.note("somebody (process 1)")
    waiting = run("index")
    line = waiting.wait_for("waiting for ")
    assert line == (
        f"waiting for somebody (process 1) to index {index.workspace.root}; Ctrl-C to leave it\n"
    )
    index.close()
    waiting.wait_for("2 files (2 extracted, ")
    assert waiting.end() == 0


@POSIX
def test_waiting_ends_when_nothing_is_ever_written(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As by a process of another version, whose index is none to this one."""
    monkeypatch.setattr("flux_index.api.cli.index._PATIENCE_SECONDS", 0.0)
    index = Index.open(str(project))
    assert index.become_writer()
    index.lock.note("unix:/nowhere")
    try:
        assert main(["index"]) == 2
        assert "end it, then try again" in capsys.readouterr().err
    finally:
        index.close()


def test_waiting_can_be_interrupted(project: Path, run: Callable[..., Running]) -> None:
    index = Index.open(str(project))
    assert index.become_writer()
    waiting = run("index")
    waiting.wait_for("waiting for another process ")
    assert waiting.end(signal.SIGINT) == 130
    assert "Traceback" not in "".join(waiting.said)
    index.close()


def test_index_is_content_when_another_process_keeps_it_current(
    project: Path, run: Callable[..., Running], capsys: pytest.CaptureFixture[str]
) -> None:
    keeper = run("watch")
    keeper.wait_for("watching ")
    who = f"flux-index watch (process {keeper.process.pid})"
    root = project.resolve().as_posix()
    assert told(capsys, "index") == (f"{root}: 2 files, kept current by {who}\n", "")
    assert json.loads(told(capsys, "index", "--json")[0]) == {
        "root": root,
        "files": 2,
        "kept_by": who,
    }
    assert told(capsys, "index", "--quiet") == ("", "")
    _, err = told(capsys, "watch", code=2)
    assert err == f"flux-index: {root} is kept current by {who} already\n"
    _, err = told(capsys, "clean", code=2)
    assert who in err
    assert f"writer       {who}\n" in told(capsys, "doctor")[0]
    # It answers, too.
    number = who.rpartition(" ")[2]
    told_state = told(capsys, "status")[0]
    assert f"writer        the process that answers ({number}\n" in told_state


def test_watch_tells_of_changes(project: Path, run: Callable[..., Running]) -> None:
    watcher = run("watch", str(project))
    watcher.wait_for("2 files (2 extracted, ")
    watcher.wait_for(f"watching {project.resolve().as_posix()}, Ctrl-C to stop")
    (project / "a.py").write_text("def changed(): ...\n")
    line = watcher.wait_for("1 file: a.py  ")
    assert line.endswith(" ms\n")
    (project / "b.py").unlink()
    watcher.wait_for("1 file: b.py")


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_watch_ends_cleanly(
    project: Path, run: Callable[..., Running], number: int, code: int
) -> None:
    watcher = run("watch")
    watcher.wait_for("watching ")
    assert watcher.end(number) == code
    assert "Traceback" not in "".join(watcher.said)
    index = Index.open(str(project))
    assert index.become_writer()
    index.close()


def test_quiet_watch_says_nothing(project: Path, run: Callable[..., Running]) -> None:
    watcher = run("watch", "--quiet")
    index = Index.open(str(project))
    until = time.monotonic() + PATIENCE
    while not index.view().files and time.monotonic() < until:
        time.sleep(0.01)
    (project / "a.py").write_text("def changed(): ...\n")
    found = 1
    while found and time.monotonic() < until:
        found = main(["query", "symbols", "changed"])
    assert not found
    index.close()
    watcher.process.terminate()
    watcher.end()
    assert watcher.said == []


def test_a_change_in_one_line(project: Path) -> None:
    root = str(project)
    line = change_line(root, ["a.py"], complete=True)
    assert line[8:].startswith("  1 file: a.py  ")
    assert line.endswith(" ms")
    many = change_line(root, ["a.py", "b.py", "c.py", "d.py"], complete=True)
    assert "  4 files: a.py, b.py, c.py, ...  " in many
    assert "  at least 1 file: a.py, ...  " in change_line(root, ["a.py"], complete=False)
    assert change_line(root, [], complete=False)[8:] == "  all files were looked through"
    # Of a file that is gone nobody knows when it went.
    assert change_line(root, ["gone.py"], complete=True)[8:] == "  1 file: gone.py"


def test_who_has_the_lock(project: Path) -> None:
    index = Index.open(str(project))
    assert index.become_writer()
    assert describe_writer(index) == "another process"
    index.lock.note("unix:/run/flux.sock\ntcp:127.0.0.1:99 /secret/token")
    assert describe_writer(index) == "flux-index serve (unix:/run/flux.sock)"
    index.lock.note("tcp:127.0.0.1:99 /secret/token")
    assert describe_writer(index) == "flux-index serve (tcp:127.0.0.1:99)"
    index.close()


def test_clean_removes_the_index_and_nothing_learned(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "index")
    state = state_of(project)
    (state / "ledger.db").write_text("learned")
    assert told(capsys, "clean")[0] == f"removed {(state / 'index.db').as_posix()}\n"
    assert (state / "ledger.db").read_text() == "learned"
    assert told(capsys, "clean")[0] == "there was nothing to remove\n"
    # What is of the standard library is looked for in stubs.
    told(capsys, "query", "exists", "os.getcwd")
    cache = state.parent.parent
    (link,) = cache.glob("typeshed-*/stdlib")
    # Who keeps the index of another workspace reads stubs through it.
    other = WriterLock(str(cache / "workspaces/other/writer.lock"))
    assert other.acquire()
    assert len(json.loads(told(capsys, "clean", "--all", "--json")[0])["removed"]) == 2
    assert link.is_symlink()
    other.release()
    told(capsys, "query", "exists", "os.getcwd")
    removed = json.loads(told(capsys, "clean", "--all", "--json")[0])["removed"]
    assert len(removed) == 3
    assert not any(os.path.exists(path) for path in removed)
    assert (state / "ledger.db").exists()


def test_status(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "index")
    out, _ = told(capsys, "status")
    assert f"root          {project.resolve().as_posix()}\n" in out
    assert "state         current\n" in out
    assert json.loads(told(capsys, "status", "--json")[0])["indexed"] == 2
    assert "indexed 2\n" in told(capsys, "status", ".", "--format", "compact")[0]


def test_doctor_finds_all_in_order(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "index")
    (project / ".venv").mkdir()
    out, _ = told(capsys, "doctor")
    lines = [line for line in out.splitlines() if not line.startswith("  ")]
    assert [line[6:18].strip() for line in lines] == [
        "python", "sqlite", "grammar", "workspace", "environment", "state", "cache",
        "file system", "watching", "index", "ledger", "writer",
    ]  # fmt: skip
    assert "No environment was found" in out
    assert "\n                   -> set python = " in out
    assert "2 files, generation " in out
    assert "nothing was recorded yet" in out
    assert not (project / ":memory:").exists()
    with Ledger(str(state_of(project))) as ledger:
        ledger.begin("s", "")
    checks = json.loads(told(capsys, "doctor", "--json")[0])["checks"]
    assert "1 row, each as it was written" in [check["detail"] for check in checks]
    assert {check["state"] for check in checks} <= {"ok", "warn"}


def test_doctor_tells_of_a_workspace_without_python(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(tmp_path / "cache"))
    told(capsys, "index")
    out, _ = told(capsys, "doctor")
    assert "warn  index        no Python file was found in " in out


def test_doctor_says_what_to_do(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told(capsys, "index")
    database = state_of(project) / "index.db"
    database.write_bytes(b"no database" * 1000)
    (project / "pyproject.toml").write_text("[tool.flux-index]\nexcluded = 3\n")
    blocked = project / "file"
    blocked.touch()
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(blocked / "cache"))
    out, _ = told(capsys, "doctor", code=2)
    assert "fail  cache " in out
    assert "-> set FLUX_INDEX_CACHE_DIR to a folder that you can write to\n" in out
    assert "warn  workspace " in out
    assert "there is no setting 'excluded'" in out
    assert "warn  index " in out or "fail  index " in out
    assert "flux-index index" in out


@pytest.mark.usefixtures("project")
def test_a_check_that_breaks_is_a_finding(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def moon_phase(_: Index) -> doctor_module.Finding:
        raise RuntimeError("there is no moon")

    monkeypatch.setattr(doctor_module, "CHECKS", (moon_phase,))
    assert told(capsys, "doctor", code=2)[0] == (
        "fail  moon phase   RuntimeError: there is no moon\n"
        "                   -> reinstall flux-index\n"
    )


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    name, number = told(capsys, "--version")[0].split()
    assert name == "flux-index"
    assert told(capsys, "version")[0].startswith(f"flux-index {number}\npython 3.")
    assert json.loads(told(capsys, "version", "--json")[0])["flux-index"] == number


def test_serve_is_handed_its_options(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from flux_index.api.rpc import serve

    asked: list[Any] = []

    def record(workspace: str, **options: Any) -> int:
        asked.append((workspace, options))
        return 0

    monkeypatch.setattr(serve, "run", record)
    assert main(["serve", str(project), "--socket", "s", "--idle-exit", "2.5"]) == 0
    assert main(["serve", "--stdio"]) == 0
    assert asked == [
        (str(project), {"stdio": False, "tcp": None, "socket": "s", "idle_exit": 2.5}),
        (os.getcwd(), {"stdio": True, "tcp": None, "socket": None, "idle_exit": None}),
    ]


def test_lsp_is_handed_all_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import ModuleType

    server = ModuleType("flux_index.lsp.main")
    asked: list[list[str]] = []
    server.run = lambda arguments: asked.append(arguments) or 3  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "flux_index.lsp.main", server)
    assert main(["lsp", "--stdio", "--clientProcessId=1"]) == 3
    assert asked == [["--stdio", "--clientProcessId=1"]]


def test_an_installation_without_language_server_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "flux_index.lsp.main", None)
    _, err = told(capsys, "lsp", code=2)
    assert err == "flux-index: this installation has no language server\n"
