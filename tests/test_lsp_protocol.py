"""Messages that are wrong are answered with the protocol's error, and the next one as ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import MAIN, RawClient, at, make_workspace, uri_of, workspace_server

PARSE_ERROR, INVALID_REQUEST, INVALID_PARAMS = -32700, -32600, -32602
ABOUT_A_PLACE = (
    "definition declaration typeDefinition implementation documentHighlight references "
    "prepareCallHierarchy prepareTypeHierarchy"
).split()
ABOUT_A_DOCUMENT = "documentSymbol foldingRange documentLink semanticTokens/full".split()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "project")


def works(client: RawClient, root: Path) -> bool:
    """Whether the server still answers as it should."""
    found = client.at("definition", uri_of(root / "main.py"), at(MAIN, "= Cir|cle("))
    return [one["uri"] for one in found] == [uri_of(root / "shapes.py")]


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"\xff\xfe", b'{"jsonrpc": "2.0", "id": 1, "method"', b"[" * 50_000],
)
def test_what_is_no_json(root: Path, body: bytes) -> None:
    with workspace_server(root) as client:
        client.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        answer = client.answer(None)
        assert answer["error"]["code"] == PARSE_ERROR
        assert works(client, root)


@pytest.mark.parametrize(
    "message",
    [
        1,
        [],
        {},
        {"method": 1, "id": 7},
        {"jsonrpc": "2.0", "id": {}, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": True, "method": "shutdown"},
        {"jsonrpc": "2.0", "id": 7},
    ],
)
def test_what_is_no_message(root: Path, message: Any) -> None:
    with workspace_server(root) as client:
        body = json.dumps(message).encode()
        client.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        answer = client.receive()
        assert answer["error"]["code"] == INVALID_REQUEST
        assert works(client, root)


def test_headers_that_are_none(root: Path) -> None:
    with workspace_server(root) as client:
        client.write(b"Nonsense\r\n\r\n")
        assert client.answer(None)["error"]["code"] == PARSE_ERROR
        assert works(client, root)
        client.write(b"Content-Length: many\r\n\r\n{}")
        assert client.answer(None)["error"]["code"] == PARSE_ERROR
        assert works(client, root)


def test_a_message_that_is_too_long(root: Path) -> None:
    with workspace_server(root) as client:
        size = 200 * 1024 * 1024
        client.write(b"Content-Length: %d\r\n\r\n" % size)
        chunk = b" " * (1 << 20)
        for _ in range(size // len(chunk)):
            client.write(chunk)
        assert client.answer(None)["error"]["code"] == PARSE_ERROR
        assert works(client, root)


def test_answers_that_nobody_waits_for(root: Path) -> None:
    with workspace_server(root) as client:
        client.send(id="flux-index-99", result=None)
        client.send(id=5, error={"code": 1, "message": "no"})
        assert works(client, root)


@pytest.mark.parametrize("params", [[], 1, "text"])
def test_parameters_that_are_no_object(root: Path, params: Any) -> None:
    with workspace_server(root) as client:
        assert client.error("textDocument/definition", params) == INVALID_PARAMS
        client.notify("textDocument/didOpen", params)
        assert works(client, root)


def test_parameters_that_are_missing(root: Path) -> None:
    identifier = {"textDocument": {"uri": uri_of(root / "main.py")}}
    with workspace_server(root) as client:
        for method in (*ABOUT_A_PLACE, *ABOUT_A_DOCUMENT):
            assert client.error(f"textDocument/{method}", {}) == INVALID_PARAMS, method
            wrong = {"textDocument": {"uri": 1}}
            assert client.error(f"textDocument/{method}", wrong) == INVALID_PARAMS, method
        for method in ABOUT_A_PLACE:
            assert client.error(f"textDocument/{method}", identifier) == INVALID_PARAMS, method
            for position in (None, {}, {"line": "1", "character": 0}, {"line": -1, "character": 0}):
                params = {**identifier, "position": position}
                assert client.error(f"textDocument/{method}", params) == INVALID_PARAMS, method
        for method in ("workspace/symbol", "callHierarchy/incomingCalls", "typeHierarchy/subtypes"):
            assert client.error(method, {}) == INVALID_PARAMS, method
        assert works(client, root)


def test_documents_that_are_not_there(root: Path) -> None:
    start = {"line": 0, "character": 0}
    unknown = [
        uri_of(root / "missing.py"),
        "untitled:Never-opened",
        "nonsense",
        "file:///",
        "file://host/share/x.py",
        "file:///%00.py",
    ]
    with workspace_server(root) as client:
        for uri in unknown:
            params = {"textDocument": {"uri": uri}, "position": start}
            assert client.error("textDocument/definition", params) == INVALID_PARAMS, uri
            change = {"range": {"start": start, "end": start}, "text": "x"}
            client.change(uri, 2, change)
            client.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        client.open("untitled:Brief", "x = 1\nx\n")
        assert client.at("definition", "untitled:Brief", {"line": 1, "character": 0})
        client.notify("textDocument/didClose", {"textDocument": {"uri": "untitled:Brief"}})
        params = {"textDocument": {"uri": "untitled:Brief"}, "position": start}
        assert client.error("textDocument/definition", params) == INVALID_PARAMS
        assert works(client, root)


def test_positions_beyond_the_end_are_the_end(root: Path) -> None:
    uri = uri_of(root / "main.py")
    with workspace_server(root) as client:
        for _ in range(2):
            for position in (
                {"line": 10_000, "character": 0},
                {"line": 10_000, "character": 10_000},
                {"line": 1, "character": 10_000},
            ):
                assert client.at("definition", uri, position) == []
                (chain,) = client.request(
                    "textDocument/selectionRange",
                    {"textDocument": {"uri": uri}, "positions": [position]},
                )
                assert chain["range"]
            # At the end of a line is behind its last name.
            end = {"line": 0, "character": 10_000}
            assert client.at("definition", uri, end)
            client.open(uri, MAIN)
        far = {"line": 10_000, "character": 3}
        client.change(uri, 2, {"range": {"start": far, "end": far}, "text": "circle\n"})
        line = MAIN.count("\n")
        assert client.at("definition", uri, {"line": line, "character": 2})


def test_a_change_that_is_none_changes_nothing(root: Path) -> None:
    uri = uri_of(root / "main.py")
    with workspace_server(root) as client:
        client.open(uri, MAIN)
        for changes in (None, 5, [None], [{}], [{"text": "x", "range": 1}]):
            client.notify(
                "textDocument/didChange",
                {"textDocument": {"uri": uri, "version": 2}, "contentChanges": changes},
            )
        assert works(client, root)


def test_one_id_for_two_requests_at_once(root: Path) -> None:
    with workspace_server(root) as client:
        params = {"query": "Circle"}
        for _ in range(2):
            client.send(id="same", method="workspace/symbol", params=params)
        answers = [client.answer("same") for _ in range(2)]
        assert any("result" in answer for answer in answers)
        assert works(client, root)


def test_broken_code_is_answered_for(root: Path) -> None:
    uri = uri_of(root / "broken.py")
    texts = ["def f(:\n  x = (\nclass", "\0\0", "x = '''", "\ud800 = 1", "(" * 3000, "@" * 500]
    with workspace_server(root) as client:
        for version, text in enumerate(texts):
            client.open(uri, text, version)
            for method in ABOUT_A_DOCUMENT:
                client.request(f"textDocument/{method}", {"textDocument": {"uri": uri}})
            client.at("definition", uri, {"line": 0, "character": 1})
        assert works(client, root)
