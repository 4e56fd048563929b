"""What matters for a task: files, pieces and texts, with reasons, within a budget."""

from __future__ import annotations

import io
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from workspace_helpers import state_of

from flux_index.api.cli import main
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.retrieval.history import History, read_history
from flux_index.api.retrieval.history import _save as save
from flux_index.api.source.tokens import count_tokens
from flux_index.indexer.errors import InvalidArgumentsError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n',
    "shop/__init__.py": "",
    "shop/llm.py": '''\
"""Talking to language models."""

import time

from .providers import BaseProvider


class LLM:
    """Asks a provider, and asks again when it fails."""

    def __init__(self, provider: BaseProvider) -> None:
        self.provider = provider

    def ask(self, prompt: str) -> str:
        """Answer of the model to a prompt."""
        return retry(lambda: self.provider.complete(prompt))


def retry(action):
    """Try an action three times."""
    for _ in range(3):
        try:
            return action()
        except TimeoutError:
            time.sleep(1)
    raise TimeoutError
''',
    "shop/providers.py": '''\
"""Who answers prompts."""


class BaseProvider:
    """What all providers have in common."""

    def complete(self, prompt: str) -> str:
        raise NotImplementedError


class OfflineProvider(BaseProvider):
    """Answers without a network."""

    def complete(self, prompt: str) -> str:
        return prompt.upper()
''',
    "shop/caching.py": '''\
"""A cache that forgets what is old."""


class TimedCache:
    """Values by key, for so many seconds."""

    def get(self, key: str) -> str | None:
        return None
''',
    "shop/basket.py": '''\
"""What a customer is about to buy."""


class Basket:
    def total_price(self) -> int:
        return sum(item.price for item in self.items)
''',
    "shop/invoices.py": '''\
"""Bills."""


def render_invoice(basket) -> str:
    return str(basket.total_price())
''',
    "tests/test_llm.py": """\
from shop.llm import LLM


def test_asks_again() -> None:
    assert LLM(None).ask("x")
""",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[OpenWorkspace]:
    write(tmp_path, FILES)
    session = OpenWorkspace.open(str(tmp_path))
    yield session
    session.close()


def asked(session: OpenWorkspace, task: str | None = None, **arguments: Any) -> Any:
    return call(session, "context", {"task": task, **arguments})


def paths(answer: Any) -> list[str]:
    return [item["path"] for item in answer["items"]]


def why(answer: Any, path: str) -> str:
    return "; ".join(next(item["why"] for item in answer["items"] if item["path"] == path))


def test_what_a_sentence_speaks_of_comes_first(shop: OpenWorkspace) -> None:
    answer = asked(shop, "add a cache to the LLM")
    assert set(paths(answer)[:2]) == {"shop/llm.py", "shop/caching.py"}
    assert "defines LLM" in why(answer, "shop/llm.py")
    assert "says cache" in why(answer, "shop/caching.py")


def test_an_outline_comes_first_and_then_text_with_its_place(shop: OpenWorkspace) -> None:
    text: str = asked(shop, "`retry` should wait longer")["text"]
    assert text.startswith("shop/llm.py — ")
    outline, _, excerpts = text.partition("\n\n")
    assert " 19 function retry(action) — Try an action three times." in outline.split("\n")
    assert excerpts.startswith("shop/llm.py:19-26 retry — named in the task\n def retry(action):\n")
    assert "\n             time.sleep(1)\n     raise TimeoutError\n" in excerpts


def test_of_a_class_the_bodies_of_methods_are_left_out(shop: OpenWorkspace) -> None:
    answer = asked(shop, "the class `OfflineProvider`")
    assert "shop/providers.py:11-14 OfflineProvider" in answer["text"]
    assert "    def complete(self, prompt: str) -> str:\n    … 1 line\n" in answer["text"]
    whole = {item["name"]: item["whole"] for item in answer["excerpts"]}
    assert whole["OfflineProvider"] is True


def test_bases_callees_and_tests_stand_around(shop: OpenWorkspace) -> None:
    text: str = asked(shop, "`LLM.ask` with `OfflineProvider`")["text"]
    assert "BaseProvider — What all providers have in common. (base of OfflineProvider)" in text
    assert "function retry(action) — Try an action three times. (called by LLM.ask)" in text
    assert " tests/test_llm.py — uses " in text
    assert "4 test_asks_again" in text


