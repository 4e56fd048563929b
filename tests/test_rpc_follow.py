"""The index follows the disk, and clients are told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rpc_helpers import DEADLINE, hosted, make_workspace

from flux_index.api.rpc.client import Client
from flux_index.api.rpc.messages import RpcError
from flux_index.indexer.index import Index
from flux_index.indexer.maintain import Progress

NEW = "class Ball:\n    pass\n"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "w")


def total(client: Client, query: str) -> int:
    return client.call("symbols", {"query": query, "kinds": ["class"]}, DEADLINE)["total"]


def test_what_was_written_before_sync_is_answered_after_it(workspace: Path) -> None:
    with hosted(workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        for number in range(5):
            (workspace / "new.py").write_text(NEW.replace("Ball", f"Ball{number}"))
            assert client.call("server.sync", timeout=DEADLINE)["reached"]
            assert total(client, f"Ball{number}") == 1
        (workspace / "new.py").unlink()
        assert client.call("server.sync", timeout=DEADLINE)["reached"]
        assert total(client, "Ball4") == 0


def test_subscribers_are_told_what_has_changed(workspace: Path) -> None:
    with hosted(workspace) as server, server.client() as told, server.client() as quiet:
        before = told.call("server.wait", {"pending": 0}, DEADLINE)["generation"]
        assert told.call("server.subscribe", timeout=DEADLINE)["changes"]
        quiet.call("server.subscribe", {"changes": False}, DEADLINE)
        (workspace / "new.py").write_text(NEW)
        news = told.wait_notification("index/changed", DEADLINE)
        assert news["paths"] == ["new.py"]
        assert news["complete"]
        assert news["generation"] > before
        quiet.call("server.info", timeout=DEADLINE)
        assert quiet.notifications == []


def test_waiting_ends_when_the_index_is_there(workspace: Path) -> None:
    with hosted(workspace) as server, server.client() as waiting:
        generation = waiting.call("server.wait", {"pending": 0}, DEADLINE)["generation"]
        id_ = waiting.send("server.wait", {"generation": generation + 1})
        (workspace / "new.py").write_text(NEW)
        reached = waiting.wait(id_, DEADLINE)
        assert reached["reached"]
        assert reached["generation"] > generation


def test_waiting_ends_when_the_time_is_over(workspace: Path) -> None:
    with hosted(workspace) as server, server.client() as client:
        answer = client.call("server.wait", {"generation": 10**6, "timeout_ms": 10}, DEADLINE)
        assert not answer["reached"]


def test_many_changes_at_once_are_taken_in(workspace: Path) -> None:
    with hosted(workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        folder = workspace / "many"
        folder.mkdir()
        for number in range(200):
            (folder / f"m{number}.py").write_text(NEW)
        assert client.call("server.sync", timeout=DEADLINE)["reached"]
        assert total(client, "Ball") == 200


def test_subscribers_with_a_token_are_told_of_each_build(
    workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = Index.build

    def tell_and_build(index: Index, tell: Callable[[Progress], None], **options: Any) -> object:
        tell(Progress("extract", 10, 400))
        return build(index, **options)

    with hosted(workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        client.call("server.subscribe", {"progressToken": "mine"}, DEADLINE)
        monkeypatch.setattr(Index, "build", tell_and_build)
        for _ in range(2):
            # Settings may say that other files belong to the workspace.
            (workspace / "pyproject.toml").write_text("[project]\n")
            told = [client.wait_notification("$/progress", DEADLINE) for _ in range(2)]
            assert [news["token"] for news in told] == ["mine", "mine"]
            assert [news["value"]["kind"] for news in told] == ["begin", "end"]
            client.call("server.sync", timeout=DEADLINE)


@pytest.mark.parametrize(
    "token", [{"_meta": {"progressToken": 7}}, {"workDoneToken": 7}, {"progressToken": 7}], ids=str
)
def test_a_request_with_a_token_hears_of_the_build_until_it_is_answered(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, token: dict[str, Any]
) -> None:
    may_end = threading.Event()
    build = Index.build

    def begin_and_wait(index: Index, tell: Callable[[Progress], None], **options: Any) -> object:
        progress = Progress("extract", 10, 400)
        progress.done, progress.bytes_done = 3, 100
        tell(progress)
        assert may_end.wait(DEADLINE)
        return build(index, **options)

    monkeypatch.setattr(Index, "build", begin_and_wait)
    with hosted(workspace) as server, server.client() as client:
        waiting = client.send("server.wait", {"pending": 0, **token})
        begun = client.wait_notification("$/progress", DEADLINE)
        client.call("server.sync", {"timeout_ms": 1, **token}, DEADLINE)
        told_in_between = [message["params"]["value"] for message in client.notifications]
        client.notifications.clear()
        may_end.set()
        assert client.wait(waiting, DEADLINE)["reached"]
        while (ended := client.wait_notification("$/progress", DEADLINE))["value"] != {
            "kind": "end"
        }:
            assert ended["value"]["kind"] == "report"
    assert begun == {
        "token": 7,
        "value": {
            "kind": "begin",
            "title": "Indexing",
            "message": "3 of 10 files",
            "percentage": 25,
        },
    }
    assert [value["kind"] for value in told_in_between] == ["begin", "end"]
    assert ended == {"token": 7, "value": {"kind": "end"}}


def test_info_says_who_serves_what(workspace: Path) -> None:
    with hosted(workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        info = client.call("server.info", timeout=DEADLINE)
        assert info["root"] == str(workspace.resolve())
        assert info["role"] == "writer"
        assert info["pending"] == 0
        assert info["endpoints"][0].startswith("unix:")
        assert client.call("status", timeout=DEADLINE)["watcher"]["mode"] in ("native", "polling")


def test_only_the_client_that_started_a_server_may_end_it(workspace: Path) -> None:
    with hosted(workspace) as server, server.client() as client:
        with pytest.raises(RpcError, match="whoever started it") as caught:
            client.call("server.shutdown", timeout=DEADLINE)
        assert caught.value.code == -32010
        assert client.call("server.info", timeout=DEADLINE)["clients"] == 1
