"""Where a server is reached, and that it is reached by its user only."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flux_index.api.rpc.endpoint import dial, socket_path, write_token

LONG = "/" + "long/" * 30


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not below pytest's own folder, whose path is too long for a socket itself.
    with TemporaryDirectory(prefix="run", dir="/tmp") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


def test_a_socket_lies_in_the_state_folder_when_it_fits() -> None:
    assert socket_path("/w/.flux-index") == os.path.join("/w/.flux-index", "rpc.sock")


def test_a_socket_with_too_long_a_path_lies_in_a_folder_of_the_user(runtime: Path) -> None:
    path = socket_path(LONG)
    assert path.startswith(f"{runtime}/")
    assert len(path) < 104
    assert stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode) == 0o700
    assert socket_path(LONG) == path
    assert socket_path(LONG + "other") != path


@pytest.mark.parametrize("make", ["link", "open folder", "file"])
def test_a_folder_that_somebody_else_prepared_is_not_used(runtime: Path, make: str) -> None:
    prepared = runtime / "flux-index"
    if make == "link":
        (runtime / "elsewhere").mkdir(mode=0o700)
        prepared.symlink_to("elsewhere")
    elif make == "file":
        prepared.touch()
    else:
        prepared.mkdir()
        prepared.chmod(0o777)
    with pytest.raises(PermissionError, match="only you can enter"):
        socket_path(LONG)


def test_a_token_is_for_the_user_alone_and_new_each_time(tmp_path: Path) -> None:
    first, path = write_token(str(tmp_path))
    os.chmod(path, 0o644)
    second, path = write_token(str(tmp_path))
    assert first != second
    assert Path(path).read_text() == second
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


@pytest.mark.parametrize(
    "note",
    [
        "",
        "nonsense",
        "unix:",
        "unix:/no/such/socket",
        f"unix:{LONG * 10}",
        "unix:\0",
        "tcp:127.0.0.1",
        "tcp:127.0.0.1:port /no/such/file",
        "tcp:127.0.0.1:1 /no/such/file",
        "http://example.org",
    ],
)
def test_a_note_that_leads_nowhere(note: str) -> None:
    assert dial(note) is None
