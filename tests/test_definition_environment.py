"""Where names lead that are defined outside of the workspace: installed code, stubs, typeshed.

``$0`` leads to ``def``. ``SITE`` is the site folder of an environment with Python 3.11.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import ask, check_definition, open_workspace, parse_fixture
from workspace_helpers import plant

SITE = ".venv/lib/python3.11/site-packages"
VENV = """
    #- .venv/pyvenv.cfg
    home = /nowhere/bin
    version = 3.11.4
    #- .venv/bin/python
"""

INSTALLED = {
    "package": """
        #- SITE/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        import solids
        solids.Ba$0ll
    """,
    "module": """
        #- SITE/solids.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "through its own imports": """
        #- SITE/solids/__init__.py
        from ._impl import Ball
        #- SITE/solids/_impl.py
        class Ball:
            def roll(self): ...
        #       ^^^^ def
        #- main.py
        from solids import Ball
        Ball().ro$0ll()
    """,
    "the workspace comes first": """
        #- SITE/solids/__init__.py
        class Ball: ...
        #- solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "a package of the workspace hides all of an installed one": """
        #- SITE/solids/__init__.py
        #- SITE/solids/extra.py
        class Ball: ...
        #- solids/__init__.py
        #- main.py
        from solids.extra import Ba$0ll
    """,
    "an installed package hides a folder": """
        #- SITE/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- solids/data.py
        x = 1
        #- main.py
        from solids import Ba$0ll
    """,
    "installed code does not see the workspace's folders beside it": """
        #- SITE/solids/__init__.py
        from shapes import Ball
        #- SITE/shapes.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "installed module beside a stub of typeshed": """
        #- SITE/solids.py
        from typing_extensions import Protocol
        class Ball(Protocol):
            def roll(self): ...
        #       ^^^^ def
        #- SITE/typing_extensions.py
        Protocol = object()
        #- main.py
        from solids import Ball
        def f(ball: Ball):
            ball.ro$0ll
    """,
    "lazy": """
        #- SITE/solids/__init__.py
        _lazy = {"Ball": ".impl"}
        def __getattr__(name): ...
        #- SITE/solids/impl.py
        class Ball: ...
        #     ^^^^ def (conventional)
        #- main.py
        from solids import Ba$0ll
    """,
    "version branches of installed code, only that of the environment": """
        #- SITE/solids.py
        import sys
        if sys.version_info >= (3, 12):
            class Ball: ...
        elif sys.version_info >= (3, 11):
            class Ball: ...
        #         ^^^^ def
        else:
            class Ball: ...
        #- main.py
        from solids import Ba$0ll
    """,
    "platform branches of installed code, all": """
        #- SITE/solids.py
        import sys
        if sys.platform == "win32":
            class Ball: ...
        #         ^^^^ def
        else:
            class Ball: ...
        #         ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
}

