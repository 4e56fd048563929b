"""Vim with ALE, set up as docs/editors.md says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from editors_helpers import EDITORS, block, make_project, program

pytestmark = pytest.mark.editors

SHAPES = "class Shape:\n    def area(self) -> float:\n        return 1.0\n"
MAIN = "from shapes import Shape\n\nshape = Shape()\nshape.aera()\n"


def test_vim_with_ale(tmp_path: Path) -> None:
    vim = program("vim.nox") or program("vim.gtk3") or program("vim")
    if vim is None or not Path("/usr/share/vim-ale/plugin/ale.vim").is_file():
        pytest.skip("vim is not installed with ALE (Debian: vim-nox and vim-ale)")
    project = make_project(tmp_path / "project", {"shapes.py": SHAPES, "main.py": MAIN})
    vimrc, seen = tmp_path / "vimrc", tmp_path / "seen.json"
    vimrc.write_text(f"filetype plugin on\n{block('Vim', 'vim')}")
    environment = {
        **os.environ, "FLUX_INDEX_VIMRC": str(vimrc), "FLUX_INDEX_SEEN": str(seen), "TERM": "xterm",
        "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
    }  # fmt: skip
    done = subprocess.run(
        [vim, "-Nu", "NONE", "-i", "NONE", "-n", "-es", "-S", str(EDITORS / "vim.vim")],
        cwd=project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert seen.is_file(), done.stdout + done.stderr
    assert json.loads(seen.read_text()) == {
        "found": [[4, 7, "'Shape' object has no attribute 'aera'."]],
        "at": ["shapes.py", 1],
    }
