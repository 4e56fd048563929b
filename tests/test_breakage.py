from __future__ import annotations

from pathlib import Path
from typing import Any

from fixtures_language import applied, check_edit


def test_a_removed_method_on_a_typed_receiver(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- box.py
        class Box:
            def area(self): return 1
            def size(self): return 2
        #- main.py
        from box import Box
        def first(box: Box): return box.area()
        #                               ^^^^ removed-member ('Box' object has no attribute 'area')
        def second(): return Box().size()
        """,
        """
        #- box.py
        class Box:
            def size(self): return 2
        """,
        "removed-member",
        "unresolved",
    )


def test_a_removed_method_on_an_untyped_receiver(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- web.py
        class Response:
            def is_redirect(self): return self.status == 301
            def close(self): return 1
        #- main.py
        def follow(response, file):
            if response.is_redirect():
            #           ^^^^^^^^^^^ removed-member (the edit renamed it to 'check_redirect')
                file.close()
            if hasattr(response, "close"):
                response.close()
        """,
        """
        #- web.py
        class Response:
            def check_redirect(self): return self.status == 301
        """,
        "removed-member",
        "unresolved",
    )


def test_uses_in_the_changed_file_itself(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- web.py
        class Response:
            def is_redirect(self): return 1
        def follow(response): return response.is_redirect()
        """,
        """
        #- web.py
        class Response:
            def check_redirect(self, deep): return deep
        def follow(response): return response.is_redirect()
        #                                     ^^^^^^^^^^^ removed-member ('check_redirect')
        """,
        "removed-member",
        "unresolved",
    )


def test_of_what_was_renamed_only_the_new_name_is_proposed(tmp_path: Path) -> None:
    (found,) = check_edit(
        tmp_path,
        """
        #- shop.py
        class Order:
            def total(self): return 1
            def total_net(self): return 2
            def show(self): return self.total()
        """,
        """
        #- shop.py
        class Order:
            def gross(self): return 1
            def total_net(self): return 2
            def show(self): return self.total()
            #                           ^^^^^ unresolved-attribute (renamed it to 'gross')
        """,
        "unresolved",
    )
    assert found.nearest == []
    assert found.fixes[0].title == "Use 'gross'"


def test_a_name_that_others_have_as_well(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- box.py
        class Box:
            def area(self): return 1
        class Circle:
            def area(self): return 3
        #- main.py
        def first(shape): return shape.area()
        """,
        """
        #- box.py
        class Box: ...
        class Circle:
            def area(self): return 3
        """,
        "removed-member",
        "unresolved",
    )


def test_a_member_that_is_inherited_now(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- box.py
        class Shape: ...
        class Box(Shape):
            def area(self): return 1
        #- main.py
        from box import Box
        def first(box: Box): return box.area()
        """,
        """
        #- box.py
        class Shape:
            def area(self): return 1
        class Box(Shape): ...
        """,
        "removed-member",
        "unresolved",
    )


def test_a_base_that_is_dropped(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- box.py
        class Shape:
            def area(self): return 1
        class Box(Shape):
            def size(self): return 1
        #- main.py
        from box import Box
        Box().area()
        #     ^^^^ unresolved-attribute
        """,
        """
        #- box.py
        class Shape:
            def area(self): return 1
        class Box:
            def size(self): return 1
        """,
        "unresolved",
    )


def test_a_name_that_is_no_longer_exported(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        """
        #- box.py
        __all__ = ["area", "size"]
        def area(): return 1
        def size(): return 1
        #- main.py
        from box import *
        area()
        size()
        # <- undefined-name
        """,
        """
        #- box.py
        __all__ = ["area"]
        def area(): return 1
        def size(): return 1
        """,
        "undefined-name",
    )


