"""What a fix proposes is right itself: it swaps no fault for another one."""

from __future__ import annotations

from pathlib import Path

import pytest
from fix_helpers import mended, offered

STORE = """
#- app/__init__.py
#- app/store.py
class Store:
    def __init__(self, name): self.name = name
    def put(self, key, value): return key, value
    def get(self, key): return key
def open_store(name): return Store(name)
def slugify(title): return title.lower()
#- app/service.py
from app.store import Store, open_store, slugify
def main():
    open_store("x").put(1, slugify("a"))
"""


def _titles(tmp_path: Path, text: str, rule: str) -> list[str]:
    edit = "#- app/service.py\n" + text
    return [fix.title for fix in offered(tmp_path, STORE, edit, rule)]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        # Nothing that the edit removed is a member of Store.
        ("from app.store import Store\nStore('x').putt(1, 2)\n", ["Replace 'putt' with 'put'"]),
        # `get` takes one argument.
        ("from app.store import Store\nStore('x').gett(1, 2)\n", []),
        ("from app.store import Store\nStore('x').gett(1)\n", ["Replace 'gett' with 'get'"]),
        ("import app.store\napp.store.slugfy('x')\n", ["Replace 'slugfy' with 'slugify'"]),
        ("import app.store\napp.store.slugfy('x', 2)\n", []),
    ],
)
def test_an_attribute_gives_way_to_what_the_receiver_has_and_takes_these_arguments(
    tmp_path: Path, text: str, titles: list[str]
) -> None:
    assert _titles(tmp_path, text, "unresolved-attribute") == titles


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("from app.store import slugify\nslugfy('x')\n", ["Replace 'slugfy' with 'slugify'"]),
        ("from app.store import slugify\nslugfy()\n", []),
        # It was imported before the edit; now it would be as undefined.
        ("open_stor('x')\n", []),
    ],
)
def test_a_name_gives_way_to_one_that_is_bound_there(
    tmp_path: Path, text: str, titles: list[str]
) -> None:
    assert _titles(tmp_path, text, "undefined-name") == titles


def test_an_import_is_added_of_what_takes_these_arguments(tmp_path: Path) -> None:
    text = "def main():\n    return {call}\n"
    fits = _titles(tmp_path / "1", text.format(call="open_store('a')"), "undefined-name")
    assert fits == ["Add 'from app.store import open_store'"]
    # The edit removed that import, which the name may have been meant by in any case.
    before = STORE.replace("open_store, slugify", "slugify").replace('open_store("x")', "Store(1)")
    edit = "#- app/service.py\n" + text.format(call="open_store('a', 2)")
    assert not offered(tmp_path / "2", before, edit, "undefined-name")


def test_an_imported_name_gives_way_to_what_its_calls_fit(tmp_path: Path) -> None:
    text = "from app.store import slugfy\ndef main():\n    slugfy('x', 2)\n"
    assert "Replace 'slugfy' with 'slugify'" not in _titles(tmp_path, text, "unresolved-name")


def test_an_imported_name_gives_way_to_one_of_the_module(tmp_path: Path) -> None:
    text = "from app.store import slugfy\ndef main():\n    slugfy('x')\n"
    titles = _titles(tmp_path, text, "unresolved-name")
    assert titles[0] == "Replace 'slugfy' with 'slugify'"
    assert set(titles[1:]) <= {
        f"Replace 'slugfy' with '{each}'" for each in ("Store", "open_store")
    }


@pytest.mark.parametrize(
    ("call", "rule", "titles"),
    [
        ("slugify(tite='a')", "unknown-keyword", ["Rename keyword 'tite' to 'title'"]),
        ("slugify('a', tite='a')", "unknown-keyword", ["Remove argument 'tite'"]),
        ("slugify('a', 'b', 'c')", "too-many-arguments", ["Remove the surplus arguments"]),
        ("slugify('a', title='b')", "duplicate-argument", ["Remove argument 'title'"]),
    ],
)
def test_arguments_fit_after_a_fix(tmp_path: Path, call: str, rule: str, titles: list[str]) -> None:
    text = f"from app.store import slugify\ndef other():\n    {call}\n"
    assert _titles(tmp_path, text, rule) == titles


def test_fixing_ends_where_nothing_is_right(tmp_path: Path) -> None:
    text = "from app.store import Store\nStore('x').frobnicate(1)\nStore('x').gett(1, 2)\n"
    assert mended(tmp_path, STORE, f"#- app/service.py\n{text}", unsafe=True) == {}


def test_no_import_is_added_beside_one_that_misspells_the_name(tmp_path: Path) -> None:
    text = "from app.store import slugfy\ndef main():\n    slugify('x')\n"
    assert _titles(tmp_path, text, "undefined-name") == []
    assert _titles(tmp_path / "2", text, "unresolved-name")[0] == "Replace 'slugfy' with 'slugify'"


def test_the_import_is_mended_rather_than_its_uses(tmp_path: Path) -> None:
    edit = """
        #- app/service.py
        from app.store import open_stor, slugify
        def main():
            open_store("x").put(1, slugfy("a"))
        """
    assert mended(tmp_path, STORE, edit, unsafe=True) == {
        "app/service.py": "from app.store import open_store, slugify\n"
        "def main():\n"
        '    open_store("x").put(1, slugify("a"))\n'
    }


def test_all_surplus_arguments_and_wrong_keywords_go(tmp_path: Path) -> None:
    edit = """
        #- app/service.py
        from app.store import slugify
        def other():
            slugify("a", "b", "c")
            slugify("a", tite="b", x=2)
        """
    assert mended(tmp_path, STORE, edit, unsafe=True) == {
        "app/service.py": "from app.store import slugify\n"
        "def other():\n"
        '    slugify("a")\n'
        '    slugify("a")\n'
    }


def test_a_module_gives_way_to_one_that_has_what_is_imported(tmp_path: Path) -> None:
    before = """
        #- app/__init__.py
        #- app/texts.py
        def slugify(title): return title
        #- app/tests.py
        def test_it(): ...
        #- main.py
        from app.texts import slugify
        print(slugify("a"))
        """
    edit = "#- main.py\nfrom app.tets import slugify\nprint(slugify('a'))\n"
    fixes = offered(tmp_path, before, edit, "unresolved-import")
    assert [fix.title for fix in fixes] == ["Import from 'app.texts'"]
