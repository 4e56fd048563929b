from __future__ import annotations

from pathlib import Path

from fixtures_language import applied, check_edit, check_findings


def test_undefined_names(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def total(rows):
            return sum(row.price for row in rws)
            #                               ^^^ undefined-name (`rws`)
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
    assert fix.title == "Add `from functools import reduce as fold`"
    edits = [(edit.start, edit.end, edit.text) for edit in fix.edits]
    text = applied("print(fold(max, [1]))\n", edits)
    assert "from functools import reduce as fold\n" in text
