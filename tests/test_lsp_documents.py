"""What is open in the editor: unsaved text, odd names, odd line breaks, notebooks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from lsp_helpers import (
    MAIN,
    SHAPES,
    at,
    make_workspace,
    server,
    uri_of,
    wait_until,
    workspace_server,
)

from flux_index.lsp.documents import is_readable

ENCODINGS = ("utf-8", "utf-16", "utf-32")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "project")


def names(symbols: list[dict[str, Any]]) -> list[str]:
    return [symbol["name"] for symbol in symbols]


def outline(client: Any, uri: str) -> list[str]:
    return names(client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}}))


def test_unsaved_text_is_seen_across_files(root: Path) -> None:
    shapes, main = uri_of(root / "shapes.py"), uri_of(root / "main.py")
    with workspace_server(root) as client:
        client.open(shapes, SHAPES)
        client.open(main, MAIN)
        end = {"line": SHAPES.count("\n"), "character": 0}
        added = "\n\ndef perimeter(shape: Shape) -> float: ...\n"
        client.change(shapes, 2, {"range": {"start": end, "end": end}, "text": added})
        used = MAIN.replace("total\n", "total, perimeter\n", 1) + "perimeter(circle)\n"
        client.change(main, 2, {"text": used})
        (found,) = client.at("definition", main, at(used, "peri|meter(circle)"))
        assert found["uri"] == shapes
        assert found["range"]["start"]["line"] == end["line"] + 2
        where = {"line": end["line"] + 2, "character": 5}
        assert client.references(shapes, where) == [
            ("main.py", 0),
            ("main.py", used.count("\n") - 1),
        ]
        # Closing without saving brings the files back.
        client.notify("textDocument/didClose", {"textDocument": {"uri": shapes}})
        assert client.at("definition", main, at(used, "peri|meter(circle)")) == []


def test_text_of_an_open_document_counts_whatever_happens_on_disk(root: Path) -> None:
    shapes = uri_of(root / "shapes.py")
    with workspace_server(root) as client:
        client.open(shapes, SHAPES)
        (root / "shapes.py").write_text("x = 1\n")
        client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": shapes, "type": 2}]})
        wait_until(lambda: names(client.request("workspace/symbol", {"query": "Square"})), "open")
        assert outline(client, shapes)[0] == "Shape"
        client.notify("textDocument/didClose", {"textDocument": {"uri": shapes}})
        assert outline(client, shapes) == ["x"]


def test_files_changed_on_disk_are_seen_without_notice(root: Path) -> None:
    shapes = uri_of(root / "shapes.py")
    where = at(SHAPES, "def tot|al")
    with workspace_server(root) as client:
        assert ("main.py", 3) in client.references(shapes, where)
        (root / "more.py").write_text("from shapes import total\n\ntotal([])\n")
        wait_until(lambda: ("more.py", 2) in client.references(shapes, where), "it is seen")
        os.remove(root / "more.py")
        wait_until(lambda: ("more.py", 2) not in client.references(shapes, where), "it is gone")


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_positions_count_in_the_encoding_that_was_negotiated(tmp_path: Path, encoding: str) -> None:
    line = 'é = "😀"; ä, plain = é, 1; print(ä)'
    root = make_workspace(tmp_path, odd=line + "\n")
    before = line[: line.index("print(") + len("print(")]
    units = {"utf-8": before.encode(), "utf-32": before, "utf-16": before.encode("utf-16-le")}
    character = len(units[encoding]) // (2 if encoding == "utf-16" else 1)
    with server() as client:
        general = {"general": {"positionEncodings": [encoding]}}
        announced = client.initialize(root, capabilities=general)
        assert announced["positionEncoding"] == encoding
        uri = uri_of(root / "odd.py")
        asked = {"line": 0, "character": character}
        (found,) = client.at("definition", uri, asked)
        start = line[: line.index("ä")]
        expected = {
            "utf-8": len(start.encode()),
            "utf-32": len(start),
            "utf-16": len(start.encode("utf-16-le")) // 2,
        }[encoding]
        assert found["range"]["start"] == {"line": 0, "character": expected}
        # Edits count the same way.
        client.open(uri, line + "\n")
        end = {"line": 0, "character": character + (2 if encoding == "utf-8" else 1)}
        client.change(uri, 2, {"range": {"start": asked, "end": end}, "text": "plain"})
        (found,) = client.at("definition", uri, asked)
        plain = line[: line.index("plain")]
        assert found["range"]["start"]["character"] in (
            len(plain.encode()),
            len(plain),
            len(plain.encode("utf-16-le")) // 2,
        )


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_break(tmp_path: Path, ending: str) -> None:
    text = ending.join(["", "class A:", "    x = 1", "", "a = A()", "a.x", ""])
    root = make_workspace(tmp_path, breaks=text)
    uri = uri_of(root / "breaks.py")
    with workspace_server(root) as client:
        for _ in range(2):  # as it is on disk, and as it is open
            (found,) = client.at("definition", uri, {"line": 5, "character": 2})
            assert found["range"]["start"] == {"line": 2, "character": 4}
            client.open(uri, text)
        start, end = {"line": 2, "character": 4}, {"line": 2, "character": 5}
        client.change(uri, 2, {"range": {"start": start, "end": end}, "text": "wide"})
        assert client.at("definition", uri, {"line": 5, "character": 2}) == []
        start, end = {"line": 5, "character": 2}, {"line": 6, "character": 0}
        client.change(uri, 3, {"range": {"start": start, "end": end}, "text": "wide" + ending})
        (found,) = client.at("definition", uri, {"line": 5, "character": 2})
        assert found["range"]["end"] == {"line": 2, "character": 8}


def test_a_line_feed_may_meet_the_carriage_return_before_it(root: Path) -> None:
    uri = uri_of(root / "met.py")
    with workspace_server(root) as client:
        client.open(uri, "a = 1\rb = 2\n")
        where = {"line": 1, "character": 0}
        client.change(uri, 2, {"range": {"start": where, "end": where}, "text": "\n"})
        assert [
            one["location"]["range"]["start"]["line"]
            for one in client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
        ] == [0, 1]


def test_a_byte_order_mark_counts_as_the_client_counts_it(tmp_path: Path) -> None:
    root = make_workspace(tmp_path, marked="x = 1\nx\n")
    uri = uri_of(root / "marked.py")
    with workspace_server(root) as client:
        client.open(uri, "\ufeffvalue = 1\nvalue\n")
        (found,) = client.at("definition", uri, {"line": 1, "character": 2})
        assert found["range"]["start"] == {"line": 0, "character": 1}
        (found,) = client.at("definition", uri, {"line": 0, "character": 2})
        assert found["range"]["end"] == {"line": 0, "character": 6}


def test_a_document_is_the_text_that_the_client_has_whatever_coding_it_declares(root: Path) -> None:
    uri = uri_of(root / "coded.py")
    text = "# -*- coding: latin-1 -*-\ngrün = 'é'; rot = grün\n"
    with workspace_server(root) as client:
        client.open(uri, text)
        (found,) = client.at("definition", uri, at(text, "rot = gr|ün"))
        assert found["range"]["end"] == {"line": 1, "character": 4}


@pytest.mark.parametrize(
    "name", ["with space.py", "percent%20.py", "größe.py", "a#b?c.py", "[x].py"]
)
def test_odd_file_names(root: Path, name: str) -> None:
    (root / name).write_text("value = 1\nvalue\n")
    uri = "file://" + quote(str(root / name))
    with workspace_server(root) as client:
        (found,) = client.at("definition", uri, {"line": 1, "character": 0})
        assert found["uri"].lower() == uri.lower()


def test_uris_keep_the_spelling_of_the_client(root: Path) -> None:
    plain = uri_of(root / "shapes.py")
    spelled = plain.replace("shapes", "%73hapes").replace("file://", "file://localhost", 1)
    with workspace_server(root) as client:
        client.open(spelled, SHAPES)
        (found,) = client.at("definition", uri_of(root / "main.py"), at(MAIN, "= Cir|cle("))
        assert found["uri"] == spelled


def test_a_folder_opened_through_a_link_keeps_its_name(root: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(root, target_is_directory=True)
    with workspace_server(link) as client:
        (found,) = client.at("definition", uri_of(link / "main.py"), at(MAIN, "= Cir|cle("))
        assert found["uri"] == uri_of(link / "shapes.py")


def test_untitled_documents_see_the_workspace(root: Path) -> None:
    text = "from shapes import Circle\n\nmine = Circle\nmine\n"
    with workspace_server(root) as client:
        client.open("untitled:Untitled-1", text)
        (found,) = client.at("definition", "untitled:Untitled-1", {"line": 3, "character": 1})
        assert found["uri"] == "untitled:Untitled-1"
        (found,) = client.at("definition", "untitled:Untitled-1", at(text, "= Cir|cle"))
        assert found["uri"] == uri_of(root / "shapes.py")
        assert ("Untitled-1", 2) in [
            (name.rpartition(":")[2], line)
            for name, line in client.references(
                uri_of(root / "shapes.py"), at(SHAPES, "class Cir|cle")
            )
        ]


def test_a_file_outside_of_all_folders_is_answered_for(root: Path, tmp_path: Path) -> None:
    other = make_workspace(tmp_path / "other", lonely="def alone(): ...\n\nalone()\n")
    uri = uri_of(other / "lonely.py")
    with workspace_server(root) as client:
        (found,) = client.at("definition", uri, {"line": 2, "character": 1})
        assert found["uri"] == uri
        client.open(uri, "def alone(): ...\n\nalone()\nalone()\n")
        assert client.references(uri, {"line": 0, "character": 5}) == [
            ("lonely.py", 2),
            ("lonely.py", 3),
        ]
    assert not (other / ".flux-index").exists()


def test_stubs_that_definitions_lead_to_can_be_asked_about(root: Path) -> None:
    with workspace_server(root) as client:
        (found,) = client.at("definition", uri_of(root / "shapes.py"), at(SHAPES, "maths.p|i"))
        assert "/stdlib/math" in found["uri"]
        again = client.at("definition", found["uri"], found["range"]["start"])
        assert found in again


def test_a_document_over_the_size_limit_has_no_answer(tmp_path: Path) -> None:
    root = make_workspace(tmp_path, large="value = 1\n")
    (root / "pyproject.toml").write_text("[tool.flux-index]\nmax-file-size = 100\n")
    uri = uri_of(root / "large.py")
    with workspace_server(root) as client:
        client.open(uri, "value = 1\n" * 100)
        assert client.at("definition", uri, {"line": 0, "character": 1}) is None
        client.change(uri, 2, {"text": "value = 1\nvalue\n"})
        assert client.at("definition", uri, {"line": 1, "character": 1})


def test_documents_in_other_languages_have_no_answer(root: Path) -> None:
    uri = uri_of(root / "notes.md")
    with workspace_server(root) as client:
        item = {"uri": uri, "languageId": "markdown", "version": 1, "text": "def x(): ..."}
        client.notify("textDocument/didOpen", {"textDocument": item})
        assert client.at("definition", uri, {"line": 0, "character": 5}) is None


CELLS = ["%matplotlib inline\nimport shapes\n", "circle = shapes.Circle('a')", "circle.area()\n"]


def test_cells_of_a_notebook_are_one_module_in_their_order(root: Path) -> None:
    notebook = uri_of(root / "study.ipynb")
    cells = [f"vscode-notebook-cell:{notebook[7:]}#C{number}" for number in range(4)]
    documents = [
        {"uri": uri, "languageId": "python", "version": 1, "text": text}
        for uri, text in zip(cells, CELLS, strict=False)
    ]
    listed = [{"kind": 2, "document": uri} for uri in cells[:3]]
    with workspace_server(root) as client:
        item = {"uri": notebook, "notebookType": "jupyter-notebook", "version": 1, "cells": listed}
        client.notify(
            "notebookDocument/didOpen",
            {"notebookDocument": item, "cellTextDocuments": documents},
        )
        (found,) = client.at("definition", cells[2], {"line": 0, "character": 2})
        assert (found["uri"], found["range"]["start"]) == (cells[1], {"line": 0, "character": 0})
        (found,) = client.at("definition", cells[2], {"line": 0, "character": 9})
        assert found["uri"] == uri_of(root / "shapes.py")
        assert outline(client, cells[1]) == ["circle"]
        assert outline(client, cells[0]) == []
        # A new cell in between, with the text of another changed at the same time.
        added = {
            "uri": cells[3],
            "languageId": "python",
            "version": 1,
            "text": "\n\nother = circle",
        }
        start = {"line": 0, "character": 0}
        client.notify(
            "notebookDocument/didChange",
            {
                "notebookDocument": {"uri": notebook, "version": 2},
                "change": {
                    "cells": {
                        "structure": {
                            "array": {
                                "start": 2,
                                "deleteCount": 0,
                                "cells": [{"kind": 2, "document": cells[3]}],
                            },
                            "didOpen": [added],
                        },
                        "textContent": [
                            {
                                "document": {"uri": cells[2], "version": 2},
                                "changes": [
                                    {"range": {"start": start, "end": start}, "text": "other\n"}
                                ],
                            }
                        ],
                    }
                },
            },
        )
        (found,) = client.at("definition", cells[2], {"line": 0, "character": 1})
        assert (found["uri"], found["range"]["start"]) == (cells[3], {"line": 2, "character": 0})
        assert client.at("documentHighlight", cells[3], {"line": 2, "character": 9}) == [
            {
                "range": {
                    "start": {"line": 2, "character": 8},
                    "end": {"line": 2, "character": 14},
                },
                "kind": 2,
            }
        ]
        client.notify(
            "notebookDocument/didClose",
            {
                "notebookDocument": {"uri": notebook},
                "cellTextDocuments": [{"uri": uri} for uri in cells],
            },
        )
        assert client.error(
            "textDocument/definition", {"textDocument": {"uri": cells[1]}, "position": start}
        )


def test_what_is_not_open_is_read_only_if_it_is_a_python_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret = 1\n")
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "link.py").symlink_to(tmp_path / "token")
    found = {name: is_readable((tmp_path / name).as_uri()) for name in ("token", "a.py", "link.py")}
    assert found == {"token": False, "a.py": True, "link.py": False}
