"""Places as people write them: which name a line is about, and how columns are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_index.api.cli.place import character, main_name, split_place
from flux_index.indexer.errors import InvalidArgumentsError, UnknownFileError
from flux_index.indexer.extract.source import extract
from flux_index.indexer.index import Index

# $0 stands before the name that a line is about.
LINES = """
import os.path as $0p, sys
import os.$0path
from a.b import $0c as d, e
class $0A(B, metaclass=M): pass
@$0prop(x)
async def $0f(self, q=1): return g(q)
$0x: int = 3
self.a.$0b = self.c = 5
self.$0a.b()
a.b.$0c = 5
$0a.b.c()
for $0k, v in z.items(): print(k)
with $0open(s) as h: pass
$0total = [f(i) for i in g]
$0total += 1
[$0f(i) for i in g]
match $0subject: pass
type $0Alias = int
assert "words in here", self.$0message
$0self
"""


@pytest.mark.parametrize("line", LINES.strip().split("\n"))
def test_a_line_is_about(line: str) -> None:
    source = line.replace("$0", "") + "\n"
    assert main_name(extract(source.encode()), 0) == line.index("$0")


@pytest.mark.parametrize("line", ["", "   # a comment", '"only words"', "pass"])
def test_a_line_without_names_is_about_nothing(line: str) -> None:
    assert main_name(extract(b"x = 1\n" + line.encode() + b"\ny = 2\n"), 1) == -1


def test_words_of_a_docstring_are_no_names() -> None:
    source = b'def f():\n    """Sums up.\n\n    def in words = nothing\n    """\n'
    assert main_name(extract(source), 3) == -1


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("a.py", ("a.py", 0, 0)),
        ("a.py:12", ("a.py", 12, 0)),
        ("a.py:12:", ("a.py", 12, 0)),
        ("a.py:12:3", ("a.py", 12, 3)),
        ("a.py:12:3:", ("a.py", 12, 3)),
        ("C:\\a.py", ("C:\\a.py", 0, 0)),
        ("C:\\a.py:12:3", ("C:\\a.py", 12, 3)),
        ("pkg.mod:func", ("pkg.mod:func", 0, 0)),
        (":12", (":12", 0, 0)),
    ],
)
def test_splits_places(target: str, place: tuple[str, int, int]) -> None:
    assert split_place(target) == place


@pytest.mark.parametrize("target", ["a.py:0", "a.py:1:0"])
def test_places_count_from_one(target: str) -> None:
    with pytest.raises(InvalidArgumentsError, match="count from 1, not from 0"):
        split_place(target)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    (tmp_path / ".git").mkdir()
    source = 'name = "\N{GRINNING FACE}", name\r\nünï = 1\r\n\r\nlast = 2'
    (tmp_path / "a.py").write_bytes(source.encode())
    return Index.open(str(tmp_path))


@pytest.mark.parametrize(
    ("line", "column", "expected"),
    [
        (1, 1, 0),
        (1, 13, 13),  # The twelve characters before take thirteen UTF-16 units.
        (1, 17, 17),  # Behind the last character.
        (2, 4, 3),
        (2, 0, 0),
        (4, 0, 0),
    ],
)
def test_columns_count_characters(index: Index, line: int, column: int, expected: int) -> None:
    assert character(index.snapshot(), "a.py", line, column) == expected


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        (5, 0, "a.py has 4 lines, there is no line 5"),
        (2, 9, "line 2 of a.py has 7 columns, there is no column 9"),
        (3, 0, "there is no name in line 3 of a.py"),
    ],
)
def test_says_which_place_there_is_not(index: Index, line: int, column: int, message: str) -> None:
    with pytest.raises(InvalidArgumentsError) as caught:
        character(index.snapshot(), "a.py", line, column)
    assert str(caught.value) == message


def test_says_which_file_there_is_not(index: Index) -> None:
    with pytest.raises(UnknownFileError, match=r"b\.py: there is no such file"):
        character(index.snapshot(), "b.py", 1, 1)
