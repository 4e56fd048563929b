"""Fixes that edit several files, or the file of somebody else: in answers, and when applied."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from fix_helpers import mended, offered, titled
from fixtures_language import open_workspace, parse_fixture
from workspace_helpers import plant

from flux_index.api.cli import main
from flux_index.api.operations import table

BEFORE = """
#- shop.py
import json

def total(order):
    return json.loads(order)["total"]

def show(order):
    return str(total(order))
#- main.py
from shop import total
print(total("{}"))
#- report.py
import shop
print(shop.total("{}"))
"""


def test_what_was_removed_is_put_back_where_it_was(tmp_path: Path) -> None:
    edit = """
        #- shop.py
        import json

        def show(order):
            return str(json.loads(order)["total"])
        """
    fixes = [fix for fix in offered(tmp_path, BEFORE, edit) if fix.title == "Restore 'total'"]
    assert {fix.place for fix in fixes} == {"main.py:1", "report.py:2"}
    for fix in fixes:
        assert fix.files.keys() == {"shop.py"}  # the edited file, wherever the fault shows
        text = fix.files["shop.py"]
        assert text.index("import json") < text.index("def total") < text.index("def show")
    assert mended(tmp_path / "all", BEFORE, edit, unsafe=True).keys() == {"shop.py"}


def test_what_was_replaced_comes_back_in_its_place(tmp_path: Path) -> None:
    edit = """
        #- shop.py
        import json

        def total_quickly(order, fast=True):
            return fast

        def show(order):
            return str(total(order))
        """
    before = parse_fixture(BEFORE).files["shop.py"]
    fixes = offered(tmp_path, BEFORE, edit, "unresolved-name")
    assert fixes[0].title == "Restore 'total' in place of 'total_quickly'"
    assert fixes[0].files == {"shop.py": before}


def test_a_name_that_moved_is_imported_where_it_was(tmp_path: Path) -> None:
    edit = """
        #- shop.py
        def show(order):
            return str(order)
        #- sums.py
        import json

        def total(order):
            return json.loads(order)["total"]
        """
    fixes = offered(tmp_path, BEFORE, edit, "unresolved-name")
    assert fixes[0].files["main.py"].startswith("from sums import total")
    again = titled(fixes, "Import 'total' where it was")
    assert again.files["shop.py"].startswith("from sums import total")


def test_a_class_that_is_there_already(tmp_path: Path) -> None:
    before = """
        #- models.py
        class Order:
            def pay(self): return 1
            def send(self): return 2
        #- views.py
        """
    edit = """
        #- views.py
        import os

        class Order:
            def pay(self):
                return os.getcwd()

        def show():
            return Order().pay()
        """
    instead, renamed = offered(tmp_path, before, edit, "name-conflict")
    assert instead.title == "Use the 'Order' of models.py instead"
    assert "from models import Order\n" in instead.files["views.py"]
    assert "class Order" not in instead.files["views.py"]
    assert renamed.title == "Rename it to 'ViewsOrder'"
    assert "class ViewsOrder:" in renamed.files["views.py"]
    assert "return ViewsOrder().pay()" in renamed.files["views.py"]


def test_a_definition_that_replaces_another(tmp_path: Path) -> None:
    before = """
        #- shop.py
        def total(order):
            return 1
        """
    edit = """
        #- shop.py
        def total(order):
            return 1


        def total(order, tax):
            return 2
        """
    first = "def total(order):\n    return 1\n"
    fixes = offered(tmp_path, before, edit, "redefinition")
    assert fixes[0].files["shop.py"] == first
    assert "def shop_total(order, tax):" in fixes[1].files["shop.py"]
    assert fixes[2].title == "Remove the 'total' of line 1"


def test_abstract_methods_are_inserted(tmp_path: Path) -> None:
    before = """
        #- base.py
        from abc import ABC, abstractmethod
        class Reader(ABC):
            @abstractmethod
            def read(self, path: str, *, deep: bool = False) -> int: ...
            @property
            @abstractmethod
            def name(self): ...
        """
    edit = """
        #- csv_reader.py
        from base import Reader
        class CsvReader(Reader):
            pass
        """
    (fix,) = offered(tmp_path, before, edit, "abstract-missing")
    text = fix.files["csv_reader.py"]
    assert "    def read(self, path: str, *, deep: bool = False) -> int:\n" in text
    assert "    @property\n    def name(self):\n" in text


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("def f(a)\n    return a\n", "def f(a):\n    return a\n"),
        ("x = max(1, 2\ny = 1\n", "x = max(1, 2)\ny = 1\n"),
        ("x = 'a\ny = 1\n", "x = 'a'\ny = 1\n"),
        ("x = 1\n  y = 2\n", "x = 1\ny = 2\n"),
    ],
)
def test_what_is_missing_in_text_that_is_no_python(tmp_path: Path, wrong: str, right: str) -> None:
    fixes = offered(tmp_path, "#- other.py\n", f"#- main.py\n{wrong}", "syntax-error")
    assert fixes[0].files["main.py"] == right


def test_no_file_is_left_worse(tmp_path: Path) -> None:
    """`Order` of another file takes no `tax`: using that one would break what is right."""
    before = """
        #- models.py
        class Order:
            def __init__(self, number): self.number = number
        #- views.py
        #- main.py
        """
    edit = """
        #- views.py
        class Order:
            def __init__(self, number, tax): self.number, self.tax = number, tax
        def show(): return Order(1, tax=2).tax
        """
    instead, _ = offered(tmp_path, before, edit, "name-conflict")
    assert instead.title == "Use the 'Order' of models.py instead"
    assert mended(tmp_path / "all", before, edit, unsafe=True) == {}


def test_edits_of_several_files_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(tmp_path / "w", "", parse_fixture(BEFORE).files)
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        who = ["-c", "user.name=a", "-c", "user.email=a@localhost"]
        subprocess.run(["git", *who, *command], cwd=root, check=True)
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(root)
    shop = root / "shop.py"
    shop.write_text(shop.read_text().replace("total(order)", "sum_of(order)"))
    assert main(["validate"]) == 1
    assert main(["fix", "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "+++ b/main.py" in shown
    assert "+++ b/report.py" in shown
    assert main(["fix"]) == 0
    assert (root / "main.py").read_text() == 'from shop import sum_of\nprint(sum_of("{}"))\n'
    assert (root / "report.py").read_text() == 'import shop\nprint(shop.sum_of("{}"))\n'
    assert main(["validate"]) == 0


def test_edits_of_several_files_in_an_answer(tmp_path: Path) -> None:
    session = open_workspace(tmp_path, parse_fixture(BEFORE))
    try:
        text = parse_fixture(BEFORE).files["shop.py"].replace("total(order)", "sum_of(order)")
        where = str(Path(session.index.workspace.root) / "shop.py")
        answer: Any = table.call(session, "fix", {"path": where, "text": text})
    finally:
        session.index.close()
    assert answer["verdict"] == "ok"
    assert answer["contents"].keys() == {"main.py", "report.py"}
