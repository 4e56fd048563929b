"""VS Code itself, served to a headless Chromium, with the packaged extension installed.

``FLUX_INDEX_CODE_SERVER`` names code-server's ``out/node/entry.js``; CONTRIBUTING.md says how it
comes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from editors_helpers import ROOT, program

pytestmark = pytest.mark.editors

CODE_SERVER = os.environ.get("FLUX_INDEX_CODE_SERVER", "")
CHROMIUM = "/usr/bin/chromium"
PATIENCE = 90_000
SHAPES = '''\
"""Shapes."""


class Shape:
    """Something with an area."""

    def area(self) -> float:
        return 1.0


def total(shapes: list[Shape]) -> float:
    return sum(shape.area() for shape in shapes)
'''
MAIN = """\
from shapes import Shape, total

shape = Shape()
print(total([shape]))
shape.aera()
"""
SETTINGS: dict[str, Any] = {
    "security.workspace.trust.enabled": False,
    "workbench.startupEditor": "none",
    "telemetry.telemetryLevel": "off",
    "files.autoSave": "off",
    "window.menuBarVisibility": "hidden",
    "workbench.tips.enabled": False,
    "chat.commandCenter.enabled": False,
}


@pytest.fixture(scope="module")
def node() -> str:
    found = program("node")
    if found is None or not CODE_SERVER or not Path(CODE_SERVER).is_file():
        pytest.skip("FLUX_INDEX_CODE_SERVER names no code-server")
    if not Path(CHROMIUM).is_file():
        pytest.skip("Chromium is not installed")
    pytest.importorskip("playwright.sync_api")
    return str(found)


@pytest.fixture(scope="module")
def package(node: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension as it is handed out."""
    made = tmp_path_factory.mktemp("vsix") / "flux-index.vsix"
    done = subprocess.run(
        [str(program("npm")), "run", "package", "--", "--out", str(made)],
        cwd=ROOT / "editors/vscode", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.is_file(), done.stdout + done.stderr
    return made


@pytest.fixture(scope="module")
def browser(node: str) -> Iterator[Any]:
    """Chromium; one for all tests, as two at a time are not to be had in one thread."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@contextmanager
def editor(browser: Any, node: str, package: Path, folder: Path, server: str) -> Iterator[Any]:
    """A page with a folder open; ``server`` is what the extension finds on its PATH, or nothing."""
    home, project, tools = folder / "home", folder / "project", folder / "tools"
    for each in (home, project, tools):
        each.mkdir(parents=True)
    (project / "shapes.py").write_text(SHAPES)
    (project / "main.py").write_text(MAIN)
    (project / "pyproject.toml").write_text("")
    user = folder / "data/User"
    user.mkdir(parents=True)
    (user / "settings.json").write_text(json.dumps(SETTINGS))
    if server:
        (tools / "flux-index").symlink_to(server)
    environment = {
        "PATH": f"{tools}:{Path(node).parent}:/usr/bin:/bin", "HOME": str(home), "SHELL": "/bin/sh",
        "LANG": "C.UTF-8",
    }  # fmt: skip
    common = ["--user-data-dir", str(folder / "data"), "--extensions-dir", str(folder / "ext")]
    run = [node, CODE_SERVER, *common]
    subprocess.run(
        [*run, "--install-extension", str(package)], env=environment, check=True, timeout=180,
        capture_output=True,
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--auth", "none", "--bind-addr", f"127.0.0.1:{port}", "--disable-telemetry"]
    options += ["--disable-update-check", "--disable-workspace-trust"]
    with (folder / "code-server.log").open("wb") as log:
        process = subprocess.Popen([*run, *options], env=environment, stdout=log, stderr=log)
    try:
        reach(port)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        page.goto(f"http://127.0.0.1:{port}/?folder={project}")
        page.wait_for_selector(".monaco-workbench")
        yield page
        page.close()
    finally:
        process.terminate()
        process.wait(30)


def reach(port: int) -> None:
    deadline = time.monotonic() + PATIENCE / 1000
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "code-server does not answer"
            time.sleep(0.1)


def opened(page: Any, name: str, line: int, column: int) -> None:
    """Open a file from the explorer, and go to a place in it."""
    page.locator(".explorer-folders-view .monaco-list-row", has_text=name).first.dblclick()
    page.locator(f".tab.active[data-resource-name='{name}']").wait_for()
    page.locator(".editor-instance .view-lines").first.click()
    page.keyboard.press("Control+G")
    box = page.locator(".quick-input-widget input").first
    box.wait_for()
    box.fill(f":{line}:{column}")
    page.keyboard.press("Enter")
    box.wait_for(state="hidden")


@pytest.fixture(scope="module")
def page(
    browser: Any, node: str, package: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    server = shutil.which("flux-index", path=str(Path(sys.executable).parent))
    assert server is not None
    with editor(browser, node, package, tmp_path_factory.mktemp("vscode"), server) as page:
        opened(page, "main.py", 1, 1)
        yield page


def test_the_status_bar_shows_that_the_index_is_there(page: Any) -> None:
    item = page.locator(".statusbar-item", has_text=re.compile("flux-index", re.IGNORECASE))
    item.first.wait_for()


def test_a_mistake_is_underlined(page: Any) -> None:
    page.locator(".squiggly-error").first.wait_for()


def test_a_definition_is_gone_to(page: Any) -> None:
    opened(page, "main.py", 4, 8)
    page.keyboard.press("F12")
    page.locator(".tab.active[data-resource-name='shapes.py']").wait_for()


def test_a_fix_is_offered_and_carried_out(page: Any) -> None:
    opened(page, "main.py", 5, 9)
    page.locator(".squiggly-error").first.wait_for()
    page.keyboard.press("Control+.")
    page.locator(".action-widget", has_text="area").first.wait_for()
    page.keyboard.press("Enter")
    page.wait_for_function("!document.querySelector('.squiggly-error')")
    assert "shape.area()" in " ".join(page.locator(".view-lines").first.inner_text().split())


def test_what_is_being_typed_is_left_alone(page: Any) -> None:
    opened(page, "main.py", 5, 13)
    page.keyboard.type("\nshape.ar", delay=30)
    page.wait_for_timeout(700)
    assert page.locator(".squiggly-error").count() == 0
    page.locator(".squiggly-error").first.wait_for()  # and is judged when typing ends
    for _ in range("\nshape.ar".count("") + 20):
        if page.locator(".squiggly-error").count() == 0:
            break
        page.keyboard.press("Control+Z")


def test_a_name_is_renamed_everywhere(page: Any) -> None:
    opened(page, "shapes.py", 11, 6)
    page.keyboard.press("F2")
    box = page.locator(".rename-box input")
    box.wait_for()
    box.fill("whole")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('.view-lines').innerText.includes('whole')")
    opened(page, "main.py", 4, 8)
    page.wait_for_function("document.querySelector('.view-lines').innerText.includes('whole')")


def test_a_server_that_is_missing_is_said_with_what_to_do(
    browser: Any, node: str, package: Path, tmp_path: Path
) -> None:
    with editor(browser, node, package, tmp_path, "") as page:
        opened(page, "main.py", 1, 1)
        told = page.locator(".notification-toast", has_text="flux-index server was found neither")
        told.wait_for()
        for choice in ("Install…", "Open Setting", "Where It Looked"):
            assert told.get_by_role("button", name=choice).count() == 1
        told.get_by_role("button", name="Where It Looked").click()
        page.locator(".view-line", has_text="It is in none of these folders.").first.wait_for()
