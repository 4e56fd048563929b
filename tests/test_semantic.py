"""Meaning: definitions found by vectors, which follow the files. The model is a stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workspace_helpers import plant, state_of

from flux_index.api import cli
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.semantic import build, model, vectors
from flux_index.indexer.store.vector_store import VectorStore

FILES = {
    "shop/__init__.py": "",
    "shop/slug.py": 'def slugify(text):\n    """Make a title fit for an address."""\n',
    "shop/other.py": "def total(lines):\n    return sum(lines)\n",
    "tests/test_slug.py": "def test_slugify():\n    assert True\n",
}
# What means the same for the stand-in, though no word is shared.
TOPICS = (("slugify", "headline"), ("total", "altogether"), ("refund", "reimburse"))


class Standin:
    """A model for which a text means the topics whose words it has."""

    key = "stand-in"

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Any:
        self.embedded += texts
        rows = [[float(any(word in text for word in topic)) for topic in TOPICS] for text in texts]
        array = np.array(rows, np.float32)
        return array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1e-9)


@pytest.fixture
def standin(monkeypatch: pytest.MonkeyPatch) -> Standin:
    found = Standin()
    for module in (build, vectors):
        monkeypatch.setattr(module, "open_model", lambda: found)
    monkeypatch.setattr(build, "download", lambda _named: "")
    monkeypatch.setattr(vectors, "_tables", {})
    monkeypatch.setenv("FLUX_INDEX_SEMANTIC_MODEL", "stand-in")
    return found


def names(workspace: OpenWorkspace, query: str) -> list[str]:
    answer: Any = call(workspace, "reuse", {"query": query})
    return [each["symbol"]["name"].rpartition(".")[2] for each in answer["items"]]


def test_what_means_the_same_in_other_words_is_found(tmp_path: Path, standin: Standin) -> None:
    root = plant(tmp_path / "shop", files=FILES)
    workspace = OpenWorkspace.open(str(root))
    try:
        answer: Any = call(workspace, "reuse", {"query": "abbreviate headline"})
        assert answer["items"][0]["symbol"]["name"] == "shop.slug.slugify"
        assert answer["items"][0]["why"] == ["it means much the same"]
        assert names(workspace, "altogether")[0] == "total"
        assert not any("test" in text for text in standin.embedded)
    finally:
        workspace.close()


def test_vectors_follow_the_files(tmp_path: Path, standin: Standin) -> None:
    root = plant(tmp_path / "shop", files=FILES)
    assert cli.main(["index", str(root), "--semantic", "--quiet"]) == 0
    assert len(standin.embedded) == 2
    standin.embedded.clear()
    vectors._tables.clear()
    workspace = OpenWorkspace.open(str(root))
    try:
        assert names(workspace, "headline")[0] == "slugify"
        assert standin.embedded == ["headline"]  # the rest was kept
        (root / "shop/other.py").write_text("def refund(order):\n    return order\n")
        assert names(workspace, "reimburse")[0] == "refund"
        assert len(standin.embedded) == 3  # what is new, and the question
        assert "total" not in names(workspace, "altogether")
    finally:
        workspace.close()


def test_many_new_definitions_wait_for_the_command(
    tmp_path: Path, standin: Standin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "_AT_ONCE", 1)
    root = plant(tmp_path / "shop", files=FILES)
    workspace = OpenWorkspace.open(str(root))
    try:
        inference = workspace.inference(whole=True)
        table = vectors.VectorTable(str(tmp_path), standin)  # type: ignore[arg-type]
        table.update(inference, 1)
        assert (table.missing, table.count, standin.embedded) == (2, 0, [])
        table.update(inference, 2)
        assert (table.missing, table.count) == (0, 2)
    finally:
        workspace.close()


def test_a_damaged_file_of_vectors_is_made_anew(tmp_path: Path, standin: Standin) -> None:
    root = plant(tmp_path / "shop", files=FILES)
    assert cli.main(["index", str(root), "--semantic", "--quiet"]) == 0
    (state_of(root) / "vectors.db").write_bytes(b"no database" * 500)
    store = VectorStore(str(state_of(root)), "stand-in")
    store.put([(b"a" * 16, b"vector")])
    assert store.get([b"a" * 16, b"b" * 16]) == {b"a" * 16: b"vector"}
    store.close()
    other = VectorStore(str(state_of(root)), "another model")
    assert other.get([b"a" * 16]) == {}
    other.close()


def test_without_a_model_nothing_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FLUX_INDEX_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.delenv("FLUX_INDEX_SEMANTIC_MODEL", raising=False)
    root = plant(tmp_path / "shop", files=FILES)
    assert cli.main(["index", str(root), "--semantic"]) == 2
    assert "name a model first: semantic-model in" in capsys.readouterr().err
    assert not (state_of(root) / "vectors.db").exists()


def test_a_model_is_a_folder_of_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "config.toml"
    settings.write_text(f'semantic-model = "{(tmp_path / "model").as_posix()}"\n')
    monkeypatch.setenv("FLUX_INDEX_CONFIG", str(settings))
    monkeypatch.delenv("FLUX_INDEX_SEMANTIC_MODEL", raising=False)
    root = plant(tmp_path / "shop", files=FILES)
    plant(tmp_path / "model", "README.md")
    assert cli.main(["index", str(root), "--semantic"]) == 2
    assert "is no folder of a model" in capsys.readouterr().err
    plant(tmp_path / "model", "tokenizer.json onnx/model.onnx")
    assert model.model_folder(str(tmp_path / "model")) == str(tmp_path / "model")


def test_a_folder_of_a_repository_is_no_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called there, it is not taken for the model that the user names alike."""
    named = "sentence-transformers/all-MiniLM-L6-v2"
    root = plant(tmp_path / "shop", files=FILES)
    plant(root / named, "tokenizer.json model.onnx")
    monkeypatch.chdir(root)
    monkeypatch.setenv("FLUX_INDEX_SEMANTIC_MODEL", named)
    assert model.model_folder(named) is None
    assert model.open_model() is None
