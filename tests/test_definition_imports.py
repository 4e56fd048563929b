"""Where imports lead: one small code base each, the cursor at ``$0``, ``def`` expected."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_definition

PLAIN = {
    "absolute": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        import shapes
        shapes.Bo$0x
    """,
    "submodule by its full name": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        import pkg.shapes
        pkg.shapes.Bo$0x
    """,
    "submodule under another name": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        import pkg.shapes as s
        s.Bo$0x
    """,
    "a submodule that its own package has imported from": """
        #- pkg/__init__.py
        from .shapes import Box

        def go():
            return shapes.Circ$0le()
        #- pkg/shapes.py
        class Box: ...
        class Circle: ...
        #     ^^^^^^ def
    """,
    "two submodules of one package": """
        #- pkg/__init__.py
        #- pkg/a.py
        x = 1
        # <- x
        #- pkg/b.py
        y = 1
        # <- y
        #- main.py
        import pkg.a
        import pkg.b
        pkg.a.x$x
        pkg.b.y$y
    """,
    "submodule that something else imports": """
        #- pkg/__init__.py
        #- pkg/a.py
        x = 1
        # <- def
        #- main.py
        import pkg
        pkg.a.x$0
    """,
    "from a package, a submodule": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from pkg import shapes as sh
        sh.Bo$0x
    """,
    "the module that an import names": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        class Box: ...
        # <- def
        #- main.py
        from pkg.sha$0pes import Box
    """,
    "the package that an import names": """
        #- pkg/__init__.py
        x = 1
        # <- def
        #- pkg/shapes.py
        class Box: ...
        #- main.py
        from pk$0g.shapes import Box
    """,
    "imported name where it is imported": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Bo$0x
    """,
    "imported name, its alias": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Box as B$0x
    """,
    "several in parentheses": """
        #- shapes.py
        class Box: ...
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from shapes import (
            Box,
            Ball as B,
        )
        B$0
    """,
    "in a function": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        def f():
            from shapes import Box
            return Bo$0x()
    """,
    "in a class": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        class Use:
            from shapes import Box
        Use.Bo$0x
    """,
    "module imported in a class, on self": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        class Use:
            import shapes as s
            def f(self):
                return self.s.Bo$0x
    """,
    "in a function, not seen outside": """
        #- shapes.py
        class Box: ...
        #- main.py
        def f():
            from shapes import Box
        Bo$0x()
    """,
    "global import in a function": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        def setup():
            global shapes
            import shapes
        def use():
            return shapes.Bo$0x
    """,
    "under TYPE_CHECKING": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from shapes import Box
        def f(box: "Bo$0x"): ...
    """,
    "under typing.TYPE_CHECKING, member": """
        #- shapes.py
        class Box:
            def area(self): ...
        #       ^^^^ def
        #- main.py
        import typing
        if typing.TYPE_CHECKING:
            from shapes import Box
        def f(box: Box):
            box.are$0a()
    """,
    "a module and a function of the same name, the function wins": """
        #- pkg/__init__.py
        from .glob import glob
        #- pkg/glob.py
        def glob(): ...
        #   ^^^^ def
        #- main.py
        from pkg import glob
        glo$0b()
    """,
    "a module and a function of the same name, the module by its full name": """
        #- pkg/__init__.py
        from .glob import glob
        #- pkg/glob.py
        def glob(): ...
        def escape(): ...
        #   ^^^^^^ def
        #- main.py
        from pkg.glob import escape
        esc$0ape()
    """,
    "a package that imports its own submodule": """
        #- pkg/__init__.py
        from . import shapes
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        import pkg
        pkg.shapes.Bo$0x
    """,
    "an attribute of the package hides its submodule": """
        #- pkg/__init__.py
        config = {}
        # <- def
        #- pkg/config.py
        x = 1
        #- main.py
        from pkg import conf$0ig
    """,
    "the main module of a package": """
        #- pkg/__init__.py
        #- pkg/__main__.py
        def main(): ...
        #   ^^^^ def
        #- main.py
        from pkg.__main__ import mai$0n
    """,
    "from the main module of a package": """
        #- pkg/__init__.py
        def run(): ...
        #   ^^^ def
        #- pkg/__main__.py
        from . import run
        ru$0n()
    """,
    "something that does not exist": """
        #- shapes.py
        class Box: ...
        #- main.py
        from shapes import Ba$0ll
    """,
    "a module that does not exist": """
        import not_there_at_all
        not_there_at_all.Bo$0x
    """,
    "from too far up": """
        #- pkg/__init__.py
        x = 1
        #- pkg/use.py
        from ....pkg import x$0
    """,
    "a file and a package of the same name, the package wins": """
        #- shapes.py
        class Box: ...
        #- shapes/__init__.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Bo$0x
    """,
}

RELATIVE = {
    "sibling": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- pkg/use.py
        from .shapes import Box
        Bo$0x()
    """,
    "sibling module": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- pkg/use.py
        from . import shapes
        shapes.Bo$0x()
    """,
    "from the package itself": """
        #- pkg/__init__.py
        class Box: ...
        #     ^^^ def
        #- pkg/use.py
        from . import Box
        Bo$0x()
    """,
    "from the grandparent": """
        #- pkg/__init__.py
        #- pkg/base.py
        class Box: ...
        #     ^^^ def
        #- pkg/a/__init__.py
        #- pkg/a/b/__init__.py
        #- pkg/a/b/use.py
        from ...base import Bo$0x
    """,
    "package file of a sub-package": """
        #- pkg/__init__.py
        #- pkg/base.py
        class Box: ...
        #     ^^^ def
        #- pkg/a/__init__.py
        from ..base import Bo$0x
    """,
    "without package files": """
        #- pkg/base.py
        class Box: ...
        #     ^^^ def
        #- pkg/use.py
        from .base import Bo$0x
    """,
    "its module": """
        #- pkg/__init__.py
        #- pkg/base.py
        class Box: ...
        # <- def
        #- pkg/use.py
        from .bas$0e import Box
    """,
}

REEXPORTS = {
    "chain of packages": """
        #- a/__init__.py
        from .b import Box
        #- a/b/__init__.py
        from .c import Box
        #- a/b/c.py
        from ._impl import _Box as Box
        #- a/b/_impl.py
        class _Box: ...
        #     ^^^^ def
        #- main.py
        from a import Bo$0x
    """,
    "by assignment": """
        #- a.py
        import b
        Box = b.Box
        # <- def
        #- b.py
        class Box: ...
        #- main.py
        from a import Bo$0x
    """,
    "member through assignment": """
        #- a.py
        import b
        Box = b.Box
        #- b.py
        class Box:
            def area(self): ...
        #       ^^^^ def
        #- main.py
        from a import Box
        Box().are$0a()
    """,
    "circular, through the package": """
        #- pkg/__init__.py
        from .a import make
        from .b import Box
        #- pkg/a.py
        from pkg import Box
        def make(): return Bo$0x()
        #- pkg/b.py
        from pkg import make
        class Box: ...
        #     ^^^ def
    """,
    "circular, never defined": """
        #- a.py
        from b import thing
        #- b.py
        from a import thing
        #- main.py
        from a import thi$0ng
    """,
    "circular star imports": """
        #- a.py
        from b import *
        x = 1
        # <- def
        #- b.py
        from a import *
        #- main.py
        from b import x$0
    """,
    "imports from itself what it has": """
        #- a.py
        class Box: ...
        #     ^^^ def
        from a import Box
        class Crate(Bo$def1x): ...
        #- main.py
        from a import Bo$0x
    """,
    "imports itself": """
        #- a.py
        import a
        x = 1
        # <- def
        a.a.a.x$0
    """,
}

STARS = {
    "without __all__": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import *
        Bo$0x
    """,
    "without __all__, private": """
        #- shapes.py
        class _Box: ...
        #- main.py
        from shapes import *
        _Bo$0x
    """,
    "imported names come along": """
        #- shapes.py
        from solids import Box
        #- solids.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import *
        Bo$0x
    """,
    "not in __all__": """
        #- shapes.py
        __all__ = ["Ball"]
        class Box: ...
        class Ball: ...
        #- main.py
        from shapes import *
        Bo$0x
    """,
    "private in __all__": """
        #- shapes.py
        __all__ = ["_Box"]
        class _Box: ...
        #     ^^^^ def
        #- main.py
        from shapes import *
        _Bo$0x
    """,
    "the last one wins": """
        #- a.py
        x = 1
        #- b.py
        x = 2
        # <- def
        #- main.py
        from a import *
        from b import *
        x$0
    """,
    "own binding wins": """
        #- a.py
        x = 1
        #- main.py
        from a import *
        x = 2
        # <- def
        x$0
    """,
    "__all__ +=": """
        #- shapes.py
        __all__ = ["Ball"]
        class Ball: ...
        __all__ += ["Box"]
        class Box: ...
        #     ^^^ box
        class Bag: ...
        #- main.py
        from shapes import *
        Box$box
        Bag$bag
    """,
    "__all__.extend and append": """
        #- shapes.py
        __all__ = []
        __all__.extend(["Box"])
        __all__.append("Ball")
        class Box: ...
        #     ^^^ box
        class Ball: ...
        #     ^^^^ ball
        class Bag: ...
        #- main.py
        from shapes import *
        Box$box
        Ball$ball
        Bag$bag
    """,
    "__all__ of submodules": """
        #- pkg/__init__.py
        from . import a, b
        from .a import *
        from .b import *
        __all__ = a.__all__ + b.__all__
        #- pkg/a.py
        __all__ = ["x"]
        x = 1
        # <- x
        z = 3
        #- pkg/b.py
        __all__ = ["y"]
        y = 1
        # <- y
        #- main.py
        from pkg import *
        x$x
        y$y
        z$z
    """,
    "__all__ of submodules, unpacked": """
        #- pkg/__init__.py
        from .a import *
        from .a import __all__ as names_of_a
        __all__ = [*names_of_a, "own"]
        own = 1
        # <- own
        other = 1
        #- pkg/a.py
        __all__ = ["x"]
        x = 1
        # <- x
        #- main.py
        from pkg import *
        x$x
        own$own
        other$other
    """,
    "__all__ of submodules that are only star-imported": """
        #- pkg/__init__.py
        from .a import *
        __all__ = (a.__all__)
        hidden = 1
        #- pkg/a.py
        __all__ = ["x"]
        x = 1
        # <- x
        #- main.py
        from pkg import *
        x$x
        hidden$hidden
    """,
    "__all__ imported": """
        #- pkg/__init__.py
        from .a import *
        from .a import __all__
        hidden = 1
        #- pkg/a.py
        __all__ = ["x"]
        x = 1
        # <- x
        #- main.py
        from pkg import *
        x$x
        hidden$hidden
    """,
    "__all__ from a list of another name": """
        #- shapes.py
        _names = ("Box", "Ball")
        __all__ = list(_names)
        class Box: ...
        #     ^^^ box
        class Bag: ...
        #- main.py
        from shapes import *
        Box$box
        Bag$bag
    """,
    "__all__ from the keys of a table": """
        #- shapes.py
        class Box: ...
        #     ^^^ box
        class Bag: ...
        _table = {"Box": 1}
        __all__ = sorted(_table.keys())
        #- main.py
        from shapes import *
        Box$box
        Bag$bag
    """,
    "__all__ in both branches": """
        #- shapes.py
        import sys
        if sys.platform == "win32":
            __all__ = ["Box"]
            class Box: ...
        #         ^^^ box
        else:
            __all__ = ["Ball"]
            class Ball: ...
        #         ^^^^ ball
        #- main.py
        from shapes import *
        Box$box
        Ball$ball
    """,
    "__all__ that cannot be read": """
        #- shapes.py
        __all__ = [name for name in dir() if name[0] != "_"]
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import *
        Bo$0x
    """,
    "__all__ that names a submodule": """
        #- pkg/__init__.py
        __all__ = ["shapes"]
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from pkg import *
        shapes.Bo$0x
    """,
    "a name in __all__": """
        #- pkg/__init__.py
        from .shapes import Box
        __all__ = ["Bo$0x"]
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
    """,
    "chain of stars": """
        #- a.py
        from b import *
        #- b.py
        from c import *
        #- c.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from a import Bo$0x
    """,
    "of a stub, private imports stay": """
        #- shapes.pyi
        from solids import Box, Ball as Ball
        #- solids.py
        class Box: ...
        class Ball: ...
        #     ^^^^ ball
        #- main.py
        from shapes import *
        Box$box
        Ball$ball
    """,
}

