"""Tasks: begun, written step by step with each step judged, undone, and found again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from task_helpers import CHECKOUT, MODELS, Shop, git

from flux_index.api import cli
from flux_index.indexer.errors import InvalidArgumentsError

SAVE = {"path": "shop/checkout.py", "old": "force=True", "new": "force=False"}
INVENTED = {"path": "shop/checkout.py", "old": "order.save(force=True)", "new": "order.store()"}


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    found = Shop(tmp_path / "project")
    yield found
    found.workspace.close()


def test_the_index_answers_what_a_task_leaves_open(shop: Shop) -> None:
    answer = shop.begin("Add a discount to `Order.total`; see `pay` and `Order.rebate`")
    answers = {each["question"]: each.get("answer", "") for each in answer["questions"]}
    assert (
        "method shop.models.Order.total(self, tax: float = 0.2) -> float"
        in (answers["What is `Order.total`?"])
    )
    assert answers["Is `Order.rebate` free?"].startswith("yes")
    (total, pay) = answer["affected"]
    assert (total["references"], total["files"]) == (2, 2)
    assert total["tests"] == [
        "tests/test_shop.py::TestOrder::test_total",
        "tests/test_shop.py::test_pay",
    ]
    assert pay["tests"] == ["tests/test_shop.py::test_pay"]
    assert "shop/models.py" in answer["context"]
    assert answer["state"] == "understood"


def test_what_only_the_user_can_tell_is_asked(shop: Shop) -> None:
    shop.write("shop/other.py", "class Order:\n    pass\n")
    answer = shop.begin("Change how an `Order` is kept")
    (question,) = answer["questions"]
    assert question["by"] == "user"
    assert "shop.models.Order" in question["question"]
    assert "shop.other.Order" in question["question"]


def test_how_siblings_are_written_is_told_before(shop: Shop) -> None:
    coupons = "".join(
        f"class {name}(Coupon):\n    def off(self, price):\n        return price\n\n\n"
        for name in ("Spring", "Summer", "Autumn", "Winter")
    )
    shop.write("shop/coupons.py", f"class Coupon:\n    pass\n\n\n{coupons}")
    answer = shop.begin("Add a new subclass of `Coupon` for Easter")
    assert answer["pattern"].startswith("4 classes that derive from shop.coupons.Coupon, such as ")
    assert "off" in answer["pattern"]
    step = {"kind": "create", "path": "shop/coupons.py", "symbol": "Easter", "bases": ["Coupon"]}
    planned = shop.call("task.plan", task=shop.task, steps=[step])
    (remark,) = planned["items"][0]["remarks"]
    assert (remark["what"], planned["items"][0]["verdict"]) == ("pattern", "ok")


def test_a_step_is_written_and_undone(shop: Shop) -> None:
    shop.begin()
    answer = shop.step("1", SAVE)
    assert (answer["verdict"], answer["written"]) == ("accepted", ["shop/checkout.py"])
    assert shop.read("shop/checkout.py") == CHECKOUT.replace("force=True", "force=False")
    undone = shop.call("task.undo", token=answer["token"])
    assert undone["items"] == ["shop/checkout.py"]
    assert shop.read("shop/checkout.py") == CHECKOUT
    again = shop.call("task.undo", token=undone["token"])
    assert again["items"] == ["shop/checkout.py"]
    assert "force=False" in shop.read("shop/checkout.py")


def test_what_is_certainly_wrong_is_refused_with_what_exists(shop: Shop) -> None:
    shop.begin()
    answer = shop.step("1", INVENTED)
    assert answer["verdict"] == "refused"
    (finding,) = answer["findings"]
    assert finding["message"].startswith("'Order' object has no attribute 'store'")
    assert shop.read("shop/checkout.py") == CHECKOUT
    accepted = shop.step("1", SAVE)
    assert (accepted["verdict"], accepted["round"]) == ("accepted", 2)


def test_a_round_that_repeats_a_finding_ends_a_step(shop: Shop) -> None:
    shop.begin()
    shop.step("1", INVENTED)
    answer = shop.step("1", INVENTED)
    assert answer["ended"].startswith("no progress: 'Order' object has no attribute 'store'")
    assert answer["steps"][0]["state"] == "stuck"
    assert "stuck" in answer["next"]
    assert shop.step("1", SAVE)["verdict"] == "refused"
    (finding,) = answer["findings"]
    overruled = shop.step("1", INVENTED, overrule=[finding["id"]])
    assert overruled["verdict"] == "accepted"


def test_three_rounds_end_a_step(shop: Shop) -> None:
    shop.begin()
    for number, name in enumerate(("stor", "keep", "put"), 1):
        edit = {**INVENTED, "new": f"order.{name}()"}
        answer = shop.step("1", edit)
        assert answer["round"] == number
    assert answer["ended"] == "3 rounds were not enough"


def test_safe_fixes_are_applied_and_shown(shop: Shop) -> None:
    shop.begin()
    edit = {"path": "shop/checkout.py", "old": "return 1", "new": "return len(os.sep)"}
    answer = shop.step("1", edit)
    assert answer["verdict"] == "accepted"
    assert [each["rule"] for each in answer["fixed"]] == ["undefined-name"]
    assert "+import os\n" in answer["diff"]
    assert shop.read("shop/checkout.py").startswith("import os\n")


def test_what_fixes_take_back_is_nothing_to_write(shop: Shop) -> None:
    shop.begin()
    edit = {"path": "shop/checkout.py", "old": "from shop.models import Order\n", "new": ""}
    answer = shop.step("1", edit)
    assert (answer["verdict"], answer["written"]) == ("accepted", [])
    assert "token" not in answer
    assert answer["steps"][0]["state"] == "accepted"
    assert shop.read("shop/checkout.py") == CHECKOUT


def test_several_files_are_written_all_or_none(shop: Shop) -> None:
    shop.begin()
    os.chmod(shop.root / "shop/models.py", 0o640)
    new = {"path": "shop/new/deep.py", "text": "from shop.models import Order\n"}
    change = {"path": "shop/models.py", "old": "0.2", "new": "0.3"}
    gone = {"path": "tests/test_shop.py", "delete": True}
    answer = shop.step("1", new, change, gone)
    assert answer["written"] == ["shop/models.py", "shop/new/deep.py", "tests/test_shop.py"]
    assert not (shop.root / "tests/test_shop.py").exists()
    assert (shop.root / "shop/models.py").stat().st_mode & 0o777 == 0o640
    shop.call("task.undo", token=answer["token"])
    assert shop.read("shop/models.py") == MODELS
    assert (shop.root / "tests/test_shop.py").exists()
    assert not (shop.root / "shop/new").exists()
    assert not list(shop.root.rglob(".flux-index-*"))


def test_undo_leaves_what_has_changed_since(shop: Shop) -> None:
    shop.begin()
    answer = shop.step("1", SAVE, {"path": "shop/models.py", "old": "0.2", "new": "0.3"})
    shop.write("shop/models.py", "# mine\n")
    undone = shop.call("task.undo", token=answer["token"])
    assert undone["items"] == ["shop/checkout.py"]
    assert undone["kept"] == [{"path": "shop/models.py", "why": "it has changed since"}]
    assert shop.read("shop/models.py") == "# mine\n"


def test_what_is_held_is_judged_with_and_written_later(shop: Shop) -> None:
    shop.begin()
    new = {"path": "shop/models.py", "old": "tax: float = 0.2", "new": "tax: float, land: str"}
    uses = {"path": "shop/checkout.py", "old": "tax=0.1", "new": "tax=0.1, land='a'"}
    tests = {"path": "tests/test_shop.py", "old": "total()", "new": "total(0.1, 'a')"}
    refused = shop.step("1", new)
    assert {each["path"] for each in refused["findings"]} == {uses["path"], tests["path"]}
    held = shop.step("1", new, uses, tests, hold=True)
    assert (held["verdict"], held["written"]) == ("accepted", [])
    assert held["held"] == ["shop/checkout.py", "shop/models.py", "tests/test_shop.py"]
    assert shop.read("shop/models.py") == MODELS
    later = shop.step("2", {"path": "shop/checkout.py", "old": "land='a'", "new": "land='b'"})
    assert later["written"] == ["shop/checkout.py", "shop/models.py", "tests/test_shop.py"]
    assert "order.total(tax=0.1, land='b')" in shop.read("shop/checkout.py")


def test_edits_for_another_content_are_stale(shop: Shop) -> None:
    shop.begin()
    base = hashlib.blake2b(CHECKOUT.encode(), digest_size=16).hexdigest()
    shop.write("shop/checkout.py", CHECKOUT + "\n# new\n")
    answer = shop.step("1", {**SAVE, "base": base})
    assert (answer["verdict"], answer["stale"]) == ("stale", ["shop/checkout.py"])
    now = hashlib.blake2b((CHECKOUT + "\n# new\n").encode(), digest_size=16).hexdigest()
    assert shop.step("1", {**SAVE, "base": now})["verdict"] == "accepted"


def test_a_call_is_done_once(shop: Shop) -> None:
    shop.begin()
    add = {"path": "shop/checkout.py", "old": "return 1", "new": "return 1 + 1"}
    first = shop.step("1", add, call="a")
    again = shop.step("1", add, call="a")
    assert again["repeated"]
    assert again["token"] == first["token"]
    assert shop.read("shop/checkout.py").count("1 + 1") == 1


def test_who_has_a_session_reads_before_writing(shop: Shop) -> None:
    handle = shop.call("begin")["session"]
    shop.begin(session=handle)
    answer = shop.step("1", SAVE)
    assert (answer["verdict"], answer["round"]) == ("refused", 0)
    (wanted,) = answer["to_read"]
    assert "order.save(force=True)" in wanted["text"]
    assert shop.step("1", SAVE)["verdict"] == "accepted"
    assert shop.step("2", {**SAVE, "old": "force=False", "new": ""})["verdict"] == "accepted"


def test_encoding_and_line_endings_stay(shop: Shop) -> None:
    shop.begin()
    path = shop.root / "shop/price.py"
    path.write_bytes(
        "# -*- coding: latin-1 -*-\r\nNAME = 'Größe'\r\nSIZE = 1\r\n".encode("latin-1")
    )
    answer = shop.step("1", {"path": "shop/price.py", "old": "SIZE = 1", "new": "SIZE = 2\nA = 1"})
    assert answer["verdict"] == "accepted"
    assert path.read_bytes().endswith("'Größe'\r\nSIZE = 2\r\nA = 1\r\n".encode("latin-1"))


@pytest.mark.parametrize("path", [".git/config", "sub/.git/config", "../else.py", "/etc/passwd"])
def test_nothing_is_written_elsewhere(shop: Shop, path: str) -> None:
    shop.begin()
    with pytest.raises(InvalidArgumentsError, match=r"inside of the workspace|version control"):
        shop.step("1", {"path": path, "text": "x"})


def test_links_lead_no_write_outside(shop: Shop, tmp_path: Path) -> None:
    shop.begin()
    outside = tmp_path / "outside"
    outside.mkdir()
    (shop.root / "link").symlink_to(outside)
    (outside / "mine.py").write_text("private = 1\n")
    (shop.root / "mine.py").symlink_to(outside / "mine.py")
    for path in ("link/new.txt", "link/mine.py", "mine.py"):
        for edit in ({"text": "x = 1\n"}, {"old": "private", "new": "public"}, {"delete": True}):
            with pytest.raises(
                InvalidArgumentsError, match=r"leads out of|inside of the workspace"
            ):
                shop.step("1", {"path": path, **edit})
    assert [path.name for path in outside.iterdir()] == ["mine.py"]


def test_what_is_no_file_is_not_written_to(shop: Shop) -> None:
    os.mkfifo(shop.root / "pipe.py")
    shop.begin()
    for path, reason in (
        ("pipe.py", "pipe.py cannot be read: not a regular file"),
        ("shop", "shop is a folder"),
        ("shop/models.py/more.py", "shop/models.py is no folder: there can be no shop/models.py/m"),
        ("nul\0.py", "no file inside"),
        (f"{'n' * 300}.py", "cannot be written"),
    ):
        with pytest.raises(InvalidArgumentsError, match=reason):
            shop.step("1", {"path": path, "text": "x = 1\n"})
        for edit in ({"old": "a", "new": "b"}, {"delete": True}):
            with pytest.raises(InvalidArgumentsError):
                shop.step("1", {"path": path, **edit})
    assert shop.step("2", SAVE)["written"] == ["shop/checkout.py"]


def test_a_step_has_so_many_files(shop: Shop) -> None:
    shop.begin()
    many = [{"path": f"many/m{number}.py", "text": "x = 1\n"} for number in range(1_001)]
    with pytest.raises(InvalidArgumentsError, match="at most 1,000 files"):
        shop.step("1", *many)
    assert shop.step("1", SAVE)["written"] == ["shop/checkout.py"]


def test_git_is_left_alone(shop: Shop) -> None:
    git(shop.root, "init", "-q")
    git(shop.root, "add", "-A")
    git(shop.root, "commit", "-qm", "one")
    shop.write("shop/models.py", MODELS + "\nX = 1\n")
    git(shop.root, "stash", "-q")
    shop.write("shop/models.py", MODELS + "\nY = 1\n")
    git(shop.root, "add", "-A")
    before = {
        path: path.read_bytes()
        for path in (shop.root / ".git").rglob("*")
        if path.is_file()
    }  # fmt: skip
    shop.begin()
    answer = shop.step("1", SAVE)
    shop.call("task.undo", token=answer["token"])
    after = {path: path.read_bytes() for path in (shop.root / ".git").rglob("*") if path.is_file()}
    assert after == before


def test_tasks_are_found_again(shop: Shop) -> None:
    first = shop.begin("one")["task"]
    second = shop.begin("two")["task"]
    assert [each["task"] for each in shop.call("task.list")["items"]] == [second, first]
    shop.task = first
    shop.step("1", SAVE)
    status = shop.call("task.status")
    assert (status["task"], status["state"], status["text"]) == (first, "working", "one")
    assert len(status["undo"]) == 1
    with pytest.raises(InvalidArgumentsError, match=r"task\.begin"):
        shop.call("task.status", task="t-none")


def test_tasks_by_the_command_line(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop.root)
    assert cli.main(["query", "task.begin", "store", "an", "order", "--format", "compact"]) == 0
    handle = capsys.readouterr().out.split()[0]
    edits = shop.root / "edits.json"
    edits.write_text('{"symbol": "Model.save", "do": "rename", "to": "store"}')
    step = ["query", "task.step", handle, "--step", "1", "--edits", "@edits.json"]
    assert cli.main(step) == 0
    told = capsys.readouterr().out
    assert "written: shop/checkout.py, shop/models.py\n" in told
    token = told.split("undo: ")[1].split()[0]
    assert cli.main(["query", "tests", "Model.store"]) == 0
    assert "test_pay line 12: reaches it through pay, 1 call away\n" in capsys.readouterr().out
    assert cli.main(["query", "task.verify", handle]) == 0
    assert "ok, fulfilled\n" in capsys.readouterr().out
    assert cli.main(["query", "task.undo", token]) == 0
    assert "put back: shop/checkout.py, shop/models.py\n" in capsys.readouterr().out
    assert shop.read("shop/models.py") == MODELS
