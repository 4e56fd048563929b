"""Pictures are bounded, whatever the size of the code base, and what is left out is counted."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.ui import around, classes, modules
from flux_index.api.ui.questions import Questions

MANY = 120


class Direct(Questions):
    """Questions that are answered in this process."""

    def __init__(self, session: OpenWorkspace) -> None:
        self.session = session

    async def ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        return dict(call(self.session, operation, arguments))


@pytest.fixture
def questions(tmp_path: Path) -> Direct:
    users = "".join(f"\n\ndef use_{number}():\n    helper()\n" for number in range(MANY))
    files = {
        "pyproject.toml": "",
        "shop/__init__.py": "",
        "shop/base.py": "def helper(): ...\n\n\nclass Base: ...\n",
        "shop/users.py": f"from shop.base import helper\n{users}",
        "shop/kinds.py": "from shop.base import Base\n"
        + "".join(f"\n\nclass Kind{number}(Base): ...\n" for number in range(MANY)),
        **{f"shop/many/m{number}.py": "from shop import base\n" for number in range(MANY)},
    }
    return Direct(OpenWorkspace.open(str(plant(tmp_path / "project", files=files))))


def test_users(questions: Direct) -> None:
    found = asyncio.run(around.users(questions, {"name": "shop.base.helper"}))
    assert len(found["users"]) == around.MOST
    # The import in the file of the users is one as well.
    assert found["total"] == len(found["users"]) + found["more"] == MANY + 1


def test_importers_of_a_module(questions: Direct) -> None:
    found = asyncio.run(around.users(questions, {"path": "shop/base.py"}))
    assert len(found["users"]) == around.MOST
    assert found["total"] == MANY + 2


def test_classes(questions: Direct) -> None:
    found = asyncio.run(classes.classes(questions, {"name": "shop.base.Base"}))
    assert len(found["nodes"]) < 70
    assert found["truncated"]


def test_modules(questions: Direct) -> None:
    found = asyncio.run(modules.modules(questions, "shop/many"))
    assert len(found["items"]) < 50
    assert (found["total"], found["truncated"]) == (MANY, True)
