"""Answers from an index that another indexer wrote: when they are asked for, and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import plant

from flux_index.api import cli
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.scip import scip_pb2 as scip
from flux_index.api.source.imported import imported_at
from flux_index.api.source.targets import find_at

# scip-python 0.6.6 indexed these files: `scip-python index --project-name garage`.
GARAGE_INDEX = Path(__file__).with_name("garage.scip")
GARAGE = {
    "garage/__init__.py": "",
    "garage/cars.py": '''\
"""What stands in the garage."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Car:
    """It drives."""

    name: str
    doors: int = 4

    def drive(self) -> str:
        return f"{self.name} drives"

    @property
    def label(self) -> str:
        return self.name.upper()


class Van(Car):
    def drive(self) -> str:
        route = super().drive()
        return route + ", slowly"


def fleet() -> list[Car]:
    return [Car("é"), Van("v", doors=2)]
''',
    "garage/trips.py": """\
from garage import cars
from garage.cars import Car as Vehicle, fleet


def trip(car: Vehicle) -> str:
    return car.drive() + "é" + car.label


def anything(thing):
    return thing.drive()


for each in fleet():
    print(trip(each), anything(cars.Van("w")))
""",
}

# What no text shows: a member that a function of another language adds.
ADDED = {
    "pyproject.toml": "",
    "tools.py": "def honk(car): ...\n",
    "use.py": "import engine\n\nprint('🚗', engine.start().honk(), engine.stop().honk())\n",
}
HONK = "other . tools 1 tools/honk()."


def index_of(tool: str, *documents: scip.Document) -> bytes:
    """An index that a tool could have written."""
    info = scip.ToolInfo(name=tool, version="2")
    return scip.Index(
        metadata=scip.Metadata(tool_info=info), documents=documents
    ).SerializeToString()


def document(path: str, *said: tuple[list[int], str, int], encoding: int = 0) -> scip.Document:
    """What a tool says of a file: range, symbol and roles."""
    occurrences = [
        scip.Occurrence(range=place, symbol=symbol, symbol_roles=roles)
        for place, symbol, roles in said
    ]
    made = scip.Document(relative_path=path, occurrences=occurrences)
    made.position_encoding = encoding  # type: ignore[assignment]
    return made


def added(root: Path) -> Path:
    """The workspace of ADDED with an index that knows what ``honk`` is in one of two places."""
    plant(root, files=ADDED)
    index = index_of(
        "other",
        document("tools.py", ([0, 4, 8], HONK, 1)),
        document("use.py", ([2, 27, 31], HONK, 8)),
    )
    (root / "other.scip").write_bytes(index)
    assert cli.main(["import", "scip", str(root / "other.scip"), "--workspace", str(root)]) == 0
    return root


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[OpenWorkspace]:
    session = OpenWorkspace.open(str(added(tmp_path / "added")))
    yield session
    session.close()


def ask(workspace: OpenWorkspace, operation: str, **arguments: Any) -> list[dict[str, Any]]:
    """The items of an answer."""
    return list(call(workspace, operation, arguments)["items"])


def places(items: list[dict[str, Any]]) -> list[tuple[str, int, str, str]]:
    """File, line, evidence and origin of references."""
    return [
        (each["path"], each["range"]["start"]["character"], each["evidence"], each.get("origin"))
        for group in items
        for each in group["references"]
    ]


def test_a_definition_that_only_the_other_indexer_knows(workspace: OpenWorkspace) -> None:
    (item,) = ask(workspace, "definition", path="use.py", line=2, character=29)
    assert (item["name"], item["path"]) == ("tools.honk", "tools.py")
    assert (item["evidence"], item["origin"]) == ("inferred", "other 2")
    assert ask(workspace, "definition", path="use.py", line=2, character=49) == []


def test_references_that_only_the_other_indexer_knows(workspace: OpenWorkspace) -> None:
    assert places(ask(workspace, "references", name="tools.honk")) == [
        ("use.py", 27, "inferred", "other 2"),
    ]


def test_people_see_whose_knowledge_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(added(tmp_path / "added"))
    assert cli.main(["query", "definition", "use.py:3:28"]) == 0
    assert "honk(car) [inferred by other 2]" in capsys.readouterr().out
    assert cli.main(["import", "scip"]) == 0
    assert capsys.readouterr().out == "other 2: 2 files in .\n"
    assert cli.main(["import", "scip", "--remove"]) == 0
    assert cli.main(["import", "scip"]) == 0
    assert capsys.readouterr().out == "forgotten: other 2: 2 files in .\nnothing was imported\n"
    assert cli.main(["query", "definition", "use.py:3:28"]) == 1


@pytest.mark.parametrize("path", ["use.py", "tools.py"])
def test_what_is_said_of_a_file_that_changed_counts_no_more(tmp_path: Path, path: str) -> None:
    root = added(tmp_path / "added")
    (root / path).write_text(ADDED[path] + "# changed\n")
    session = OpenWorkspace.open(str(root))
    assert ask(session, "definition", path="use.py", line=2, character=29) == []
    assert places(ask(session, "references", name="tools.honk")) == []
    session.close()


@pytest.mark.parametrize(
    ("encoding", "character"),
    [
        (scip.UTF8CodeUnitOffsetFromLineStart, 29),
        (scip.UTF16CodeUnitOffsetFromLineStart, 27),
        (scip.UTF32CodeUnitOffsetFromLineStart, 26),
        (scip.UnspecifiedPositionEncoding, 27),
    ],
)
def test_ways_to_count_characters(tmp_path: Path, encoding: int, character: int) -> None:
    root = plant(tmp_path / "added", files=ADDED)
    use = ([2, character, character + 4], HONK, 8)
    index = index_of(
        "other",
        document("tools.py", ([0, 4, 8], HONK, 1)),
        document("use.py", use, encoding=encoding),
    )
    (root / "other.scip").write_bytes(index)
    assert cli.main(["import", "scip", str(root / "other.scip"), "--workspace", str(root)]) == 0
    session = OpenWorkspace.open(str(root))
    assert len(ask(session, "definition", path="use.py", line=2, character=27)) == 1
    session.close()


def test_a_real_index_says_what_we_know_ourselves(tmp_path: Path) -> None:
    root = plant(tmp_path / "garage", files={"pyproject.toml": "", **GARAGE})
    assert cli.main(["import", "scip", str(GARAGE_INDEX), "--workspace", str(root)]) == 0
    session = OpenWorkspace.open(str(root))
    inference = session.inference(whole=True)
    index = scip.Index.FromString(GARAGE_INDEX.read_bytes())
    same: list[str] = []
    differing: list[str] = []
    for each in index.documents:
        starts = inference.need(each.relative_path).line_starts
        for occurrence in each.occurrences:
            line, character = occurrence.range[:2]
            line_text = inference.text(each.relative_path)[starts[line] :].decode()
            offset = starts[line] + len(line_text[:character].encode())
            theirs = imported_at(inference, each.relative_path, offset)
            ours = find_at(inference, each.relative_path, offset)
            if theirs and occurrence.range[-1] > character:
                agrees = {item.entity for item in theirs} <= {item.entity for item in ours}
                where = f"{each.relative_path}:{line + 1}:{character + 1}"
                (same if agrees else differing).append(where)
    session.close()
    assert len(same) > 50
    assert differing == []


def test_an_index_of_other_files_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = {path: f"# a line more\n{text}" for path, text in GARAGE.items() if text}
    root = plant(tmp_path / "garage", files={"pyproject.toml": "", **changed})
    assert cli.main(["import", "scip", str(GARAGE_INDEX), "--workspace", str(root)]) == 2
    said = capsys.readouterr().err
    assert "none of the 3 files" in said
    assert "--folder" in said


def test_paths_that_are_relative_to_a_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {f"back end/{path}": text for path, text in GARAGE.items()}
    root = plant(tmp_path / "all", files={"pyproject.toml": "", **files})
    folder = ["--workspace", str(root), "--folder", str(root / "back end")]
    assert cli.main(["import", "scip", str(GARAGE_INDEX), *folder]) == 0
    assert "in 3 files" in capsys.readouterr().out
    # An index says itself in which folder of the machine it was made.
    index = scip.Index.FromString(GARAGE_INDEX.read_bytes())
    index.metadata.project_root = (root / "back end").as_uri()
    (tmp_path / "here.scip").write_bytes(index.SerializeToString())
    here = ["import", "scip", str(tmp_path / "here.scip"), "--workspace", str(root)]
    assert cli.main(here) == 0
    assert cli.main(["import", "scip", "--workspace", str(root)]) == 0
    assert capsys.readouterr().out.endswith("scip-python 0.6.6: 3 files in back end\n")


def test_an_index_that_names_files_of_the_user(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text("token = 1\n")
    root = plant(tmp_path / "added", files=ADDED)
    paths = [str(secret), "../secret.py", "./tools.py/../../secret.py", "", "tools.py"]
    said = ([0, 0, 5], "other . x 1 token.", 1)
    documents = [document(path, said) for path in paths]
    documents.append(document("use.py", ([9, -1, 2**31 - 1], HONK, 8)))
    (tmp_path / "odd.scip").write_bytes(index_of("other", *documents))
    assert cli.main(["import", "scip", str(tmp_path / "odd.scip"), "--workspace", str(root)]) == 2
    assert capsys.readouterr().err.count("no file of the workspace") == 0
    (tmp_path / "odd.scip").write_bytes(index_of("other", *documents, document("use.py")))
    assert cli.main(["import", "scip", str(tmp_path / "odd.scip"), "--workspace", str(root)]) == 0
    assert capsys.readouterr().err.count("no file of the workspace") == 4


@pytest.mark.parametrize("content", [b"", b"not an index", b"\x0a\x02\x08\x00"])
def test_what_is_no_index(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(tmp_path / "added", files=ADDED)
    (tmp_path / "odd.scip").write_bytes(content)
    assert cli.main(["import", "scip", str(tmp_path / "odd.scip"), "--workspace", str(root)]) == 2
    assert "is no index of SCIP" in capsys.readouterr().err
