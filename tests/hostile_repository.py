"""A repository that tries every way to have something run by whoever asks about it.

Each way makes a file of its own in a folder outside, the canaries.
"""

from __future__ import annotations

import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

from workspace_helpers import plant

GIT = ("git", "-c", "user.name=n", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")

# Modules that Python, its tools, and what flux-index itself imports would find here first, were the
# folder on the search path. Those that tools import of a project stand behind them.
_MODULES = (
    *("sitecustomize", "usercustomize", "multiprocessing", "pickle", "threading", "signal", "json"),
    *("encodings", "ruff", "jedi", "parso", "mcp", "pygls", "tree_sitter", "rich", "flux_index"),
    *("conftest", "setup", "manage", "noxfile", "tasks", "fabfile", "dodo", "backend", "plugin"),
)
_PROGRAMS = ("git", "ruff", "python", "python3", "mypy", "pylint", "uv", "flux-index", "sh", "ssh")
# Settings of git that name a program, or a file with more settings.
_GIT_SETTINGS = (
    *("core.fsmonitor", "core.editor", "core.pager", "core.askPass", "core.sshCommand"),
    *("core.gitProxy", "core.alternateRefsCommand", "diff.external", "sequence.editor"),
    *("gpg.program", "gpg.ssh.program", "credential.helper", "uploadpack.packObjectsHook"),
    *("interactive.diffFilter", "pager.log", "pager.diff", "alias.log", "alias.ls-files"),
    *("filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv"),
    *("diff.x.command", "merge.x.driver", "trailer.x.command", "remote.origin.uploadpack"),
)
_HOOKS = (
    *("post-index-change", "post-checkout", "pre-commit", "reference-transaction"),
    *("fsmonitor-watchman", "post-merge", "pre-auto-gc", "proc-receive"),
)
APP = '''\
"""An application."""

import compiled_only
import native
from plugin import Base


class Thing(Base):
    """A thing."""

    def go(self, speed: int) -> int:
        return speed + 1


def use(thing: Thing) -> int:
    return thing.go(2) + compiled_only.VALUE + native.VALUE
'''


class Canaries:
    """A folder in which a file appears for each way that has worked."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder = folder

    def sung(self) -> list[str]:
        """Names of the ways that have worked."""
        return sorted(path.name for path in self.folder.iterdir())

    def python(self, way: str) -> str:
        """Source that tells that it has run."""
        return f"import os\nos.close(os.open({str(self.folder / way)!r}, os.O_CREAT))\n"

    def shell(self, way: str) -> str:
        """A command that tells that it has run."""
        return f"/bin/touch '{self.folder / way}'"

    def script(self, way: str) -> str:
        """A program that tells that it has run."""
        return f"#!/bin/sh\n{self.shell(way)}\nexit 1\n"


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run([*GIT, *arguments], cwd=folder, check=True, capture_output=True)


def make_repository(folder: Path, canaries: Canaries) -> Path:
    """A repository with all of it, in which a file is changed since its commit."""
    files = {f"{name}.py": f"{canaries.python(name)}\nclass Base: ...\n" for name in _MODULES}
    files |= _settings_of_tools(canaries)
    # Enough for the work to be shared by worker processes.
    files |= {f"pkg/large{at}.py": f"TEXT = '{at}{'x' * 90_000}'\n" for at in range(20)}
    plant(folder, "pkg/__init__.py", {**files, "app.py": APP})
    _plant_compiled(folder, canaries)
    _plant_programs(folder / "bin", canaries, "bin")
    git(folder, "init", "-q", ".")
    git(folder, "add", "-f", "app.py", "pkg/__init__.py", "pyproject.toml")
    git(folder, "commit", "-qm", "one")
    _plant_bare_repository(folder / "sub", canaries)
    _plant_environment(folder / ".venv", canaries)
    (folder / "app.py").write_text(APP.replace("thing.go(2)", "thing.gone(2)"))
    arm(folder / ".git", canaries)
    return folder


def arm(git_folder: Path, canaries: Canaries) -> None:
    """Give a repository settings, attributes and hooks that name programs."""
    lines: list[str] = []
    for name in _GIT_SETTINGS:
        section, _, key = name.rpartition(".")
        top, _, sub = section.partition(".")
        head = f'[{top} "{sub}"]' if sub else f"[{top}]"
        lines += [head, f'\t{key} = "{canaries.shell(f"git {name}")}; false"']
    included = git_folder / "more"
    included.write_text(f'[core]\n\tfsmonitor = "{canaries.shell("git include")}; false"\n')
    lines += ["[log]", "\tshowSignature = true", "[include]", f"\tpath = {included}", ""]
    _append(git_folder / "config", "\n".join(lines))
    (git_folder / "info").mkdir(exist_ok=True)
    (git_folder / "info/attributes").write_text("* filter=x diff=x merge=x\n")
    (git_folder / "hooks").mkdir(exist_ok=True)
    for name in _HOOKS:
        _program(git_folder / "hooks" / name, canaries, f"hook {name}")


def make_partial(folder: Path, canaries: Canaries) -> Path:
    """A partial clone that lacks a content, and names a program to fetch it with."""
    plant(folder, "", {"app.py": "def old(): return 1\n"})
    git(folder, "init", "-q", ".")
    git(folder, "add", "app.py")
    git(folder, "commit", "-qm", "one")
    for stored in (folder / ".git/objects").glob("??/*"):
        kind = subprocess.run(
            ["git", "cat-file", "-t", stored.parent.name + stored.name],
            cwd=folder, check=True, capture_output=True, text=True,
        )  # fmt: skip
        if kind.stdout == "blob\n":
            stored.unlink()
    _append(
        folder / ".git/config",
        "[core]\n\trepositoryformatversion = 1\n[extensions]\n\tpartialClone = evil\n"
        f'[remote "evil"]\n\tpromisor = true\n\turl = {folder}\n'
        f'\tuploadpack = "{canaries.shell("lazy fetch")}; false"\n',
    )
    (folder / "app.py").write_text("def new(): return 1\n")
    return folder


def make_worktree(folder: Path, canaries: Canaries) -> Path:
    """A folder whose ``.git`` is a file that leads to a repository with such settings."""
    plant(folder, "", {"app.py": "def old(): return 1\n"})
    git(folder, "init", "-q", "--separate-git-dir", str(folder / "store"), ".")
    git(folder, "add", "app.py")
    git(folder, "commit", "-qm", "one")
    arm(folder / "store", canaries)
    _append(folder / "store/config", f"[core]\n\tworktree = {folder}\n")
    (folder / "app.py").write_text("def new(): return 1\n")
    return folder


def _settings_of_tools(canaries: Canaries) -> dict[str, str]:
    touch = canaries.shell
    return {
        "pyproject.toml": (
            '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
            '[project]\nname = "app"\ndynamic = ["version"]\n'
            '[project.entry-points.pytest11]\nplugin = "plugin"\n'
            '[project.entry-points."flux_index.plugins"]\nplugin = "plugin"\n'
            '[tool.setuptools.dynamic]\nversion = {attr = "plugin.VERSION"}\n'
            '[tool.ruff]\nextend = "ruff.toml"\n[tool.mypy]\nplugins = ["plugin"]\n'
            '[tool.pytest.ini_options]\naddopts = "-p plugin"\n'
            "[tool.pylint.main]\nload-plugins = [\"plugin\"]\ninit-hook = 'import plugin'\n"
        ),
        "setup.cfg": "[metadata]\nversion = attr: plugin.VERSION\n[options]\nsetup_requires = x\n",
        "mypy.ini": "[mypy]\nplugins = plugin\n",
        ".pylintrc": "[MAIN]\nload-plugins=plugin\ninit-hook='import plugin'\n",
        "ruff.toml": '[lint]\nselect = ["ALL"]\n',
        "tox.ini": f"[testenv]\ncommands = {touch('tox')}\n",
        "Makefile": f"X := $(shell {touch('make')})\ntest:\n\t{touch('make test')}\n",
        ".envrc": touch("direnv") + "\n",
        ".exrc": f":!{touch('vim')}\n",
        ".nvim.lua": f"os.execute([[{touch('nvim')}]])\n",
        ".dir-locals.el": f'((nil . ((eval . (shell-command "{touch("emacs")}")))))\n',
        ".vscode/settings.json": '{"flux-index.path": "bin/flux-index"}',
        ".vscode/tasks.json": '{"tasks": [{"command": "bin/sh", "runOn": "folderOpen"}]}',
        ".mcp.json": '{"mcpServers": {"evil": {"command": "bin/sh"}}}',
        ".pre-commit-config.yaml": "repos: []\n",
        ".gitattributes": "* filter=x diff=x merge=x\n",
        ".gitmodules": '[submodule "m"]\n\tpath = m\n\turl = ./m\n\tupdate = !bin/sh\n',
    }


def _plant_compiled(folder: Path, canaries: Canaries) -> None:
    """Modules without sources, which only importing tells about."""
    source = folder / "compiled.txt"
    source.write_text(canaries.python("compiled module") + "VALUE = 1\n")
    py_compile.compile(str(source), cfile=str(folder / "compiled_only.pyc"), doraise=True)
    source.unlink()
    (folder / f"native.cpython-3{sys.version_info[1]}-x86_64-linux-gnu.so").write_bytes(b"\x7fELF")


def _plant_programs(folder: Path, canaries: Canaries, way: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PROGRAMS:
        _program(folder / name, canaries, f"{way} {name}")


def _plant_bare_repository(folder: Path, canaries: Canaries) -> None:
    """Files that are a repository of git for whoever stands in their folder."""
    plant(folder, "", {"pyproject.toml": "[tool.flux-index]\n", "b.py": "class B: ...\n"})
    git(folder, "init", "-q", ".")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "one")
    for entry in (folder / ".git").iterdir():
        entry.rename(folder / entry.name) if entry.name != "hooks" else shutil.rmtree(entry)
    (folder / ".git").rmdir()
    (folder / "config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"
        f'\tfsmonitor = "{canaries.shell("bare repository")}; false"\n'
    )


def _plant_environment(folder: Path, canaries: Canaries) -> None:
    """An environment whose programs, start files and entry points are the repository's."""
    site = "lib/python3.11/site-packages"
    plant(
        folder,
        f"{site}/",
        {
            "pyvenv.cfg": f"home = {folder}/bin\nversion = 3.11.2\n",
            f"{site}/evil.pth": f"import os; os.mkdir({str(canaries.folder / 'pth')!r})\n",
            f"{site}/sitecustomize.py": canaries.python("sitecustomize of the environment"),
            f"{site}/plugged.py": canaries.python("entry point"),
            f"{site}/plugged-1.dist-info/METADATA": "Name: plugged\nVersion: 1\n",
            f"{site}/plugged-1.dist-info/RECORD": "plugged.py,,\n",
            f"{site}/plugged-1.dist-info/entry_points.txt": (
                "[pytest11]\nx = plugged\n[flake8.extension]\nx = plugged\n"
                "[mcp.plugins]\nx = plugged\n[pathspec]\nx = plugged\n"
            ),
            f"{site}/__editable___plugged_finder.py": canaries.python("editable finder"),
            f"{site}/__editable__.plugged.pth": "import __editable___plugged_finder\n",
        },
    )
    _plant_programs(folder / "bin", canaries, "environment")


def _program(path: Path, canaries: Canaries, way: str) -> None:
    path.write_text(canaries.script(way))
    path.chmod(0o755)


def _append(path: Path, text: str) -> None:
    path.write_text(path.read_text() + text)
