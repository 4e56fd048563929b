"""What ``validate`` prints for programs and platforms, against the schemas of the formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fixtures_language import parse_fixture
from workspace_helpers import plant

from flux_index.api.cli import main

HERE = Path(__file__).parent
SARIF = HERE / "schemas" / "sarif-2.1.0.json"
FINDINGS = HERE.parent / "docs" / "findings.schema.json"

# Faults of many kinds, with fixes in one and in several files, in names beyond ASCII too.
WRONG = """
#- shop, ö.py
class Order:
    def pay(self, amount): return amount
    async def send(self): return 1
class Order(Order):
    def größe(self): return 1
#- orders.py
class Order: ...
#- main.py
import numpy
from orders import Ordr
from textwrap import dedent, dedentt
def first(order):
    '''🦆''' ; order.frobnicate_all()
def stub(value):
    pass
def again():
    return agian()
print(dedent("a", indents=1))
#- broken.py
def f(:
"""


@pytest.fixture
def wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    root = plant(tmp_path / "w", ".git/", parse_fixture(WRONG).files)
    monkeypatch.chdir(root)
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(tmp_path / "cache"))
    yield root


def test_what_exists_instead_has_its_parameters_and_nothing_else(
    wrong: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (wrong / "main.py").write_text("from orders import Ordr\n")
    (wrong / "orders.py").write_text("from shop import Order\n")
    (wrong / "shop.py").write_text("class Order: ...\n")
    assert main(["validate", "--all", "main.py"]) == 1
    assert "    orders.py:1 orders.Order\n" in capsys.readouterr().out


def test_files_that_an_edit_breaks_are_told_beside_those_that_were_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"b.py": "def g(x):\n    return x\n", "a.py": "from b import g\nprint(g(1))\n"}
    monkeypatch.chdir(plant(tmp_path / "w", ".git/", files))
    renamed = "--- a/b.py\n+++ b/b.py\n@@ -1 +1 @@\n-def g(x):\n+def h(x):\n"
    removed = "--- a/b.py\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-def g(x):\n-    return x\n"
    for diff, told in (
        (renamed, "broken: 1 error, 1 file checked, 1 other file affected"),
        (removed, "doubtful: 1 warning, 1 file deleted, 1 other file affected"),
    ):
        Path("edit.diff").write_text(diff)
        main(["validate", "--diff", "edit.diff"])
        assert capsys.readouterr().out.splitlines()[-1] == told


def test_whole_files_are_judged_as_strictly_as_an_edit_when_that_is_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "main.py": "class Base:\n    def send(self): ...\n"
        "class Fixer:\n    def __init__(self, llm: Base): self.llm = llm\n"
        "    def fix(self): return self.llm.generate()\n"
    }
    monkeypatch.chdir(plant(tmp_path / "w", ".git/", files))
    assert main(["validate", "--all", "main.py"]) == 0
    assert "hint 'Base' object has no attribute 'generate'" in capsys.readouterr().out
    assert main(["validate", "--all", "--strict", "main.py"]) == 1
    assert "error 'Base' object has no attribute 'generate'" in capsys.readouterr().out
    assert main(["validate", "--strict", "main.py"]) == 2
    assert "'strict' goes with 'whole' (--all)" in capsys.readouterr().err
    assert main(["validate", "--all", "--strict", "--executor", "dask://127.0.0.1:1"]) == 2
    assert "--strict does not go with --executor" in capsys.readouterr().err


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["validate", "--all", *arguments]) == 1
    return capsys.readouterr().out


def check(document: Any, schema: Path) -> None:
    validator = jsonschema.validators.validator_for(json.loads(schema.read_text()))
    validator.check_schema(json.loads(schema.read_text()))
    errors = list(validator(json.loads(schema.read_text())).iter_errors(document))
    assert not errors, errors[0]


@pytest.mark.usefixtures("wrong")
def test_sarif_passes_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, "--format", "sarif"))
    check(document, SARIF)
    (run,) = document["runs"]
    rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= rules
    assert {"syntax-error", "unresolved-name", "redefinition"} <= {
        result["ruleId"] for result in run["results"]
    }
    assert any(result.get("fixes") for result in run["results"])
    assert {"shop%2C%20%C3%B6.py", "main.py", "broken.py"} <= {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in run["results"]
    }
    (told,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "numpy" in told["message"]["text"]


def test_sarif_of_nothing_passes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", ".git/", {"main.py": "x = 1\n"}))
    assert main(["validate", "--all", "--format", "sarif"]) == 0
    document = json.loads(capsys.readouterr().out)
    check(document, SARIF)
    assert document["runs"][0]["results"] == []


@pytest.mark.usefixtures("wrong")
def test_json_is_what_its_schema_says(capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads(printed(capsys, "--format", "json"))
    check(document, FINDINGS)
    assert len({finding["rule"] for finding in document}) > 5
    assert any(len({edit["path"] for edit in fix["edits"]}) for f in document for fix in f["fixes"])
    with pytest.raises(AssertionError):
        check([{**document[0], "severity": "fatal"}], FINDINGS)


@pytest.mark.usefixtures("wrong")
def test_annotations_for_github(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, "--format", "github").splitlines()
    command = re.compile(r"::(error|warning|notice) (?P<properties>[^:]+)::(?P<message>.+)")
    for line in lines:
        found = command.fullmatch(line)
        assert found, line
        properties = dict(each.split("=", 1) for each in found["properties"].split(","))
        assert {"file", "line", "endLine", "title"} <= properties.keys()
    assert any(line.startswith("::error file=shop%2C ö.py,") or "shop%2C" in line for line in lines)
    assert any(
        line.startswith("::notice file=main.py,line=1,") and "numpy" in line for line in lines
    )
