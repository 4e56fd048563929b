"""Training: a ranker of fixes, fitted to decisions, tried on others and read with care."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from task_helpers import CHECKOUT, MODELS
from workspace_helpers import plant, state_of

from flux_index.api import cli
from flux_index.api.check.fixes import ranking_model
from flux_index.api.check.fixes.ranking import FEATURES
from flux_index.api.check.fixes.ranking_model import parsed
from flux_index.api.examples.candidate import LEDGER, MUTATION, Candidate
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.train import train as training
from flux_index.api.train.decisions import Decision, decisions_of
from flux_index.api.train.fit import bootstrap, compare, fit, taken_names, with_taken

GOODS = '''\
class Basket:
    """What is bought."""

    def total(self, land):
        return 1

    def totals(self, land):
        return [1]

    def total_of(self, land):
        return 2


def pay(basket: Basket):
    return basket.total_of("fr")


def show(basket: Basket):
    print(basket.total_of("de"), basket.total_of("nl"))
'''
FILES = {
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/__init__.py": "",
    "shop/goods.py": GOODS,
    "shop/models.py": MODELS,
    "shop/checkout.py": CHECKOUT,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "shop", files=FILES)


def decision(right: int, **features: list[float]) -> Decision:
    nothing = dict.fromkeys(FEATURES, 0.0)
    rows = [{**nothing, **{name: each[at] for name, each in features.items()}} for at in range(2)]
    return Decision("undefined-name", right, rows, [("x", "a"), ("x", "b")], ["a", "b"])


def test_a_decision_is_the_fix_that_gives_back_what_was_there(root: Path) -> None:
    good = GOODS.encode()
    bad = good.replace(b'basket.total_of("fr")', b'basket.totals_off("fr")')
    workspace = OpenWorkspace.open(str(root))
    try:
        (found,) = decisions_of(workspace, Candidate("shop/goods.py", good, bad, MUTATION))
        (recorded,) = decisions_of(workspace, Candidate("shop/goods.py", good, bad, LEDGER))
    finally:
        workspace.close()
    assert found.rule == "unresolved-attribute"
    assert found.names[found.right] == ("totals_off", "total_of")
    assert found.features[found.right]["receiver"] > 0
    assert recorded.titles[recorded.right] == "Replace 'totals_off' with 'total_of'"


def test_weights_are_what_tells_right_from_wrong() -> None:
    chance = random.Random(1)
    decisions: list[Decision] = []
    for _ in range(200):
        right, noise = chance.randrange(2), [chance.random(), chance.random()]
        used = [float(at == right) for at in range(2)]
        row = {"in file": used, "similarity": noise, "position": [1.0, 0.5]}
        decisions.append(decision(right, **row))
    weights = fit(decisions[:100])
    assert weights["in file"] > 2 > abs(weights["similarity"])
    told = compare(decisions[100:], weights)
    assert told.after > 0.95 > told.before
    assert told.is_better
    assert all(first == each.right == 1 for each, first in told.changed)


def test_chance_is_no_improvement() -> None:
    low, high = bootstrap([1, -1, 0, 0] * 20)
    assert low < 0 < high
    assert bootstrap([1] * 10 + [0] * 20)[0] > 0
    assert bootstrap([]) == (0.0, 0.0)


def test_what_was_taken_before_counts() -> None:
    first = decision(1, position=[1.0, 0.5])
    taken = taken_names([first, first])
    assert taken == {"undefined-name x b": 2}
    (known,) = with_taken([first], taken)
    assert known.features[0]["taken"] == 0 < known.features[1]["taken"]


def test_below_three_hundred_decisions_nothing_is_fitted(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["train", str(root)]) == 1
    assert "fewer than 300 decisions; there are 0" in capsys.readouterr().err
    assert cli.main(["train", str(root), "--show"]) == 0
    assert "there is no ranker" in capsys.readouterr().out


def test_a_ranker_is_kept_when_it_is_better(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(training, "LEAST", 4)
    good = GOODS.encode()
    bad = good.replace(b'basket.total_of("fr")', b'basket.totals_of("fr")')
    candidate = Candidate("shop/goods.py", good, bad, LEDGER)
    monkeypatch.setattr(training, "recorded", lambda _store: [candidate] * 12)
    made = decision(1, position=[1.0, 0.5], **{"in file": [0.0, 1.0]})
    monkeypatch.setattr(training, "decisions_of", lambda *_: [made])
    assert cli.main(["train", str(root), "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "in 0.0% as rules have them, in 100.0% as ranked" in shown
    assert shown.endswith("not kept: --dry-run\n")
    assert cli.main(["train", str(root)]) == 0
    assert "kept in" in capsys.readouterr().out
    kept = json.loads((state_of(root) / "fix-ranking.json").read_text())
    assert parsed(kept) is not None
    assert kept["about"]["first_right"] == [0.0, 1.0]
    assert cli.main(["train", str(root), "--show"]) == 0
    assert '"in file"' in capsys.readouterr().out
    assert cli.main(["train", str(root), "--forget-it"]) == 0
    assert not (state_of(root) / "fix-ranking.json").exists()


def first_fix(root: Path) -> str:
    workspace = OpenWorkspace.open(str(root))
    text = GOODS.replace('basket.total_of("fr")', "basket.totals_(1)")
    try:
        answer: Any = call(workspace, "validate", {"path": "shop/goods.py", "text": text})
        return answer["items"][0]["fixes"][0]["title"]
    finally:
        workspace.close()


def test_a_ranker_orders_the_fixes_that_are_shown(root: Path) -> None:
    before = first_fix(root)
    state_of(root).mkdir(parents=True, exist_ok=True)
    model = {"format": 1, "weights": {"position": -1.0}, "taken": {}}
    (state_of(root) / "fix-ranking.json").write_text(json.dumps(model))
    assert first_fix(root) != before
    (state_of(root) / "fix-ranking.json").unlink()
    assert first_fix(root) == before


@pytest.mark.parametrize(
    "value",
    [
        [],
        {"format": 2, "weights": {}},
        {"format": 1},
        {"format": 1, "weights": {"position": "1"}},
        {"format": 1, "weights": {"position": 1e9}},
        {"format": 1, "weights": {"position": float("nan")}},
        {"format": 1, "weights": {}, "taken": {"a": 1.5}},
        {"format": 1, "weights": {}, "taken": {"a" * 1000: 1}},
        {"format": 1, "weights": {}, "taken": {str(n): 1 for n in range(9000)}},
    ],
)
def test_what_is_no_ranker_counts_for_nothing(value: object) -> None:
    assert parsed(value) is None


def test_a_ranker_that_is_damaged_is_left_alone(root: Path) -> None:
    folder = root.parent / "state"
    folder.mkdir()
    for text in ("{", "[" * 100_000, '{"format": 1}', " " * 300_000):
        (folder / ranking_model.NAME).write_text(text)
        found = ranking_model.model_of(str(folder))
        assert found is None or found.weights == ranking_model.SHIPPED
