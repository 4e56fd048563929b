from __future__ import annotations

from pathlib import Path

from fixtures_language import check_edit, check_findings

VENV = """
#- .venv/pyvenv.cfg
version = 3.12.1
#- .venv/lib/python3.12/site-packages/installed/__init__.py
def here(): return 1
#- .venv/lib/python3.12/site-packages/installed/part.py
"""


def test_modules_and_names_that_are_not_there(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- shop/__init__.py
from .models import Order as Order
#- shop/models.py
class Order:
    pass
from .modells import Cart
#    ^^^^^^^^ unresolved-import (No module named 'shop.modells')
from ....far import Away
#    ^^^^^^^ unresolved-import (beyond top-level package)
#- main.py
import os.paths
#      ^^^^^^^^ unresolved-import
import not_installed_anywhere
#      ^^^^^^^^^^^^^^^^^^^^^^ not-installed
from installed import gone
#                     ^^^^ unresolved-name (cannot import name 'gone')
from installed import here, part
from shop import Order, Ordr
#                       ^^^^ unresolved-name
from shop.models import Order as O, Basket as B
#                                   ^^^^^^ unresolved-name
from collections import OrderedDict, OrderdDict
#                                    ^^^^^^^^^^ unresolved-name
import shop.views
#      ^^^^^^^^^^ unresolved-import
""",
        "unresolved-import",
        "unresolved-name",
        "not-installed",
    )


def test_legal_imports(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- lazy.py
def __getattr__(name): return name
#- dynamic.py
for name in ("a", "b"):
    globals()[name] = name
#- main.py
try:
    import ujson
    from installed import faster
except ImportError:
    import json as ujson
    faster = None
from lazy import anything
from dynamic import a
import sys
if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib
if False:
    from installed import never
import installed.part
from installed import missing  # type: ignore
from installed import also_missing  # flux-index: ignore[unresolved-name]
from installed import (  # type: ignore[attr-defined]
    missing_too,
)
""",
        "unresolved",
        "not-installed",
    )


def test_a_name_from_the_wrong_place(tmp_path: Path) -> None:
    (finding,) = check_edit(
        tmp_path,
        """
        #- shop/__init__.py
        #- shop/models.py
        class Order:
            pass
        #- shop/views.py
        #- main.py
        """,
        """
        #- main.py
        from shop.views import Order
        #                      ^^^^^ unresolved-name
        """,
        "unresolved-name",
    )
    assert [fix.title for fix in finding.fixes] == ["Import 'Order' from 'shop.models'"]


def test_the_environment_is_not_known(tmp_path: Path) -> None:
    check_findings(tmp_path, "import something_somewhere\n", "unresolved", "not-installed")
