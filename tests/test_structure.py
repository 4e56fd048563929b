"""What the layout promises: no circles of files, and a query that loads what is listed."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from workspace_helpers import plant

from flux_index.api import cli

ROOT = Path(__file__).resolve().parent.parent
# Only what is listed may trade readability for start-up: no dataclasses, imports in functions.
QUERY_PATH = Path(__file__).with_name("query_path.txt")


def structure() -> ModuleType:
    """The script that measures code bases."""
    spec = importlib.util.spec_from_file_location("structure", ROOT / "benchmarks/structure.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["structure"] = module
    spec.loader.exec_module(module)
    return module


def test_no_files_import_each_other() -> None:
    measures = structure().measure([ROOT / name for name in ("indexer", "api", "lsp")], ROOT)
    assert measures.circles == []


def test_modules_that_a_definition_query_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    root = plant(
        tmp_path / "shop",
        "pyproject.toml",
        {"shop/__init__.py": "", "shop/models.py": "class Order:\n    def pay(self): ...\n"},
    )
    monkeypatch.chdir(root)
    for path in root.rglob("*.py"):
        os.utime(path, (1_000_000_000, 1_000_000_000))  # settled: not read again
    assert cli.main(["index", "--quiet"]) == 0
    program = (
        "import sys\n"
        "from flux_index.api.cli import main\n"
        "assert main(['query', 'definition', 'Order.pay']) == 0\n"
        "print(*(name for name in sys.modules if name.startswith('flux_index.')), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = "".join(f"{name}\n" for name in sorted(done.stderr.split()))
    if pytestconfig.getoption("update"):
        QUERY_PATH.write_text(loaded, encoding="utf-8")
    else:
        assert loaded == QUERY_PATH.read_text(encoding="utf-8")


def test_no_two_questions_are_remembered_under_one_name() -> None:
    """Answers of inference are kept by keys that begin with the name of the question."""
    named = re.compile(r'(?:key = |cached\(\s*inference,\s*)\("([^"]+)"')
    names = Counter(
        name
        for folder in ("indexer", "api")
        for path in (ROOT / folder).rglob("*.py")
        for name in named.findall(path.read_text(encoding="utf-8"))
    )
    assert len(names) > 50
    assert [name for name, count in names.items() if count > 1] == []


# Threads that import modules in any order, as executors of a server do, which import features when
# they are first asked for.
_IN_ANY_ORDER = """\
import random, sys, threading, typing
from importlib import import_module
import flux_index.indexer.index  # which every process has, as it has typing, before it has threads

def load(names):
    try:
        for name in names:
            import_module(name)
    except BaseException as error:
        failures.append(f"{name}: {error}")

names, failures = sys.argv[2:], []
orders = [random.Random(f"{sys.argv[1]} {at}").sample(names, len(names)) for at in range(4)]
threads = [threading.Thread(target=load, args=[order]) for order in orders]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*failures, sep="\\n", end="")
"""


@pytest.mark.parametrize("seed", range(3))
def test_threads_import_in_any_order(seed: int) -> None:
    """A package that imports its own modules fails when these are being imported beside it."""
    modules = [
        f"flux_index.{'.'.join(path.relative_to(ROOT).with_suffix('').parts)}"
        for folder in ("indexer", "api/check", "api/ide", "api/operations")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    names = [name.removesuffix(".__init__") for name in modules]
    command = [sys.executable, "-c", _IN_ANY_ORDER, str(seed), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == ""
