"""What an editor shows while somebody types: nothing about the word under the cursor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import MAIN, RawClient, at, make_workspace, uri_of, wait_until, workspace_server

ABLE = {"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": True}}}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "project")


def typed(client: RawClient, uri: str, version: int, place: dict[str, int], text: str) -> None:
    client.change(uri, version, {"range": {"start": place, "end": place}, "text": text})


def pulled(client: RawClient, uri: str) -> set[str]:
    found: Any = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    return {each["code"] for each in found["items"]}


def test_the_word_under_the_cursor_is_left_alone_until_it_is_finished(root: Path) -> None:
    uri, text = uri_of(root / "main.py"), MAIN + "circle.ar\nother\n"
    with workspace_server(root, capabilities=ABLE) as client:
        client.open(uri, text)
        assert pulled(client, uri) == {"unresolved-attribute", "undefined-name"}
        # Somebody goes on with `ar`; what is wrong elsewhere stays.
        typed(client, uri, 2, at(text, "circle.ar|"), "e")
        assert pulled(client, uri) == {"undefined-name"}
        client.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        wait_until(
            lambda: pulled(client, uri) == {"unresolved-attribute", "undefined-name"},
            "what is saved is judged as a whole",
        )


def test_what_was_hidden_is_asked_for_again_when_typing_ends(root: Path) -> None:
    uri, text = uri_of(root / "main.py"), MAIN + "circle.ar\n"
    with workspace_server(root, capabilities=ABLE) as client:
        client.open(uri, text)
        typed(client, uri, 2, at(text, "circle.ar|"), "e")
        assert pulled(client, uri) == set()

        def asked_again() -> bool:
            client.settled()
            return any(
                each.get("method") == "workspace/diagnostic/refresh" for each in client.heard
            )

        wait_until(asked_again, "the editor is told to ask again")
        wait_until(lambda: pulled(client, uri) == {"unresolved-attribute"}, "it is shown")


def test_a_statement_that_is_being_written_is_no_syntax_error_yet(root: Path) -> None:
    uri, text = uri_of(root / "main.py"), MAIN + "circle\n"
    with workspace_server(root, capabilities=ABLE) as client:
        client.open(uri, text)
        typed(client, uri, 2, at(text, "print(total([circle]))\n\n\ndef describe(|"), "")
        typed(client, uri, 3, at(text, "\ncircle|\n"), ".")
        assert pulled(client, uri) == set()


def test_an_editor_that_cannot_be_told_later_is_told_at_once(root: Path) -> None:
    uri, text = uri_of(root / "main.py"), MAIN + "circle.ar\n"
    with workspace_server(root, capabilities={"textDocument": {"diagnostic": {}}}) as client:
        client.open(uri, text)
        typed(client, uri, 2, at(text, "circle.ar|"), "e")
        assert pulled(client, uri) == {"unresolved-attribute"}


def test_implementations_are_the_names_and_not_whole_definitions(root: Path) -> None:
    able = {"textDocument": {"implementation": {"linkSupport": True}}}
    uri = uri_of(root / "shapes.py")
    with workspace_server(root, capabilities=able) as client:
        text = (root / "shapes.py").read_text()
        client.open(uri, text)
        asked = {"textDocument": {"uri": uri}, "position": at(text, "def ar|ea")}
        found: Any = client.request("textDocument/implementation", asked)
        assert len(found) == 3
        for each in found:
            start, end = each["range"]["start"], each["range"]["end"]
            assert start["line"] == end["line"]
            assert end["character"] - start["character"] == len("area")


def test_special_methods_come_last_in_completion(root: Path) -> None:
    uri, text = uri_of(root / "main.py"), MAIN + "circle.\n"
    with workspace_server(root) as client:
        client.open(uri, text)
        asked = {"textDocument": {"uri": uri}, "position": at(text, "\ncircle.|")}
        found: Any = client.request("textDocument/completion", asked)
        items = found["items"] if isinstance(found, dict) else found
        ordered = [
            each["label"] for each in sorted(items, key=lambda i: i.get("sortText", i["label"]))
        ]
        assert ordered[:2] == ["area", "name"]
        assert all(label.startswith("__") for label in ordered[2:])
