"""The cache of facts stays within its bounds."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.indexer.extract import source
from flux_index.indexer.index import Index
from flux_index.indexer.store import facts_cache
from flux_index.indexer.store.facts_cache import FactsCache


def test_the_least_recently_used_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = FactsCache(str(tmp_path))
    for day, digest in enumerate((b"a" * 16, b"b" * 16, b"c" * 16)):
        monkeypatch.setattr(facts_cache.time, "time", lambda day=day: 100 * 86_400 * (day + 1))
        cache.put([(digest, b"x" * 1000)])
    cache.touch([b"a" * 16])
    assert cache.trim(2500) == 1
    assert [cache.get(letter * 16) is not None for letter in (b"a", b"b", b"c")] == [
        True, False, True,
    ]  # fmt: skip
    cache.close()


def test_a_build_keeps_it_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(FactsCache, "trim", lambda self: asked.append(1) or 0)
    plant(tmp_path / "w", ".git/", {"main.py": "x = 1\n"})
    index = Index.open(str(tmp_path / "w"), cache_dir=str(tmp_path / "cache"))
    index.become_writer()
    index.build()
    index.build()
    index.close()
    assert asked == [1]


def test_what_was_extracted_before_it_was_written_is_not_extracted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path / "w", ".git/", {"main.py": "x = 1\n"})
    index = Index.open(str(root), cache_dir=str(tmp_path / "cache"))
    index.become_writer()
    index.build()
    proposed = b"def made():\n    return 1\n"
    index.snapshot({"main.py": proposed}).need("main.py")

    def fail(_: bytes) -> bytes:
        raise AssertionError("it is known")

    monkeypatch.setattr(source, "extract_blob", fail)
    (Path(root) / "main.py").write_bytes(proposed)
    assert index.update(["main.py"]) == 1
    index.close()
    monkeypatch.undo()
    again = Index.open(str(root), cache_dir=str(tmp_path / "cache"))
    assert "made" in again.snapshot().need("main.py").names
    again.close()
