"""What is offered at a cursor, in text that is half-written more often than not."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_completed, check_completion

SHAPES = """
#- shapes.py
class Base:
    shared = 1
    def area(self): ...
    def _hidden(self): ...
class Box(Base):
    def __init__(self, size):
        self.size = size
    def put(self, item): ...
"""

# Text, expected labels, further arguments of `check_completion`.
CASES: dict[str, tuple[str, str, dict[str, str]]] = {
    "members: own, inherited, private": (
        SHAPES + "#- main.py\nfrom shapes import Box\nbox = Box(1)\nbox.$0\n",
        "put size area shared _hidden",
        {"first": "put size area shared _hidden"},
    ),
    "members above other statements": (
        SHAPES
        + "#- main.py\nfrom shapes import Box\ndef f():\n    box = Box(1)\n    box.$0\n    x = 1\n",
        "put size area",
        {},
    ),
    "members with a prefix": (
        SHAPES + "#- main.py\nfrom shapes import Box\nBox(1).pu$0",
        "put",
        {"absent": "area size"},
    ),
    "members of self": (
        "class A:\n    def f(self):\n        self.one = 1\n    def g(self):\n        self.$0\n",
        "f g one",
        {"absent": "self"},
    ),
    "members of a class are not those of its instances": (
        SHAPES + "#- main.py\nfrom shapes import Box\nBox.$0",
        "put area shared mro",
        {"absent": "size"},
    ),
    "members inside open brackets": (
        SHAPES + "#- main.py\nfrom shapes import Box\nx = Box(1)\nprint(x.$0\ny = 2\n",
        "put size",
        {},
    ),
    "members of a call's result": (
        SHAPES + "#- main.py\nfrom shapes import Box\ndef make(): return Box(1)\nmake().$0",
        "put size",
        {},
    ),
    "members of a string": ("'abc'.$0", "upper split", {}),
    "members of an element": (
        SHAPES + "#- main.py\nfrom shapes import Box\nfor box in [Box(1)]:\n    box.$0",
        "put",
        {},
    ),
    "members of a narrowed union": (
        "class A:\n    a = 1\nclass B:\n    b = 1\n"
        "def f(x: A | B):\n    if isinstance(x, A):\n        x.$0\n",
        "a",
        {"absent": "b"},
    ),
    "members of both alternatives": (
        "class A:\n    a = 1\nclass B:\n    b = 1\ndef f(x: A | B):\n    x.$0\n",
        "a b",
        {},
    ),
    "members behind super": (
        SHAPES + "#- main.py\nfrom shapes import Box\nclass C(Box):\n    def put(self, item):\n"
        "        super().$0",
        "put area",
        {},
    ),
    "members by convention": (
        SHAPES + "#- main.py\nfrom shapes import Box\ndef f(box):\n    box.$0\nf(Box(1))\n",
        "put size",
        {},
    ),
    "members of something unknown are those used elsewhere": (
        "def f(thing):\n    thing.alpha\n    thing.beta()\n    thing.$0\n",
        "alpha beta",
        {},
    ),
    "members of a module": (
        SHAPES + "#- main.py\nimport shapes\nshapes.$0",
        "Box Base",
        {},
    ),
    "modules of a package": (
        "#- pkg/__init__.py\n#- pkg/one.py\nx = 1\n#- main.py\nimport pkg\npkg.$0",
        "one",
        {},
    ),
    "enum members": (
        "from enum import Enum\nclass Color(Enum):\n    RED = 1\n    BLUE = 2\nColor.$0",
        "RED BLUE",
        {},
    ),
    "an expression on several lines": (
        SHAPES + "#- main.py\nfrom shapes import Box\nx = (\n    Box(1)\n    .$0\n)\n",
        "put",
        {},
    ),
    "names in scope, nearest first": (
        "import os\nlimit = 1\ndef f(size):\n    local = 1\n    $0\n",
        "local size f limit os print",
        {"first": "local size"},
    ),
    "class names are not seen from methods": (
        "class A:\n    inner = 1\n    def f(self):\n        $0\n",
        "self A",
        {"absent": "inner"},
    ),
    "behind an unfinished definition": (
        "limit = 1\ndef f(size\n\ndef g():\n    li$0",
        "limit",
        {},
    ),
    "keywords where a statement begins": ("$0", "import def class return", {}),
    "no statements in an expression": ("x = $0", "lambda not None", {"absent": "import def class"}),
    "operators behind an operand": ("x = 1\ny = x $0", "if and or in", {"absent": "lambda"}),
    "modules behind from": (
        SHAPES + "#- main.py\nfrom $0\nx = 1\n",
        "shapes os collections",
        {},
    ),
    "the word import": ("from os $0", "import", {}),
    "names of a module": (
        SHAPES + "#- main.py\nfrom shapes import $0\nx = 1\n",
        "Box Base",
        {"first": "Base Box"},
    ),
    "names that are not imported yet": (
        SHAPES + "#- main.py\nfrom shapes import (\n    Box,\n    $0\n)\n",
        "Base",
        {"absent": "Box"},
    ),
    "relative modules": (
        "#- pkg/__init__.py\n#- pkg/one.py\n#- pkg/two.py\nfrom .$0",
        "one",
        {"absent": "os two"},
    ),
    "relative names": (
        "#- pkg/__init__.py\n#- pkg/one.py\nalpha = 1\n#- pkg/two.py\nfrom .one import $0",
        "alpha",
        {},
    ),
    "modules inside a module": (
        "#- pkg/__init__.py\n#- pkg/one.py\n#- main.py\nimport pkg.$0\nx = 1\n",
        "one",
        {"absent": "os"},
    ),
    "nothing behind as": ("import os as $0", "", {"absent": "os print"}),
    "keyword arguments": (
        "def f(alpha, beta=1): ...\nf($0)",
        "alpha= beta= print",
        {"first": "alpha= beta="},
    ),
    "keyword arguments that are left": (
        "def f(alpha, beta=1, gamma=2): ...\nf(1, beta=2, $0",
        "gamma=",
        {"absent": "alpha= beta="},
    ),
    "only keyword arguments behind all that is positional": (
        "def f(alpha, *, beta, gamma=2): ...\nf(1, $0",
        "beta= gamma=",
        {"exactly": True},
    ),
    "only keyword arguments behind another": (
        "def f(alpha, beta=1, *more): ...\nf(alpha=1, $0",
        "beta=",
        {"exactly": True},
    ),
    "no keyword arguments in a value": (
        "def f(alpha, beta=1): ...\nf(alpha=$0",
        "print",
        {"absent": "beta="},
    ),
    "keys of a typed dictionary": (
        "from typing import TypedDict\nclass Movie(TypedDict):\n    title: str\n    year: int\n"
        "def f(m: Movie):\n    m['$0']\n",
        "title year",
        {},
    ),
    "keys of a typed dictionary, not closed": (
        "from typing import TypedDict\nclass Movie(TypedDict):\n    title: str\n"
        'def f(m: Movie):\n    m.get("t$0\n    return 1\n',
        "title",
        {},
    ),
    "overrides": (
        SHAPES + "#- main.py\nfrom shapes import Box\nclass C(Box):\n"
        "    def put(self, item): ...\n    def $0\n",
        "area __init__ __repr__",
        {"absent": "put print"},
    ),
    "types in annotations of an unfinished definition": (
        "class Box: ...\ndef f(x: Bo$0",
        "Box",
        {},
    ),
    "nothing where parameters are named": ("def f(pri$0", "", {"absent": "print"}),
    "fixtures where a test names its parameters": (
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef basket(): return 1\n"
        "#- test_shop.py\nimport pytest\n@pytest.fixture\ndef bag(basket): return 2\n"
        "def test_one(bag, b$0",
        "basket",
        {"absent": "bag print"},
    ),
    "fixtures of a fixture with more decorators, in any file that imports pytest": (
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef basket(): return 1\n"
        "#- shop.py\nimport pytest\n@pytest.fixture\n# and\n@slow\ndef bag(b$0",
        "basket",
        {"absent": "print"},
    ),
    "the fixture that one of the same name asks for": (
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef basket(): return 1\n"
        "#- test_shop.py\nimport pytest\n@pytest.fixture\ndef basket(bask$0): return 2\n",
        "basket",
        {},
    ),
    "a fixture does not ask for itself": (
        "import pytest\n@pytest.fixture\ndef basket(bask$0): return 2\n",
        "",
        {"absent": "basket"},
    ),
    "no fixtures where something else names its parameters": (
        "#- conftest.py\nimport pytest\n@pytest.fixture\ndef basket(): return 1\n"
        "#- shop.py\ndef pack(b$0",
        "",
        {"absent": "basket"},
    ),
    "members of functions beside a module that is called types": (
        "#- types.py\nFunctionType = int\n#- main.py\ndef f(): ...\nf.__clo$0",
        "__closure__",
        {},
    ),
    "keywords behind a semicolon": ("x = 1; impo$0", "import", {}),
    "no blocks behind a semicolon": ("x = 1; $0", "import del", {"absent": "while def class"}),
    "nothing behind continue": ("while x:\n    continue i$0", "", {"absent": "import int"}),
    "the version of a package": (
        "#- pkg/__init__.py\n__version__ = '1'\n#- main.py\nfrom pkg import $0",
        "__version__",
        {},
    ),
    "no deleted names": ("limit = 1\nlives = 2\ndel limit\nli$0", "lives", {"absent": "limit"}),
    "what every module has": ("__fi$0", "__file__", {}),
    "nothing in comments": ("# pri$0", "", {"absent": "print"}),
    "nothing in strings": ("x = 'pri$0'", "", {"absent": "print"}),
    "inside the braces of a formatted string": ("limit = 1\nf'{li$0}'", "limit", {}),
    "nothing in a number": ("x = 1$0", "", {"absent": "print"}),
    "star imports": (
        SHAPES + "#- main.py\nfrom shapes import *\nBo$0",
        "Box",
        {},
    ),
    "letters in order": ("query_set = 1\nqs$0", "query_set", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_completion(tmp_path: Path, name: str) -> None:
    text, expected, options = CASES[name]
    check_completion(tmp_path, text, expected, **options)  # type: ignore[arg-type]


def test_dunder_members_stand_last(tmp_path: Path) -> None:
    from fixtures_language import complete

    found, _, session = complete(
        tmp_path, "class A:\n    def __len__(self): ...\n    z = 1\nA().$0"
    )
    session.index.close()
    labels = [item.label for item in found.items]
    assert labels.index("z") < labels.index("__len__") < labels.index("__repr__")


COMPLETED: dict[str, tuple[str, str, str]] = {
    "a name of the workspace is imported": (
        "#- shapes.py\nclass Rectangle: ...\n#- main.py\nx = Rect$0\n",
        "Rectangle",
        "from shapes import Rectangle\n\nx = Rectangle\n",
    ),
    "the name goes to the module's import": (
        "#- shapes.py\nclass Rectangle: ...\nclass Box: ...\nclass Zoo: ...\n"
        "#- main.py\nfrom shapes import Box, Zoo\nx = Rect$0\n",
        "Rectangle",
        "from shapes import Box, Rectangle, Zoo\nx = Rectangle\n",
    ),
    "a name on a line of its own": (
        "#- shapes.py\nclass Rectangle: ...\nclass Box: ...\n"
        "#- main.py\nfrom shapes import (\n    Box,\n)\nx = Rect$0\n",
        "Rectangle",
        "from shapes import (\n    Box,\n    Rectangle,\n)\nx = Rectangle\n",
    ),
    "behind docstring and future": (
        '#- shapes.py\nclass Rectangle: ...\n#- main.py\n"""Docs."""\n\n'
        "from __future__ import annotations\n\nx = Rect$0\n",
        "Rectangle",
        '"""Docs."""\n\nfrom __future__ import annotations\n\nfrom shapes import Rectangle\n\n'
        "x = Rectangle\n",
    ),
    "sorted among others, not into a guarded block": (
        "#- shapes.py\nclass Rectangle: ...\n#- alpha.py\n#- zoo.py\n#- main.py\nimport os\n\n"
        "import alpha\nfrom zoo import x\n\nTYPE_CHECKING = False\nif TYPE_CHECKING:\n"
        "    from shapes import Box\n\ny = Rect$0\n",
        "Rectangle",
        "import os\n\nimport alpha\nfrom shapes import Rectangle\nfrom zoo import x\n\n"
        "TYPE_CHECKING = False\nif TYPE_CHECKING:\n    from shapes import Box\n\ny = Rectangle\n",
    ),
    "the standard library comes first": (
        "#- shapes.py\n#- main.py\nimport shapes\n\nx = defaultd$0\n",
        "defaultdict",
        "from collections import defaultdict\n\nimport shapes\n\nx = defaultdict\n",
    ),
    "a module": (
        "import os\n\nx = itertool$0\n",
        "itertools",
        "import itertools\nimport os\n\nx = itertools\n",
    ),
    "the package that offers it": (
        "#- pkg/__init__.py\nfrom ._impl import Rectangle\n#- pkg/_impl.py\nclass Rectangle: ...\n"
        "#- main.py\nRect$0\n",
        "Rectangle",
        "from pkg import Rectangle\n\nRectangle\n",
    ),
    "relative where the file imports its package so": (
        "#- pkg/__init__.py\n#- pkg/shapes.py\nclass Rectangle: ...\n"
        "#- pkg/other.py\nx = 1\n#- pkg/main.py\nfrom .other import x\n\ny = Rect$0\n",
        "Rectangle",
        "from .other import x\nfrom .shapes import Rectangle\n\ny = Rectangle\n",
    ),
    "override with a call of the base": (
        SHAPES + "#- main.py\nfrom shapes import Box\nclass C(Box):\n    def pu$0\n",
        "put",
        "from shapes import Box\nclass C(Box):\n    def put(self, item):\n"
        "        return super().put(item)\n",
    ),
    "override of an asynchronous method": (
        "class A:\n    async def get(self, *, key: int = 1) -> str: ...\n"
        "class B(A):\n    def ge$0\n",
        "get",
        "class A:\n    async def get(self, *, key: int = 1) -> str: ...\nclass B(A):\n"
        "    async def get(self, *, key: int = 1) -> str:\n"
        "        return await super().get(key=key)\n",
    ),
    "override of a property": (
        "class A:\n    @property\n    def size(self): return 1\nclass B(A):\n    def si$0\n",
        "size",
        "class A:\n    @property\n    def size(self): return 1\nclass B(A):\n    @property\n"
        "    def size(self):\n        return super().size\n",
    ),
    "override with names that the file does not know": (
        "#- shapes.py\nclass Size: ...\nclass A:\n    def put(self, x: Size, y=Size()): ...\n"
        "#- main.py\nfrom shapes import A\nclass B(A):\n    def $0\n",
        "put",
        "from shapes import A\nclass B(A):\n    def put(self, x, y=...):\n"
        "        return super().put(x, y)\n",
    ),
}


@pytest.mark.parametrize("name", COMPLETED)
def test_chosen(tmp_path: Path, name: str) -> None:
    check_completed(tmp_path, *COMPLETED[name])
