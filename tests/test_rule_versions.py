"""Code for other versions and platforms than the one at hand, behind constants that say so."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_findings


def test_constants_that_hold_tests_of_version_and_platform(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- six.py
        import sys
        PY2 = sys.version_info[0] == 2
        PY3 = sys.version_info[0] == 3
        PY34 = sys.version_info[0:2] >= (3, 4)
        #- compat.py
        import sys, os, platform
        if sys.version_info[0] >= 3:
            PYTHON_3 = True
        else:
            PYTHON_3 = False
        MAJOR = sys.version_info[0]
        major, minor = sys.version_info[:2]
        is_old = str is bytes
        WINDOWS = os.name == "nt"
        WIN = sys.platform in ("win32", "cygwin")
        WIN2 = platform.system() == "Windows"
        OLD = sys.version < "3"
        on_py2 = sys.version_info < (3, 0)
        try:
            unicode
            PY2 = True
        except NameError:
            PY2 = False
        DEBUG = False
        if DEBUG:
            zork
        #   ^^^^ undefined-name
        if MAJOR < 3: unicode
        if major == 2: unicode
        if is_old: unicode
        if OLD: unicode
        if on_py2: unicode
        if WINDOWS or WIN or WIN2: os.startfile2
        if not PYTHON_3: unicode
        if PY2: unicode
        print(unicode)
        #     ^^^^^^^ undefined-name
        #- use.py
        import six
        from six import PY2, PY3
        from compat import MAJOR, on_py2 as old, PYTHON_3, major
        import compat as c
        if six.PY2: unicode
        x = unicode if six.PY2 else str
        y = str if six.PY3 else unicode
        z = six.PY3 and str or unicode
        if PY3:
            pass
        else:
            unicode
        def f(v):
            if not PY2:
                return 3
            return unicode(v)
        def g(v):
            if PY3: raise ValueError
            unicode
        def h(v):
            assert not PY3
            unicode
        def i(v):
            if six.PY34: return 3
            else: return unicode
        def k(v):
            while v:
                if PY3: continue
                unicode
            unicode
        #   ^^^^^^^ undefined-name
        if MAJOR == 2: unicode
        if old: unicode
        if not PYTHON_3: from urllib import urlencode
        if c.on_py2 and isinstance(x, unicode): pass
        z = [unicode(q) for q in x if PY2]
        if major < 3 or not unicode: pass
        #                   ^^^^^^^ undefined-name
        def dec():
            if PY3: unicode
        #           ^^^^^^^ undefined-name
        class A:
            if PY2:
                a = unicode
            text_type = str if PY3 else unicode
        """,
        "undefined-name",
        "unresolved-name",
    )


def test_flags_of_modules_that_are_not_here(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import nosix
        from nosix import PY2, PYTHON_MODE
        import vendored.six as six
        if PY2: unicode
        if six.PY3: pass
        else: unicode
        text = unicode if nosix.PY2 else str
        if PYTHON_MODE: unicode
        #               ^^^^^^^ undefined-name
        """,
        "undefined-name",
    )


def test_names_that_the_declared_versions_lack(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- pyproject.toml
        [project]
        requires-python = ">=3.11,<3.12"
        #- use.py
        import inspect, sys
        from typing import override
        #                  ^^^^^^^^ unresolved-name
        inspect.getargspec
        #       ^^^^^^^^^^ unresolved-attribute
        from enum import StrEnum
        if sys.version_info >= (3, 12):
            from typing import override
        try:
            from typing import override
        except ImportError:
            pass
        """,
        "unresolved",
    )


def test_names_that_some_of_the_declared_versions_have(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- pyproject.toml
        [project]
        requires-python = ">=3.8"
        #- use.py
        import asyncio, inspect
        from typing import override
        from enum import StrEnum
        inspect.getargspec, asyncio.coroutine
        """,
        "unresolved",
    )


def test_what_stubs_import_for_themselves(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- stubbed.pyi
        import os
        from typing import Any, Callable
        def run(call: Callable[..., Any]) -> Any: ...
        #- stubbed.py
        import os
        def run(call): return call
        #- use.py
        import collections, json, sys
        from collections import Mapping, OrderedDict
        #                       ^^^^^^^ unresolved-name
        class Table(collections.MutableMapping): ...
        #                       ^^^^^^^^^^^^^^ unresolved-attribute
        class Fine(collections.abc.MutableMapping): ...
        json.Any
        #    ^^^ unresolved-attribute
        sys.Callable
        #   ^^^^^^^^ unresolved-attribute
        from stubbed import os, run, Callable
        #                            ^^^^^^^^ unresolved-name
        """,
        "unresolved",
    )


def test_comparisons_of_versions_of_libraries(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- versions.py
        from importlib.metadata import version

        OS_VERSION_INFO = tuple(map(int, version("pip").split(".")[:2]))
        #- use.py
        import os
        import versions

        def connection_errors():
            if versions.OS_VERSION_INFO < (2, 0):
                return (os.error,)
            else:
                return (os.error, os.connection_error)

        def newest():
            if versions.OS_VERSION_INFO:
                return os.newest_error
        #                 ^^^^^^^^^^^^ unresolved-attribute
        """,
    )
