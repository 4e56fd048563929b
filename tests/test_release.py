"""What is published: the same bytes each time, with notes that agree with the tag."""

from __future__ import annotations

import importlib.util
import io
import os
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f".ci/{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packed(path: Path, names: list[str], time: int, user: str) -> None:
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.uname = len(name), time, user
            archive.addfile(member, io.BytesIO(name.encode()))


def test_an_archive_is_the_same_whoever_packs_it_when(tmp_path: Path) -> None:
    first, second = tmp_path / "a.tar.gz", tmp_path / "b.tar.gz"
    packed(first, ["p/b.py", "p/a.py"], 1_700_000_000, "anna")
    packed(second, ["p/a.py", "p/b.py"], 1_800_000_000, "otto")
    for each in (first, second):
        script("build").settle(each, 1_000_000_000)
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        assert archive.getnames() == ["p/a.py", "p/b.py"]
        assert {member.mtime for member in archive} == {1_000_000_000}


def test_notes_of_a_release_are_what_stands_below_its_heading() -> None:
    notes = script("release_notes").notes
    text = "# Changelog\n\n## [Unreleased]\n\n- later\n\n## [0.2.0] - 2027\n\n- new\n\n## [0.1.0]\n"
    assert notes(text, "0.2.0") == "- new"
    assert notes(text, "0.3.0") == ""


@pytest.mark.parametrize("tag", ["v9.9.9", f"v{VERSION}"])
def test_a_tag_that_does_not_agree_publishes_nothing(tag: str) -> None:
    """The version that is being worked on has no heading yet."""
    done = subprocess.run(
        [sys.executable, ".ci/release_notes.py", tag],
        cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ},
    )  # fmt: skip
    has_heading = f"## [{VERSION}]" in (ROOT / "CHANGELOG.md").read_text()
    assert (done.returncode == 0) == (has_heading and tag == f"v{VERSION}")


def test_nothing_claims_a_system_on_which_nothing_was_run() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    systems = [each for each in project["classifiers"] if each.startswith("Operating System")]
    assert systems == ["Operating System :: POSIX :: Linux"]
