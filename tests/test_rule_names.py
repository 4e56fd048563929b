from __future__ import annotations

from pathlib import Path

from fix_helpers import offered
from fixtures_language import applied, check_edit, check_findings


def test_undefined_names(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def total(rows):
            return sum(row.price for row in rws)
            #                               ^^^ undefined-name ('rws')
        class Box:
            size = 1
            def grow(self):
                return size
                #      ^^^^ undefined-name
        def later():
            def inner():
                return outr
                #      ^^^^ undefined-name
            outer = 1
            return inner, outer
        def annotated(x: "Bx") -> None: ...
        #                 ^^ undefined-name
        """,
        "undefined-name",
    )


def test_a_module_that_fills_itself_with_names_that_it_writes_out(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- few.py
        for package in ("ssl", "zlib"):
            locals()[package] = __import__(package)
        globals()["codec"] = zlib
        print(ssl, codec, bz2)
        #                 ^^^ undefined-name
        #- many.py
        import os
        for package in os.listdir():
            globals()[package] = __import__(package)
        print(bz2)
        #- use.py
        import few
        few.zlib
        """,
        "undefined-name",
        "unresolved-attribute",
    )


def test_names_that_are_there(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- shapes.py
        __all__ = ["area"]
        def area(): return 1
        #- main.py
        from shapes import *
        print(area(), __file__, __name__, len([]))
        def set_it():
            global made
            made = 1
        def use():
            return made
        class Tree:
            left: "Tree"
            def clone(self) -> "Tree":
                return __class__()
        [x for y in [[1]] for x in y]
        lambda a, *b, c=1, **d: (a, b, c, d)
        try:
            unicode
        except NameError:
            unicode = str
        match [1]:
            case [first, *rest]:
                print(first, rest)
        def outer():
            count = 0
            def inner():
                nonlocal count
                count += 1
            return inner
        if (n := 3) > 2:
            print(n)
        del n
        """,
        "undefined-name",
        "used-before",
    )


def test_a_local_name_before_its_definition(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def first():
            print(total)
            #     ^^^^^ used-before-definition (line 3)
            total = 1
        def loop(rows):
            for row in rows:
                if row:
                    print(last)
                last = row
        def swap(a):
            a = a + 1
            b = [b for b in a]
            return b
        """,
        "used-before-definition",
    )


def test_an_import_that_was_taken_away_comes_back(tmp_path: Path) -> None:
    before = "from functools import reduce as fold\n\nprint(fold(max, [1]))\n"
    after = "print(fold(max, [1]))\n#     ^^^^ undefined-name\n"
    (finding,) = check_edit(tmp_path, before, after, "undefined-name")
    fix = finding.fixes[0]
    assert fix.title == "Add 'from functools import reduce as fold'"
    edits = [(edit.start, edit.end, edit.text) for edit in fix.edits]
    text = applied("print(fold(max, [1]))\n", edits)
    assert "from functools import reduce as fold\n" in text


def test_what_the_stub_of_the_builtins_imports_is_not_built_in(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def first(value):
            print(sys.argv)
            #     ^^^ undefined-name
            return isinstance(value, Mapping)
            #                        ^^^^^^^ undefined-name
        def second(value: Any) -> int:
        #                 ^^^ undefined-name
            return len(value)
        def third(value: int) -> int:
            return _T(value) + function(value)
            #      ^^ undefined-name
            #                  ^^^^^^^^ undefined-name
        """,
        "undefined-name",
    )


def test_the_standard_library_is_imported_for_what_it_has(tmp_path: Path) -> None:
    text = "def f(a: Mapping, b: Any): return sys.argv, Path(a), nothing\n"
    fixes = offered(tmp_path / "fixes", "#- other.py\n", f"#- main.py\n{text}", "undefined-name")
    assert [(fix.title, fix.safe) for fix in fixes] == [
        ("Add 'from collections.abc import Mapping'", True),
        ("Add 'from typing import Any'", True),
        ("Add 'import sys'", True),
        ("Add 'from pathlib import Path'", True),
    ]


def test_names_that_are_bound_at_another_time(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import sys
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from collections.abc import Mapping
            from os import getcwd
        else:
            getcwd = None
        helper()
        # <- used-before-definition (line 9)
        def helper(): return later()
        @decorated
        #^^^^^^^^^ used-before-definition
        def plain(): return 1
        def decorated(function): return function
        def later(): return 1
        class Box:
            size = width
            #      ^^^^^ used-before-definition
            width = 1
        gone = 1
        del gone
        print(gone)
        #     ^^^^ deleted-name (line 18)
        def caught():
            try:
                return 1
            except ValueError as error:
                print(error)
            return error
            #      ^^^^^ deleted-name (handler of line 23)
        def typed(mapping: Mapping) -> "Mapping":
        #                  ^^^^^^^ never-bound (line 4)
            getcwd()
            return Mapping(mapping)
            #      ^^^^^^^ never-bound (line 4)
        def off():
            if False:
                value = 1
            return value
            #      ^^^^^ never-bound
        """,
        "used-before",
        "deleted",
        "never",
    )


def test_names_that_are_bound_in_time(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import TYPE_CHECKING, TypeVar
        if TYPE_CHECKING:
            from collections.abc import Mapping
            Alias = Mapping
        T = TypeVar("T", bound="Later")
        class Later: ...
        def use(): return below
        below = 1
        try:
            text = unicode_type
        except NameError:
            unicode_type = str
        for number in range(3):
            if number:
                print(last)
            last = number
        item = 1
        del item
        item = 2
        print(item)
        def maybe(flag):
            value = 1
            if flag:
                del value
                value = 2
            return value
        def raised():
            error = None
            try:
                int("1")
            except ValueError as error:
                return
            return error
        def checked(value):
            assert not TYPE_CHECKING or isinstance(value, Mapping)
        def set_up():
            global state
            state = 1
        set_up()
        print(state)
        state = 2
        class Own:
            str = str
            list = list
        """,
        "used-before",
        "deleted",
        "never",
    )
