"""An answer is for the bytes that are on disk when it is asked for, whoever writes the index."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import RawClient, uri_of, workspace_server
from mcp_helpers import agent, serving_pid
from rpc_helpers import ServerProcess, hosted, make_workspace, serving, wait_until

from flux_index.api.cli import main
from flux_index.api.rpc.client import connect
from flux_index.api.rpc.messages import RpcError

pytestmark = pytest.mark.usefixtures("links_are_followed")

OLD = "class Old:\n    pass\n"
NEW = "class New:\n    pass\n"


class Place:
    """A workspace, and a folder beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = make_workspace(folder / "w")
        self.beside = folder / "beside"
        self.beside.mkdir()
        self.file = self.root / "file.py"
        # What lies outside is read where the settings say so.
        (self.root / "flux-index.toml").write_text('include = ["file.py", "linked"]\n')


def _hard_link(place: Place) -> None:
    (place.beside / "other.py").write_text(OLD)
    os.link(place.beside / "other.py", place.file)


def _linked_file(place: Place) -> None:
    (place.beside / "other.py").write_text(OLD)
    place.file.symlink_to(place.beside / "other.py")


def _linked_folder(place: Place) -> None:
    (place.beside / "other.py").write_text(OLD)
    (place.root / "linked").symlink_to(place.beside)


def _folder(place: Place) -> None:
    (place.root / "pack").mkdir()
    (place.root / "pack" / "file.py").write_text(OLD)


def _write_elsewhere(place: Place) -> None:
    (place.beside / "other.py").write_text(NEW)


def _add_elsewhere(place: Place) -> None:
    (place.beside / "other.py").unlink()
    (place.beside / "more.py").write_text(NEW)


def _move_folder(place: Place) -> None:
    (place.root / "pack").rename(place.root / "moved")
    (place.root / "moved" / "file.py").write_text(NEW)


def _exchange_folders(place: Place) -> None:
    (place.beside / "pack").mkdir()
    (place.beside / "pack" / "file.py").write_text(NEW)
    (place.root / "pack").rename(place.beside / "gone")
    (place.beside / "pack").rename(place.root / "pack")


def _excluded(place: Place) -> None:
    (place.root / "old.py").write_text(OLD)
    (place.root / "new.py").write_text(NEW)
    (place.root / ".git" / "info").mkdir(parents=True)
    (place.root / ".git" / "info" / "exclude").write_text("new.py\n")


def _exclude_another(place: Place) -> None:
    (place.root / ".git" / "info" / "exclude").write_text("old.py\n")


def _replace_root(place: Place) -> None:
    shutil.copytree(place.root, place.beside / "copy", symlinks=True)
    (place.beside / "copy" / "file.py").write_text(NEW)
    place.root.rename(place.beside / "before")
    (place.beside / "copy").rename(place.root)


def _keep_time_and_size(place: Place) -> None:
    status = os.stat(place.file)
    place.file.write_text(NEW)
    os.utime(place.file, ns=(status.st_atime_ns, status.st_mtime_ns))


def _plain(place: Place) -> None:
    place.file.write_text(OLD)


CHANGES = [
    pytest.param(_hard_link, _write_elsewhere, id="a file changed under another name"),
    pytest.param(_linked_file, _write_elsewhere, id="what a link to a file leads to"),
    pytest.param(_linked_folder, _write_elsewhere, id="a file in a linked folder"),
    pytest.param(_linked_folder, _add_elsewhere, id="a new file in a linked folder"),
    pytest.param(_folder, _move_folder, id="a folder was renamed"),
    pytest.param(_folder, _exchange_folders, id="a folder took the place of another"),
    pytest.param(_excluded, _exclude_another, id="git's own list of what it ignores"),
    pytest.param(_plain, _replace_root, id="the workspace took the place of another"),
    pytest.param(_plain, _keep_time_and_size, id="time and size are as before"),
]


@pytest.mark.parametrize(("before", "change"), CHANGES)
def test_a_serving_process_takes_in_what_raises_no_event(
    before: Callable[[Place], None], change: Callable[[Place], None], tmp_path: Path
) -> None:
    place = Place(tmp_path)
    before(place)
    with hosted(place.root) as host, host.client() as client:
        client.call("server.wait", {"pending": 0})
        assert _found(client.call("symbols", {"query": "Old"}))
        assert not _found(client.call("symbols", {"query": "New"}))
        change(place)
        # The first answer after it, whatever the watcher has heard.
        assert _found(client.call("symbols", {"query": "New"}))
        assert not _found(client.call("symbols", {"query": "Old"}))


def _found(answer: Any) -> bool:
    return any(item["name"].rpartition(".")[2] in ("Old", "New") for item in answer["items"])


