"""Reading before writing: what an agent's session was shown, and what it may write therefore."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table
from flux_index.api.sessions.read_log import open_ledger
from flux_index.indexer.errors import InvalidArgumentsError

SHOP = '''\
"""Orders."""

LIMIT = 3


class Order:
    def __init__(self, lines):
        self.lines = lines

    def total(self):
        result = 0
        for line in self.lines:
            result += line
        return result

    def first(self):
        return self.lines[0]


def open_order(lines):
    return Order(lines[:LIMIT])
'''

Call = Callable[..., Any]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'shop'\n")
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("")
    (tmp_path / "shop" / "orders.py").write_text(SHOP)
    return tmp_path


@pytest.fixture
def session(shop: Path) -> Iterator[OpenWorkspace]:
    session = OpenWorkspace.open(str(shop))
    yield session
    session.close()


@pytest.fixture
def call(session: OpenWorkspace) -> Call:
    def call(operation: str, /, **arguments: Any) -> Any:
        return table.call(session, operation, arguments)

    return call


@pytest.fixture
def handle(call: Call) -> str:
    return call("begin", client="test")["session"]


def edited(old: str, new: str) -> str:
    assert SHOP.count(old) == 1
    return SHOP.replace(old, new)


PATH = "shop/orders.py"
TOTAL = edited("result += line", "result += line.price")


def test_what_was_not_shown_may_not_be_changed(call: Call, handle: str) -> None:
    answer = call("guard", session=handle, path=PATH, text=TOTAL)
    assert answer["verdict"] == "refused"
    (item,) = answer["items"]
    assert (item["path"], item["first_line"], item["last_line"]) == (PATH, 10, 14)
    assert item["reason"] == "shop/orders.py:10-14 has not been read"
    assert "text" not in item


def test_what_an_answer_showed_may_be_changed(call: Call, handle: str) -> None:
    call("source", name="Order.total", session=handle)
    assert call("guard", session=handle, path=PATH, text=TOTAL)["verdict"] == "allowed"
    other = edited("self.lines[0]", "self.lines[1]")
    assert call("guard", session=handle, path=PATH, text=other)["verdict"] == "refused"


def test_five_lines_are_not_the_file(call: Call, handle: str) -> None:
    call("source", name="open_order", session=handle, context=2)
    assert call("guard", session=handle, path=PATH, text=TOTAL)["verdict"] == "refused"


def test_an_answer_without_a_session_shows_nothing(call: Call, handle: str) -> None:
    call("source", name="Order.total")
    assert call("guard", session=handle, path=PATH, text=TOTAL)["verdict"] == "refused"


def test_one_session_has_not_seen_what_another_was_shown(call: Call, handle: str) -> None:
    call("source", name="Order.total", session=call("begin")["session"])
    assert call("guard", session=handle, path=PATH, text=TOTAL)["verdict"] == "refused"


def test_what_is_missing_can_be_handed_over(call: Call, handle: str) -> None:
    answer = call("guard", session=handle, path=PATH, text=TOTAL, supply=True)
    assert answer["verdict"] == "refused"
    assert answer["items"][0]["text"].splitlines()[0] == "    def total(self):"
    assert call("guard", session=handle, path=PATH, text=TOTAL)["verdict"] == "allowed"


def test_lines_that_changed_since_are_named(call: Call, handle: str, shop: Path) -> None:
    call("source", name="Order.total", session=handle)
    changed = edited("result = 0", "result = 1")
    (shop / PATH).write_text(changed)
    text = changed.replace("result = 1", "result = 2")
    (item,) = call("guard", session=handle, path=PATH, text=text)["items"]
    assert (item["why"], item["changed"]) == ("changed", [[11, 11]])
    assert item["reason"].endswith("is not what it was when it was read: line 11 has changed")


def test_lines_that_only_moved_are_still_known(call: Call, handle: str, shop: Path) -> None:
    call("source", name="Order.total", session=handle)
    moved = SHOP.replace("LIMIT = 3\n", "LIMIT = 3\nDEFAULT = 1\nOTHER = 2\n")
    (shop / PATH).write_text(moved)
    text = moved.replace("result += line", "result += line.price")
    assert call("guard", session=handle, path=PATH, text=text)["verdict"] == "allowed"


def test_what_it_wrote_itself_it_knows(call: Call, handle: str, shop: Path) -> None:
    call("source", name="Order.total", session=handle)
    assert call("guard", session=handle, path=PATH, text=TOTAL)["verdict"] == "allowed"
    (shop / PATH).write_text(TOTAL)
    again = TOTAL.replace("line.price", "line.price * line.count")
    assert call("guard", session=handle, path=PATH, text=again)["verdict"] == "allowed"


def test_what_it_wrote_is_still_known_where_a_formatter_left_it(
    call: Call, handle: str, shop: Path
) -> None:
    call("source", name="Order.total", session=handle)
    written = edited("result += line", "result+=line.price\n            self.seen = True")
    assert call("guard", session=handle, path=PATH, text=written)["verdict"] == "allowed"
    formatted = written.replace("result+=line.price", "result += line.price")
    (shop / PATH).write_text(formatted)
    seen = formatted.replace("self.seen = True", "self.seen = False")
    assert call("guard", session=handle, path=PATH, text=seen)["verdict"] == "allowed"
    price = formatted.replace("line.price", "line.cost")
    assert call("guard", session=handle, path=PATH, text=price)["verdict"] == "refused"


def test_an_insertion_stands_beside_something_known(call: Call, handle: str) -> None:
    call("source", name="open_order", session=handle)
    at_end = SHOP + "\n\ndef close_order(order):\n    order.lines = []\n"
    assert call("guard", session=handle, path=PATH, text=at_end)["verdict"] == "allowed"
    at_start = SHOP.replace("LIMIT = 3\n", "LIMIT = 3\nDEFAULT = 1\n")
    assert call("guard", session=handle, path=PATH, text=at_start)["verdict"] == "refused"


def test_a_diff_is_an_edit_too(call: Call, handle: str) -> None:
    diff = (
        "--- a/shop/orders.py\n+++ b/shop/orders.py\n@@ -13,1 +13,1 @@\n"
        "-            result += line\n+            result += line.price\n"
    )
    assert call("guard", session=handle, diff=diff)["verdict"] == "refused"
    call("source", name="Order.total", session=handle)
    assert call("guard", session=handle, diff=diff)["verdict"] == "allowed"


NEW = """\
from shop.orders import Order, open_order


