"""Names that are read where control comes without their being bound, or may come so."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_findings

_RULES = ("used-before", "deleted", "never", "possibly", "undefined-name")


def test_first_bindings_that_read_themselves(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        greeting = "hello %s" % greeting
        #                       ^^^^^^^^ used-before-definition (line 1 is the first)
        class Box:
            size = size + 1
            #      ^^^^ used-before-definition
            str = str
        def count():
            number = number + 1
            #        ^^^^^^ used-before-definition
            return number
        def rounds(rows):
            for row in rows:
                seen = seen + [row]
                #      ^^^^ used-before-definition
            total = 0
            for row in rows:
                total = total + row
        """,
        *_RULES,
    )


def test_walrus_and_comprehensions(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def read(file, rows):
            if file and (first := file.get("x")):
                print(first)
            while (line := file.read()):
                print(line)
            print(line)
            print(later, (later := 3))
            #     ^^^^^ used-before-definition
            if file or (second := file()):
                print(second)
                #     ^^^^^^ possibly-unbound
            [row for row in rows if (kept := row)]
            return [row for row in rows if row is limit]
            #                                     ^^^^^ used-before-definition (line 12)
            limit = 1
        class Table:
            names = ["a"]
            pairs = [name for name in names]
        """,
        *_RULES,
    )


def test_what_runs_where_it_is_written(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        @kept
        #^^^^ used-before-definition
        def first(width=default, height: Height = 1): ...
        #               ^^^^^^^ used-before-definition
        #                                ^^^^^^ used-before-definition
        def kept(function): return function
        default = 1
        class Box(Shape): ...
        #         ^^^^^ used-before-definition
        class Shape:
            make = lambda: Shape
        class Tree:
            def copy(self) -> Tree: ...
            #                 ^^^^ used-before-definition
            def same(self) -> "Tree": ...
        class Height: ...
        """,
        *_RULES,
    )


def test_annotations_that_are_not_evaluated(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from __future__ import annotations
        def first(height: Height) -> Height: ...
        def second():
            height: Height = 1
        class Height: ...
        """,
        *_RULES,
    )


def test_names_that_are_deleted(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def branches(flag):
            value = 1
            if flag:
                del value
            print(value)
            #     ^^^^^ possibly-unbound
        def twice():
            value = 1
            del value
            del value
            #   ^^^^^ deleted-name (line 8)
        def leaving(flag):
            value = 1
            if flag:
                del value
                return
            print(value)
        def caught():
            try:
                int("1")
            except ValueError as error:
                print(error)
            print(error)
            #     ^^^^^ deleted-name (handler of line 19)
        def both():
            error = None
            try:
                int("1")
            except ValueError as error:
                pass
            return error
            #      ^^^^^ possibly-unbound
        """,
        *_RULES,
    )


def test_handlers(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import logging, sys
        def logged(text):
            try:
                value = int(text)
            except ValueError:
                logging.info("bad")
            return value
            #      ^^^^^ possibly-unbound
        def returned(text):
            try:
                return int(text)
            except TypeError:
                pass
            except ValueError:
                message = "bad"
            return message
            #      ^^^^^^^ possibly-unbound
        def inside(text):
            try:
                value = int(text)
            except ValueError:
                print(value)
                #     ^^^^^ used-before-definition
        def left(text):
            try:
                value = int(text)
            except ValueError:
                sys.exit(1)
            return value
        def expected(text):
            try:
                int(text)
            except ValueError as error:
                caught = error
            assert str(caught)
        def interrupted(text):
            try:
                value = text.read()
            except KeyboardInterrupt:
                pass
            return value
        def several(text):
            try:
                file = open(text)
                value = file.read()
            except OSError:
                file.close()
        def last(text):
            try:
                return int(text)
            except ValueError:
                problem = "bad"
            finally:
                print(problem)
                #     ^^^^^^^ possibly-unbound
        """,
        *_RULES,
    )


def test_conditions(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def one(flag):
            if flag:
                value = 1
            print(value)
            #     ^^^^^ possibly-unbound (line 3 binds it on some ways)
            print(value)
        def some(kind):
            if kind == 1:
                value = 1
            elif kind == 2:
                pass
            else:
                value = 2
            return value
            #      ^^^^^ possibly-unbound
        def chain(kind):
            if kind == 1:
                value = 1
            elif kind == 2:
                value = 2
            return value
        def matched(kind):
            match kind:
                case 1: value = 1
                case 2: value = 2
            return value
        def rounds(rows):
            for row in rows:
                last = row
            return last
        def sought(rows):
            for row in rows:
                if row:
                    found = row
            return found
            #      ^^^^^ possibly-unbound
        def endless(read):
            while True:
                if read():
                    value = read()
                    break
            return value
        """,
        *_RULES,
    )


