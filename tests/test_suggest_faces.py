"""Suggestions in editors and on the command line: shown, applied as a step, and undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from lsp_helpers import at, uri_of, workspace_server
from test_lsp_assist import edited

from flux_index.api.cli import main
from flux_index.api.suggest.suggest import KINDS, Kind
from flux_index.api.suggest.suggestion import Suggestion
from flux_index.indexer.inference.inference import Inference

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
    assert main(["stats", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 0  # it is nobody's task
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


def test_what_was_shown_is_applied_without_finding_it_again(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop)
    searched: list[str] = []

    def counting(kind: Kind) -> Kind:
        def find(inference: Inference) -> list[Suggestion]:
            searched.append(kind.name)
            return kind.find(inference)

        return kind._replace(find=find)

    monkeypatch.setattr(
        "flux_index.api.suggest.suggest.KINDS",
        {name: counting(kind) for name, kind in KINDS.items()},
    )
    assert main(["suggest"]) == 0
    shown = capsys.readouterr().out
    assert sorted(searched) == sorted(KINDS)
    assert main(["suggest"]) == 0
    assert capsys.readouterr().out == shown
    ident = shown.split("certain, ")[1].split(")")[0]
    assert main(["suggest", "--apply", ident, "--dry-run"]) == 0
    assert sorted(searched) == sorted(KINDS)
    # A text that names it is not as it was.
    (shop / "README.md").write_text("Call `_leftover` for the highest price.\n")
    assert main(["suggest", "--apply", ident]) == 2
    assert f"there is no suggestion {ident}" in capsys.readouterr().err
    assert len(searched) == 2 * len(KINDS)
    (shop / "README.md").unlink()
    assert main(["suggest", "--apply", ident]) == 0
    assert len(searched) == 2 * len(KINDS)
    assert (shop / "money.py").read_text() == "\ndef total(prices):\n    return sum(prices)\n"


@pytest.mark.parametrize(
    ("head", "is_of_a_program"),
    [
        ("# DO NOT EDIT THIS FILE!\n#\n# This file is generated from the specification.\n", True),
        ("# Generated by Django 5.2 on 2026-01-01 10:00\n\n", True),
        ('# -*- coding: utf-8 -*-\n"""Prices. This module was auto-generated."""\n', True),
        ('"""Prices from generated reports."""\n', False),
        ("# Prices.\nNOTE = 'DO NOT EDIT'\nprint(NOTE)\n", False),
    ],
)
def test_what_a_program_wrote_is_not_suggested_for_certain(
    shop: Path,
    head: str,
    is_of_a_program: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(shop)
    (shop / "money.py").write_text(head + SHOP)
    assert main(["suggest", "--grade", "look", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert item["title"] == "function money._leftover is unused"
    told = "the program that generated the file writes it again"
    assert (item["grade"], told in item["wrong_if"], item["applies"]) == (
        ("look", True, False) if is_of_a_program else ("certain", False, True)
    )
