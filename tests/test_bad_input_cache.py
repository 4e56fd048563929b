"""A cache of facts that is damaged or cannot be written costs time, never an answer."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from bad_input_helpers import answers, expected, indexed, problems, shop

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.indexer.extract.source import extract_blob
from flux_index.indexer.facts import FileFacts
from flux_index.indexer.index import Index
from flux_index.indexer.index_file import content_hash
from flux_index.indexer.snapshot.facts_provider import FactsProvider
from flux_index.indexer.store.facts_cache import FactsCache


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """The file of a cache that has the facts of a workspace in ``root``."""
    with indexed(shop(tmp_path / "root")) as index:
        path = Path(index.facts_provider.cache.path)
    assert path.exists()
    return path


def again(tmp_path: Path) -> None:
    """Index the same contents in a second worktree."""
    shutil.rmtree(tmp_path / "second", ignore_errors=True)
    with indexed(shop(tmp_path / "second")) as index:
        assert not index.status()["errors"]
        assert answers(index) == expected_once(tmp_path)


def expected_once(tmp_path: Path) -> dict[str, object]:
    """Right answers, from facts that no cache had."""
    index = Index.open(str(shop(tmp_path / "plain")), cache_dir=str(tmp_path / "other-cache"))
    try:
        assert index.become_writer()
        index.build()
        return answers(index)
    finally:
        index.close()


@pytest.mark.parametrize("length", [0, 1, 100, 4096, 8192, 10_000, 20_000])
def test_truncated_file(length: int, cache: Path, tmp_path: Path) -> None:
    cache.write_bytes(cache.read_bytes()[:length])
    again(tmp_path)
    # It is whole again, and has the facts.
    assert FactsCache(str(cache.parent)).has(
        [content_hash((tmp_path / "root/views.py").read_bytes())]
    )


def test_random_pages(cache: Path, tmp_path: Path) -> None:
    """Some of many pages; tests/slow/test_damage.py tries hundreds."""
    whole = cache.read_bytes()
    noise = random.Random(3)
    for at in noise.sample(range(0, len(whole), 4096), 40):
        cache.write_bytes(whole[:at] + noise.randbytes(4096) + whole[at + 4096 :])
        again(tmp_path)


def test_values_that_are_no_facts(cache: Path, tmp_path: Path) -> None:
    for value in ("x''", "x'00'", "'text'", "7", "substr(blob, 1, length(blob) - 1)"):
        connection = sqlite3.connect(cache)
        connection.execute(f"UPDATE facts SET blob = {value}")
        connection.commit()
        connection.close()
        again(tmp_path)


def test_table_gone(cache: Path, tmp_path: Path) -> None:
    connection = sqlite3.connect(cache)
    connection.execute("DROP TABLE facts")
    connection.commit()
    connection.close()
    again(tmp_path)
    again(tmp_path)


def test_facts_that_were_evicted(cache: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    with indexed(root) as index:
        index.facts_provider.close()
        os.remove(cache)
        index.facts_provider = FactsProvider(FactsCache(index.cache_dir))
        assert answers(index) == expected_once(tmp_path)
        # Names of the old content are not known any more; they must not be answered for.
        (root / "views.py").write_text("def view(): ...\n")
        index.update(["views.py"])
        answer = call(OpenWorkspace(index), "references", {"name": "models.Model.save"})
        assert {group["path"] for group in answer["items"]} == {"models.py"}


def test_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = expected(tmp_path, stored=False)
    (tmp_path / "file").write_text("mine\n")
    for place in (tmp_path / "file", tmp_path / "file/below"):
        monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(place))
        root = shop(tmp_path / f"root-{len(str(place))}")
        with indexed(root, build=False) as index:
            assert answers(index, "touch", stored=False) == sound
            assert not index.become_writer()
            assert any(p.startswith(f"cannot write {place}/workspaces/") for p in problems(index))
    assert (tmp_path / "file").read_text() == "mine\n"


def test_flipped_bytes_never_hang_or_crash() -> None:
    """Nonsense gives ValueError, IndexError or other nonsense, and always ends."""
    from flux_index.indexer.symbols import inherited_names, symbols

    raw = (Path(__file__).parent / "bad_input_helpers.py").read_bytes()
    blob = extract_blob(raw)
    noise = random.Random(4)
    for _ in range(1500):
        damaged = bytearray(blob)
        for _ in range(noise.choice((1, 4, 50))):
            damaged[noise.randrange(len(damaged))] = noise.randrange(256)
        try:
            facts = FileFacts(bytes(damaged))
            symbols(facts)
            inherited_names(facts)
            facts.occurring_names()
            list(facts.occurrences("index"))
            facts.line_of(100)
        except (ValueError, LookupError, TypeError, RecursionError):
            continue


def test_library_counts_each_content_once(tmp_path: Path) -> None:
    blob = extract_blob(b"x = 1\n")
    library = FactsProvider(FactsCache(str(tmp_path)), limit=3 * len(blob))
    for content in (b"a = 1\n", b"b = 1\n"):
        library.extract(content_hash(content), content)
    for _ in range(10):  # as threads do that extract the same at once
        library._keep(content_hash(b"a = 1\n"), blob)
    assert len(library._shelf) == 2
    library.close()
