"""Edits of a document's lines give what editing its text gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_index.api.rpc.messages import RpcError
from flux_index.lsp.documents import apply_changes, lines_of

TEXTS = st.text(alphabet="ab\n\ré😀\u2028\x0b", max_size=20)


def encoded(text: str, encoding: str) -> int:
    """Length of a text as an encoding counts it."""
    codec, width = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}[
        encoding
    ]
    return len(text.encode(codec)) // width


def position(text: str, index: int, encoding: str) -> dict[str, int]:
    """Position of an index into a text; between the halves of a line break, that of its line."""
    lines = lines_of(text)
    line = 0
    while index > len(lines[line]) or (index == len(lines[line]) and line + 1 < len(lines)):
        index -= len(lines[line])
        line += 1
    return {"line": line, "character": encoded(lines[line][:index], encoding)}


@given(TEXTS)
def test_lines_are_broken_where_the_protocol_breaks_them(text: str) -> None:
    lines = lines_of(text)
    assert "".join(lines) == text
    assert all(line.endswith(("\n", "\r")) for line in lines[:-1])
    assert not lines[-1].endswith(("\n", "\r"))
    assert not any(line.rstrip("\r\n") != line.rstrip("\r\n").replace("\n", "") for line in lines)


@given(
    TEXTS,
    TEXTS,
    st.integers(0, 20),
    st.integers(0, 20),
    st.sampled_from(["utf-8", "utf-16", "utf-32"]),
)
def test_a_change_of_a_range_is_a_change_of_the_text(
    text: str, new: str, first: int, second: int, encoding: str
) -> None:
    start, end = sorted(min(one, len(text)) for one in (first, second))
    # Clients do not point between the two halves of a line break.
    if any(text[one - 1 : one + 1] == "\r\n" for one in (start, end)):
        return
    span = {"start": position(text, start, encoding), "end": position(text, end, encoding)}
    lines = apply_changes(lines_of(text), [{"range": span, "text": new}], encoding)
    expected = text[:start] + new + text[end:]
    assert "".join(lines) == expected
    assert lines == lines_of(expected)


def test_what_lies_behind_the_end_is_the_end() -> None:
    far = {"line": 90, "character": 5}
    assert apply_changes(
        lines_of("a\nb"), [{"range": {"start": far, "end": far}, "text": "c"}], "utf-16"
    ) == [
        "a\n",
        "bc",
    ]
    wide = {"line": 0, "character": 50}
    assert apply_changes(
        lines_of("a\nb"), [{"range": {"start": wide, "end": wide}, "text": "c"}], "utf-16"
    ) == ["ac\n", "b"]


@pytest.mark.parametrize(
    "change",
    [
        None,
        {},
        {"text": 1},
        {"text": "", "range": {}},
        {"text": "", "range": {"start": {"line": -1, "character": 0}, "end": None}},
        {"text": "", "range": {"start": {"line": 1 << 40, "character": 0}}},
    ],
)
def test_what_is_no_change_is_refused(change: object) -> None:
    with pytest.raises(RpcError):
        apply_changes(["a"], [change], "utf-16")