BRANCHES = {
    "try and except, names": """
        #- main.py
        try:
            import fast as impl
        except ImportError:
            import slow as impl
        impl.loa$0ds
        #- fast.py
        def loads(): ...
        #   ^^^^^ def
        #- slow.py
        def loads(): ...
        #   ^^^^^ def
    """,
    "try and a definition": """
        #- fast.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        try:
            from fast import loads
        except ImportError:
            def loads(): ...
        #       ^^^^^ def
        loa$0ds()
    """,
    "try and None": """
        #- fast.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        try:
            from fast import loads
        except ImportError:
            loads = None
        #   ^^^^^ def
        loa$0ds()
    """,
    "try and a missing module": """
        #- slow.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        try:
            from not_installed_at_all import loads
        except ImportError:
            from slow import loads
        loa$0ds()
    """,
    "by version, in a source": """
        #- new.py
        def loads(): ...
        #   ^^^^^ def
        #- old.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        import sys
        if sys.version_info >= (3, 11):
            from new import loads
        else:
            from old import loads
        loa$0ds()
    """,
    "stars in try and except": """
        #- fast.py
        def loads(): ...
        #   ^^^^^ def
        #- slow.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        try:
            from fast import *
        except ImportError:
            from slow import *
        loa$0ds()
    """,
    "star in try, definition in except": """
        #- fast.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        try:
            from fast import *
        except ImportError:
            def loads(): ...
        #       ^^^^^ def
        loa$0ds()
    """,
    "definition, then a star in try": """
        #- fast.py
        def dumps(): ...
        #- main.py
        def loads(): ...
        #   ^^^^^ def
        try:
            from fast import *
        except ImportError:
            pass
        loa$0ds()
    """,
    "reexported from both branches": """
        #- compat.py
        try:
            from fast import loads
        except ImportError:
            from slow import loads
        #- fast.py
        def loads(): ...
        #   ^^^^^ def
        #- slow.py
        def loads(): ...
        #   ^^^^^ def
        #- main.py
        from compat import loa$0ds
    """,
    "TYPE_CHECKING and else": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from shapes import Box
        else:
            Box = object
        #   ^^^ def
        Bo$0x
    """,
}

LAZY = {
    "__getattr__ alone knows nothing": """
        #- pkg/__init__.py
        def __getattr__(name): return compute(name)
        #- main.py
        import pkg
        pkg.Bo$0x
    """,
    "table of modules": """
        #- pkg/__init__.py
        import importlib
        _lazy = {"Box": ".shapes", "Ball": "pkg.solids"}
        def __getattr__(name):
            return getattr(importlib.import_module(_lazy[name], __name__), name)
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ box (conventional)
        #- pkg/solids.py
        class Ball: ...
        #     ^^^^ ball (conventional)
        #- main.py
        from pkg import Box, Ball
        Box$box
        Ball$ball
    """,
    "table of modules and names": """
        #- pkg/__init__.py
        _lazy = {"Box": (".shapes", "_Box"), "Ball": ["pkg.solids", "Ball"]}
        def __getattr__(name): ...
        #- pkg/shapes.py
        class _Box: ...
        #     ^^^^ box (conventional)
        #- pkg/solids.py
        class Ball: ...
        #     ^^^^ ball (conventional)
        #- main.py
        import pkg
        pkg.Box$box
        pkg.Ball$ball
    """,
    "table with the package first": """
        #- pkg/__init__.py
        _dynamic_imports: "dict[str, tuple[str, str]]" = {"Box": (__spec__.parent, ".shapes")}
        def __getattr__(name): ...
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def (conventional)
        #- main.py
        from pkg import Bo$0x
    """,
    "table with dotted places": """
        #- pkg/__init__.py
        _lazy = {"Box": "pkg.shapes.Box", "Ball": "pkg.shapes:Ball"}
        def __getattr__(name): ...
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ box
        class Ball: ...
        #     ^^^^ ball
        #- main.py
        from pkg import Box, Ball
        Box$box
        Ball$ball
    """,
    "import structure": """
        #- pkg/__init__.py
        import sys
        _import_structure = {"shapes": ["Box"], "sub.solids": ["Ball"]}
        _import_structure["more"] = ["Bag"]
        sys.modules[__name__] = _LazyModule(__name__, _import_structure)
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ box (conventional)
        #- pkg/sub/__init__.py
        #- pkg/sub/solids.py
        class Ball: ...
        #     ^^^^ ball (conventional)
        #- pkg/more.py
        class Bag: ...
        #     ^^^ bag (conventional)
        #- main.py
        from pkg import Box, Ball, Bag
        Box$box
        Ball$ball
        Bag$bag
    """,
    "attached": """
        #- pkg/__init__.py
        import lazy_loader as lazy
        __getattr__, __dir__, __all__ = lazy.attach(
            __name__, submodules=["sub"], submod_attrs={"shapes": ["Box"]}
        )
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ box (conventional)
        #- pkg/sub.py
        x = 1
        # <- x
        #- main.py
        import pkg
        pkg.Box$box
        pkg.sub.x$x
    """,
    "attached to a stub": """
        #- pkg/__init__.py
        import lazy_loader as lazy
        __getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
        #- pkg/__init__.pyi
        from .shapes import Box as Box
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from pkg import Bo$0x
    """,
    "imported in __getattr__": """
        #- pkg/__init__.py
        def __getattr__(name):
            if name == "Box":
                from .shapes import Box
                return Box
            raise AttributeError(name)
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def (conventional)
        #- main.py
        from pkg import Bo$0x
    """,
    "old name in __getattr__": """
        #- pkg/__init__.py
        class Box: ...
        #     ^^^ def (conventional)
        def __getattr__(name):
            if name == "Crate":
                warn("renamed")
                return Box
            raise AttributeError(name)
        #- main.py
        from pkg import Cra$0te
    """,
    "a table in a module that is not lazy": """
        #- pkg/__init__.py
        table = {"Box": ".shapes"}
        #- pkg/shapes.py
        class Box: ...
        #- main.py
        from pkg import Bo$0x
    """,
    "a table that leads nowhere": """
        #- pkg/__init__.py
        _lazy = {"Box": ".shapes"}
        def __getattr__(name): ...
        #- pkg/shapes.py
        class Ball: ...
        #- main.py
        from pkg import Bo$0x
    """,
    "type checkers are told": """
        #- pkg/__init__.py
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from .shapes import Box
        def __getattr__(name): ...
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def (exact)
        #- main.py
        from pkg import Bo$0x
    """,
}

DYNAMIC = {
    "import_module": """
        #- pkg/__init__.py
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def (inferred)
        #- main.py
        import importlib
        shapes = importlib.import_module("pkg.shapes")
        shapes.Bo$0x
    """,
    "import_module, at once": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- main.py
        from importlib import import_module
        import_module("shapes").Bo$0x
    """,
    "import_module, relative": """
        #- pkg/__init__.py
        #- pkg/use.py
        from importlib import import_module
        import_module(".shapes", package=__package__).Bo$0x
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
    """,
    "import_module, relative to a name": """
        #- pkg/__init__.py
        #- main.py
        from importlib import import_module
        import_module(".shapes", "pkg").Bo$0x
        #- pkg/shapes.py
        class Box: ...
        #     ^^^ def
    """,
    "import_module of something computed": """
        #- shapes.py
        class Box: ...
        #- main.py
        from importlib import import_module
        import_module("sha" + "pes").Bo$0x
    """,
    "another import_module": """
        #- shapes.py
        class Box: ...
        #- main.py
        def import_module(name): ...
        import_module("shapes").Bo$0x
    """,
    "__import__": """
        #- pkg/__init__.py
        x = 1
        # <- def
        #- pkg/shapes.py
        #- main.py
        __import__("pkg.shapes").x$0
    """,
    "sys.modules": """
        #- shapes.py
        class Box: ...
        #- main.py
        import sys
        sys.modules["shapes"].Bo$0x
    """,
    "a module that replaces itself": """
        #- shapes.py
        import sys
        class Shapes: ...
        sys.modules[__name__] = Shapes()
        #- main.py
        import shapes
        shapes.Bo$0x
    """,
}

