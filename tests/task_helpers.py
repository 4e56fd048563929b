"""A shop to work on, and tasks on it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table

MODELS = '''\
"""Orders."""


class Model:
    """Something that is stored."""

    def save(self, force: bool = False) -> None:
        """Store it."""


class Order(Model):
    """What a customer wants."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def total(self, tax: float = 0.2) -> float:
        """Return the price of all lines."""
        return len(self.lines) * (1 + tax)
'''
CHECKOUT = """\
from shop.models import Order


def pay(order: Order) -> float:
    order.save(force=True)
    return order.total(tax=0.1)


def unused() -> int:
    return 1
"""
TESTS = """\
import pytest

from shop.checkout import pay
from shop.models import Order


@pytest.fixture
def order() -> Order:
    return Order(["a"])


def test_pay(order: Order) -> None:
    assert pay(order) > 1


class TestOrder:
    def test_total(self) -> None:
        assert Order([]).total() == 0
"""


def make_shop(folder: Path) -> Path:
    files = {
        "pyproject.toml": "[project]\nname = 'shop'\n",
        "shop/__init__.py": "",
        "shop/models.py": MODELS,
        "shop/checkout.py": CHECKOUT,
        "tests/test_shop.py": TESTS,
    }
    return plant(folder, files=files)


class Shop:
    """A shop, and an agent that works on it by operations."""

    def __init__(self, folder: Path) -> None:
        self.root = make_shop(folder)
        self.workspace = OpenWorkspace.open(str(self.root))
        self.task = ""

    def call(self, name: str, /, **arguments: Any) -> Any:
        return table.call(self.workspace, name, arguments)

    def begin(self, text: str = "change the price of an order", **more: Any) -> Any:
        answer = self.call("task.begin", text=text, **more)
        self.task = answer["task"]
        return answer

    def step(self, step: str, *edits: dict[str, Any], **more: Any) -> Any:
        return self.call("task.step", task=self.task, step=step, edits=list(edits), **more)

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def write(self, path: str, text: str) -> None:
        (self.root / path).write_text(text, encoding="utf-8")


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.email=a@b.c", "-c", "user.name=n", *arguments],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
