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

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table
from flux_index.indexer.index import Index

_MARKERS = re.compile(r"^\s*#\s*(\^|<-)")
_MARKER = re.compile(r"(?P<place>\^+|<-)\s*(?P<label>[\w.*:-]+)?(?:\s*\((?P<note>[^)]*)\))?")
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


def open_workspace(folder: Path, fixture: Fixture) -> OpenWorkspace:
    """A session on a workspace that holds the files of a fixture."""
    plant(folder / "w", ".git/", fixture.files)
    index = Index.open(str(folder / "w"))
    return OpenWorkspace(index, "touch")


def ask(
    session: OpenWorkspace, operation: str, cursor: Place, **arguments: Any
) -> Mapping[str, Any]:
    """What an operation answers about a cursor."""
    where = {"path": cursor.path, "line": cursor.line, "character": cursor.character}
    return table.call(session, operation, {**where, **arguments})


def check_definition(folder: Path, text: str) -> None:
    """Every cursor leads to what is marked with its name, or ``def`` for ``$0``, and only there.

    Digits at the end of a cursor's name tell it from others that lead to the same place.
    A note says with which evidence: ``^^^ def (inferred)``. A cursor that leads nowhere has nothing
    marked with its name.
    """
    fixture = parse_fixture(text)
    assert fixture.cursors, "a fixture for definitions needs a cursor"
    session = open_workspace(folder, fixture)
    try:
        for name, cursor in fixture.cursors.items():
            expected = fixture.ranges.get(name.rstrip("0123456789") or "def", [])
            items = ask(session, "definition", cursor)["items"]
            root = session.index.workspace.root
            answered = {_where(item, root): item["evidence"] for item in items if item["path"]}
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


def _where(item: Mapping[str, Any], root: str = "") -> tuple[str, int, int]:
    """Place of an item; files outside of the workspace are named from its root too."""
    path, start = item["path"], item["range"]["start"]
    if root and os.path.isabs(path):
        path = os.path.relpath(path, root)
    return path, start["line"], start["character"]


def _show(places: Mapping[tuple[str, int, int], str]) -> list[str]:
    return sorted(
        f"{path}:{line + 1}:{character + 1} {note}".rstrip()
        for (path, line, character), note in places.items()
    )


# Features that help in writing


def check_hover(folder: Path, text: str, *expected: str, absent: tuple[str, ...] = ()) -> None:
    """The Markdown about ``$0`` contains each expected text, and none of the absent ones."""
    from flux_index.api.ide.hover import hover

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    try:
        cursor = fixture.cursors["0"]
        found = hover(session.inference(whole=True), cursor.path, cursor.start)
        shown = found.markdown() if found is not None else ""
    finally:
        session.index.close()
    for each in expected:
        assert each in shown, f"{each!r} is not in:\n{shown}"
    for each in absent:
        assert each not in shown, f"{each!r} is in:\n{shown}"
    assert shown or not expected


def check_signature(folder: Path, text: str, *expected: str) -> None:
    """The signatures at ``$0`` are those expected, the active one marked with ``>`` in front.

    In the active one the active parameter stands between ``«`` and ``»``.
    """
    from flux_index.api.ide.signature_help import signature_help

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    shown: list[str] = []
    try:
        cursor = fixture.cursors["0"]
        found = signature_help(session.inference(whole=True), cursor.path, cursor.start)
        for place, signature in enumerate(found.signatures if found is not None else []):
            label, spans = signature.label()
            if found is not None and place == found.active:
                if found.parameter >= 0:
                    start, end = spans[found.parameter]
                    label = f"{label[:start]}«{label[start:end]}»{label[end:]}"
                label = "> " + label
            shown.append(label)
    finally:
        session.index.close()
    assert shown == list(expected), f"{shown}"


def complete(folder: Path, text: str) -> tuple[Any, Fixture, OpenWorkspace]:
    """Completions at ``$0``, the fixture, and the session, which the caller closes."""
    from flux_index.api.ide.completion.completion import completions

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    cursor = fixture.cursors["0"]
    return completions(session.inference(whole=True), cursor.path, cursor.start), fixture, session


