"""What stands above definitions."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_code_lens


def test_references_overrides_and_subclasses(tmp_path: Path) -> None:
    check_code_lens(
        tmp_path,
        """
        #- main.py
        class Base:
            def __init__(self): ...
            def run(self): ...
        class Child(Base):
            def run(self):
                def inner(): ...
        def unused(): ...
        #- other.py
        from main import Base, Child
        class Third(Base): ...
        Child().run()
        """,
        {
            "Base": ["3 references", "2 subclasses"],
            "run": ["0 references", "1 reference", "overrides Base.run"],
            "Child": ["2 references"],
            "unused": ["0 references"],
        },
    )
