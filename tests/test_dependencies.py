"""The operation ``dependencies``: which parts of a folder import which, and circles of files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table
from flux_index.indexer.errors import FluxIndexError

FILES = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/models.py": "from shop.forms import fields\n",
    "shop/forms/__init__.py": "",
    "shop/forms/fields.py": "import shop.models\nfrom . import widgets\n",
    "shop/forms/widgets.py": "import os\n",
    "shop/late.py": "def run():\n    from shop import models\n",
    "shop/typed.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from shop import late\n"
    ),
    "tests/test_shop.py": "from shop import models\n",
}


@pytest.fixture
def session(tmp_path: Path) -> OpenWorkspace:
    return OpenWorkspace.open(str(plant(tmp_path / "project", files=FILES)))


def edges(answer: Any) -> dict[tuple[str, str], tuple[int, int]]:
    """Counts of imports, and of those that happen at once, by who imports what."""
    return {
        (edge["source"], edge["target"]): (edge["count"], edge["eager"]) for edge in answer["edges"]
    }


def test_folders_of_the_workspace(session: OpenWorkspace) -> None:
    answer = table.call(session, "dependencies", {})
    assert [
        (each["path"], each["kind"], each["files"], each["tests"]) for each in answer["items"]
    ] == [
        ("shop", "folder", 7, False),
        ("tests", "folder", 1, True),
    ]
    assert edges(answer) == {("tests", "shop"): (1, 1)}


def test_parts_of_a_folder_and_when_they_import_each_other(session: OpenWorkspace) -> None:
    answer = table.call(session, "dependencies", {"below": "shop"})
    assert edges(answer) == {
        ("shop/forms", "shop/models.py"): (1, 1),
        ("shop/late.py", "shop/models.py"): (1, 0),
        ("shop/models.py", "shop/forms"): (1, 1),
        ("shop/typed.py", "shop/late.py"): (1, 0),
    }
    forms = next(each for each in answer["items"] if each["path"] == "shop/forms")
    assert forms["name"] == "shop.forms"
    assert forms["parts"][0] == {"path": "shop/forms/fields.py", "bytes": 41}


def test_circles_are_of_what_is_imported_at_once(session: OpenWorkspace) -> None:
    answer = table.call(session, "dependencies", {"below": "shop"})
    assert answer["circles"] == [["shop/forms/fields.py", "shop/models.py"]]
    assert {each["path"] for each in answer["items"] if each["circle"] == 1} == {
        "shop/forms",
        "shop/models.py",
    }


def test_an_edit_that_is_not_saved_counts(session: OpenWorkspace) -> None:
    mended = session.with_contents({"shop/models.py": b"import os\n"})
    assert table.call(mended, "dependencies", {"below": "shop"})["circles"] == []


def test_pages_and_folders_that_are_not_there(session: OpenWorkspace) -> None:
    answer = table.call(session, "dependencies", {"below": "shop", "limit": 1})
    assert (len(answer["items"]), answer["truncated"], answer["edges"]) == (1, True, [])
    assert table.call(session, "dependencies", {"below": "nothing"})["total"] == 0
    with pytest.raises(FluxIndexError):
        table.call(session, "dependencies", {"below": "../elsewhere"})
