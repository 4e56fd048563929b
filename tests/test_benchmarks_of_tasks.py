"""Benchmarks of plans and tasks, on commits and mistakes that are made here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from task_helpers import CHECKOUT, MODELS, git, make_shop

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def run(script: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, BENCHMARKS / script, *arguments],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_commit_is_a_plan_that_fits_and_six_that_do_not(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    new = MODELS.replace("tax: float = 0.2", "tax: float, land: str").replace("1 + tax", "1 + 2")
    (root / "shop/models.py").write_text(new)
    (root / "shop/checkout.py").write_text(CHECKOUT.replace("tax=0.1", "tax=0.1, land='a'"))
    tests = (root / "tests/test_shop.py").read_text()
    (root / "tests/test_shop.py").write_text(tests.replace("total()", "total(1, 'a')"))
    git(root, "commit", "-qam", "two")
    shown = run("plans.py", f"shop={root}")
    assert "| all | 6 (100.0 %) | 6 |" in shown
    assert "1 true plans of 1 repositories, 3 to 3 steps: 0 called wrong" in shown


def test_a_scripted_agent_does_what_it_is_told(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    at = CHECKOUT.index("order.total")
    mistake = {
        "id": "a", "kind": "attr", "corpus": "shop", "scope": "pay",
        "edits": [{"file": "shop/checkout.py", "start": at, "end": at + 11, "text": "order.totl"}],
    }  # fmt: skip
    lines = tmp_path / "mistakes.jsonl"
    lines.write_text(json.dumps(mistake) + "\n")
    shown = run("loop.py", lines, "--root", f"shop={root / 'shop'}")
    assert "valid without the loop 0 (0%), with it 1 (100%), of these as before the mistake 1" in (
        shown
    )
    assert "trees left worse 0" in shown


def test_lessons_of_a_replayed_history(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    for number in range(2):
        text = (root / "shop/checkout.py").read_text()
        new = (
            f"\n\ndef pay_{number}(order: Order) -> float:\n    return order.total(tax={number})\n"
        )
        (root / "shop/checkout.py").write_text(text + new)
        git(root, "commit", "-qam", f"more {number}")
    shown = run("lessons.py", f"shop={root}", "--each", "1", "--again", "1")
    assert "2 mistakes of 1 repositories, 1 of them in the second half" in shown
    assert "second half: first fix right without " in shown


def test_lessons_on_released_code(tmp_path: Path) -> None:
    root = make_shop(tmp_path / "shop")
    at = CHECKOUT.index("order.total")
    mistake = {
        "id": "a", "kind": "attr", "corpus": "shop", "scope": "pay",
        "edits": [{"file": "shop/checkout.py", "start": at, "end": at + 11, "text": "order.sum"}],
    }  # fmt: skip
    lines = tmp_path / "mistakes.jsonl"
    lines.write_text(json.dumps(mistake) + "\n")
    shown = run("lessons.py", "--released", lines, "--root", f"shop={root / 'shop'}")
    assert "1 lessons, each seen twice; released code, 3 files judged as new: 0 warnings" in shown
    assert "1 lessons whose anchor has another header: 0 speak" in shown
