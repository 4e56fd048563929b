"""Benchmarks of judging, on packages and commits that are made here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from workspace_helpers import plant

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"

_BOX = """\
class Box:
    def __init__(self):
        self.size = 1


def grow(box: Box):
    return box.sise
"""


def _run(script: str, *arguments: str | Path, cwd: Path) -> str:
    command = [sys.executable, BENCHMARKS / script, *arguments]
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _noise(tmp_path: Path, *arguments: str | Path) -> str:
    return _run("noise.py", "--kept", tmp_path / "kept", *arguments, cwd=tmp_path)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with one error, and with an environment in which nothing is installed."""
    folder = tmp_path / "box"
    folder.mkdir()
    (folder / "box.py").write_text(_BOX)
    (tmp_path / "kept/environments/box-/lib/python3.11/site-packages").mkdir(parents=True)
    (tmp_path / "kept/environments/box-/pyvenv.cfg").write_text("version = 3.11.0\n")
    return folder


def test_noise_is_counted_labelled_and_compared(tmp_path: Path, package: Path) -> None:
    judged, labels = tmp_path / "first.json", tmp_path / "labels.tsv"
    shown = _noise(tmp_path, f"box={package}", "--json", judged, "--labels", labels)
    assert "| box  | 7 | 1 | 0 | 142.86 | 0.00 | 0 | 0 | 0 | 1 |" in shown
    assert "| `unresolved-attribute` | 1 | 0 | 142.86 | 0.00 | 0 | 0 | 0 | 1 |" in shown

    again = ("--read", judged, "--labels", labels)
    line = _noise(tmp_path, *again, "--unlabelled").splitlines()[1]
    assert line.split("\t") == [
        "box", "", "box.py", "unresolved-attribute", "'Box' object has no attribute 'sise'", "", "",
    ]  # fmt: skip
    labels.write_text(line.removesuffix("\t\t") + "\treal\ttypo\n")
    assert not _noise(tmp_path, *again, "--unlabelled").strip()
    assert "| 1 | 0 | 0 | 0 |" in _noise(tmp_path, *again)

    (package / "box.py").write_text(_BOX.replace("sise", "width"))
    shown = _noise(tmp_path, f"box={package}", "--labels", labels, "--compare", judged)
    new, gone, count = shown.splitlines()
    assert new.startswith("+ error box  box.py unresolved-attribute: 'Box' object has no attribute")
    assert "'width'" in new
    assert new.endswith("(unlabelled)")
    assert "'sise'" in gone
    assert gone.endswith("(real, typo)")
    assert count.startswith("box : 1 new, 1 gone;")


