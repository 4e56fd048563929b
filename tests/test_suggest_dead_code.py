"""`suggest`: dead code, with what keeps a definition that nothing names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from test_patterns import ask

SHOP = """
    #- pyproject.toml
    [project]
    name = "shop"
    version = "1"
    [project.scripts]
    shop = "shop._cli:main_from_settings"
    #- docs/api.md
    Call `documented_only` for the total.
    #- shop/__init__.py
    from ._prices import Price as Price, total as total
    #- shop/_prices.py
    import abc
    import typing as t

    Number = t.Union[int, float]
    Unused = t.Union[int, float, None]
    _CACHE = {}

    class Price:
        _tax = 1

        def __init__(self, value):
            self._value = value
            self._history = []
            self._count = 0

        def __repr__(self):
            return f"Price({self._value})"

        def _rounded(self):
            return round(self._value)

        def show(self):
            return getattr(self, f"_show_{self._tax}")()

        def _show_plain(self):
            return "plain"

    def total(prices):
        return sum(each._value for each in prices) + _helper()

    def _helper():
        return 1

    def _leftover(n):
        return _leftover(n - 1) + _only_by_leftover()

    def _only_by_leftover():
        return 1

    def documented_only():
        return 2

    def _only_tests():
        return 3

    def _in_a_string():
        return 4
    #- shop/_cli.py
    import json
    from .registry import register
    from . import _prices

    HANDLER = getattr(_prices, "_in_a_string")

    class Encoder(json.JSONEncoder):
        def default(self, o):
            return str(o)

    def main_from_settings():
        print(Encoder().encode(1), HANDLER)

    @register
    def kept_by_decorator():
        return 1
    #- shop/registry.py
    def register(function):
        return function

    def _old():
        "Deprecated: say `register`."
    #- tests/test_shop.py
    from shop import _prices

    def test_only():
        assert _prices._only_tests() == 3
"""


def found(tmp_path: Path, text: str, **asked: Any) -> dict[str, str]:
    """Return the grade of each suggestion by the last part of its name."""
    answer = ask(tmp_path, text, "suggest", **{"grade": "look", "limit": 100, **asked})
    return {
        item["symbol"]["name"].rpartition(".")[2]: item["grade"]
        for item in answer["items"]
        if item["kind"] == "dead-code"
    }


def test_what_nothing_names_is_dead(tmp_path: Path) -> None:
    assert found(tmp_path, SHOP) == {
        "Unused": "certain",
        "Number": "certain",
        "_CACHE": "certain",
        "_history": "certain",
        "_count": "certain",
        "_rounded": "certain",
        "_leftover": "certain",
        "_only_by_leftover": "likely",
        "_only_tests": "likely",
        "_show_plain": "look",
        "show": "look",
        "_old": "likely",
    }


def test_evidence_and_what_would_make_it_wrong(tmp_path: Path) -> None:
    answer = ask(tmp_path, SHOP, "suggest")
    item = next(each for each in answer["items"] if each["symbol"]["name"].endswith("_leftover"))
    assert item["title"] == "function shop._prices._leftover is unused"
    assert item["evidence"] == [
        "`_leftover` is named nowhere else: not in sources, tests, documentation, templates or "
        "settings",
        "its name, or that of its module or class, says that it is private",
    ]
    assert item["wrong_if"] == ["somebody outside of this workspace uses it in spite of its name"]
    assert answer["counts"] == {"certain": 7, "likely": 3, "look": 2}
    assert answer["notes"] == ["5 less sure: grade `likely` or `look` shows them"]


def test_edits_of_one_that_is_asked_for(tmp_path: Path) -> None:
    answer = ask(tmp_path, SHOP, "suggest")
    item = next(each for each in answer["items"] if each["symbol"]["name"].endswith("_count"))
    again = ask(tmp_path, SHOP, "suggest", ids=[item["id"]])
    (edit,) = again["items"][0]["edits"]
    assert "-        self._count = 0\n" in edit["diff"]


def test_only_in_some_files_and_of_some_kinds(tmp_path: Path) -> None:
    assert list(found(tmp_path, SHOP, paths=["shop/registry.py"])) == ["_old"]
    assert found(tmp_path, SHOP, kinds=["dead-code"], grade="certain", limit=1) == {
        "_leftover": "certain"
    }


def test_public_names_are_not_certain_where_nothing_tells_what_is_offered(tmp_path: Path) -> None:
    text = """
        #- setup.py
        from setuptools import setup
        setup(name="lib")
        #- lib/__init__.py
        from .core import used
        #- lib/core.py
        def used(): ...
        def never_named(): ...
    """
    assert found(tmp_path, text) == {"never_named": "look"}


def test_fixtures_that_a_conftest_takes_from_a_module(tmp_path: Path) -> None:
    text = """
        #- checks/conftest.py
        from checks.containers import *
        #- checks/containers.py
        from docker_fixtures import container
        worker = container(image="worker")
        _image = "worker"
    """
    assert found(tmp_path, text) == {"worker": "likely", "_image": "certain"}
