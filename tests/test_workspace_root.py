"""Which folder is the root of the workspace, and where its state is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from workspace_helpers import plant

from flux_index.indexer.workspace import Workspace, find_root, state_dir_of, user_cache_dir

UV_WORKSPACE = '[tool.uv.workspace]\nmembers = ["packages/*"]\n'

# Each row: what lies in the tree, where we start, and the root that is to be found ('' the tree).
ROOTS = {
    "a repository": ("repo/.git/HEAD repo/pkg/mod.py", {}, "repo/pkg/mod.py", "repo"),
    "a worktree, whose .git is a file": ("repo/.git repo/pkg/mod.py", {}, "repo/pkg", "repo"),
    "mercurial": ("repo/.hg/store repo/mod.py", {}, "repo", "repo"),
    "a package of a repository": (
        "repo/.git/HEAD repo/packages/a/pyproject.toml repo/packages/a/src/a/x.py",
        {},
        "repo/packages/a/src/a/x.py",
        "repo",
    ),
    "a repository in a repository": (
        "repo/.git/HEAD repo/vendor/lib/.git repo/vendor/lib/x.py",
        {},
        "repo/vendor/lib/x.py",
        "repo/vendor/lib",
    ),
    "a uv workspace in a repository": (
        "repo/.git/HEAD repo/py/packages/a/pyproject.toml",
        {"repo/py/pyproject.toml": UV_WORKSPACE},
        "repo/py/packages/a",
        "repo/py",
    ),
    "a member that only names the workspace": (
        "",
        {
            "ws/pyproject.toml": UV_WORKSPACE,
            "ws/packages/a/pyproject.toml": "[tool.uv.sources]\nb = { workspace = true }\n",
        },
        "ws/packages/a",
        "ws",
    ),
    "a workspace written as a dotted key": (
        "ws/packages/a/pyproject.toml",
        {"ws/pyproject.toml": '[tool.uv]\nworkspace.members = ["packages/*"]\n'},
        "ws/packages/a",
        "ws",
    ),
    "settings of flux-index": (
        "repo/.git/HEAD",
        {"repo/service/pyproject.toml": "[tool.flux-index]\nexclude = []\n"},
        "repo/service",
        "repo/service",
    ),
    "settings of flux-index in their own file": (
        "repo/.git/HEAD repo/service/flux-index.toml repo/service/x.py",
        {},
        "repo/service/x.py",
        "repo/service",
    ),
    "state of flux-index": ("plain/.flux-index/index.db plain/a/x.py", {}, "plain/a", "plain"),
    "a project without repository": ("p/pyproject.toml p/pkg/x.py", {}, "p/pkg/x.py", "p"),
    "the nearest of two unrelated projects": (
        "p/setup.py p/q/setup.py p/q/x.py",
        {},
        "p/q/x.py",
        "p/q",
    ),
    "a project that depends on the inner one by path": (
        "app/libs/core/pyproject.toml app/libs/core/core/x.py",
        {"app/pyproject.toml": '[tool.poetry.dependencies]\ncore = {path = "libs/core"}\n'},
        "app/libs/core/core/x.py",
        "app",
    ),
    "requirements of the documentation": (
        "p/setup.cfg p/docs/requirements.txt p/docs/conf.py",
        {},
        "p/docs/conf.py",
        "p",
    ),
    "only requirements": ("p/requirements.txt p/app/x.py", {}, "p/app/x.py", "p"),
    "nothing": ("a/b/x.py", {}, "a/b/x.py", "a/b"),
    "nothing but packages": ("a/p/__init__.py a/p/q/__init__.py a/p/q/x.py", {}, "a/p/q/x.py", "a"),
    "a file that is not there": ("repo/.git/HEAD", {}, "repo/gone/x.py", "repo"),
}


@pytest.mark.parametrize("case", ROOTS)
def test_root(case: str, tmp_path: Path) -> None:
    paths, files, start, expected = ROOTS[case]
    plant(tmp_path, paths, files)
    assert find_root(str(tmp_path / start)) == (tmp_path / expected).as_posix()


def test_stray_marker_in_the_home_folder_does_not_make_it_a_workspace(own_home: Path) -> None:
    plant(own_home, ".git/HEAD pyproject.toml projects/script/x.py")
    script = own_home / "projects/script"
    assert find_root(str(script / "x.py")) == script.as_posix()
    assert find_root(str(own_home)) == own_home.as_posix()


def test_root_is_real(tmp_path: Path) -> None:
    plant(tmp_path, "repo/.git/HEAD repo/pkg/x.py")
    (tmp_path / "link").symlink_to(tmp_path / "repo/pkg")
    assert find_root(str(tmp_path / "link/x.py")) == (tmp_path / "repo").as_posix()


def test_linked_file_belongs_where_the_link_is(tmp_path: Path) -> None:
    plant(tmp_path, "one/.git/HEAD one/x.py two/.git/HEAD")
    (tmp_path / "two/x.py").symlink_to(tmp_path / "one/x.py")
    assert find_root(str(tmp_path / "two/x.py")) == (tmp_path / "two").as_posix()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("pkg/x.py", "pkg/x.py"),
        ("", ""),
        ("pkg/../pkg/x.py", "pkg/x.py"),
        ("alias/x.py", "pkg/x.py"),
        ("linked/y.py", "linked/y.py"),
        ("one.py", "one.py"),
        ("../elsewhere/y.py", None),
        ("../by-link/pkg/x.py", "pkg/x.py"),
        ("../repository/x.py", None),
    ],
)
def test_relative(path: str, expected: str | None, tmp_path: Path) -> None:
    plant(tmp_path, "repo/.git/HEAD repo/pkg/x.py elsewhere/y.py repository/x.py")
    (tmp_path / "repo/alias").symlink_to("pkg")
    (tmp_path / "repo/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "repo/one.py").symlink_to(tmp_path / "elsewhere/y.py")
    (tmp_path / "by-link").symlink_to(tmp_path / "repo")
    workspace = Workspace.open(str(tmp_path / "repo"))
    assert workspace.relative(f"{tmp_path}/repo/{path}") == expected
    if expected is not None:
        assert workspace.relative(workspace.absolute(expected)) == expected


def test_state_is_kept_in_the_cache_folder(tmp_path: Path) -> None:
    state = Workspace.open(str(tmp_path)).state_dir
    assert state.startswith(f"{user_cache_dir()}/workspaces/{tmp_path.name[:24]}-")
    assert state_dir_of(f"{tmp_path}/other") != state
    assert "\n" not in state_dir_of(f"{tmp_path}/two\nlines")


def test_cache_folder(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert user_cache_dir() == f"{own_home.as_posix()}/.cache/flux-index"
    monkeypatch.setenv("FLUX_INDEX_CACHE_DIR", str(own_home / "chosen"))
    assert user_cache_dir() == f"{own_home.as_posix()}/chosen"
