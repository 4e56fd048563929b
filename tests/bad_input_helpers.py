"""A small workspace whose answers are known, to see that they stay right whatever else happens."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.index import Index

MODELS = '''\
class Model:
    """Something kept."""

    def save(self) -> None: ...


class Order(Model):
    def pay(self) -> None:
        self.save()
'''
VIEWS = """\
from models import Order


def view(order: Order) -> None:
    order.save()
    order.pay()
"""

QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("symbols", {"query": "Order"}),
    ("symbols", {"query": "something kept"}),
    ("outline", {"path": "models.py"}),
    ("definition", {"path": "views.py", "line": 4, "character": 11}),
    ("references", {"name": "models.Model.save"}),
    ("members", {"name": "models.Order"}),
    ("hierarchy", {"name": "models.Model"}),
    ("importers", {"name": "models"}),
    ("exists", {"query": "models.Order.save"}),
    ("source", {"name": "models.Order.pay"}),
)


def shop(root: Path, others: dict[str, bytes | str] | None = None) -> Path:
    """Make the workspace, with other files in it."""
    files = {"pyproject.toml": "", "models.py": MODELS, "views.py": VIEWS, **(others or {})}
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


@contextlib.contextmanager
def indexed(root: Path, *, build: bool = True) -> Iterator[Index]:
    """The index of a folder, brought up to date."""
    index = Index.open(str(root))
    try:
        if build:
            assert index.become_writer(), index.notes
            index.build()
        yield index
    finally:
        index.close()


def answers(index: Index, freshness: str = "live", *, stored: bool = True) -> dict[str, Any]:
    """What the index answers to all questions, without what tells its history.

    Search by words is left out where nothing is ``stored``: it says what is pending instead.
    """
    session = OpenWorkspace(index, freshness)
    found: dict[str, Any] = {}
    for name, arguments in QUESTIONS:
        if name == "symbols" and not stored:
            continue
        answer = dict(call(session, name, arguments))
        assert answer["total"], (name, arguments, answer)
        for key in ("generation", "pending", "notes"):
            answer.pop(key, None)
        found[f"{name} {arguments}"] = answer
    return found


def expected(tmp_path: Path, *, stored: bool = True) -> dict[str, Any]:
    """What a sound index of the workspace answers."""
    with indexed(shop(tmp_path / "sound")) as index:
        return answers(index, stored=stored)


def ask(index: Index, name: str, /, **arguments: Any) -> dict[str, Any]:
    """One answer."""
    return dict(call(OpenWorkspace(index), name, arguments))


def problems(index: Index) -> list[str]:
    """What the status says is wrong."""
    found = index.status()["problems"]
    assert isinstance(found, list)
    return [str(problem) for problem in found]
