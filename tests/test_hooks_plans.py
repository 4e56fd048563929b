"""Plans that a host shows to its user, tasks that it calls completed, and tasks left undone."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from hook_helpers import UNHURRIED, Host, context, make_shop

from flux_index.api.hooks.run import run
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call

PLAN = """\
# Ring up politely

1. In `shop/till.py`, call `Order.pay(amount, late=True)` and `shop.orders.Order.total()`.
2. Then `Order.refund(amount)` gives it back, and `Order.pay(tip=1)` takes a tip.
3. Add `tests/test_till.py`; run `make test`.
"""


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    root = make_shop(tmp_path)
    return Host(root, monkeypatch)


def test_names_of_a_plan_are_looked_up(host: Host) -> None:
    answer = host.before("ExitPlanMode", plan=PLAN, planFilePath="/tmp/plan.md")
    assert "permissionDecision" not in answer["hookSpecificOutput"]
    text = context(answer)
    assert "`Order.refund(amount)`" in text
    assert "takes no 'tip'; its keywords are: amount, late" in text
    assert "total" not in text and "late=True" not in text and "test_till" not in text


def test_a_plan_of_what_exists_is_left_alone(host: Host) -> None:
    assert host.before("ExitPlanMode", plan="Call `Order.total()`; see `shop/orders.py`.") is None
    assert host.before("ExitPlanMode") is None
    assert host.before("ExitPlanMode", plan=["no text"]) is None


def completed(host: Host, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Exit code and output of the hook when a task of the host's list is called completed."""
    fields = {**host.common("TaskCompleted"), "task_id": "1", "task_subject": "Pay"}
    stdin = io.TextIOWrapper(io.BytesIO(json.dumps(fields).encode()))
    stdout, stderr = io.StringIO(), io.StringIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdin", stdin)
        patched.setattr(sys, "stdout", stdout)
        patched.setattr(sys, "stderr", stderr)
        code = run("task-completed", host.mode, UNHURRIED)
    return code, stdout.getvalue(), stderr.getvalue()


def test_a_task_that_leaves_something_wrong_is_not_completed(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.start()
    assert completed(host, monkeypatch) == (0, "", "")
    host.read("shop/orders.py")
    host.edit("shop/orders.py", "def pay(self, amount", "def settle(self, amount")
    code, out, errors = completed(host, monkeypatch)
    assert (code, out) == (2, "")
    assert "leaves this wrong" in errors and "pay" in errors
    assert completed(host, monkeypatch) == (0, "", "")  # told once


def test_a_task_of_ours_that_is_not_done_is_told_at_the_end(host: Host) -> None:
    host.start()
    workspace = OpenWorkspace.open(str(host.workspace))
    task = call(workspace, "task.begin", {"text": "add a rate", "budget": 100})["task"]
    steps = [{"id": "1", "kind": "create", "path": "shop/tax.py", "symbol": "rate"}]
    call(workspace, "task.plan", {"task": task, "steps": steps})
    answer = host.stop()
    assert f"task {task} is not done" in answer["reason"]
    assert "step 1: shop/tax.py has no rate" in answer["reason"]
    assert host.stop() is None
    workspace.close()
