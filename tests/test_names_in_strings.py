"""Strings that name something: the definition they lead to, and that they are references of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_completion, check_definition, check_hover, check_references

DEFINITIONS = {
    "key of a typed dictionary": """
        from typing import TypedDict
        class Movie(TypedDict):
            title: str
        #   ^^^^^ title (inferred)
        class Shelf(TypedDict):
            best: Movie
            all: list[Movie]
        def show(movie: Movie):
            movie["${title1}title"]
            movie.get("${title2}title")
            movie.setdefault("${title3}title", "")
            "${title4}title" in movie
            match movie:
                case {"${title5}title": found}:
                    return found
        def make() -> Movie:
            return {"${title6}title": ""}
        show({"${title7}title": ""})
        shelf: Shelf = {"best": {"${title8}title": ""}, "all": [{"${title9}title": ""}]}
        other = {"${nothing}title": ""}
    """,
    "key of a dictionary that a call makes": """
        from typing import TypedDict
        Options = TypedDict("Options", {"loud": bool})
        #                                ^^^^ loud
        options: Options = {"${loud1}loud": True}
        options["${loud2}loud"]
        Options(${loud3}loud=True)
    """,
    "fields of named tuples": """
        from collections import namedtuple
        from typing import NamedTuple
        Point = namedtuple("Point", "across down")
        #                                   ^^^^ down
        p = Point(1, ${down1}down=2)
        p.${down2}down
        p._replace(${down3}down=1)
        def use(point):
            return point.${down4}down
        use(Point(1, 2))
        class Sub(namedtuple("Base", ["left", "right"])):
        #                              ^^^^ left
            def total(self):
                return self.${left1}left
        Sub(${left2}left=1, right=2).${left3}left
        Named = NamedTuple("Named", [("first", int)])
        #                              ^^^^^ first
        Named(${first1}first=1).${first2}first
        p.${nothing}missing
    """,
    "members of an enumeration": """
        from enum import Enum
        class Kind(Enum):
            SMALL = 1
        #   ^^^^^ small
        Kind["${small}SMALL"]
        Color = Enum("Color", "RED GREEN")
        #                          ^^^^^ green
        Color.${green}GREEN
    """,
    "attributes": """
        class Box:
            __slots__ = ("${size1}size",)
            def __init__(self):
                self.size = 1
        #            ^^^^ size
        box = Box()
        getattr(box, "${size2}size")
        hasattr(box, "${size3}size")
        getattr(box, "${nothing}missing")
    """,
    "modules and what is patched": """
        #- pkg/__init__.py
        #- pkg/parts.py
        class Part:
        #     ^^^^ part (inferred)
            def run(self): ...
        #       ^^^ run
        #- main.py
        from importlib import import_module
        from unittest import mock
        import_module("pkg.parts").${part}Part
        mock.patch("pkg.parts.${part1}Part")
        mock.patch("pkg.parts.Part.${run1}run")
        from pkg.parts import Part
        mock.patch.object(Part, "${run2}run")
    """,
    "fixtures": """
        #- conftest.py
        import pytest
        @pytest.fixture
        def database():
        #   ^^^^^^^^ database (conventional)
            return 1
        #- test_it.py
        import pytest
        @pytest.mark.usefixtures("${database1}database")
        def test_used(request):
            request.getfixturevalue("${database2}database")
    """,
    "parameters that are listed": """
        #- test_it.py
        import pytest
        @pytest.mark.parametrize("number, ${text}text", [(1, "a")])
        def test_listed(number, text): ...
        #                       ^^^^ text
    """,
    "keywords of a mapping that is spread": """
        def area(width, height): ...
        #        ^^^^^ width
        area(**{"${width}width": 1})
    """,
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_definition(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, DEFINITIONS[name])


REFERENCES = {
    "a key": """
        from typing import TypedDict
        class Movie(TypedDict):
            ti$0tle: str
        #   ^^^^^ ref
        def show(movie: Movie):
            return movie["title"]
        #                 ^^^^^ ref (string inferred)
        other = {"title": 1}
    """,
    "a fixture": """
        #- conftest.py
        import pytest
        @pytest.fixture
        def data$0base(): ...
        #- test_it.py
        import pytest
        def test_it(database): ...
        #           ^^^^^^^^ ref (parameter conventional)
        @pytest.mark.usefixtures("database")
        #                         ^^^^^^^^ ref (string conventional)
        def test_other(): ...
    """,
    "a function that is patched": """
        #- parts.py
        def comp$0ute(): ...
        #- test_it.py
        from unittest import mock
        mock.patch("parts.compute")
        #                 ^^^^^^^ ref (string inferred)
        mock.patch("other.compute")
    """,
    "a keyword of a lambda": """
        double = lambda wi$0dth: width
        #               ^^^^^ ref (parameter)
        #                        ^^^^^ ref
        double(width=1)
        #      ^^^^^ ref (keyword)
    """,
}


@pytest.mark.parametrize("name", REFERENCES)
def test_references(tmp_path: Path, name: str) -> None:
    check_references(tmp_path, REFERENCES[name], roles=ROLES)


ROLES = ["call", "read", "write", "keyword", "parameter", "string"]


def test_what_is_known_to_be_something_else_is_no_reference(tmp_path: Path) -> None:
    check_references(
        tmp_path,
        """
        class Box:
            def op$0en(self): ...
        class Tin:
            def open(self): ...
        def use(tin):
            tin.open()
        use(Tin())
        """,
        conventions=True,
    )


def test_features_know_fields_that_strings_declare(tmp_path: Path) -> None:
    made = """
        from collections import namedtuple
        Point = namedtuple("Point", "across down")
        Point(1, 2).acr$0oss
    """
    check_hover(tmp_path / "hover", made, "across")
    check_completion(tmp_path / "completion", made.replace("acr$0oss", "$0"), "across down")
