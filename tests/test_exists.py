"""Names of members that a class has from its bases, however loosely the class is named."""

from __future__ import annotations

import sys
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


JUDGED = {
    "filled.py": """\
from dataclasses import dataclass


class Filled:
    def __init__(self, **values):
        for name, value in values.items():
            setattr(self, name, value)


class Updated:
    def __init__(self, values):
        self.__dict__.update(values)


class Plain:
    def __init__(self, size):
        self.size = size

    def save(self, **options):
        return self.write(**options)

    def write(self, *, force=False): ...

    def log(self, **options):
        print(options)


class Fast(Plain):
    def write(self, *, force=False, fast=False): ...


class Wide(Plain):
    width = 1


@dataclass
class Point:
    x: int
    y: int = 0


def keep(function):
    return register(function, 1)


@keep
def kept(one): ...
""",
    "user.py": "from filled import Plain\n\nPlain(1).late = True\n",
    "first.py": "class Twice: ...\n",
    "second.py": "import nowhere\n\n\nclass Twice(nowhere.Base): ...\n",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    folder = tmp_path_factory.mktemp("judged")
    return OpenWorkspace.open(str(plant(folder, "pyproject.toml", JUDGED)))


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("filled.Filled.anything", "unknown"),
        ("filled.Updated.anything", "unknown"),
        ("filled.Plain.size", "exists"),
        ("filled.Plain.__dict__", "exists"),
        ("filled.Plain.sise", "missing"),
        # Code elsewhere sets it; a class derived from it has it.
        ("filled.Plain.late", "unknown"),
        ("filled.Plain.width", "unknown"),
        # One of the two classes may have inherited it.
        ("Twice.anything", "unknown"),
    ],
)
def test_a_member_is_missing_only_where_all_of_them_are_known(
    judged: OpenWorkspace, query: str, verdict: str
) -> None:
    assert exists(judged, query)["verdict"] == verdict


@pytest.mark.parametrize(
    ("query", "verdict", "reason"),
    [
        # `write` takes `force`, and that of a derived class `fast`; none takes `forse`.
        ("filled.Plain.save(force=)", "unknown", "on through **"),
        ("filled.Plain.save(fast=)", "unknown", "on through **"),
        ("filled.Plain.save(forse=)", "missing", "in the end, filled."),
        ("filled.Plain.log(any=)", "unknown", "on through **"),
        ("filled.Plain(1, 2)", "missing", "takes 1 positional"),
        ("filled.Point(x=1)", "exists", ""),
        ("filled.Point(z=1)", "missing", "its keywords are: x, y"),
        ("filled.Point(1, 2, 3)", "missing", "takes 2 positional"),
        ("filled.kept(two=1)", "unknown", "not shown"),
    ],
)
def test_arguments_are_judged_as_validate_does(
    judged: OpenWorkspace, query: str, verdict: str, reason: str
) -> None:
    answer = exists(judged, query)
    assert answer["verdict"] == verdict
    assert reason in answer["reason"]


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("collections.Mapping", "missing"),
        ("json.Any", "missing"),
        ("collections.abc.Mapping", "exists"),
        ("collections.OrderedDict", "exists"),
    ],
)
def test_what_a_stub_imports_for_itself_is_none_of_its_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, query: str, verdict: str
) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)  # where the sources are
    session = OpenWorkspace.open(str(plant(tmp_path / "project", "pyproject.toml", FILES)))
    assert exists(session, query)["verdict"] == verdict
