"""What a ledger keeps: shown, exported, forgotten; and what it never keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hook_helpers import Host
from hook_helpers import make_shop as make_desk
from task_helpers import Shop
from workspace_helpers import state_of

from flux_index.api.cli import main
from flux_index.indexer.redaction import REDACTED, redacted
from flux_index.indexer.store.ledger import Ledger

SECRETS = [
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "AKIAIOSFODNN7EXAMPLE",
    "sk-proj-0123456789abcdefghijklmn",
    "correct horse battery",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
]
CHECKOUT = "shop/checkout.py"
UNTOUCHED = "nobody_edits_this_line"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop(tmp_path / "shop")
    monkeypatch.chdir(shop.root)
    return shop


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["ledger", *arguments]) == code
    found = capsys.readouterr()
    return found.err if code else found.out


def exported(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told(capsys, "export").splitlines()]


def test_secrets_and_text_beyond_touched_lines_are_not_kept(
    shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write(
        CHECKOUT, f"{shop.read(CHECKOUT)}\n\ndef other() -> str:\n    return {UNTOUCHED!r}\n"
    )
    token, key, model_key, password, web = SECRETS
    session = shop.call("begin")["session"]
    shop.call("source", name="shop.checkout.other", session=session)
    shop.begin(f"push it with {token}; my password: '{password}'", session=session)
    shop.call(
        "task.plan", task=shop.task,
        steps=[{"id": "1", "kind": "change", "path": CHECKOUT, "symbol": "pay",
                "why": f"Authorization: Bearer {web}",
                "signature": f"(order: Order, token: str = '{model_key}') -> float"}],
    )  # fmt: skip
    edit = {"path": CHECKOUT, "old": "order.total(tax=0.1)", "new": f"order.sum('{key}')"}
    assert shop.step("1", edit, call="first")["to_read"]
    assert shop.step("1", edit, call="first")["verdict"] == "refused"
    shop.step("1", {**edit, "new": f"order.{key.lower()}('{key}')"}, call="second")
    shop.call("task.finish", task=shop.task, stop=f"the token is {token}")
    kept = "\n".join(json.dumps(each) for each in exported(capsys))
    for secret in SECRETS:
        assert secret not in kept
    assert UNTOUCHED not in kept
    assert REDACTED in kept
    for path in state_of(shop.root).glob("ledger.db*"):
        raw = path.read_bytes()
        assert not any(secret.encode() in raw for secret in [*SECRETS, UNTOUCHED])


def test_of_a_hosts_session_no_text_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    host = Host(make_desk(tmp_path), monkeypatch)
    host.start()
    host.tell("user-prompt", prompt=f"sell more with {SECRETS[0]}")
    host.read("shop/desk.py")
    host.edit("shop/desk.py", "order.total()", f"order.sum({SECRETS[1]!r})")
    monkeypatch.chdir(tmp_path)
    kept = "\n".join(json.dumps(each) for each in exported(capsys))
    assert "order.sum" in kept, "what an edit got wrong is"
    for text in (*SECRETS, "sell more", "settle", "sum(self.lines)"):
        assert text not in kept


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_known_by_its_form_or_its_name(text: str) -> None:
    called = redacted(f'{{"password": "{text}"}}')
    assert json.loads(called) == {"password": REDACTED}
    if " " not in text:
        assert text not in redacted(f"use {text}, please")


def test_what_is_no_secret_stays() -> None:
    for text in (
        "def login(self, password: str, token: Token | None = None) -> None",
        "get() got an unexpected keyword argument 'api_key'",
        "https://example.org/a@b",
        "token = request.token",
        "tests/test_tokens.py::test_secret",
    ):
        assert redacted(text) == text


def test_a_task_is_forgotten_for_good(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.begin("a first unmistakable thing")
    first = shop.task
    shop.step("1", {"path": CHECKOUT, "old": "return 1", "new": "return 2"})
    shop.begin("another thing")
    assert "1 tasks" in told(capsys, "forget", "--task", first)
    kept = exported(capsys)
    assert [each["id"] for each in kept if each["table"] == "task"] == [shop.task]
    assert not [each for each in kept if each["table"] in ("write", "blob", "step")]
    for path in state_of(shop.root).glob("ledger.db*"):
        assert b"a first unmistakable thing" not in path.read_bytes()
    assert "there is no task" in told(capsys, "forget", "--task", first, code=2)


def test_a_session_is_forgotten_with_its_tasks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = make_desk(tmp_path)
    for name in ("one", "two"):
        host = Host(root, monkeypatch)
        host.session = name
        host.start()
        host.tell("user-prompt", prompt="sell more")
    monkeypatch.chdir(root)
    told(capsys, "forget", "--session", "one")
    kept = exported(capsys)
    assert [each["handle"] for each in kept if each["table"] == "session"] == ["hook:two"]
    sessions = {each["session"] for each in kept if each["table"] in ("task", "hook_run")}
    assert sessions == {"hook:two"}


def test_all_until_a_day_and_all(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.begin()
    assert "0 tasks" in told(capsys, "forget", "--before", "2020-01-31")
    assert "1 tasks" in told(capsys, "forget", "--before", "2999-01-31")
    shop.begin()
    (state_of(shop.root) / "ledger.db.unreadable-20260101-000000-1").write_bytes(b"rest")
    assert "1 set aside" in told(capsys, "forget", "--all")
    assert exported(capsys) == []
    assert [path.name for path in state_of(shop.root).glob("*unreadable*")] == []


def test_what_cannot_be_chosen(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert "takes one of show, export, forget" in told(capsys, "burn", code=2)
    assert "takes one of --task" in told(capsys, "forget", code=2)
    assert "a day as YYYY-MM-DD" in told(capsys, "forget", "--before", "yesterday", code=2)
    assert "goes with `ledger forget`" in told(capsys, "show", "--all", code=2)
    assert "  task: 0 rows\n" in told(capsys, "show")


def test_every_table_is_shown(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    shop.begin()
    with Ledger(str(state_of(shop.root))) as ledger:
        tables = ledger.ask("SELECT name FROM sqlite_master WHERE type = 'table'")
    shown = told(capsys, "show", "--json")
    assert json.loads(shown)["tables"].keys() == {name for (name,) in tables} - {"sqlite_stat1"}
