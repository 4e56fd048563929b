"""Emacs with eglot, set up as docs/editors.md says."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from editors_helpers import EDITORS, block, check, make_project, program, use

pytestmark = pytest.mark.editors


def test_emacs(flask: dict[str, str], tmp_path: Path) -> None:
    emacs = program("emacs")
    if emacs is None:
        pytest.skip("emacs is not installed")
    init = tmp_path / "init.el"
    init.write_text(f"(package-initialize)\n{block('Emacs', 'elisp')}")
    batch = [emacs, "--batch", "--no-init-file"]
    look = "(progn (package-initialize) (require 'eglot))"
    if subprocess.run([*batch, "--eval", look], capture_output=True, check=False).returncode:
        pytest.skip("emacs is installed without eglot (Debian: elpa-eglot)")
    project = make_project(tmp_path / "project", flask)
    script = str(EDITORS / "emacs.el")
    seen = use(project, tmp_path, [*batch, "--load", str(init), "--load", script])
    check(project, flask, seen)
    assert seen["messages"] == "", "the server writes to standard error"
