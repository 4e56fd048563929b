"""What changes in an environment while a session is open shows in the next answer."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations import table
from flux_index.indexer.index import Index

SITE = "lib/python3.11/site-packages"


class Serving:
    """A session as a server keeps it, on a workspace whose environment tests change."""

    def __init__(self, folder: Path) -> None:
        self.root = plant(folder / "w", ".git/", {"main.py": "from solids import Ball\nBall\n"})
        self.site = plant(
            folder / "w" / ".venv",
            f"bin/python {SITE}/",
            {"pyvenv.cfg": "home = /nowhere/bin\nversion = 3.11.4\n"},
        ).joinpath(SITE)
        self.index = Index.open(str(self.root), cache_dir=str(folder / "cache"))
        assert self.index.become_writer()
        self.index.build()
        self.session = OpenWorkspace(self.index, "live")

    def places(self, line: int = 1, path: str = "main.py") -> list[tuple[str, int]]:
        """(path below the site folder or else its name, one-based line) of definitions."""
        answer = table.call(
            self.session, "definition", {"path": path, "line": line, "character": 0}
        )
        found: list[tuple[str, int]] = []
        for item in answer["items"]:
            if item["path"]:
                below = item["path"].removeprefix(f"{self.site}/")
                shown = os.path.relpath(below, self.root) if os.path.isabs(below) else below
                found.append((shown, item["range"]["start"]["line"] + 1))
        return found

    def install(self, version: str, files: dict[str, str]) -> None:
        """Put files and metadata where an installer puts them."""
        plant(self.site, "", files)
        record = "".join(f"{path},,\n" for path in files)
        info = f"solids-{version}.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: Solids\nVersion: {version}\n\nAbout."
        plant(self.site, "", {f"{info}/METADATA": metadata, f"{info}/RECORD": record})
        touch(self.site)

    def uninstall(self, version: str, *paths: str) -> None:
        """Take away a distribution and what it has at the top."""
        for path in (f"solids-{version}.dist-info", *paths):
            shutil.rmtree(self.site / path)
        touch(self.site)


_seconds = count(1_700_000_000)


def touch(path: Path) -> None:
    """Make sure that a change shows in the time, however coarse the clock of the file system."""
    stamp = next(_seconds)
    os.utime(path, (stamp, stamp))


def write(path: Path, text: str) -> None:
    plant(path.parent, "", {path.name: text})
    touch(path)
    touch(path.parent)


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is looked at now and then."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    made = Serving(tmp_path)
    yield made
    made.index.close()


def test_nothing_is_read_before_a_question_leads_outside(tmp_path: Path) -> None:
    made = Serving(tmp_path)
    assert not made.index.search_path.is_ready
    made.index.close()


def test_installed(serving: Serving) -> None:
    assert serving.places() == []
    serving.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    assert serving.places() == [("solids/__init__.py", 1)]


def test_upgraded(serving: Serving) -> None:
    serving.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    assert serving.places() == [("solids/__init__.py", 1)]
    path = str(serving.site / "solids/__init__.py")
    assert str(serving.index.search_path.distribution(path)) == "Solids 1.0"
    serving.uninstall("1.0", "solids")
    files = {
        "solids/__init__.py": "from .round import Ball\n",
        "solids/round.py": "\n\nclass Ball: ...\n",
    }
    serving.install("2.0", files)
    assert serving.places() == [("solids/round.py", 3)]
    assert str(serving.index.search_path.distribution(path)) == "Solids 2.0"


def test_removed(serving: Serving) -> None:
    serving.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    assert serving.places() == [("solids/__init__.py", 1)]
    serving.uninstall("1.0", "solids")
    assert serving.places() == []


def test_stubs_come_and_go(serving: Serving) -> None:
    main = "from solids import make\nmake().roll\n"
    write(serving.root / "main.py", main)
    serving.index.update(["main.py"])
    serving.install("1.0", {"solids.py": "def make(): return load()\n"})

    def member() -> list[str]:
        asked = {"path": "main.py", "line": 1, "character": 8}
        items = table.call(serving.session, "definition", asked)["items"]
        return [item["name"] for item in items]

    assert member() == []
    stub = "class Ball:\n    def roll(self): ...\ndef make() -> Ball: ...\n"
    plant(serving.site, "", {"solids-stubs/__init__.pyi": stub})
    touch(serving.site)
    assert member() == ["solids.Ball.roll"]
    shutil.rmtree(serving.site / "solids-stubs")
    touch(serving.site)
    assert member() == []


def test_what_comes_to_a_package_in_place(serving: Serving) -> None:
    write(serving.root / "main.py", "import solids.round, solids.flat\nsolids.round.Ball\n")
    serving.index.update(["main.py"])
    serving.install("1.0", {"solids/__init__.py": "", "solids/flat.py": ""})

    def ball() -> list[tuple[str, int]]:
        asked = {"path": "main.py", "line": 1, "character": 13}
        items = table.call(serving.session, "definition", asked)["items"]
        return [
            (Path(item["path"]).name, item["range"]["start"]["line"] + 1)
            for item in items
            if item["kind"] == "class"
        ]

    assert ball() == []
    write(serving.site / "solids/round.py", "class Ball: ...\n")
    until(lambda: ball() == [("round.py", 1)])
    write(serving.site / "solids/round/__init__.py", "\nclass Ball: ...\n")
    touch(serving.site / "solids")
    until(lambda: ball() == [("__init__.py", 2)])


def test_edited_in_place(serving: Serving) -> None:
    serving.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    assert serving.places() == [("solids/__init__.py", 1)]
    write(serving.site / "solids/__init__.py", "import os\n\n\nclass Ball: ...\n")
    assert serving.places() == [("solids/__init__.py", 4)]


def test_edited_in_place_on_the_way(serving: Serving) -> None:
    files = {
        "solids/__init__.py": "from .a import Ball\n",
        "solids/a.py": "class Ball: ...\n",
        "solids/b.py": "class Ball: ...\n",
    }
    serving.install("1.0", files)
    assert serving.places() == [("solids/a.py", 1)]
    write(serving.site / "solids/__init__.py", "from .b import Ball\n")
    until(lambda: serving.places() == [("solids/b.py", 1)])


@pytest.fixture
def other(serving: Serving) -> Path:
    """The folder of a project that is installed in editable mode."""
    folder = plant(
        serving.root.parent / "other",
        "",
        {
            "solids/__init__.py": "from .a import Ball\n",
            "solids/a.py": "class Ball: ...\n",
            "solids/b.py": "class Ball: ...\n",
        },
    )
    write(serving.site / "_solids.pth", f"{folder}\n")
    assert serving.places() == [("../other/solids/a.py", 1)]
    return folder


def test_editable_project_is_edited(serving: Serving, other: Path) -> None:
    write(other / "solids/a.py", "\n\nclass Ball: ...\n")
    assert serving.places() == [("../other/solids/a.py", 3)]


def test_editable_project_is_edited_on_the_way(serving: Serving, other: Path) -> None:
    write(other / "solids/__init__.py", "from .b import Ball\n")
    assert serving.places() == [("../other/solids/b.py", 1)]


def test_editable_project_gets_a_module(serving: Serving, other: Path) -> None:
    write(other / "solids/__init__.py", "from .c import Ball\n")
    assert serving.places() == []
    write(other / "solids/c.py", "class Ball: ...\n")
    assert serving.places() == [("../other/solids/c.py", 1)]


def test_editable_project_loses_a_module(serving: Serving, other: Path) -> None:
    (other / "solids/a.py").unlink()
    touch(other / "solids")
    assert serving.places() == []


def test_editable_project_gets_a_package_at_the_top(serving: Serving, other: Path) -> None:
    shutil.move(other / "solids", other / "hidden")
    touch(other)
    assert serving.places() == []
    shutil.move(other / "hidden", other / "solids")
    touch(other)
    assert serving.places() == [("../other/solids/a.py", 1)]


def test_editable_install_is_undone(serving: Serving, other: Path) -> None:
    (serving.site / "_solids.pth").unlink()
    touch(serving.site)
    assert serving.places() == []


def test_editable_install_moves(serving: Serving, other: Path) -> None:
    moved = shutil.copytree(other, other.parent / "moved")
    write(serving.site / "_solids.pth", f"{moved}\n")
    assert serving.places() == [("../moved/solids/a.py", 1)]


def test_what_rests_on_the_environment_alone_is_forgotten(serving: Serving) -> None:
    write(serving.root / "own.py", "class Own: ...\nOwn\n")
    serving.index.update(["own.py"])
    assert serving.places() == []
    assert serving.places(path="own.py") == [("own.py", 1)]
    serving.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    assert serving.places() == [("solids/__init__.py", 1)]
    assert serving.places(path="own.py") == [("own.py", 1)]


def test_with_an_unsaved_buffer(serving: Serving) -> None:
    again = OpenWorkspace(serving.index, "live")
    again.overlays = {"main.py": b"\nfrom solids import Ball\nBall\n"}
    asked = {"path": "main.py", "line": 2, "character": 0}

    def found() -> list[str]:
        return [item["path"] for item in table.call(again, "definition", asked)["items"]]

    assert found() == [""] or found() == []
    serving.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    assert found() == [str(serving.site / "solids/__init__.py")]
    serving.uninstall("1.0", "solids")
    assert found() == [""] or found() == []


def test_environment_is_made(tmp_path: Path) -> None:
    made = Serving(tmp_path)
    venv = made.root / ".venv"
    made.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    shutil.move(venv, tmp_path / "elsewhere")
    assert made.places() == []
    shutil.move(tmp_path / "elsewhere", venv)
    until(lambda: made.places() == [("solids/__init__.py", 1)])
    made.index.close()


def test_environment_of_another_version(serving: Serving) -> None:
    text = "from typing import override\noverride\n"
    write(serving.root / "main.py", text)
    serving.index.update(["main.py"])
    assert serving.places() == []
    plant(serving.root / ".venv", "lib/python3.12/site-packages/")
    shutil.rmtree(serving.root / ".venv/lib/python3.11")
    write(serving.root / ".venv/pyvenv.cfg", "home = /nowhere/bin\nversion = 3.12.1\n")
    until(lambda: len(serving.places()) == 1)


def test_sessions_of_single_commands_see_changes_too(serving: Serving) -> None:
    serving.session = OpenWorkspace(serving.index, "touch")
    assert serving.places() == []
    serving.install("1.0", {"solids/__init__.py": "class Ball: ...\n"})
    assert serving.places() == [("solids/__init__.py", 1)]
    write(serving.site / "solids/__init__.py", "\nclass Ball: ...\n")
    assert serving.places() == [("solids/__init__.py", 2)]
