"""The extension for VS Code: its own tests under Node, and what is in the package to install."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from editors_helpers import ROOT, program

pytestmark = pytest.mark.editors

EXTENSION = ROOT / "editors" / "vscode"
OLDEST_NODE = 20


def npm(*arguments: str, **environment: str) -> str:
    """What npm says, in the extension's folder."""
    done = subprocess.run(
        [str(program("npm")), *arguments],
        cwd=EXTENSION,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def installed() -> None:
    """Have what the extension is built with. Before a test has a home without npm's settings."""
    node = program("node")
    if node is None or program("npm") is None:
        pytest.skip("node and npm are not installed")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    if int(said.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        pytest.skip(f"node is {said.strip()}, older than {OLDEST_NODE}")
    made, wanted = EXTENSION / "node_modules/.package-lock.json", EXTENSION / "package-lock.json"
    if not made.is_file() or made.stat().st_mtime < wanted.stat().st_mtime:
        npm("ci")


@pytest.mark.usefixtures("installed")
def test_the_server_is_found_and_started() -> None:
    said = npm("test", FLUX_INDEX_ENVIRONMENT=sys.prefix)
    assert "# fail 0" in said and "# skipped 0" in said, said


@pytest.mark.usefixtures("installed")
def test_the_package_has_what_runs_and_nothing_else(tmp_path: Path) -> None:
    package = tmp_path / "flux-index.vsix"
    npm("run", "package", "--", "--out", str(package))
    with zipfile.ZipFile(package) as packed:
        inside = {name.lower() for name in packed.namelist()}
        manifest = json.loads(packed.read("extension/package.json"))
        code = packed.read(f"extension/{manifest['main'].removeprefix('./')}").decode()
    assert {name for name in inside if name.startswith("extension/")} == {
        "extension/package.json",
        "extension/readme.md",
        "extension/license.txt",
        "extension/dist/extension.js",
    }
    # All of it is in one file, apart from what VS Code gives: it is installed without node_modules.
    for command in manifest["contributes"]["commands"]:
        assert command["command"].removeprefix("flux-index.") in code
    assert "node_modules" not in code
