"""Hooks over the steps of a session: open ends, what was not seen, whose doing a fault is."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hook_helpers import DESK, ORDERS, Host, context, make_shop, reason

from flux_index.api.hooks.hosts import as_claude_code, in_form_of
from flux_index.api.hooks.messages import POST_TOOL, PRE_TOOL, STOP, deny
from flux_index.api.mcp.trees import asked_tree, label
from flux_index.indexer.errors import InvalidArgumentsError

DESK_PATH, ORDERS_PATH = "shop/desk.py", "shop/orders.py"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is known of the standard library is found out once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def shop(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(cache))
    (tmp_path / "w").mkdir()
    return make_shop(tmp_path / "w")


@pytest.fixture
def host(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    host = Host(shop, monkeypatch)
    host.mode = "auto"
    return host


# Open ends


def test_who_has_seen_the_owner_means_to_write_what_is_missing(host: Host) -> None:
    host.start()
    host.read(DESK_PATH)
    host.read(ORDERS_PATH)
    assert host.edit(DESK_PATH, "order.total()", "order.total() - order.rebate()") is None
    method = "\n    def rebate(self) -> int:\n        return 1\n"
    assert (
        host.edit(ORDERS_PATH, "        return amount\n", "        return amount\n" + method)
        is None
    )
    assert host.stop() is None


def test_what_is_still_missing_at_the_end_is_told(host: Host) -> None:
    host.start()
    host.read(DESK_PATH)
    host.read(ORDERS_PATH)
    assert host.edit(DESK_PATH, "order.total()", "order.rebate()") is None
    assert "'Order' object has no attribute 'rebate'" in host.stop()["reason"]
    assert host.stop() is None


def test_who_has_not_seen_the_owner_invents(host: Host) -> None:
    host.start()
    host.read(DESK_PATH)
    assert "has no attribute 'rebate'" in reason(
        host.edit(DESK_PATH, "order.total()", "order.rebate()")
    )


def test_a_rename_of_what_is_known_to_be_used_is_no_news(host: Host) -> None:
    host.start()
    host.read(DESK_PATH)
    host.read(ORDERS_PATH)
    assert host.edit(ORDERS_PATH, "def pay(", "def settle(") is None
    assert host.edit(DESK_PATH, ".pay(3)", ".settle(3)") is None
    assert host.stop() is None


# What was not seen


def test_what_is_around_an_edit_is_told_beside_it_once(host: Host) -> None:
    host.start()
    told = context(host.before("Edit", **replacement(host, "order.total()", "order.total() + 1")))
    assert "     4\tdef ring_up(lines: list[int]) -> int:" in told
    assert host.before("Edit", **replacement(host, "order.total()", "order.total() + 2")) is None


def test_nothing_is_told_in_a_session_that_was_not_followed(host: Host) -> None:
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None
    assert host.write(ORDERS_PATH, ORDERS + "\n") is None


def test_what_its_user_changed_is_not_overwritten_unseen(host: Host) -> None:
    host.start()
    host.read(DESK_PATH)
    (host.workspace / DESK_PATH).write_text(DESK.replace("pay(3)", "pay(4)"))
    text = reason(host.write(DESK_PATH, DESK + "\n\nTILL = 1\n"))
    assert "line 10 has changed" in text
    assert "    10\t    return Order(lines).pay(4)" in text
    assert host.write(DESK_PATH, DESK + "\n\nTILL = 1\n") is None  # it has seen it now


def test_after_a_compaction_nothing_is_refused_for_reading(host: Host) -> None:
    host.start()
    host.read(DESK_PATH)
    host.start("compact")
    assert host.write(DESK_PATH, DESK + "\n\nTILL = 1\n") is None


def test_a_new_file_is_told_the_heads_of_what_it_calls(host: Host) -> None:
    host.start()
    new = "from shop.desk import settle\n\n\ndef refund() -> int:\n    return -settle([1])\n"
    given = {"file_path": str(host.workspace / "shop/refunds.py"), "content": new}
    assert "     9\tdef settle(lines: list[int]) -> int:" in context(host.before("Write", **given))


@pytest.mark.parametrize(
    ("tool", "shown"),
    [
        ("mcp__flux-index__definition", "shop/desk.py:4-6 function ring_up\n4 def ring_up(lines: "
         "list[int]) -> int:\n5     order = Order(lines)\n6     return order.total()"),
        ("Bash", "shop/desk.py:4:def ring_up(lines: list[int]) -> int:\nshop/desk.py:5:    order = "
         "Order(lines)\nshop/desk.py:6:    return order.total()"),
    ],
)  # fmt: skip
def test_whatever_shows_lines_with_their_places_counts(host: Host, tool: str, shown: str) -> None:
    host.mode = "refuse"
    response = [{"type": "text", "text": shown}] if tool != "Bash" else {"stdout": shown}
    host.after(tool, response, command="grep -rn '' shop")
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


# Whose doing it is


def test_what_others_change_keeps_nobody(host: Host) -> None:
    host.start()
    host.read(DESK_PATH)
    assert host.edit(DESK_PATH, "pay(3)", "pay(4)") is None
    path = host.workspace / ORDERS_PATH
    path.write_text(ORDERS.replace("def total(", "def sum_up(") + "\nhalf_done(\n")
    assert host.stop() is None


def test_a_fault_of_a_subagent_is_told_once_after_the_edit_and_once_at_the_end(host: Host) -> None:
    host.start()
    sub = {"agent_id": "sub", "agent_type": "general-purpose"}
    path = host.workspace / ORDERS_PATH
    given = {"file_path": str(path), "old_string": "def pay(", "new_string": "def settle("}
    call = {"tool_name": "Edit", "tool_input": given, "tool_use_id": "t", **sub}
    host.tell("pre-tool", **call)
    path.write_text(ORDERS.replace("def pay(", "def settle("))
    told = host.tell("post-tool", **call, tool_response={})
    assert "shop/desk.py:10 'Order' object has no attribute 'pay'" in context(told)
    assert "has no attribute 'pay'" in host.tell("subagent-stop", **sub)["reason"]
    assert host.stop() is None


# Other tools that write


def test_a_cell_of_a_notebook_is_judged(host: Host) -> None:
    host.start()
    cells = [
        {"id": "a", "cell_type": "code", "source": ["from shop.orders import Order\n", "%time 1"]},
        {"id": "b", "cell_type": "markdown", "source": "Words."},
        {"id": "c", "cell_type": "code", "source": "wrong_before"},
    ]
    path = host.workspace / "sales.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    given = {"notebook_path": str(path), "edit_mode": "insert", "cell_id": "a"}
    text = reason(host.before("NotebookEdit", **given, new_source="Order([1]).grand_total()"))
    assert "sales.ipynb:3 'Order' object has no attribute 'grand_total'" in text
    assert "wrong_before" not in text
    assert host.before("NotebookEdit", **given, new_source="Order([1]).total()") is None


def test_a_patch_that_a_shell_applies_is_judged(host: Host) -> None:
    patch = (
        "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: shop/desk.py\n@@\n"
        "-    return order.total()\n+    return order.sum_up()\n*** End Patch\nEOF\n"
    )
    assert "has no attribute 'sum_up'" in reason(host.before("Bash", command=patch))


# Work trees


def test_a_path_belongs_to_its_own_checkout(
    shop: Path, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop / ".git").rmdir()
    git = "git -c user.name=a -c user.email=a@b -c init.defaultBranch=main"
    made = f"{git} init -q && {git} add -A && {git} commit -qm x && {git} worktree add -q trees/t"
    subprocess.run(made, shell=True, cwd=shop, check=True, capture_output=True)
    tree = shop / "trees/t"
    host.start()
    host.workspace = tree
    text = reason(host.edit(DESK_PATH, "order.total()", "order.sum_up()"))
    assert "has no attribute 'sum_up'" in text
    answer = host.before("mcp__flux-index__exists", names=["shop.desk"])
    assert answer["hookSpecificOutput"]["updatedInput"]["workspace"] == str(tree)
    given = {"names": ["shop.desk"], "workspace": str(tree)}
    assert asked_tree(str(shop), given) == str(tree)
    assert given == {"names": ["shop.desk"]}
    assert asked_tree(str(shop), {"path": str(tree / DESK_PATH)}) == str(tree)
    assert asked_tree(str(shop), {"path": DESK_PATH}) == str(shop)
    assert label(str(shop), str(tree)) == "in the work tree trees/t:"
    with pytest.raises(InvalidArgumentsError, match="is no work tree of the repository"):
        asked_tree(str(shop), {"workspace": "/"})


# Other hosts


def test_gemini_is_answered_in_its_own_form() -> None:
    given = {"file_path": "/w/a.py", "content": "x"}
    told = {"hook_event_name": "BeforeTool", "tool_name": "write_file", "tool_input": given}
    event, host = as_claude_code({"session_id": "s", "cwd": "/w", **told})
    assert (event["hook_event_name"], event["tool_name"], event["tool_input"]) == (
        PRE_TOOL, "Write", given,
    )  # fmt: skip
    assert in_form_of(host, PRE_TOOL, deny("no")) == {"decision": "deny", "reason": "no"}
    blocked = {"decision": "block", "reason": "mend it"}
    assert in_form_of(host, STOP, blocked) == {"decision": "deny", "reason": "mend it"}
    # A refusal after the fact would hide what the tool has said.
    shown = {"hookSpecificOutput": {"additionalContext": "mend it"}}
    assert in_form_of(host, POST_TOOL, blocked) == shown


def test_cursor_is_answered_in_its_own_form() -> None:
    told = {"hook_event_name": "preToolUse", "tool_name": "Write", "conversation_id": "c"}
    given = {"path": "/w/a.py", "contents": "x"}
    event, host = as_claude_code({**told, "workspace_roots": ["/w"], "tool_input": given})
    assert (event["session_id"], event["cwd"]) == ("c", "/w")
    assert event["tool_input"] == {"file_path": "/w/a.py", "content": "x"}
    answer = in_form_of(host, PRE_TOOL, deny("no"))
    assert (answer["permission"], answer["agent_message"]) == ("deny", "no")
    blocked = {"decision": "block", "reason": "mend it"}
    assert in_form_of(host, STOP, blocked) == {"followup_message": "mend it"}


def test_cursor_tells_its_events_and_reads_the_answers(host: Host) -> None:
    # As Cursor 2 documents it: no session_id, cwd or tool_use_id.
    common = {
        "conversation_id": "c", "generation_id": "g", "model": "gpt-5", "cursor_version": "2.1.0",
        "workspace_roots": [str(host.workspace)], "user_email": None, "transcript_path": None,
    }  # fmt: skip
    text = (host.workspace / DESK_PATH).read_text().replace("order.total()", "order.sum_up()")
    given = {"path": str(host.workspace / "shop/other.py"), "contents": text}
    call = {"hook_event_name": "preToolUse", "tool_name": "Write", "tool_input": given}
    host.mode = "off"
    answer = json.loads(host.answer("pre-tool", json.dumps({**common, **call}).encode()))
    assert answer["permission"] == "deny"
    assert "has no attribute 'sum_up'" in answer["agent_message"]


def replacement(host: Host, old: str, new: str) -> dict[str, str]:
    """The input of an edit of the desk."""
    path = str(host.workspace / DESK_PATH)
    return {"file_path": path, "old_string": old, "new_string": new}
