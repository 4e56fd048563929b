"""Windows and macOS, as far as that can be tried here: by standing for them in one module."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rpc_helpers import make_workspace
from workspace_helpers import plant

from flux_index.api.cli import main
from flux_index.api.rpc.launcher import Launcher
from flux_index.indexer import platforms
from flux_index.indexer.watch.scope import network_mount
from flux_index.indexer.workspace import Workspace, user_cache_dir

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(platforms, "SYSTEM", request.param)
    return request.param


def on(*systems: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("system", systems, indirect=True)


@on("win32", "darwin", "linux")
def test_a_process_that_outlives_us_is_detached_in_the_system_s_way(system: str) -> None:
    how = platforms.detached()
    if system == "win32":
        assert how & 0x8
        assert how & 0x200  # Ctrl-C here does not reach it
        assert platforms.unseen() == 0x08000000
    else:
        assert how == platforms.unseen() == 0  # which is all that Popen takes there


@on("win32")
def test_a_file_that_somebody_holds_is_replaced_when_it_is_let_go(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "", {"new": "new", "old": "old"})
    real, held = os.replace, [True, True]

    def replace(source: str, target: str) -> None:
        if held:
            held.pop()
            raise PermissionError(13, "it is used by another process", target)
        real(source, target)

    monkeypatch.setattr(os, "replace", replace)
    platforms.replace(str(tmp_path / "new"), str(tmp_path / "old"))
    assert (tmp_path / "old").read_text() == "new"


@on("linux", "win32")
def test_a_file_that_is_held_for_good_is_an_error(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def remove(path: str) -> None:
        tries.append(path)
        raise PermissionError(13, "it is used by another process", path)

    monkeypatch.setattr(os, "remove", remove)
    monkeypatch.setattr(platforms, "_PATIENCE", 0.05)
    with pytest.raises(PermissionError):
        platforms.remove("held")
    assert (len(tries) > 1) == (system == "win32")


@on("win32", "darwin")
def test_settings_of_vscode_are_written_where_it_reads(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(plant(tmp_path / "w", "pyproject.toml"))
    assert main(["setup", "vscode", "--user"]) == 0
    places = {
        "darwin": "Library/Application Support/Code/User/mcp.json",
        "win32": "AppData/Roaming/Code/User/mcp.json",
    }
    assert (tmp_path / "home" / places[system]).is_file()
    assert main(["setup", "vscode", "--user", "--remove"]) == 0
    assert not (tmp_path / "home" / places[system]).exists()


@on("win32", "darwin", "linux")
def test_the_cache_lies_where_users_of_the_system_expect_it(
    system: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FLUX_INDEX_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/u")
    places = {"darwin": "Library/Caches", "win32": "AppData/Local", "linux": ".cache"}
    assert user_cache_dir() == f"/u/{places[system]}/flux-index"


@on("darwin", "win32", "linux")
def test_what_pip_installs_for_a_user_is_found(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("APPDATA", raising=False)
    monkeypatch.delenv("PYTHONUSERBASE", raising=False)
    site = {
        "darwin": "Library/Python/3.12/lib/python/site-packages",
        "win32": "AppData/Roaming/Python/Python312/site-packages",
        "linux": ".local/lib/python3.12/site-packages",
    }[system]
    plant(home, f"{site}/there/__init__.py")
    python = {"win32": "python.exe"}.get(system, "bin/python3")
    prefix = plant(tmp_path / "python", f"{python} lib/python3.12/os.py")
    root = plant(
        tmp_path / "w", "", {"pyproject.toml": '[tool.flux-index]\npython = "../python"\n'}
    )
    found = Workspace.open(str(root)).environment()
    assert found.prefix == prefix.as_posix()
    assert (home / site).as_posix() in found.site_packages


@on("win32")
def test_an_interpreter_is_found_by_the_name_that_it_has_there(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path / "env", "Scripts/python3.exe Lib/site-packages/", {"pyvenv.cfg": "home = x\n"})
    monkeypatch.setenv("PATH", str(tmp_path / "env/Scripts"))
    root = plant(tmp_path / "w", "pyproject.toml")
    assert Workspace.open(str(root)).environment().prefix == (tmp_path / "env").as_posix()


@on("win32", "linux")
def test_commands_are_quoted_for_the_shell_that_reads_them(system: str) -> None:
    words = ["C:\\Program Files\\flux index.exe", "a b"]
    line = platforms.quoted(words)
    assert platforms.split(line) == words
    assert ("'" in line) == (system == "linux")


@on("darwin")
def test_a_network_mount_of_macos_is_known(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = f"/dev/disk1 on / (apfs, local)\n//u@host/share on {tmp_path} (smbfs, nodev)\n"
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=listed, returncode=0)
    )
    assert network_mount(str(tmp_path / "w")) == (str(tmp_path), "smbfs")
    assert network_mount("/elsewhere") is None


def test_a_process_is_known_to_run() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        assert platforms.is_running(process.pid)
        process.kill()
        process.wait()
        assert not platforms.is_running(process.pid)


@pytest.mark.parametrize(("handle", "code", "runs"), [(0, 0, False), (7, 259, True), (7, 1, False)])
@on("win32")
def test_windows_is_asked_whether_a_process_runs(
    system: str, handle: int, code: int, runs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exit_code(_: int, result: Any) -> int:
        result._obj.value = code
        return 1

    kernel = SimpleNamespace(
        OpenProcess=lambda *_: handle, GetExitCodeProcess=exit_code,
        CloseHandle=lambda _: 1, GetLastError=lambda: 87,
    )  # fmt: skip
    monkeypatch.setattr("ctypes.windll", SimpleNamespace(kernel32=kernel), raising=False)
    assert platforms.is_running(4711) == runs


def test_a_client_that_hung_up_is_noticed_without_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        assert not platforms.has_hung_up(ours)
        theirs.close()
        assert platforms.has_hung_up(ours)
    monkeypatch.delattr("select.poll")
    broken = SimpleNamespace(getsockopt=lambda *_: 104)
    assert platforms.has_hung_up(broken)


def test_a_server_of_our_own_is_reached_by_pipes_where_sockets_cannot_be_inherited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_workspace(tmp_path / "w")
    monkeypatch.setattr(platforms, "can_inherit_sockets", lambda: False)
    launcher = Launcher(str(root), 60.0)
    client = launcher._serve_alone(None)
    try:
        assert client.call("server.info")["root"] == str(root)
    finally:
        client.close()
        launcher.close()


def test_no_other_module_asks_which_system_this_is_for_what_is_decided_in_one() -> None:
    decided = r"CREATE_|DETACHED_|shlex\.(quote|join)|os\.(replace|remove)\("
    for folder in ("api", "indexer", "lsp"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "platforms.py":
                assert not re.search(decided, path.read_text(encoding="utf-8")), path
