"""Files that are written completely or not at all, whatever a repository has put beside them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flux_index.api.source.whole_file import whole_file


def test_all_of_it_is_there_or_nothing(tmp_path: Path) -> None:
    target = tmp_path / "file"
    with whole_file(str(target)) as file:
        file.write(b"one")
        assert not target.exists()
    assert target.read_bytes() == b"one"

    def fail() -> None:
        with whole_file(str(target)) as file:
            file.write(b"two")
            raise ValueError

    with pytest.raises(ValueError):
        fail()
    assert target.read_bytes() == b"one"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.skipif(os.name == "nt", reason="links and modes are those of POSIX")
def test_links_and_modes_are_kept(tmp_path: Path) -> None:
    target, link = tmp_path / "file", tmp_path / "link"
    target.write_bytes(b"one")
    target.chmod(0o640)
    link.symlink_to(target)
    with whole_file(str(link)) as file:
        file.write(b"two")
    assert link.is_symlink()
    assert target.read_bytes() == b"two"
    assert target.stat().st_mode & 0o777 == 0o640
