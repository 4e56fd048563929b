"""The encoded form of facts, and what can be asked of it without knowing the tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_index.indexer import facts as f
from flux_index.indexer.extract.source import extract, extract_blob
from flux_index.indexer.facts import FileFacts, encode

SOURCE = b"import os\n\ndef f(a, b=''):\n    return os.path.join(a, '\xc3\xa9')\n"

texts = st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"])))
cells = st.lists(st.integers(-(2**40), 2**40), max_size=5)


@given(texts, texts, st.lists(cells, min_size=len(f.TABLES), max_size=len(f.TABLES)))
def test_what_is_encoded_is_decoded(
    names: list[str], strings: list[str], columns: list[list[int]]
) -> None:
    tables = {
        name: [cell for cell in column for _ in range(width)]
        for (name, width), column in zip(f.TABLES, columns, strict=True)
    }
    facts = FileFacts(encode(names, strings, tables, 1))
    assert (facts.names, facts.strings, facts.is_ascii) == (names, strings, True)
    for (name, width), column in zip(f.TABLES, columns, strict=True):
        assert [list(decoded) for decoded in getattr(facts, name)] == [column] * width


@pytest.mark.parametrize("largest", [0, 127, 128, -128, -129, 32_767, 32_768, 2**31, -(2**31) - 1])
def test_every_width_of_integers(largest: int) -> None:
    tables = {name: [0, largest, 0] * width for name, width in f.TABLES}
    facts = FileFacts(encode([], [], tables, 0))
    assert list(facts.extra.value) == [0, largest, 0]


@pytest.mark.parametrize(
    "damage",
    [lambda blob: b"", lambda blob: blob[:-1], lambda blob: blob + b"x", lambda blob: b"x" + blob],
)
def test_damaged_facts_are_refused(damage: object) -> None:
    assert callable(damage)
    with pytest.raises(ValueError, match="not a facts blob"):
        FileFacts(damage(extract_blob(SOURCE)))


def test_unknown_attributes() -> None:
    with pytest.raises(AttributeError):
        _ = extract(SOURCE).nonsense


def test_lines() -> None:
    facts = extract(SOURCE)
    assert facts.line_starts == [0, 10, 11, 27, 60, 60]
    assert [facts.line_of(at) for at in (0, 9, 10, 11, 26, 27, 59, 60, 1_000)] == [
        *(0, 0, 1, 2, 2, 3, 3, 4, 4)
    ]
    assert not facts.is_ascii
    assert extract(b"").line_starts == [0, 0]
    assert extract(b"").line_of(0) == 0


def test_rows_of_names_are_the_same_however_often_they_are_asked_for() -> None:
    facts = extract(SOURCE)
    asked = [*facts.names, "nothing"] * 5
    assert [facts.name_id(name) for name in asked] == [*range(len(facts.names)), -1] * 5


def test_extraction_looks_at_nothing_but_the_bytes() -> None:
    assert extract_blob(SOURCE) == extract_blob(bytes(bytearray(SOURCE)))
    extract(b"class Other: pass\n")
    assert extract_blob(SOURCE) == extract_blob(SOURCE)
