"""Malformed JSON-RPC gets the standard's error codes, and the next request its answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from rpc_helpers import BOX, HostThread, Raw, hosted, make_workspace, request

PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostThread]:
    with hosted(make_workspace(tmp_path_factory.mktemp("w"))) as host:
        yield host


@pytest.fixture
def raw(server: HostThread) -> Iterator[Raw]:
    with server.raw() as connection:
        yield connection


def codes(answer: Any) -> list[Any]:
    """Error codes of an answer or a batch of them, "result" for results."""
    answers = answer if isinstance(answer, list) else [answer]
    return [one["error"]["code"] if "error" in one else "result" for one in answers]


MALFORMED: dict[str, tuple[str, list[Any]]] = {
    "no JSON": ('{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]', [PARSE_ERROR]),
    "half a batch": ('[{"jsonrpc": "2.0", "method": "sum", "id": "1"},', [PARSE_ERROR]),
    "nothing but a bracket": ("[", [PARSE_ERROR]),
    "nested too deeply": ("[" * 100_000, [PARSE_ERROR]),
    "not a number": ('{"jsonrpc": "2.0", "method": "status", "id": NaN}', [PARSE_ERROR]),
    "a number of 5,000 digits": ("[" + "1" * 5000 + "]", [PARSE_ERROR]),
    "a number": ("1", [INVALID_REQUEST]),
    "a text": ('"status"', [INVALID_REQUEST]),
    "null": (" null", [INVALID_REQUEST]),
    "an empty object": ("{}", [INVALID_REQUEST]),
    "an empty batch": ("[]", [INVALID_REQUEST]),
    "a batch of nothing": ("[1, 2, 3]", [INVALID_REQUEST] * 3),
    "too large a batch": ("[" + "1," * 1000 + "1]", [INVALID_REQUEST]),
    "no version": ('{"method": "status", "id": 1}', [INVALID_REQUEST]),
    "another version": ('{"jsonrpc": "1.0", "method": "status", "id": 1}', [INVALID_REQUEST]),
    "no method": ('{"jsonrpc": "2.0", "id": 1}', [INVALID_REQUEST]),
    "a method that is no text": ('{"jsonrpc": "2.0", "method": 1, "id": 1}', [INVALID_REQUEST]),
    "an id that is an object": (
        '{"jsonrpc": "2.0", "method": "status", "id": {}}',
        [INVALID_REQUEST],
    ),
    "an id that is true": ('{"jsonrpc": "2.0", "method": "status", "id": true}', [INVALID_REQUEST]),
    "an infinite id": ('{"jsonrpc": "2.0", "method": "status", "id": 1e999}', [INVALID_REQUEST]),
    "params that are a text": (
        '{"jsonrpc": "2.0", "method": "status", "params": "bar", "id": 1}',
        [INVALID_REQUEST],
    ),
    "an unknown method": ('{"jsonrpc": "2.0", "method": "foobar", "id": "1"}', [METHOD_NOT_FOUND]),
    "a method of the language": (
        '{"jsonrpc": "2.0", "method": "__class__", "id": 1}',
        [METHOD_NOT_FOUND],
    ),
    "an unknown parameter": (
        '{"jsonrpc": "2.0", "method": "symbols", "params": {"quer": "Box"}, "id": 1}',
        [INVALID_PARAMS],
    ),
    "a missing parameter": ('{"jsonrpc": "2.0", "method": "symbols", "id": 1}', [INVALID_PARAMS]),
    "a parameter of another type": (
        '{"jsonrpc": "2.0", "method": "symbols", "params": {"query": 1}, "id": 1}',
        [INVALID_PARAMS],
    ),
    "too many parameters": (
        '{"jsonrpc": "2.0", "method": "status", "params": [1], "id": 1}',
        [INVALID_PARAMS],
    ),
    "a parameter of the server's own": (
        '{"jsonrpc": "2.0", "method": "server.wait", "params": {"pending": "0"}, "id": 1}',
        [INVALID_PARAMS],
    ),
    "a path that is no Unicode": (
        '{"jsonrpc": "2.0", "method": "outline", "params": {"path": "\\ud800.py"}, "id": 1}',
        [-32002],
    ),
    "a cancellation that wants an answer": (
        '{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}, "id": 2}',
        [INVALID_REQUEST],
    ),
    "a bit of everything": (
        '[{"jsonrpc": "2.0", "method": "server.info", "id": 1}, {"foo": "boo"}, 1,'
        ' {"jsonrpc": "2.0", "method": "foo.get", "id": "5"}]',
        sorted(["result", INVALID_REQUEST, INVALID_REQUEST, METHOD_NOT_FOUND], key=str),
    ),
}


@pytest.mark.parametrize("style", ["headers", "lines"])
@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_message_costs_nothing_but_itself(raw: Raw, case: str, style: str) -> None:
    body, expected = MALFORMED[case]
    raw.ask(request("server.info"), style)
    ending = b"\n" if style == "lines" else b""
    header = b"Content-Length: %d\r\n\r\n" % len(body) if style == "headers" else b""
    raw.send(header + body.encode() + ending)
    assert sorted(codes(raw.receive()), key=str) == expected
    assert "result" in raw.ask(request("server.info"), style)


@pytest.mark.parametrize(
    "noise",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length: 99999999999\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello, is this TLS?\r\n\r\n",
        b"nonsense\n",
    ],
)
def test_noise_is_answered_and_left_behind(raw: Raw, noise: bytes) -> None:
    raw.send(noise)
    answer = raw.receive()
    assert codes(answer) == [PARSE_ERROR]
    assert answer["id"] is None
    assert "result" in raw.ask(request("server.info"))


def test_a_message_that_is_too_long_is_dropped(raw: Raw) -> None:
    size = 17 * 1024 * 1024
    raw.send(b"Content-Length: %d\r\n\r\n" % size)
    for _ in range(17):
        raw.send(b"[" * (1024 * 1024))
    assert codes(raw.receive()) == [PARSE_ERROR]
    assert "result" in raw.ask(request("server.info"))


def test_ids_come_back_as_they_were(raw: Raw) -> None:
    for id_ in (0, -1, 1.5, "", "ü\ud800", None, 2**60):
        answer = raw.ask(request("server.info", id_=id_))
        assert answer["id"] == id_
        assert type(answer["id"]) is type(id_)
        assert "result" in answer


def test_parameters_by_position_are_in_the_order_of_the_table(raw: Raw) -> None:
    by_name = raw.ask(request("symbols", {"query": "Box", "kinds": ["class"]}))
    by_position = raw.ask(request("symbols", ["Box", ["class"]]))
    assert by_name["result"]["total"] == 1
    assert by_position == by_name


def test_parameters_may_be_left_out_or_null(raw: Raw) -> None:
    left_out = raw.ask(request("server.info"))["result"]
    assert raw.ask({**request("server.info"), "params": None})["result"] == left_out
    assert raw.ask(request("server.info", {}))["result"] == left_out
    assert raw.ask(request("server.info", []))["result"] == left_out


def test_an_unknown_method_is_told_the_nearest(raw: Raw) -> None:
    message = raw.ask(request("definitions"))["error"]["message"]
    assert message == "there is no method 'definitions'; the nearest is definition"


def test_a_batch_is_answered_as_one(raw: Raw) -> None:
    answer = raw.ask([request("definition", BOX, 1), request("symbols", {"query": "Box"}, "b")])
    assert {one["id"] for one in answer} == {1, "b"}
    assert codes(answer) == ["result", "result"]


def test_notifications_are_not_answered(raw: Raw) -> None:
    quiet = {"jsonrpc": "2.0", "method": "server.info"}
    unknown = {"jsonrpc": "2.0", "method": "no.such"}
    answer_of_a_client = {"jsonrpc": "2.0", "id": 7, "result": None}
    for message in (quiet, unknown, answer_of_a_client, [quiet, unknown]):
        raw.say(message)
    batch = raw.ask([quiet, request("server.info", id_="last"), unknown])
    assert [one["id"] for one in batch] == ["last"]


def test_lines_are_answered_on_lines(server: HostThread) -> None:
    with server.raw() as raw:
        raw.send(json.dumps(request("definition", BOX)).encode() + b"\n")
        answer = raw.socket.recv(1 << 20)
    assert answer.endswith(b"\n")
    assert json.loads(answer)["result"]["total"] == 1


def test_one_who_has_said_everything_still_gets_the_answer(server: HostThread) -> None:
    """As ``echo '{…}' | nc -U rpc.sock`` does, which does not end its line."""
    with server.raw() as raw:
        raw.send(json.dumps(request("definition", BOX)).encode())
        raw.socket.shutdown(1)
        assert raw.receive()["result"]["total"] == 1
        assert raw.receive() is None
