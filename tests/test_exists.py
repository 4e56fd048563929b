"""Names of members that a class has from its bases, however loosely the class is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table

FILES = {
    "shapes.py": "class Shape:\n    def area(self): ...\n\n\nclass Box(Shape):\n    side = 1\n",
    "other.py": "class Box:\n    lid = None\n",
}


@pytest.fixture
def session(tmp_path: Path) -> OpenWorkspace:
    return OpenWorkspace.open(str(plant(tmp_path / "project", "pyproject.toml", FILES)))


def exists(session: OpenWorkspace, query: str) -> Any:
    return table.call(session, "exists", {"query": query})


@pytest.mark.parametrize("query", ["Box.area", "shapes.Box.area", "Box.area()", "Box.lid"])
def test_inherited_members_exist_by_a_loose_name(session: OpenWorkspace, query: str) -> None:
    assert exists(session, query)["verdict"] == "exists"


def test_an_inherited_member_is_found_where_its_base_defines_it(session: OpenWorkspace) -> None:
    found = table.call(session, "definition", {"name": "Box.area"})
    assert [item["name"] for item in found["items"]] == ["shapes.Shape.area"]
    in_file = table.call(session, "definition", {"name": "Box.area", "path": "other.py"})
    assert in_file["items"] == []


def test_what_no_class_of_the_name_has_is_missing(session: OpenWorkspace) -> None:
    assert exists(session, "Box.volume")["verdict"] == "missing"
