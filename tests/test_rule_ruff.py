from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fixtures_language import check_edit, check_findings, open_workspace, parse_fixture

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import unchanged
from flux_index.api.check.rules import ruff


def test_bugs_that_ruff_knows(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import os
        # <- nothing
        def load(value, known={}):
        #                     ^^ ruff:B006 (mutable)
            é = "é"; "é {} {}".format(value); return value is "é", é
            assert (value, "is set")
        """.replace("        # <- nothing\n", "")
        .replace('            é = "é"; "é {} {}".format(value); return value is "é", é\n', "")
        .replace(
            '            assert (value, "is set")\n',
            '            print("é", value is "a")\n        #              ^^^^^^^^^^^^ ruff:F632\n',
        ),
        "ruff:B",
        "ruff:F6",
    )


def test_only_what_an_edit_adds(tmp_path: Path) -> None:
    found = check_edit(
        tmp_path,
        """
        def load(known={}): return known
        """,
        """
        import os
        def load(known={}): return known
        def save(known=[]): return known
        #              ^^ ruff:B006
        """,
        "ruff:B",
    )
    assert [finding.severity for finding in found] == ["warning"]


def test_what_is_not_used_is_a_hint(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        import os
        #      ^^ ruff:F401
        import sys  # noqa: F401
        """,
        "ruff",
    )
    assert [finding.severity for finding in found] == ["hint"]
    assert not any(fix.safe for finding in found for fix in finding.fixes)


def test_the_configuration_of_the_project_does_not_matter(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- ruff.toml
        lint.select = ["ALL"]
        lint.ignore = ["B006"]
        #- main.py
        def load(known={}): return known
        #              ^^ ruff:B006
        """,
        "ruff",
    )


def test_without_ruff_there_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    monkeypatch.setattr(ruff, "find_ruff", lambda _: "")
    assert reported(tmp_path, "def load(known={}): return known\n", notes) == []
    assert "ruff is not installed" in notes[0]


def test_a_ruff_that_fails_is_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notes: list[str] = []
    program = tmp_path / "ruff"
    program.write_text("#!/bin/sh\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setattr(ruff, "find_ruff", lambda _: str(program))
    assert reported(tmp_path, "def load(known={}): return known\n", notes) == []
    assert "could not be run" in notes[0]


def reported(folder: Path, text: str, notes: list[str]) -> list[Any]:
    """What is found by ruff in a file; what it notes is added to ``notes``."""
    session = open_workspace(folder, parse_fixture(text))
    try:
        change = unchanged(session, ["main.py"])
        found = check_change(change, whole=True)
        notes += [*session.index.notes, *change.after.snapshot.work.left_out]
    finally:
        session.index.close()
    return [finding for finding in found if finding.rule.startswith("ruff")]


def test_loggers_that_are_not_those_of_the_standard_library(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- brace_logging.py
        from logging import Logger
        class BraceLogger(Logger):
            def _log(self, level, msg, args, **kwargs):
                super()._log(level, msg.format(*args), (), **kwargs)
        def getLogger(name) -> BraceLogger:
            return BraceLogger(name)
        #- app.py
        import logging
        import brace_logging
        def show(logger):
            brace_logging.getLogger("a").warning("{} is left", 1)
            log = brace_logging.getLogger("a")
            log.warning("{} is left", 1)
            logger.warning("{} is left", 1)
            logger.warning("is left", 1)
        #   ^^^^^^^^^^^^^^ ruff:PLE1205
        def show_plainly():
            logger = logging.getLogger("b")
            logger.warning("{} is left", 1)
        #   ^^^^^^^^^^^^^^ ruff:PLE1205
        """,
        "ruff:PLE12",
    )


def test_right_code_that_ruff_takes_for_a_bug(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- managers.py
        from contextlib import _GeneratorContextManager
        class Guarded(_GeneratorContextManager):
            def __init__(self, keyword, func):
                self.keyword = keyword
                return super().__init__(func, (), {})
        class Other:
            def __init__(self):
                return 1
        #       ^^^^^^^^ ruff:PLE0101
        #- files.py
        def load(path, driver):
            try:
                return open(path)
            except FileNotFoundError if driver == "sec2" else OSError:
                return None
            except [ValueError, KeyError]:
                #  ^^^^^^^^^^^^^^^^^^^^^^ ruff:B030
                return None
        #- interfaces.py
        Interface = make_interface()
        class IBroken(Interface):
            def __setattr__(name, value):
                ...
        class Broken:
            def __setattr__(name, value):
            #   ^^^^^^^^^^^ ruff:PLE0302
                ...
        """,
        "ruff:B030", "ruff:PLE0101", "ruff:PLE0302",
    )  # fmt: skip


def test_slots_beside_a_property_that_keeps_what_is_set(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Info:
            __slots__ = ("name", "_nested")
            def __init__(self, nested):
                self.nested = nested
                self.other = nested
                #    ^^^^^ unresolved-attribute
            @property
            def nested(self): return self._nested
            @nested.setter
            def nested(self, value): self._nested = value
        """,
        "ruff:PLE", "unresolved-attribute",
    )  # fmt: skip
