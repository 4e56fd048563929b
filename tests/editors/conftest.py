"""Tests in real editors: run by `make test-editors` only, which fails when none of them can run."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from editors_helpers import MINIATURE, flask_sources

IS_OFFLINE = pytest.StashKey[bool]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail when every editor is missing, which would look as if all were well."""
    if session.config.option.markexpr != "editors":
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter is not None and not reporter.stats.get("passed"):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Tell which editors were driven, and what was not as it should be."""
    if config.option.markexpr == "editors":
        for name, how in driven(terminalreporter.stats.get("passed", ())).items():
            terminalreporter.write_line(f"Drove {name}: {how}.")
    if config.stash.get(IS_OFFLINE, False):
        terminalreporter.write_line("Flask cannot be fetched: a small project stood in for it.")
    asked = config.option.markexpr == "editors" and terminalreporter.stats.get("skipped")
    if asked and not terminalreporter.stats.get("passed"):
        terminalreporter.write_line("No editor is installed, so nothing was tested.", red=True)


# Editors by the module of their tests, with the command that tells their version.
_EDITORS = {
    "test_emacs": ("Emacs with eglot", ["emacs", "--version"]),
    "test_neovim": ("Neovim", ["nvim", "--version"]),
    "test_vim": ("Vim", ["vim.nox", "--version"]),
    "test_vscode": ("the extension for VS Code, without it", ["node", "--version"]),
    # Where its home is new, a line of its log comes first.
    "test_vscode_itself": (
        "VS Code in Chromium", ["node", os.environ.get("FLUX_INDEX_CODE_SERVER", ""), "--version"]
    ),
}  # fmt: skip


def driven(passed: Iterable[pytest.TestReport]) -> dict[str, str]:
    """The version of each editor that tests drove, and how many of them passed."""
    counts = Counter(Path(each.location[0]).stem for each in passed)
    found: dict[str, str] = {}
    for module, (name, command) in _EDITORS.items():
        if counts[module]:
            said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            lines = [line for line in said.splitlines() if not line.startswith("[")]
            version = (lines or ["unknown"])[0]
            found[name] = f"{version}, {counts[module]} passed"
    return found


@pytest.fixture(scope="session")
def flask(pytestconfig: pytest.Config) -> dict[str, str]:
    """Text of Flask's modules by path. Made before a test has a home without pip's settings."""
    assert pytestconfig.cache is not None
    try:
        return flask_sources(pytestconfig.cache.mkdir("editors"))
    except subprocess.SubprocessError:
        pytestconfig.stash[IS_OFFLINE] = True
        return MINIATURE
