"""Tests in real editors: run by `make test-editors` only, which fails when none of them can run."""

from __future__ import annotations

import subprocess

import pytest
from editors_helpers import MINIATURE, flask_sources


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail when every editor is missing, which would look as if all were well."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter is not None and not reporter.stats.get("passed"):
        reporter.write_line("No editor is installed, so nothing was tested.", red=True)
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.fixture(scope="session")
def flask(pytestconfig: pytest.Config) -> dict[str, str]:
    """Text of Flask's modules by path. Made before a test has a home without pip's settings."""
    assert pytestconfig.cache is not None
    try:
        return flask_sources(pytestconfig.cache.mkdir("editors"))
    except subprocess.SubprocessError:
        reporter = pytestconfig.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line("Flask cannot be fetched; a small project stands in for it.")
        return MINIATURE
