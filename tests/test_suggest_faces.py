"""Suggestions in editors and on the command line: shown, applied as a step, and undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import at, uri_of, workspace_server
from test_lsp_assist import edited

from flux_index.api.cli import main

SHOP = """
def total(prices):
    return sum(prices)


def _leftover(prices):
    return max(prices)
"""
ABLE: dict[str, Any] = {
    "textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
    },
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "shop"
    root.mkdir()
    (root / "money.py").write_text(SHOP)
    (root / "main.py").write_text("from money import total\n\nprint(total([1]))\n")
    return root


def test_a_lens_tells_and_an_action_removes_dead_code(shop: Path) -> None:
    document = {"textDocument": {"uri": uri_of(shop / "money.py")}}
    with workspace_server(shop, capabilities=ABLE) as client:
        start, end = at(SHOP, "def |_leftover"), at(SHOP, "def _leftover|")
        asked = {
            **document,
            "range": {"start": start, "end": end},
            "context": {"diagnostics": [], "only": ["refactor"]},
        }
        assert client.request("textDocument/codeAction", asked) == []  # not looked for yet
        titles = [
            client.request("codeLens/resolve", lens)["command"]["title"]
            for lens in client.request("textDocument/codeLens", document)
        ]
        assert titles == ["2 references", "0 references, dead code (certain)"]
        (action,) = client.request("textDocument/codeAction", asked)
        assert action["title"] == "Remove money._leftover: nothing uses it"
        ((_, changes),) = action["edit"]["changes"].items()
        assert edited(SHOP, changes) == "\ndef total(prices):\n    return sum(prices)\n"


def test_the_command_applies_one_and_says_how_to_undo_it(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop)
    assert main(["suggest", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert item["title"] == "function money._leftover is unused"
    assert main(["suggest", "--apply", item["id"], "--dry-run"]) == 0
    assert "-def _leftover(prices):" in capsys.readouterr().out
    assert (shop / "money.py").read_text() == SHOP
    assert main(["suggest", "--apply", item["id"]]) == 0
    assert (shop / "money.py").read_text() == "\ndef total(prices):\n    return sum(prices)\n"
    told = capsys.readouterr()
    assert told.out == "changed money.py: function money._leftover is unused\n"
    undo = told.err.split("flux-index ")[1].split(" takes")[0]
    assert main(undo.split()) == 0
    assert (shop / "money.py").read_text() == SHOP
    capsys.readouterr()
    assert main(["suggest", "--kind", "clones"]) == 0
    assert "nothing found" in capsys.readouterr().out


def test_one_that_needs_a_decision_is_not_applied(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop)
    (shop / "a.py").write_text("from b import g\ndef f(): return g()\n")
    (shop / "b.py").write_text("from a import f\ndef g(): return f()\n")
    assert main(["suggest", "--kind", "import-cycles", "--grade", "likely", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert main(["suggest", "--apply", item["id"]]) == 2
    assert "takes a decision" in capsys.readouterr().err
    assert main(["suggest", "--apply", "00000000"]) == 2
    assert "there is no suggestion 00000000" in capsys.readouterr().err
