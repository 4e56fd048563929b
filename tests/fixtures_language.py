"""The fixture language: several small files in one text, with places in them that have names.

    #- shapes.py
    class Box:
    #     ^^^ Box
        def area(self): ...
    #- main.py
    import shapes
    # <- statement
    shapes.Bo$0x()

``#- path`` starts a file; a text without one is ``main.py``. ``$0``, ``$name`` or ``${name}`` is a
cursor and no part of the file; ``$$`` is a dollar. A comment of carets with labels marks ranges on
the line above it (several marker lines may follow one line), and ``# <- label`` the word in its
column 0. Lines of markers are no part of the file. A label may be followed by words in parentheses,
which say more about the range: ``^^^ Box (inferred)``.

``check_definition`` and ``check_references`` compare what the operations answer with such marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from workspace_helpers import plant

from flux_index.api import operations
from flux_index.api.session import Session
from flux_index.indexer.index import Index

_MARKERS = re.compile(r"^\s*#\s*(\^|<-)")
_MARKER = re.compile(r"(?P<place>\^+|<-)\s*(?P<label>[\w.*-]+)?(?:\s*\((?P<note>[^)]*)\))?")
_CURSOR = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<name>\d|[^\W\d]\w*|\$))")
_WORD = re.compile(r"\w+|.?")


@dataclass(frozen=True)
class Place:
    """A stretch of a file. Offsets are in bytes of UTF-8, characters in UTF-16 code units."""

    path: str
    start: int
    end: int
    line: int
    character: int
    note: str = ""


@dataclass(frozen=True)
class Fixture:
    """Files by path, cursors by name, and marked places by label, in order of the text."""

    files: dict[str, str]
    cursors: dict[str, Place]
    ranges: dict[str, list[Place]]

    @property
    def source(self) -> bytes:
        """The bytes of the only file."""
        (text,) = self.files.values()
        return text.encode()

    def place(self, label: str) -> Place:
        """The only place with a label."""
        (place,) = self.ranges[label]
        return place

    def span(self, label: str) -> tuple[int, int]:
        """Start and end of the only place with a label."""
        place = self.place(label)
        return place.start, place.end


def parse_fixture(text: str) -> Fixture:
    """Files, cursors and marked ranges of a fixture; raises ValueError for a marker without use."""
    fixture = Fixture({}, {}, {})
    path, lines = "main.py", list[str]()
    for line in dedent(text).lstrip("\n").splitlines(keepends=True):
        if line.startswith("#- "):
            _finish(fixture, path, lines)
            path, lines = line[3:].strip(), []
        else:
            lines.append(line)
    _finish(fixture, path, lines)
    return fixture


def _finish(fixture: Fixture, path: str, lines: list[str]) -> None:
    """Add a file, unless it is the text of white space before the first one."""
    if not "".join(lines).strip() and path == "main.py":
        return
    text = ""
    start = 0  # of the last line that is part of the file
    written = ""
    number = -1
    for line in lines:
        if _MARKERS.match(line):
            if number < 0:
                raise ValueError(f"{path}: nothing above {line.strip()!r}")
            _mark(fixture, path, start, number, written, line)
            continue
        start, written, number = len(text.encode()), line, number + 1
        text += _without_cursors(fixture, path, text, number, line)
    fixture.files[path] = text


def _without_cursors(fixture: Fixture, path: str, before: str, number: int, line: str) -> str:
    """A line as it is in the file; its cursors are remembered."""
    clean = ""
    end = 0
    for cursor in _CURSOR.finditer(line):
        clean += line[end : cursor.start()]
        end = cursor.end()
        name = cursor["braced"] or cursor["name"]
        if name == "$":
            clean += "$"
            continue
        if name in fixture.cursors:
            raise ValueError(f"{path}: two cursors {cursor[0]}")
        at = len((before + clean).encode())
        fixture.cursors[name] = Place(path, at, at, number, _units(clean))
    return clean + line[end:]


def _mark(fixture: Fixture, path: str, start: int, number: int, written: str, line: str) -> None:
    """Remember what a line of markers says about the line above it, which began at ``start``."""
    for marker in _MARKER.finditer(line, line.index("#") + 1):
        label = marker["label"]
        if not label:
            raise ValueError(f"{path}: a marker without a label: {line.strip()!r}")
        if marker["place"] == "<-":
            word = _WORD.match(written)
            columns = 0, len(word[0]) if word else 1
        else:
            columns = marker.span("place")
        # Markers are aligned with the line as it is written, in which cursors take room.
        before, inside = (_plain(written[: columns[0]]), _plain(written[columns[0] : columns[1]]))
        if columns[1] > len(written.rstrip("\n")) or not inside:
            raise ValueError(f"{path}: nothing above {line.strip()!r}")
        at = start + len(before.encode())
        place = Place(
            path, at, at + len(inside.encode()), number, _units(before), marker["note"] or ""
        )
        fixture.ranges.setdefault(label, []).append(place)


def _plain(written: str) -> str:
    return _CURSOR.sub(lambda cursor: "$" if cursor["name"] == "$" else "", written)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


# Workspaces


def open_workspace(folder: Path, fixture: Fixture) -> Session:
    """A session on a workspace that holds the files of a fixture."""
    plant(folder / "w", ".git/", fixture.files)
    index = Index.open(str(folder / "w"), cache_dir=str(folder / "cache"))
    return Session(index, "touch")


def ask(session: Session, operation: str, cursor: Place, **arguments: Any) -> Mapping[str, Any]:
    """What an operation answers about a cursor."""
    where = {"path": cursor.path, "line": cursor.line, "character": cursor.character}
    return operations.call(session, operation, {**where, **arguments})


def check_definition(folder: Path, text: str) -> None:
    """Every cursor leads to what is marked with its name, or ``def`` for ``$0``, and only there.

    A note says with which evidence: ``^^^ def (inferred)``. A cursor that leads nowhere has nothing
    marked with its name.
    """
    fixture = parse_fixture(text)
    assert fixture.cursors, "a fixture for definitions needs a cursor"
    session = open_workspace(folder, fixture)
    try:
        for name, cursor in fixture.cursors.items():
            expected = fixture.ranges.get("def" if name == "0" else name, [])
            items = ask(session, "definition", cursor)["items"]
            answered = {_where(item): item["evidence"] for item in items if item["path"]}
            wanted = {(place.path, place.line, place.character): place.note for place in expected}
            assert set(answered) == set(wanted), f"${name}: {_show(answered)}, not {_show(wanted)}"
            for where, note in wanted.items():
                assert not note or answered[where] == note, f"${name}: {answered[where]}"
    finally:
        session.index.close()


def check_references(folder: Path, text: str, **arguments: Any) -> None:
    """The references of what is at the cursor are the ranges marked ``ref``, and no others.

    A note gives the role, the evidence, or both: ``^^^ ref (call inferred)``.
    """
    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    try:
        answer = ask(session, "references", fixture.cursors["0"], **arguments)
    finally:
        session.index.close()
    items = [item for group in answer["items"] for item in group["references"]]
    answered = {_where(item): f"{item['role']} {item['evidence']}" for item in items}
    wanted = {
        (place.path, place.line, place.character): place.note
        for place in fixture.ranges.get("ref", [])
    }
    assert set(answered) == set(wanted), f"{_show(answered)}, not {_show(wanted)}"
    for where, note in wanted.items():
        assert set(note.split()) <= set(answered[where].split()), f"{where}: {answered[where]}"
    assert answer["total"] == len(wanted)


def _where(item: Mapping[str, Any]) -> tuple[str, int, int]:
    start = item["range"]["start"]
    return item["path"], start["line"], start["character"]


def _show(places: Mapping[tuple[str, int, int], str]) -> list[str]:
    return sorted(
        f"{path}:{line + 1}:{character + 1} {note}".rstrip()
        for (path, line, character), note in places.items()
    )
