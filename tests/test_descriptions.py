"""Descriptions in words: which family they mean, and what exists already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixtures_language import open_workspace, parse_fixture
from test_patterns import ask

from flux_index.api.operations.table import call

KINDS = """
    #- app/cache/base.py
    class BaseCache:
        def get(self, key): raise NotImplementedError
    #- app/cache/backends/memory.py
    from app.cache.base import BaseCache
    class MemoryCache(BaseCache):
        def get(self, key): ...
    class FileCache(BaseCache):
        def get(self, key): ...
    #- app/mail/backends.py
    def get_backend_timeout(): ...
    class BaseBackend:
        def send(self, message): raise NotImplementedError
    class SmtpBackend(BaseBackend):
        def send(self, message): ...
    class ConsoleBackend(BaseBackend):
        def send(self, message): ...
    #- app/llm.py
    from abc import ABC, abstractmethod
    class BaseLLMProvider(ABC):
        @abstractmethod
        def complete(self, prompt): ...
    class OpenProvider(BaseLLMProvider):
        def complete(self, prompt): ...
    #- app/tools.py
    from abc import ABC
    class SearchTool(ABC): ...
    class MailTool(ABC): ...
    class FileTool(ABC): ...
    #- app/filters/shapes.py
    class RedFilter:
        def apply(self, image): ...
    class BlueFilter:
        def apply(self, image): ...
    class GreenFilter:
        def apply(self, image): ...
    #- tests/test_cache.py
    class TestCacheBackend: ...
    def test_cache_backend_one(): ...
    def test_cache_backend_two(): ...
    def test_cache_backend_three(): ...
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a cache backend for mongo", "derive from app.cache.base.BaseCache"),
        ("a mail backend that posts to an API", "derive from app.mail.backends.BaseBackend"),
        ("a new LLM provider", "derive from app.llm.BaseLLMProvider"),
        ("a provider scheme", "derive from app.llm.BaseLLMProvider"),
        ("a filter that blurs", "are called *Filter"),
    ],
)
def test_the_head_noun_names_the_kind_and_the_rest_the_place(
    tmp_path: Path, text: str, why: str
) -> None:
    assert ask(tmp_path, KINDS, text=text)["why"] == why


LIBRARY = """
    #- lib/errors.py
    class LibError(Exception): ...
    class ReadError(LibError): ...
    class WriteError(LibError): ...
    class SeekError(LibError): ...
    class ProviderError(LibError): ...
    class ProviderTimeout(ProviderError): ...
    #- lib/middleware.py
    class Middleware:
        def handle(self, request): raise NotImplementedError
    #- lib/steps.py
    class Step:
        def run(self): raise NotImplementedError
    class DiskStep(Step):
        def run(self): ...
    class LockStep(Step):
        def run(self): ...
    #- lib/packages.py
    class PkgMgr:
        def install(self, name): raise NotImplementedError
    class Apt(PkgMgr):
        def install(self, name): ...
    #- lib/groups.py
    class Linux: ...
    class Debian(Linux): ...
    class Fedora(Linux): ...
    class Arch(Linux): ...
    #- lib/options.py
    import argparse
    class ShowSettings(argparse.Action): ...
    class ParseOverrides(argparse.Action): ...
    #- tests/test_middleware.py
    from lib.middleware import Middleware
    class Adding(Middleware):
        def handle(self, request): ...
"""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("an exception for a file that is too large", "derive from lib.errors.LibError"),
        ("a middleware that counts requests", "derive from lib.middleware.Middleware"),
        ("a bootstep that opens ports", "derive from lib.steps.Step"),
        ("a package manager for Homebrew", "derive from lib.packages.PkgMgr"),
        ("a step that starts services on Linux", "derive from lib.steps.Step"),
        ("an argparse action that reads JSON", "derive from argparse.Action"),
    ],
)
def test_kinds_that_go_by_other_names(tmp_path: Path, text: str, why: str) -> None:
    assert ask(tmp_path, LIBRARY, text=text)["why"] == why


def test_an_exception_is_meant_only_where_one_is_asked_for(tmp_path: Path) -> None:
    assert "Error" not in ask(tmp_path, LIBRARY, text="a provider for DNS")["why"]


def test_two_families_that_fit_are_both_told(tmp_path: Path) -> None:
    text = """
        #- a.py
        class SyncStream:
            def read(self): raise NotImplementedError
        class FileStream(SyncStream): ...
        class ByteStream(SyncStream): ...
        class AsyncStream:
            def read(self): raise NotImplementedError
        class AsyncFileStream(AsyncStream): ...
        class AsyncByteStream(AsyncStream): ...
    """
    answer = ask(tmp_path, text, text="a stream that is compressed")
    told = {answer["why"], *answer["notes"]}
    assert any("a.SyncStream" in each for each in told)
    assert any("a.AsyncStream" in each for each in told)


def test_what_nothing_is_meant_by(tmp_path: Path) -> None:
    answer = ask(tmp_path, KINDS, text="a submarine with two engines")
    assert answer["total"] == 0
    assert "nothing here is meant by that" in answer["notes"][0]


HELPERS = """
    #- text.py
    def truncate(value, length):
        "Cut to a length at the end of a word."
    def walk_modules(path):
        "Loads a module and all its submodules."
    def compute(rows):
        return merge_headers(rows)
    def merge_headers(rows): ...
    class Cache:
        def get(self, key): ...
    #- test_text.py
    def test_truncate(): ...
"""


def names(answer: Any) -> list[str]:
    return [each["symbol"]["name"] for each in answer["items"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("shorten a string", "text.truncate"),
        ("load every module of a package recursively", "text.walk_modules"),
        ("combining headers", "text.merge_headers"),
    ],
)
def test_stems_and_synonyms_find_what_is_called_otherwise(
    tmp_path: Path, query: str, found: str
) -> None:
    assert names(ask(tmp_path, HELPERS, "reuse", query=query))[0] == found


def test_why_names_the_word_that_was_found(tmp_path: Path) -> None:
    answer = ask(tmp_path, HELPERS, "reuse", query="shorten")
    assert answer["items"][0]["why"][0] == "its name has truncate for “shorten”"


@pytest.mark.parametrize("query", ["charge a credit card", "rotate a picture by ninety degrees"])
def test_what_does_not_exist_is_not_claimed(tmp_path: Path, query: str) -> None:
    answer = ask(tmp_path, HELPERS, "reuse", query=query)
    assert answer["notes"][0].startswith("nothing here is known to do that")


def test_likeness_does_not_depend_on_the_length_of_the_question(tmp_path: Path) -> None:
    short, long = (
        ask(tmp_path / name, HELPERS, "reuse", query=query)["items"][0]["likeness"]
        for name, query in (("a", "merge headers"), ("b", "merge the headers of all our rows"))
    )
    assert long == pytest.approx(short, rel=0.5)


def test_words_follow_an_edit(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path, parse_fixture(HELPERS))
    source = tmp_path / "w/text.py"
    source.write_text(source.read_text().replace("truncate", "clip_balloon"))
    workspace.index.refresh()
    assert names(call(workspace, "reuse", {"query": "clip balloon"}))[0] == "text.clip_balloon"
    assert "text.truncate" not in names(call(workspace, "reuse", {"query": "truncate"}))


def test_unsaved_words_are_searched(tmp_path: Path) -> None:
    workspace = open_workspace(tmp_path, parse_fixture(HELPERS))
    workspace.overlays = {"text.py": b"def inflate_balloon(): ...\n"}
    found = names(call(workspace, "reuse", {"query": "inflate a balloon"}))
    assert found == ["text.inflate_balloon"]
