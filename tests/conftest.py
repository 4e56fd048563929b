"""What every test runs under: a home of its own, no inherited environment, no deadline."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

from flux_index.api.open_workspace import OpenWorkspace
from flux_index.indexer.index import Index
from flux_index.indexer.inference.modules import imported_module

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


# Modules of the standard library that most tests come to ask about.
_OFTEN_USED = """\
_collections_abc _typeshed abc argparse ast asyncio asyncio.events asyncio.tasks builtins
collections collections.abc contextlib copy csv dataclasses datetime decimal enum functools
importlib inspect io itertools json logging math operator os os.path pathlib posixpath random re
shutil socket string subprocess sys tempfile threading time types typing typing_extensions unittest
unittest.case unittest.mock uuid warnings weakref
""".split()


@pytest.fixture(scope="session")
def known_stubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's cache with facts of stubs, which are the same for all tests."""
    root = tmp_path_factory.mktemp("stubs")
    (root / "empty.py").touch()
    (root / ".git").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
            patch.setenv(variable, str(root / "cache"))
        session = OpenWorkspace(Index.open(str(root)), "touch")
        inference = session.inference(whole=False)
        for name in _OFTEN_USED:
            inference.facts(imported_module(inference, "empty.py", name).path)
        session.close()
    (facts,) = root.rglob("facts-*.db")
    return facts


@pytest.fixture(autouse=True)
def own_home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, known_stubs: Path
) -> Path:
    """Gives each test a home of its own, and returns it.

    It is empty but for facts of stubs: extracting these again for each test took most of the time.
    """
    home = tmp_path_factory.mktemp("home")
    cache = home / ".cache"
    folder = cache / "flux-index"
    for each in (cache, folder):
        each.mkdir(mode=0o700)
    shutil.copy(known_stubs, folder)
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
