"""Figures of tasks: a replay whose figures were counted by hand, and the page that shows them."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest
from hook_helpers import Codex, Host
from hook_helpers import make_shop as make_desk
from task_helpers import CHECKOUT, Shop

from flux_index.api.cli import main
from flux_index.api.hooks.answering import served
from flux_index.api.metrics.figures import FIGURES
from flux_index.api.metrics.intervals import quantile, rate
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.tasks.verify import ALLOWED

SALES, MODELS = "shop/checkout.py", "shop/models.py"
RIGHT = {"path": SALES, "old": "return 1", "new": "return 2"}
INVENTED = {"path": SALES, "old": "return 1", "new": "return Order([]).sum()"}
ANOTHER = {"path": SALES, "old": "return 1", "new": "return Order([]).count()"}
RENAMED = [
    {"path": MODELS, "old": "self, tax: float", "new": "self, rate: float"},
    {"path": MODELS, "old": "1 + tax", "new": "1 + rate"},
]
WITHOUT_SAVE = '    def save(self, force: bool = False) -> None:\n        """Store it."""\n'


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop(tmp_path / "shop")

    def tests(verdict: str) -> None:
        monkeypatch.setenv(ALLOWED, verdict)

    # Aider, with model a: an invention, mended in the second round; the tests pass.
    shop.begin(client="aider", model="a")
    shop.step("1", INVENTED)
    undo(shop, shop.step("1", RIGHT))
    tests("true")
    shop.call("task.finish", task=shop.task, run=True)
    # Aider, with model b: right at once; the tests fail, and pass later.
    shop.begin(client="aider", model="b")
    shop.step("1", RIGHT)
    tests("false")
    shop.call("task.verify", task=shop.task, run=True)
    tests("true")
    shop.call("task.finish", task=shop.task, run=True)
    shop.write(SALES, CHECKOUT)
    # Codex, with model a: what others use is removed, then not; and a parameter is renamed, which
    # a safe fix tells the caller.
    shop.begin(client="codex", model="a")
    shop.step("1", {"path": MODELS, "old": WITHOUT_SAVE, "new": "    pass\n"})
    undo(shop, shop.step("1", {"path": MODELS, "old": "0.2", "new": "0.3"}))
    undo(shop, shop.step("2", *RENAMED))
    # Codex, with model a: one invention is overruled, another one repeated.
    shop.begin(client="codex", model="a")
    told = shop.step("1", INVENTED)
    overruled = [each["id"] for each in told["findings"]]
    undo(shop, shop.step("1", INVENTED, overrule=overruled))
    shop.step("2", ANOTHER)
    assert "no progress" in shop.step("2", ANOTHER)["ended"]
    shop.call("task.finish", task=shop.task, abandon=True)
    return shop


def undo(shop: Shop, answer: Any) -> None:
    assert answer["verdict"] == "accepted"
    shop.call("task.undo", token=answer["token"])


def test_figures_are_those_counted_by_hand(shop: Shop) -> None:
    answer = shop.call("stats")
    found = answer["all"]
    assert (answer["total"], found["tasks"], found["steps"]) == (4, 4, 6)
    assert found["states"] == {"abandoned": 1, "done": 2, "working": 1}
    # Valid: the second task's step, and the one whose only error was overruled.
    assert found["valid"] == {"count": 2, "of": 6, "share": 0.3333, "low": 0.0968, "high": 0.7}
    assert found["works"] == {"count": 1, "of": 2, "share": 0.5, "low": 0.0945, "high": 0.9055}
    assert found["rounds"] == {
        "steps": 5, "mean": 1.6, "median": 2, "most": 2, "by_number": {"1": 2, "2": 3}, "never": 1,
    }  # fmt: skip
    # Mended are the first task's invention and the removed method; the latter, and the keyword of
    # the renamed parameter, were broken in a file that the edit did not touch.
    assert (found["self_corrections"], found["fixed"]) == (2, 1)
    assert found["breakages_prevented"] == 2
    assert found["questions"] == {"tasks": 4, "asked": 0, "answered": 0, "mean": 0.0}
    assert found["overruled"]["count"] == 1
    assert found["overruled"]["of"] == 4
    assert found["mistakes"] == [
        # Mended by the first task, overruled by the last one, which repeats another.
        {"rule": "unresolved-attribute", "count": 3, "tasks": 2, "mended": 1, "fixed": 0,
         "overruled": 1, "left": 1, "subjects": [".sum", ".count"]},
        {"rule": "removed-member", "count": 1, "tasks": 1, "mended": 1, "fixed": 0,
         "overruled": 0, "left": 0, "subjects": ["order.save"]},
        {"rule": "unknown-keyword", "count": 1, "tasks": 1, "mended": 0, "fixed": 1,
         "overruled": 0, "left": 0, "subjects": ["total:tax"]},
    ]  # fmt: skip
    assert found["hooks"]["calls"] == 0
    assert found["hooks"]["cpu_median_ms"] is None


def test_figures_are_told_per_client_and_model(shop: Shop) -> None:
    answer = shop.call("stats")
    assert [
        (each["key"], each["tasks"], each["valid"]["count"], each["valid"]["of"])
        for each in answer["clients"]
    ] == [("aider", 2, 1, 2), ("codex", 2, 1, 4)]
    assert [(each["key"], each["tasks"]) for each in answer["models"]] == [("a", 3), ("b", 1)]
    assert [each["tasks"] for each in answer["days"]] in ([4], [1, 3], [2, 2], [3, 1])
    only = shop.call("stats", client="aider", model="b")
    assert (only["total"], only["all"]["works"]["share"]) == (1, 0.0)
    assert shop.call("stats", client="nobody")["all"]["self_corrections"] is None


def test_what_is_not_known_is_not_zero(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "shop")
    found = shop.call("stats")["all"]
    unknown = (found["self_corrections"], found["fixed"], found["breakages_prevented"])
    assert unknown == (None, None, None)
    for share in (found["valid"], found["works"], found["overruled"]):
        assert share == {"count": 0, "of": 0, "share": None, "low": None, "high": None}
    assert found["questions"]["asked"] is None
    shop.begin()
    assert shop.call("stats")["all"]["questions"]["asked"] == 0


def test_hooks_give_the_same_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(make_desk(tmp_path), monkeypatch)
    host.start(model="claude-sonnet-5")
    host.tell("user-prompt", prompt="sell more")
    host.read("shop/desk.py")
    host.edit("shop/desk.py", "order.total()", "order.sum()")
    host.edit("shop/desk.py", "order.total()", "order.total() + 1")
    host.stop()
    found = figures(tmp_path)
    assert (found["tasks"], found["steps"], found["self_corrections"]) == (1, 1, 1)
    assert (found["valid"]["count"], found["valid"]["of"]) == (0, 1)
    assert found["rounds"]["by_number"] == {"2": 1}
    assert found["works"]["share"] is None
    assert found["questions"]["asked"] is None
    # Start, prompt, after the read, two before an edit, one after it, stop.
    assert found["hooks"]["calls"] == 7
    assert [(each["event"], each["calls"]) for each in found["hooks"]["events"]] == [
        ("PostToolUse", 2), ("PreToolUse", 2), ("SessionStart", 1), ("Stop", 1),
        ("UserPromptSubmit", 1),
    ]  # fmt: skip
    assert found["hooks"]["cpu_s"] > 0


@pytest.mark.parametrize("mode", ["auto", "observe"])
def test_what_is_written_wrong_all_the_same_is_not_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    host = Host(make_desk(tmp_path), monkeypatch)
    host.mode = mode
    host.start()
    host.tell("user-prompt", prompt="sell more")
    host.read("shop/desk.py")
    host.edit("shop/desk.py", "order.total()", "order.sum()")
    if mode == "auto":
        host.edit("shop/desk.py", "order.total()", "order.sum()")
    assert "order.sum()" in (tmp_path / "shop/desk.py").read_text()
    host.edit("shop/desk.py", "pay(3)", "pay(4)")
    host.stop()
    found = figures(tmp_path)
    assert (found["self_corrections"], found["mistakes"][0]["left"]) == (0, 1)
    host.edit("shop/desk.py", "order.sum()", "order.total()")
    found = figures(tmp_path)
    assert (found["self_corrections"], found["mistakes"][0]["left"]) == (1, 0)


def test_a_client_is_told_by_its_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_desk(tmp_path)
    for number, host in enumerate((Host(root, monkeypatch), Codex(root, monkeypatch))):
        host.session = f"session-{number}"
        host.start()
        host.tell("user-prompt", prompt="sell more")
    workspace = OpenWorkspace.open(str(root))
    clients = [each["key"] for each in call(workspace, "stats", {})["clients"]]
    assert clients == ["claude-code", "codex"]


def figures(root: Path) -> Any:
    workspace = OpenWorkspace.open(str(root))
    try:
        return call(workspace, "stats", {})["all"]
    finally:
        workspace.close()


def test_intervals_and_quantiles() -> None:
    # Wilson, as in Brown, Cai and DasGupta: 0 of 10 is not surely 0.
    assert rate(0, 10) == {"count": 0, "of": 10, "share": 0.0, "low": 0.0, "high": 0.2775}
    assert rate(95, 100) == {"count": 95, "of": 100, "share": 0.95, "low": 0.8882, "high": 0.9785}
    assert [quantile([3, 1, 2, 4], at) for at in (0.5, 0.95)] == [2, 4]


def test_the_page_needs_nothing_else(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shop.root)
    page = tmp_path / "figures.html"
    assert main(["stats", "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "default-src 'none'" in text
    assert '<script src="' not in text and "<link" not in text
    assert "33.3 %" in text and "not known" in text
    specs = json.loads(text.split("const specs = ")[1].split(";\nconst dark")[0])
    assert [spec["mark"]["type"] for spec in specs if "mark" in spec] == ["bar", "bar", "bar"]
    capsys.readouterr()
    assert main(["stats", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["total"] == 4


def test_documents_say_what_each_figure_counts() -> None:
    text = (Path(__file__).parent.parent / "docs/metrics.md").read_text(encoding="utf-8")
    for name, figure in FIGURES.items():
        about = " ".join((inspect.getdoc(figure) or "").split())
        assert f"| `{name}` | " in text
        assert f"| {about} |" in text


def test_what_a_serving_process_does_counts_with_what_the_hook_did(tmp_path: Path) -> None:
    workspace = OpenWorkspace.open(str(make_desk(tmp_path)))
    fields = {"session_id": "s", "turn_id": "t", "cwd": str(tmp_path), "prompt": "sell more"}
    served(workspace, "UserPromptSubmit", fields, "", "auto", (0.25, 0.5))
    (group,) = call(workspace, "stats", {})["clients"]
    assert (group["key"], group["hooks"]["calls"]) == ("codex", 1)
    assert group["hooks"]["cpu_median_ms"] > 250
    assert group["hooks"]["waited_median_ms"] > 500
