"""What agents did, as people are shown it: from the ledger that hooks and tasks have filled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hook_helpers import Host, make_shop
from workspace_helpers import state_of

from flux_index.api.tasks.timeline import ledger_stamp, timeline

DESK = "shop/desk.py"
INVENTED = ("order.total()", "order.sum()")
RIGHT = ("order.total()", "order.total() + 1")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(make_shop(tmp_path), monkeypatch)


def told(host: Host) -> dict[str, Any]:
    return timeline(str(state_of(host.workspace)))


def work(host: Host) -> None:
    host.start(model="claude-sonnet-5")
    host.tell("user-prompt", prompt="sell more; my password is swordfish")
    host.read(DESK)
    host.edit(DESK, *INVENTED)


def marks(session: dict[str, Any]) -> set[tuple[str, str]]:
    return {(mark["kind"], mark["text"]) for mark in session["marks"]}


def test_without_a_ledger_there_is_nothing_and_none_is_made(tmp_path: Path) -> None:
    assert timeline(str(tmp_path))["sessions"] == []
    assert ledger_stamp(str(tmp_path)) == ()
    assert list(tmp_path.iterdir()) == []


def test_a_session_as_a_lane(host: Host) -> None:
    work(host)
    (session,) = told(host)["sessions"]
    assert session["model"] == "claude-sonnet-5"
    assert {("read", DESK), ("refused", DESK), ("refused", f"{DESK}: 1 errors")} <= marks(session)
    assert any(kind == "told" and "'sum'" in text for kind, text in marks(session))
    assert [(each["rule"], each["path"]) for each in session["open"]] == [
        ("unresolved-attribute", DESK)
    ]
    host.edit(DESK, *RIGHT)
    (session,) = told(host)["sessions"]
    assert ("written", DESK) in marks(session)
    assert session["open"] == []
    assert session["begun"] <= session["marks"][0]["at"] <= session["used"]


def test_tasks_with_their_steps_and_days(host: Host) -> None:
    work(host)
    host.edit(DESK, *RIGHT)
    host.stop()
    found = told(host)
    (task,) = found["tasks"]
    assert (task["state"], task["text"], task["fates"]) == ("done", "", {"mended": 1})
    (step,) = task["steps"]
    assert (step["step"], step["state"], step["rounds"]) == (DESK, "accepted", 2)
    (day,) = found["days"]
    assert day["counts"] == {"refused": 1, "accepted": 1, "errors": 1, "tasks done": 1}


def test_what_the_user_typed_is_not_shown(host: Host) -> None:
    work(host)
    assert "swordfish" not in repr(told(host))


def test_the_stamp_changes_with_the_ledger(host: Host) -> None:
    work(host)
    before = ledger_stamp(str(state_of(host.workspace)))
    host.edit(DESK, *RIGHT)
    assert ledger_stamp(str(state_of(host.workspace))) != before