def test_a_traceback_leads_to_the_lines_of_its_frames(shop: OpenWorkspace) -> None:
    answer = asked(
        shop,
        "It fails.\n\n"
        "Traceback (most recent call last):\n"
        '  File "/srv/app/shop/invoices.py", line 5, in render_invoice\n'
        "    return str(basket.total_price())\n"
        '  File "/srv/app/shop/basket.py", line 6, in total_price\n'
        "    return sum(item.price for item in self.items)\n"
        "AttributeError: 'Basket' object has no attribute 'items'\n",
    )
    assert paths(answer)[:2] == ["shop/basket.py", "shop/invoices.py"]
    assert why(answer, "shop/basket.py").startswith("in the traceback: line 6 in total_price")
    first = answer["excerpts"][0]
    assert (first["name"], first["why"]) == ("Basket.total_price", "line 6 is named in the task")


def test_a_file_about_to_be_written_brings_what_stands_beside_it(shop: OpenWorkspace) -> None:
    answer = asked(shop, paths=["shop/caching_provider.py"])
    assert set(paths(answer)[:2]) == {"shop/caching.py", "shop/providers.py"}
    assert "beside what is given" in why(answer, "shop/providers.py")


def test_a_given_file_comes_first(shop: OpenWorkspace) -> None:
    assert paths(asked(shop, "a cache", paths=["shop/basket.py"]))[0] == "shop/basket.py"


def test_tests_are_ranked_when_they_are_asked_for(shop: OpenWorkspace) -> None:
    assert "tests/test_llm.py" in paths(asked(shop, "the test test_asks_again is flaky"))
    assert "tests/test_llm.py" not in paths(asked(shop, "asks again too often"))


@pytest.mark.parametrize("budget", [100, 150, 300, 700, 4000])
def test_the_budget_is_kept(shop: OpenWorkspace, budget: int) -> None:
    answer = asked(shop, "the LLM should retry with `BaseProvider` and TimedCache", budget=budget)
    assert answer["tokens"] <= budget
    assert count_tokens(answer["text"]) <= budget
    assert paths(answer)


def test_nothing_to_go_by_is_refused(shop: OpenWorkspace) -> None:
    with pytest.raises(InvalidArgumentsError, match="give 'task', 'paths' or both"):
        asked(shop, "  \n")
    with pytest.raises(InvalidArgumentsError, match="'budget' cannot be less than 100"):
        asked(shop, "x", budget=10)


@pytest.mark.parametrize(
    "task", ["?", "\x00", "the and of", "日本語 キャッシュ", "x" * 30_000, "../.."]
)
def test_any_text_can_be_a_task(shop: OpenWorkspace, task: str) -> None:
    assert asked(shop, task)["tokens"] <= 4000


def test_an_edit_is_seen_at_once(shop: OpenWorkspace, tmp_path: Path) -> None:
    asked(shop, "total price")
    write(tmp_path, {"shop/vouchers.py": "def redeem_voucher(code):\n    return code\n"})
    answer = asked(shop, "redeem_voucher twice")
    assert paths(answer)[0] == "shop/vouchers.py"
    assert "return code" in answer["text"]


def test_what_stands_in_for_a_file_counts(shop: OpenWorkspace) -> None:
    text = b"def apply_discount(basket):\n    return basket\n"
    answer = asked(shop.with_contents({"shop/basket.py": text}), "apply_discount")
    assert paths(answer)[0] == "shop/basket.py"
    assert " def apply_discount(basket):\n     return basket" in answer["text"]