STUBS = {
    "-stubs package: shown is the source": """
        #- SITE/solids-stubs/__init__.pyi
        class Ball: ...
        #- SITE/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "-stubs package: its types count": """
        #- SITE/solids-stubs/__init__.pyi
        class Ball:
            def roll(self) -> None: ...
        def make() -> Ball: ...
        #- SITE/solids/__init__.py
        def make(): return load()
        class Ball:
            def roll(self): ...
        #       ^^^^ def
        #- main.py
        from solids import make
        make().ro$0ll
    """,
    "-stubs package without the source": """
        #- SITE/solids-stubs/__init__.pyi
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "-stubs package, submodule": """
        #- SITE/solids-stubs/__init__.pyi
        #- SITE/solids-stubs/round.pyi
        class Ball: ...
        #     ^^^^ def
        #- main.py
        import solids.round
        solids.round.Ba$0ll
    """,
    "partial stubs": """
        #- SITE/solids-stubs/__init__.pyi
        #- SITE/solids-stubs/py.typed
        partial
        #- SITE/solids/__init__.py
        #- SITE/solids/round.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids.round import Ba$0ll
    """,
    "partial stubs, relative import to what they leave out": """
        #- SITE/solids-stubs/__init__.pyi
        from .round import Ball as Ball
        #- SITE/solids/__init__.py
        from .round import Ball
        #- SITE/solids/round.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "stub beside the source": """
        #- SITE/solids/__init__.py
        #- SITE/solids/py.typed
        #- SITE/solids/round.py
        class Ball: ...
        #     ^^^^ def
        #- SITE/solids/round.pyi
        class Ball: ...
        #- main.py
        from solids.round import Ba$0ll
    """,
    "stub of a compiled module": """
        #- SITE/solids/__init__.py
        #- SITE/solids/_fast.cpython-311-x86_64-linux-gnu.so
        #- SITE/solids/_fast.pyi
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids._fast import Ba$0ll
    """,
    "stubs in the workspace for what is installed": """
        #- typings/solids.pyi
        def make() -> Ball: ...
        class Ball:
            def roll(self): ...
        #- SITE/solids.py
        def make(): return load()
        class Ball:
            def roll(self): ...
        #       ^^^^ def
        #- main.py
        from solids import make
        make().ro$0ll
    """,
    "versions in a stub": """
        #- SITE/solids.pyi
        import sys
        if sys.version_info >= (3, 12):
            class Ball: ...
        else:
            class Ball: ...
        #         ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "versions in a stub, in a class": """
        #- SITE/solids.pyi
        import sys
        class Ball:
            if sys.version_info >= (3, 12):
                def roll(self): ...
            def bounce(self): ...
        #       ^^^^^^ bounce
        #- main.py
        from solids import Ball
        Ball().roll$roll
        Ball().bounce$bounce
    """,
    "versions in a stub, overridden later": """
        #- SITE/solids.pyi
        import sys
        class Ball: ...
        if sys.version_info >= (3, 9):
            class Ball: ...
        #         ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "versions in a stub, star import": """
        #- SITE/solids/__init__.pyi
        import sys
        if sys.version_info >= (3, 12):
            from .new import *
        else:
            from .old import *
        #- SITE/solids/new.pyi
        class Ball: ...
        #- SITE/solids/old.pyi
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "versions in a stub, __all__": """
        #- SITE/solids.pyi
        import sys
        if sys.version_info >= (3, 12):
            __all__ = ["Ball", "Cube"]
        else:
            __all__ = ["Ball"]
        class Ball: ...
        #     ^^^^ ball
        class Cube: ...
        #- main.py
        from solids import *
        Ball$ball
        Cube$cube
    """,
    "other platforms in a stub": """
        #- SITE/solids.pyi
        import sys
        if sys.platform == "plan9":
            class Ball: ...
            class Cube: ...
        #         ^^^^ cube
            if sys.version_info >= (3, 12):
                class Cone: ...
        else:
            class Ball: ...
        #         ^^^^ ball
        #- main.py
        from solids import Ball, Cube, Cone
        Ball$ball
        Cube$cube
        Cone$cone
    """,
    "left out of a stub": """
        #- SITE/solids.pyi
        class Ball: ...
        #- SITE/solids.py
        class Ball: ...
        class _Cube: ...
        #     ^^^^^ def
        #- main.py
        from solids import _Cu$0be
    """,
    "result that a stub leaves out": """
        #- SITE/solids.pyi
        class Ball:
            def roll(self) -> None: ...
        def make(): ...
        #- SITE/solids.py
        class Ball:
            def roll(self): ...
        #       ^^^^ def (inferred)
        def make():
            return Ball()
        #- main.py
        from solids import make
        make().ro$0ll()
    """,
    "private member left out of a stub": """
        #- SITE/solids.pyi
        class Ball: ...
        #- SITE/solids.py
        class Ball:
            def __init__(self):
                self._size = 1
        #            ^^^^^ size
            def roll(self): ...
        #- main.py
        from solids import Ball
        class Own(Ball):
            def f(self):
                return self._size$size, self.roll$roll
    """,
    "exact versions and parts of them": """
        #- SITE/solids.pyi
        import sys
        if sys.version_info[0] == 2:
            class A: ...
        if sys.version_info[:2] == (3, 11):
            class B: ...
        #         ^ b
        if sys.version_info > (3, 11):
            class C: ...
        #         ^ c
        if sys.version_info <= (3, 11):
            class D: ...
        if not sys.version_info >= (3, 12) and sys.version_info.major == 3:
            class E: ...
        #         ^ e
        #- main.py
        from solids import *
        A$a
        B$b
        C$c
        D$d
        E$e
    """,
}