def check_completion(
    folder: Path,
    text: str,
    expected: str,
    *,
    absent: str = "",
    first: str = "",
    exactly: bool = False,
) -> None:
    """Each expected label is offered at ``$0``, none of the absent ones; ``first`` are the first.

    Labels are separated by blanks.
    """
    found, _, session = complete(folder, text)
    session.index.close()
    labels = [item.label for item in found.items]
    missing = [label for label in expected.split() if label not in labels]
    assert not missing, f"{missing} not in {labels[:60]}"
    present = [label for label in absent.split() if label in labels]
    assert not present, f"{present} in {labels[:60]}"
    begins = first.split()
    assert labels[: len(begins)] == begins, f"{labels[:20]}"
    if exactly:
        assert sorted(labels) == sorted(expected.split())


def check_completed(folder: Path, text: str, label: str, expected: str) -> None:
    """Choosing an item at ``$0``, with all that it changes, gives the expected text."""
    from flux_index.api.ide.completion.completion import import_details

    found, fixture, session = complete(folder, text)
    try:
        chosen = next(item for item in found.items if item.label == label)
        path = fixture.cursors["0"].path
        edits = [(found.start, found.end, chosen.insert)]
        edits += [(at, at, inserted) for at, inserted in chosen.before]
        if chosen.module:
            inference = session.inference(whole=True)
            found = import_details(inference, path, chosen.module, chosen.name).edits
            edits += [(edit.start, edit.end, edit.text) for edit in found]
    finally:
        session.index.close()
    result = applied(fixture.files[path], edits)
    assert result == dedent(expected).lstrip("\n"), result


def applied(text: str, edits: list[tuple[int, int, str]]) -> str:
    """A text after edits of byte offsets, those at one place in the order in which they come."""
    raw = text.encode()
    for _, (start, end, inserted) in sorted(
        enumerate(edits), key=lambda each: (each[1][:2], each[0]), reverse=True
    ):
        raw = raw[:start] + inserted.encode() + raw[end:]
    return raw.decode()


def check_rename(folder: Path, text: str, new: str, expected: str) -> None:
    """Renaming what is at ``$0`` gives the expected files, and loses no reference.

    Where the new name is in the expected text marked as ``new?``, a person has to confirm it. The
    references of the new name afterwards are those of the old one before.
    """
    from flux_index.api.ide.rename import rename
    from flux_index.indexer.inference.inference import Inference
    from flux_index.indexer.inference.locate import entities_at, occurrence_at
    from flux_index.indexer.inference.references import references

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    cursor = fixture.cursors["0"]
    try:
        found = rename(session.inference(whole=True), cursor.path, cursor.start, new).changes
        shown = dict(fixture.files)
        plain = dict(fixture.files)
        for path in fixture.files:
            own = [change for change in found if change.path == path]
            marked = [(c.start, c.end, new + ("?" if c.note else "")) for c in own]
            shown[path] = applied(fixture.files[path], marked)
            plain[path] = applied(fixture.files[path], [(c.start, c.end, new) for c in own])
        wanted = parse_fixture(expected).files
        assert {path: shown[path] for path in wanted} == wanted, _files(shown)
        unexpected = {c.path for c in found} - wanted.keys()
        assert not unexpected, f"changes in {unexpected}"
        places = _moved(found, len(new.encode()))
        inference = Inference(
            session.index.snapshot({path: each.encode() for path, each in plain.items()})
        )
        for path, position in list(places):  # a string in `__slots__` is no occurrence
            if occurrence_at(inference, path, position) is None:
                del places[path, position]
        for path, position in sorted(places)[:1]:
            occurrence = occurrence_at(inference, path, position)
            assert occurrence is not None
            entities = [item.entity for item in entities_at(inference, path, occurrence)]
            after = {
                (each.path, each.position)
                for entity in entities
                for each in references(inference, entity, overrides=True)
                if each.evidence < 2
            }
            certain = _moved([c for c in found if not c.note], len(new.encode()), places)
            assert certain <= after | {(path, position)}, f"{certain - after} are lost"
            new_ones = {place for place in after if place not in places}
            spelled = {p for p in new_ones if _spells(plain, p, new)}
            assert not spelled, f"{spelled} were not there before"
    finally:
        session.index.close()


