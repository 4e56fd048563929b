"""Which Python files belong to a workspace, by its ignore files, settings and by default."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workspace_helpers import plant

from flux_index.indexer.workspace import Workspace, is_included, sweep
from flux_index.indexer.workspace.git_folder import main_work_tree

pytestmark = pytest.mark.usefixtures("links_are_followed")

# Each case: paths, files with contents, and the Python files that are found.
CASES: dict[str, tuple[str, dict[str, str], str]] = {
    "everything else": (
        "a.py b/c.pyi b/d.txt b/e.pyc .hidden/f.py",
        {},
        "a.py b/c.pyi .hidden/f.py",
    ),
    "by name": (
        "a.py .git/hook.py .tox/x.py __pycache__/x.py node_modules/m/x.py p/__pycache__/x.py "
        "lib/python3/site-packages/y.py p.egg-info/x.py .flux-index/x.py __pypackages__/x.py",
        {},
        "a.py",
    ),
    "environments": (
        "a.py .venv/pyvenv.cfg .venv/x.py tools/any/pyvenv.cfg tools/any/x.py "
        "conda/conda-meta/history conda/x.py",
        {},
        "a.py",
    ),
    "folders only called like environments": ("env/x.py venv/y.py", {}, "env/x.py venv/y.py"),
    "a workspace that is an environment itself": (
        "pyvenv.cfg a.py lib/python3.12/site-packages/x.py",
        {},
        "a.py",
    ),
    "build output": (
        "pyproject.toml build/lib/pkg/x.py dist/pkg.whl dist/x.py pkg/a.py",
        {},
        "pkg/a.py",
    ),
    "a package called build": (
        "pyproject.toml build/__init__.py build/lib/x.py build/y.py dist/z.py",
        {},
        "build/__init__.py build/lib/x.py build/y.py dist/z.py",
    ),
    "a folder called build without a project": ("build/lib/x.py", {}, "build/lib/x.py"),
    "ignored": ("a.py gen/b.py c_pb2.py p/gen/d.py", {".gitignore": "gen/\n*_pb2.py\n"}, "a.py"),
    "ignored at the top only": ("gen/b.py p/gen/d.py", {".gitignore": "/gen\n"}, "p/gen/d.py"),
    "included again": ("a.py b.py", {".gitignore": "*.py\n!b.py\n"}, "b.py"),
    "not included again from an ignored folder": (
        "gen/a.py gen/b.py",
        {".gitignore": "gen/\n!gen/b.py\n"},
        "",
    ),
    "included again from an ignored folder's contents": (
        "gen/a.py gen/b.py",
        {".gitignore": "gen/*\n!gen/b.py\n"},
        "gen/b.py",
    ),
    "only what is listed": (
        "a.py keep/b.py keep/deep/c.py other/d.py",
        {".gitignore": "*\n!*/\n!keep/**\n"},
        "keep/b.py keep/deep/c.py",
    ),
    "nested": (
        "a.py p/a.py p/q/a.py p/q/b.py",
        {".gitignore": "a.py\n", "p/.gitignore": "!a.py\nb.py\n", "p/q/.gitignore": "!b.py\n"},
        "p/a.py p/q/a.py p/q/b.py",
    ),
    "nested patterns are about their folder": (
        "x/y.py p/x/y.py p/z/x/y.py",
        {"p/.gitignore": "/x\n"},
        "x/y.py p/z/x/y.py",
    ),
    "the repository's own exclude file": (
        "a.py b.py .git/HEAD",
        {".git/info/exclude": "a.py\nb.py\n", ".gitignore": "!b.py\n"},
        "b.py",
    ),
    "line endings, byte order mark, blanks and nonsense": (
        "a.py b.py c.py",
        {".gitignore": "\ufeffa.py\r\n\r\n# c.py\r\n   \nb.py   \n[z-a]\n"},
        "c.py",
    ),
    "without following": (
        "a.py gen/b.py",
        {".gitignore": "gen/\n", "flux-index.toml": "follow-gitignore = false\n"},
        "a.py gen/b.py",
    ),
    "excluded by settings": (
        "a.py data/b.py p/data/c.py old/d.py old/keep.py",
        {"flux-index.toml": 'exclude = ["/data", "old/*", "!old/keep.py"]\n'},
        "a.py p/data/c.py old/keep.py",
    ),
    "included by settings although ignored": (
        "a.py gen/b.py gen/sub/c.py other/d.py",
        {".gitignore": "gen/\nother/\n", "flux-index.toml": 'include = ["gen/"]\n'},
        "a.py gen/b.py gen/sub/c.py",
    ),
    "included by settings from within what is left out": (
        "node_modules/ours/b.py node_modules/theirs/c.py node_modules/d.py",
        {"flux-index.toml": 'include = ["node_modules/ours/*.py"]\n'},
        "node_modules/ours/b.py",
    ),
    "included by settings from an environment": (
        ".venv/pyvenv.cfg .venv/ours/b.py .venv/c.py",
        {"flux-index.toml": 'include = [".venv/ours/"]\n'},
        ".venv/ours/b.py",
    ),
    "excluded is stronger than included": (
        "gen/b.py gen/c.py",
        {"flux-index.toml": 'include = ["gen/"]\nexclude = ["c.py"]\n'},
        "gen/b.py",
    ),
    "what editors leave": ("a.py .#a.py", {}, "a.py"),
}


def included(workspace: Workspace) -> set[str]:
    """Asks about every Python file on disk one by one, as a watcher does."""
    root = Path(workspace.root)
    paths = [path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()]
    return {path for path in paths if is_included(workspace, path)}


@pytest.mark.parametrize("case", CASES)
def test_included(case: str, tmp_path: Path) -> None:
    paths, files, expected = CASES[case]
    workspace = Workspace.open(str(plant(tmp_path, paths, files)))
    assert workspace.root == tmp_path.as_posix()
    assert set(sweep(workspace).files) == set(expected.split())
    assert included(workspace) == set(expected.split())


def test_ignore_files_above_the_workspace_up_to_the_repository(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "repo/.git/HEAD repo/service/a.py repo/service/gen/b.py repo/service/c.py",
        {
            ".gitignore": "c.py\n",
            "repo/.gitignore": "service/gen\n/c.py\n",
            "repo/service/flux-index.toml": "",
        },
    )
    workspace = Workspace.open(str(tmp_path / "repo/service"))
    assert set(sweep(workspace).files) == {"a.py", "c.py"}
    assert included(workspace) == {"a.py", "c.py"}


def test_workspace_that_its_repository_ignores(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "repo/.git/HEAD repo/scratch/a.py",
        {"repo/.gitignore": "scratch/\n", "repo/scratch/flux-index.toml": ""},
    )
    workspace = Workspace.open(str(tmp_path / "repo/scratch"))
    assert set(sweep(workspace).files) == {"a.py"}


def test_exclude_file_of_a_worktree_is_the_repository_s(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "tree/a.py tree/b.py",
        {
            "main/.git/info/exclude": "a.py\n",
            "main/.git/worktrees/tree/commondir": "../..\n",
            "tree/.git": f"gitdir: {tmp_path}/main/.git/worktrees/tree\n",
        },
    )
    assert set(sweep(Workspace.open(str(tmp_path / "tree"))).files) == {"b.py"}


def test_a_further_work_tree_is_a_workspace_of_its_own(tmp_path: Path) -> None:
    """What agents make below the repository has the same modules once more; a submodule has not."""
    tree = ".claude/worktrees/tree"
    plant(
        tmp_path,
        f"a.py {tree}/a.py sub/b.py",
        {
            ".git/worktrees/tree/commondir": "../..\n",
            f"{tree}/.git": f"gitdir: {tmp_path}/.git/worktrees/tree\n",
            ".git/modules/sub/HEAD": "ref: refs/heads/main\n",
            "sub/.git": "gitdir: ../.git/modules/sub\n",
        },
    )
    workspace = Workspace.open(str(tmp_path))
    assert set(sweep(workspace).files) == {"a.py", "sub/b.py"}
    assert not is_included(workspace, f"{tree}/a.py")
    assert is_included(workspace, "sub/b.py")
    assert main_work_tree(str(tmp_path / tree)) == str(tmp_path)
    assert main_work_tree(str(tmp_path)) == main_work_tree(str(tmp_path / "sub")) == ""
    assert set(sweep(Workspace.open(str(tmp_path / tree))).files) == {"a.py"}


def test_is_included_follows_a_changed_ignore_file(tmp_path: Path) -> None:
    workspace = Workspace.open(str(plant(tmp_path, "p/a.py")))
    assert is_included(workspace, "p/a.py")
    plant(tmp_path, "", {"p/.gitignore": "a.py\n"})
    assert not is_included(workspace, "p/a.py")
    plant(tmp_path, "", {"p/.gitignore": "another.py\n"})
    assert is_included(workspace, "p/a.py")


def test_is_included_needs_no_file(tmp_path: Path) -> None:
    workspace = Workspace.open(str(plant(tmp_path, "", {".gitignore": "gen/\n"})))
    assert is_included(workspace, "gone/a.py")
    assert not is_included(workspace, "gone/gen/a.py")
    assert not is_included(workspace, "gone/a.txt")


def test_is_included_knows_a_file_by_one_name_only(tmp_path: Path) -> None:
    settings = '[tool.flux-index]\ninclude = ["linked", "named.py"]\n'
    plant(tmp_path / "w", "p/a.py", {"pyproject.toml": settings})
    plant(tmp_path / "elsewhere", "b.py")
    (tmp_path / "w/alias").symlink_to("p")
    for name in ("linked", "other"):
        (tmp_path / "w" / name).symlink_to(tmp_path / "elsewhere")
    for name in ("named.py", "unnamed.py"):
        (tmp_path / "w" / name).symlink_to(tmp_path / "elsewhere/b.py")
    (tmp_path / "w/inside.py").symlink_to("p/a.py")
    workspace = Workspace.open(str(tmp_path / "w"))
    assert is_included(workspace, "p/a.py")
    assert not is_included(workspace, "alias/a.py")
    assert is_included(workspace, "linked/b.py")
    # What lies outside is not the workspace's, unless the settings name the link.
    assert not is_included(workspace, "other/b.py")
    assert is_included(workspace, "named.py")
    assert is_included(workspace, "inside.py")
    assert not is_included(workspace, "unnamed.py")


SEGMENTS = (
    *("a", "b", "keep", "x.py", "y.py", "\\x.py", "*", "**", "*.py", "x.*", "*.p?", "k*p", "x*.*y"),
    *("?.py", "[xy].py", "[!x].py", "[^y].p[!x]", "[]x]*", "[z-a]", "*[y]", "x.py "),
)
LINES = st.builds(
    lambda sign, start, segments, end: sign + start + "/".join(segments) + end,
    st.sampled_from(("", "", "!")),
    st.sampled_from(("", "", "/", "**/")),
    st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3),
    st.sampled_from(("", "", "/", "/*", "/**")),
)
IGNORE_FILES = st.lists(LINES, max_size=4).map("\n".join)


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with git itself")
@settings(max_examples=60)
@given(top=IGNORE_FILES, below=IGNORE_FILES)
def test_ignores_what_git_ignores(top: str, below: str) -> None:
    """Whatever two ignore files say, the files that git would add are the ones that we find."""
    folders = ("", "a/", "keep/", "a/b/", "a/keep/", "a/b/a/", "b/")
    names = ("x.py", "y.py", "xx.py")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    with tempfile.TemporaryDirectory() as root:
        plant(
            Path(root),
            " ".join(folder + name for folder in folders for name in names),
            {".gitignore": top, "a/.gitignore": below},
        )
        for command in ("init -q", "ls-files -z --others --exclude-standard"):
            done = subprocess.run(
                ["git", *command.split()],
                cwd=root,
                env=environment,
                check=True,
                capture_output=True,
            )
        untracked = {path for path in done.stdout.decode().split("\0") if path.endswith(".py")}
        workspace = Workspace.open(root)
        assert set(sweep(workspace).files) == untracked
        assert included(workspace) == untracked


@pytest.mark.parametrize("pattern", ["*a" * 40 + "b", "**/*a*" * 30, "*?" * 60 + "b"])
def test_a_pattern_of_many_stars_is_decided_at_once(pattern: str, tmp_path: Path) -> None:
    plant(tmp_path, "keep.py", {".gitignore": pattern, f"{'a' * 200}.py": ""})
    assert len(sweep(Workspace.open(str(tmp_path))).files) == 2


def test_what_stands_between_stars_is_found_wherever_it_is(tmp_path: Path) -> None:
    plant(tmp_path, "abac.py aabbcc.py cab.py x/a_b_c.py", {".gitignore": "*a*b*c.py"})
    assert set(sweep(Workspace.open(str(tmp_path))).files) == {"cab.py"}
