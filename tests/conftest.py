"""What every test runs under: a home of its own, no inherited environment, no deadline."""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

# No test asserts a time, generated ones included.
hypothesis.settings.register_profile("flux-index", deadline=None)
hypothesis.settings.load_profile("flux-index")

# Variables by which a developer's shell would tell a test which environment is active.
INHERITED = ("VIRTUAL_ENV", "CONDA_PREFIX", "CONDA_DEFAULT_ENV", "PYTHONPATH", "POETRY_ACTIVE")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--update``, which writes expected texts anew."""
    parser.addoption("--update", action="store_true", help="write expected texts anew")


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
