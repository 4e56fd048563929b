"""Vim with ALE and with vim-lsp, set up as docs/editors.md says."""

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


def vim() -> str:
    found = program("vim.nox") or program("vim.gtk3") or program("vim")
    if found is None:
        pytest.skip("vim is not installed (Debian: vim-nox)")
    return found


def test_vim_with_ale(tmp_path: Path) -> None:
    if not Path("/usr/share/vim-ale/plugin/ale.vim").is_file():
        pytest.skip("ALE is not installed (Debian: vim-ale)")
    check(tmp_path, vim(), "vim.vim", 0)


def test_vim_with_vim_lsp(tmp_path: Path) -> None:
    """``FLUX_INDEX_VIM_LSP`` names a checkout of prabirshrestha/vim-lsp."""
    if not Path(os.environ.get("FLUX_INDEX_VIM_LSP", "/nowhere"), "plugin/lsp.vim").is_file():
        pytest.skip("FLUX_INDEX_VIM_LSP names no vim-lsp")
    check(tmp_path, vim(), "vim_lsp.vim", 1)


def check(folder: Path, vim: str, script: str, number: int) -> None:
    """Set Vim up by a block of the page, and compare what is seen in it."""
    project = make_project(folder / "project", {"shapes.py": SHAPES, "main.py": MAIN})
    vimrc, seen = folder / "vimrc", folder / "seen.json"
    vimrc.write_text(f"filetype plugin on\n{block('Vim', 'vim', number)}")
    environment = {
        **os.environ, "FLUX_INDEX_VIMRC": str(vimrc), "FLUX_INDEX_SEEN": str(seen), "TERM": "xterm",
        "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"],
    }  # fmt: skip
    done = subprocess.run(
        [vim, "-Nu", "NONE", "-i", "NONE", "-n", "-es", "-S", str(EDITORS / script)],
        cwd=project, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=300, check=False,
    )  # fmt: skip
    assert seen.is_file(), done.stdout + done.stderr
    answer = json.loads(seen.read_text())
    assert answer["at"] == ["shapes.py", 1]
    ((line, column, message),) = answer["found"]
    assert (line, column) == (4, 7)
    assert message.startswith("'Shape' object has no attribute 'aera'.")
