"""`patterns` without a base in common: registrations, tables, modules and tests of one shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixtures_language import open_workspace, parse_fixture

from flux_index.api.cli import main
from flux_index.api.operations.table import call

SOURCES = """
    #- app/__init__.py
    #- app/registry.py
    class Registry:
        def register(self, handler): return handler
    registry = Registry()
    #- app/handlers.py
    import logging
    from app.registry import registry

    logger = logging.getLogger(__name__)

    def paid(event, store):
        row = store.load(event)
        logger.info("paid")
        row.check()
        store.save(row)

    def shipped(event, store):
        row = store.load(event)
        logger.info("shipped")
        if row:
            row.check()
            notify(row)
        store.save(row)

    def returned(event, store):
        row = store.load(event)
        logger.info("returned")
        row.check()
        store.save(row)

    def lost(event, store):
        row = store.load(event)
        logger.info("lost")
        row.check()
        store.save(row)

    def found(event):
        return event

    def notify(row): ...

    registry.register(paid)
    registry.register(shipped)
    registry.register(returned)
    registry.register(lost)
    registry.register(found)
    #- app/tables.py
    def red(): ...
    def green(): ...
    def blue(): ...
    def grey(): ...
    COLOURS = {"r": red, "g": green, "b": blue, "x": grey}
    #- app/plugins.py
    def plugin(cls): return cls
    @plugin
    class Mail:
        def send(self, to): ...
    @plugin
    class Phone:
        def send(self, to): ...
    @plugin
    class Pigeon:
        def send(self, to): ...
    @plugin
    class Letter:
        def send(self, to): ...
    #- app/formats/__init__.py
    #- app/formats/csv.py
    import io
    NAME = "csv"
    def read(file): return io.StringIO(file)
    def write(file, rows): ...
    #- app/formats/json.py
    import io
    NAME = "json"
    def read(file): return io.StringIO(file)
    def write(file, rows): ...
    #- app/formats/xml.py
    import io
    NAME = "xml"
    def read(file): return io.StringIO(file)
    def write(file, rows): ...
    #- app/formats/yaml.py
    NAME = "yaml"
    def read(file): return file
    #- tests/test_app.py
    def test_paid(client, store):
        client.get("/paid")
        store.load(1)
        assert store.rows
    def test_shipped(client, store):
        client.get("/shipped")
        store.load(2)
    def test_lost(client, store):
        client.get("/lost")
        store.load(3)
    def test_found(client, store):
        client.get("/found")
        store.load(4)
    def test_nothing(client):
        client.close()
"""


def ask(folder: Path, **arguments: Any) -> Any:
    session = open_workspace(folder, parse_fixture(SOURCES))
    try:
        return call(session, "patterns", arguments)
    finally:
        session.close()


def names(answer: Any) -> list[str]:
    return sorted(each["name"].rpartition(".")[2] for each in answer["members"])


def told(answer: Any, kind: str) -> list[tuple[str, int, int, str]]:
    return [
        (each["name"], each["count"], each["of"], each["detail"])
        for each in answer["habits"]
        if each["kind"] == kind
    ]


def test_functions_that_are_given_to_the_same_call(tmp_path: Path) -> None:
    answer = ask(tmp_path, name="app.handlers.paid")
    assert answer["why"] == "are given to `registry.register(…)`"
    assert names(answer) == ["found", "lost", "returned", "shipped"]
    order = "store.load, then logger.info, then row.check, then store.save"
    assert told(answer, "calls") == [(order, 3, 4, "")]
    assert told(answer, "logs") == [("logger.info", 3, 4, "")]
    made = "logger = logging.getLogger(__name__)"
    assert told(answer, "logger") == []  # one file is no pattern
    assert made not in str(answer["habits"])
    (outlier,) = answer["outliers"]
    assert outlier["name"] == "found"
    assert "store.save()" in outlier["lacks"]
    assert "store" in outlier["lacks"]
    nearest = [each["name"] for each in outlier["nearest"]]
    assert len(nearest) == 2
    assert {*nearest} < {f"app.handlers.{each}" for each in ("lost", "returned", "shipped")}


def test_what_a_call_registers(tmp_path: Path) -> None:
    answer = ask(tmp_path, name="Registry.register")
    assert names(answer) == ["found", "lost", "paid", "returned", "shipped"]


def test_entries_of_a_table(tmp_path: Path) -> None:
    answer = ask(tmp_path, name="app.tables.red")
    assert answer["why"] == "stand in `COLOURS`"
    assert names(answer) == ["blue", "green", "grey"]
    whole = ask(tmp_path, name="COLOURS")
    assert whole["total"] == 4


def test_classes_with_a_decorator(tmp_path: Path) -> None:
    answer = ask(tmp_path, name="app.plugins.Mail")
    assert answer["why"] == "are decorated with `plugin`"
    assert told(answer, "method") == [("send", 3, 3, "(self, to)")]
    registrar = ask(tmp_path, name="app.plugins.plugin")
    assert names(registrar) == ["Letter", "Mail", "Phone", "Pigeon"]


def test_modules_of_a_folder(tmp_path: Path) -> None:
    answer = ask(tmp_path, path="app/formats")
    assert (answer["kind"], answer["total"]) == ("module", 4)
    assert answer["why"] == "define the same names in app/formats/"
    assert told(answer, "defines") == [
        ("NAME", 4, 4, " = …"),
        ("read", 4, 4, "(file)"),
        ("write", 3, 4, "(file, rows)"),
    ]
    assert told(answer, "import") == [("io", 3, 4, "")]
    (outlier,) = answer["outliers"]
    assert (outlier["path"], outlier["lacks"]) == ("app/formats/yaml.py", ["write"])
    assert len(outlier["nearest"]) == 2
    assert "def write(file, rows):\n    raise NotImplementedError(" in answer["skeleton"]
    assert "NAME = ...  # fill in" in answer["skeleton"]


def test_a_folder_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    open_workspace(tmp_path, parse_fixture(SOURCES)).close()
    monkeypatch.chdir(tmp_path / "w")
    assert main(["query", "patterns", "app/formats/"]) == 0
    head, *_ = capsys.readouterr().out.splitlines()
    assert head == "4 modules that define the same names in app/formats/"


def test_modules_beside_a_file(tmp_path: Path) -> None:
    answer = ask(tmp_path, path="app/formats/csv.py")
    assert names(answer) == ["json", "xml", "yaml"]
    alone = ask(tmp_path, path="app/plugins.py")
    assert alone["total"] == 0
    assert alone["notes"]


def test_tests_with_the_same_fixtures_and_calls(tmp_path: Path) -> None:
    answer = ask(tmp_path, name="test_paid")
    assert answer["why"] == "test alike: with the same fixtures and calls"
    assert names(answer) == ["test_found", "test_lost", "test_shipped"]
    assert told(answer, "calls") == [("client.get, then store.load", 3, 3, "")]


def test_a_budget_leaves_out_what_fewest_have(tmp_path: Path) -> None:
    answer = ask(tmp_path, name="app.handlers.paid", budget=100)
    assert answer["skeleton"] == ""
    assert answer["habits"] != ask(tmp_path / "again", name="app.handlers.paid")["habits"]
    assert any("for a budget of 100 tokens" in each for each in answer["notes"])