class TestHistory:
    """Of a repository with a few commits."""

    @pytest.fixture
    def repository(self, tmp_path: Path) -> Path:
        write(tmp_path, FILES)
        self.git(tmp_path, "init", "--quiet")
        self.commit(tmp_path, "Start")
        (tmp_path / "shop/basket.py").write_text(FILES["shop/basket.py"] + "\n# 1\n")
        (tmp_path / "shop/invoices.py").write_text(FILES["shop/invoices.py"] + "\n# 1\n")
        self.commit(tmp_path, "Round halves like the tax office wants\n\nReviewed-by: Zoe <z@x>")
        return tmp_path

    def git(self, folder: Path, *arguments: str) -> None:
        who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@x", "GIT_COMMITTER_NAME": "A",
               "GIT_COMMITTER_EMAIL": "a@x", "GIT_CONFIG_GLOBAL": os.devnull}  # fmt: skip
        subprocess.run(["git", *arguments], cwd=folder, check=True, env={**os.environ, **who})

    def commit(self, folder: Path, message: str) -> None:
        self.git(folder, "add", "--all")
        self.git(folder, "commit", "--quiet", "--message", message)

    def test_words_of_messages_lead_to_the_files_that_were_changed(self, repository: Path) -> None:
        session = OpenWorkspace.open(str(repository))
        answer = asked(session, "the tax office is not happy")
        session.close()
        assert set(paths(answer)[:2]) == {"shop/basket.py", "shop/invoices.py"}
        assert 'changed with "Round halves like the tax office wants" (' in answer["text"]
        assert "Zoe" not in answer["text"]

    def test_new_commits_are_seen_and_those_of_another_branch_forgotten(
        self, repository: Path
    ) -> None:
        session = OpenWorkspace.open(str(repository))
        asked(session, "anything")
        self.git(repository, "checkout", "--quiet", "-b", "other")
        (repository / "shop/llm.py").write_text(FILES["shop/llm.py"] + "\n# 2\n")
        self.commit(repository, "Zeppelins over Lakehurst")
        seen = asked(session, "a zeppelin")
        self.git(repository, "checkout", "--quiet", "-")
        forgotten = asked(session, "a zeppelin")
        session.close()
        assert "Zeppelins over Lakehurst" in why(seen, "shop/llm.py")
        assert "Zeppelins" not in forgotten["text"]

    def test_history_is_kept_beside_the_index(self, repository: Path) -> None:
        session = OpenWorkspace.open(str(repository))
        asked(session, "the tax office")
        state = session.index.workspace.state_dir
        session.close()
        saved = os.path.join(state, "history")
        with open(saved, encoding="utf-8") as file:
            text = file.read()
        assert "Round halves" in text
        for damage in ("", "flux-index history 1\tabc\t\nnonsense\n", text.replace("\t", " ")):
            with open(saved, "w", encoding="utf-8") as file:
                file.write(damage)
            again = OpenWorkspace.open(str(repository))
            assert asked(again, "the tax office")["total"]
            again.close()
        assert main(["clean", str(repository)]) == 0
        assert not os.path.exists(saved)

    def test_what_was_not_reached_in_time_is_read_later(
        self, repository: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = read_history(str(repository), str(repository / "one"))
        monkeypatch.setattr("flux_index.api.retrieval.history._kept", {})
        state = str(state_of(repository))
        os.makedirs(state)
        cut = History(whole.commits[:1], whole.head, cut=True)
        save(os.path.join(state, "history"), cut)
        found = read_history(str(repository), state)
        assert [commit.sha for commit in found.commits] == [each.sha for each in whole.commits]
        assert not found.cut

    def test_a_folder_inside_of_a_repository_has_its_part_of_history(self, tmp_path: Path) -> None:
        write(tmp_path / "backend", FILES)
        self.git(tmp_path, "init", "--quiet")
        self.commit(tmp_path, "Bring in the zebra")
        found = read_history(str(tmp_path / "backend"), str(tmp_path))
        assert [commit.subject for commit in found.commits] == ["Bring in the zebra"]
        assert "shop/llm.py" in found.commits[0].paths


def test_without_git_there_is_no_history(
    shop: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    assert paths(asked(shop, "`retry` less often"))[0] == "shop/llm.py"


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, FILES)
    monkeypatch.chdir(tmp_path)
    assert main(["query", "context", "retry", "less", "often"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("shop/llm.py — ")
    assert shown.endswith(" of 4,000 tokens\n")
    monkeypatch.setattr("sys.stdin", io.StringIO('File "shop/basket.py", line 6, in total_price\n'))
    assert main(["query", "context", "-", "--budget", "600", "--format", "compact"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("shop/basket.py — in the traceback: line 6 in total_price")
    assert count_tokens(shown) <= 600
    assert main(["query", "context", "--paths", "shop/new_cache.py", "--json"]) == 0
    assert '"shop/caching.py"' in capsys.readouterr().out
    assert main(["query", "context"]) == 2
    assert "context needs a target, TASK" in capsys.readouterr().err
