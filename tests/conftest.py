"""What every test runs under: a home of its own, no inherited environment, no deadline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

_FIGURES: pytest.StashKey[list[str]] = pytest.StashKey()

# No test asserts a time, generated ones included.
hypothesis.settings.register_profile("flux-index", deadline=None)
hypothesis.settings.load_profile("flux-index")

# Variables by which a developer's shell would tell a test which environment is active, and where
# that developer shares facts.
INHERITED = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PYTHONPATH", "PYTHONSAFEPATH",
             "POETRY_ACTIVE", "XDG_CONFIG_HOME", "FLUX_INDEX_CONFIG", "FLUX_INDEX_CACHE",
             "FLUX_INDEX_CACHE_SECRET")  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of these tests."""
    parser.addoption("--update", action="store_true", help="write expected texts anew")
    parser.addoption("--thorough", action="store_true", help="run all trials of tests/slow")
    parser.addoption("--seed", type=int, default=1, help="what the trials of tests/slow depend on")


@pytest.fixture
def trials(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """Chooses how many trials there are: few, or with ``--thorough`` as many as are promised."""
    thorough = bool(request.config.getoption("--thorough"))
    return lambda few, many: many if thorough else few


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """What all that is random in a trial depends on."""
    return int(request.config.getoption("--seed"))


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Takes sentences about what was measured, which are shown at the end of the run."""
    return request.config.stash.setdefault(_FIGURES, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what was measured."""
    for sentence in terminalreporter.config.stash.get(_FIGURES, []):
        terminalreporter.write_line(sentence)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gives each test an empty home and cache folder, and returns the home."""
    home = tmp_path_factory.mktemp("home")
    cache = home / ".cache"
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(home))
    for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(cache))
    for variable in INHERITED:
        monkeypatch.delenv(variable, raising=False)
    return home


@pytest.fixture
def links_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user allows what settings include to lie outside of the workspace."""
    monkeypatch.setenv("FLUX_INDEX_FOLLOW_LINKS", "1")