NAMESPACES = {
    "of two distributions": """
        #- SITE/space/one/__init__.py
        x = 1
        # <- x
        #- SITE/space/two.py
        y = 1
        # <- y
        #- main.py
        from space import one
        import space.two
        one.x$x
        space.two.y$y
        space.one.x$x2
    """,
    "of the workspace and a distribution": """
        #- space/one.py
        x = 1
        # <- x
        #- SITE/space/two.py
        y = 1
        # <- y
        #- main.py
        import space.one
        import space.two
        from space import two
        space.one.x$x
        space.two.y$y
        two.y$y2
    """,
    "of the workspace, seen from installed code": """
        #- space/one.py
        class Ball: ...
        #     ^^^^ def
        #- SITE/user.py
        from space.one import Ball
        #- main.py
        from user import Ba$0ll
    """,
    "by pkgutil": """
        #- space/__init__.py
        __path__ = __import__("pkgutil").extend_path(__path__, __name__)
        #- space/one.py
        x = 1
        # <- x
        #- SITE/space/__init__.py
        __path__ = __import__("pkgutil").extend_path(__path__, __name__)
        #- SITE/space/two.py
        y = 1
        # <- y
        #- main.py
        from space.one import x
        from space.two import y
        import space.two
        x$x
        y$y
        space.two.y$y2
    """,
    "by pkg_resources": """
        #- space/__init__.py
        __import__("pkg_resources").declare_namespace(__name__)
        #- space/one.py
        #- SITE/space/__init__.py
        __import__("pkg_resources").declare_namespace(__name__)
        #- SITE/space/two.py
        y = 1
        # <- def
        #- main.py
        from space import two
        two.y$0
    """,
    "stubs for one": """
        #- SITE/space-stubs/two.pyi
        class Ball: ...
        #     ^^^^ def
        #- SITE/space/one.py
        #- main.py
        from space.two import Ba$0ll
    """,
}

EDITABLE = {
    "path file": """
        #- SITE/_solids.pth
        WORKSPACE/../other/src
        #- ../other/src/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "path file, relative, with comments and code": """
        #- SITE/easy-install.pth
        # a comment
        import sys; sys.path.append("/nowhere")
        ../../../../../other
        #- ../other/solids.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "import hook of setuptools": """
        #- SITE/__editable__.solids-1.0.pth
        import __editable___solids_1_0_finder; __editable___solids_1_0_finder.install()
        #- SITE/__editable___solids_1_0_finder.py
        from __future__ import annotations
        MAPPING: dict[str, str] = {
            'solids': 'WORKSPACE/../other/lib/solids', 'one': 'WORKSPACE/../other/one'
        }
        NAMESPACES: dict[str, list[str]] = {}
        def install(): raise RuntimeError("nobody runs this")
        #- ../other/lib/solids/__init__.py
        from .round import Ball
        #- ../other/lib/solids/round.py
        class Ball: ...
        #     ^^^^ def
        #- ../other/one.py
        x = 1
        # <- x
        #- main.py
        from solids import Ball$def
        import solids.round
        from one import x$x
        solids.round.Ball$def2
    """,
    "import hook of setuptools, namespace": """
        #- SITE/__editable__.solids-1.0.pth
        import __editable___solids_1_0_finder; __editable___solids_1_0_finder.install()
        #- SITE/__editable___solids_1_0_finder.py
        MAPPING = {'space.solids': 'WORKSPACE/../other/space/solids'}
        NAMESPACES = {'space': ['WORKSPACE/../other/space']}
        #- ../other/space/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from space.solids import Ba$0ll
    """,
    "import hook of editables": """
        #- SITE/_solids.pth
        import _solids
        #- SITE/_solids.py
        from editables.redirector import RedirectingFinder as F
        F.install()
        F.map_module('solids', 'WORKSPACE/../other/solids/__init__.py')
        #- ../other/solids/__init__.py
        #- ../other/solids/round.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids.round import Ba$0ll
    """,
    "import hook of scikit-build-core": """
        #- SITE/_solids_editable.pth
        import _solids_editable
        #- SITE/_solids_editable.py
        install({'solids': 'WORKSPACE/../other/solids/__init__.py'}, {}, None, False, True)
        #- ../other/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "only direct_url.json tells": """
        #- SITE/solids-1.0.dist-info/direct_url.json
        {"dir_info": {"editable": true}, "url": "file://WORKSPACE/../other"}
        #- SITE/solids-1.0.dist-info/METADATA
        Name: solids
        #- ../other/src/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "a copy that direct_url.json tells of": """
        #- SITE/solids-1.0.dist-info/direct_url.json
        {"dir_info": {}, "url": "file://WORKSPACE/../other"}
        #- ../other/solids/__init__.py
        class Ball: ...
        #- main.py
        from solids import Ba$0ll
    """,
    "the workspace itself": """
        #- SITE/_own.pth
        WORKSPACE/code
        #- code/solids/__init__.py
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "a module of the other project that is compiled": """
        #- SITE/_solids.pth
        WORKSPACE/../other
        #- ../other/solids/__init__.py
        from ._fast import Ball
        #- ../other/solids/_fast.cpython-311-x86_64-linux-gnu.so
        #- main.py
        from solids import Ba$0ll
    """,
}

CASES = {**INSTALLED, **STUBS, **NAMESPACES, **EDITABLE}


