"""Edits by symbol: nothing is quoted, and what uses a symbol goes with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from task_helpers import CHECKOUT, MODELS, Shop

from flux_index.indexer.errors import InvalidArgumentsError


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path / "project")
    found.begin()
    yield found
    found.workspace.close()


def test_a_body_is_replaced(shop: Shop) -> None:
    code = "return sum(\n    len(line) for line in self.lines\n) * (1 + tax)\n"
    answer = shop.step("1", {"symbol": "Order.total", "do": "body", "text": code})
    assert answer["verdict"] == "accepted"
    assert shop.read("shop/models.py").endswith(
        "    def total(self, tax: float = 0.2) -> float:\n"
        "        return sum(\n"
        "            len(line) for line in self.lines\n"
        "        ) * (1 + tax)\n"
    )


def test_a_definition_is_replaced_with_its_decorators(shop: Shop) -> None:
    code = (
        "@property\ndef first(self) -> str:\n"
        '    """Text\nat the margin."""\n    return self.lines[0]'
    )
    shop.step("1", {"symbol": "Order.total", "do": "after", "text": code})
    text = shop.read("shop/models.py")
    assert (
        "(1 + tax)\n\n    @property\n    def first(self) -> str:\n"
        '        """Text\nat the margin."""\n        return self.lines[0]\n'
    ) in text
    shop.step("2", {"symbol": "Order.first", "do": "replace", "text": "FIRST = 0"})
    assert shop.read("shop/models.py") == MODELS + "\n    FIRST = 0\n"


def test_code_goes_before_the_comments_of_a_definition(shop: Shop) -> None:
    shop.write("shop/checkout.py", CHECKOUT.replace("def pay", "# Pays.\ndef pay"))
    shop.step("1", {"symbol": "pay", "do": "before", "text": "LIMIT = 3\n"})
    assert "LIMIT = 3\n\n\n# Pays.\ndef pay" in shop.read("shop/checkout.py")


def test_what_is_used_is_not_deleted(shop: Shop) -> None:
    with pytest.raises(InvalidArgumentsError, match=r"pay is used: tests/test_shop.py:3"):
        shop.step("1", {"symbol": "pay", "do": "delete"})
    answer = shop.step("1", {"symbol": "unused", "do": "delete"})
    assert answer["verdict"] == "accepted"
    assert shop.read("shop/checkout.py") == CHECKOUT.partition("\n\n\ndef unused")[0] + "\n"


def test_what_moves_takes_its_imports_along(shop: Shop) -> None:
    shop.write("shop/payment.py", '"""Payment."""\n')
    answer = shop.step("1", {"symbol": "pay", "do": "move", "to": "shop/payment.py"})
    assert answer["verdict"] == "accepted", answer["findings"]
    assert shop.read("shop/payment.py") == (
        '"""Payment."""\n\nfrom shop.models import Order\n\n\n'
        "def pay(order: Order) -> float:\n"
        "    order.save(force=True)\n"
        "    return order.total(tax=0.1)\n"
    )
    assert "from shop.payment import pay\n" in shop.read("tests/test_shop.py")
    assert "shop.checkout" not in shop.read("tests/test_shop.py")
    assert "def pay" not in shop.read("shop/checkout.py")


def test_what_a_file_still_uses_is_imported_back(shop: Shop) -> None:
    shop.write("shop/limits.py", "LIMIT = 1\n")
    shop.write("shop/checkout.py", CHECKOUT.replace("return 1", "return 1 if pay else 2"))
    shop.step("1", {"symbol": "pay", "do": "move", "to": "shop/limits.py"})
    assert "from shop.limits import pay\n" in shop.read("shop/checkout.py")


def test_files_that_would_import_each_other_are_refused(shop: Shop) -> None:
    shop.write("shop/limits.py", "")
    uses = CHECKOUT.replace("return 1", "return 1 if pay else 2")
    shop.write("shop/checkout.py", uses.replace("order.save(", "unused()\n    order.save("))
    with pytest.raises(InvalidArgumentsError, match="would import each other"):
        shop.step("1", {"symbol": "pay", "do": "move", "to": "shop/limits.py"})


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        ({"symbol": "nothing", "do": "delete"}, "no class or function"),
        ({"symbol": "pay", "do": "paint"}, "'do' is one of"),
        ({"symbol": "pay", "do": "rename"}, "needs 'to'"),
        ({"symbol": "pay", "do": "body", "text": "x", "to": "y"}, "takes no 'to'"),
        ({"path": "shop/models.py"}, "describes no edit"),
        ({"path": "shop/models.py", "old": "self", "new": "x"}, "must occur once"),
        ({"path": "shop/models.py", "text": MODELS}, "change nothing"),
    ],
)
def test_edits_that_cannot_be_made(shop: Shop, edit: dict[str, str], reason: str) -> None:
    with pytest.raises(InvalidArgumentsError, match=reason):
        shop.step("1", edit)
