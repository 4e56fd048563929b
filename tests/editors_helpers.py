"""A real project, what is done with it in an editor, and what has to be seen there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
EDITORS = ROOT / "tests" / "editors"
_SECONDS = 300

# Where the package index has it, exactly this; `pip download` checks.
_FLASK = "flask==3.1.2"
_HASH = "sha256:bf656c15c80190ed628ad08cdfd3aaa35beb087855e2f494910aa3774cc4fd87"

PROBE = '''\
"""Made in the editor."""

from __future__ import annotations


def name_of(app: Flask) -> str:
    return app.name
'''
FIXED = PROBE.replace(
    "from __future__ import annotations\n",
    "from __future__ import annotations\n\nfrom flask import Flask\n",
)


# What stands in for Flask where there is no network: enough for everything that is done with it.
MINIATURE = {
    "src/flask/__init__.py": "from .app import Flask as Flask\n",
    "src/flask/helpers.py": '''\
import os


def get_debug_flag() -> bool:
    """Get whether debug mode should be enabled for the app."""
    return bool(os.environ.get("FLASK_DEBUG"))
''',
    "src/flask/sansio/__init__.py": "",
    "src/flask/sansio/app.py": """\
from ..helpers import get_debug_flag


class Scaffold:
    name: str = ""


class App(Scaffold):
    def make_config(self) -> dict[str, bool]:
        return {"DEBUG": get_debug_flag()}
""",
    "src/flask/app.py": """\
from .helpers import get_debug_flag
from .sansio.app import App


class Flask(App):
    def run(self) -> None:
        self.debug = get_debug_flag()
""",
    "tests/test_helpers.py": """\
from flask.helpers import get_debug_flag


def test_get_debug_flag() -> None:
    assert get_debug_flag() is False
""",
}


def flask_sources(cache: Path) -> dict[str, str]:
    """The Python files of Flask's source distribution, fetched once; raises when that fails."""
    archive = cache / "flask-3.1.2.tar.gz"
    if not archive.is_file():
        wanted = cache / "requirements.txt"
        wanted.write_text(f"{_FLASK} --hash={_HASH}\n")
        command = ["download", "--quiet", "--no-deps", "--no-binary", "flask", "--dest"]
        subprocess.run(
            [sys.executable, "-m", "pip", *command, str(cache), "--requirement", str(wanted)],
            check=True,
            timeout=_SECONDS,
        )
    found: dict[str, str] = {}
    with tarfile.open(archive) as packed:
        for member in packed:
            _, _, path = member.name.partition("/")
            file = packed.extractfile(member) if path.startswith(("src/", "tests/")) else None
            if file is not None and path.endswith(".py"):
                found[path] = file.read().decode()
    return found


def make_project(folder: Path, sources: dict[str, str]) -> Path:
    """A project of these files, under git, as editors look for a project's root."""
    for path, text in {"pyproject.toml": "[project]\nname = 'flask'\n", **sources}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def place(project: Path, path: str, marker: str) -> dict[str, Any]:
    """Where ``|`` is in a line of a file, counted from 1."""
    before, _, after = marker.partition("|")
    text = (project / path).read_text()
    start = text.index(before + after) + len(before)
    line = text.count("\n", 0, start) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    return {"file": str(project / path), "line": line, "column": column}


def words(sources: dict[str, str], word: str) -> set[tuple[str, int, int]]:
    """Path, line and column, from 1, of a word wherever it is written."""
    return {
        (path, number, match.start() + 1)
        for path, text in sources.items()
        for number, line in enumerate(text.splitlines(), 1)
        for match in re.finditer(rf"\b{word}\b", line)
    }


def block(heading: str, language: str, number: int = 0) -> str:
    """A block of code that docs/editors.md tells people to use."""
    page = (ROOT / "docs" / "editors.md").read_text()
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)[number]


def use(project: Path, folder: Path, command: list[str]) -> dict[str, Any]:
    """Run an editor that carries out the job, and return what was seen in it."""
    probe = {"file": str(project / "src/flask/probe.py"), "text": PROBE, "line": 6, "column": 19}
    job = {
        "definition": place(project, "src/flask/app.py", "class Flask(A|pp)"),
        "hover": place(project, "src/flask/app.py", "self.debug = get_debug|_flag()"),
        "references": place(project, "src/flask/helpers.py", "def get_debug|_flag"),
        "rename": {
            **place(project, "src/flask/helpers.py", "def get_debug|_flag"),
            "new": "is_debugging",
        },
        "fix": {
            **probe,
            "message": "name 'Flask' is not defined",
            "title": "Add 'from flask import Flask'",
        },
    }
    seen = folder / "seen.json"
    (folder / "job.json").write_text(json.dumps(job))
    environment = {
        **os.environ,
        "FLUX_INDEX_JOB": str(folder / "job.json"),
        "FLUX_INDEX_SEEN": str(seen),
        # The server of this checkout is the one that the editor finds.
        "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
    }
    done = subprocess.run(
        command,
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert seen.is_file(), done.stdout + done.stderr
    answer = json.loads(seen.read_text())
    assert "failed" not in answer, f"{answer}\n{done.stdout}\n{done.stderr}"
    return answer


def check(project: Path, sources: dict[str, str], seen: dict[str, Any]) -> None:
    """Compare what was seen with what has to be, buffers and files."""
    app = project / "src/flask/sansio/app.py"
    line = sources["src/flask/sansio/app.py"].splitlines().index("class App(Scaffold):") + 1
    assert os.path.realpath(seen["definition"]["file"]) == str(app)
    assert (seen["definition"]["line"], seen["definition"]["text"]) == (
        line,
        "class App(Scaffold):",
    )
    assert "def get_debug_flag() -> bool" in seen["hover"]
    assert "Get whether debug mode should be enabled" in seen["hover"]

    written = words(sources, "get_debug_flag")
    assert len({path for path, _, _ in written}) >= 4
    listed = {
        (os.path.relpath(os.path.realpath(file), project), number, column)
        for file, number, column in seen["references"]
    }
    assert listed == written

    renamed = {os.path.relpath(path, project): text for path, text in seen["renamed"].items()}
    expected = {
        path: re.sub(r"\bget_debug_flag\b", "is_debugging", sources[path]) for path, _, _ in written
    }
    assert renamed == expected
    assert {path: (project / path).read_text() for path in expected} == expected
    assert seen["fixed"] == FIXED


def program(name: str) -> str | None:
    """Where a program is, if it is installed."""
    return shutil.which(name)
