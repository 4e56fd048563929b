"""``__getattr__`` that compares with literals and raises for all else gives only these."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_findings


def test_modules_that_know_what_they_give(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- shop/__init__.py
        _moved = {"Old": 1, "Older": 2}
        def __getattr__(name):
            if name in ("Markup", "escape"):
                return 1
            if name == "first" or "second" == name:
                return 2
            elif name in _moved:
                return _moved[name]
            raise AttributeError(f"no {name}")
        #- raising.py
        def __getattr__(name): raise AttributeError(name)
        #- by_prefix.py
        def __getattr__(name):
            if name.startswith("a"): return 1
            raise AttributeError
        #- by_default.py
        def __getattr__(name):
            if name == "a": return 1
        #- all_but_one.py
        def __getattr__(name):
            if name == "a": raise AttributeError
            return 2
        #- registered.py
        table = {}
        def register(name): table[name] = 1
        def __getattr__(name):
            if name in table: return table[name]
            raise AttributeError(name)
        #- stubbed.pyi
        def __getattr__(name: str) -> int: ...
        #- use.py
        import all_but_one, by_default, by_prefix, raising, registered, shop, stubbed
        shop.Markup, shop.escape, shop.first, shop.second, shop.Old
        shop.Gone
        #    ^^^^ unresolved-attribute
        from shop import Older, Oldest
        #                       ^^^^^^ unresolved-name
        by_prefix.q, by_default.q, all_but_one.q, registered.q, stubbed.q
        raising.q
        #       ^ unresolved-attribute
        """,
        "unresolved",
    )


def test_classes_that_know_what_they_give(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import TYPE_CHECKING
        class Lazy:
            def __getattr__(self, name):
                if name == "size":
                    self.size = 3
                    return self.size
                raise AttributeError(name)
        Lazy().size
        Lazy().length
        #      ^^^^^^ unresolved-attribute
        class Other:
            def __getattr__(self, name):
                raise AttributeError(name)
        class More(Other):
            def __getattr__(self, name):
                return super().__getattr__(name)
        More().anything
        class Model:
            if not TYPE_CHECKING:
                def __getattr__(self, name):
                    raise AttributeError(name)
            def dump(self): return {}
        Model().dumps()
        #       ^^^^^ unresolved-attribute
        """,
        "unresolved",
    )
