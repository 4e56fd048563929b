from __future__ import annotations

from pathlib import Path

from fixtures_language import Fixture, check_edit, check_findings, open_workspace

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import proposed


def test_bodies_without_code(tmp_path: Path) -> None:
    found = check_edit(
        tmp_path,
        """
        #- main.py
        """,
        '''
        import random

        def load(path):
        #   ^^^^ stub-body (no code yet)
            pass

        def save(path): ...
        #   ^^^^ stub-body

        def check(path):
        #   ^^^^^ stub-body (NotImplementedError)
            raise NotImplementedError

        def explain(path):
        #   ^^^^^^^ stub-body (docstring)
            """Say what it is."""

        def is_allowed(user, action):
        #   ^^^^^^^^^^ stub-body ('user' and 'action')
            """Whether a user may do something."""
            return True

        class Store:
            def clear(self):
            #   ^^^^^ stub-body
                pass  # TODO
        ''',
        "stub-body",
    )
    assert {finding.severity for finding in found} == {"warning"}


def test_bodies_that_are_meant_to_be_empty(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- main.py
        """,
        '''
        from abc import ABC, abstractmethod
        from typing import Protocol, overload
        import click

        class Reader(Protocol):
            def read(self) -> str: ...

        class Shape(ABC):
            @abstractmethod
            def area(self): ...
            def describe(self): pass

        class Visitor:
            def visit(self, node): pass
        class Counter(Visitor):
            def visit(self, node): self.count = 1
        class Silent(Counter):
            def visit(self, node): pass

        class ShopError(Exception):
            """Something is wrong."""

        class FakeClient:
            def close(self): pass

        class Quiet:
            def __init__(self): pass
            def close(self):
                pass  # there is nothing to close
            def copy(self):
                raise NotImplementedError("copies are not supported")

        @overload
        def both(value: int) -> int: ...
        @overload
        def both(value: str) -> str: ...
        def both(value): return value

        @click.group()
        def cli(): pass

        def noop(): pass

        def doubled(value):
            def ignore(): pass
            return value * 2 if ignore() is None else 0

        def answer():
            return 42
        ''',
        "stub-body",
    )


def test_what_was_a_stub_before_is_a_hint(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        def load(path):
        #   ^^^^ stub-body
            pass
        """,
        "stub-body",
    )
    assert [finding.severity for finding in found] == ["hint"]


def test_placeholder_comments(tmp_path: Path) -> None:
    text = (
        "def load(path):\n"
        "    # ... existing code ...\n"
        "    return path\n"
        "\n"
        "def save(path):\n"
        '    """Not a comment: # rest of the code."""\n'
        '    text = "# your code here"\n'
        "    return path, text  # TODO: implement this\n"
        "# The rest of the arguments is passed on.\n"
    )
    assert placeholders(tmp_path, text) == ["... existing code ...", "TODO: implement this"]


def placeholders(folder: Path, text: str) -> list[str]:
    """What the comments of a new file say that stand in the place of code."""
    session = open_workspace(folder, Fixture({"main.py": "", "other.py": ""}, {}, {}))
    try:
        found = check_change(proposed(session, {"main.py": text.encode()}))
    finally:
        session.index.close()
    return [finding.subject for finding in found if finding.rule == "placeholder-comment"]
