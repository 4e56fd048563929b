"""What a serving process remembers over edits never changes an answer.

A session that has answered about one content after another is asked the same as one that starts
afresh, about contents in which names come, go, and change what they stand for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table
from flux_index.api.source.targets import find_by_name
from flux_index.indexer.index import Index
from flux_index.indexer.inference.classes import subclasses

FILES = {
    "shapes.py": """\
class Shape:
    def area(self):
        return 0

    def grow(self, factor):
        return self.area() * factor
""",
    "boxes.py": """\
from shapes import Shape


class Box(Shape):
    def __init__(self, side):
        self.side = side
""",
    "use.py": """\
from boxes import Box


def measure(box: Box):
    return box.area() + box.side


def total(things):
    return sum(thing.area() for thing in things)
""",
}
# One edit after another; None is the file as it is on disk again.
EDITS: dict[str, tuple[str, str | None]] = {
    "a call of what is not there": ("use.py", FILES["use.py"] + "\nBox(1).perimeter()\n"),
    "a method goes": ("shapes.py", FILES["shapes.py"].replace("def area", "def surface")),
    "it is back": ("shapes.py", None),
    "a class comes between": (
        "boxes.py",
        FILES["boxes.py"].replace(
            "class Box(Shape)", "class Solid(Shape):\n    volume = 1\n\n\nclass Box(Solid)"
        ),
    ),
    "another name for a base": (
        "boxes.py",
        FILES["boxes.py"].replace("import Shape", "import Shape as S").replace("(Shape)", "(S)"),
    ),
    "members that nobody can know": (
        "use.py",
        FILES["use.py"] + "\nfor name in 'ab':\n    setattr(Box(1), name, 2)\nBox(1).perimeter()\n",
    ),
    "one whose name was in use before": (
        "shapes.py",
        FILES["shapes.py"] + "\n\ndef side():\n    return Shape().grow()\n",
    ),
    "no file": ("boxes.py", ""),
    "all as before": ("boxes.py", None),
}  # fmt: skip
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("references", {"name": "Shape.area"}),
    ("references", {"name": "Box.side"}),
    ("references", {"name": "shapes.Shape"}),
    ("hierarchy", {"name": "Shape"}),
    ("members", {"name": "Box"}),
    ("definition", {"path": "use.py", "line": 4, "character": 16}),
    ("exists", {"query": "boxes.Box.perimeter"}),
    ("exists", {"query": "boxes.Box.area()"}),
    ("validate", {"paths": ["use.py"], "whole": True}),
    ("validate", {"paths": ["shapes.py"], "whole": True}),
)


@pytest.fixture
def index(tmp_path: Path) -> Index:
    for name, text in FILES.items():
        (tmp_path / "w").mkdir(exist_ok=True)
        (tmp_path / "w" / name).write_text(text)
    (tmp_path / "w" / "pyproject.toml").write_text("")
    opened = Index.open(str(tmp_path / "w"), cache_dir=str(tmp_path / "cache"))
    assert opened.become_writer()
    opened.build()
    return opened


def answers(session: OpenWorkspace) -> list[str]:
    found: list[str] = []
    for operation, arguments in QUESTIONS:
        answer: Mapping[str, Any] = table.call(session, operation, arguments)
        told = {key: value for key, value in answer.items() if key != "generation"}
        found.append(json.dumps(told, sort_keys=True, indent=1))
    return found


def with_edits(index: Index, contents: Mapping[str, bytes | None], freshness: str) -> OpenWorkspace:
    session = OpenWorkspace(index, freshness)
    session.overlays = contents
    return session


def test_buffers(index: Index) -> None:
    """Contents that stand in for files, one state after the other."""
    contents: dict[str, bytes | None] = {}
    answers(OpenWorkspace(index, "live"))
    for what, (path, text) in EDITS.items():
        if text is None:
            contents.pop(path, None)
        else:
            contents[path] = text.encode()
        kept = answers(with_edits(index, dict(contents), "live"))
        afresh = answers(with_edits(index, dict(contents), "touch"))
        assert kept == afresh, what
    index.close()


def test_saved_files(index: Index) -> None:
    """Files that are written and taken in, one after the other."""
    root = Path(index.workspace.root)
    answers(OpenWorkspace(index, "live"))
    for what, (path, text) in EDITS.items():
        (root / path).write_text(FILES[path] if text is None else text)
        index.update([path])
        assert answers(OpenWorkspace(index, "live")) == answers(OpenWorkspace(index, "touch")), what
    index.close()


def test_an_edit_forgets_only_what_it_changes(index: Index) -> None:
    """Subclasses are remembered when a file that uses the class changes and no name comes."""
    inference = OpenWorkspace(index, "live").inference(whole=True)
    shape = find_by_name(inference, "shapes.Shape")[0].entity
    subclasses(inference, shape)
    use = Path(index.workspace.root) / "use.py"
    use.write_text(FILES["use.py"].replace("box.area() +", "box.area() -"))
    index.update(["use.py"])
    assert ("subclasses", shape) in index.view().resolved.conventional.answers
    use.write_text(FILES["use.py"] + "Shape = 1\n")
    index.update(["use.py"])
    assert ("subclasses", shape) not in index.view().resolved.conventional.answers
    index.close()
