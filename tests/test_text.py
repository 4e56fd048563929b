"""From bytes on disk to normalized text, and between offsets and UTF-16 characters."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux_index.indexer import text
from flux_index.indexer.text import normalize, split_lines, utf16_length, utf16_to_offset

LATIN = "é".encode("latin-1")

NORMALIZED = {
    "plain": (b"x = 1\n", "x = 1\n"),
    "UTF-8": ("é = 1\n".encode(), "é = 1\n"),
    "byte order mark": (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
    "byte order mark and another encoding": (
        b"\xef\xbb\xbf# coding: latin-1\n" + "é".encode(),
        "# coding: latin-1\né",
    ),
    "UTF-16": ("x = 'é'\n".encode("utf-16"), "x = 'é'\n"),
    "declared": (b"# coding: latin-1\n" + LATIN, "# coding: latin-1\né"),
    "declared as editors do": (
        b"# -*- coding: iso-8859-15-unix -*-\n\xa4",
        "# -*- coding: iso-8859-15-unix -*-\n€",
    ),
    "declared in vim's way": (
        b"# vim: set fileencoding=cp1252 :\n\x80",
        "# vim: set fileencoding=cp1252 :\n€",
    ),
    "declared in the second line": (
        b"#!/usr/bin/python\n# coding=latin-1\n" + LATIN,
        "#!/usr/bin/python\n# coding=latin-1\né",
    ),
    "declared in the second line, CRLF": (
        b"#!/usr/bin/python\r\n# coding=latin-1\r\n" + LATIN,
        "#!/usr/bin/python\r\n# coding=latin-1\r\né",
    ),
    "declared in the third line": (
        b"#\n#\n# coding: latin-1\n" + LATIN,
        "#\n#\n# coding: latin-1\n�",
    ),
    "declared behind code": (b"x = 1\n# coding: latin-1\n" + LATIN, "x = 1\n# coding: latin-1\n�"),
    "declared as UTF-8": ("# coding: utf-8\né".encode(), "# coding: utf-8\né"),
    "declared as ASCII": ("# coding: ascii\né".encode(), "# coding: ascii\né"),
    "unknown encoding": ("# coding: klingon\né".encode(), "# coding: klingon\né"),
    "no encoding of text": (b"# coding: rot13\nx", "# coding: rot13\nx"),
    "an encoding that never works": (b"# coding: undefined\nx", "# coding: undefined\nx"),
    "invalid UTF-8": (b"x = '\xff'\n", "x = '�'\n"),
    "invalid in the declared encoding": (
        b"# coding: shift_jis\nx = '\xff'\n",
        "# coding: shift_jis\nx = '�'\n",
    ),
    "CRLF": (b"a\r\nb\r\n", "a\r\nb\r\n"),
    "CR": (b"a\rb\r", "a\nb\n"),
    "all line breaks": (b"a\r\nb\rc\nd\r\r\n", "a\r\nb\nc\nd\n\r\n"),
    "NUL before a line feed": (b"a\0\nb\r", "a\0\nb\n"),
    "empty": (b"", ""),
}


@pytest.mark.parametrize("case", NORMALIZED)
def test_normalize(case: str) -> None:
    raw, expected = NORMALIZED[case]
    assert normalize(raw) == expected.encode()


@given(st.binary(max_size=100))
def test_normalized_text_is_utf_8_with_line_feeds(raw: bytes) -> None:
    text = normalize(raw)
    assert text.decode().encode() == text
    assert text.count(b"\r") == text.count(b"\r\n")


@given(st.text(max_size=60))
def test_line_breaks_are_those_of_python(source: str) -> None:
    if "\0" in source:
        return
    literal = f"x = '''{source.translate(dict.fromkeys(map(ord, chr(92) + chr(39))))}'''\ny = 1\n"
    text = normalize(literal.encode("utf-8", "replace"))
    lines = split_lines(text)
    assert b"".join(lines) == text
    second = ast.parse(literal.encode("utf-8", "replace")).body[1]
    assert lines[second.lineno - 1] == b"y = 1\n"


@pytest.mark.parametrize(
    ("line", "offsets"),
    [
        ("abc", [0, 1, 2, 3, 3]),
        ("é!", [0, 2, 3, 3]),
        ("😀!", [0, 4, 4, 5, 5]),  # the middle of a character counts as its end
        ("", [0, 0]),
    ],
)
def test_utf16_to_offset(line: str, offsets: list[int]) -> None:
    encoded = line.encode()
    assert [utf16_to_offset(encoded, at) for at in range(len(offsets))] == offsets


@given(st.text(max_size=30))
def test_utf16_and_back(line: str) -> None:
    encoded = line.encode("utf-8", "replace")
    for at in range(len(encoded.decode()) + 1):
        before = encoded.decode()[:at].encode()
        assert utf16_to_offset(encoded, utf16_length(before)) == len(before)


def test_a_source_that_is_a_link_to_something_else(tmp_path: Path) -> None:
    (tmp_path / "credentials").write_text("key = 'secret'")
    (tmp_path / "real.py").write_text("x = 1\n")
    (tmp_path / "creds.py").symlink_to("credentials")
    (tmp_path / "alias.py").symlink_to("real.py")
    with pytest.raises(text.UnreadableError, match="a link to what is no Python source"):
        text.read(str(tmp_path / "creds.py"))
    assert text.read(str(tmp_path / "alias.py")) == b"x = 1\n"
