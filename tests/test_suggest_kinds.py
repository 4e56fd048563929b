"""`suggest`: deprecated use, drift, missing bases, misplaced functions, edits without tests."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from fixtures_language import parse_fixture
from test_patterns import ask

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.index import Index


def items(tmp_path: Path, text: str, kind: str) -> list[dict[str, Any]]:
    return ask(tmp_path, text, "suggest", grade="look", kinds=[kind], limit=50)["items"]


def test_deprecated_and_removed(tmp_path: Path) -> None:
    text = """
        #- pyproject.toml
        [project]
        name = "clock"
        version = "1"
        requires-python = ">=3.9"
        #- clock.py
        import asyncore
        import datetime
        from functools import wraps
        from typing_extensions import deprecated

        @deprecated("say `now`")
        def old_now():
            return datetime.datetime.utcnow()

        def now():
            return datetime.datetime.utcnow()

        def use():
            return old_now(), wraps, asyncore
    """
    found = {item["title"]: item["evidence"][0] for item in items(tmp_path, text, "deprecated")}
    assert sorted(found) == [
        "asyncore is no more in Python 3.14, and one place uses it",
        "clock.old_now is deprecated, and one place uses it",
        "datetime.datetime.utcnow is deprecated, and one place uses it",
    ]
    assert found["clock.old_now is deprecated, and one place uses it"] == "say `now`"


def test_a_class_that_is_unlike_its_siblings(tmp_path: Path) -> None:
    text = "#- shapes.py\nclass Shape:\n    def area(self): ...\n"
    for name in ("Box", "Ball", "Cone", "Cube", "Tube"):
        text += f"class {name}(Shape):\n    def area(self): return 1\n    def draw(self): ...\n"
    text += "class Line(Shape):\n    def area(self): return 0\n"
    (drift,) = items(tmp_path, text, "drift")
    assert drift["title"] == ("class shapes.Line is unlike its siblings: all 5 define 'draw(self)'")
    assert [each["name"] for each in drift["others"]] == ["shapes.Box", "shapes.Ball"]


def test_classes_with_the_same_methods_and_no_base(tmp_path: Path) -> None:
    text = "#- stores.py\n"
    for name in ("File", "Memory", "Remote", "Null"):
        text += (
            f"class {name}Store:\n    def get(self, key): return {name!r}\n"
            "    def put(self, key, value): ...\n    def drop(self, key): ...\n"
        )
    (missing,) = items(tmp_path, text, "missing-base")
    assert missing["title"] == (
        "4 classes such as stores.FileStore have the same methods and no base"
    )
    assert missing["evidence"] == ["all define drop, get, put, with the same parameters"]


def test_a_function_that_belongs_to_another_module(tmp_path: Path) -> None:
    text = """
        #- shop/__init__.py
        #- shop/util.py
        from shop.orders import Order, Line

        def order_total(order: Order) -> int:
            return sum(Line.price(line) for line in order.lines)
        #- shop/orders.py
        class Line:
            def price(self): return 1
        class Order:
            def show(self):
                from shop.util import order_total
                return order_total(self)
    """
    (misplaced,) = items(tmp_path, text, "misplaced")
    assert misplaced["title"] == "function shop.util.order_total belongs to shop.orders"
    assert misplaced["evidence"][1] == "it uses Line, Order of shop.orders"


def test_edits_that_no_test_reaches(tmp_path: Path) -> None:
    files = parse_fixture(
        """
        #- shop.py
        def pay(): return 1
        def ship(): return 1
        #- tests/test_shop.py
        from shop import pay
        def test_pay(): assert pay() == 1
        """
    )
    root = tmp_path / "w"
    for path, text in files.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    (root / "shop.py").write_text("def pay(): return 2\ndef ship(): return 2\n")
    index = Index.open(str(root))
    try:
        workspace = OpenWorkspace(index, "touch")
        found = call(workspace, "suggest", {"grade": "look", "kinds": ["untested"]})["items"]
    finally:
        index.close()
    assert [item["title"] for item in found] == ["shop.ship was changed, and no test reaches it"]
