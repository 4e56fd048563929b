"""Completion of command lines in the shells themselves, and what ``-v`` and ``config`` tell."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from workspace_helpers import plant, state_of

from flux_index.api.cli import main
from flux_index.api.cli.commands import COMMANDS
from flux_index.api.cli.completion import SHELLS
from flux_index.api.cli.help import GROUPS
from flux_index.api.operations.table import OPERATIONS
from flux_index.api.settings import SETTINGS
from flux_index.indexer.workspace.config import Config

BASH = """
source {script}
COMP_WORDS=({words}) COMP_CWORD={at}
_shtab_flux_index flux-index "{last}" "{before}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
zmodload zsh/zpty
zpty -b z "zsh -f -i"
zpty -w z "PS1='> '; fpath=({folder} \\$fpath); autoload -Uz compinit; compinit -u -D; echo READY"
while ! [[ $shown == *READY*READY* ]]; do zpty -r z line; shown+=$line; done
zpty -n -w z $'{line}\\t'
for n in {{1..200}}; do
  zpty -r -t z out && got+=$out
  [[ $got == *{wanted}* ]] && break
  sleep 0.05
done
print -r -- "$got"
zpty -d z
"""
COMPLETED = [
    ("flux-index query defin", "definition"),
    ("flux-index vali", "validate"),
    ("flux-index completion fi", "fish"),
    ("flux-index setup claude", "claude-code"),
    ("flux-index query members --format comp", "compact"),
]


@pytest.fixture
def scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    for shell in SHELLS:
        assert main(["completion", shell]) == 0
        (tmp_path / f"_flux-index.{shell}").write_text(capsys.readouterr().out)
    return tmp_path


@pytest.mark.parametrize(("line", "wanted"), COMPLETED)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes(scripts: Path, shell: str, line: str, wanted: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = scripts / f"_flux-index.{shell}"
    words = line.split()
    if shell == "bash":
        text = BASH.format(
            script=script, words=" ".join(words), at=len(words) - 1, last=words[-1],
            before=words[-2],
        )  # fmt: skip
        command = ["bash", "--norc", "-c", text]
    elif shell == "zsh":
        (scripts / "zsh").mkdir()
        shutil.copy(script, scripts / "zsh/_flux-index")
        text = ZSH.format(folder=scripts / "zsh", line=line, wanted=wanted[-3:])
        command = ["zsh", "-f", "-c", text]
    else:
        command = ["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    # A shell that edits the line writes only what is missing of it.
    missing = wanted[len(words[-1]) :]
    assert (missing if shell == "zsh" else wanted) in done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_names_all_commands_and_operations(scripts: Path, shell: str) -> None:
    text = (scripts / f"_flux-index.{shell}").read_text()
    assert all(name in text for name in (*COMMANDS, *OPERATIONS))


def test_another_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", "tcsh"]) == 2
    assert "completion takes one of bash, zsh, fish" in capsys.readouterr().err


def test_every_group_of_the_overview_holds_commands_that_are_there() -> None:
    assert {name for names in GROUPS.values() for name in names} <= {"query", *COMMANDS}


@pytest.mark.parametrize("line", [["-v", "query", "symbols", "a"], ["query", "symbols", "a", "-v"]])
def test_verbose_tells_what_happens(
    tmp_path: Path,
    line: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = plant(tmp_path / "w", "pyproject.toml a.py")
    monkeypatch.chdir(root)
    monkeypatch.setenv("FLUX_INDEX_LOG", "warning")
    main(line)
    said = capsys.readouterr().err
    assert f"workspace {root}, index {state_of(root)}/index.db" in said
    assert "symbols answered here in" in said


def test_config_tells_values_and_where_they_come_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = plant(
        tmp_path / "w", "", {
            "pyproject.toml": '[tool.flux-index]\nexclude = ["old/"]\nmax-file-size = 9\n',
            "flux-index.toml": "max_file_size = 7\nfollow-gitignore = false\n",
            "config.toml": 'cache-secret = "nobody must see this"\n',
        },
    )  # fmt: skip
    monkeypatch.setenv("FLUX_INDEX_CONFIG", str(root / "config.toml"))
    assert main(["config", str(root), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    found = {each["name"]: (each["value"], each["source"]) for each in answer["settings"]}
    assert found["exclude"] == ("['old/']", "pyproject.toml")
    assert found["max-file-size"] == ("7", "flux-index.toml")
    assert found["follow-gitignore"] == ("false", "flux-index.toml")
    assert found["include"] == ("[]", "default")
    assert found["cache-secret"] == ("(secret)", str(root / "config.toml"))
    assert found["FLUX_INDEX_CONFIG"] == (str(root / "config.toml"), "environment")
    assert answer["places"]["state"] == str(state_of(root))
    assert main(["config", str(root)]) == 0
    shown = capsys.readouterr().out
    assert "nobody must see this" not in shown
    assert "Leave out what git ignores." in shown


def test_the_table_of_settings_has_all_that_are_read() -> None:
    names = {each.name.replace("-", "_") for each in SETTINGS if each.where == "workspace"}
    assert names == set(Config.__slots__) - {"problems"}
    default = Config()
    shown = {each.name: each.default for each in SETTINGS}
    assert shown["max-file-size"] == str(default.max_file_size)
    assert shown["follow-gitignore"] == str(default.follow_gitignore).lower()
    read = subprocess.run(
        ["grep", "-rhoE", "--include=*.py", "FLUX_INDEX_[A-Z_]+", "indexer", "api", "lsp"],
        cwd=Path(__file__).parent.parent, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    assert set(read) == {each.name for each in SETTINGS if each.where == "environment variable"}
