"""What is typed behind an operation, as the arguments that the operation gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from flux_index.api.cli.query import check_targets, with_target
from flux_index.api.operations.table import OPERATIONS
from flux_index.indexer.errors import InvalidArgumentsError
from flux_index.indexer.index import Index

FILES = {
    "pyproject.toml": "",
    "pkg/__init__.py": "",
    "pkg/mod.py": "class A:\n    def save(self): ...\n",
    "pkg/sub/mod.py": "x = 1\n",
}


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Index:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return Index.open(str(tmp_path))


def arguments(index: Index, operation: str, *targets: str, **given: Any) -> dict[str, Any]:
    return with_target(OPERATIONS[operation], given, targets, index)


@pytest.mark.parametrize(
    ("operation", "target", "expected"),
    [
        ("symbols", "A save", {"query": "A save"}),
        ("symbols", "", {"query": ""}),
        ("exists", "pkg.mod.A.save(x=)", {"query": "pkg.mod.A.save(x=)"}),
        ("definition", "A.save", {"name": "A.save"}),
        ("definition", "pkg.mod:A.save", {"name": "pkg.mod.A.save"}),
        ("definition", "pkg/mod.py:2", {"path": "pkg/mod.py", "line": 1, "character": 8}),
        ("definition", "./pkg/mod.py:2:1", {"path": "pkg/mod.py", "line": 1, "character": 0}),
        ("outline", "pkg/mod.py", {"path": "pkg/mod.py"}),
        ("outline", "pkg/mod.py:2:3", {"path": "pkg/mod.py"}),
        ("outline", "pkg.mod", {"name": "pkg.mod"}),
        ("outline", "./pkg", {"path": "pkg/__init__.py"}),
        ("outline", "pkg/sub", {"path": "pkg/sub"}),
        ("imports", "nowhere.py", {"path": "nowhere.py"}),
        ("importers", "pkg", {"name": "pkg"}),
    ],
)
def test_target_becomes(
    index: Index, operation: str, target: str, expected: dict[str, Any]
) -> None:
    assert arguments(index, operation, target) == expected


def test_options_stay_beside_the_target(index: Index) -> None:
    assert arguments(index, "references", "A", limit=3) == {"name": "A", "limit": 3}


def test_several_words_are_searched_for_together(index: Index) -> None:
    assert arguments(index, "symbols", "save", "model") == {"query": "save model"}


def test_paths_are_seen_from_the_current_folder_first(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("pkg/sub")
    assert arguments(index, "outline", "mod.py") == {"path": "pkg/sub/mod.py"}
    assert arguments(index, "outline", "../mod.py") == {"path": "pkg/mod.py"}
    assert arguments(index, "outline", "pkg/mod.py") == {"path": "pkg/mod.py"}
    assert arguments(index, "outline", "../gone.py") == {"path": "pkg/gone.py"}


def test_paths_are_seen_from_the_root_when_the_current_folder_is_elsewhere(
    index: Index, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "pkg").mkdir()
    (elsewhere / "pkg" / "mod.py").touch()
    monkeypatch.chdir(elsewhere)
    assert arguments(index, "outline", "pkg/mod.py") == {"path": "pkg/mod.py"}
    inside = f"{index.workspace.root}/pkg/mod.py"
    assert arguments(index, "outline", inside) == {"path": "pkg/mod.py"}
    outside = str(elsewhere / "pkg" / "mod.py")
    assert arguments(index, "outline", outside) == {"path": outside}


def test_a_folder_narrows_a_search_down(index: Index) -> None:
    found = arguments(index, "symbols", "A", path="./pkg/")
    assert found == {"query": "A", "path": "pkg/"}


def test_a_file_alone_is_no_place(index: Index) -> None:
    with pytest.raises(InvalidArgumentsError, match=r"Write pkg/mod\.py:12, or ask for its out"):
        arguments(index, "definition", "pkg/mod.py")


@pytest.mark.parametrize(
    ("operation", "targets", "given", "message"),
    [
        ("status", ["x"], {}, "status takes no target, it is given 'x'"),
        ("definition", ["a", "b"], {}, "definition takes one target, it is given 2: a, b"),
        ("definition", ["a"], {"name": "b"}, "definition is given 'a' and --name: it takes one"),
        ("outline", ["a"], {"path": "b"}, "outline is given 'a' and --path: it takes one of"),
        ("exists", ["a"], {"query": "b"}, "exists is given 'a' and --query: it takes one of"),
        ("members", [], {}, "members needs a target, NAME|FILE:LINE[:COL], as in: flux-index que"),
        ("symbols", [], {"path": "x"}, "symbols needs a target, TEXT, as in: flux-index query sy"),
        ("importers", [], {"limit": 1}, "importers needs a target, FILE|NAME, as in: flux-index"),
    ],
)
def test_refuses(operation: str, targets: list[str], given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidArgumentsError) as caught:
        check_targets(OPERATIONS[operation], given, targets)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("operation", "targets", "given"),
    [
        ("status", [], {}),
        ("symbols", ["a", "b"], {"path": "x"}),
        ("definition", [], {"name": "a"}),
        ("definition", [], {"path": "a.py", "line": 3}),
        ("imports", ["a.py"], {"limit": 3}),
    ],
)
def test_takes(operation: str, targets: list[str], given: dict[str, Any]) -> None:
    assert check_targets(OPERATIONS[operation], given, targets) is None
