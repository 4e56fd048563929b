"""Neovim, set up as docs/editors.md says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from editors_helpers import EDITORS, block, check, make_project, program, use

pytestmark = pytest.mark.editors

# More of them, for instance newer than the one of the system, by their paths.
NEOVIMS = [*filter(None, os.environ.get("FLUX_INDEX_NEOVIM", "").split(os.pathsep)), "nvim"]


@pytest.mark.parametrize("name", NEOVIMS)
def test_neovim(name: str, flask: dict[str, str], tmp_path: Path) -> None:
    neovim = program(name)
    if neovim is None:
        pytest.skip(f"{name} is not installed")
    said = subprocess.run([neovim, "--version"], capture_output=True, text=True, check=True).stdout
    version = tuple(map(int, re.findall(r"\d+", said)[:2]))
    init = tmp_path / "init.lua"
    init.write_text(block("Neovim", "lua", 0 if version >= (0, 11) else 1))
    project = make_project(tmp_path / "project", flask)
    script = f"luafile {EDITORS / 'neovim.lua'}"
    seen = use(project, tmp_path, [neovim, "--clean", "--headless", "-u", str(init), "-c", script])
    check(project, flask, seen)
    # What the server writes to standard error ends up in this log, as an error.
    log = Path(seen["log"])
    lines = log.read_text().splitlines() if log.is_file() else []
    assert [line for line in lines if line.startswith(("[ERROR]", "[WARN]"))] == []
