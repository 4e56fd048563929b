from __future__ import annotations

import pytest

from flux_index.indexer.workspace.python_versions import versions_allowed


@pytest.mark.parametrize(
    ("requires", "allowed", "not_allowed"),
    [
        (">=3.11", [11, 12, 14], [10]),
        (">=3.9,<3.12", [9, 10, 11], [8, 12]),
        (">=3.9, <3.12.4", [9, 12], [13]),
        ("==3.11.*", [11], [10, 12]),
        ("~=3.11.2", [11], [10, 12]),
        ("~=3.11", [11, 12], [10]),
        ("^3.10", [10, 13], [9]),
        (">=3.8,!=3.9.*", [8, 10], [7, 9]),
        (">3.8", [9], [8]),
        ("3.12", [12], [11]),
    ],
)
def test_versions_that_a_project_declares(
    requires: str, allowed: list[int], not_allowed: list[int]
) -> None:
    found = versions_allowed(requires)
    assert {(3, minor) for minor in allowed} <= set(found)
    assert not {(3, minor) for minor in not_allowed} & set(found)


@pytest.mark.parametrize("requires", ["", "any", ">=3.8 || <2"])
def test_what_is_not_understood_allows_nothing_in_particular(requires: str) -> None:
    assert versions_allowed(requires) == ()
