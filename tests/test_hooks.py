"""Hooks: what they refuse, what they tell, and when they say nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hook_helpers import DESK, ORDERS, Codex, Host, context, make_shop, reason
from hook_schemas import check
from rpc_helpers import DEADLINE, hosted
from workspace_helpers import state_of

from flux_index.api.hooks.places import Place

# As it is where no test stands in for it.
BEGIN_SERVING = Place.begin_serving
DESK_PATH, ORDERS_PATH = "shop/desk.py", "shop/orders.py"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is known of the standard library is found out once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def shop(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(cache))
    return make_shop(tmp_path)


@pytest.fixture
def host(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    return Host(shop, monkeypatch)


@pytest.fixture
def codex(shop: Path, monkeypatch: pytest.MonkeyPatch) -> Codex:
    return Codex(shop, monkeypatch)


# Session start


def test_a_session_starts_with_a_map(host: Host) -> None:
    text = context(host.start(model="claude-sonnet-5"))
    assert "index of this Python workspace (3 files)" in text
    assert "Packages (modules): shop (3)." in text
    assert "flux-index query exists" in text


@pytest.mark.parametrize(
    ("source", "forgets"), [("resume", False), ("compact", True), ("clear", True)]
)
def test_what_was_read_is_forgotten_with_the_context(
    host: Host, source: str, forgets: bool
) -> None:
    host.start()
    host.read(DESK_PATH)
    host.start(source)
    answer = host.edit(DESK_PATH, "order.total()", "order.total() + 1")
    assert (answer is not None) == forgets


def test_a_workspace_without_an_index_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.py").write_text("")
    host = Host(tmp_path, monkeypatch)
    assert host.start() is None
    assert host.write("a.py", "import nowhere.at.all\n") is None
    assert not (tmp_path / ".flux-index").exists()


# Reading before writing


def test_an_edit_of_what_was_not_read_is_refused_and_handed_over(host: Host) -> None:
    text = reason(host.edit(DESK_PATH, "order.total()", "order.total() + 1"))
    assert "shop/desk.py:4-6 has not been read" in text
    assert "     6\t    return order.total()" in text
    assert "All of it is shown above and counts as read." in text
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


@pytest.mark.parametrize("mode", ["supply", "refuse"])
def test_what_invents_as_well_is_not_promised_to_pass(host: Host, mode: str) -> None:
    host.mode = mode
    text = reason(host.edit(DESK_PATH, "order.total()", "order.grand_total()"))
    assert "has no attribute 'grand_total'" in text
    assert "shop/desk.py:4-6 has not been read" in text
    assert "passes" not in text


def test_a_refusal_can_only_name_what_to_read(host: Host) -> None:
    host.mode = "refuse"
    for _ in range(2):
        text = reason(host.edit(DESK_PATH, "order.total()", "order.total() + 1"))
        assert "shop/desk.py:4-6 has not been read" in text
        assert "order.total" not in text
    host.read(DESK_PATH, 4, 3)
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


def test_the_guard_can_be_off(host: Host) -> None:
    host.mode = "off"
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


@pytest.mark.parametrize(
    ("model", "refuses"), [("claude-opus-4-6", False), ("claude-sonnet-5", True), ("", True)]
)
def test_where_the_host_asks_for_reading_the_guard_is_silent(
    host: Host, model: str, refuses: bool
) -> None:
    host.mode = "auto"
    host.start(model=model)
    answer = host.write(DESK_PATH, DESK + "\n\nTILL = 1\n")
    assert (answer is not None) == refuses


@pytest.mark.parametrize(
    "command",
    [
        "cat shop/desk.py",
        "cat -n shop/desk.py",
        "nl -ba shop/desk.py | sed -n '4,6p'",
        "sed -n '4,6p' shop/desk.py",
        "head -n 6 shop/desk.py",
        "head -6 shop/desk.py",
        "tail -n +4 shop/desk.py",
        "tail -n 8 shop/desk.py",
        "cd shop && cat desk.py",
        "ls && sed -n '1,3p' shop/desk.py; sed -n 4,6p shop/desk.py",
        "grep -n '' shop/desk.py",
        "grep -n -A2 'def ring_up' shop/desk.py",
    ],
)
def test_reading_through_a_shell_counts(host: Host, command: str) -> None:
    host.mode = "refuse"
    assert host.shell(command) is None
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


@pytest.mark.parametrize(
    "command",
    [
        "head -n 3 shop/desk.py",
        "sed -n '8,10p' shop/desk.py",
        "wc -l shop/desk.py",
        "cat shop/desk.py > /dev/null",
        "cat shop/desk.py | wc -l",
        "cat shop/desk.py | head -2",
        "grep total shop/orders.py",
        "echo shop/desk.py",
    ],
)
def test_what_a_shell_did_not_show_does_not_count(host: Host, command: str) -> None:
    host.mode = "refuse"
    host.shell(command)
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is not None


def test_of_an_output_that_was_cut_only_what_is_there_counts(host: Host) -> None:
    host.mode = "refuse"
    cut = "\n".join(DESK.splitlines()[:3]) + "\n... [7 lines truncated] ..."
    host.after("Bash", {"stdout": cut}, command="cat shop/desk.py")
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is not None
    assert host.edit(DESK_PATH, "import Order\n", "import Order  # one\n") is None


def test_matches_of_a_search_are_single_lines(host: Host) -> None:
    host.mode = "refuse"
    content = "shop/desk.py:6:    return order.total()"
    host.after("Grep", {"mode": "content", "content": content}, pattern="total")
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None
    assert host.edit(DESK_PATH, "pay(3)", "pay(4)") is not None


def test_answers_of_its_own_tools_count(host: Host) -> None:
    host.mode = "refuse"
    done = subprocess.run(
        [sys.executable, "-m", "flux_index.api.cli", "query", "source", "ring_up", "--json"],
        cwd=host.workspace, capture_output=True, text=True, check=True,
    )  # fmt: skip
    response = [{"type": "text", "text": done.stdout}]
    host.after("mcp__flux-index__source", response, name="ring_up")
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


def test_a_file_that_the_prompt_mentions_was_shown(host: Host) -> None:
    host.mode = "refuse"
    assert host.tell("user-prompt", prompt="Mend @shop/desk.py#L4-6 please") is None
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None
    assert host.edit(DESK_PATH, "pay(3)", "pay(4)") is not None


def test_each_agent_of_a_session_reads_for_itself(host: Host) -> None:
    host.mode = "refuse"
    host.read(DESK_PATH)
    given = {"file_path": str(host.workspace / DESK_PATH), "old_string": "pay(3)"}
    event = {"tool_name": "Edit", "tool_use_id": "t", "tool_input": {**given, "new_string": "x"}}
    assert host.tell("pre-tool", **event, agent_id="sub", agent_type="Explore") is not None


def test_its_own_writes_are_known(host: Host) -> None:
    host.mode = "refuse"
    host.read(DESK_PATH)
    for amount in range(3, 6):
        assert host.edit(DESK_PATH, f"pay({amount})", f"pay({amount + 1})") is None


def test_what_a_shell_changed_is_told_and_has_to_be_read_again(host: Host) -> None:
    host.mode = "refuse"
    host.read(DESK_PATH)
    told = host.shell("sed -i 's/order.total()/order.total() * 2/' shop/desk.py")
    assert "shop/desk.py is not what was read of it: line 6 has changed" in context(told)
    text = reason(host.edit(DESK_PATH, "order.total() * 2", "order.total() * 3"))
    assert "line 6 has changed" in text
    assert host.edit(DESK_PATH, "pay(3)", "pay(4)") is None


def test_what_others_changed_is_told_once_with_the_next_prompt(host: Host) -> None:
    host.read(DESK_PATH)
    (host.workspace / DESK_PATH).write_text(DESK.replace("pay(3)", "pay(4)"))
    told = host.tell("user-prompt", prompt="go on")
    assert "shop/desk.py is not what was read of it: line 10 has changed" in context(told)
    assert host.tell("user-prompt", prompt="go on") is None


# What does not exist


def test_an_edit_that_invents_a_method_is_refused(host: Host) -> None:
    host.read(DESK_PATH)
    text = reason(host.edit(DESK_PATH, "order.total()", "order.sum_up()"))
    assert "shop/desk.py:6 'Order' object has no attribute 'sum_up';" in text
    assert (host.workspace / DESK_PATH).read_text() == DESK
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("pay(3)", "pay(3, later=True)", "'later'"),
        ("import Order\n", "import Order, Invoice\n", "cannot import name 'Invoice'"),
        ("from shop.orders", "from shop.invoices", "No module named 'shop.invoices'"),
        ("pay(3)", "pai(3)", "exists: shop.orders.Order.pay(self, amount: int"),
    ],
)
def test_other_inventions(host: Host, old: str, new: str, said: str) -> None:
    host.read(DESK_PATH)
    assert said in reason(host.edit(DESK_PATH, old, new))


def test_what_was_wrong_before_is_not_the_edits_fault(host: Host) -> None:
    path = host.workspace / DESK_PATH
    path.write_text(DESK.replace("pay(3)", "pai(3)"))
    host.read(DESK_PATH)
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


def test_an_import_that_was_wrong_before_is_not_the_edits_fault(host: Host) -> None:
    path = host.workspace / DESK_PATH
    path.write_text(DESK.replace("import Order\n", "import Invoice, Order\n"))
    host.read(DESK_PATH)
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


def test_a_name_may_be_used_a_step_before_it_is_imported(host: Host) -> None:
    # The stub of the builtins imports `TypeVar`, which takes no default before 3.13.
    host.read(ORDERS_PATH)
    used = '\n\nT = TypeVar("T", default=int)\n\n\nclass Order:'
    assert host.edit(ORDERS_PATH, "\n\nclass Order:", used) is None
    text = host.stop()["reason"]
    assert "name 'TypeVar' is not defined" in text
    assert "no parameter" not in text
    brought = '"""Orders."""\n\nfrom typing_extensions import TypeVar\n'
    assert host.edit(ORDERS_PATH, '"""Orders."""\n', brought) is None


def test_a_user_that_is_written_first_is_refused_once_at_most(host: Host) -> None:
    """Who has not seen where a name would have to be guesses; and may know better all the same."""
    host.read(DESK_PATH)
    step = DESK_PATH, "import Order\n", "import Order, rebate\n"
    assert "If one of your next steps writes it, propose this again" in reason(host.edit(*step))
    assert host.edit(*step) is None
    host.read(ORDERS_PATH)
    made = ORDERS + "\n\ndef rebate() -> int:\n    return 1\n"
    assert host.write(ORDERS_PATH, made) is None
    assert host.edit(DESK_PATH, "order.total()", "order.total() - rebate()") is None
    assert host.stop() is None


def test_the_test_of_a_module_may_be_written_before_it(host: Host) -> None:
    host.mode = "off"
    head = "from shop.vouchers import redeem\n\n\ndef test_redeem() -> None:\n"
    assert host.write("shop/test_vouchers.py", f"{head}    assert redeem(3) == 3\n") is None
    assert (host.workspace / "shop/test_vouchers.py").exists()
    body = "def redeem(amount: int) -> int:\n    return amount\n"
    assert host.write("shop/vouchers.py", body) is None
    assert host.stop() is None


def test_a_module_that_has_what_is_elsewhere_is_an_invention(host: Host) -> None:
    host.mode = "off"
    body = "from shop.customers import Order\n\nORDER = Order([1])\n"
    assert "No module named 'shop.customers'" in reason(host.write("shop/new.py", body))


def test_one_step_of_several_may_use_what_the_next_one_brings(host: Host) -> None:
    host.read(ORDERS_PATH)
    step = ORDERS_PATH, "sum(self.lines)", "self.rounded(math.fsum(self.lines))"
    assert host.edit(*step) is None
    assert host.edit(ORDERS_PATH, '"""Orders."""\n', '"""Orders."""\n\nimport math\n') is None
    method = "\n    def rounded(self, value: float) -> int:\n        return int(value)\n"
    assert (
        host.edit(ORDERS_PATH, "        return amount\n", "        return amount\n" + method)
        is None
    )
    assert host.stop() is None


def test_a_whole_file_is_to_have_all_that_it_uses(host: Host) -> None:
    host.read(ORDERS_PATH)
    text = reason(host.write(ORDERS_PATH, ORDERS.replace("sum(self", "math.fsum(self")))
    assert "name 'math' is not defined" in text


def test_a_new_file(host: Host) -> None:
    head = "from shop.orders import Order\n\n\ndef refund(order: Order) -> int:\n"
    new = f"{head}    return -order.totl()\n"
    text = reason(host.write("shop/refunds.py", new))
    assert "shop/desk.py:1-10 is how files beside the new one are written" in text
    assert "has no attribute 'totl'" in text
    assert host.write("shop/refunds.py", new.replace("totl", "total")) is None


def test_several_edits_are_judged_together(host: Host) -> None:
    host.read(ORDERS_PATH)
    path = str(host.workspace / ORDERS_PATH)
    first = {"old_string": "sum(self.lines)", "new_string": "self.added()"}
    second = {
        "old_string": "    def pay",
        "new_string": "    def added(self) -> int:\n        return 1\n\n    def pay",
    }
    assert host.before("MultiEdit", file_path=path, edits=[first, second]) is None


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("Edit", {"file_path": "README.md", "old_string": "a", "new_string": "b"}),
        ("Edit", {"file_path": "shop/desk.py", "old_string": "not there", "new_string": "b"}),
        ("Write", {"file_path": "../elsewhere.py", "content": "import nowhere.at.all"}),
        ("NotebookEdit", {"notebook_path": "a.ipynb", "new_source": "import nowhere.at.all"}),
        ("Glob", {"pattern": "*.py"}),
        ("Edit", {}),
    ],
)
def test_nothing_is_said_of_other_calls(host: Host, tool: str, given: dict[str, Any]) -> None:
    for key in ("file_path", "notebook_path"):
        if key in given:
            given = {**given, key: str(host.workspace / given[key])}
    assert host.before(tool, **given) is None
    assert host.log() == ""


def test_text_that_is_no_python_is_told_afterwards(host: Host) -> None:
    host.read(DESK_PATH)
    told = host.edit(DESK_PATH, "return order.total()", "return order.total(")
    assert "(syntax-error, exact)" in told["reason"]


def test_a_formatter_after_a_write_is_noticed(host: Host) -> None:
    host.read(DESK_PATH)
    path = host.workspace / DESK_PATH
    given = {"file_path": str(path), "old_string": "pay(3)", "new_string": "pay( 4 )"}
    assert host.before("Edit", **given) is None
    path.write_text(DESK.replace("pay(3)", "pay(4)"))
    told = host.after("Edit", {"success": True}, **given)
    assert "shop/desk.py: line 10 has changed" in context(told)


# The end


def test_what_an_edit_broke_elsewhere_keeps_an_agent_once(host: Host) -> None:
    host.start()
    host.read(ORDERS_PATH)
    assert "is still used elsewhere" in context(host.edit(ORDERS_PATH, "def pay(", "def settle("))
    answer = host.stop()
    assert "shop/desk.py:10" in answer["reason"]
    assert (
        "'Order' object has no attribute 'pay'; the edit renamed it to 'settle'."
        in answer["reason"]
    )
    assert host.stop() is None
    assert host.stop(again=True) is None


def test_an_agent_that_goes_on_for_a_hook_is_not_kept_again(host: Host) -> None:
    host.start()
    host.read(ORDERS_PATH)
    host.edit(ORDERS_PATH, "def pay(", "def settle(")
    assert host.stop(again=True) is None


def test_what_is_mended_is_not_told(host: Host) -> None:
    host.start()
    host.read(ORDERS_PATH)
    host.edit(ORDERS_PATH, "def pay(", "def settle(")
    host.read(DESK_PATH)
    assert host.edit(DESK_PATH, ".pay(3)", ".settle(3)") is None
    assert host.stop() is None


def test_what_a_shell_broke_is_found_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "w"
    folder.mkdir()
    shop = make_shop(folder)
    (shop / ".git").rmdir()
    git = "git -c user.name=a -c user.email=a@b -c init.defaultBranch=main"
    subprocess.run(
        f"{git} init -q && {git} add -A && {git} commit -qm x", shell=True, cwd=shop, check=True
    )
    host = Host(shop, monkeypatch)
    host.start()
    host.shell("sed -i 's/def pay/def settle/' shop/orders.py")
    answer = host.stop()
    assert "shop/desk.py:10" in answer["reason"]
    assert "Changed by shell commands of this session: shop/orders.py" in answer["reason"]


def test_a_session_that_changed_nothing_ends_in_silence(host: Host) -> None:
    assert host.stop() is None
    host.start()
    host.read(DESK_PATH)
    assert host.stop() is None


# Codex

RENAMED = """\
*** Begin Patch
*** Update File: shop/desk.py
@@ def ring_up(lines: list[int]) -> int:
     order = Order(lines)
