"""The documents: the site builds, links lead somewhere, examples are what happens."""

from __future__ import annotations

import itertools
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from importlib.metadata import version
from pathlib import Path

import itsdangerous
import pytest

from flux_index.api.check.rules.table import rules
from flux_index.api.cli import main
from flux_index.api.cli.commands import COMMANDS
from flux_index.api.operations.table import OPERATIONS
from flux_index.api.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
# What anything may stand for: in a line, or as a line of its own.
ANYTHING = "…"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "ARCHITECTURE.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    ROOT / "editors/vscode/README.md",
]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, ".ci/docs.py", str(folder)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_link_of_the_site_leads_to_a_page_that_is_there(site: Path) -> None:
    links = 0
    for page in site.rglob("*.html"):
        for link in re.findall(r'href="([^"#?]+)', page.read_text()):
            if not re.match(r"\w+:", link) and page.name != "404.html":
                links += 1
                assert (page.parent / link).exists(), f"{page.name}: {link}"
    assert links > 500


def test_the_reference_has_all_that_there_is(site: Path) -> None:
    def page(name: str) -> str:
        return (site / f"reference/{name}.html").read_text()

    assert all(f'id="{name.replace(".", "")}"' in page("operations") for name in OPERATIONS)
    assert all(f'id="{name}"' in page("commands") for name in COMMANDS)
    assert all(f"<code>{each.name}</code>" in page("rules") for each in rules())
    assert all(f"<code>{each.name}</code>" in page("settings") for each in SETTINGS)
    assert 'id="findingsanswer"' in page("formats") or 'id="judgement"' in page("formats")


def test_every_variable_that_is_read_is_a_setting_that_is_shown() -> None:
    known = {each.name for each in SETTINGS}
    read = {
        name
        for folder in ("api", "indexer", "lsp")
        for file in (ROOT / folder).rglob("*.py")
        for name in re.findall(r"\bFLUX_INDEX_[A-Z_]+\b", file.read_text(encoding="utf-8"))
    }
    assert read - known == set()


def test_the_tutorial_is_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is released of the repository has the same sources as its tag."""
    assert version("itsdangerous") == "2.2.0"
    assert itsdangerous.__file__ is not None
    root = tmp_path / "itsdangerous"
    (root / "src").mkdir(parents=True)
    package = Path(itsdangerous.__file__).parent
    subprocess.run(["cp", "-r", str(package), str(root / "src")], check=True)
    (root / "pyproject.toml").write_text('[project]\nname = "itsdangerous"\nversion = "2.2.0"\n')
    (root / ".gitignore").write_text("__pycache__/\n.flux-index/\n")
    environment = {
        **os.environ, "PATH": f"{sysconfig.get_path('scripts')}:{os.environ['PATH']}",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }  # fmt: skip
    commit = "git init -q && git add -A && git -c user.name=a -c user.email=a@b commit -qm a"
    subprocess.run(commit, shell=True, cwd=root, env=environment, check=True)
    text = (ROOT / "docs/tutorial.md").read_text()
    commands = 0
    for block in re.findall(r"^```console\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, wanted = part.partition("\n")
            done = subprocess.run(
                command, shell=True, cwd=root, env=environment, capture_output=True, text=True,
                timeout=120, check=False,
            )  # fmt: skip
            pattern = re.escape(wanted.rstrip("\n")).replace(ANYTHING, "(?s:.*)")
            assert re.fullmatch(pattern, done.stdout.rstrip("\n")), (
                f"$ {command}\n{done.stdout}{done.stderr}"
            )
            commands += 1
    assert commands > 10


def test_the_page_of_faults_that_were_found_is_made_of_their_list(tmp_path: Path) -> None:
    made = tmp_path / "found.md"
    command = [sys.executable, "benchmarks/found.py", "--page", str(made)]
    subprocess.run(command, cwd=ROOT, check=True)
    assert made.read_text() == (ROOT / "docs/found.md").read_text()
    assert made.read_text().count("\n| ") > 5


def test_questions_in_sql_are_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "shop.py").write_text(
        "import json\n\n\nclass Shop: ...\n\n\njson.load(open('x'))\n"
    )
    (tmp_path / "desk.py").write_text("def pay(): ...\n")
    (tmp_path / "till.py").write_text("def pay(): ...\n")
    monkeypatch.chdir(tmp_path)
    lines = command_lines((ROOT / "docs/sql.md").read_text())
    questions = [
        line for line in lines if line.startswith("flux-index sql") and ANYTHING not in line
    ]
    assert len(questions) >= 4
    for line in questions:
        assert main(words_of(line)) == 0, line
        assert capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_line_of_a_page_is_one(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commands, operations and options are there; nothing is run but their help."""
    for line in command_lines(page.read_text()):
        words = words_of(line)
        words = [word for word in words if word != ANYTHING]
        # The scheme of a symbol in SCIP begins so as well.
        if not words or words[0] in ("COMMAND", "--version", "-v", "python"):
            continue
        name = words[:2] if words[0] == "query" and len(words) > 1 else words[:1]
        if name[-1].isupper() or name[-1].startswith("-"):
            name = name[:-1]
        assert main([*name, "--help"]) == 0, line
        known = capsys.readouterr().out
        for word in words[len(name) :]:
            if re.match(r"--?[a-z]", word) and word not in ("-v", "--help", "--version"):
                assert word.partition("=")[0] in known, f"{line}: no {word}"


def words_of(line: str) -> list[str]:
    """Return what follows the name of the program, up to what is the shell's."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return list(itertools.takewhile(lambda word: not set(word) & set("<>|)&;"), lexer))[1:]


def command_lines(text: str) -> list[str]:
    """Return what a page writes as a command line of ours, in blocks and in its sentences."""
    fence = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
    found = [
        line[line.index("flux-index ") :]
        for _, language, block in fence.findall(text)
        if language in ("", "sh", "console", "yaml")
        for line in block.splitlines()
        if re.match(r"(?:\$ |\w+=\$\()?flux-index |- (?:run: )?flux-index ", line.strip())
    ]
    in_sentences = re.findall(r"`(flux-index [^`\n]+)`", fence.sub("", text))
    return [*found, *in_sentences]
