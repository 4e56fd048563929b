"""Which files of installed packages have a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_index.indexer.search_path import outside_words
from flux_index.indexer.search_path.outside_words import OutsideWords
from flux_index.indexer.snapshot.facts_provider import FactsProvider
from flux_index.indexer.store.facts_cache import FactsCache

FILES = {
    "a.py": b"def first(arg): return 'second'\n",
    "b.pyi": "# th\u00efrd\n".encode(),
    "c.so": b"\0\0first\0xy\0",
}


@pytest.fixture
def package(tmp_path: Path) -> list[str]:
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text)
    return [str(tmp_path / name) for name in FILES]


def found(words: OutsideWords, package: list[str], word: str, *, is_fixed: bool = True) -> str:
    folder = Path(package[0]).parent
    provider = FactsProvider(FactsCache(str(folder / "cache")))
    files = words.files_with("p", package, word.encode(), provider, lambda: None, is_fixed=is_fixed)
    return " ".join(Path(file).name for file in files)


@pytest.mark.parametrize(
    ("word", "files"),
    [("first", "a.py c.so"), ("second", "a.py"), ("th\u00efrd", "b.pyi"), ("fir", ""), ("xy", "")],
)
def test_files_of_words(package: list[str], word: str, files: str) -> None:
    assert found(OutsideWords(), package, word) == files


def test_words_are_read_once_for_all(package: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(OutsideWords(), package, "second") == "a.py"
    monkeypatch.setattr(outside_words, "_read", lambda *_: pytest.fail("was kept"))
    assert found(OutsideWords(), package, "first") == "a.py c.so"


def test_a_file_that_changed_is_read_again(package: list[str]) -> None:
    words = OutsideWords()
    assert found(words, package, "fourth", is_fixed=False) == ""
    Path(package[0]).write_text("fourth = 1\n")
    assert found(words, package, "fourth", is_fixed=False) == "a.py"