def in_environment(folder: Path, text: str) -> str:
    """A fixture's text with an environment, and its place holders filled in."""
    filled = text.replace("SITE", SITE).replace("WORKSPACE/../other", str(folder / "other"))
    filled = filled.replace("WORKSPACE", str(folder / "w"))
    return VENV.replace("\n    ", "\n        ") + filled


@pytest.mark.parametrize("name", CASES)
def test_definition(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, in_environment(tmp_path, CASES[name]))


STANDARD = {
    "builtin": ("le$0n([])", "builtins.len"),
    "module": ("import jso$0n", "json"),
    "function": ("import json\njson.dum$0ps", "json.dumps"),
    "method": ("'a'.spl$0it()", "builtins.str.split"),
    "of the version: there": ("from enum import StrE$0num", "enum.StrEnum"),
    "of the version: not yet": ("from typing import overri$0de", ""),
    "of the version: no longer, and not yet removed": ("import asyncor$0e", "asyncore"),
    "of the version: a module that came later": (
        "from compression import zst$0d",
        "",
    ),
    "branch of the version": (
        "import shutil\nshutil.rm$0tree",
        "shutil.rmtree",
    ),
    "star imports of the platform": (
        "import asyncio\nasyncio.SelectorEventLo$0op",
        "asyncio.unix_events.SelectorEventLoop",
    ),
    "only on another platform": (
        "from ctypes import WinD$0LL",
        "ctypes.WinDLL",
    ),
    "alias of a module": ("import os\nos.pa$0th", "os.path"),
    "through an alias of a module": ("import os\nos.path.jo$0in", "posixpath.join"),
    "os.path by name": ("from os.path import jo$0in", "posixpath.join"),
    "collections.abc": (
        "from collections.abc import Mappi$0ng",
        "typing.Mapping",
    ),
    "typing_extensions": (
        "from typing_extensions import TypedDi$0ct",
        "typing_extensions.TypedDict",
    ),
}


@pytest.mark.skipif("sys.platform == 'win32'")
@pytest.mark.parametrize("name", STANDARD)
def test_standard_library(tmp_path: Path, name: str) -> None:
    text, expected = STANDARD[name]
    fixture = parse_fixture(VENV.replace("\n    ", "\n") + "#- main.py\n" + text + "\n")
    session = open_workspace(tmp_path, fixture)
    try:
        items = ask(session, "definition", fixture.cursors["0"])["items"]
        assert {item["name"] for item in items if item["path"]} == ({expected} - {""})
        assert all(item["layer"] == "stdlib" for item in items if item["path"])
    finally:
        session.index.close()


EXISTS = {
    "installed": ("solids.Ball", "exists"),
    "not in an installed package": ("solids.Cube", "missing"),
    "compiled module": ("solids._fast", "unknown"),
    "in a compiled module": ("solids._fast.Anything", "unknown"),
    "compiled module at the top": ("_crunch.run", "unknown"),
    "module without a stub": ("idlelib.pyshell.main", "unknown"),
    "lazy module": ("lazy.Anything", "unknown"),
    "module that replaces itself": ("replaced.Anything", "unknown"),
    "module that writes its own names": ("written.Anything", "unknown"),
    "package with a path of its own": ("pathed.sub", "unknown"),
    "star import of something that is not there": ("starred.Anything", "unknown"),
    "star import of something lazy": ("starred_lazy.Anything", "unknown"),
    "standard library": ("json.dumps", "exists"),
    "not in the standard library": ("json.dumpz", "missing"),
    "not in the standard library of this version": ("typing.override", "missing"),
}


@pytest.mark.parametrize("name", EXISTS)
def test_exists(tmp_path: Path, name: str) -> None:
    query, verdict = EXISTS[name]
    files = {
        "solids/__init__.py": "class Ball: ...\n",
        "solids/_fast.cpython-311-x86_64-linux-gnu.so": "",
        "_crunch.abi3.so": "",
        "lazy.py": "def __getattr__(name): return 1\n",
        "replaced.py": "import sys\nsys.modules[__name__] = object()\n",
        "written.py": "for name in 'abc':\n    globals()[name] = 1\n",
        "pathed/__init__.py": "__path__.append('/somewhere')\n",
        "starred.py": "from nowhere_at_all import *\n",
        "starred_lazy.py": "from lazy import *\n",
    }
    fixture = parse_fixture(VENV.replace("\n    ", "\n") + "#- main.py\nx = 1\n")
    plant(tmp_path / "w" / SITE, "", files)
    session = open_workspace(tmp_path, fixture)
    try:
        from flux_index.api.operations import table

        assert table.call(session, "exists", {"query": query})["verdict"] == verdict
    finally:
        session.index.close()
