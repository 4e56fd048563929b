"""`suggest`: clones, import cycles and parameters that are only passed on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from test_patterns import ask

COPIES = """
    #- shop/__init__.py
    #- shop/orders.py
    def summarize(orders, currency):
        "Totals of orders."
        totals = {}
        for order in orders:
            key = order.customer or "nobody"
            totals[key] = totals.get(key, 0) + order.price * order.count
        lines = [f"{name}: {amount}" for name, amount in totals.items()]
        return currency.join(sorted(lines))
    #- shop/report.py
    def make_report(entries, unit):
        sums = {}
        for entry in entries:
            who = entry.customer or "nobody"
            sums[who] = sums.get(who, 0) + entry.price * entry.count
        text = [f"{name}: {amount}" for name, amount in sums.items()]
        return unit.join(sorted(text))
    #- shop/client.py
    class Client:
        def send(self, request):
            response = self.pool.handle(request, timeout=self.timeout)
            response.history = list(self.history)
            response.elapsed = self.clock.now() - request.started
            self.log(request, response.status, response.elapsed)
            return response

    class AsyncClient:
        async def send(self, request):
            response = await self.pool.handle(request, timeout=self.timeout)
            response.history = list(self.history)
            response.elapsed = self.clock.now() - request.started
            self.log(request, response.status, response.elapsed)
            return response
"""
CYCLE = """
    #- shop/__init__.py
    #- shop/models.py
    from shop.prices import price_of

    class Order:
        total = price_of(1)
    #- shop/prices.py
    from __future__ import annotations
    from shop.models import Order

    def price_of(count: int) -> int:
        return count

    def show(order: Order) -> str:
        return str(order)
"""
CHAIN = """
    #- shop.py
    def handle(request, locale, retries):
        checked = request.strip()
        return render(checked, locale) * retries

    def render(text, locale):
        parts = text.split(",")
        return [cell(part, locale) for part in parts]

    def cell(part, locale):
        padded = part.rjust(8)
        return padded + number(1, language=locale)

    def number(value, language):
        if language == "de":
            return f"{value},0"
        return f"{value}.0"
"""


def items(tmp_path: Path, text: str, kind: str) -> list[dict[str, Any]]:
    return ask(tmp_path, text, "suggest", grade="look", kinds=[kind], limit=50)["items"]


def test_a_copy_with_other_names(tmp_path: Path) -> None:
    copy, twins = items(tmp_path, COPIES, "clones")
    assert copy["title"] == "shop.orders.summarize has a copy"
    assert copy["grade"] == "certain"
    assert [each["name"] for each in copy["others"]] == ["shop.report.make_report"]
    assert copy["evidence"] == ["the same code, variables aside: 62 tokens"]
    assert twins["grade"] == "look"
    assert twins["title"] == "shop.client.Client.send and 1 more are sync and async twins"


def test_statements_in_another_order_and_other_constants(tmp_path: Path) -> None:
    text = """
        #- a.py
        def one(box):
            box.width = measure(box.left, box.right)
            box.height = measure(box.top, box.bottom)
            box.depth = measure(box.front, box.back)
            return box.width * box.height * box.depth

        def two(case):
            case.depth = measure(case.front, case.back)
            case.width = measure(case.left, case.right)
            case.height = measure(case.top, case.bottom)
            return case.width * case.height * case.depth

        def red(shade):
            pixel = mix("red", shade.start, shade.end, 0.25)
            return paint(pixel, "red", shade.canvas, shade.layer, 3)

        def blue(shade):
            pixel = mix("blue", shade.start, shade.end, 0.5)
            return paint(pixel, "blue", shade.canvas, shade.layer, 4)
    """
    found = {item["title"]: item["evidence"][0] for item in items(tmp_path, text, "clones")}
    assert found == {
        "a.one has a copy": "the same statements in another order: 54 tokens",
        "a.red has a copy": "the same code, constants aside: 33 tokens",
    }


def test_a_cycle_is_cut_where_only_annotations_need_the_import(tmp_path: Path) -> None:
    (cycle,) = items(tmp_path, CYCLE, "import-cycles")
    assert cycle["title"] == "modules shop.models, shop.prices import each other"
    assert cycle["grade"] == "certain"
    assert cycle["evidence"] == [
        "shop.prices imports shop.models imports shop.prices",
        "cheapest to cut: shop.prices imports Order from shop.models, used 1 time; it is needed "
        "for annotations only: `if TYPE_CHECKING:` is enough for it",
    ]
    assert cycle["symbol"]["path"] == "shop/prices.py"


def test_imports_for_types_and_in_functions_make_no_cycle(tmp_path: Path) -> None:
    text = """
        #- a.py
        import typing
        if typing.TYPE_CHECKING:
            import b
        def late():
            import c
        #- b.py
        import a
        #- c.py
        import a
    """
    assert items(tmp_path, text, "import-cycles") == []


def test_a_parameter_that_is_only_passed_on(tmp_path: Path) -> None:
    (chain,) = items(tmp_path, CHAIN, "passed-through")
    assert chain["title"] == (
        "parameter locale of shop.handle goes through 3 functions to shop.number"
    )
    assert chain["grade"] == "likely"
    assert chain["evidence"] == [
        "only passed on by shop.handle, shop.render, shop.cell",
        "used in shop.number as language; an object that they share could hold it",
    ]


def test_functions_that_stand_for_another_pass_nothing_through(tmp_path: Path) -> None:
    text = """
        #- a.py
        def get(url, timeout): return request("get", url, timeout)
        def request(method, url, timeout): return send(method, url, timeout)
        def send(method, url, timeout): return method + url * timeout
    """
    assert items(tmp_path, text, "passed-through") == []