def _spells(files: dict[str, str], place: tuple[str, int], name: str) -> bool:
    path, start = place
    return files[path].encode()[start : start + len(name.encode())] == name.encode()


def _moved(changes: list[Any], length: int, among: dict[tuple[str, int], Any] | None = None) -> Any:
    """Where changed names are afterwards; of some of them, when all are given."""
    if among is not None:
        chosen = {id(change) for change in changes}
        return {place for place, change in among.items() if id(change) in chosen}
    result: dict[tuple[str, int], Any] = {}
    shift: dict[str, int] = {}
    for change in sorted(changes, key=lambda change: (change.path, change.start)):
        moved = shift.get(change.path, 0)
        result[change.path, change.start + moved] = change
        shift[change.path] = moved + length - (change.end - change.start)
    return result


def _files(files: dict[str, str]) -> str:
    return "\n".join(f"#- {path}\n{text}" for path, text in files.items())


def check_rename_left(folder: Path, text: str, new: str, expected: list[str]) -> None:
    """Renaming what is at ``$0`` tells that it leaves the expected places: ``path:line``."""
    from flux_index.api.ide.rename import rename

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    cursor = fixture.cursors["0"]
    try:
        left = rename(session.inference(whole=True), cursor.path, cursor.start, new).left
    finally:
        session.index.close()
    assert [f"{each.path}:{each.line + 1}" for each in left] == expected


def check_rename_refused(folder: Path, text: str, new: str, reason: str) -> None:
    """Renaming what is at ``$0`` is refused, with a reason that contains a text."""
    from flux_index.api.ide.rename import rename
    from flux_index.indexer.errors import InvalidArgumentsError

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    cursor = fixture.cursors["0"]
    said = "it was not refused"
    try:
        rename(session.inference(whole=True), cursor.path, cursor.start, new)
    except InvalidArgumentsError as error:
        said = str(error)
    finally:
        session.index.close()
    assert reason in said, said


def check_moved(folder: Path, text: str, moves: Mapping[str, str], expected: str) -> None:
    """Moving files or folders changes the files at their old places into those expected."""
    from flux_index.api.ide.rename_files import file_rename_edits

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    try:
        found = file_rename_edits(session.inference(whole=True), list(moves.items())).edits
    finally:
        session.index.close()
    changed = {
        path: applied(fixture.files[path], each)
        for path, each in found.items()
        if applied(fixture.files[path], each) != fixture.files[path]
    }
    assert changed == parse_fixture(expected).files, _files(changed)


def check_moved_left(
    folder: Path, text: str, moves: Mapping[str, str], expected: list[str]
) -> None:
    """Moving files or folders tells that it leaves the expected places: ``path:line``."""
    from flux_index.api.ide.rename_files import file_rename_edits

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    try:
        left = file_rename_edits(session.inference(whole=True), list(moves.items())).left
    finally:
        session.index.close()
    assert [f"{each.path}:{each.line + 1}" for each in left] == expected


def check_inlay_hints(folder: Path, text: str, expected: str, *wanted: str) -> None:
    """The file with its hints put in, each between ``«`` and ``»``, is as expected."""
    from flux_index.api.ide.inlay_hints import ALL, inlay_hints

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    try:
        source = fixture.files["main.py"]
        chosen = frozenset(wanted) or ALL
        inference = session.inference(whole=True)
        found = inlay_hints(inference, "main.py", 0, len(source.encode()), chosen)
    finally:
        session.index.close()
    shown = applied(source, [(hint.position, hint.position, f"«{hint.text}»") for hint in found])
    wanted_text = dedent(expected).lstrip("\n")
    assert shown == wanted_text, shown