class Return(Order):
    def total(self):
        return -super().total()


def open_return(lines):
    return Return(open_order(lines).lines)
"""


def test_a_new_file_needs_a_sibling_and_what_it_uses(call: Call, handle: str) -> None:
    answer = call("guard", session=handle, path="shop/returns.py", text=NEW)
    assert answer["verdict"] == "refused"
    told = [(item["why"], item.get("name", item["path"])) for item in answer["items"]]
    assert told == [
        ("sibling", "shop/orders.py"),
        ("api", "shop.orders.Order"),
        ("api", "shop.orders.Order.total"),
        ("api", "shop.orders.open_order"),
    ]


def test_a_signature_that_was_shown_is_enough_of_what_is_used(call: Call, handle: str) -> None:
    call("outline", path=PATH, session=handle)
    answer = call("guard", session=handle, path="shop/returns.py", text=NEW)
    assert [item["why"] for item in answer["items"]] == ["sibling"]


def test_a_signature_that_changed_since_is_not(call: Call, handle: str, shop: Path) -> None:
    call("outline", path=PATH, session=handle)
    (shop / PATH).write_text(edited("def open_order(lines)", "def open_order(lines, limit)"))
    answer = call("guard", session=handle, path="shop/returns.py", text=NEW)
    assert [item["why"] for item in answer["items"]] == ["sibling", "api"]


def test_a_new_file_after_reading_all_that(call: Call, handle: str, shop: Path) -> None:
    call("guard", session=handle, path="shop/returns.py", text=NEW, supply=True)
    assert call("guard", session=handle, path="shop/returns.py", text=NEW)["verdict"] == "allowed"
    (shop / "shop" / "returns.py").write_text(NEW)
    again = NEW.replace("return -super()", "return 0 - super()")
    answer = call("guard", session=handle, path="shop/returns.py", text=again)
    assert answer["verdict"] == "allowed"


@pytest.mark.parametrize("text", ["", "LIMIT = 3\n"])
def test_a_new_file_that_defines_nothing_needs_nothing(call: Call, handle: str, text: str) -> None:
    assert call("guard", session=handle, path="shop/more.py", text=text)["verdict"] == "allowed"


def test_no_such_session(call: Call) -> None:
    for name, arguments in (("guard", {"path": PATH, "text": ""}), ("outline", {"path": PATH})):
        with pytest.raises(InvalidArgumentsError, match="there is no session 's-0'"):
            call(name, session="s-0", **arguments)


def test_on_the_command_line(shop: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "flux_index.api.cli", "query", *arguments],
            cwd=shop, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout

    code, text = run("begin", "--client", "test")
    assert code == 0
    handle = text.strip()
    edit = ("--session", handle, "--path", PATH, "--text", TOTAL)
    code, text = run("guard", *edit, "--supply")
    assert code == 1
    assert text.startswith("refused\nshop/orders.py:10-14 has not been read\n10      def total")
    assert run("guard", *edit) == (0, "allowed\n")
    code, text = run("guard", *edit, "--json")
    assert json.loads(text)["verdict"] == "allowed"


def test_the_ledger_outlives_the_index(call: Call, handle: str, session: OpenWorkspace) -> None:
    call("source", name="Order.total", session=handle)
    session.index.clean()
    with open_ledger(session) as ledger:
        number = ledger.session(handle)
        assert number is not None
        assert list(ledger.all_seen(number)) == [PATH]
