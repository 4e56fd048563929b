"""Many clients at once: none waits for, or suffers from, another."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rpc_helpers import (
    BOX,
    DEADLINE,
    HostThread,
    Raw,
    hosted,
    make_workspace,
    request,
    wait_until,
)

from flux_index.api.rpc.maintainer import Maintainer
from flux_index.api.rpc.messages import CANCEL, RpcError
from flux_index.api.rpc.server import IndexServer

CANCELLED = -32800


class Gate:
    """Stands in for the operation ``status``: counts who comes in, and lets them go when told."""

    def __init__(self) -> None:
        self.entered = 0
        self.opened = threading.Event()

    def __call__(self, _: object) -> dict[str, Any]:
        self.entered += 1
        assert self.opened.wait(DEADLINE)
        return {"total": 1}


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr("flux_index.api.operations.overview.status", gate)
    yield gate
    gate.opened.set()


@pytest.fixture
def server(tmp_path: Path, gate: Gate) -> Iterator[HostThread]:
    with hosted(make_workspace(tmp_path / "w")) as host:
        with host.client() as client:
            # From here on the index is built; the start has tests of its own.
            client.call("server.wait", {"pending": 0})
        yield host
        gate.opened.set()


def cancel(id_: object) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "method": CANCEL, "params": {"id": id_}}


def test_each_of_many_clients_gets_its_own_answers(server: HostThread) -> None:
    n_clients, n_calls = 24, 20
    failures: list[object] = []

    def work(number: int) -> None:
        try:
            with server.client() as client:
                name = "shapes.Box" if number % 2 else "shapes.Shape"
                for _ in range(n_calls):
                    found = client.call("definition", {"name": name}, DEADLINE)["items"]
                    assert [item["name"] for item in found] == [name]
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(n_clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    wait_until(lambda: not server.host.connections, "all have left")


def test_a_long_request_holds_up_neither_its_client_nor_others(
    server: HostThread, gate: Gate
) -> None:
    with server.client() as busy, server.client() as other:
        long = busy.send("status")
        wait_until(lambda: gate.entered, "the long one runs")
        assert busy.call("definition", BOX, DEADLINE)["total"] == 1
        assert other.call("definition", BOX, DEADLINE)["total"] == 1
        gate.opened.set()
        assert busy.wait(long, DEADLINE) == {"total": 1}


def test_a_client_that_asks_much_leaves_threads_for_others(server: HostThread, gate: Gate) -> None:
    with server.client() as greedy, server.client() as other:
        ids = [greedy.send("status") for _ in range(100)]
        wait_until(lambda: gate.entered == 2, "it has its share")
        assert other.call("definition", BOX, DEADLINE)["total"] == 1
        assert gate.entered == 2
        gate.opened.set()
        assert all(greedy.wait(id_, DEADLINE) == {"total": 1} for id_ in ids)


def test_what_is_cancelled_before_it_runs_never_runs(server: HostThread, gate: Gate) -> None:
    with server.client() as client:
        running = [client.send("status") for _ in range(2)]
        waiting = [client.send("status") for _ in range(3)]
        wait_until(lambda: gate.entered == 2, "the first two run")
        for id_ in waiting:
            client.cancel(id_)
            with pytest.raises(RpcError, match="cancelled") as caught:
                client.wait(id_, DEADLINE)
            assert caught.value.code == CANCELLED
        gate.opened.set()
        assert all(client.wait(id_, DEADLINE) == {"total": 1} for id_ in running)
        assert gate.entered == 2


def test_what_is_cancelled_while_it_runs_is_answered_once(server: HostThread, gate: Gate) -> None:
    with server.raw() as raw:
        raw.say(request("status", id_="long"))
        wait_until(lambda: gate.entered, "it runs")
        answer = raw.ask(cancel("long"))
        assert (answer["id"], answer["error"]["code"]) == ("long", CANCELLED)
        gate.opened.set()
        # Its result is dropped: the next answer is that to the next question.
        assert raw.ask(request("server.info", id_="next"))["id"] == "next"
        assert raw.ask(request("status", id_="again"))["result"] == {"total": 1}


def test_waiting_can_be_cancelled(server: HostThread) -> None:
    with server.raw() as raw:
        raw.say(request("server.wait", {"generation": 1_000_000}, id_=1))
        answer = raw.ask(cancel(1))
        assert (answer["id"], answer["error"]["code"]) == (1, CANCELLED)


def test_cancelling_what_is_not_there_does_nothing(server: HostThread) -> None:
    with server.raw() as raw:
        for id_ in (99, "99", None, [1], {"a": 1}):
            raw.say(cancel(id_))
        raw.say({"jsonrpc": "2.0", "method": CANCEL})
        assert raw.ask(request("server.info", id_=1))["id"] == 1


def test_a_batch_with_something_cancelled_is_answered_as_a_whole(
    server: HostThread, gate: Gate
) -> None:
    with server.raw() as raw:
        raw.say([request("status", id_=1), request("definition", BOX, id_=2)])
        wait_until(lambda: gate.entered, "it runs")
        by_id = {answer["id"]: answer for answer in raw.ask(cancel(1))}
        assert by_id[1]["error"]["code"] == CANCELLED
        assert by_id[2]["result"]["total"] == 1


def vanish(raw: Raw) -> None:
    """Hang up in the rudest way there is."""
    raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.socket.close()


def test_a_client_that_vanishes_takes_only_its_own_requests_along(
    server: HostThread, gate: Gate
) -> None:
    with server.client() as other:
        for begin in (b"", b"Content-Le", b"Content-Length: 1000\r\n\r\n{", b'{"jsonrpc"'):
            raw = server.raw()
            for id_ in range(5):
                raw.say(request("status", id_=id_))
            raw.say(request("server.wait", {"generation": 1_000_000}, id_="wait"))
            raw.send(begin)
            vanish(raw)
        wait_until(lambda: len(server.host.connections) == 1, "they are gone")
        gate.opened.set()
        assert other.call("definition", BOX, DEADLINE)["total"] == 1
        # Under load some of them are only let in by now.
        wait_until(
            lambda: other.call("server.info", timeout=DEADLINE)["clients"] == 1, "they are gone"
        )


def test_a_client_that_never_reads_is_not_listened_to_for_ever(server: HostThread) -> None:
    with server.raw() as deaf, server.client() as other:
        deaf.socket.settimeout(0.5)
        asked = b"".join(
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            for body in [b'{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}'] * 2000
        )
        with pytest.raises(TimeoutError):
            while True:
                deaf.send(asked)
        assert other.call("definition", BOX, DEADLINE)["total"] == 1


def test_before_the_first_build_questions_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    may_watch = threading.Event()
    watch = Maintainer._watch

    def wait_and_watch(maintainer: Maintainer) -> None:
        assert may_watch.wait(DEADLINE)
        watch(maintainer)

    monkeypatch.setattr(Maintainer, "_watch", wait_and_watch)
    with hosted(make_workspace(tmp_path / "w")) as server, server.client() as client:
        synced = client.send("server.sync")
        waiting = client.send("server.wait", {"pending": 0})
        assert client.call("definition", BOX, DEADLINE)["total"] == 1
        running = client.send("status")
        wait_until(lambda: gate.entered, "it runs")
        for id_ in (running, waiting):
            client.cancel(id_)
            with pytest.raises(RpcError) as caught:
                client.wait(id_, DEADLINE)
            assert caught.value.code == CANCELLED
        gate.opened.set()
        may_watch.set()
        assert client.wait(synced, DEADLINE)["reached"]
        assert client.call("definition", BOX, DEADLINE)["total"] == 1


def test_a_question_before_the_watcher_starts_does_not_wait_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The watcher starts when the first questions are answered."""
    root = make_workspace(tmp_path / "w")
    with hosted(root) as server, server.client() as client:
        assert client.call("server.wait", {"pending": 0}, DEADLINE)["reached"]
    answered = threading.Event()
    monkeypatch.setattr("flux_index.api.rpc.maintainer._CATCH_UP_SECONDS", 2 * DEADLINE)
    monkeypatch.setattr("flux_index.api.rpc.maintainer._FIRST_ANSWER_SECONDS", DEADLINE)
    monkeypatch.setattr(IndexServer, "give_way", lambda _, seconds: answered.wait(seconds))
    with hosted(root) as server, server.client() as client:
        for _ in range(2):  # the first one looks at the disk in any case
            assert client.call("references", BOX, DEADLINE)["total"] == 0
        assert client.call("server.info")["watcher"]["mode"] == "starting"
        answered.set()
        assert client.call("server.sync", timeout=DEADLINE)["reached"]


