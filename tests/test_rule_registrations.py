"""Registries keep one thing for each key."""

from __future__ import annotations

from pathlib import Path

from fix_helpers import offered
from fixtures_language import check_edit, check_findings

REGISTRY = """
#- registry.py
READERS = {}
LISTENERS = {}
def reader(name):
    def enter(cls):
        READERS[name] = cls
        return cls
    return enter
def register(name, cls):
    READERS[name] = cls
def listener(name):
    def enter(function):
        LISTENERS.setdefault(name, []).append(function)
        return function
    return enter
class Registry:
    def __init__(self): self.known = {}
    def add(self, name):
        def enter(cls):
            self.known[name] = cls
            return cls
        return enter
formats = Registry()
others = Registry()
"""


def test_in_one_file(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        REGISTRY
        + """
#- main.py
from registry import READERS, formats, listener, others, reader, register
@reader("csv")
class Csv: ...
@reader("tsv")
class Tsv: ...
@reader("csv")
class Other: ...
#     ^^^^^ duplicate-registration ('Csv' on line 3)

@formats.add("csv")
class A: ...
@others.add("csv")
class B: ...
@formats.add("csv")
class C: ...
#     ^ duplicate-registration ('A' on line 10)

@listener("saved")
def first(): return 1
@listener("saved")
def second(): return 2

READERS["xml"] = Csv
READERS["xml"] = Tsv
#       ^^^^^ duplicate-registration (READERS["xml"]: it already registers 'Csv')
READERS["json"] = Csv
READERS["JSON"] = Csv
register("html", Csv)
register("html", Tsv)
#        ^^^^^^ duplicate-registration (already registers 'Csv' on line 25)
""",
        "duplicate-registration",
    )


def test_across_files(tmp_path: Path) -> None:
    before = (
        REGISTRY
        + """
#- csv_reader.py
from registry import READERS, formats, listener, reader, register
@reader("csv")
class CsvReader: ...
@formats.add("ini")
class IniReader: ...
READERS["xml"] = CsvReader
register("html", CsvReader)
@listener("saved")
def saved(): return 1
"""
    )
    check_edit(
        tmp_path,
        before,
        """
        #- fast.py
        import registry
        from registry import READERS, formats, listener, others, reader, register
        @reader("csv")
        class FastReader: ...
        #     ^^^^^^^^^^ duplicate-registration ('CsvReader' in csv_reader.py:3)
        @registry.formats.add("ini")
        class FastIni: ...
        @formats.add("ini")
        class FasterIni: ...
        #     ^^^^^^^^^ duplicate-registration ('IniReader' in csv_reader.py:5)
        @others.add("ini")
        class OtherIni: ...
        READERS["xml"] = FastReader
        #       ^^^^^ duplicate-registration
        registry.register("html", FastReader)
        #                 ^^^^^^ duplicate-registration
        READERS["yaml"] = FastReader
        @listener("saved")
        def also(): return 1
        """,
        "duplicate-registration",
    )
    fixes = offered(tmp_path / "fixes", before, "#- fast.py\nfrom registry import reader\n"
                    '@reader("csv")\nclass Fast: ...\n', "duplicate-registration")  # fmt: skip
    assert [fix.title for fix in fixes] == ["Register it as 'fast_csv'"]
    assert '@reader("fast_csv")' in fixes[0].files["fast.py"]


def test_what_may_be_there_twice(tmp_path: Path) -> None:
    """Branches, settings, tests, routes of different methods, one thing under one key again."""
    check_edit(
        tmp_path,
        REGISTRY
        + """
#- first.py
from registry import READERS, reader
from web import app
@reader("csv")
class Csv: ...
READERS["plain"] = Csv
@app.route("/items", methods=["GET"])
def items(): return 1
#- web.py
class App:
    def route(self, path, methods=()): return lambda function: function
app = App()
""",
        """
        #- tests/test_reader.py
        from registry import reader
        @reader("csv")
        class Fake: ...
        #- second.py
        import sys
        from first import Csv
        from registry import READERS, reader
        from web import app
        READERS["plain"] = Csv
        READERS["level"] = int("1")
        READERS["level"] = int("2")
        if sys.platform == "win32":
            @reader("csv")
            class Windows: ...
        else:
            READERS["plain"] = str
        @app.route("/items", methods=["POST"])
        def add(): return 1
        """,
        "duplicate-registration",
    )


def test_routes_of_one_application(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- web.py
        from framework import App, Router
        app = App()
        #- first.py
        from web import app
        from framework import Router
        router = Router(prefix="/one")
        @app.get("/items")
        def items(): return 1
        @router.get("/list")
        def listed(): return 1
        """,
        """
        #- second.py
        from web import app
        from framework import Router
        router = Router(prefix="/two")
        @app.get("/items")
        def more(): return 1
        #   ^^^^ duplicate-registration ('items' in first.py:5)
        @app.post("/items")
        def add(): return 1
        @router.get("/list")
        def listed_too(): return 1
        """,
        "duplicate-registration",
    )
