"""Verdicts on whole files that are kept, and given again while all that they rest on holds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import judge_processes, table
from flux_index.api.operations.kept_verdicts import KeptVerdicts

FILES = {
    "pyproject.toml": "[project]\nname = 'shop'\n",
    "shop/__init__.py": "",
    "shop/order.py": """
class Order:
    def total(self):
        return 1

def first():
    return Order()
""",
    "shop/mail.py": """
def send(text):
    return len(text)
""",
    "shop/use.py": """
from shop.order import first

def show():
    return first().total()
""",
    "shop/other.py": """
from shop.mail import send

def tell():
    return send("ready", True)
""",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "work", files=FILES)


def judge(root: Path) -> tuple[list[tuple[str, str]], set[str]]:
    """(path, rule) of what is wrong in all files, and the files whose verdict was kept."""
    workspace = OpenWorkspace.open(str(root))
    kept = KeptVerdicts(workspace.inference(whole=True))
    again = set(kept.of(kept.paths))
    answer: Any = table.call(workspace, "validate", {"whole": True})
    workspace.close()
    return [(each["path"], each["rule"]) for each in answer["items"]], again


def test_nothing_changed(root: Path) -> None:
    assert judge(root) == ([("shop/other.py", "too-many-arguments")], set())
    everything = {path for path in FILES if path.endswith(".py")}
    assert judge(root) == ([("shop/other.py", "too-many-arguments")], everything)


def test_an_edit_that_others_rest_on(root: Path) -> None:
    judge(root)
    plant(root, files={"shop/order.py": FILES["shop/order.py"].replace("total", "sum_up")})
    found, kept = judge(root)
    assert ("shop/use.py", "unresolved-attribute") in found
    assert not {"shop/use.py", "shop/order.py"} & kept
    assert "shop/other.py" in kept


def test_an_attribute_that_is_set_from_elsewhere(root: Path) -> None:
    plant(root, files={"shop/use.py": FILES["shop/use.py"].replace("total()", "extra")})
    assert ("shop/use.py", "unresolved-attribute") in judge(root)[0]
    sets = "from shop.order import first\n\ndef mark():\n    first().extra = 1\n"
    plant(root, files={"shop/mail.py": FILES["shop/mail.py"] + sets})
    found, kept = judge(root)
    assert ("shop/use.py", "unresolved-attribute") not in found
    assert "shop/use.py" not in kept


def test_a_name_at_the_top_of_a_module(root: Path) -> None:
    judge(root)
    with (root / "shop/mail.py").open("a") as file:
        file.write("\n\nAGE = 1\n")
    assert judge(root)[1] == {"shop/__init__.py", "shop/order.py", "shop/use.py"}


def test_an_import_cycle_that_an_edit_makes(root: Path) -> None:
    judge(root)
    with (root / "shop/order.py").open("a") as file:
        file.write("\n\nfrom shop.use import show\n")
    again, found = judge(root), judge(root)
    assert again[0] == found[0]
    (root / "shop/order.py").write_text(
        "from shop.use import show\n" + FILES["shop/order.py"].lstrip()
    )
    assert {path for path, rule in judge(root)[0] if rule == "import-cycle"} == {
        "shop/order.py",
        "shop/use.py",
    }


def test_a_file_that_comes_or_goes(root: Path) -> None:
    plant(root, files={"shop/use.py": FILES["shop/use.py"] + "\nimport shop.late\n"})
    assert ("shop/use.py", "unresolved-import") in judge(root)[0]
    plant(root, files={"shop/late.py": ""})
    found, kept = judge(root)
    assert ("shop/use.py", "unresolved-import") not in found
    assert not kept


def test_a_library_that_changes(root: Path) -> None:
    site = root / ".venv/lib/python3.11/site-packages"
    plant(root / ".venv", files={"pyvenv.cfg": "version = 3.11.7\n"})
    plant(site, files={"lib.py": "def old(): ...\n"})
    plant(root, files={"shop/use.py": "import lib\n\nlib.old()\n"})
    assert ("shop/use.py", "unresolved-attribute") not in judge(root)[0]
    plant(site, files={"lib.py": "def new(): ...\n"})
    assert ("shop/use.py", "unresolved-attribute") in judge(root)[0]


@pytest.mark.parametrize(
    ("module", "comes"),
    [
        ("lib.late", "lib/late.py"),
        ("lib.there", "lib/there.pyi"),
        # Into a folder that was there and had nothing.
        ("lib.there", "lib/there/__init__.py"),
        ("lib", "lib-stubs/__init__.pyi"),
    ],
)
def test_what_comes_to_a_library(root: Path, module: str, comes: str) -> None:
    site = root / ".venv/lib/python3.11/site-packages"
    plant(root / ".venv", files={"pyvenv.cfg": "version = 3.11.7\n"})
    plant(site, files={"lib/__init__.py": "", "lib/there.py": "def old(): ...\n"})
    (site / comes).parent.mkdir(exist_ok=True)
    plant(root, files={"shop/use.py": f"import {module}\n\n{module}.new()\n"})
    assert ("shop/use.py", "unresolved-attribute") in judge(root)[0]
    plant(site, files={comes: "def new(): ...\n"})
    assert not [rule for path, rule in judge(root)[0] if path == "shop/use.py"]


def test_a_folder_that_a_link_leads_to_comes_and_goes(root: Path) -> None:
    plant(root / ".venv", files={"pyvenv.cfg": "version = 3.11.7\n"})
    (root / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    use = "import linked.lib\n\nlinked.lib.make()\n"
    plant(root, files={"elsewhere/lib.py": "def make(): ...\n", "shop/use.py": use})
    link = root / "linked"
    for target, rules in (
        ("nowhere", ["not-installed"]), ("elsewhere", []), ("nowhere", ["not-installed"]),
    ):  # fmt: skip
        link.unlink(missing_ok=True)
        link.symlink_to(target)
        assert [rule for path, rule in judge(root)[0] if path == "shop/use.py"] == rules


def test_settings_that_change(root: Path) -> None:
    judge(root)
    requires = FILES["pyproject.toml"] + "requires-python = '>=3.8'\n"
    plant(root, files={"pyproject.toml": requires})
    assert judge(root)[1] == set()


def test_worktrees_share_what_is_kept(root: Path) -> None:
    judge(root)
    git = root / ".git"
    plant(git, files={"HEAD": "ref: refs/heads/main\n"})
    judge(root)
    other = plant(
        root.parent / "other", files={**FILES, ".git": f"gitdir: {git}/worktrees/other\n"}
    )
    plant(git / "worktrees/other", files={"commondir": "../..\n"})
    assert judge(other)[1] == {path for path in FILES if path.endswith(".py")}


def test_processes_find_the_same(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = OpenWorkspace.open(str(root))
    inference = workspace.inference(whole=True)
    every = list(inference.snapshot.paths())
    here = judge_processes.judge_here(inference, every, every)
    monkeypatch.setattr(judge_processes, "_WORTH_PROCESSES", 2)
    monkeypatch.setattr(judge_processes, "worker_count", lambda: 2)
    apart = judge_processes.judge_files(OpenWorkspace.open(str(root)), every)
    workspace.close()
    wanted = {path: each["verdict"] for path, each in here.items()}
    assert json.dumps(apart, sort_keys=True) == json.dumps(wanted, sort_keys=True)
    assert any(each["items"] for each in apart.values())