def test_a_question_that_takes_for_ever_does_not_keep_the_index_from_being_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gate: Gate
) -> None:
    monkeypatch.setattr("flux_index.api.rpc.maintainer._FIRST_ANSWER_SECONDS", 0.01)
    with hosted(make_workspace(tmp_path / "w")) as server, server.client() as client:
        client.send("status")
        wait_until(lambda: gate.entered, "it runs")
        assert client.call("server.wait", {"pending": 0}, DEADLINE)["reached"]
        assert client.call("server.info", timeout=DEADLINE)["generation"] > 0
        gate.opened.set()


def test_a_bug_is_told_in_a_sentence_and_logged_with_its_traceback(
    server: HostThread, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: object) -> None:
        raise ZeroDivisionError("secret")

    def unspeakable(_: object) -> object:
        return {"not JSON": {1, 2}}

    with server.client() as client:
        for broken, name in ((fail, "ZeroDivisionError"), (unspeakable, "TypeError")):
            monkeypatch.setattr("flux_index.api.operations.overview.status", broken)
            with pytest.raises(RpcError) as caught:
                client.call("status", timeout=DEADLINE)
            assert caught.value.code == -32603
            assert caught.value.message == f"status failed: {name}; the server's log says more"
        assert client.call("definition", BOX, DEADLINE)["total"] == 1
    assert "ZeroDivisionError: secret" in caplog.text