def check_code_lens(folder: Path, text: str, expected: Mapping[str, list[str]]) -> None:
    """Titles of the lenses above each definition of ``main.py`` that has any."""
    from flux_index.api.ide.code_lens import lenses, shown

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    titles: dict[str, list[str]] = {}
    try:
        inference = session.inference(whole=True)
        source = fixture.files["main.py"].encode()
        for lens in lenses(inference, "main.py"):
            answer = shown(inference, lens.kind, lens.entity)
            if answer is not None:
                name = source[lens.start : lens.end].decode()
                titles.setdefault(name, []).append(answer.title)
    finally:
        session.index.close()
    assert titles == expected


def check_fixes(folder: Path, text: str, expected: Mapping[str, str]) -> None:
    """Fixes at ``$0`` by title, with what each makes of the file."""
    from flux_index.api.check.fixes.definitions import class_fixes
    from flux_index.api.ide.diagnostics import missing_imports

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    cursor = fixture.cursors["0"]
    try:
        inference = session.inference(whole=True)
        fixes = missing_imports(inference, cursor.path, cursor.start)
        fixes += class_fixes(inference, cursor.path, cursor.start)
    finally:
        session.index.close()
    made = {
        fix.title: applied(
            fixture.files[cursor.path], [(edit.start, edit.end, edit.text) for edit in fix.edits]
        )
        for fix in fixes
    }
    assert made == {title: dedent(each).lstrip("\n") for title, each in expected.items()}, made


# Validation


def check_findings(folder: Path, text: str, *rules: str) -> list[Any]:
    """The findings of some rules in all files are the ranges marked with the rules' names.

    A rule's name stands for all that begin with it. A note is a word that the message has to
    contain: ``^^^ unresolved-name (Box)``. Gives the findings, in order of path and place.
    """
    from flux_index.api.check.check import check_change
    from flux_index.api.check.edits import unchanged

    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    try:
        found = check_change(unchanged(session, fixture.files), whole=True)
    finally:
        session.index.close()
    return compare_findings(fixture, found, rules)


def check_edit(
    folder: Path, before: str, after: str, *rules: str, removed: tuple[str, ...] = ()
) -> list[Any]:
    """As :func:`check_findings`, of what an edit introduces or breaks.

    ``before`` are the files of the workspace, ``after`` those that the edit writes, with the marks,
    and ``removed`` those that it deletes;
    marks in files of ``before`` count where the edit leaves them alone.
    """
    from flux_index.api.check.check import check_change
    from flux_index.api.check.edits import proposed

    old, new = parse_fixture(before), parse_fixture(after)
    session = open_workspace(folder, old)
    contents = {path: each.encode() for path, each in new.files.items()}
    try:
        found = check_change(proposed(session, {**contents, **dict.fromkeys(removed)}))
    finally:
        session.index.close()
    for label, places in old.ranges.items():
        for place in places:
            if place.path not in new.files:
                new.ranges.setdefault(label, []).append(place)
    return compare_findings(new, found, rules)


def compare_findings(fixture: Fixture, found: list[Any], rules: tuple[str, ...]) -> list[Any]:
    """Compare findings of some rules with what is marked."""
    chosen = [each for each in found if each.rule.startswith(rules)]
    answered = {(each.path, each.start, each.end, each.rule): each for each in chosen}
    wanted = {
        (place.path, place.start, place.end, label): place
        for label, places in fixture.ranges.items()
        for place in places
        if label.startswith(rules)
    }
    shown = [f"{each.path}:{each.start} {each.rule} {each.message}" for each in chosen]
    assert set(answered) == set(wanted), f"{shown}, not {sorted(wanted)}"
    for key, place in wanted.items():
        assert place.note in answered[key].message, answered[key].message
    return chosen
