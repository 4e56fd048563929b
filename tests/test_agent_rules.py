"""`flux-index rules --agent`: a code base's rules, and the block that they are kept in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_patterns import SHAPES, ask
from workspace_helpers import plant

from flux_index.api.cli import main
from flux_index.api.clients.rule_files import (
    BEGIN,
    END,
    BlockError,
    block_of,
    has_block,
    with_block,
    without_block,
)


def test_a_block_is_put_at_the_end_and_taken_out() -> None:
    text = "# Ours\n\nBe kind.\n"
    put = with_block(text, "rules\n")
    assert put == f"# Ours\n\nBe kind.\n\n{BEGIN}\nrules\n{END}\n"
    assert without_block(put) == text


def test_a_block_is_brought_up_to_date_where_it_stands() -> None:
    text = with_block("Above.\n", "old") + "\nBelow.\n"
    new = with_block(text, "new\nrules")
    assert new == f"Above.\n\n{BEGIN}\nnew\nrules\n{END}\n\nBelow.\n"
    assert block_of(new) == "new\nrules"
    assert without_block(new) == "Above.\n\nBelow.\n"


@given(st.text(alphabet="a#\n\r é<!-", max_size=40), st.text(alphabet="b\n*", max_size=20))
def test_the_same_again_changes_nothing_and_what_is_outside_stays(text: str, body: str) -> None:
    put = with_block(text, body)
    assert with_block(put, body) == put
    assert has_block(put)
    assert put.startswith(text)
    taken = without_block(put)
    assert taken.rstrip("\r\n") == text.rstrip("\r\n")
    if text.endswith("\n") and "\r" not in text:
        assert taken == text


def test_line_endings_are_kept() -> None:
    put = with_block("one\r\ntwo\r\n", "a\nb")
    assert put == f"one\r\ntwo\r\n\r\n{BEGIN}\r\na\r\nb\r\n{END}\r\n"
    assert block_of(put) == "a\nb"
    assert without_block(put) == "one\r\ntwo\r\n"


@pytest.mark.parametrize(
    "text", [BEGIN, END, f"{END}\n{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}", f"{BEGIN}{BEGIN}{END}"]
)
def test_marks_that_do_not_fit_are_left_alone(text: str) -> None:
    for change in (lambda: with_block(text, "x"), lambda: without_block(text)):
        with pytest.raises(BlockError):
            change()


def test_rules_are_made_of_facts(tmp_path: Path) -> None:
    text: str = ask(tmp_path, SHAPES, "conventions")["text"]
    assert "`shop/` (6)" in text
    assert "Derive from `Provider` (shop/base.py): 4 do, and define `charge`, `refund`." in text
    assert "Logging goes through" not in text  # one file is no custom
    assert "`CardError` (3)" in text
    assert len(text.splitlines()) <= 60


def test_commands_come_from_the_files_that_say_them(tmp_path: Path) -> None:
    files = """
        #- pyproject.toml
        [tool.pytest.ini_options]
        [tool.ruff]
        line-length = 88
        #- Makefile
        lint: x
        test: lint
        all := 1
        #- a.py
        def f() -> int: return 1
    """
    text = ask(tmp_path, files, "conventions")["text"]
    assert "Run: `make test`, `make lint`, `pytest`, `ruff check`." in text
    assert "lines have at most 88 characters" in text


def test_an_empty_workspace_has_rules_too(tmp_path: Path) -> None:
    assert ask(tmp_path, "#- notes.txt\nhello\n", "conventions")["text"].startswith("## How to")


def test_one_file_is_told_of_as_one(tmp_path: Path) -> None:
    text = ask(tmp_path, "#- alone.py\nx = 1\n", "conventions")["text"]
    assert "- 1 file of code, in `./` (1)." in text


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    plant(tmp_path, ".git/", {"shop.py": "def pay(): return 1\n", "AGENTS.md": "Ours.\n"})
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["rules", *arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


def test_rules_of_validation_are_listed_as_before(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = run(capsys, "--json")
    assert code == 0
    assert {"rule", "severity", "summary"} == set(json.loads(text)[0])


def test_rules_are_told(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = run(capsys, "--agent")
    assert (code, text.splitlines()[0]) == (0, "## How to work in this code base")
    assert json.loads(run(capsys, "--agent", "--json")[1]) == {"text": text}


def test_files_of_agents(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = "AGENTS.md,CLAUDE.md,.cursor/rules/flux-index.mdc"
    code, text = run(capsys, "--agent", "--write", files)
    assert (code, text.count(": written\n")) == (0, 3)
    agents = (shop / "AGENTS.md").read_text()
    assert agents.startswith(f"Ours.\n\n{BEGIN}\n## How to work")
    assert (shop / "CLAUDE.md").read_text() == f"{BEGIN}\n@AGENTS.md\n{END}\n"
    cursor = (shop / ".cursor/rules/flux-index.mdc").read_text()
    assert cursor.startswith("---\ndescription:")
    assert "alwaysApply: true\n---\n\n" + BEGIN in cursor
    assert run(capsys, "--agent", "--write", files)[1].count("is up to date") == 3
    assert (shop / "AGENTS.md").read_text() == agents
    assert run(capsys, "--agent", "--remove", files)[1].count(": removed\n") == 3
    assert (shop / "AGENTS.md").read_text() == "Ours.\n"
    assert not (shop / "CLAUDE.md").exists()
    assert not (shop / ".cursor").exists()
    assert run(capsys, "--agent", "--remove", files)[1].count("has no rules") == 3


def test_claude_that_includes_agents_needs_no_block(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "CLAUDE.md").write_text("@AGENTS.md\n")
    run(capsys, "--agent", "--write", "AGENTS.md,CLAUDE.md")
    assert (shop / "CLAUDE.md").read_text() == "@AGENTS.md\n"


def test_broken_marks_are_an_error(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "AGENTS.md").write_text(f"{BEGIN}\nhalf\n")
    code, text = run(capsys, "--agent", "--write", "AGENTS.md")
    assert code == 2
    assert "do not fit each other" in text
    assert (shop / "AGENTS.md").read_text() == f"{BEGIN}\nhalf\n"


def test_files_only_with_agent(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--write", "AGENTS.md")[0] == 2


def query(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = main(["query", *arguments])
    captured = capsys.readouterr()
    return code, captured.out + captured.err


SIBLINGS: dict[str, Any] = {
    "base.py": "class Base:\n    def run(self): raise NotImplementedError\n",
    "all.py": "from base import Base\n"
    + "".join(f"class {name}Job(Base):\n    def run(self): return 1\n" for name in "ABC"),
}


def test_patterns_on_the_command_line(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(shop, files=SIBLINGS)
    code, text = query(capsys, "patterns", "a new subclass of Base called DJob", "--into", "d.py")
    assert code == 0
    assert text == (
        "3 classes that derive from base.Base\n"
        "nearest: AJob all.py:2, BJob all.py:4, CJob all.py:6\n"
        "bases: Base 3/3\n"
        "methods\n"
        " 3/3 run(self), required by the base\n"
        "names: *Job 3/3\n"
        "place: all.py 3/3\n"
        "\n"
        "# d.py\n"
        "from base import Base\n"
        "\n"
        "\n"
        "class DJob(Base):\n"
        "    def run(self):\n"
        '        raise NotImplementedError("fill in; compare AJob, all.py:3")\n'
    )
    stub = query(capsys, "patterns", "class DJob(Base):", "--into", "d.py", "--format", "compact")
    assert stub[1] == text


def test_similar_and_reuse_on_the_command_line(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(shop, files=SIBLINGS)
    assert query(capsys, "similar", "AJob", "--limit", "1") == (
        0,
        "all.py:4 class all.BJob(Base)\n"
        "  92%: derive from Base; define run; are called “job”; in the same file\n"
        "… 1 more of 2: --limit 2\n",
    )
    assert query(capsys, "reuse", "pay") == (
        0,
        "shop.py:1 function shop.pay()\n  95%: is called `pay`; its name has pay\n",
    )
    assert query(capsys, "reuse", "nothing like it")[0] == 1
