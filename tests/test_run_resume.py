"""Runs that end in the midst of it: gone on with from the ledger, with no call made twice."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from anthropic_model import anthropic_model
from plays import Play
from plays import Reply as PlayedReply
from run_helpers import Driver, saying, step
from scripted_model import Reply
from task_helpers import CHECKOUT, make_shop
from workspace_helpers import state_of

from flux_index.api import cli
from flux_index.indexer.store.ledger import Ledger
from flux_index.indexer.store.task_store import TaskStore

SAVE = step("shop/checkout.py", "force=True", "force=False")
LOOK = ("definition", {"name": "pay"})
SAVED = CHECKOUT.replace("force=True", "force=False")
DONE = Reply("It saves politely now.")
RUN = [sys.executable, "-m", "flux_index.api.cli", "run"]
OPTIONS = ["--model", "openai:scripted", "--base-url"]


@pytest.fixture
def driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Driver:
    return Driver(make_shop(tmp_path / "shop"), monkeypatch, capsys)


def checkout(driver: Driver) -> str:
    return (driver.root / "shop/checkout.py").read_text()


def start(root: Path, *words: str) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    return subprocess.Popen(
        [*RUN, *words], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """What a process has said when it has said this."""
    assert process.stdout is not None
    found = ""
    while text not in found:
        char = process.stdout.read(1)
        assert char, found
        found += char
    return found


def test_killed_while_the_user_is_asked(driver: Driver) -> None:
    with saying(Reply("", (LOOK, SAVE))) as (model, _):
        process = start(driver.root, "Save politely", *OPTIONS, model.url)
        read_until(process, "Write step 1?")
        process.kill()
        process.communicate()
    assert checkout(driver) == CHECKOUT
    again = ("step", {**SAVE[1], "step": "2"})
    run = driver.run_on(Reply("", (again,)), DONE, said="y\n")
    assert run.code == 0, run.output
    assert "cut off, and is not made again; nothing was written" in run.told[0]
    assert run.output.count("Write step") == 1
    assert checkout(driver) == SAVED


def test_killed_after_a_step_was_written(driver: Driver) -> None:
    is_told, waits = threading.Event(), threading.Event()

    def never(_: str) -> Reply:
        is_told.set()
        waits.wait(60)
        return DONE

    with saying(Reply("", (LOOK, SAVE)), never) as (model, _):
        process = start(driver.root, "Save politely", "--yes", "--here", *OPTIONS, model.url)
        read_until(process, "wrote shop/checkout.py")
        assert is_told.wait(60)
        process.kill()
        process.communicate()
        waits.set()
    assert checkout(driver) == SAVED
    run = driver.run_on(DONE, options="--yes --here")
    assert run.code == 0, run.output
    assert "accepted: step 1" in run.told[0] and "written: shop/checkout.py" in run.told[0]
    assert "wrote" not in run.output and checkout(driver) == SAVED


def test_ended_in_the_midst_of_a_write(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("flux_index.api.tasks.file_writes._flush", ended)
        with pytest.raises(SystemExit):
            driver.run(Reply("", (LOOK, SAVE)), DONE, options="--yes --here")
    run = driver.run_on(DONE, options="--yes --here")
    assert run.code == 0, run.output
    assert "cut off, and is not made again; written: shop/checkout.py" in run.told[0]
    assert checkout(driver) == SAVED


def ended(_: object) -> None:
    raise SystemExit(9)


def test_a_stop_is_gone_on_with(driver: Driver) -> None:
    first = driver.run(Reply("", (LOOK, SAVE)), DONE, said="n\n")
    assert first.code == 5
    run = driver.run_on(Reply("", (("step", {**SAVE[1], "step": "2"}),)), DONE, said="y\n")
    assert run.code == 0, run.output
    assert "The user did not want this written." in run.told[0]
    assert checkout(driver) == SAVED
    assert (
        "there is no run" in driver.run_on(DONE).output or "is done" in driver.run_on(DONE).output
    )


def test_what_was_said_is_kept_until_it_is_done_and_no_key_ever(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    assert driver.run(Reply("", (LOOK, SAVE)), DONE, said="n\n").code == 5
    with Ledger(str(state_of(driver.root))) as ledger:
        store = TaskStore(ledger)
        (task,) = store.tasks()
        assert (task.state, task.reason) == ("stopped", "refused by the user")
        assert '"tool_name":"definition"' in "".join(store.messages(task.id))
    for path in state_of(driver.root).iterdir():
        assert not path.is_file() or b"very-secret" not in path.read_bytes()
    assert driver.run_on(DONE).code == 0
    with Ledger(str(state_of(driver.root))) as ledger:
        assert TaskStore(ledger).messages(task.id) == []


def test_an_endpoint_of_anthropic(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    def play() -> Play:
        turn = yield PlayedReply("I look.", (LOOK,))
        assert "def pay" in turn.all
        turn = yield PlayedReply("", (SAVE,))
        assert "written: shop/checkout.py" in turn.all
        yield PlayedReply("It saves politely now.")

    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret")
    with anthropic_model({"save": play}) as (url, _):
        words = ["run", "Save politely PLAY:save", "--yes", "--here", "--base-url", url]
        assert cli.main([*words, "--model", "anthropic:scripted"]) == 0
    assert checkout(driver) == SAVED


def test_a_stream_of_anthropic_that_is_cut(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flux_index.api.agent.drive._PAUSES", (0.01, 0.01))

    def play() -> Play:
        yield PlayedReply("I look.", (LOOK,))
        yield PlayedReply("It is done, I th", is_cut=True)
        yield PlayedReply("I write.", (SAVE,), is_cut=True)
        yield PlayedReply("I write.", (SAVE,))
        yield PlayedReply("It saves politely now.")

    with anthropic_model({"save": play}) as (url, _):
        words = ["run", "Save politely PLAY:save", "--yes", "--here", "--base-url", url]
        assert cli.main([*words, "--model", "anthropic:scripted"]) == 0
    assert checkout(driver) == SAVED


def test_without_the_extra_it_is_said_how_to_install_it(driver: Driver) -> None:
    program = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name.partition('.')[0] == 'pydantic_ai':\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from flux_index.api.cli import main\n"
        "assert main(['query', 'definition', 'pay']) == 0\n"
        "sys.exit(main(['run', 'Save politely', '--model', 'openai:x']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=driver.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.strip() == (
        "flux-index: flux-index run needs more packages: pip install 'flux-index[agent]'"
    )