def test_a_renamed_function_can_be_followed(tmp_path: Path) -> None:
    before = """
        #- texts.py
        def shorten(text):
            return text[:10]
        #- main.py
        import texts
        texts.shorten("a")
        #     ^^^^^^^ unresolved-attribute (the edit renamed it to 'cut')
        """
    after = """
        #- texts.py
        def cut(text):
            return text[:10]
        """
    (finding,) = check_edit(tmp_path, before, after, "unresolved")
    assert [(fix.title, fix.safe) for fix in finding.fixes] == [
        ("Use 'cut'", True),
        ("Rename it back to 'shorten'", False),
        ("Keep 'shorten' as another name", False),
    ]
    assert mended(finding, 0, "import texts\ntexts.shorten(1)\n") == "import texts\ntexts.cut(1)\n"
    assert mended(finding, 1, "def cut(text):\n    return text[:10]\n") == (
        "def shorten(text):\n    return text[:10]\n"
    )
    assert mended(finding, 2, "def cut(text):\n    return text[:10]\n") == (
        "def cut(text):\n    return text[:10]\n\nshorten = cut\n"
    )


def test_a_renamed_method_can_be_kept(tmp_path: Path) -> None:
    before = """
        #- box.py
        class Box:
            def area(self):
                return 1
        #- main.py
        from box import Box
        Box().area()
        #     ^^^^ removed-member (the edit renamed it to)
        """
    after = """
        #- box.py
        class Box:
            def surface_area(self):
                return 1
        """
    (finding,) = check_edit(tmp_path, before, after, "unresolved", "removed")
    new = "class Box:\n    def surface_area(self):\n        return 1\n"
    assert mended(finding, 2, new) == new[:-1] + "\n\n    area = surface_area\n"
    assert finding.severity == "error"


def test_a_definition_that_moves(tmp_path: Path) -> None:
    before = """
        #- old.py
        def area(): return 1
        #- new.py
        #- main.py
        from old import area
        #               ^^^^ unresolved-name (the edit moved it to new.py)
        """
    after = """
        #- old.py
        #- new.py
        def area(): return 1
        """
    (finding,) = check_edit(tmp_path, before, after, "unresolved")
    assert mended(finding, 0, "from old import area\n") == "from new import area\n"


def test_a_module_that_is_removed(tmp_path: Path) -> None:
    """Also where no environment is found, but a distribution may bring it instead."""
    found = check_edit(
        tmp_path,
        """
        #- money.py
        def total(): return 1
        #- sales/__init__.py
        def total(): return 1
        #- sales/tax.py
        def rate(): return 1
        #- kept/__init__.py
        #- kept/part.py
        def rate(): return 1
        #- main.py
        import money
        #      ^^^^^ unresolved-import (No module named 'money'; the edit removed it)
        from sales.tax import rate
        #    ^^^^^^^^^ unresolved-import (the edit removed it)
        from kept.part import rate as other
        #    ^^^^^^^^^ unresolved-import
        import absent
        print(money.total(), rate(), other(), absent)
        #- careful.py
        try:
            import money
        except ImportError:
            money = None
        if money:
            from money import total
        #- changed.py
        import money
        """,
        """
        #- changed.py
        import money
        #      ^^^^^ unresolved-import (the edit removed it)
        print(money.total())
        """,
        "unresolved-import",
        "not-installed",
        removed=("money.py", "sales/__init__.py", "sales/tax.py", "kept/part.py"),
    )
    severities = {each.subject: each.severity for each in found}
    assert severities == {"money": "warning", "sales.tax": "warning", "kept.part": "error"}


def mended(finding: Any, place: int, text: str) -> str:
    """A file's text after one of a finding's fixes."""
    edits = finding.fixes[place].edits
    return applied(text, [(edit.start, edit.end, edit.text) for edit in edits])


def test_what_a_module_imports_and_others_take_from_it(tmp_path: Path) -> None:
    """By its name, with a star in between, and from what tests share."""
    check_edit(
        tmp_path,
        """
        #- names.py
        from json import dumps, loads
        #- all_names.py
        from names import *
        #- main.py
        from names import dumps
        #                 ^^^^^ unresolved-name
        from json import loads
        print(dumps, loads)
        #- other.py
        from all_names import dumps
        #                     ^^^^^ unresolved-name
        print(dumps)
        #- tests/helpers.py
        def make(): return 1
        #- shop.py
        from tests.helpers import make
        #                         ^^^^ unresolved-name
        print(make)
        """,
        """
        #- names.py
        from json import loads
        #- tests/helpers.py
        """,
        "unresolved",
    )
