"""Moving modules and packages: the imports that change with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_moved

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