@pytest.mark.parametrize(("before", "change"), CHANGES)
def test_a_command_takes_in_what_raises_no_event(
    before: Callable[[Place], None],
    change: Callable[[Place], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = Place(tmp_path)
    before(place)
    assert main(["query", "symbols", "Old", "--workspace", str(place.root)]) == 0
    change(place)
    assert main(["query", "symbols", "New", "--workspace", str(place.root)]) == 0
    assert "New" in capsys.readouterr().out


def test_a_file_that_gets_another_name_later_is_noticed(tmp_path: Path) -> None:
    place = Place(tmp_path)
    _plain(place)
    with hosted(place.root) as host, host.client() as client:
        client.call("server.wait", {"pending": 0})
        os.link(place.file, place.beside / "other.py")
        (place.beside / "other.py").write_text(NEW)
        # Nobody tells of that; all files are looked at every second or so while it is asked.
        wait_until(lambda: _found(client.call("symbols", {"query": "New"})), "it is noticed")


def symbols_of(editor: RawClient, query: str) -> list[str]:
    """Names that an editor is given for a query."""
    return [item["name"] for item in editor.request("workspace/symbol", {"query": query})]


def references_of(editor: RawClient, path: Path) -> list[int]:
    """Lines of the references of what the first line of a file defines."""
    params = {
        "textDocument": {"uri": uri_of(path)},
        "position": {"line": 0, "character": 7},
        "context": {"includeDeclaration": False},
    }
    return [
        item["range"]["start"]["line"] for item in editor.request("textDocument/references", params)
    ]


def test_a_language_server_asks_the_writer_before_it_answers(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w")
    probe = root / "probe.py"
    with (
        serving(root) as server,
        server.client() as client,
        workspace_server(root, forked=False) as editor,
    ):
        client.call("server.wait", {"pending": 0})
        for number in range(20):
            name = f"Probe{number}"
            probe.write_text(f"class {name}:\n    pass\n\n\nclass User({name}):\n    pass\n")
            assert name in symbols_of(editor, name)
            assert references_of(editor, probe) == [4]
            probe.write_text(f"class {name}:\n    pass\n\n\nfirst = {name}\nsecond = {name}\n")
            assert references_of(editor, probe) == [4, 5]


def test_a_language_server_is_shared(tmp_path: Path, own_home: Path) -> None:
    root = make_workspace(tmp_path / "w")
    with workspace_server(root, forked=False) as editor, agent(root, home=own_home) as asker:
        wait_until(lambda: serving_pid(root), "it can be reached")
        for number in range(5):
            name = f"Probe{number}"
            (root / "probe.py").write_text(f"class {name}:\n    pass\n")
            text = asker.text("search", query=name)
            assert "probe.py" in text
            assert "pending" not in text
            assert name in symbols_of(editor, name)
        # No other process was started.
        assert serving_pid(root) == editor.process.pid


class Stopped:
    """A server that is stopped, as by Ctrl-Z, while this is open."""

    def __init__(self, server: ServerProcess) -> None:
        self.process = server.process

    def __enter__(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        os.kill(self.process.pid, signal.SIGCONT)


UNANSWERED = "does not answer: the disk was looked at instead"


def test_a_server_that_is_stopped_is_not_trusted(
    tmp_path: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_workspace(tmp_path / "w")
    with (
        serving(root) as server,
        server.client() as client,
        workspace_server(root, forked=False) as editor,
    ):
        client.call("server.wait", {"pending": 0})
        assert "Box" in symbols_of(editor, "Box")
        with Stopped(server):
            (root / "file.py").write_text(NEW)
            assert main(["query", "symbols", "New", "--json", "--workspace", str(root)]) == 0
            answer = json.loads(capsys.readouterr().out)
            assert [item["path"] for item in answer["items"]] == ["file.py"]
            assert any(UNANSWERED in note for note in answer["notes"])
            assert "New" in symbols_of(editor, "New")
            with agent(root, home=own_home) as asker:
                told = asker.text("search", query="New")
                assert "file.py" in told
                assert UNANSWERED in told


def test_an_answer_never_mixes_versions_of_a_file(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w")
    sizes = (1, 40)
    texts = [
        "class Box:\n" + "".join(f"    def method_{n}(self): ...\n" for n in range(size))
        for size in sizes
    ]
    over = threading.Event()

    def rewrite() -> None:
        for text in itertools.cycle(texts):
            if over.is_set():
                return
            (root / "partial").write_text(text)
            (root / "partial").replace(root / "shapes.py")

    writer = threading.Thread(target=rewrite)
    with hosted(root) as host, host.client() as client:
        client.call("server.wait", {"pending": 0})
        writer.start()
        n_answered = 0
        while n_answered < 100:
            try:
                answer = client.call("members", {"name": "Box", "limit": 100})
            except RpcError as error:
                assert "change faster than they are read" in str(error)
                continue
            own = [item for item in answer["items"] if item["name"].startswith("method_")]
            assert len(own) in (0, *sizes)  # 0: the file that is read was replaced
            n_answered += 1
        over.set()
        writer.join()


def test_a_server_ends_with_its_workspace_and_does_not_make_it_again(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w")
    server = ServerProcess(root)
    with server.client() as client:
        client.call("server.wait", {"pending": 0})
        shutil.rmtree(root)
        assert server.wait() == 0
    assert connect(str(tmp_path)) is None
    assert not root.exists()


def take_turns(root: Path, times: int) -> None:
    """Kill the process that serves, again and again, while another one and an editor wait."""
    with ExitStack() as editors:
        editor = editors.enter_context(workspace_server(root, forked=False))
        wait_until(lambda: serving_pid(root), "the language server serves")
        for number in range(times):
            with serving(root, stdio=True) as other:
                assert other.ask("definition", {"name": "shapes.Box"})["result"]["total"] == 1
                killed = serving_pid(root)
                assert killed in (editor.process.pid, other.process.pid)
                os.kill(killed, signal.SIGKILL)
                wait_until(
                    lambda gone=killed: serving_pid(root) not in (None, gone), f"turn {number}"
                )
                if killed == editor.process.pid:
                    assert other.ask("definition", {"name": "shapes.Box"})["result"]["total"] == 1
                    editor = editors.enter_context(workspace_server(root, forked=False))
                assert "Box" in symbols_of(editor, "Box")


def test_when_the_writer_is_killed_another_process_takes_over(tmp_path: Path) -> None:
    take_turns(make_workspace(tmp_path / "w"), 3)


@pytest.mark.slow
def test_a_hundred_times_another_process_takes_over(tmp_path: Path) -> None:
    take_turns(make_workspace(tmp_path / "w"), 100)