-    return order.total()
+    return order.grand_total()
*** End Patch"""


def test_codex_is_refused_what_it_invents(codex: Codex) -> None:
    text = reason(codex.patch(RENAMED))
    assert "has no attribute 'grand_total'" in text
    assert "shop/desk.py:4-6 has not been read" in text
    right = RENAMED.replace("grand_total()", "total() + 1")
    assert codex.patch(right) is None


def test_a_patch_of_several_files_is_judged_as_one(codex: Codex) -> None:
    codex.after("Bash", ORDERS, command="cat shop/orders.py")
    codex.after(
        "Bash", f"Exit code: 0\nWall time: 0.1 seconds\nOutput:\n{DESK}", command="cat shop/desk.py"
    )
    patch = RENAMED.replace(
        "*** End Patch",
        "*** Update File: shop/orders.py\n@@ class Order:\n-    def total(self) -> int:\n"
        "+    def grand_total(self) -> int:\n*** End Patch",
    )
    assert codex.patch(patch) is None
    codex.workspace.joinpath(DESK_PATH).write_text(DESK.replace("total()", "grand_total()"))
    codex.workspace.joinpath(ORDERS_PATH).write_text(ORDERS.replace("total(", "grand_total("))
    assert codex.after("apply_patch", "Success.", command=patch) is None
    assert codex.stop() is None


def test_codex_starts_and_stops(codex: Codex) -> None:
    assert "Python workspace" in context(codex.start())
    codex.after("Bash", ORDERS, command="cat shop/orders.py")
    patch = (
        "*** Begin Patch\n*** Update File: shop/orders.py\n@@\n"
        "-    def pay(self, amount: int, *, late: bool = False) -> int:\n"
        "+    def settle(self, amount: int) -> int:\n*** End Patch\n"
    )
    assert codex.patch(patch) is None
    path = codex.workspace / ORDERS_PATH
    path.write_text(
        ORDERS.replace("pay(self, amount: int, *, late: bool = False)", "settle(self, amount: int)")
    )
    codex.after("apply_patch", "Success.", command=patch)
    assert "'Order' object has no attribute 'pay'; the edit removed it." in codex.stop()["reason"]


# Failing open


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"{", b"null", b"{}", b'{"hook_event_name": 3, "cwd": 4}', b'{"tool_input": []}'],
)
@pytest.mark.parametrize("event", ["pre-tool", "post-tool", "stop", "session-start"])
def test_nonsense_stops_nobody(
    host: Host, monkeypatch: pytest.MonkeyPatch, event: str, payload: bytes, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".git").mkdir()
    monkeypatch.chdir(elsewhere)
    assert host.answer(event, payload) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such files")
@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_is_no_plain_file_is_not_read(host: Host, kind: str) -> None:
    path = host.workspace / "odd.py"
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    assert host.before("Edit", file_path=str(path), old_string="a", new_string="b") is None
    assert host.before("Write", file_path=str(path), content="a = 1\n") is None
    assert host.after("Bash", {"stdout": "a"}, command="cat odd.py") is None


def test_what_is_far_too_long_is_not_looked_through(host: Host) -> None:
    path = "@" + "a/" * 1_000_000 + "b.py"
    assert host.tell("user-prompt", prompt=path) is None
    assert host.after("Read", None, file_path=path) is None
    output = "\n".join(["", "from shop.orders import Order"] * 1_000_000)
    assert host.after("Bash", {"stdout": output}, command="cat shop/desk.py") is None


def test_an_error_is_logged_and_stops_nobody(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of luck")

    monkeypatch.setattr("flux_index.api.hooks.before_tool.edit_of", fail)
    assert host.before("Write", file_path="x", content="y") is None
    assert "RuntimeError: out of luck (test_hooks.py:" in host.log()


def test_running_out_of_time_is_logged_and_stops_nobody(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    host.read(DESK_PATH)
    monkeypatch.setattr("hook_helpers.UNHURRIED", 0.0)
    assert host.edit(DESK_PATH, "order.total()", "order.sum_up()") is None
    assert "there was no time" in host.log()


def test_the_log_is_bounded(host: Host) -> None:
    from flux_index.api.hooks.log import log

    folder = state_of(host.workspace)
    for _ in range(250):
        log(str(folder), "Stop", "x" * 3_000)
    assert (folder / "hooks.log").stat().st_size < 250_000
    assert (folder / "hooks.log.old").stat().st_size < 250_000


def test_the_name_in_the_event_counts_more(host: Host) -> None:
    host.read(DESK_PATH)
    payload = {
        **host.common("PreToolUse"),
        "tool_name": "Edit",
        "tool_use_id": "t",
        "tool_input": {
            "file_path": str(host.workspace / DESK_PATH),
            "old_string": "order.total()",
            "new_string": "order.sum_up()",
        },
    }
    answer = json.loads(host.answer("stop", json.dumps(payload).encode()))
    check("PreToolUse", answer)
    assert "has no attribute 'sum_up'" in reason(answer)


# As processes of their own


def process(event: str, payload: object, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flux_index.api.cli", "hook", event, *options],
        input=json.dumps(payload), capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_process_refuses(host: Host) -> None:
    event = {
        **host.common("PreToolUse"),
        "tool_name": "Edit",
        "tool_use_id": "t",
        "tool_input": {
            "file_path": str(host.workspace / DESK_PATH),
            "old_string": "order.total()",
            "new_string": "order.sum_up()",
        },
    }
    done = process("pre-tool", event, "--guard", "off", "--seconds", "600")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    check("PreToolUse", answer)
    assert "has no attribute 'sum_up'" in reason(answer)


def test_processes_at_once_lose_nothing(host: Host) -> None:
    host.start()
    lines = DESK.splitlines()
    events = [
        {
            **host.common("PostToolUse"),
            "tool_name": "Read",
            "tool_use_id": f"t{at}",
            "tool_input": {"file_path": str(host.workspace / DESK_PATH), "offset": at, "limit": 1},
            "tool_response": {"type": "text", "file": {"startLine": at, "numLines": 1}},
        }
        for at in range(1, len(lines) + 1)
    ]
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "flux_index.api.cli", "hook", "post-tool", "--seconds", "600"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in events
    ]  # fmt: skip
    for each, event in zip(running, events, strict=True):
        assert each.stdin is not None
        each.stdin.write(json.dumps(event).encode())
        each.stdin.close()
    for each in running:
        assert each.wait() == 0
        assert each.stdout is not None
        assert each.stderr is not None
        with each.stdout, each.stderr:
            assert (each.stdout.read(), each.stderr.read()) == (b"", b"")
    host.mode = "refuse"
    assert host.edit(DESK_PATH, "order.total()", "order.total() + 1") is None


def test_a_serving_process_is_asked(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("this process was to find out nothing")

    monkeypatch.setattr("flux_index.api.hooks.everywhere._answer_here", fail)
    # It is given the time that a busy machine takes.
    for name in ("_SILENT_SECONDS", "_ANSWER_SECONDS", "_ANSWER_SECONDS_AT_END"):
        monkeypatch.setattr(f"flux_index.api.hooks.service_client.{name}", 60.0)
    for name in ("_SERVED_SECONDS", "_SERVED_SECONDS_AT_END"):
        monkeypatch.setattr(f"flux_index.api.hooks.answering.{name}", 60.0)
    with hosted(host.workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        host.mode = "off"
        text = reason(host.edit(DESK_PATH, "order.total()", "order.sum_up()"))
        assert "has no attribute 'sum_up'" in text
        assert host.edit(ORDERS_PATH, "sum(self.lines)", "math.fsum(self.lines)") is None
        told = host.edit(ORDERS_PATH, "def pay(", "def settle(")
        assert (
            "shop/desk.py:10 'Order' object has no attribute 'pay'; the edit renamed it"
            in context(told)
        )
        assert "name 'math' is not defined" in host.stop()["reason"]
        assert host.log() == ""


def _fail(*_: object) -> None:
    raise AssertionError("nobody was to look here")


def test_where_it_is_served_an_event_is_passed_on_unread(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.hooks.everywhere.answer_everywhere", _fail)
    monkeypatch.setattr("flux_index.api.hooks.service_client._SILENT_SECONDS", 60.0)
    monkeypatch.setattr("flux_index.api.hooks.service_client._ANSWER_SECONDS", 60.0)
    monkeypatch.setattr("flux_index.api.hooks.answering._SERVED_SECONDS", 60.0)
    with hosted(host.workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        monkeypatch.chdir(host.workspace / "shop")
        host.mode = "off"
        text = reason(host.edit(DESK_PATH, "order.total()", "order.sum_up()"))
        assert "has no attribute 'sum_up'" in text
        assert host.edit(DESK_PATH, "order.total()", "order.total() + 0") is None


def test_a_server_answers_for_its_own_workspace_and_version_only(host: Host) -> None:
    with hosted(host.workspace) as server, server.client() as client:
        client.call("server.wait", {"pending": 0}, DEADLINE)
        read = {"file_path": str(host.workspace / DESK_PATH)}
        payload = {**host.common("PostToolUse"), "tool_name": "Read", "tool_input": read}
        given: dict[str, Any] = {"event": "PostToolUse", "payload": payload}
        elsewhere = {**payload, "tool_input": {"file_path": str(host.workspace.parent / "a.py")}}
        assert client.call("hook.answer", given, DEADLINE) == {}
        for other in ({"version": "0.0.1"}, {"root": "/nowhere"}, {"payload": elsewhere}):
            assert client.call("hook.answer", {**given, **other}, DEADLINE) == {"elsewhere": True}


def test_an_edit_waits_for_a_process_that_is_about_to_serve(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.hooks.everywhere._answer_here", _fail)
    monkeypatch.setattr("flux_index.api.hooks.places._START_SECONDS", 60.0)
    monkeypatch.setattr("flux_index.api.hooks.service_client._SILENT_SECONDS", 60.0)
    monkeypatch.setattr("flux_index.api.hooks.service_client._ANSWER_SECONDS", 60.0)
    monkeypatch.setattr("flux_index.api.hooks.answering._SERVED_SECONDS", 60.0)
    with ExitStack() as stack:

        def begin(_: Place) -> bool:
            stack.enter_context(hosted(host.workspace))
            return True

        monkeypatch.setattr(Place, "begin_serving", begin)
        host.mode = "off"
        text = reason(host.edit(DESK_PATH, "order.total()", "order.sum_up()"))
        assert "has no attribute 'sum_up'" in text


def test_nobody_is_started_beside_a_process_that_builds(host: Host) -> None:
    place = Place(str(host.workspace), str(state_of(host.workspace)), is_further=False)
    assert place.lock.acquire()
    assert not BEGIN_SERVING(Place(place.root, place.state_dir, is_further=False))
    place.lock.release()


def test_an_unknown_event_is_an_error_of_whoever_set_it_up() -> None:
    done = process("before-lunch", {})
    assert done.returncode == 2
    assert "hook takes one of session-start, user-prompt, pre-tool" in done.stderr
