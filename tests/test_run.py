"""The driver: a model's proposals are judged, shown, asked about and written, and end in a stop."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from run_helpers import Driver, step
from scripted_model import Reply
from task_helpers import CHECKOUT, git, make_shop

from flux_index.api.agent.stops import EXIT_CODES

SAVE = step("shop/checkout.py", "force=True", "force=False")
INVENTED = step("shop/checkout.py", "order.save(force=True)", "order.store()")
LOOK = ("definition", {"name": "pay"})
SAVED = CHECKOUT.replace("force=True", "force=False")
DONE = Reply("It saves politely now.")


@pytest.fixture
def driver(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Driver:
    return Driver(make_shop(tmp_path / "shop"), monkeypatch, capsys)


def checkout(driver: Driver) -> str:
    return (driver.root / "shop/checkout.py").read_text()


def test_a_proposal_is_judged_shown_asked_about_and_written(driver: Driver) -> None:
    run = driver.run(Reply("I look.", (LOOK,)), Reply("", (SAVE,)), DONE,
                     said="yes\n")  # fmt: skip
    assert run.code == 0, run.output
    assert checkout(driver) == SAVED
    assert "I look." in run.output and "It saves politely now." in run.output
    before, _, after = run.output.partition("Write step 1?")
    assert "✓ step 1: accepted" in before
    assert "-    order.save(force=True)\n" in before and "+    order.save(force=False)\n" in before
    assert "wrote shop/checkout.py" in after
    assert "def pay(order: Order) -> float:" in run.told[1]
    assert "written: shop/checkout.py" in run.told[2]


def test_nobody_is_asked_about_what_is_refused(driver: Driver) -> None:
    run = driver.run(Reply("", (LOOK, INVENTED)), Reply("", (LOOK, SAVE)), DONE, said="y\n")
    assert run.code == 0, run.output
    assert run.output.count("Write step") == 1
    assert "'Order' object has no attribute 'store'" in run.told[1]
    assert checkout(driver) == SAVED


def test_the_user_refuses(driver: Driver) -> None:
    run = driver.run(Reply("", (LOOK, SAVE)), DONE, said="n\n")
    assert (run.code, checkout(driver)) == (5, CHECKOUT)
    assert "refused by the user: step 1" in run.output
    assert "left: step 1 is open" in run.output
    assert "go on: flux-index run --resume t-" in run.output


def test_who_is_not_there_refuses(driver: Driver) -> None:
    run = driver.run(Reply("", (LOOK, SAVE)), DONE)
    assert (run.code, checkout(driver)) == (5, CHECKOUT)


def test_the_user_says_what_to_do_instead(driver: Driver) -> None:
    look = ("definition", {"name": "unused"})
    other = step("shop/checkout.py", "return 1", "return 2")
    run = driver.run(
        Reply("", (LOOK, SAVE)), Reply("", (look, other)), DONE, said="Leave save alone\ny\n"
    )
    assert run.code == 0, run.output
    assert "says: Leave save alone" in run.told[1]
    assert checkout(driver) == CHECKOUT.replace("return 1", "return 2")


def test_a_dry_run_writes_nothing(driver: Driver) -> None:
    look = ("definition", {"name": "unused"})
    other = step("shop/checkout.py", "return 1", "return 2", "2")
    run = driver.run(Reply("", (LOOK, SAVE)), Reply("", (look, other)), DONE, options="--dry-run")
    assert (run.code, checkout(driver)) == (0, CHECKOUT), run.output
    assert "+    order.save(force=False)" in run.output and "+    return 2" in run.output
    assert run.output.count("+    order.save(force=False)") == 1


def test_yes_wants_a_clean_tree_or_here(driver: Driver) -> None:
    turns = (Reply("", (LOOK, SAVE)), DONE)
    assert "git" in driver.run(*turns, options="--yes").output
    git(driver.root, "init", "--quiet")
    git(driver.root, "add", ".")
    git(driver.root, "commit", "--quiet", "--message", "Start")
    (driver.root / "new.py").write_text("")
    run = driver.run(*turns, options="--yes")
    assert run.code == 2 and "new.py changed since the last commit" in run.output
    assert checkout(driver) == CHECKOUT
    (driver.root / "new.py").unlink()
    assert driver.run(*turns, options="--yes").code == 0
    assert checkout(driver) == SAVED
    back = step("shop/checkout.py", "force=False", "force=True")
    assert driver.run(Reply("", (LOOK, back)), DONE, options="--yes").code == 2
    assert driver.run(Reply("", (LOOK, back)), DONE, options="--yes --here").code == 0
    assert checkout(driver) == CHECKOUT


def test_what_was_written_is_undone(driver: Driver) -> None:
    def undo(told: str) -> Reply:
        token = next(line for line in told.splitlines() if line.startswith("undo: "))
        return Reply("", (("undo", {"token": token.removeprefix("undo: ")}),))

    run = driver.run(Reply("", (LOOK, SAVE)), undo, Reply("As it was."), options="--yes --here")
    assert (run.code, checkout(driver)) == (0, CHECKOUT), run.output


def test_a_plan_is_checked_and_verifying_says_what_is_left(driver: Driver) -> None:
    plan = {"steps": [
        {"id": "1", "kind": "change", "path": "shop/checkout.py", "symbol": "pay"},
        {"id": "2", "kind": "create", "path": "shop/tax.py", "symbol": "rate"},
    ]}  # fmt: skip
    rate = {"step": "2", "edits": [{"path": "shop/tax.py", "text": "def rate():\n    return 2\n"}]}
    run = driver.run(Reply("", (("plan", plan),)), Reply("", (LOOK, SAVE)), Reply("All done."),
                     Reply("", (("step", rate),)), Reply("", (("step", rate),)), DONE,
                     options="--yes --here")  # fmt: skip
    assert run.code == 0, run.output
    assert "plan" in run.told[1]
    assert "shop/tax.py has no rate" in run.told[3]
    assert "not done yet:" in run.output
    again = driver.run(Reply("", (("plan", plan),)), Reply("All done."), options="--yes --here")
    assert again.code == 1
    assert "verify failed" in again.output and "left: step 1 is open: change" in again.output


def test_tests_are_run_by_the_command_that_the_user_allows(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLUX_INDEX_TEST_COMMAND", "false")
    run = driver.run(Reply("", (LOOK, SAVE)), Reply("All done."), options="--yes --here")
    assert run.code == 1, run.output
    assert "exit code 1" in run.told[2]


BROKEN = '{"name": "pay'


@pytest.mark.parametrize(
    "fault",
    [
        Reply("", (("definition", BROKEN),)),
        Reply("Too many", status=429),
        Reply("Not now", status=503),
        Reply("", (("write_file", {"path": "a"}),)),
        Reply("", (("step", {"step": 1, "edits": "none"}),)),
        Reply("", (("definition", {"symbol": "pay"}),)),
        Reply("Let me look.", (("definition", {"name": "pay"}),), is_cut=True),
        Reply("", (("undo", {"token": "w-0"}),)),
    ],
    ids=["broken JSON", "429", "503", "unknown tool", "wrong types", "wrong argument", "cut",
         "unknown token"],
)  # fmt: skip
def test_a_fault_is_survived(driver: Driver, fault: Reply) -> None:
    run = driver.run(fault, Reply("", (LOOK, SAVE)), DONE, options="--yes --here")
    assert (run.code, checkout(driver)) == (0, SAVED), run.output


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Reply("", (("definition", BROKEN),)), "definition"),
        (Reply("", (("write_file", {"path": "a"}),)), "write_file"),
        (Reply("No such model", status=404), "No such model"),
        (Reply("Not now", status=503), "Not now"),
        (Reply("Let me look.", (("definition", {"name": "pay"}),), is_cut=True), ""),
        (Reply(refusal="I will not do that."), "I will not do that."),
        (Reply("Late", silent=3.0), "timed out"),
        (Reply("Late", kept_alive=3.0), "timed out"),
    ],
    ids=["broken JSON", "unknown tool", "404", "503", "cut", "refusal", "slow", "kept alive"],
)
def test_a_fault_that_stays_is_a_model_error(
    driver: Driver, fault: Reply, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flux_index.api.agent.drive._PAUSES", (0.01, 0.01))
    run = driver.run(fault, options="--yes --here --timeout 1")
    assert run.code == 6, run.output
    assert "model error: " in run.output and why in run.output
    assert checkout(driver) == CHECKOUT


def test_an_answer_without_end_is_over_budget(driver: Driver) -> None:
    run = driver.run(Reply("so " * 5_000), options="--yes --here --budget-tokens 1000")
    assert run.code == 3, run.output
    assert "budget: an answer of more than " in run.output


def test_the_same_call_for_ever_is_no_progress(driver: Driver) -> None:
    run = driver.run(Reply("", (("definition", {"name": "pay"}),)))
    assert run.code == 4, run.output
    assert "no progress: `definition` was called 3 times alike" in run.output


def test_the_same_mistake_again_is_no_progress(driver: Driver) -> None:
    run = driver.run(Reply("", (LOOK, INVENTED)))
    assert run.code == 4, run.output
    assert "no progress: step 1: no progress: 'Order' object has no attribute 'store'" in run.output
    assert "wrong: shop/checkout.py: 'Order' object has no attribute 'store'" in run.output


def test_the_user_decides_about_what_is_refused_again(driver: Driver) -> None:
    run = driver.run(Reply("", (LOOK, INVENTED)), Reply("", (INVENTED,)), DONE, said="y\ny\n")
    assert "Is it right all the same?" in run.output
    assert "order.store()" in checkout(driver)
    assert run.code == 0, run.output


def test_the_user_says_how_to_do_what_is_refused_again(driver: Driver) -> None:
    plan = {"steps": [{"id": "1", "kind": "change", "path": "shop/checkout.py", "symbol": "pay"}]}
    run = driver.run(Reply("", (LOOK, INVENTED)), Reply("", (INVENTED,)),
                     Reply("", (("plan", plan),)), Reply("", (SAVE,)), DONE,
                     said="call save\ny\n")  # fmt: skip
    assert run.code == 0, run.output
    assert "The user says: call save" in run.told[2]
    assert checkout(driver) == SAVED


def test_budgets_end_a_run(driver: Driver) -> None:
    looking = (Reply("", (("definition", {"name": name}),)) for name in ("pay", "Order", "Model"))
    run = driver.run(*looking, DONE, options="--budget-requests 2")
    assert run.code == 3 and "budget: " in run.output and len(run.told) == 2
    run = driver.run(Reply("", (("map", {}),)), DONE, options="--budget-tokens 1")
    assert run.code == 3 and "budget: " in run.output


def test_the_model_is_told_of_this_code_base(driver: Driver) -> None:
    run = driver.run(DONE, text="Add a discount to `Order.total`")
    system, _, task = run.told[0].partition("Add a discount")
    assert "files of code" in system and "<repository-data>" in system
    assert "Tests are functions `test_*`" in system
    assert "tests/test_shop.py::TestOrder::test_total" in task


def test_open_questions_are_asked_before_the_model(driver: Driver) -> None:
    (driver.root / "shop/other.py").write_text("class Order:\n    pass\n")
    run = driver.run(DONE, text="Change how an `Order` is kept", said="the one in models\n")
    assert "The user says: the one in models" in run.told[0]
    run = driver.run(DONE, text="Change how an `Order` is kept", options="--dry-run")
    assert "Nobody answers: choose, and say so." in run.told[0]


def test_what_is_wrong_with_a_command_line_is_said(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "takes one task" in driver.start([], "").output
    assert "not both" in driver.start(["x"], "--resume last").output
    assert "there is no run to go on with" in driver.start([], "--resume last").output
    assert "OPENAI_API_KEY is not set" in driver.start(["x"], "").output
    address = "--base-url http://me:secret@127.0.0.1/v1"
    run = driver.start(["x"], address)
    assert run.code == 2 and "without a key" in run.output and "secret" not in run.output


def test_exit_codes_are_as_documented() -> None:
    text = (Path(__file__).parent.parent / "docs/run.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z ]+)` \| (\d+) \|", text, re.MULTILINE)
    assert {reason: int(code) for reason, code in rows} == EXIT_CODES
