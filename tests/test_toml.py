"""TOML of any making is read within bounds, by every question that reads some."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from flux_index.api.patterns.guidelines import commands, line_length
from flux_index.indexer.toml import parse_toml, read_toml
from flux_index.indexer.workspace.discover import discover

LONG = "a" + ".a" * 30_000

UNENDING = {
    "a long key": f"{LONG}=1",
    "with a quoted part": f'a.".."."b".{LONG}=1',
    "with a literal part": f"a.'..'.{LONG}=1",
    "with spaces": LONG.replace(".", " \t. ") + "=1",
    "in a header": f"[{LONG}]",
    "in an inline table": "x={" + LONG + "=1}",
    "behind a text": f'x="""{"."}"""\n{LONG}=1',
    "arrays": "x=" + "[" * 40_000 + "]" * 40_000,
    "tables": "x=" + "{a=" * 3_000 + "1" + "}" * 3_000,
    "bytes": "#" * 2_000_000,
    "digits": "x = " + "1" * 100_000,
}


@pytest.mark.parametrize("text", UNENDING.values(), ids=UNENDING)
def test_what_would_take_very_long_is_not_read(text: str, tmp_path: Path) -> None:
    tables, wrong = parse_toml(text.encode())
    assert tables == {}
    assert wrong
    (tmp_path / "pyproject.toml").write_text(f"[tool.ruff]\nline-length = 90\n{text}\n")
    assert any("not valid TOML" in each for each in discover(str(tmp_path)).config.problems)
    assert (commands(str(tmp_path)), line_length(str(tmp_path))) == ([], 0)


@pytest.mark.parametrize(
    "text",
    [
        'a.b."c.d.e" = 1',
        'text = """' + "x.y." * 500 + '"""',
        "text = '''" + "[" * 500 + "'''",
        "text = '" + "[" * 500 + "'  # " + "{." * 500,
        'quotes = """x""\\""" y"""""\nmore = \'\'\'x\'\'y\'\'\'\'\'',
        'escaped = "\\"' + "[" * 500 + '"',
        "numbers = [" + "1.5, " * 500 + "]",
        "[[a]]\n[[a]]\nb = [[1], [2]]",
    ],
)
def test_what_people_write_is_read(text: str) -> None:
    assert read_toml(text.encode()) == tomllib.loads(text)


def test_a_setting_of_any_size_is_told_in_a_few_words(tmp_path: Path) -> None:
    (tmp_path / "flux-index.toml").write_text(f'python = ["{"x" * 50_000}"]\n{"y" * 50_000} = 1')
    problems = discover(str(tmp_path)).config.problems
    assert len(problems) == 2
    assert all(len(each) < 200 for each in problems)
