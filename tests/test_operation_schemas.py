"""What tools and methods say that their arguments are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest

from flux_index.api.mcp.arguments import schema
from flux_index.api.mcp.tools import tools
from flux_index.api.operations.table import OPERATIONS
from flux_index.api.rpc.discover import document
from flux_index.api.tasks.plan import PlanStep


def _bare_objects(described: Any, where: str) -> Iterator[str]:
    """Yield the places of objects in lists that do not say which fields they have."""
    if isinstance(described, dict):
        items = described.get("items")
        if isinstance(items, dict) and items.get("type") == "object" and not items["properties"]:
            yield where
        for key, each in described.items():
            yield from _bare_objects(each, f"{where}.{key}")
    elif isinstance(described, list):
        for number, each in enumerate(described):
            yield from _bare_objects(each, f"{where}[{number}]")


@pytest.mark.parametrize("profile", ["default", "full"])
def test_lists_of_objects_say_what_is_in_them(profile: str) -> None:
    for name, tool in tools(profile).items():
        assert list(_bare_objects(schema(tool), name)) == []


def test_methods_say_what_is_in_lists_as_well() -> None:
    assert list(_bare_objects(document()["methods"], "methods")) == []


def test_steps_of_a_plan_have_the_fields_that_are_told() -> None:
    told = next(
        parameter.fields
        for parameter in OPERATIONS["task.plan"].parameters
        if parameter.name == "steps"
    )
    assert set(told) == {each.name for each in fields(PlanStep)}