def test_conditions_that_go_together(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def same(path):
            if path:
                file = open(path)
            if path:
                file.close()
        def flagged(path):
            opened = False
            if path:
                file = open(path)
                opened = True
            if opened:
                file.close()
        def left(path, other):
            if not path and other:
                return
            if path:
                file = open(path)
            print(file)
        def collected(texts):
            failed = []
            try:
                value = int(texts)
            except ValueError as error:
                failed.append(error)
            if not failed:
                return value
        def sections(lines):
            for line in lines:
                if line[0] == "[":
                    section = line[1:-1]
                else:
                    print(section, line)
        if "cache" not in globals():
            cache = {}
        print(cache)
        class Reader:
            def open(self):
                if self.path:
                    file = open(self.path)
                print(1 if self.path is None else file)
        """,
        *_RULES,
    )


def test_calls_that_never_return(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- ends.py
        import sys
        from typing import NoReturn
        def declared() -> NoReturn: ...
        def exits(): sys.exit(1)
        def raises(text): raise ValueError(text)
        def checks(value):
            if not value: raise ValueError(value)
        def says(text): print(text)
        #- stubbed.py
        def check(value): raise ValueError
        #- stubbed.pyi
        def check(value: int) -> None: ...
        #- use.py
        import ends, stubbed
        from elsewhere import usage
        def stub(flag):
            if flag: value = 1
            else: stubbed.check(flag)
            return value
        def one(flag):
            if flag: value = 1
            else: ends.declared()
            return value
        def two(flag):
            if flag: value = 1
            else: ends.exits()
            return value
        def three(flag):
            if flag: value = 1
            else: ends.raises("bad")
            return value
        def four(flag):
            if flag: value = 1
            else: ends.checks(flag)
            return value
        def five(flag):
            if flag: value = 1
            else: usage()
            return value
        def again(flag):
            if flag.dry:
                value = 1
                ends.exits()
            print("wet")
            if flag.dry:
                return value
        def six(flag):
            if flag: value = 1
            else: ends.says("bad")
            return value
            #      ^^^^^ possibly-unbound
        """,
        *_RULES,
    )


def test_functions_that_are_called_before_what_they_need(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def main():
            return helper()
        def seldom(flag):
            if flag:
                helper()
        main()
        # <- used-before-definition ('main' reads it, and line 8 defines it later)
        seldom(True)
        def helper():
            return TABLE[1]
        helper()
        # <- used-before-definition (line 11)
        TABLE = {}
        main()
        """,
        *_RULES,
    )


def test_names_that_functions_bind(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import TYPE_CHECKING
        if TYPE_CHECKING:
            from os import sep
        def load():
            global sep, state
            from os import sep
            state = 1
        load()
        print(state)
        def use():
            return sep
        def outer():
            number: int
            def fill():
                nonlocal number
                number = 1
            fill()
            return number
        def filled():
            worker: int
            class Widget:
                def mount(self):
                    nonlocal worker
                    worker = 1
            Widget().mount()
            return worker
        def empty():
            number: int
            def inner():
                return number
                #      ^^^^^^ never-bound (line 28 only declares its type)
            return inner, number
            #             ^^^^^^ used-before-definition
        """,
        *_RULES,
    )


def test_names_of_classes_and_methods(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        print(__name__, __file__)
        class Box:
            names = __module__, [__qualname__ for _ in "a"]
            def kind(self):
                print(__qualname__)
                #     ^^^^^^^^^^^^ undefined-name
                return lambda: __class__
        def kind():
            return __class__
            #      ^^^^^^^^^ undefined-name
        print(__dict__)
        #     ^^^^^^^^ undefined-name
        """,
        *_RULES,
    )


def test_scoping_errors_do_not_hide_other_faults(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def count():
            number = 1
            global number
        print(nothing)
        #     ^^^^^^^ undefined-name
        """,
        *_RULES,
    )


def test_star_imports_of_what_only_other_versions_have(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- compat.py
        import sys
        if sys.version_info >= (3, 0):
            text = str
            def both(): ...
        else:
            unicode_text = text
            def both(): ...
        if sys.platform == "win32":
            window = 1
        #- use.py
        import sys
        from compat import *
        print(text, both, window)
        print(unicode_text)
        #     ^^^^^^^^^^^^ undefined-name
        if sys.version_info < (3, 0):
            print(unicode_text)
        """,
        *_RULES,
    )


def test_code_for_type_checkers_in_classes(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import sys
        from typing import TYPE_CHECKING
        if sys.version_info >= (3, 8) and TYPE_CHECKING:
            from typing import Unpack
        class Client:
            if sys.version_info >= (3, 8) and TYPE_CHECKING:
                def get(self, **options: Unpack[dict]) -> int: ...
            else:
                def get(self, **options): ...
        """,
        *_RULES,
    )


def test_one_case_after_the_other_of_what_something_is(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def convert(kind, cell):
            if kind == "il":
                output = 1
            if kind == "v":
                output = 2
            print(output)
            if isinstance(cell, int):
                mask = 0
            if isinstance(cell, str):
                mask = 1
            print(mask)
            if kind == "il":
                size = 1
            if cell == "v":
                size = 2
            print(size)
            #     ^^^^ possibly-unbound
        """,
        *_RULES,
    )


def test_what_the_first_round_of_a_loop_binds_beside_a_name_that_is_none(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def rows(cells, width):
            row = None
            for cell in cells:
                if row is None or row.width + cell > width:
                    row = Row()
                    used = 0
                used += cell
            for cell in cells:
                if width is None or cell > width:
                    more = 0
                more += cell
            #   ^^^^ possibly-unbound
        class Row:
            width = 1
        """,
        *_RULES,
    )
