"""A real browser, which runs without a sandbox of its own, and pages that tell what goes wrong."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, sync_playwright
from ui_helpers import Server, Shots, Tab, make_shop, page_of

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


@pytest.fixture
def shop(tmp_path: Path, own_home: Path) -> Path:
    """A small workspace."""
    return make_shop(tmp_path)


@pytest.fixture
def server(shop: Path, request: pytest.FixtureRequest) -> Iterator[Server]:
    """Its page, or for pictures that of a code base which is named."""
    code = os.environ.get("FLUX_INDEX_UI_CODE", "") if "shots" in request.fixturenames else ""
    with page_of(Path(code) if code else shop) as server:
        yield server


@pytest.fixture
def shots(tmp_path: Path) -> Shots:
    """What is photographed."""
    folder = Path(os.environ.get("FLUX_INDEX_UI_SHOTS", str(tmp_path / "shots")))
    folder.mkdir(parents=True, exist_ok=True)
    name, below = os.environ.get("FLUX_INDEX_UI_SYMBOL", "shop.models.Order shop").split()
    return Shots(
        folder,
        [
            ("around", f"around?name={name}"),
            ("classes", f"classes?name={name}"),
            ("modules", f"modules?below={below}"),
            ("edit", "edit"),
            ("agents", "agents"),
        ],
    )


@pytest.fixture
def tab(browser: Browser, server: Server) -> Iterator[Tab]:
    """The page in a tab, in which nothing is wrong at the end, and which has asked nobody else."""
    context = browser.new_context(viewport={"width": 1400, "height": 900}, color_scheme="light")
    tab = Tab(context.new_page(), server)
    yield tab
    context.close()
    assert tab.wrong == []
    elsewhere = [
        url
        for url in tab.asked
        if urlsplit(url).netloc != server.host and not url.startswith("data:")
    ]
    assert elsewhere == []
    assert all(
        re.match(rf"/{re.escape(server.path.strip('/'))}/", urlsplit(url).path)
        for url in tab.asked
        if url.startswith("http")
    )
