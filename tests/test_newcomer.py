"""What somebody meets who has just installed flux-index, as whole command lines."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pytest
from workspace_helpers import plant, state_of

from flux_index.api.cli import main
from flux_index.api.hooks.run import run as run_hook

MANY = 420


def ask(capsys: pytest.CaptureFixture[str], *line: str) -> tuple[int, str, str]:
    code = main(line)
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def classes(folder: str) -> dict[str, str]:
    return {f"{folder}m{n}.py": f"class Shape{n}: pass\n" for n in range(MANY)}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


class TestTheWorkspaceThatIsTaken:
    @pytest.mark.parametrize("command", [("query", "symbols", "a"), ("index",), ("validate",)])
    def test_a_home_folder_is_refused_with_advice(
        self,
        home: Path,
        command: tuple[str, ...],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(home)
        code, _, said = ask(capsys, *command)
        assert code == 2
        assert "is no project, and too much to index" in said
        assert "--workspace path/to/project" in said
        assert ask(capsys, "query", "symbols", "a", "--workspace", str(home))[0] == 1

    def test_one_that_was_found_above_is_said_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root = plant(tmp_path / "w", "pyproject.toml deep/", {"a.py": "class Shape: pass\n"})
        monkeypatch.chdir(root / "deep")
        code, out, said = ask(capsys, "query", "symbols", "Shape")
        assert code == 0
        assert "a.py" in out
        assert f"the workspace is {root}, found around {root / 'deep'}" in said
        assert "the workspace is" not in ask(capsys, "query", "symbols", "Shape")[2]

    def test_several_projects_that_are_taken_as_one_are_said_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        root = plant(tmp_path / "w", "one/pyproject.toml two/pyproject.toml one/a.py")
        monkeypatch.chdir(root)
        said = ask(capsys, "query", "symbols", "Shape")[2]
        assert "is taken as one workspace, although it holds 2 projects (one, two)" in said
        assert "taken as" not in ask(capsys, "query", "symbols", "Shape")[2]


def test_what_a_question_needs_is_indexed_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", "pyproject.toml", classes("")))
    code, out, said = ask(capsys, "query", "symbols", "Shape7", "--limit", "1")
    assert code == 0
    assert f"indexing {MANY} files of" in said
    assert "pending" not in out
    assert "indexing" not in ask(capsys, "query", "symbols", "Shape7")[2]


def test_many_changes_settle_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(tmp_path / "w", "pyproject.toml a.py")
    monkeypatch.chdir(root)
    assert main(["index", "--quiet"]) == 0
    plant(root, "", classes("new/"))
    out = ask(capsys, "query", "symbols", "Shape7", "--limit", "1")[1]
    assert "class  Shape7" in out
    assert "pending" not in out


def test_a_repository_without_a_commit_is_all_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(tmp_path / "w", "", {"a.py": "import os\nos.nope()\n"})
    monkeypatch.chdir(root)
    subprocess.run(["git", "init", "-q"], check=True)
    assert "no attribute 'nope'" in ask(capsys, "validate")[1]
    # What is staged and in no commit is new, too.
    subprocess.run(["git", "add", "a.py"], check=True)
    assert "no attribute 'nope'" in ask(capsys, "validate")[1]
    assert "no attribute 'nope'" in ask(capsys, "validate", ".")[1]


def test_a_repository_of_another_user_is_said_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(tmp_path / "w", "a.py")
    monkeypatch.chdir(root)
    subprocess.run(["git", "init", "-q"], check=True)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    code, _, said = ask(capsys, "validate")
    assert code == 2
    assert f"git config --global --add safe.directory {root} trusts it" in said


def test_nothing_changed_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", "notes.txt"))
    subprocess.run(["git", "init", "-q"], check=True)
    assert "ok: no Python file has changed" in ask(capsys, "validate")[1]


def test_what_git_does_not_tell_as_a_change_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", "a.py unused.py inner/b.py"))
    who = ["-c", "user.name=x", "-c", "user.email=x@example.com"]
    for folder, names in (("inner", ["b.py"]), (".", ["a.py", "unused.py"])):
        subprocess.run(["git", "init", "-q", folder], check=True)
        subprocess.run(["git", "-C", folder, "add", *names], check=True)
        subprocess.run(["git", "-C", folder, *who, "commit", "-qm", "first"], check=True)
    Path("inner/b.py").write_text("print(gone)\n")
    _, told, noted = ask(capsys, "validate")
    assert "ok: no Python file has changed" in told
    assert "inner is a repository of its own" in told + noted
    Path("unused.py").unlink()
    assert "ok: 1 file deleted" in ask(capsys, "validate")[1]


@pytest.mark.parametrize("place", ["FILE:LINE:COL", "nowhere.py"])
def test_a_placeholder_is_no_place(
    tmp_path: Path,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", "pyproject.toml a.py"))
    said = ask(capsys, "query", "explain", place)[2]
    assert f"'{place}' is no place: write a file and a line" in said


def test_help_says_which_numbers_count_from_zero(capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(ask(capsys, "query", "explain", "--help")[1].split())
    assert "Zero-based line in `path`. For programs: FILE:LINE:COL, which people write" in said


def test_a_session_in_a_set_up_project_without_an_index_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(
        tmp_path / "w", ".git/ a.py", {".claude/settings.json": '{"hooks": "flux-index hook"}'}
    )
    started: list[str] = []
    monkeypatch.setattr(
        "flux_index.api.hooks.places.Place.begin_serving",
        lambda place: started.append(place.root),
    )
    event = json.dumps({"hook_event_name": "SessionStart", "cwd": str(root)}).encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(event)))
    assert run_hook("session-start", "supply", 1.0) == 0
    assert "has no index of this workspace: it is being built" in capsys.readouterr().out
    assert started == [str(root)]
    assert not (state_of(root) / "index.db").exists()


TWO = {
    "pyproject.toml": "",
    "build_tools/plugins.py": "class Plugin:\n    def load(self): ...\n",
    "shop/plugin.py": (
        "from typing import overload\n\n\n"
        "class Plugin:\n"
        "    @overload\n    def load(self, name: str) -> str: ...\n"
        "    @overload\n    def load(self, name: int) -> int: ...\n"
        "    def load(self, name): return name\n\n\n"
        "class Mail(Plugin): ...\n\n\ndef start():\n    Mail().load('x')\n"
    ),
}


@pytest.mark.parametrize("operation", ["hierarchy", "members", "source"])
def test_one_of_several_definitions_is_not_shown_as_if_there_were_no_other(
    tmp_path: Path,
    operation: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", files=TWO))
    assert "1 other definition: shop/plugin.py:4" in ask(capsys, "query", operation, "Plugin")[1]
    alone = ask(capsys, "query", operation, "shop.plugin.Plugin")[1]
    assert "other definition" not in alone


@pytest.mark.parametrize("operation", ["references", "callers"])
def test_several_definitions_that_were_asked_about_together_are_said(
    tmp_path: Path,
    operation: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", files=TWO))
    told = "together with 1 other definition: shop/plugin.py:"
    assert told in ask(capsys, "query", operation, "Plugin.load")[1]
    # Overloads are one definition.
    assert "together" not in ask(capsys, "query", operation, "shop.plugin.Plugin.load")[1]


def test_a_picture_of_several_definitions_does_not_say_which_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(plant(tmp_path / "w", files=TWO))
    picture = ask(capsys, "query", "callers", "Plugin.load", "--format", "dot")[1]
    assert 'label="Plugin.load\\n2 definitions"' in picture
    assert '"shop.plugin.start" -> "asked Plugin.load"' in picture


def test_of_several_definitions_that_of_the_package_comes_before_that_of_a_build_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "pyproject.toml": "[project]\nname = 'shop'\n",
        "build_backend/plugins.py": "class Plugin: ...\n",
        "src/shop/__init__.py": "",
        "src/shop/plugin.py": "class Plugin: ...\n\n\nclass Mail(Plugin): ...\n",
    }
    monkeypatch.chdir(plant(tmp_path / "w", files=files))
    out = ask(capsys, "query", "hierarchy", "Plugin")[1]
    assert out.startswith("src/shop/plugin.py:1:7")
    assert "1 subclass" in out
