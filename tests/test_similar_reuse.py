"""`similar` and `reuse`: what is like something, and what does already what is to be written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from test_patterns import SHAPES, ask
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.errors import InvalidArgumentsError

HELPERS = """
    #- shop/__init__.py
    #- shop/text.py
    import re
    import unicodedata

    def slugify(value: str, allow_unicode: bool = False) -> str:
        "Convert a title to a slug for URLs: lower case, words joined by hyphens."
        value = unicodedata.normalize("NFKD", value)
        return re.sub(r"[^a-z]+", "-", value.lower()).strip("-")

    def truncate(text: str, length: int) -> str:
        "Cut a text to a length at the end of a word."
        return text[:length].rsplit(" ", 1)[0]
    #- shop/dates.py
    import datetime

    def parse_iso_date(value: str) -> datetime.date:
        "Parse a date as ISO 8601 writes it."
        return datetime.date.fromisoformat(value)

    def _private_date(value): ...
    #- shop/views.py
    from .text import slugify
    from .dates import parse_iso_date

    def show(title: str) -> str: return slugify(title)
    #- tests/test_text.py
    from shop.text import slugify
    def test_slugify(): assert slugify("A b") == "a-b"
"""


def names(answer: Any) -> list[str]:
    return [item["symbol"]["name"] for item in answer["items"]]


def test_siblings_are_most_similar(tmp_path: Path) -> None:
    answer = ask(tmp_path, SHAPES, "similar", name="VisaProvider")
    assert names(answer)[:3] == [
        "shop.cards.MasterProvider", "shop.cards.AmexProvider", "shop.cards.CashProvider",
    ]  # fmt: skip
    first = answer["items"][0]
    assert first["why"] == [
        "derive from Provider", "define __init__, charge, kind", "have @registered",
        "are called “provider”", "in the same file",
    ]  # fmt: skip
    assert 0.8 < first["likeness"] <= 1.0
    assert answer["symbol"]["name"] == "shop.cards.VisaProvider"


def test_similar_without_a_common_base(tmp_path: Path) -> None:
    text = """
        #- a.py
        class Red:
            def mix(self): ...
            def fade(self): ...
        #- far/away/b.py
        class Sea:
            def mix(self): ...
            def fade(self): ...
        class Other:
            def swim(self): ...
    """
    answer = ask(tmp_path, text, "similar", name="Red")
    assert names(answer) == ["far.away.b.Sea"]
    assert answer["items"][0]["why"] == ["define fade, mix"]


def test_similar_to_a_stub(tmp_path: Path) -> None:
    answer = ask(
        tmp_path, HELPERS, "similar", text="def slug_of(value: str, allow_unicode=True) -> str: ..."
    )
    assert names(answer)[0] == "shop.text.slugify"
    assert "take value, allow_unicode" in answer["items"][0]["why"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"query": "turn a title into a slug"}, "shop.text.slugify"),
        ({"query": "slugify"}, "shop.text.slugify"),
        ({"query": "cut text at a word"}, "shop.text.truncate"),
        ({"query": "parse_date(value: str) -> date"}, "shop.dates.parse_iso_date"),
        (
            {
                "text": "def plain(word):\n"
                "    word = unicodedata.normalize('NFKD', word)\n"
                "    return re.sub('[^a-z]', '-', word)\n"
            },
            "shop.text.slugify",
        ),
        ({"text": "unicodedata.normalize('NFKD', x); re.sub(("}, "shop.text.slugify"),
    ],
)
def test_what_to_use_instead(tmp_path: Path, question: dict[str, str], found: str) -> None:
    answer = ask(tmp_path, HELPERS, "reuse", **question)
    assert names(answer)[0] == found


def test_why_it_may_do(tmp_path: Path) -> None:
    answer = ask(tmp_path, HELPERS, "reuse", query="parse_date(value: str) -> date")
    assert answer["items"][0]["why"] == [
        "its name has parse, date",
        "takes value",
        "named in 1 other file",
    ]


def test_what_is_installed_counts_where_it_is_imported(tmp_path: Path) -> None:
    text = """
        #- shop.py
        import functools
        def total(values): return functools.reduce(lambda a, b: a + b, values)
    """
    answer = ask(tmp_path, text, "reuse", query="cached property", into="shop.py")
    assert names(answer)[0] == "functools.cached_property"
    assert answer["items"][0]["symbol"]["layer"] == "stdlib"


def test_nothing_does_it(tmp_path: Path) -> None:
    assert ask(tmp_path, HELPERS, "reuse", query="send an email over SMTP")["items"] == []


def test_nothing_to_look_for(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentsError, match="'query'"):
        ask(tmp_path, HELPERS, "reuse")


def test_code_is_known_when_it_is_renamed_and_reordered(tmp_path: Path) -> None:
    root = plant(
        tmp_path / "shop",
        files={
            "shop/__init__.py": "",
            "shop/lines.py": (
                "def grouped(lines, size):\n"
                '    """Return lists of lines."""\n'
                "    result = []\n"
                "    part = []\n"
                "    for line in lines:\n"
                "        part.append(line)\n"
                "        if len(part) == size:\n"
                "            result.append(part)\n"
                "            part = []\n"
                "    return result\n"
            ),
            "shop/other.py": (
                "def listed(lines):\n"
                "    result = []\n"
                "    for line in lines:\n"
                "        result.append(line)\n"
                "    return result\n"
            ),
        },
    )
    again = (
        "def chunks(items: list[int], n: int) -> list[list[int]]:\n"
        "    buffer = []\n"
        "    out = []\n"
        "    for each in items:\n"
        "        buffer.append(each)\n"
        "        if len(buffer) == n:\n"
        "            out.append(buffer)\n"
        "            buffer = []\n"
        "    return out\n"
    )
    workspace = OpenWorkspace.open(str(root))
    try:
        answer: Any = call(workspace, "reuse", {"text": again})
        first = answer["items"][0]
        assert first["symbol"]["name"] == "shop.lines.grouped"
        assert first["likeness"] == 1
        assert "its statements are the same but for names and order" in first["why"]
        other: Any = call(workspace, "reuse", {"text": "def f(a):\n    return a + 1\n"})
        assert all(each["likeness"] < 0.9 for each in other["items"])
    finally:
        workspace.close()
