"""What helps in writing, over the protocol, as clients see it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import (
    MAIN,
    SHAPES,
    RawClient,
    at,
    covered,
    document,
    editor,
    make_workspace,
    opened,
    position,
    server,
    uri_of,
    wait_until,
    workspace_server,
)
from lsprotocol import types

# The smallest client that still takes edits by version and can be asked to confirm.
ABLE: dict[str, Any] = {
    "workspace": {
        "workspaceEdit": {
            "documentChanges": True,
            "changeAnnotationSupport": {"groupsOnLabel": True},
        }
    },
    "textDocument": {
        "rename": {"prepareSupport": True},
        "diagnostic": {},
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    },
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_workspace(tmp_path / "project")


def edited(text: str, edits: list[dict[str, Any]]) -> str:
    """A text of ASCII after edits as the protocol has them."""
    lines = text.split("\n")

    def offset(place: dict[str, int]) -> int:
        return sum(len(line) + 1 for line in lines[: place["line"]]) + place["character"]

    for edit in sorted(edits, key=lambda edit: offset(edit["range"]["start"]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text


@pytest.mark.asyncio
async def test_hover(root: Path) -> None:
    async with editor(root) as client:
        found = await client.text_document_hover_async(
            types.HoverParams(document(root / "main.py"), position(MAIN, "circle = Cir|cle"))
        )
        assert found is not None and found.range is not None
        assert isinstance(found.contents, types.MarkupContent)
        assert found.contents.kind == types.MarkupKind.Markdown
        assert "class Circle(Shape)" in found.contents.value
        assert covered(MAIN, found.range) == "Circle"


@pytest.mark.asyncio
async def test_signature_help_in_an_unsaved_text(root: Path) -> None:
    async with editor(root) as client:
        text = MAIN + "Circle("
        opened(client, root / "main.py", text)
        found = await client.text_document_signature_help_async(
            types.SignatureHelpParams(document(root / "main.py"), position(text, "\nCircle(|"))
        )
        assert found is not None
        (signature,) = found.signatures
        assert signature.label == "Circle(name: str) -> Circle"
        assert found.active_parameter == 0


@pytest.mark.asyncio
async def test_completion_and_resolve(root: Path) -> None:
    async with editor(root) as client:
        text = MAIN + "circle.\nother = Squ\n"
        opened(client, root / "main.py", text)
        found = await client.text_document_completion_async(
            types.CompletionParams(document(root / "main.py"), position(text, "circle.|\n"))
        )
        assert isinstance(found, types.CompletionList)
        labels = [item.label for item in found.items]
        assert labels[:2] == ["area", "name"]
        resolved = await client.completion_item_resolve_async(found.items[0])
        assert isinstance(resolved.documentation, types.MarkupContent)
        assert "def area(self) -> float" in resolved.documentation.value
        found = await client.text_document_completion_async(
            types.CompletionParams(document(root / "main.py"), position(text, "= Squ|"))
        )
        assert isinstance(found, types.CompletionList)
        square = next(item for item in found.items if item.label == "Square")
        assert square.additional_text_edits is None
        resolved = await client.completion_item_resolve_async(square)
        assert resolved.additional_text_edits is not None
        (edit,) = resolved.additional_text_edits
        assert edit.new_text == "Square, "


def test_completion_for_a_client_that_can_little(root: Path) -> None:
    uri = uri_of(root / "main.py")
    with workspace_server(root) as client:
        text = "from shapes import Circle\nclass Disc(Circle):\n    def ar"
        client.open(uri, text)
        found = client.at("completion", uri, at(text, "def ar|"))
        area = next(item for item in found["items"] if item["label"] == "area")
        assert "insertTextFormat" not in area
        assert edited(text, [area["textEdit"]]).endswith(
            "    def area(self) -> float:\n        return super().area()"
        )


@pytest.mark.asyncio
async def test_rename(root: Path) -> None:
    async with editor(root) as client:
        opened(client, root / "main.py")
        where = document(root / "main.py"), position(MAIN, "shape.ar|ea")
        prepared = await client.text_document_prepare_rename_async(
            types.PrepareRenameParams(*where)
        )
        assert isinstance(prepared, types.PrepareRenamePlaceholder)
        assert prepared.placeholder == "area"
        found = await client.text_document_rename_async(types.RenameParams(*where, "size"))
        assert found is not None and found.document_changes is not None
        counts: dict[str, tuple[int | None, int]] = {}
        for change in found.document_changes:
            assert isinstance(change, types.TextDocumentEdit)
            name = change.text_document.uri.rpartition("/")[2]
            counts[name] = change.text_document.version, len(change.edits)
        assert counts == {"main.py": (1, 1), "shapes.py": (None, 4)}


def test_rename_marks_what_is_known_by_convention(tmp_path: Path) -> None:
    conftest = "import pytest\n\n\n@pytest.fixture\ndef box():\n    return 1\n"
    test = "def test_it(box):\n    assert box\n"
    root = make_workspace(tmp_path / "project", tests__conftest=conftest, tests__test_x=test)
    params = {"position": at(conftest, "def bo|x"), "newName": "crate"}
    params["textDocument"] = {"uri": uri_of(root / "tests/conftest.py")}
    with workspace_server(root, capabilities=ABLE) as client:
        found = client.request("textDocument/rename", params)
        (annotation,) = found["changeAnnotations"]
        assert found["changeAnnotations"][annotation]["needsConfirmation"] is True
        marked = {
            change["textDocument"]["uri"].rpartition("/")[2]: [
                edit.get("annotationId") for edit in change["edits"]
            ]
            for change in found["documentChanges"]
        }
        assert marked == {"conftest.py": [None], "test_x.py": [annotation, annotation]}
    with workspace_server(root) as client:  # which cannot ask anybody
        found = client.request("textDocument/rename", params)
        assert set(found["changes"]) == {
            uri_of(root / f"tests/{name}.py") for name in ("conftest", "test_x")
        }
        (told,) = (
            each["params"] for each in client.heard if each.get("method") == "window/showMessage"
        )
        assert told["message"] == (
            "Renamed by convention only: tests/test_x.py:1, tests/test_x.py:2"
        )


def test_renaming_a_module_renames_its_file(tmp_path: Path) -> None:
    main = "import shapes\n\nshapes.area()\n"
    root = make_workspace(tmp_path / "project", shapes="def area(): ...\n", main=main)
    edits = {"documentChanges": True, "resourceOperations": ["rename"]}
    params = {"position": at(main, "import sh|apes"), "newName": "forms"}
    params["textDocument"] = {"uri": uri_of(root / "main.py")}
    able = {"workspace": {"workspaceEdit": edits}}
    with workspace_server(root, capabilities=able) as client:
        assert client.request("textDocument/prepareRename", params)["placeholder"] == "shapes"
        change, move = client.request("textDocument/rename", params)["documentChanges"]
        assert [each["newText"] for each in change["edits"]] == ["forms", "forms"]
        names = uri_of(root / "shapes.py"), uri_of(root / "forms.py")
        assert move == {"kind": "rename", "oldUri": names[0], "newUri": names[1]}
        taken = client.answer(client.ask("textDocument/rename", {**params, "newName": "main"}))
        assert taken["error"]["message"] == "main.py is there already."
    with workspace_server(root) as client:  # which cannot rename files
        refused = client.answer(client.ask("textDocument/rename", params))
        assert "is a module" in refused["error"]["message"]


def test_rename_is_refused_with_a_reason(root: Path) -> None:
    uri = uri_of(root / "shapes.py")
    with workspace_server(root, capabilities=ABLE) as client:
        asked = {"textDocument": {"uri": uri}, "position": at(SHAPES, "def to|tal")}
        answer = client.answer(client.ask("textDocument/rename", {**asked, "newName": "Circle"}))
        assert answer["error"]["code"] == -32803
        assert answer["error"]["message"] == "'Circle' is bound in main.py, line 1, already."
        at_maths = {"textDocument": {"uri": uri}, "position": at(SHAPES, "maths.p|i")}
        answer = client.answer(client.ask("textDocument/prepareRename", at_maths))
        assert "outside of the workspace" in answer["error"]["message"]


def test_imports_follow_files(root: Path) -> None:
    with workspace_server(root, capabilities=ABLE) as client:
        client.open(uri_of(root / "main.py"), MAIN, version=7)
        moved = [{"oldUri": uri_of(root / "shapes.py"), "newUri": uri_of(root / "forms.py")}]
        found = client.request("workspace/willRenameFiles", {"files": moved})
        (change,) = found["documentChanges"]
        assert change["textDocument"] == {"uri": uri_of(root / "main.py"), "version": 7}
        new = edited(MAIN, change["edits"])
        assert new.startswith("from forms import Circle, Shape, total\n")
        (root / "shapes.py").rename(root / "forms.py")
        client.change(uri_of(root / "main.py"), 8, {"text": new})
        client.notify("workspace/didRenameFiles", {"files": moved})

        def leads_there() -> bool:
            listed = client.at("definition", uri_of(root / "main.py"), at(new, "Cir|cle"))
            return [one["uri"] for one in listed] == [uri_of(root / "forms.py")]

        wait_until(leads_there, "the definition is in the new file")


@pytest.mark.asyncio
async def test_inlay_hints(root: Path) -> None:
    async with editor(root) as client:
        text = "from shapes import Circle\ndef make():\n    return Circle('x')\nit = make()\n"
        opened(client, root / "main.py", text)
        whole = types.Range(types.Position(0, 0), types.Position(9, 0))
        found = await client.text_document_inlay_hint_async(
            types.InlayHintParams(document(root / "main.py"), whole)
        )
        assert found is not None
        assert [hint.label for hint in found] == [" -> Circle", ": Circle"]


@pytest.mark.asyncio
async def test_code_lens(root: Path) -> None:
    async with editor(root) as client:
        found = await client.text_document_code_lens_async(
            types.CodeLensParams(document(root / "shapes.py"))
        )
        assert found is not None
        titles: dict[str, list[str]] = {}
        for lens in found:
            assert lens.command is None
            resolved = await client.code_lens_resolve_async(lens)
            assert resolved.command is not None
            titles.setdefault(covered(SHAPES, lens.range), []).append(resolved.command.title)
        assert titles["Shape"] == ["5 references", "2 subclasses"]
        assert titles["total"] == ["2 references"]
        assert "overrides Shape.area" in titles["area"]


def test_code_actions(root: Path) -> None:
    uri = uri_of(root / "main.py")
    with workspace_server(root, capabilities=ABLE) as client:
        text = "Square('x')\n"
        client.open(uri, text, version=3)
        start, end = at(text, "|Square"), at(text, "Square|")
        asked = {"textDocument": {"uri": uri}, "range": {"start": start, "end": end}}
        found = client.request("textDocument/codeAction", {**asked, "context": {"diagnostics": []}})
        (action,) = found
        assert action["title"] == "Add 'from shapes import Square'"
        assert action["kind"] == "quickfix" and action["isPreferred"] is True
        (change,) = action["edit"]["documentChanges"]
        assert change["textDocument"]["version"] == 3
        assert edited(text, change["edits"]) == "from shapes import Square\n\nSquare('x')\n"
        only: dict[str, Any] = {"diagnostics": [], "only": ["source.fixAll"]}
        assert client.request("textDocument/codeAction", {**asked, "context": only}) == []
        asked = {"textDocument": {"uri": uri_of(root / "shapes.py")}}
        start, end = at(SHAPES, "class |Circle"), at(SHAPES, "class Circle|")
        asked["range"] = {"start": start, "end": end}
        only = {"diagnostics": [], "only": ["refactor"]}
        found = client.request("textDocument/codeAction", {**asked, "context": only})
        assert found == []  # `area` is there, and there is nothing else to override


def test_diagnostics_are_pulled(root: Path) -> None:
    (root / "broken.py").write_text("def f(:\n")
    uri = uri_of(root / "main.py")
    with workspace_server(root, capabilities=ABLE) as client:
        client.open(uri, "x = (\n")
        found = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        assert found["kind"] == "full"
        (item,) = found["items"]
        assert (item["source"], item["message"]) == ("flux-index", "'(' was never closed")
        asked = {"textDocument": {"uri": uri}, "previousResultId": found["resultId"]}
        again = client.request("textDocument/diagnostic", asked)
        assert again == {"kind": "unchanged", "resultId": found["resultId"]}

        def reports(previous: list[dict[str, str]]) -> dict[str, dict[str, Any]]:
            answer = client.request("workspace/diagnostic", {"previousResultIds": previous})
            return {one["uri"].rpartition("/")[2]: one for one in answer["items"]}

        first = wait_until(lambda: (r := reports([])).get("broken.py") and r, "all are known")
        assert len(first["broken.py"]["items"]) == 1
        assert first["main.py"]["version"] == 1
        previous = [{"uri": one["uri"], "value": one["resultId"]} for one in first.values()]
        second = reports(previous)
        assert {one["kind"] for one in second.values()} == {"unchanged"}
        (root / "broken.py").write_text("def f(): ...\n")
        client.notify(
            "workspace/didChangeWatchedFiles",
            {"changes": [{"uri": uri_of(root / "broken.py"), "type": 2}]},
        )
        mended = wait_until(
            lambda: (r := reports(previous)["broken.py"])["kind"] == "full" and r, "it is mended"
        )
        assert mended["items"] == []


def heard_of(client: RawClient, uri: str, version: int) -> list[Any]:
    """The diagnostics that are pushed for a version of a document."""

    def found() -> Any:
        client.settled()
        return [
            message["params"]
            for message in client.heard
            if message.get("method") == "textDocument/publishDiagnostics"
            and message["params"]["uri"] == uri
            and message["params"].get("version") == version
        ]

    return wait_until(found, f"version {version} is judged")[-1]["diagnostics"]


def test_diagnostics_are_pushed_with_versions(root: Path) -> None:
    uri = uri_of(root / "main.py")
    able = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
    with workspace_server(root, capabilities=able) as client:
        client.open(uri, "x = (\n", version=1)
        assert len(heard_of(client, uri, 1)) == 1
        client.change(uri, 2, {"text": "x = 1\n"})
        assert heard_of(client, uri, 2) == []
        assert "'(' was never closed" in str(client.heard)


def test_diagnostics_are_pushed_again_when_another_file_changes(root: Path) -> None:
    uri = uri_of(root / "main.py")
    text = "from shapes import Hexagon\n\nprint(Hexagon)\n"
    able = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
    with workspace_server(root, capabilities=able) as client:
        client.open(uri, text)
        (missing,) = heard_of(client, uri, 1)
        assert missing["code"] == "unresolved-name"
        (root / "shapes.py").write_text("class Hexagon: ...\n")
        wait_until(lambda: heard_of(client, uri, 1) == [], "the new class is known")


def test_the_client_is_told_to_pull_again_when_a_file_changes(root: Path) -> None:
    able = {**ABLE, "workspace": {"diagnostics": {"refreshSupport": True}}}
    with workspace_server(root, capabilities=able) as client:
        client.open(uri_of(root / "main.py"), MAIN)
        (root / "shapes.py").write_text("class Hexagon: ...\n")

        def told() -> bool:
            client.settled()
            return any(one.get("method") == "workspace/diagnostic/refresh" for one in client.heard)

        wait_until(told, "it is told")


def test_what_another_server_reports_is_left_out(root: Path) -> None:
    text = "import os\nimport nowhere\n\nprint(unknown)\n"
    uri = uri_of(root / "main.py")

    def reported(*names: object) -> set[str]:
        options = {"diagnostics": {"leaveOut": list(names)}}
        with workspace_server(root, capabilities=ABLE, initializationOptions=options) as client:
            client.open(uri, text)
            asked = {"textDocument": {"uri": uri}}
            found = client.request("textDocument/diagnostic", asked)
            return {item["code"] for item in found["items"]}

    everything = reported()
    assert "undefined-name" in everything
    assert reported("undefined-name") == everything - {"undefined-name"}
    of_ruff = {code for code in everything if code.startswith("ruff:")}
    assert reported("ruff") == everything - of_ruff
    assert reported("type-checker") == of_ruff
    assert reported("type-checker", "ruff") == set()


def test_features_can_be_turned_off(root: Path) -> None:
    with server() as client:
        off = {"features": {"completion": False, "rename": False}}
        capabilities = client.initialize(root, initializationOptions=off)
        assert "completionProvider" not in capabilities and "renameProvider" not in capabilities
        assert capabilities["hoverProvider"] is True


def test_what_was_said_at_first_holds_until_something_else_is_said(root: Path) -> None:
    uri = uri_of(root / "main.py")
    first = {"diagnostics": {"leaveOut": ["undefined-name"]}}

    def codes(client: RawClient) -> set[str]:
        found = client.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
        return {item["code"] for item in found["items"]}

    with workspace_server(root, capabilities=ABLE, initializationOptions=first) as client:
        client.open(uri, "print(unknown)\n")
        for said, shown in (
            ({"completion": {"limit": 10}}, set()),
            ({"diagnostics": {"leaveOut": []}}, {"undefined-name"}),
            ({}, set()),
        ):
            client.notify("workspace/didChangeConfiguration", {"settings": {"flux-index": said}})
            assert codes(client) == shown


def test_operations_are_commands(root: Path) -> None:
    with workspace_server(root) as client:
        command = {"command": "flux-index.references", "arguments": [{"name": "shapes.total"}]}
        found = client.request("workspace/executeCommand", command)
        assert found["symbol"]["name"] == "shapes.total" and found["total"] == 2
        assert client.error("workspace/executeCommand", {"command": "flux-index.none"}) == -32602
        wrong = {"command": "flux-index.references", "arguments": [{"colour": 1}]}
        answer = client.answer(client.ask("workspace/executeCommand", wrong))
        assert answer["error"]["message"].startswith("references has no argument 'colour'")


def test_an_operation_is_asked_of_the_workspace_that_is_named(tmp_path: Path) -> None:
    roots = [make_workspace(tmp_path / name, shapes=SHAPES) for name in ("one", "two")]
    with server() as client:
        client.initialize(*roots)
        for root in roots:
            about = {"command": "flux-index.status", "arguments": [{"workspace": uri_of(root)}]}
            assert client.request("workspace/executeCommand", about)["root"] == str(root)
        elsewhere = {"command": "flux-index.status", "arguments": [{"workspace": "file:///none"}]}
        assert client.error("workspace/executeCommand", elsewhere) == -32803


@pytest.mark.parametrize(
    "method",
    ["hover", "signatureHelp", "completion", "prepareRename", "codeLens", "diagnostic"],
)
def test_unknown_documents_and_places_are_no_fault(root: Path, method: str) -> None:
    with workspace_server(root, capabilities=ABLE) as client:
        missing = {"textDocument": {"uri": uri_of(root / "none.py")}, "position": at("x", "|x")}
        assert client.error(f"textDocument/{method}", missing) == -32602
        far = {"line": 10_000, "character": 10_000}
        answer = client.answer(
            client.ask(
                f"textDocument/{method}",
                {"textDocument": {"uri": uri_of(root / "main.py")}, "position": far},
            )
        )
        assert "result" in answer or answer["error"]["code"] == -32803
