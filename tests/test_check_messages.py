"""Messages are the interpreter's own words, where it has any."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import Fixture, open_workspace

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import unchanged

DEFINITIONS = """
def area(width, height=1, *, unit):
    return width * height

def pair(left, right):
    return left, right

def triple(a, b, c):
    return a, b, c

def nothing():
    return None

def named(*, colour, size):
    return colour, size

class Box:
    def __call__(self):
        return 1

class Lid:
    def open(self, key):
        return key
"""
STATEMENTS = (
    "area(1, 2, 3)",
    "area(1)",
    "area(1, unit='m', hight=2)",
    "area(1, width=2, unit='m')",
    "pair()",
    "pair(1)",
    "pair(1, 2, 3)",
    "triple()",
    "nothing(1)",
    "named()",
    "Lid().put",
    "Lid().open()",
    "Lid.put",
    "Lid()()",
    "undefined",
    "import json.missing",
)


def test_as_the_interpreter_says_it(tmp_path: Path) -> None:
    files = {f"m{at}.py": f"{DEFINITIONS}\n{each}\n" for at, each in enumerate(STATEMENTS)}
    session = open_workspace(tmp_path, Fixture(files, {}, {}))
    try:
        found = check_change(unchanged(session, files), whole=True)
    finally:
        session.index.close()
    messages = {each.path: each.message for each in found if not each.rule.startswith("ruff")}
    for path, source in files.items():
        with pytest.raises((TypeError, NameError, AttributeError, ImportError)) as caught:
            exec(source, {"__name__": path})
        said = str(caught.value).partition(";")[0]
        assert messages[path].rstrip(".").partition(";")[0] == said, source
