"""A real browser, which runs without a sandbox of its own, and pages that tell what goes wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from ui_helpers import Server, Tab, make_shop, page_of, tab_of

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium with a new profile."""
    program = os.environ.get("FLUX_INDEX_CHROMIUM") or next(
        filter(None, map(shutil.which, NAMES)), None
    )
    if program is None:
        pytest.skip("there is no Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small workspace, in which tests leave what was there."""
    return make_shop(tmp_path_factory.mktemp("code"))


@pytest.fixture(scope="session")
def server(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its page."""
    with page_of(shop, home=tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[Tab]:
    """The page in a tab of its own."""
    with tab_of(browser, server) as tab:
        yield tab


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """The folder that pictures are kept in."""
    folder = Path(os.environ.get("FLUX_INDEX_UI_SHOTS", str(tmp_path / "shots")))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
