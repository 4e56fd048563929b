"""Tasks by hooks alone: a prompt opens one, edits are rounds of its steps, stopping verifies it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hook_helpers import Host, make_shop
from workspace_helpers import state_of

from flux_index.indexer.store.ledger import Ledger
from flux_index.indexer.store.task_store import TaskRow, TaskStore

DESK = "shop/desk.py"
INVENTED = ("order.total()", "order.sum()")
RIGHT = ("order.total()", "order.total() + 1")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(make_shop(tmp_path), monkeypatch)


def tasks(host: Host) -> list[TaskRow]:
    with Ledger(str(state_of(host.workspace))) as ledger:
        return TaskStore(ledger).tasks()


def judged(host: Host, task: TaskRow) -> list[tuple[str, int, str]]:
    with Ledger(str(state_of(host.workspace))) as ledger:
        events = TaskStore(ledger).events(task.id, "judged")
        return [(e.about["step"], e.about["round"], e.about["verdict"]) for e in events]


def fates(host: Host, task: TaskRow) -> list[tuple[str, str]]:
    with Ledger(str(state_of(host.workspace))) as ledger:
        return [(each.rule, each.fate) for each in TaskStore(ledger).findings(task.id)]


def work(host: Host) -> None:
    host.start(model="claude-sonnet-5")
    host.tell("user-prompt", prompt="sell more; my password is swordfish")
    host.read(DESK)
    host.edit(DESK, *INVENTED)


def test_hooks_tell_a_whole_task(host: Host) -> None:
    work(host)
    host.edit(DESK, *RIGHT)
    assert host.stop() is None
    (task,) = tasks(host)
    assert (task.origin, task.state, task.model) == ("hooks", "done", "claude-sonnet-5")
    assert judged(host, task) == [(DESK, 1, "refused"), (DESK, 2, "accepted")]
    assert fates(host, task) == [("unresolved-attribute", "mended")]


def test_what_the_user_typed_is_not_kept(host: Host) -> None:
    work(host)
    (task,) = tasks(host)
    assert (task.text, len(task.text_hash)) == ("", 32)
    for path in state_of(host.workspace).glob("ledger.db*"):
        assert b"swordfish" not in path.read_bytes()


def test_the_next_prompt_is_another_task(host: Host) -> None:
    work(host)
    host.tell("user-prompt", prompt="something else")
    states = {task.state: task.reason for task in tasks(host)}
    assert states == {"open": "", "stopped": "the next prompt"}


def test_observing_changes_nothing_and_records_the_same(host: Host) -> None:
    host.mode = "observe"
    work(host)
    assert "order.sum()" in (host.workspace / DESK).read_text(), "nothing was refused"
    (task,) = tasks(host)
    assert judged(host, task) == [(DESK, 1, "broken")]
    assert host.stop() is None
    assert [each.state for each in tasks(host)] == ["verifying"]
    host.edit(DESK, INVENTED[1], RIGHT[1])
    assert host.stop() is None
    assert [each.state for each in tasks(host)] == ["done"]
    assert fates(host, task) == [("unresolved-attribute", "mended")]
