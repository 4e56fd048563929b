from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from fixtures_language import check_edit, check_findings
from test_patterns import ask

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


def test_modules_that_a_build_makes(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- setup.py
from installed import here as Extension
Extension("shop._spam")
Extension(name="_named", sources=[])
#- pyproject.toml
[tool.maturin]
module-name = "shop._rust"
#- meson.build
py.extension_module('_fast', 'a.c', subdir: 'shop')
#- CMakeLists.txt
pybind11_add_module(_bound src/a.cpp)
#- shop/_beside.c
/* module */
#- shop/_eggsmodule.c
/* module */
#- shop/messages.proto
syntax = "proto3";
#- shop/generated.py.in
x = @x@
#- shop/ffi_build.py
def build(ffi): ffi.set_source("shop._ffi", "")
#- shop/__init__.py
#- shop/use.py
from shop import _spam, _named, _rust, _fast, _bound, _beside, _ffi
from . import _eggs
from ._eggs import anything
from .messages_pb2 import Person
from shop.generated import y
import shop
shop._rust.run
from shop import _nothing
#                ^^^^^^^^ unresolved-name
from ._nope import q
#    ^^^^^^ unresolved-import
""",
        "unresolved-import",
        "unresolved-name",
    )


def test_parts_of_namespace_packages_that_are_not_installed(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- .venv/lib/python3.12/site-packages/spread/one/__init__.py
#- corp/billing/__init__.py
#- corp/users/__init__.py
#- app/models.py
#- main.py
import spread.one
import spread.two
#      ^^^^^^^^^^ not-installed (No module named 'spread.two')
from corp.other.deep import x
#    ^^^^^^^^^^^^^^^ not-installed (No module named 'corp.other')
from corp.bilings import y
#    ^^^^^^^^^^^^ unresolved-import
from corp.users.gone import z
#    ^^^^^^^^^^^^^^^ unresolved-import
from app.gone import z
#    ^^^^^^^^ unresolved-import
""",
        "unresolved",
        "not-installed",
    )


def test_modules_beside_what_imports_them(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- tools/__init__.py
#- tools/prompts.py
def ask(): return 1
#- tools/script.py
import prompts
prompts.ask()
prompts.tell()
#       ^^^^ unresolved-attribute
if __name__ == "__main__":
    prompts.ask()
#- tools/module.py
import prompts
#      ^^^^^^^ unresolved-import
#- pyproject.toml
[project]
name = "acme"
#- src/acme/json/__init__.py
#- src/acme/types.py
#- src/acme/config.py
import json
from types import SimpleNamespace
json.loads("1")
#- flat/queue.py
#- flat/config.py
from . import queue as own
from queue import Queue
#- scripts/types.py
def mine(): return 1
#- scripts/run.py
from types import mine
""",
        "unresolved",
        "not-installed",
    )


def test_packages_of_the_same_name(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- services/a/pyproject.toml
[project]
name = "a"
#- services/a/app/__init__.py
#- services/a/app/models.py
def load_a(): return 1
#- services/c/app/__init__.py
#- services/c/app/models.py
def load_c(): return 1
#- services/c/app/main.py
from app.models import load_c
from app.models import load_a
#                      ^^^^^^ unresolved-name
#- services/c/tests/test_app.py
from app.models import load_c
#- app/__init__.py
#- app/models.py
def load(): return 1
#- app/main.py
from app.models import load, load_c
#                            ^^^^^^ unresolved-name
""",
        "unresolved",
    )


def test_import_by_call_with_a_list_of_names(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        path = __import__("os.path", fromlist=["join"])
        path.join
        __import__("os.path", globals(), locals(), ["join"], 0).join
        __import__("xml.dom", fromlist=("minidom",)).minidom.parseString("")
        __import__("xml.dom.minidom", {}, {}, "x").parseString("")
        def load(options, names):
            __import__("os.path", **options).join
            return __import__("os.path", fromlist=names).join
        __import__("os.path", {}, {}, []).getcwd()
        __import__("os.path").joiner
        #                     ^^^^^^ unresolved-attribute
        """,
        "unresolved",
    )


def test_modules_that_a_module_makes_itself(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- shop/__init__.py
        #- shop/external/__init__.py
        #- shop/external/six.py
        import sys
        class Importer:
            def find_spec(self, *arguments): ...
        sys.meta_path.append(Importer())
        #- shop/external/made.py
        import sys, types
        def make(name): sys.modules[__name__ + "." + name] = types.ModuleType(name)
        #- shop/external/plain.py
        #- shop/use.py
        from .external.six.moves import range
        from shop.external.six.moves.urllib.parse import quote
        import shop.external.made.deeper
        from .external.plain.moves import zip
        #    ^^^^^^^^^^^^^^^^^^^^^ unresolved-import
        """,
        "unresolved",
    )


def test_an_example_that_is_called_as_the_library_that_it_shows(tmp_path: Path) -> None:
    example = """
        #- pyproject.toml
        [project]
        name = "shop"
        #- shop/__init__.py
        #- shop/models.py
        from shop import gone
        #                ^^^^ unresolved-name
        #- examples/installed/__init__.py
        #- examples/installed/tasks.py
        from installed import here
        """
    check_findings(tmp_path / "known", VENV + dedent(example), "unresolved-name")
    check_findings(tmp_path / "unknown", example, "unresolved-name")
    other = example.replace("examples/installed", "examples/other").replace(
        "from installed", "from other"
    )
    other = other.replace(
        "import here", "import here\n        #                 ^^^^ unresolved-name"
    )
    check_findings(tmp_path / "other", VENV + dedent(other), "unresolved-name")


def test_a_module_that_is_not_there_is_told_once_whatever_is_taken_of_it(tmp_path: Path) -> None:
    text = """
        #- shop/__init__.py
        #- shop/models.py
        class Order: ...
        #- shop/desk.py
        from shop.modells import Order, Gift, Refund
        from shop.modells import Sale
    """
    found = ask(tmp_path, text, "validate", whole=True, limit=10)["items"]
    rule = "unresolved-import"
    assert [each["range"]["start"]["line"] for each in found if each["rule"] == rule] == [0, 1]


def test_a_missing_module_is_told_once_for_a_statement_of_several_lines(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- test/__init__.py
        #- test/test_search.py
        from test.config import (base,
        #    ^^^^^^^^^^^ unresolved-import
            user,
            server)
        #- encoder.py
        import decoder
        asn1_version = decoder.version
        if asn1_version <= "0.2.3":
            from decoder.octets import ints
        from decoder.nothing import more
        #    ^^^^^^^^^^^^^^^ unresolved-import
        #- decoder.py
        version = "1"
        """,
        "unresolved-import",
    )


def test_files_of_a_folder_that_are_run_import_what_lies_beside_them(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        VENV
        + """
#- examples/__init__.py
#- examples/widths.py
half, full = 1, 2
#- examples/prefix.py
from widths import half
#    ^^^^^^ unresolved-import
first = half
#- examples/leading.py
from widths import full
#    ^^^^^^ unresolved-import
from prefix import first
#    ^^^^^^ unresolved-import
""",
        "unresolved-import",
    )
    assert [(each.subject, each.severity) for each in found] == [
        ("widths", "hint"), ("prefix", "warning"), ("widths", "hint"),
    ]  # fmt: skip
