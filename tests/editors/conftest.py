"""Tests in real editors: run by `make test-editors` only, which fails when none of them can run."""

from __future__ import annotations

import subprocess

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
    """Tell what was not as it should be."""
    if config.stash.get(IS_OFFLINE, False):
        terminalreporter.write_line("Flask cannot be fetched: a small project stood in for it.")
    asked = config.option.markexpr == "editors" and terminalreporter.stats.get("skipped")
    if asked and not terminalreporter.stats.get("passed"):
        terminalreporter.write_line("No editor is installed, so nothing was tested.", red=True)


@pytest.fixture(scope="session")
def flask(pytestconfig: pytest.Config) -> dict[str, str]:
    """Text of Flask's modules by path. Made before a test has a home without pip's settings."""
    assert pytestconfig.cache is not None
    try:
        return flask_sources(pytestconfig.cache.mkdir("editors"))
    except subprocess.SubprocessError:
        pytestconfig.stash[IS_OFFLINE] = True
        return MINIATURE
