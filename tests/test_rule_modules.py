from __future__ import annotations

from pathlib import Path

from fixtures_language import Fixture, check_edit, check_findings, open_workspace

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import proposed


def test_a_circle_that_cannot_be_imported(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        #- a.py
        from b import second
        #             ^^^^^^ import-cycle ('first')
        def first(): return second()
        #- b.py
        from a import first
        #             ^^^^^ import-cycle ('second')
        def second(): return first()
        """,
        "import-cycle",
    )
    assert {finding.severity for finding in found} == {"error"}


def test_a_circle_that_depends_on_who_is_first(tmp_path: Path) -> None:
    before = """
        #- a.py
        def first(): return 1
        #- b.py
        def second(): return 1
        from a import first
        """
    after = """
        #- a.py
        from b import second
        #             ^^^^^^ import-cycle ('first')
        def first(): return second()
        """
    (finding,) = check_edit(tmp_path / "edit", before, after, "import-cycle")
    assert finding.severity == "warning"
    # What stands, and works as it is imported, is nobody's fault.
    plain = after.replace("        #             ^^^^^^ import-cycle ('first')\n", "")
    check_findings(
        tmp_path / "all", plain + before[before.index("        #- b.py") :], "import-cycle"
    )


def test_a_module_that_imports_from_itself(tmp_path: Path) -> None:
    found = check_edit(
        tmp_path,
        """
        #- runner.py
        class Runner:
            def run(self): return 1
        #- main.py
        from runner import Runner
        """,
        """
        #- runner.py
        from runner import Runner
        #                  ^^^^^^ import-cycle (partially initialized module)
        class FastRunner(Runner):
            def run(self): return 2
        """,
        "import-cycle",
    )
    assert [finding.severity for finding in found] == ["error"]


def test_circles_that_work(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- a.py
        from typing import TYPE_CHECKING
        import b
        if TYPE_CHECKING:
            from b import second
        def first(): return b.second()
        #- b.py
        import a
        def second():
            from a import first
            return first()
        #- pack/__init__.py
        VERSION = "1"
        from . import inner
        from .inner import use
        #- pack/inner.py
        from . import VERSION
        from . import other
        from pack import other as again
        def use(): return VERSION, other, again
        #- pack/sub/__init__.py
        from ..inner import use
        from .deep import lowest
        #- pack/sub/deep.py
        from .. import sub
        def lowest(): return sub
        #- pack/other.py
        from . import inner
        """,
        "import-cycle",
    )


def test_new_files_that_hide_modules(tmp_path: Path) -> None:
    new = ["random.py", "inner/json.py", "mine.py"]
    assert told(tmp_path, ["main.py"], new, "shadowed-module") == [
        "random.py: module 'random' shadows the standard-library module of the same name; "
        "every 'import random' finds this file instead."
    ]


def test_new_test_modules_of_one_name(tmp_path: Path) -> None:
    old = ["tests/one/test_box.py", "tests/pack/__init__.py", "tests/pack/test_lid.py"]
    new = ["tests/two/test_box.py", "tests/two/test_lid.py"]
    assert told(tmp_path, old, new, "test-module-conflict") == [
        "tests/two/test_box.py: import file mismatch: this file and "
        "tests/one/test_box.py are imported as one module 'test_box'; neither is in a package."
    ]


def told(folder: Path, old: list[str], new: list[str], rule: str) -> list[str]:
    """What a rule says when files are added to others."""
    session = open_workspace(folder, Fixture(dict.fromkeys(old, "value = 1\n"), {}, {}))
    try:
        found = check_change(proposed(session, dict.fromkeys(new, b"value = 2\n")))
    finally:
        session.index.close()
    return [f"{each.path}: {each.message}" for each in found if each.rule == rule]


def test_lazy_imports(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- parts.py
        def cut(): ...
        #- main.py
        lazy import parts
        lazy from parts import cut
        lazy = parts.cut()
        parts.glue(lazy, cut())
        #     ^^^^ unresolved-attribute
        #- broken.py
        lazy import parts
        lazy parts.cut()
        # <- syntax-error
        """,
        "unresolved-attribute",
        "syntax-error",
    )
