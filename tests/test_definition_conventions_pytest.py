"""Parameters of tests: fixtures by name, and the values that parametrize lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from conventions_fixture import check_convention
from fixtures_language import check_definition
from workspace_helpers import plant

from flux_index.indexer.search_path.distributions import modules_of

FIXTURES = {
    "of the module": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def box():
            return Box()
        def test_area(box):
            box.${Box}area()
    """,
    "that yields": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.fixture()
        def box():
            yield Box()
        def test_area(box):
            box.${Box}area()
    """,
    "annotated": """
        #- test_box.py
        from typing import Iterator
        import pytest
        from shapes import Box
        @pytest.fixture
        def box() -> Box: ...
        @pytest.fixture
        def boxes() -> Iterator[Box]:
            yield make()
        def test_area(box, boxes):
            box.${Box1}area()
            boxes.${Box2}area()
    """,
    "async": """
        #- test_box.py
        import pytest_asyncio
        from shapes import Bag, Box
        @pytest_asyncio.fixture
        async def box():
            return Box()
        @pytest_asyncio.fixture
        async def bag():
            yield Bag()
        async def test_area(box, bag):
            box.${Box}area()
            bag.${Bag}area()
    """,
    "imported decorator": """
        #- test_box.py
        from pytest import fixture
        from shapes import Box
        @fixture(scope="module")
        def box():
            return Box()
        def test_area(box):
            box.${Box}area()
    """,
    "under another name": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.fixture(name="box")
        def make_box():
            return Box()
        @pytest.fixture
        def bag():
            return Bag()
        def test_area(box, make_box):
            box.${Box}area()
            make_box.${nothing}area()
    """,
    "the nearest conftest wins": """
        #- conftest.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def shape():
            return Box()
        #- inner/conftest.py
        import pytest
        from shapes import Bag
        @pytest.fixture
        def shape():
            return Bag()
        #- inner/test_inner.py
        def test_area(shape):
            shape.${Bag}area()
        #- other/test_other.py
        def test_area(shape):
            shape.${Box}area()
    """,
    "that overrides one of its name": """
        #- conftest.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def shape():
            return Box()
        #- inner/test_inner.py
        import pytest
        from shapes import Bag
        @pytest.fixture
        def shape(shape):
            shape.${Box}area()
            return Bag()
        def test_area(shape):
            shape.${Bag}area()
    """,
    "that rests on another": """
        #- conftest.py
        import pytest
        from shapes import Box
        class Store:
            def __init__(self):
                self.box = Box()
        @pytest.fixture
        def store():
            return Store()
        @pytest.fixture
        def box(store):
            return store.box
        #- test_box.py
        def test_area(box):
            box.${Box}area()
    """,
    "of a class": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.fixture
        def shape():
            return Bag()
        class TestBox:
            @pytest.fixture
            def shape(self):
                return Box()
            def test_area(self, shape):
                shape.${Box}area()
        def test_area(shape):
            shape.${Bag}area()
    """,
    "of a plugin that conftest names": """
        #- conftest.py
        pytest_plugins = ["plug"]
        #- plug.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def box():
            return Box()
        #- test_box.py
        def test_area(box):
            box.${Box}area()
    """,
    "pytest's own": """
        #- _pytest/__init__.py
        #- _pytest/monkeypatch.py
        from _pytest.fixtures import fixture
        class MonkeyPatch:
            def setattr(self): ...
        #       ^^^^^^^ setattr (conventional)
        @fixture
        def monkeypatch():
            mpatch = MonkeyPatch()
            yield mpatch
        #- test_box.py
        def test_area(monkeypatch):
            monkeypatch.${setattr}setattr()
    """,
    "request": """
        #- _pytest/__init__.py
        #- _pytest/fixtures.py
        class FixtureRequest:
            def getfixturevalue(self, argname): ...
        #       ^^^^^^^^^^^^^^^ value (conventional)
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def box():
            return Box()
        def test_area(request):
            request.${value}getfixturevalue("box").${Box}area()
    """,
    "params": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.fixture(params=[Box(), Bag()])
        def shape(request):
            request.param.${both1}area()
            return request.param
        def test_area(shape):
            shape.${both2}area()
    """,
    "params with names": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.fixture(params=[pytest.param(Box(), id="box")])
        def shape(request):
            return request.param
        def test_area(shape):
            shape.${Box}area()
    """,
    "that makes": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def make_box():
            def make():
                return Box()
            return make
        def test_area(make_box):
            make_box().${Box}area()
    """,
    "not for other functions": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.fixture
        def box():
            return Box()
        def helper(box, size):
            size.${nothing}area()
    """,
    "attributes that setUp makes": """
        #- test_box.py
        import unittest
        from main import make
        from shapes import Box
        class BoxTest(unittest.TestCase):
            def setUp(self):
                self.made = make(Box())
            def test_area(self):
                self.made.${Box}area()
        #- main.py
        from shapes import Box
        def make(x):
            for made in [x]:
                return made
    """,
}

PARAMETRIZE = {
    "one name": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.mark.parametrize("shape", [Box(), Bag()])
        def test_area(shape):
            shape.${both}area()
    """,
    "several names": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.mark.parametrize("box, bag", [(Box(), Bag())])
        def test_area(box, bag):
            box.${Box}area()
            bag.${Bag}area()
    """,
    "names in a tuple": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.mark.parametrize(("box", "bag"), [(Box(), Bag())])
        def test_area(box, bag):
            box.${Box}area()
            bag.${Bag}area()
    """,
    "one name in a list": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.mark.parametrize(["box"], [(Box(),)])
        def test_area(box):
            box.${Box}area()
    """,
    "by keywords": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.mark.parametrize(argnames="box", argvalues=[Box()])
        def test_area(box):
            box.${Box}area()
    """,
    "pytest.param": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.mark.parametrize("box, bag", [pytest.param(Box(), Bag(), id="x")])
        def test_area(box, bag):
            box.${Box}area()
            bag.${Bag}area()
    """,
    "pytest.param that is spread": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        BOTH = (Box(), Bag())
        @pytest.mark.parametrize("box, bag", [pytest.param(*BOTH, id="x")])
        def test_area(box, bag):
            box.${Box}area()
            bag.${Bag}area()
    """,
    "values of a variable": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        CASES = [(Box(), Bag())]
        @pytest.mark.parametrize("box, bag", CASES)
        def test_area(box, bag):
            box.${Box}area()
            bag.${Bag}area()
    """,
    "classes": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.mark.parametrize("kind", [Box, Bag])
        def test_area(kind):
            kind().${both}area()
    """,
    "of the class": """
        #- test_box.py
        import pytest
        from shapes import Box
        @pytest.mark.parametrize("box", [Box()])
        class TestBox:
            def test_area(self, box):
                box.${Box}area()
    """,
    "of the module": """
        #- test_box.py
        import pytest
        from shapes import Box
        pytestmark = [pytest.mark.parametrize("box", [Box()])]
        def test_area(box):
            box.${Box}area()
    """,
    "before the fixture of the name": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.fixture
        def shape():
            return Bag()
        @pytest.mark.parametrize("shape", [Box()])
        def test_area(shape):
            shape.${Box}area()
    """,
    "indirect": """
        #- test_box.py
        import pytest
        from shapes import Bag, Box
        @pytest.fixture
        def shape(request):
            return Bag()
        @pytest.mark.parametrize("shape", [Box()], indirect=True)
        def test_area(shape):
            shape.${Bag}area()
    """,
}

CHAINS = {
    "a fixture that hands on one that hands on another": """
        import pytest
        @pytest.fixture
        def first(): return Box()
        @pytest.fixture
        def second(first): return first
        @pytest.fixture
        def third(second): return second
        def test_area(third):
            third.${Box}area()
    """,
}

PARAMETERS = {
    "a parameter leads to the fixture": """
        #- conftest.py
        import pytest
        @pytest.fixture
        def shape(): ...
        #   ^^^^^ def
        #- test_area.py
        def test_area(sha$0pe): ...
    """,
    "a parameter of another function leads to itself": """
        #- conftest.py
        import pytest
        @pytest.fixture
        def shape(): ...
        #- area.py
        def area(sha$0pe): ...
        #        ^^^^^ def
    """,
}

CASES = {
    **FIXTURES,
    **CHAINS,
    **{f"parametrize: {name}": text for name, text in PARAMETRIZE.items()},
}


@pytest.mark.parametrize("name", CASES)
def test_definition(tmp_path: Path, name: str) -> None:
    check_convention(tmp_path, CASES[name])


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, PARAMETERS[name])


def test_entry_points_are_read_from_metadata(tmp_path: Path) -> None:
    plant(
        tmp_path,
        files={
            "plug-1.0.dist-info/entry_points.txt": (
                "[console_scripts]\nplug = plug.cli:main\n\n"
                "[pytest11]\nplug = plug.fixtures\nmore = plug.more:Plugin [extra]\n"
            ),
            "other-2.0.dist-info/METADATA": "Name: other\n",
        },
    )
    root = str(tmp_path)
    assert modules_of((root, root + "/missing"), "pytest11") == ["plug.fixtures", "plug.more"]
    assert modules_of((root,), "console_scripts") == ["plug.cli"]


def test_a_parameter_leads_to_the_fixture_that_it_requests(tmp_path: Path) -> None:
    check_definition(
        tmp_path,
        """
        #- test_box.py
        import pytest
        @pytest.fixture
        def box(): return 1
        #   ^^^ def (conventional)
        def test_area(bo$0x): ...
        """,
    )