STUBS = {
    "definition is in the source": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- shapes.pyi
        class Box: ...
        #- main.py
        from shapes import Bo$0x
    """,
    "the type is that of the stub": """
        #- shapes.py
        def make(): return _make()
        class Box:
            def area(self): ...
        #       ^^^^ def
        #- shapes.pyi
        def make() -> Box: ...
        class Box:
            def area(self) -> int: ...
        #- main.py
        from shapes import make
        make().are$0a()
    """,
    "only in the stub": """
        #- shapes.py
        globals()["Box"] = 1
        #- shapes.pyi
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Bo$0x
    """,
    "only in the source": """
        #- shapes.py
        class Box:
            def area(self): ...
        #- shapes.pyi
        class Box: ...
        #- main.py
        from shapes import Box
        Box().are$0a()
    """,
    "attribute set in the source": """
        #- shapes.py
        class Box:
            def __init__(self):
                self.size = 1
        #            ^^^^ def
        #- shapes.pyi
        class Box:
            size: int
        #- main.py
        from shapes import Box
        Box().si$0ze
    """,
    "module": """
        #- shapes.py
        x = 1
        # <- def
        #- shapes.pyi
        x: int
        #- main.py
        import sha$0pes
    """,
    "from the stub itself": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- shapes.pyi
        class Bo$0x: ...
    """,
    "keyword argument": """
        #- shapes.py
        def make(size): ...
        #        ^^^^ def
        #- shapes.pyi
        def make(size: int) -> None: ...
        #- main.py
        from shapes import make
        make(si$0ze=1)
    """,
    "stub alone": """
        #- shapes.pyi
        class Box: ...
        #     ^^^ def
        #- main.py
        from shapes import Bo$0x
    """,
    "stub in typings": """
        #- shapes.py
        class Box: ...
        #     ^^^ def
        #- typings/shapes.pyi
        class Box: ...
        #- main.py
        from shapes import Bo$0x
    """,
    "stub of something that is not installed": """
        #- typings/solids/__init__.pyi
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "package of stubs in the workspace": """
        #- solids-stubs/__init__.pyi
        class Ball: ...
        #     ^^^^ def
        #- main.py
        from solids import Ba$0ll
    """,
    "versions in a stub of the workspace": """
        #- shapes.pyi
        import sys
        if sys.version_info >= (3, 8):
            class Box: ...
        #         ^^^ def
        else:
            class Box: ...
        #- main.py
        from shapes import Bo$0x
    """,
}

LAYOUTS = {
    "src": """
        #- pyproject.toml
        [project]
        name = "shapes"
        #- src/shapes/__init__.py
        class Box: ...
        #     ^^^ def
        #- tests/test_box.py
        from shapes import Bo$0x
    """,
    "beside a script": """
        #- tools/run.py
        from helpers import hel$0p
        #- tools/helpers.py
        def help(): ...
        #   ^^^^ def
    """,
    "beside a test": """
        #- tests/test_box.py
        from helpers import hel$0p
        #- tests/helpers.py
        def help(): ...
        #   ^^^^ def
    """,
    "beside a package of tests": """
        #- tests/unit/__init__.py
        #- tests/unit/test_box.py
        from helpers import hel$0p
        #- tests/helpers.py
        def help(): ...
        #   ^^^^ def
    """,
    "where a conftest.py lies": """
        #- tests/conftest.py
        #- tests/helpers.py
        def help(): ...
        #   ^^^^ def
        #- tests/unit/deep/test_box.py
        from helpers import hel$0p
    """,
    "a conftest.py itself": """
        #- tests/conftest.py
        def make(): ...
        #   ^^^^ def
        #- tests/test_box.py
        from conftest import mak$0e
    """,
    "not beside a module of a package": """
        #- pkg/__init__.py
        #- pkg/helpers.py
        def help(): ...
        #- pkg/use.py
        from helpers import hel$0p
    """,
    "namespace package beside a module of its name": """
        #- config/settings.py
        DEBUG = True
        # <- DEBUG
        #- scripts/config.py
        LOCAL = 1
        # <- LOCAL
        #- scripts/run.py
        import config.settings
        config.settings.${DEBUG1}DEBUG
        #- scripts/other.py
        import config
        config.${LOCAL1}LOCAL
    """,
    "namespace package in two source roots": """
        #- pyproject.toml
        [tool.flux-index]
        source-roots = ["a", "b"]
        #- a/space/one.py
        x = 1
        # <- x
        #- b/space/two.py
        y = 1
        # <- y
        #- main.py
        from space import one, two
        import space.two
        one.x$x
        two.y$y
        space.two.y$y2
    """,
    "a name of the standard library in the workspace": """
        #- queue.py
        class Queue: ...
        #     ^^^^^ def
        #- main.py
        from queue import Que$0ue
    """,
}

ADDED_FOLDERS = {
    "inserted by os.path": """
        #- scripts/run.py
        import os, sys
        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "libs"))
        from deep import g$0o
        #- libs/deep.py
        def go(): ...
        #   ^^ def
    """,
    "appended by pathlib": """
        #- tools/run.py
        import sys
        from pathlib import Path
        ROOT = Path(__file__).resolve().parent.parent
        sys.path.append(str(ROOT / "libs"))
        import deep
        deep.g$0o()
        #- libs/deep.py
        def go(): ...
        #   ^^ def
    """,
    "before a module beside the file": """
        #- scripts/run.py
        import sys
        from os.path import dirname
        sys.path.insert(0, dirname(dirname(__file__)) + "/libs")
        from deep import g$0o
        #- scripts/deep.py
        def go(): ...
        #- libs/deep.py
        def go(): ...
        #   ^^ def
    """,
    "appended behind a module beside the file": """
        #- scripts/run.py
        import sys
        from pathlib import Path
        sys.path.append(str(Path(__file__).parents[1].joinpath("libs")))
        from deep import g$0o
        #- scripts/deep.py
        def go(): ...
        #   ^^ def
        #- libs/deep.py
        def go(): ...
    """,
    "for the file alone": """
        #- scripts/run.py
        import sys
        from pathlib import Path
        sys.path.insert(0, str(Path(__file__).parent / "libs"))
        #- scripts/other.py
        from deep import g$0o
        #- scripts/libs/deep.py
        def go(): ...
    """,
    "of a folder that is computed": """
        #- scripts/run.py
        import os, sys
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), os.environ["LIBS"]))
        from deep import g$0o
        #- scripts/libs/deep.py
        def go(): ...
    """,
}

CASES = {
    **PLAIN,
    **ADDED_FOLDERS,
    **RELATIVE,
    **REEXPORTS,
    **STARS,
    **BRANCHES,
    **LAZY,
    **DYNAMIC,
    **STUBS,
    **LAYOUTS,
}


@pytest.mark.parametrize("name", CASES)
def test_definition(tmp_path: Path, name: str) -> None:
    check_definition(tmp_path, CASES[name])
