"""The table format: what people read, with columns, widths and colours."""

from __future__ import annotations

import io
from typing import Any

import cli_answers as answers
import pytest

from flux_index.api.cli.output import in_colour, width
from flux_index.api.operations.table import OPERATIONS
from flux_index.api.render import suggestions, tasks
from flux_index.api.render.answers import RENDERERS, render
from flux_index.api.render.styles import Row, TableStyle, cut_to
from flux_index.api.render.words import local

PLACE = {"path": "a.py", "range": answers.at(0)}


def shown(operation: str, answer: dict[str, Any], **view: Any) -> str:
    return render(OPERATIONS[operation].result, answer, TableStyle(operation, {}, **view))


def test_every_result_type_has_a_renderer() -> None:
    known = RENDERERS.keys() | tasks.RENDERERS.keys() | suggestions.RENDERERS.keys()
    assert known == {operation.result for operation in OPERATIONS.values()}


def test_symbols_are_aligned() -> None:
    assert (
        shown("symbols", answers.LISTING)
        == """\
shop/models.py:4:7  class         Model(Base)  Something kept.
shop/models.py:9:7  async method  Model.save(self, force=False) -> None  Keep it.
shop/models.py:2:7  constant      LIMIT = 3
                    outside       django.db.Base [inferred, outside]
4 symbols
"""
    )


def test_a_definition_is_never_cut() -> None:
    answer = {**answers.LISTING, "items": [answers.SAVE], "total": 1}
    assert shown("definition", answer, width=40) == (
        "shop/models.py:9:7  async method  "
        "shop.models.Model.save(self, force=False) -> None  Keep it.\n"
    )


def test_outline_is_nested() -> None:
    assert (
        shown("outline", answers.OUTLINE)
        == """\
shop/models.py:2:7  constant      LIMIT = 3
shop/models.py:4:7  class         Model(Base)  Something kept.
shop/models.py:5:7  field           name: str
shop/models.py:9:7  async method    save(self, force=False) -> None  Keep it.
4 symbols
"""
    )


def test_members_stand_below_the_class_that_defines_them() -> None:
    assert (
        shown("members", answers.MEMBERS)
        == """\
shop.models.Model
shop/models.py:9:7  async method  save(self, force=False) -> None  Keep it.
shop/models.py:5:7  field         name: str  set in __init__

shop.base.Base
shop/base.py:3:7  field  id
3 members
"""
    )


def test_references_have_places_that_terminals_open() -> None:
    assert (
        shown("references", answers.REFERENCES)
        == """\
shop/models.py:9:7  async method  shop.models.Model.save(self, force=False) -> None  Keep it.
1,203 references: 1,200 call, 3 read (1,202 exact, 1 textual)
shop/views.py:12:5  call  order.save()  in View.post
shop/views.py:21:5  call  thing.save(force=True) [textual]
tests/t.py:1:5      read  save
… 1,200 more of 1,203: --offset 3
"""
    )


def test_callers_are_followed_by_their_calls() -> None:
    assert (
        shown("callers", answers.CALLERS)
        == """\
shop/models.py:9:7  async method  shop.models.Model.save(self, force=False) -> None  Keep it.

shop/views.py:10:7  method  View.post [conventional]
  shop/views.py:12:5  order.save()
  shop/views.py:21:5  thing.save(force=True) [textual]
"""
    )


def test_hierarchy_is_a_tree() -> None:
    assert (
        shown("hierarchy", answers.HIERARCHY)
        == """\
shop/models.py:4:7  class  shop.models.Model(Base)  Something kept.

bases
  django.db.Base [outside]

method resolution order
shop/models.py:4:7    shop.models.Model
                      django.db.Base [inferred, outside]

2 subclasses
shop/models.py:31:7    shop.models.Order
shop/big.py:2:7          shop.big.BigOrder [inferred]
"""
    )


def test_imports_tell_where_they_lead() -> None:
    assert (
        shown("imports", answers.IMPORTS)
        == """\
shop/views.py:1:8   os [outside]
shop/views.py:3:21  .models.Model as M  -> shop/models.py (type-checking, try)
2 imports
"""
    )


def test_a_relative_import_of_a_module_has_one_dot() -> None:
    item = {**answers.IMPORTS["items"][1], "module": ".", "name": "models"}
    answer = {**answers.IMPORTS, "items": [item], "total": 1}
    assert "  .models as M  " in shown("imports", answer)


