"""Moving modules and packages: the imports that change with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_moved, check_moved_left

PACKAGE = """
#- pkg/__init__.py
#- pkg/old.py
from . import other
from .other import x
from .sub.deep import y
import pkg.other
z = 1
#- pkg/other.py
x = 1
#- pkg/sub/__init__.py
#- pkg/sub/deep.py
from ..other import x
from .. import old
y = old.z
"""

# Before, moves, files that change.
CASES: dict[str, tuple[str, dict[str, str], str]] = {
    "module renamed": (
        """
        #- old.py
        x = 1
        #- main.py
        import old
        from old import x
        old.x
        """,
        {"old.py": "new.py"},
        """
        #- main.py
        import new
        from new import x
        new.x
        """,
    ),
    "dotted imports and uses": (
        """
        #- pkg/__init__.py
        #- pkg/old.py
        x = 1
        #- main.py
        import pkg.old
        import pkg.old as alias
        print(pkg.old.x, alias.x)
        """,
        {"pkg/old.py": "pkg/new.py"},
        """
        #- main.py
        import pkg.new
        import pkg.new as alias
        print(pkg.new.x, alias.x)
        """,
    ),
    "module imported from its package": (
        """
        #- pkg/__init__.py
        #- pkg/old.py
        x = 1
        #- main.py
        from pkg import old
        old.x
        """,
        {"pkg/old.py": "pkg/new.py"},
        """
        #- main.py
        from pkg import new
        new.x
        """,
    ),
    "module imported with others moves to another package": (
        """
        #- pkg/__init__.py
        a = 1
        #- pkg/old.py
        x = 1
        #- lib/__init__.py
        #- main.py
        from pkg import a, old
        old.x
        """,
        {"pkg/old.py": "lib/old.py"},
        """
        #- main.py
        from lib import old
        from pkg import a
        old.x
        """,
    ),
    "module imported alone moves to another package": (
        """
        #- pkg/__init__.py
        #- pkg/old.py
        #- lib/__init__.py
        #- main.py
        from pkg import old as m
        """,
        {"pkg/old.py": "lib/new.py"},
        """
        #- main.py
        from lib import new as m
        """,
    ),
    "relative imports in the moved file and of it": (
        PACKAGE,
        {"pkg/old.py": "pkg/sub/old.py"},
        """
        #- pkg/old.py
        from .. import other
        from ..other import x
        from .deep import y
        import pkg.other
        z = 1
        #- pkg/sub/deep.py
        from ..other import x
        from . import old
        y = old.z
        """,
    ),
    "package renamed": (
        """
        #- pkg/__init__.py
        #- pkg/one.py
        from .two import x
        from pkg.two import x
        #- pkg/two.py
        x = 1
        #- main.py
        from pkg.two import x
        import pkg.one
        pkg.one.x
        """,
        {"pkg": "lib"},
        """
        #- main.py
        from lib.two import x
        import lib.one
        lib.one.x
        #- pkg/one.py
        from .two import x
        from lib.two import x
        """,
    ),
    "modules imported together leave together": (
        """
        #- p/__init__.py
        #- p/a.py
        #- p/b.py
        #- p/c.py
        #- q/__init__.py
        #- main.py
        from p import a, b
        from p import (
            c,
            a as x,
            b,
        )
        n = []; from p import a, c
        """,
        {"p/a.py": "q/a.py", "p/b.py": "r/b.py"},
        """
        #- main.py
        from q import a
        from r import b
        from q import a as x
        from r import b
        from p import (
            c,
        )
        n = []; from q import a; from p import c
        """,
    ),
    "a folder's modules are written once": (
        """
        #- p/__init__.py
        #- p/k/__init__.py
        LEVEL = 1
        #- p/k/m.py
        def f(): ...
        #- main.py
        import p.k.m
        p.k.m.f()
        p.k.LEVEL
        """,
        {"p/k": "p/inner/k"},
        """
        #- main.py
        import p.inner.k.m
        p.inner.k.m.f()
        p.inner.k.LEVEL
        """,
    ),
    "packages that are still read stay imported": (
        """
        #- p/__init__.py
        #- p/core/__init__.py
        SHARED = 1
        #- p/core/parts.py
        K = 1
        #- main.py
        from p import core
        import p.core.parts
        core.parts.K
        p.core.parts.K
        p.core.SHARED
        """,
        {"p/core/parts.py": "p/plug/parts.py"},
        """
        #- main.py
        from p import core
        import p.core, p.plug.parts
        p.plug.parts.K
        p.plug.parts.K
        p.core.SHARED
        """,
    ),
    "a name that means something here already": (
        """
        #- old.py
        x = 1
        #- pkg/__init__.py
        #- pkg/one.py
        y = 1
        #- main.py
        import old
        from pkg import one
        new = old.x
        two = one.y
        """,
        {"old.py": "new.py", "pkg/one.py": "pkg/two.py"},
        """
        #- main.py
        import new as old
        from pkg import two as one
        new = old.x
        two = one.y
        """,
    ),
    "a name that other files take": (
        """
        #- old.py
        x = 1
        #- middle.py
        import old
        old.x
        #- main.py
        import middle
        middle.old.x
        """,
        {"old.py": "new.py"},
        """
        #- middle.py
        import new as old
        old.x
        """,
    ),
    "modules that strings name": (
        """
        #- pkg/__init__.py
        #- pkg/old.py
        class K: ...
        #- main.py
        from importlib import import_module
        from unittest import mock
        import_module("pkg.old")
        mock.patch("pkg.old.K")
        """,
        {"pkg/old.py": "pkg/sub/new.py"},
        """
        #- main.py
        from importlib import import_module
        from unittest import mock
        import_module("pkg.sub.new")
        mock.patch("pkg.sub.new.K")
        """,
    ),
    "what is called the same is left": (
        """
        #- old.py
        x = 1
        #- main.py
        import json as old
        old.x
        def f(old): return old.x
        """,
        {"old.py": "new.py"},
        "",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_moved(tmp_path: Path, name: str) -> None:
    check_moved(tmp_path, *CASES[name])


# Text, moves, the places that are told: `path:line`.
LEFT: dict[str, tuple[str, dict[str, str], list[str]]] = {
    "strings of something unknown, settings and notebooks": (
        """
        #- pkg/__init__.py
        #- pkg/old.py
        def main(): ...
        #- main.py
        PLUGINS = ["pkg.old", "other.old"]
        #- pyproject.toml
        [project.scripts]
        tool = "pkg.old:main"
        #- nb.ipynb
        {"cells": [{"cell_type": "code", "source": ["import pkg.old"]}]}
        """,
        {"pkg/old.py": "pkg/new.py"},
        ["main.py:1", "pyproject.toml:2", "nb.ipynb:1"],
    ),
    "what is read of a package that it leaves": (
        """
        #- pkg/__init__.py
        #- pkg/sub/__init__.py
        #- pkg/sub/old.py
        x = 1
        #- main.py
        from pkg import sub
        sub.old.x
        """,
        {"pkg/sub/old.py": "pkg/other/old.py"},
        ["main.py:2"],
    ),
}


@pytest.mark.parametrize("name", LEFT)
def test_left(tmp_path: Path, name: str) -> None:
    check_moved_left(tmp_path, *LEFT[name])
