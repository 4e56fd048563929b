"""Examples: pairs of bad and good code, each judged, in the forms of libraries that train."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from task_helpers import CHECKOUT, MODELS, Shop, git
from workspace_helpers import plant

from flux_index.api import cli
from flux_index.api.examples import export
from flux_index.api.examples.candidate import MUTATION, Candidate
from flux_index.api.examples.judge import Judge
from flux_index.api.examples.licence import Origin
from flux_index.api.examples.secrets import has_secret
from flux_index.api.examples.structure import structure_of
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.indexer import index_file, maintain

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "examples.schema.json").read_text())
PROJECT = '[project]\nname = "shop"\nversion = "1"\nlicense = "MIT"\n'
FILES = {
    "pyproject.toml": PROJECT,
    "shop/__init__.py": "",
    "shop/models.py": MODELS,
    "shop/checkout.py": CHECKOUT,
}


def exported(root: Path, *options: str) -> list[Any]:
    output = root.parent / "examples.jsonl"
    arguments = ["examples", "export", str(root), "--output", str(output), *options]
    assert cli.main(arguments) == 0
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return plant(tmp_path / "shop", files=FILES)


def test_mutations_fail_by_the_rule_that_they_name(shop: Path) -> None:
    rows = exported(shop, "--format", "plain", "--origins", "mutation")
    rules = {row["rule"] for row in rows}
    assert {"unresolved-attribute", "unknown-keyword", "unresolved-name"} <= rules
    for row in rows:
        jsonschema.validate(row, SCHEMA)
        assert row["bad"] != row["good"]
        assert row["good"] in (shop / row["path"]).read_text()
        assert row["licence"] == "MIT"
        assert json.loads(row["provenance"])["repository"] == "shop 1"


@pytest.mark.parametrize("command", ["examples", "suggest"])
def test_what_is_not_indexed_yet_is_indexed_first(
    shop: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    monkeypatch.setattr(maintain, "_APPLY_WHILE_ASKING", 0)  # as if there were very many files
    monkeypatch.setattr(index_file, "_RACY_NS", 0)  # as if they had been written a while ago
    for told in (True, False):
        if command == "examples":
            exported(shop, "--origins", "mutation")
        else:
            assert cli.main(["suggest", "--workspace", str(shop)]) == 0
        assert ("indexing 3 files of" in capsys.readouterr().err) is told


def test_an_export_ends_when_nothing_comes_of_it(
    shop: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    everything = len(exported(shop, "--origins", "mutation"))
    assert "the rest of the code" not in capsys.readouterr().err
    monkeypatch.setattr(export, "_FRUITLESS_SECONDS", 0.0)
    assert len(exported(shop, "--origins", "mutation")) < everything
    assert "left out: the rest of the code" in capsys.readouterr().err


def test_an_example_has_what_it_uses_beside_it(shop: Path) -> None:
    rows = exported(shop, "--format", "plain", "--origins", "mutation")
    pay = next(row for row in rows if row["symbol"] == "shop.checkout.pay")
    assert pay["context"] == (
        "# shop/checkout.py\n\n"
        "from shop.models import Order\n\n"
        "# What it uses:\n"
        "# shop.models.Model.save(self, force: bool = False) -> None\n"
        "# shop.models.Order.total(self, tax: float = 0.2) -> float\n"
    )
    assert pay["header"] == "def pay(order: Order) -> float:"
    total = next(row for row in rows if row["symbol"] == "shop.models.Order.total")
    assert (
        "class Order(Model):\n    def __init__(self, lines: list[str]) -> None: ...\n"
        in (total["context"])
    )


def test_no_two_are_alike(shop: Path) -> None:
    rows = exported(shop, "--format", "plain")
    assert len({row["structure"] for row in rows}) == len(rows)
    one = structure_of("def f(a):\n    return a.b(1)\n", "def f(a):\n    return a.c(1)\n")
    same = structure_of("def g(x):\n    return x.y(2)\n", "def g(x):\n    return x.z(2)\n")
    other = structure_of("def g(x):\n    return x.y(2)\n", "def g(x):\n    return y.y(2)\n")
    assert one == same != other


@pytest.mark.parametrize("form", ["trl-preference", "unpaired", "openai-chat", "plain"])
def test_the_datasets_library_loads_each_form(shop: Path, form: str, tmp_path: Path) -> None:
    import datasets

    rows = exported(shop, "--format", form)
    for row in rows:
        jsonschema.validate(row, SCHEMA)
    loaded = datasets.load_dataset(
        "json", data_files=str(tmp_path / "examples.jsonl"), split="train",
        cache_dir=str(tmp_path / "datasets"),
    )  # fmt: skip
    assert len(loaded) == len(rows) > 0
    assert set(loaded.column_names) == set(rows[0])


def test_written_pairs_are_judged_again(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = exported(shop, "--format", "plain", "--origins", "mutation")
    file = str(shop.parent / "examples.jsonl")
    assert cli.main(["examples", "check", file, "--workspace", str(shop)]) == 0
    assert f"{len(rows)} of {len(rows)} pairs hold" in capsys.readouterr().out
    (shop / "shop/checkout.py").write_text("")
    assert cli.main(["examples", "check", file, "--workspace", str(shop)]) == 1
    assert "is not what it was" in capsys.readouterr().out


def test_a_commit_that_mended_an_earlier_one(tmp_path: Path) -> None:
    root = plant(tmp_path / "shop", files=FILES)
    git(root, "init", "-q")
    commit(root, "all")
    wrong = CHECKOUT.replace("order.save(force=True)", "order.store(force=True)")
    (root / "shop/checkout.py").write_text(wrong)
    broke = commit(root, "breaks")
    (root / "shop/other.py").write_text("A = 1\n")
    commit(root, "something else")
    (root / "shop/checkout.py").write_text(CHECKOUT)
    mends = commit(root, "mends")
    # A rename of both the method and its callers is no fault that was mended.
    (root / "shop/models.py").write_text(MODELS.replace("def save", "def keep"))
    (root / "shop/checkout.py").write_text(CHECKOUT.replace(".save(", ".keep("))
    commit(root, "renames")
    (row,) = exported(root, "--format", "plain", "--origins", "history")
    jsonschema.validate(row, SCHEMA)
    assert (row["rule"], row["symbol"]) == ("unresolved-attribute", "shop.checkout.pay")
    assert "order.store(force=True)" in row["bad"]
    assert "order.save(force=True)" in row["good"]
    provenance = json.loads(row["provenance"])
    assert (provenance["commit"], provenance["broken_by"]) == (mends, broke)


def commit(root: Path, message: str) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", message)
    return git(root, "rev-parse", "HEAD").strip()


def test_what_an_agent_was_refused_and_wrote_then(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "project")
    task = shop.begin("Store orders")["task"]
    invented = {"path": "shop/checkout.py", "old": "order.save(force=True)", "new": "order.put()"}
    right = {"path": "shop/checkout.py", "old": "save(force=True)", "new": "save(force=False)"}
    assert shop.step("1", invented)["verdict"] == "refused"
    assert shop.step("1", right)["verdict"] == "accepted"
    shop.workspace.close()
    (row,) = exported(tmp_path / "project", "--format", "plain", "--origins", "ledger")
    assert (row["origin"], row["rule"]) == ("ledger", "unresolved-attribute")
    assert "order.put()" in row["bad"]
    assert "save(force=False)" in row["good"]
    assert json.loads(row["provenance"])["task"] == task


def test_what_is_no_fault_makes_no_pair(shop: Path) -> None:
    workspace = OpenWorkspace.open(str(shop))
    try:
        right = CHECKOUT.encode()
        same = right.replace(b"force=True", b"force=False")
        assert Judge(workspace).pairs(Candidate("shop/checkout.py", right, same, MUTATION)) == []
        # Where the good one is wrong as well, there is nothing to learn.
        bad = right.replace(b"order.save(force=True)", b"order.store()")
        worse = bad.replace(b"total(tax=0.1)", b"total(rate=0.1)")
        assert Judge(workspace).pairs(Candidate("shop/checkout.py", bad, worse, MUTATION)) == []
    finally:
        workspace.close()


@pytest.mark.parametrize(
    "text",
    [
        'password = "hunter2-and-more"',
        'url = "postgres://me:s3cr3t@db/shop"',
        'headers = {"api_key": "9f8e7d6c5b4a39281706f5e4"}',
        "-----BEGIN RSA PRIVATE KEY-----",
        '"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N"',
    ],
)
def test_secrets_are_known(text: str) -> None:
    assert has_secret(text)


@pytest.mark.parametrize(
    "text",
    [
        "password = get_password(user)",
        'token_type = "bearer"',
        'raise ValueError("the password is too short")',
        'NAMES = "abcdefgh-abcdefgh-abcdefgh-abcdefgh"',
    ],
)
def test_what_is_no_secret(text: str) -> None:
    assert not has_secret(text)


def test_a_file_says_its_own_licence(tmp_path: Path) -> None:
    text = "Permission is hereby granted, free of\ncharge, to any person"
    origin = Origin(str(plant(tmp_path / "a", files={"LICENSE.txt": text})))
    assert origin.licence_of(b"A = 1\n") == "MIT"
    assert origin.licence_of(b"# SPDX-License-Identifier: Apache-2.0\n") == "Apache-2.0"
    assert Origin(str(plant(tmp_path / "b", "a.py"))).licence_of(b"") == "unknown"
