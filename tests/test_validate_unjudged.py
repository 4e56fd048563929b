"""The verdict `cannot judge`: nothing is wrong, as far as what is at hand tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fixtures_language import open_workspace, parse_fixture
from workspace_helpers import plant

from flux_index.api.cli import main
from flux_index.api.operations import table

BEFORE = """
#- shop.py
import numpy
import os

class Order(numpy.Base):
    def total(self):
        return 1

def weights(order):
    return numpy.zeros(order.total())

def where():
    return os.getcwd()
"""


def judged(folder: Path, edit: str, *, installed: str | None = None) -> Any:
    """The answer to an edit of ``shop.py``; ``installed`` are the files of an environment."""
    session = open_workspace(folder, parse_fixture(BEFORE))
    root = Path(session.index.workspace.root)
    if installed is not None:
        session.index.close()
        site = ".venv/lib/python3.11/site-packages"
        plant(root, f"{site}/{installed}", {".venv/pyvenv.cfg": "version = 3.11.7\n"})
        session = open_workspace(folder, parse_fixture(BEFORE))
    old, new = edit.split(" => ")
    text = (root / "shop.py").read_text()
    assert old in text
    try:
        changed = text.replace(old, new)
        return table.call(session, "validate", {"path": str(root / "shop.py"), "text": changed})
    finally:
        session.index.close()


def test_what_rests_on_a_module_that_nobody_found(tmp_path: Path) -> None:
    answer = judged(tmp_path, "numpy.zeros => numpy.zeroes")
    assert answer["verdict"] == "cannot judge"
    (missing,) = answer["unjudged"]
    assert (missing["what"], missing["places"], missing["path"]) == ("numpy", 1, "shop.py")
    assert missing["why"] == "no Python environment was found in which to look for it"
    assert missing["range"]["start"] == {"line": 8, "character": 11}


def test_what_is_not_installed_in_the_environment(tmp_path: Path) -> None:
    answer = judged(tmp_path, "numpy.zeros => numpy.zeroes", installed="other.py")
    assert answer["verdict"] == "cannot judge"
    assert answer["unjudged"][0]["why"] == "it is not installed in the environment"


def test_what_is_installed_is_judged(tmp_path: Path) -> None:
    answer = judged(tmp_path, "numpy.zeros => numpy.zeroes", installed="numpy.py")
    assert (answer["verdict"], answer["unjudged"]) == ("broken", [])


def test_an_edit_that_rests_on_nothing_missing_is_ok(tmp_path: Path) -> None:
    answer = judged(tmp_path, "os.getcwd() => os.getcwd().upper()")
    assert (answer["verdict"], answer["unjudged"]) == ("ok", [])


def test_a_fault_is_a_fault_whatever_else_is_missing(tmp_path: Path) -> None:
    answer = judged(tmp_path, "numpy.zeros(order.total()) => numpy.zeroes(ordr)")
    assert answer["verdict"] == "broken"
    assert [each["what"] for each in answer["unjudged"]] == ["numpy"]


def test_members_that_a_missing_base_may_have(tmp_path: Path) -> None:
    answer = judged(tmp_path, "return 1 => return self.count()")
    assert answer["verdict"] == "cannot judge"
    assert [each["what"] for each in answer["unjudged"]] == ["numpy"]
    assert judged(tmp_path / "own", "return 1 => return self.total")["verdict"] == "ok"


def test_what_is_tried_is_not_missing(tmp_path: Path) -> None:
    edit = "import os => try:\n    import ujson\nexcept ImportError:\n    ujson = None\nimport os"
    answer = judged(tmp_path, edit)
    assert (answer["verdict"], answer["unjudged"]) == ("ok", [])


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    setting = "[tool.flux-index]\nmax-file-size = 1000\n"
    files = {"pyproject.toml": setting, "large.py": "x = 1\n" * 600}
    root = plant(tmp_path / "w", ".git/", files)
    session = open_workspace(tmp_path, parse_fixture("#- main.py\nx = 1\n"))
    try:
        answer = table.call(session, "validate", {"whole": True, "paths": [str(root / "large.py")]})
    finally:
        session.index.close()
    assert answer["verdict"] == "cannot judge"
    assert answer["unjudged"][0]["what"] == "large.py"


def test_on_the_command_line_it_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", ".git/", {"main.py": "import numpy\nnumpy.zeros(1)\n"}))
    assert main(["validate", "--all"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown == [
        "main.py:1:8 cannot judge `numpy` (2 places): no Python environment was found in which to "
        "look for it.",
        "cannot judge: 1 file checked",
    ]
    assert main(["validate", "--all", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == []
    assert "cannot judge `numpy`" in captured.err
