"""`flux-index query` as a whole: answers, formats, exit codes, errors, and what it loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flux_index.api import cli
from flux_index.api.cli import main
from flux_index.api.operations.table import OPERATIONS

FILES = {
    "pyproject.toml": "",
    "shop/__init__.py": "from .models import Model\n",
    "shop/models.py": '''\
class Base:
    def save(self, *, force: bool = False) -> None:
        """Keep it."""


class Model(Base):
    """Something kept."""

    name: str = ""


class Order(Model):
    def pay(self) -> None:
        self.save(force=True)
''',
    "shop/views.py": """\
from shop.models import Order


def view(order: Order) -> None:
    order.pay()
    order.save()
""",
}

Ask = Callable[..., tuple[int, str]]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ask(
    shop: Path,
    capsys: pytest.CaptureFixture[str],
) -> Ask:
    """Asks in this process; returns the exit code and all that was written."""
    assert main(["index", "--quiet"]) == 0

    def ask(*arguments: str) -> tuple[int, str]:
        code = main(["query", *arguments])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return ask


def test_definition_as_a_table(ask: Ask) -> None:
    assert ask("definition", "shop.models.Order.pay") == (
        0,
        "shop/models.py:13:9  method  shop.models.Order.pay(self) -> None\n",
    )


def test_definition_in_compact_form(ask: Ask) -> None:
    assert ask("definition", "Base.save", "--format", "compact") == (
        0,
        "shop/models.py:2 method shop.models.Base.save(self, *, force: bool = False) -> None"
        " — Keep it.\n",
    )


def test_definition_as_json(ask: Ask) -> None:
    code, text = ask("definition", "Order.pay", "--json")
    assert code == 0
    assert text.count("\n") == 1
    answer = json.loads(text)
    assert answer["total"] == 1
    assert answer["items"][0]["range"]["start"] == {"line": 12, "character": 8}
    assert list(answer["files"]) == ["shop/models.py"]


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("shop/views.py:5:11", "shop.models.Order.pay"),
        ("shop/views.py:1", "shop.models.Order"),
        ("shop/views.py:4", "shop.views.view"),
        ("shop/models.py:9", "shop.models.Model.name"),
        ("shop.models:Order", "shop.models.Order"),
    ],
)
def test_definition_by_place(ask: Ask, target: str, found: str) -> None:
    code, text = ask("definition", target, "--json")
    assert code == 0
    assert [item["name"] for item in json.loads(text)["items"]] == [found]


def test_position_by_options(ask: Ask) -> None:
    code, text = ask("definition", "--path", "shop/models.py", "--line", "12", "--character", "8")
    assert code == 0
    assert "shop.models.Order.pay" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["symbols", "Ord", "--kind", "class"], "shop/models.py:12 class Order(Model)"),
        (["outline", "shop/models.py"], "shop/models.py\n 1 class Base\n  2 method save("),
        (["references", "Order.pay"], "1 reference: 1 call"),
        (["members", "Order"], "shop.models.Base shop/models.py\n 2 method save("),
        (["hierarchy", "Model"], "1 subclass\n Order shop/models.py:12"),
        (["callers", "Order.pay"], "function view — 5: order.pay()"),
        (["callees", "Order.pay"], "method Base.save — 14: self.save(force=True)"),
        (["imports", "shop/views.py"], "shop/views.py\n 1 shop.models Order -> shop/models.py"),
        (["importers", "shop.models"], "shop/views.py\n 1 shop.models Order"),
        (["exists", "shop.models.Order.save(force=)"], "exists: shop.models.Order.save(force=)"),
        (["source", "Order.pay"], "13     def pay(self) -> None:\n14         self.save("),
        (
            ["explain", "shop/views.py:5:11"],
            "`shop.models.Order.pay` [inferred]\n shop/models.py:13 `order` is an instance of",
        ),
        (["context", "an", "order", "is", "paid"], "shop/models.py — says order"),
        (["validate", "--whole"], "3 files checked"),
        (["breakage", "--path", "shop/views.py", "--text", "x = 1"], "ok: 1 file checked"),
        (["fix", "--whole"], "0 fixed, "),
        (
            ["reasons", "--finding", "shop/views.py:1", "--path", "shop/views.py", "--text", "no"],
            "`no` is not built in",
        ),
        (["patterns", "class Cart(Model):"], "1 class that derive from shop.models.Model\n"),
        (["similar", "class Cart(Model):"], "class shop.models.Order(Model)"),
        (["reuse", "pay"], "shop/models.py:13 method shop.models.Order.pay(self) -> None"),
        (["conventions"], "## How to work in this code base"),
        (["begin"], "s-"),
        (["suggest", "--grade", "look"], "(dead-code, look, "),
        (["map"], "shop/ shop 3 files: models, views"),
        (["lessons"], "nothing found"),
        (["stats"], "works at first try: not known"),
        (["dependencies"], "shop/ 3 files: imports nothing here"),
        (["status"], "state current"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_each_operation(ask: Ask, arguments: list[str], expected: str) -> None:
    code, text = ask(*arguments, "--format", "compact")
    assert expected in text
    assert code == 0
    for shape in ("table", "json"):
        assert ask(*arguments, "--format", shape)[0] == 0


def test_each_operation_is_tried() -> None:
    tried = test_each_operation.pytestmark[0].args[1]
    # These are asked with handles that others give, or of a shop with tests: see test_tasks.py.
    others = {name for name in OPERATIONS if name.startswith("task.")} | {
        "definition",
        "guard",
        "tests",
    }
    assert {arguments[0] for arguments, _ in tried} == set(OPERATIONS) - others


def test_pages(ask: Ask) -> None:
    code, text = ask("members", "Order", "--limit", "1", "--format", "compact")
    assert code == 0
    assert text.endswith("\n… 2 more of 3: --offset 1\n")
    assert ask("members", "Order", "--offset", "9", "--format", "compact") == (
        0,
        "nothing from offset 9 on, there are 3\n",
    )


def test_members_of_a_package_are_what_it_hands_on(ask: Ask) -> None:
    assert ask("members", "shop", "--format", "compact") == (
        0,
        "shop.models shop/models.py\n 6 class Model(Base) — Something kept.\n",
    )


def test_nothing_found(ask: Ask) -> None:
    code, text = ask("definition", "Nowhere")
    assert code == 1
    assert text.startswith("nothing found; flux-index query exists Nowhere tells")
    code, text = ask("definition", "Nowhere", "--json")
    assert code == 1
    assert json.loads(text)["items"] == []


def test_why_nothing_was_found(ask: Ask) -> None:
    assert ask("definition", "shop/models.py:4:1")[1].endswith(
        "flux-index query explain shop/models.py:4:1 tells what is there\n"
    )
    code, text = ask("hierarchy", "Base.save")
    assert code == 1
    assert "note: shop.models.Base.save is no class" in text
    code, text = ask("patterns", "class Tank(Vehicle):")
    assert code == 1
    assert "name a class, a function or a base class that exists" in text
    assert (
        "no other class or function is of the same kind as shop.models.Base"
        in ask("patterns", "Base")[1]
    )


def test_an_api_that_does_not_exist(ask: Ask) -> None:
    code, text = ask("exists", "shop.models.Order.save(forse=)", "--format", "compact")
    assert code == 1
    assert text.startswith("missing: shop.models.Order.save(forse=) — ")


def test_a_file_changed_since_it_was_indexed(ask: Ask, shop: Path) -> None:
    with (shop / "shop/views.py").open("a") as file:
        file.write("\n\ndef added() -> None: ...\n")
    code, text = ask("definition", "shop.views.added")
    assert (code, text.split()[0]) == (0, "shop/views.py:9:5")


@pytest.mark.usefixtures("shop")
def test_an_index_is_not_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", "definition", "shop.models.Order"]) == 0
    assert "shop/models.py:12:7" in capsys.readouterr().out


def test_in_a_folder_below(ask: Ask, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(shop / "shop")
    assert ask("definition", "Order.pay")[1].startswith("models.py:13:9 ")
    assert ask("definition", "models.py:13")[1].startswith("models.py:13:9 ")
    assert '"path": "shop/models.py"' in ask("definition", "Order.pay", "--json")[1]


def test_in_another_folder(
    ask: Ask, shop: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    root = shop.resolve().as_posix()
    for arguments in (["-w", str(shop), "definition"], ["definition", f"--workspace={shop}"]):
        code, text = ask(*arguments, "Order.pay")
        assert (code, text.split()[0]) == (0, f"{root}/shop/models.py:13:9")


def test_a_target_that_begins_like_an_option(ask: Ask) -> None:
    assert ask("symbols", "--", "--help")[0] == 1
    code, text = ask("context", "--budget", "200", "--format", "compact", "--", "-x pay an order")
    assert code == 0
    assert "pay" in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["definitoin", "x"], -32602, "there is no operation 'definitoin'; did you mean defi"),
        (["frobnicate"], -32602, "there is no operation 'frobnicate', but symbols, outline,"),
        (["definition"], -32602, "definition needs a target, "),
        (["definition", "x", "--limt", "3"], -32602, "definition has no option --limt"),
        (
            ["context", "-x"],
            -32602,
            "context has no option -x; write -- before a task that begins with -",
        ),
        (["symbols", "-h is not shown"], -32602, "argument -h/--help: ignored explicit argument"),
        (["symbols", "Order", "--limt", "3"], -32602, "symbols has no option --limt; did you mean"),
        (["definition", "shop/models.py:99"], -32602, "shop/models.py has 15 lines, there is"),
        (["definition", "shop/models.py:4"], -32602, "there is no name in line 4 of shop/mod"),
        (["outline", "shop/gone.py"], -32002, "shop/gone.py: "),
        (["outline", "../gone.py"], -32001, ""),
        (["definition", "x", "--workspace", "gone"], -32602, "--workspace: there is no gone"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_errors(
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    assert main(["query", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"flux-index: {message}")
    assert captured.err.count("\n") == 1
    for as_json in (["--json"], ["--format", "json"], ["--format=json"]):
        assert main(["query", *arguments, *as_json]) == 2
        again = capsys.readouterr()
        told = json.loads(again.out)["error"]
        assert told["code"] == code
        assert again.err == captured.err == f"flux-index: {told['message']}\n"


@pytest.mark.usefixtures("shop")
def test_a_bug_is_told_with_its_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Any:
        raise ZeroDivisionError("at the worst moment")

    monkeypatch.setattr("flux_index.api.cli.query.call", broken)
    assert main(["query", "status", "--json"]) == 2
    captured = capsys.readouterr()
    assert "Traceback (most recent call last)" in captured.err
    last = captured.err.splitlines()[-1]
    assert last == "flux-index: internal error: ZeroDivisionError: at the worst moment"
    assert json.loads(captured.out)["error"]["code"] == -32603


@pytest.mark.usefixtures("shop")
def test_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr("flux_index.api.cli.query.call", interrupted)
    assert main(["query", "status"]) == 130


def process(*arguments: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "flux_index.api.cli", *arguments]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        **options,
    )


@pytest.mark.usefixtures("shop")
def test_as_a_process() -> None:
    found = process("query", "definition", "Order.pay")
    assert found.communicate(timeout=60) == (
        "shop/models.py:13:9  method  shop.models.Order.pay(self) -> None\n",
        "",
    )
    assert found.returncode == 0
    missing = process("query", "exists", "shop.models.Nothing")
    missing.communicate(timeout=60)
    assert missing.returncode == 1
    wrong = process("query", "definition")
    _, complaint = wrong.communicate(timeout=60)
    assert wrong.returncode == 2
    assert complaint.startswith("flux-index: definition needs a target")


@pytest.mark.usefixtures("shop")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    for arguments in (("query", "source", "shop.models.Order"), ("--help",)):
        asked = process(*arguments)
        assert asked.stdout is not None
        asked.stdout.close()
        assert asked.stderr is not None
        assert asked.stderr.read() == ""
        assert asked.wait(timeout=60) == 0
        asked.stderr.close()


@pytest.mark.usefixtures("shop")
def test_a_console_of_few_characters() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    asked = process("query", "definition", "Base.save", "--format", "compact", env=environment)
    out, err = asked.communicate(timeout=60)
    assert out.endswith(" -> None \\u2014 Keep it.\n")
    assert (err, asked.returncode) == ("", 0)


# What a definition in text form has no use for, and each of which costs a tenth of it or more.
HEAVY = """
    json typing dataclasses rich tree_sitter pathlib shutil logging inspect textwrap
    tempfile subprocess hashlib tomllib asyncio concurrent.futures multiprocessing threading
    difflib traceback importlib.metadata pathspec pygls watchdog sqlite_utils
""".split()


@pytest.mark.parametrize("shape", ["table", "compact"])
def test_a_definition_loads_nothing_heavy(shop: Path, shape: str) -> None:
    for path in shop.rglob("*.py"):
        # A file that has just been written is read again, since it may change within a clock tick.
        os.utime(path, (1_000_000_000, 1_000_000_000))
    assert main(["index", "--quiet"]) == 0
    # Without site, so that nothing is loaded but what the query itself asks for.
    parent = os.path.dirname(os.path.dirname(os.path.dirname(cli.__file__)))
    program = f"""
import sys
from types import ModuleType
package = sys.modules["flux_index"] = ModuleType("flux_index")
package.__path__ = [{parent!r}]
before = set(sys.modules)
from flux_index.api.cli import main
assert main(["query", "definition", "Order.pay", "--format", {shape!r}]) == 0
print(*set(sys.modules) - before, file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    assert "shop.models.Order.pay" in done.stdout
    loaded = set(done.stderr.split())
    assert "flux_index.api.operations.navigation" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded.intersection(HEAVY))
