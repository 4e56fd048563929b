"""What stubs of the standard library leave out is no fault of the code that uses it."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_findings


def test_attributes_that_only_the_source_of_a_standard_class_shows(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import wsgiref.simple_server
        class Handler(wsgiref.simple_server.ServerHandler):
            def finish(self):
                print(self.environ, self.result, self.headers, self.headers_sent)
                return self.headerz
                #           ^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_overloads_of_a_function_of_c_may_lack_a_default(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import datetime, sqlite3
        sqlite3.adapt(datetime.date(2026, 1, 1))
        x = len()
        #   ^^^ missing-argument
        """,
        "missing-argument",
    )


def test_a_constructor_that_only_the_stub_has(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import string, unittest
        def skip():
            raise unittest.SkipTest()
        string.Template()
        #      ^^^^^^^^ missing-argument
        """,
        "missing-argument",
    )


def test_names_in_comments_that_tell_a_type_are_read_by_nothing(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        def collect():
            found = []  # type: typing.List[int]
            #                   ^^^^^^ undefined-name
            return typing.cast(list, found)
            #      ^^^^^^ undefined-name
        """,
        "undefined-name",
    )
    assert [each.severity for each in found] == ["hint", "error"]


def test_an_unknown_value_stays_unknown_behind_a_property(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from functools import cached_property
        class Database:
            def __init__(self, cursor):
                self.cursor = cursor
            @property
            def data(self):
                row = self.cursor.fetchone()
                return {"version": row[0], "zones": bool(row[1])}
            @cached_property
            def kept(self):
                row = self.cursor.fetchone()
                return {"version": row[0], "zones": bool(row[1])}
            @property
            def names(self) -> dict[str, bool]:
                return {}
            def version(self):
                self.names["version"].lower()
                #                     ^^^^^ unresolved-attribute
                return self.data["version"].lower() or self.kept["version"].lower()
        """,
        "unresolved-attribute",
    )
