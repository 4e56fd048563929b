"""What a workspace consists of: packages, other folders, tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table
from flux_index.indexer.errors import FluxIndexError

LARGE = " ".join(f"shop/views/page_{at}.py" for at in range(30))


@pytest.fixture
def session(tmp_path: Path) -> OpenWorkspace:
    files = (
        "pyproject.toml setup.py shop/__init__.py shop/models.py shop/forms/__init__.py "
        f"shop/forms/fields.py shop/views/__init__.py {LARGE} scripts/run.py tests/test_shop.py"
    )
    return OpenWorkspace.open(str(plant(tmp_path / "project", files)))


def folders(session: OpenWorkspace, **arguments: Any) -> dict[str, Any]:
    answer = table.call(session, "map", arguments)
    return {item["path"]: item for item in answer["items"]}


def test_small_packages_are_told_with_the_one_that_they_are_in(session: OpenWorkspace) -> None:
    found = folders(session)
    assert list(found) == ["", "scripts", "shop", "shop/views", "tests"]
    assert found["shop"]["name"] == "shop"
    assert found["shop"]["files"] == 4
    assert found["shop"]["holds"] == ["forms/", "views/", "models"]
    assert found["shop/views"]["name"] == "shop.views"
    assert found["shop/views"]["files"] == 31
    assert found[""]["holds"] == ["scripts/", "shop/", "tests/", "setup"]


def test_tests_come_last_and_are_said_to_be_such(session: OpenWorkspace) -> None:
    found = folders(session)
    assert [item["tests"] for item in found.values()] == [False, False, False, False, True]


def test_a_part_of_the_workspace(session: OpenWorkspace) -> None:
    assert list(folders(session, below="shop")) == ["shop", "shop/views"]
    assert list(folders(session, below="shop/forms/")) == ["shop/forms"]
    assert folders(session, below="nothing") == {}
    with pytest.raises(FluxIndexError):
        folders(session, below="../elsewhere")


def test_pages(session: OpenWorkspace) -> None:
    answer = table.call(session, "map", {"limit": 2, "offset": 1})
    assert [item["path"] for item in answer["items"]] == ["scripts", "shop"]
    assert (answer["total"], answer["truncated"]) == (5, True)
