"""The compact format: what language models read, word by word."""

from __future__ import annotations

import json
from typing import Any

import cli_answers as answers
import pytest

from flux_index.api.operations.table import OPERATIONS
from flux_index.api.render import suggestions, tasks
from flux_index.api.render.answers import RENDERERS, render
from flux_index.api.render.styles import CompactStyle
from flux_index.api.render.words import json_text


def shown(operation: str, answer: dict[str, Any], **arguments: Any) -> str:
    return render(OPERATIONS[operation].result, answer, CompactStyle(operation, arguments))


def test_every_result_type_has_a_renderer() -> None:
    known = RENDERERS.keys() | tasks.RENDERERS.keys() | suggestions.RENDERERS.keys()
    assert known == {operation.result for operation in OPERATIONS.values()}


def test_symbols_are_named_within_their_file() -> None:
    assert (
        shown("symbols", answers.LISTING)
        == """\
shop/models.py:4 class Model(Base) — Something kept.
shop/models.py:9 async method Model.save(self, force=False) -> None — Keep it.
shop/models.py:2 constant LIMIT = 3
outside django.db.Base [inferred, outside]
"""
    )


def test_definitions_have_their_full_name() -> None:
    assert shown("definition", answers.LISTING).startswith(
        "shop/models.py:4 class shop.models.Model(Base) — Something kept.\n"
    )


def test_outline_names_its_file_once() -> None:
    assert (
        shown("outline", answers.OUTLINE)
        == """\
shop/models.py
 2 constant LIMIT = 3
 4 class Model(Base) — Something kept.
  5 field name: str
  9 async method save(self, force=False) -> None — Keep it.
"""
    )


def test_members_stand_below_the_class_that_defines_them() -> None:
    assert (
        shown("members", answers.MEMBERS)
        == """\
shop.models.Model shop/models.py
 9 async method save(self, force=False) -> None — Keep it.
 5 field name: str — set in __init__
shop.base.Base shop/base.py
 3 field id
"""
    )


def test_references_begin_with_all_counts() -> None:
    assert (
        shown("references", answers.REFERENCES, offset=200)
        == """\
shop/models.py:9 async method shop.models.Model.save(self, force=False) -> None — Keep it.
1,203 references: 1,200 call, 3 read (1,202 exact, 1 textual)
shop/views.py
 12 call in View.post: order.save()
 21 call: thing.save(force=True) [textual]
tests/t.py
 1 read: save
… 1,200 more of 1,203: --offset 203
"""
    )


def test_callers_have_their_calls_in_one_line() -> None:
    assert (
        shown("callers", answers.CALLERS)
        == """\
shop/models.py:9 async method shop.models.Model.save(self, force=False) -> None — Keep it.
shop/views.py:10 method View.post — 12: order.save(); 21: thing.save(force=True) [conventional]
"""
    )


def test_hierarchy_is_indented() -> None:
    assert (
        shown("hierarchy", answers.HIERARCHY)
        == """\
shop/models.py:4 class shop.models.Model(Base) — Something kept.
bases
 django.db.Base [outside]
mro shop.models.Model, django.db.Base [inferred, outside]
2 subclasses
 Order shop/models.py:31
  BigOrder shop/big.py:2 [inferred]
"""
    )


def test_a_cut_hierarchy_says_how_to_see_more() -> None:
    cut = {**answers.HIERARCHY, "truncated": True}
    assert shown("hierarchy", cut).endswith("\n… more: --limit 4\n")


def test_imports_tell_where_they_lead() -> None:
    assert (
        shown("imports", answers.IMPORTS)
        == """\
shop/views.py
 1 os [outside]
 3 .models Model as M -> shop/models.py (type-checking, try)
"""
    )


def test_importers_do_not_repeat_what_they_import() -> None:
    assert " 3 .models Model as M (type-checking, try)\n" in shown("importers", answers.IMPORTS)


def test_exists_gives_verdict_reason_and_what_is_nearest() -> None:
    assert (
        shown("exists", answers.EXISTS)
        == """\
missing: Model.sav() — shop.models.Model has no 'sav'
nearest
shop/models.py:9 async method shop.models.Model.save(self, force=False) -> None — Keep it.
"""
    )


def test_source_is_exact_but_for_line_breaks() -> None:
    assert shown("source", answers.SOURCE).split("\n") == [
        "shop/models.py:9-11 method shop.models.Model.save",
        "9 async def save(self):",
        "10 ",
        "11 \treturn None  ",
        "",
    ]


def test_status_leaves_out_what_is_empty() -> None:
    assert (
        shown("status", answers.STATUS)
        == """\
root /src/shop
source_roots ., lib
state current
indexed 1,200
skipped 1
 shop/pipe.py: it is a FIFO
environment kind venv
watcher mode none
writer nobody
sizes files 1,200, bytes 12.3 MB
generation 7
"""
    )


@pytest.mark.parametrize("operation", ["symbols", "definition", "outline", "members", "imports"])
def test_nothing_found_is_said(operation: str) -> None:
    assert shown(operation, answers.NOTHING).startswith("nothing found")


def test_a_name_that_is_not_found_leads_to_what_is_nearest() -> None:
    assert shown("definition", answers.NOTHING, name="Mdel") == (
        "nothing found; flux-index query exists Mdel tells what is nearest\n"
    )


def test_a_symbol_that_nobody_calls_was_found() -> None:
    answer = {**answers.CALLERS, "items": [], "total": 0}
    assert shown("callers", answer, name="Model.save").endswith("\nno callers found\n")


def test_a_page_behind_the_end_is_said() -> None:
    answer = {**answers.NOTHING, "total": 12}
    assert shown("symbols", answer, offset=50) == "nothing from offset 50 on, there are 12\n"


def test_pending_files_and_notes_stand_at_the_end_once() -> None:
    notes = ["files that are not indexed yet: 3", "base Unknown was not found"]
    answer = {**answers.LISTING, "items": [answers.LIMIT], "pending": 3, "notes": notes}
    assert (
        shown("symbols", answer)
        == """\
shop/models.py:2 constant LIMIT = 3
pending: 3 files not indexed yet, there may be more; `flux-index index` takes them in
note: base Unknown was not found
"""
    )


def test_what_would_steer_a_terminal_is_taken_out() -> None:
    evil = {**answers.LIMIT, "path": "a\x1b[2J.py", "signature": 'LIMIT = "\x07\u202e\t1"'}
    answer = {**answers.LISTING, "items": [evil], "total": 1}
    assert shown("symbols", answer) == (
        'a\ufffd[2J.py:2 constant shop.models.LIMIT = "\ufffd\ufffd 1"\n'
    )


def test_json_on_a_terminal_is_readable_and_cannot_steer_it() -> None:
    value = {"name": "Größe\x1b[2J\u202e"}
    assert json_text(value) == '{"name": "Gr\\u00f6\\u00dfe\\u001b[2J\\u202e"}\n'
    shown = json_text(value, on_terminal=True)
    assert shown == '{\n  "name": "Größe\\u001b[2J\\u202e"\n}\n'
    assert json.loads(shown) == value
