"""Fields of classes are parameters of their constructors: an edit of them breaks callers."""

from __future__ import annotations

from pathlib import Path

import pytest
from fix_helpers import mended
from fixtures_language import check_edit

BEFORE = """
#- shop.py
from dataclasses import dataclass
from typing import NamedTuple

@dataclass
class Order:
    number: int
    note: str = ""
    paid: bool = False

class Point(NamedTuple):
    x: int
    y: int = 0
#- main.py
from shop import Order, Point
def show(order: Order, point: Point):
    x, y = point
    return order.note, point.y
Order(1, "fast", True)
Order(number=2, note="slow")
Point(1, 2)
"""


def edited(before: str, old: str, new: str) -> str:
    """``shop.py`` of a fixture with one piece of its text replaced."""
    text = before[before.index("#- shop.py") : before.index("#- main.py")]
    assert old in text
    return text.replace(old, new)


def marked(line: str, marks: str) -> str:
    """The fixture with marks below one of its lines."""
    assert line in BEFORE
    return BEFORE.replace(line, f"{line}\n{marks}")


def test_a_field_that_is_removed(tmp_path: Path) -> None:
    before = marked('Order(1, "fast", True)', "#                ^^^^ too-many-arguments")
    before = before.replace(
        'Order(number=2, note="slow")',
        'Order(number=2, note="slow")\n#               ^^^^ unknown-keyword',
    ).replace(
        "    return order.note, point.y",
        "    return order.note, point.y\n    #            ^^^^ unresolved-attribute",
    )
    edit = edited(before, '    note: str = ""\n', "")
    check_edit(tmp_path, before, edit, "too-many", "unknown-keyword", "unresolved", "misplaced")
    assert mended(tmp_path / "mended", BEFORE, edit)["main.py"].endswith(
        "Order(1, True)\nOrder(number=2)\nPoint(1, 2)\n"
    )


def test_a_field_that_is_renamed_can_be_followed(tmp_path: Path) -> None:
    edit = edited(BEFORE, "note: str", "remark: str")
    changed = mended(tmp_path, BEFORE, edit)["main.py"]
    assert "return order.remark, point.y" in changed
    assert 'Order(1, "fast", True)\nOrder(number=2, remark="slow")' in changed


def test_fields_in_another_order(tmp_path: Path) -> None:
    before = marked('Order(1, "fast", True)', "#        ^^^^^^ misplaced-argument ('note')")
    edit = edited(
        BEFORE,
        '    note: str = ""\n    paid: bool = False',
        '    paid: bool = False\n    note: str = ""',
    )
    (finding,) = check_edit(tmp_path, before, edit, "misplaced", "too-many", "unknown")
    assert (finding.severity, finding.evidence) == ("warning", "exact")
    assert 'Order(1, note="fast", paid=True)' in mended(tmp_path / "m", BEFORE, edit)["main.py"]


def test_a_field_that_has_to_be_given_now(tmp_path: Path) -> None:
    before = marked('Order(number=2, note="slow")', "# <- missing-argument ('paid')")
    edit = edited(BEFORE, 'note: str = ""\n    paid: bool = False', "note: str\n    paid: bool")
    (finding,) = check_edit(tmp_path, before, edit, "missing", "misplaced")
    assert [fix.title for fix in finding.fixes] == ["Add a default for 'paid' in shop.py"]


def test_a_named_tuple_with_more_fields(tmp_path: Path) -> None:
    before = marked("    x, y = point", "#   ^ unpack-count")
    check_edit(
        tmp_path, before, edited(BEFORE, "y: int = 0", "y: int = 0\n    z: int = 0"), "unpack"
    )


def test_fields_of_a_base_are_parameters_of_those_below(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- shop.py
        from dataclasses import dataclass
        @dataclass
        class Thing:
            name: str
        #- order.py
        from dataclasses import dataclass
        from shop import Thing
        @dataclass
        class Order(Thing):
            number: int
        #- main.py
        from order import Order
        Order("a", 1)
        # <- missing-argument (weight)
        """,
        """
        #- shop.py
        from dataclasses import dataclass
        @dataclass
        class Thing:
            name: str
            weight: int
        """,
        "missing",
    )


def test_parameters_in_another_order(tmp_path: Path) -> None:
    before = """
        #- shop.py
        def pay(amount, currency, when=None): return amount, currency, when
        #- main.py
        from shop import pay
        pay(1, "EUR")
        #      ^^^^^ misplaced-argument (takes "EUR" as 'when'; before the edit it was 'currency')
        pay(1, currency="EUR")
        pay(amount=1, currency="EUR", when=2)
        """
    edit = """
        #- shop.py
        def pay(amount, when=None, currency="EUR"): return amount, currency, when
        """
    check_edit(tmp_path, before, edit, "misplaced")
    assert 'pay(1, currency="EUR")\npay(1' in mended(tmp_path / "m", before, edit)["main.py"]


def test_a_parameter_that_is_only_renamed_moves_nothing(tmp_path: Path) -> None:
    before = """
        #- shop.py
        def pay(amount, currency): return amount, currency
        #- main.py
        from shop import pay
        pay(1, "EUR")
        """
    edit = "#- shop.py\ndef pay(sum_, money): return sum_, money\n"
    check_edit(tmp_path, before, edit, "misplaced")


def test_callers_that_the_edit_brings_up_to_date_are_right(tmp_path: Path) -> None:
    before = """
        #- shop.py
        def pay(amount, currency): return amount, currency
        #- main.py
        from shop import pay
        pay(1, "EUR")
        """
    edit = """
        #- shop.py
        def pay(currency, amount): return amount, currency
        #- main.py
        from shop import pay
        pay("EUR", 1)
        """
    check_edit(tmp_path, before, edit, "misplaced")


@pytest.mark.parametrize("marker", ["dataclass_transform", "plain"])
def test_classes_that_others_make_constructors_for(tmp_path: Path, marker: str) -> None:
    """As pydantic's models do: what they take is not known, what they no longer take is."""
    decorator = "@dataclass_transform()" if marker == "dataclass_transform" else ""
    note = "unknown-keyword (the edit removed that field)" if decorator else "none"
    wanted = "missing-argument ('size')" if decorator else "none"
    before = f"""
        #- models.py
        from typing import dataclass_transform
        {decorator}
        class Meta(type): ...
        class Model(metaclass=Meta):
            def __init__(self, **data): ...
        #- shop.py
        from models import Model
        class Order(Model):
            number: int
            note: str = ""
        #- main.py
        from shop import Order
        Order(number=1)
        # <- {wanted}
        Order(number=1, size=2)
        Order(number=1, size=2, note="a")
        #                       ^^^^ {note}
        """
    edit = """
        #- shop.py
        from models import Model
        class Order(Model):
            number: int
            size: int
        """
    found = check_edit(tmp_path, before, edit, "missing", "unknown")
    assert all((each.severity, each.evidence) == ("warning", "conventional") for each in found)