def test_exists_gives_verdict_reason_and_what_is_nearest() -> None:
    assert (
        shown("exists", answers.EXISTS)
        == """\
Model.sav(): missing (shop.models.Model has no 'sav')

nearest
shop/models.py:9:7  async method  shop.models.Model.save(self, force=False) -> None  Keep it.
"""
    )


def test_source_is_numbered() -> None:
    assert shown("source", answers.SOURCE) == (
        "shop/models.py:9  shop.models.Model.save\n"
        " 9  async def save(self):\n"
        "10\n"
        "11  \treturn None  \n"
    )


def test_status_has_a_row_for_each_part() -> None:
    assert (
        shown("status", answers.STATUS)
        == """\
root          /src/shop
source roots  .
              lib
state         current
indexed       1,200
skipped       shop/pipe.py: it is a FIFO
environment   kind venv
watcher       mode none
writer        nobody
sizes         files 1,200
              bytes 12.3 MB
generation    7
"""
    )


def test_evidence_is_never_cut_off() -> None:
    narrow = shown("symbols", {**answers.LISTING, "items": [answers.BASE] * 4}, width=42)
    assert narrow.splitlines()[0] == "outside  django.db.Base [inferred, outside]"
    narrower = TableStyle("symbols", {}, width=40)
    row = Row(PLACE, "class", "VeryLongNameOfAClass", "(Base)", " [textual]", "What for.")
    assert narrower.rows([row]) == ["a.py:1:1  class  VeryLongNameOfAClass(Ba… [textual]"]


def test_what_a_symbol_is_for_is_cut_first() -> None:
    row = Row(PLACE, "class", "Name", "(Base)", "", "What it is there for.")
    assert TableStyle("symbols", {}, width=45).rows([row]) == [
        "a.py:1:1  class  Name(Base)  What it is ther…"
    ]
    assert TableStyle("symbols", {}, width=35).rows([row]) == ["a.py:1:1  class  Name(Base)"]


def test_colours_mark_place_name_and_doubt() -> None:
    row = Row(PLACE, "class", "Name", "()", " [textual]", "Why.")
    assert TableStyle("symbols", {}, colour=True).rows([row]) == [
        "\x1b[36ma.py:1:1\x1b[0m  \x1b[2mclass\x1b[0m  \x1b[1mName\x1b[0m()"
        "\x1b[33m [textual]\x1b[0m  \x1b[2mWhy.\x1b[0m"
    ]


def test_wide_characters_take_two_columns() -> None:
    assert cut_to("名前です", 5) == "名前…"
    assert cut_to("nai\u0308ve", 5) == "nai\u0308ve"


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        ("/src/shop", "shop/models.py"),
        ("/src/shop/shop", "models.py"),
        ("/src/shop/tests", "../shop/models.py"),
        ("/src", "/src/shop/shop/models.py"),
        ("", "shop/models.py"),
    ],
)
def test_files_are_named_as_seen_from_the_current_folder(folder: str, path: str) -> None:
    assert TableStyle("symbols", {}, "/src/shop", folder).path("shop/models.py") == path


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        ("shop.models.Model.save", "shop/models.py", "Model.save"),
        ("shop.models.Model.save", "src/shop/models.pyi", "Model.save"),
        ("shop.Model", "shop/__init__.py", "Model"),
        ("flux_index.indexer.text.read", "indexer/text.py", "read"),
        ("found.found.x", "found.py", "found.x"),
        ("pkg.a.pkg.X", "src/pkg/a/pkg.py", "X"),
        ("migrations/0001_initial.py.run", "migrations/0001_initial.py", "run"),
        ("django.db.Base", "", "django.db.Base"),
        ("shop.models", "shop/models.py", "shop.models"),
    ],
)
def test_names_within_their_file(name: str, path: str, expected: str) -> None:
    assert local(name, path) == expected


def test_a_file_outside_the_workspace_keeps_its_path() -> None:
    assert TableStyle("symbols", {}, "/src", "/src/a").path("/usr/x.py") == "/usr/x.py"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_and_widths_are_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("NO_COLOR", "TERM", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    assert in_colour(Terminal())
    assert not in_colour(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not in_colour(Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not in_colour(Terminal())
    assert width(io.StringIO()) == 0
    assert width(Terminal()) == 80
    monkeypatch.setenv("COLUMNS", "132")
    assert width(Terminal()) == 132
