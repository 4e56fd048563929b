"""The fixture language itself, and the checks that are written in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import Place, check_definition, check_references, parse_fixture


def test_files() -> None:
    fixture = parse_fixture(
        """
        #- a.py
        x = 1

        #- pkg/b.py
        # A comment stays.
        y = 2
        """
    )
    assert fixture.files == {"a.py": "x = 1\n\n", "pkg/b.py": "# A comment stays.\ny = 2\n"}


def test_text_without_a_header_is_one_file() -> None:
    assert parse_fixture("x = 1\n").source == b"x = 1\n"


def test_cursors_are_no_part_of_the_file() -> None:
    fixture = parse_fixture("a.b$0()\nname$other = '$$'\n")
    assert fixture.source == b"a.b()\nname = '$'\n"
    assert fixture.cursors == {
        "0": Place("main.py", 3, 3, 0, 3),
        "other": Place("main.py", 10, 10, 1, 4),
    }


def test_carets_mark_the_line_above() -> None:
    fixture = parse_fixture(
        """
        def f(x):
        #   ^ f
        #     ^ x (the parameter)
            return x + y
        #          ^ x ^ y
        # <- indent
        """
    )
    source = fixture.source
    assert source == b"def f(x):\n    return x + y\n"
    assert [source[place.start : place.end] for place in fixture.ranges["x"]] == [b"x", b"x"]
    assert fixture.ranges["x"][0].note == "the parameter"
    assert fixture.place("y") == Place("main.py", 25, 26, 1, 15)
    assert fixture.span("f") == (4, 5)


def test_an_arrow_marks_the_word_in_column_0() -> None:
    fixture = parse_fixture("import os\n# <- keyword\nx\n# <- name\n")
    assert fixture.span("keyword") == (0, 6)
    assert fixture.span("name") == (10, 11)


def test_markers_are_aligned_with_the_line_as_written() -> None:
    fixture = parse_fixture("a.b$0.c\n#     ^ c\n")
    assert fixture.span("c") == (4, 5)


def test_offsets_are_bytes_and_characters_utf_16() -> None:
    fixture = parse_fixture("s = 'é😀'; x$0\n#         ^ x\n")
    assert fixture.place("x") == Place("main.py", 14, 15, 0, 11)
    assert fixture.cursors["0"].character == 12


@pytest.mark.parametrize("text", ["# ^ label\nx\n", "x\n#       ^ label\n", "x\n#^\n", "$0\n$0\n"])
def test_markers_that_mark_nothing_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^main\.py: "):
        parse_fixture(text)


DEFINITION = """
#- shapes.py
class Box:
#     ^^^ def (exact)
#     ^^^ other
    def area(self): ...
#- main.py
from shapes import Box
Bo$0x().ar$nowhere
x = B${other}ox
"""

REFERENCES = """
#- shapes.py
class Box: ...
#- main.py
from shapes import Box
#                  ^^^ ref (import exact)
Bo$0x()
# <- ref (call)
x = Box
#   ^^^ ref (read)
"""


def test_check_definition(tmp_path: Path) -> None:
    check_definition(tmp_path, DEFINITION)


@pytest.mark.parametrize(
    ("before", "after"),
    [("def (exact)", "def (inferred)"), ("def (exact)", "deaf"), ("Bo$0x", "x$0")],
)
def test_check_definition_fails(tmp_path: Path, before: str, after: str) -> None:
    with pytest.raises(AssertionError):
        check_definition(tmp_path, DEFINITION.replace(before, after))


def test_check_references(tmp_path: Path) -> None:
    check_references(tmp_path, REFERENCES)


@pytest.mark.parametrize(
    ("before", "after"), [("ref (call)", "ref (read)"), ("ref (read)", "elsewhere")]
)
def test_check_references_fails(tmp_path: Path, before: str, after: str) -> None:
    with pytest.raises(AssertionError):
        check_references(tmp_path, REFERENCES.replace(before, after))
