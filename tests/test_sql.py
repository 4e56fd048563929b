"""``flux-index sql``: the documented views of an index, asked read-only and in bounded time."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from workspace_helpers import plant, state_of

from flux_index.api.cli import main
from flux_index.indexer.index import Index
from flux_index.indexer.store.sql_views import VIEWS

Ask = Callable[..., list[dict[str, object]]]
FILES = {
    "pyproject.toml": "",
    "shop/__init__.py": "",
    "shop/models.py": (
        'class Order:\n    """What a customer wants."""\n\n    def pay(self, amount): ...\n\n\n'
        "class Gift(Order):\n    def __init__(self):\n        self.ribbon = 1\n"
    ),
    "shop/desk.py": "from shop.models import Order\n\nOrder().pay(3)\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = plant(tmp_path / "shop", files=FILES)
    monkeypatch.chdir(root)
    assert main(["index", "--quiet", "--jobs", "1"]) == 0
    return root


@pytest.fixture
def ask(root: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    def ask(sql: str, *options: str) -> list[dict[str, object]]:
        code = main(["sql", sql, "--json", *options])
        out = capsys.readouterr().out
        found = json.loads(out)
        assert code == (0 if found else 1)
        return found

    return ask


def test_symbols(ask: Ask) -> None:
    assert ask("SELECT qualified, kind, line, summary FROM symbols WHERE name = 'Order'") == [
        {"qualified": "Order", "kind": "class", "line": 1, "summary": "What a customer wants."}
    ]
    assert ask("SELECT qualified FROM symbols WHERE is_on_instance") == [
        {"qualified": "Gift.ribbon"}
    ]


def test_files_and_where_names_occur(ask: Ask) -> None:
    assert ask("SELECT path FROM files WHERE symbols = 0 ORDER BY path") == [
        {"path": "shop/__init__.py"},
        {"path": "shop/desk.py"},
    ]
    assert ask("SELECT path FROM occurrences WHERE name = 'pay' ORDER BY path") == [
        {"path": "shop/desk.py"},
        {"path": "shop/models.py"},
    ]
    assert ask("SELECT * FROM inheriting") == [{"name": "Order", "path": "shop/models.py"}]


def test_it_is_asked_of_what_is_on_disk_now(ask: Ask, root: Path) -> None:
    (root / "shop/late.py").write_text("def late(): ...\n")
    assert ask("SELECT path FROM symbols WHERE name = 'late'") == [{"path": "shop/late.py"}]


def test_tables_and_csv(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql = "SELECT name, line FROM symbols WHERE kind = 'class' ORDER BY line"
    assert main(["sql", sql]) == 0
    assert capsys.readouterr().out == "name   line\n-----  ----\nOrder     1\nGift      7\n"
    assert main(["sql", sql, "--format", "csv", "--limit", "1"]) == 0
    out = capsys.readouterr()
    assert out.out == "name,line\nOrder,1\n"
    assert "more than 1 rows" in out.err


def test_the_views_are_listed(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sql", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert set(listed["views"]) == set(VIEWS)
    # Any other tool opens the same file.
    with sqlite3.connect(f"file:{listed['path']}?mode=ro", uri=True) as connection:
        assert connection.execute("SELECT count(*) FROM files").fetchone() == (3,)
    connection.close()


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM file", "only questions are answered"),
        ("UPDATE meta SET value = 1", "only questions are answered"),
        ("ATTACH '/tmp/x.db' AS other", "only questions are answered"),
        ("PRAGMA query_only = OFF", "only questions are answered"),
        ("CREATE TEMP TABLE t (a)", "only questions are answered"),
        ("VACUUM INTO '/tmp/copy.db'", "only questions are answered"),
        ("SELECT load_extension('x')", "SQLite: not authorized"),
        ("SELECT 1; SELECT 2", "SQLite: You can only execute one statement at a time"),
        ("SELEC 1", 'SQLite: near "SELEC"'),
        ("SELECT zeroblob(100000000)", "SQLite: string or blob too big"),
        ("-- nothing", "this is no question"),
    ],
)
def test_what_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], sql: str, message: str
) -> None:
    before = _stored(root)
    assert main(["sql", "--", sql]) == 2
    assert message in capsys.readouterr().err
    assert _stored(root) == before


def _stored(root: Path) -> list[str]:
    """Statements that make all that an index has, but for when files were looked at."""
    with closing(sqlite3.connect(":memory:")) as copy:
        with closing(sqlite3.connect(state_of(root) / "index.db")) as connection:
            connection.backup(copy)
        copy.execute("UPDATE file SET version = 0")
        copy.execute("DELETE FROM meta WHERE key IN ('known', 'revision')")
        return list(copy.iterdump())


def test_a_question_without_end_is_ended(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endless = "WITH RECURSIVE a(b) AS (SELECT 1 UNION ALL SELECT b FROM a) SELECT count(*) FROM a"
    assert main(["sql", endless, "--timeout", "0.2"]) == 2
    assert "longer than 0.2 seconds" in capsys.readouterr().err


def test_names_of_files_stay_on_their_line(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "shop/a\nb.py").write_text("x = 1\n")
    assert main(["sql", "SELECT path FROM files WHERE path LIKE '%b.py'"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_views_of_somebody_else_are_not_ours(root: Path) -> None:
    path = state_of(root) / "index.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW more AS SELECT 1")
    connection.close()
    index = Index.open(str(root))
    try:
        index.refresh()
        assert any("rebuilt" in note for note in index.notes)
    finally:
        index.close()


def test_examples_of_the_documentation(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parent.parent / "docs/sql.md").read_text(encoding="utf-8")
    examples = re.findall(r'^flux-index sql "(.+)"$', text, re.MULTILINE)
    assert len(examples) == 4
    assert [main(["sql", each]) for each in examples] == [0, 0, 1, 1]