def test_labels_have_one_of_three_opinions(tmp_path: Path) -> None:
    labels = tmp_path / "labels.tsv"
    labels.write_text("box\t1\tbox.py\tundefined-name\tname 'x' is not defined.\tperhaps\t\n")
    command = [sys.executable, BENCHMARKS / "noise.py", "--labels", labels, "--kept", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert f"{labels}:1: a label is one of real, debatable, false" in done.stderr


def _git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def _commit(folder: Path, subject: str, **files: str) -> None:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    _git(folder, "add", ".")
    _git(folder, "commit", "--quiet", "-m", subject)


def test_commits_are_judged_as_edits_of_their_parents(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    _git(repository, "init", "--quiet", "--initial-branch=main")
    right = _BOX.replace("sise", "size")
    _commit(repository, "Begin", box=right)
    _commit(repository, "Use it", use="from box import grow\n\nprint(grow)\n")
    _commit(repository, "Misspell", box=_BOX)
    _git(repository, "checkout", "--quiet", "-b", "side")
    _commit(repository, "Test", test_box="from box import grow\n\nassert grow\n")
    _git(repository, "checkout", "--quiet", "main")
    _commit(repository, "Spell", box=right)
    _git(repository, "merge", "--quiet", "-m", "Merge", "side")

    out = tmp_path / "out.json"
    shown = _run("commits.py", repository, "--json", out, cwd=tmp_path).splitlines()
    assert shown[0].endswith("Misspell")
    assert shown[1].startswith("  box.py:7 unresolved-attribute: 'Box' object has no attribute")
    assert shown[2].startswith("4 commits judged, 1 refused, 0 with warnings only")
    subjects = {each["subject"]: each["findings"] for each in json.loads(out.read_text())}
    assert set(subjects) == {"Use it", "Misspell", "Test", "Spell"}
    assert [subject for subject, found in subjects.items() if found] == ["Misspell"]

    shown = _run("commits.py", repository, "--without-tests", "--commits", "2", cwd=tmp_path)
    assert "2 commits judged, 1 refused" in shown
    shown = _run("commits.py", repository, "--at", "main~2", "--commits", "1", cwd=tmp_path)
    assert "1 commits judged, 1 refused" in shown


def _clone(clone: Path, files: dict[str, str]) -> None:
    plant(clone, "", files)
    git = ["git", "-C", str(clone), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "cases"]):
        subprocess.run([*git, *command], check=True)


_PYLINT = {
    "tests/functional/n/no_member.py": "import beside\nbeside.size\nbeside.sise\nbeside.sizes\n",
    "tests/functional/n/no_member.txt": "no-member:3:0:3:11::Module has no member:INFERENCE\n",
    "tests/functional/n/beside.py": "size = 1\n",
}
_TY = {
    "crates/ty_python_semantic/resources/mdtest/names.md": (
        "# Names\n\n```py\n# error: [unresolved-reference]\nshown\n"
        "print(known)  # error: [unresolved-reference]\nprint(1)\n```\n"
    )
}
_PYFLAKES = {
    "pyflakes/test/test_names.py": (
        "class Test(TestCase):\n    def test_one(self):\n"
        "        self.flakes('''\n        shown\n        ''', m.UndefinedName)\n"
    )
}


@pytest.mark.parametrize(
    ("suite", "files", "row"),
    [
        ("pylint", _PYLINT, "| no-member | 1 | 1 |  |\n| unresolved-attribute |  |  | 1 |"),
        ("ty", _TY, "| unresolved-reference | 2 | 2 |  |"),
        ("pyflakes", _PYFLAKES, "| UndefinedName | 1 | 1 |  |"),
    ],
)
def test_what_the_suites_of_checkers_expect_is_counted(
    tmp_path: Path, suite: str, files: dict[str, str], row: str
) -> None:
    _clone(tmp_path / "clone", files)
    assert row in _run("checker_suites.py", suite, tmp_path / "clone", cwd=tmp_path)


_JEDI = {
    "test/completion/goto.py": (
        "size = 3\n#! ['size = 3']\nsize\n#? int()\nsize + 1\n#? ['size']\nsiz\n"
        "#< (-8,0), (-6,0), (-4,0), (0,0)\nsize\n"
    )
}


def test_what_the_suite_of_jedi_expects_is_counted(tmp_path: Path) -> None:
    _clone(tmp_path / "clone", _JEDI)
    shown = _run("jedi_suite.py", tmp_path / "clone", cwd=tmp_path)
    for kind in ("goto", "type", "completion"):
        assert f"| {kind} | 1 | 1 | 0 | 0 | 0 |" in shown


_SHOP = """\
class Box:
    def __init__(self, size):
        self.size = size

    def measure(self):
        return self.size


def total(boxes):
    return sum(each.measure() for each in boxes)


def make(number):
    return total([Box(each) for each in range(number)])
"""


def test_definitions_compared_with_what_ran(tmp_path: Path) -> None:
    plant(tmp_path, ".git/", {"shop/__init__.py": _SHOP, "run.py": "import shop\nshop.make(3)\n"})
    _run("runtime.py", "trace", "shop", "records", "--", sys.executable, "run.py", cwd=tmp_path)
    scored = _run("runtime.py", "score", "shop", "records", cwd=tmp_path)
    assert "3 sites, 3 drawn" in scored
    assert "| variable | 1 | 100 | 0 | 0 | 0 |" in scored  # `each.measure()`
    assert "| all | 3 | 100 | 0 | 0 | 0 |" in scored


def test_growth_of_workspaces_is_shown_and_drawn(tmp_path: Path) -> None:
    arguments = ("--workspaces", "--from", "20", "--to", "80", "--plot", tmp_path / "growth.svg")
    shown = _run("growth.py", *arguments, cwd=tmp_path).splitlines()
    assert shown[-8].split() == ["files", "20", "40", "80", "exponents"]
    assert [line[:32].strip() for line in shown[-6:]] == [
        "index", "index again", "definition", "references to a function",
        "references to a method of all", "validate one file",
    ]  # fmt: skip
    picture = ElementTree.parse(tmp_path / "growth.svg").getroot()
    assert len([each for each in picture.iter() if each.tag.endswith("polyline")]) == 12


def test_reuse_is_counted_beside_bm25(tmp_path: Path) -> None:
    base = tmp_path / "bases/shop"
    base.mkdir(parents=True)
    (base / "text.py").write_text('def truncate(value):\n    "Cut."\n\ndef other(): ...\n')
    questions = tmp_path / "questions.tsv"
    questions.write_text("shop\ttext.py\ttruncate\tshorten\nshop\t-\t-\tcharge a card\n")
    shown = _run("reuse.py", questions, tmp_path / "bases", cwd=tmp_path)
    assert "| reuse | 100 / 100 / 100 |" in shown
    assert "| BM25 | 0 / 0 / 0 |" in shown
    assert "answered as sure: 0 of 1 that do not exist" in shown
