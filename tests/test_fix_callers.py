"""A signature changes: its callers follow, or the definition is made to suit them."""

from __future__ import annotations

from pathlib import Path

from fix_helpers import mended, offered, titled

BEFORE = """
#- paint.py
def paint(colour, width=1, *, dry=False):
    return colour, width, dry
#- main.py
from paint import paint
paint("red", dry=True)
paint(colour="blue", width=2)
"""


def test_a_renamed_parameter_is_renamed_at_its_callers(tmp_path: Path) -> None:
    edit = """
        #- paint.py
        def paint(hue, width=1, *, dry=False):
            return hue, width, dry
        """
    (fix, *_) = offered(tmp_path, BEFORE, edit, "unknown-keyword")
    assert (fix.place, fix.title, fix.safe) == (
        "main.py:3", "Rename keyword 'colour' to 'hue'", True,
    )  # fmt: skip
    assert mended(tmp_path / "all", BEFORE, edit) == {
        "main.py": 'from paint import paint\npaint("red", dry=True)\npaint(hue="blue", width=2)\n'
    }


def test_the_argument_of_a_removed_parameter_is_dropped(tmp_path: Path) -> None:
    edit = """
        #- paint.py
        def paint(colour, width=1):
            return colour, width
        """
    assert mended(tmp_path, BEFORE, edit) == {
        "main.py": 'from paint import paint\npaint("red")\npaint(colour="blue", width=2)\n'
    }


def test_the_right_argument_by_place_is_dropped(tmp_path: Path) -> None:
    before = """
        #- paint.py
        def paint(brush, colour): return colour
        #- main.py
        from paint import paint
        paint("flat", "red")
        paint(choose(), "red")
        def choose(): return "round"
        """
    fixes = offered(tmp_path, before, "#- paint.py\ndef paint(colour): return colour\n")
    first, second = (fix for fix in fixes if fix.title == "Remove argument 'brush'")
    assert (first.safe, second.safe) == (True, False)  # what `choose` does would not be done
    assert 'paint("red")\npaint(choose(), "red")' in first.files["main.py"]


def test_a_new_parameter_can_be_given_a_default(tmp_path: Path) -> None:
    edit = """
        #- paint.py
        def paint(colour, width=1, *, glossy: bool, dry=False):
            return colour, width, dry, glossy
        """
    fixes = offered(tmp_path, BEFORE, edit, "missing-argument")
    fix = next(fix for fix in fixes if fix.title == "Add a default for 'glossy' in paint.py")
    assert "glossy: bool | None = None, dry=False" in fix.files["paint.py"]
    assert not fix.safe
    assert mended(tmp_path / "safe", BEFORE, edit) == {}
    assert mended(tmp_path / "unsafe", BEFORE, edit, unsafe=True).keys() == {"paint.py"}


def test_a_parameter_before_others_that_must_be_given_gets_no_default(tmp_path: Path) -> None:
    before = """
        #- paint.py
        def paint(colour): return colour
        #- main.py
        from paint import paint
        paint("red")
        """
    edit = "#- paint.py\ndef paint(brush, colour): return brush, colour\n"
    titles = [fix.title for fix in offered(tmp_path, before, edit, "missing-argument")]
    assert not any("default" in title for title in titles), titles


def test_callers_of_what_became_async_await_it(tmp_path: Path) -> None:
    before = """
        #- paint.py
        def paint(colour): return colour
        #- main.py
        from paint import paint
        async def room():
            return paint("red").upper()
        def hall():
            paint("blue")
            return 1
        """
    edit = "#- paint.py\nasync def paint(colour): return colour\n"
    assert mended(tmp_path, before, edit)["main.py"] == (
        "from paint import paint\n"
        "async def room():\n"
        '    return (await paint("red")).upper()\n'
        "def hall():\n"
        '    paint("blue")\n'
        "    return 1\n"
    )
    fixes = offered(tmp_path / "more", before, edit)
    fix = titled(fixes, "Make 'hall' async, and await the coroutine")
    assert not fix.safe
    assert 'async def hall():\n    await paint("blue")\n' in fix.files["main.py"]


def test_callers_of_what_became_sync_stop_awaiting(tmp_path: Path) -> None:
    before = """
        #- paint.py
        async def paint(colour): return 1
        #- main.py
        from paint import paint
        async def room(): return await paint("red")
        """
    edit = "#- paint.py\ndef paint(colour): return 1\n"
    assert mended(tmp_path, before, edit)["main.py"] == (
        'from paint import paint\nasync def room(): return paint("red")\n'
    )


def test_an_argument_that_the_edit_took_away_comes_back(tmp_path: Path) -> None:
    before = """
        #- main.py
        def paint(colour, width): return colour, width
        def room(wall):
            return paint(wall.colour, wall.width + 1)
        """
    edit = """
        #- main.py
        def paint(colour, width): return colour, width
        def room(wall):
            return paint(wall.colour)
        """
    fix = offered(tmp_path, before, edit, "missing-argument")[0]
    assert fix.title == "Call it with (wall.colour, wall.width + 1) as before"
    assert "paint(wall.colour, wall.width + 1)" in fix.files["main.py"]
