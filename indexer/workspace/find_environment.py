"""Find the environment of a workspace: the rules, in order.

An environment that someone chose comes first, then one that lies in the workspace, then those that
tools keep elsewhere for it, then what merely happens to be active. The environment that flux-index
itself is installed in is not the workspace's unless something of the workspace is installed there.
"""

from __future__ import annotations

import os
import sys
from functools import cache

from .. import platforms
from ..toml import read_toml
from .environments import UNKNOWN, Environment, read_prefix
from .settings import table, texts
from .stamps import StampRecorder
from .tool_environments import managed_prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .model import Workspace

_IN_PROJECT = (".venv", "venv", "env", ".pixi/envs/default")
# Tools for tools: what is installed here serves one command, no project.
_TOOL_FOLDERS = ("/pipx/venvs/", "/uv/tools/")


def detect(workspace: Workspace) -> Environment:
    """Return the workspace's environment, of kind 'unknown' if no rule finds one."""
    search = _Search(workspace)
    environment = search.find()
    environment.requires_python = search.requires_python()
    environment.lacking = search.lacking(environment)
    environment.considered = tuple(search.considered)
    environment.records = tuple(search.witness.records.items())
    return environment


class _Search:
    """One search for an environment."""

    __slots__ = ("_later", "_pyproject", "_root", "_workspace", "considered", "witness")

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = workspace.root.rstrip("/")
        self._later: list[tuple[str, str]] = []
        self.witness = StampRecorder(self._root, through_folders=True)
        self.considered: list[str] = []
        self._pyproject: dict[str, Any] | None = None

    def find(self) -> Environment:
        python = self._workspace.config.python
        if python is not None:
            return self._explicit(python)
        found = self._active() or self._in_project() or self._managed() or self._happens_to_be()
        return found or Environment(UNKNOWN, "No environment was found for this workspace.")

    def requires_python(self) -> str:
        """Return the versions of Python that the project declares; empty if it does not."""
        declared = table(self._tables(), "project").get("requires-python")
        if declared is None:
            declared = table(self._tables(), "tool", "poetry", "dependencies").get("python")
        return declared if isinstance(declared, str) else ""

    def lacking(self, environment: Environment) -> tuple[str, ...]:
        """Declared distributions that an environment does not have, without those for some only.

        All of them where no environment was found.
        """
        installed = self._installed(environment)
        if environment.kind != UNKNOWN and not installed:
            return ()
        project = table(self._tables(), "project")
        needed = [
            _requirement_name(line)
            for line in texts(project.get("dependencies"))
            if ";" not in line  # for some versions or platforms
        ]
        for name, version in table(self._tables(), "tool", "poetry", "dependencies").items():
            if name != "python" and isinstance(version, str):
                needed.append(name)
        return tuple(name for name in needed if name and _normal_name(name) not in installed)

    def _explicit(self, python: str) -> Environment:
        path = self._absolute(self._root, python)
        prefix = path
        if self.witness.is_file(path):
            # The interpreter of a virtual environment is a link: where it leads to is the base.
            folder = os.path.dirname(path)
            inside = os.path.basename(folder).lower() in ("bin", "scripts")
            prefix = os.path.dirname(folder) if inside else folder
        found = self._read(prefix, f"The setting python = {python!r} names it.")
        if found is None:
            reason = f"The setting python = {python!r} names no environment: {path} is none."
            return Environment(UNKNOWN, reason)
        found.kind = "explicit"
        return found

    def _active(self) -> Environment | None:
        """Return what the user has activated, or told uv to use, in the shell that we run in."""
        chosen = self.witness.variable("UV_PROJECT_ENVIRONMENT")
        active = self.witness.variable("VIRTUAL_ENV")
        if active and self._is_for_here(active):
            found = self._read(active, "VIRTUAL_ENV names it.")
            if found is not None:
                return found
        if chosen:
            found = self._read(
                self._absolute(self._root, chosen), "UV_PROJECT_ENVIRONMENT names it."
            )
            if found is not None:
                found.kind = "uv"
                return found
        return None

    def _is_for_here(self, active: str) -> bool:
        real = os.path.realpath(active)
        place = os.path.dirname(real)
        if real.replace(os.sep, "/").startswith(self._root + "/"):
            return True
        if _is_own(real):
            self._set_aside(active, "VIRTUAL_ENV names it", "flux-index itself runs from there")
            return False
        # Another project's environment, left active in the shell that an editor was started from.
        elsewhere = os.path.basename(real) in _IN_PROJECT and any(
            self.witness.is_file(f"{place}/{name}") for name in ("pyproject.toml", "setup.py")
        )
        if elsewhere and not (self._root + "/").startswith(place + "/"):
            self._set_aside(active, "VIRTUAL_ENV names it", f"it belongs to {place}")
            return False
        return True

    def _set_aside(self, prefix: str, rule: str, reason: str) -> None:
        self.considered.append(f"{prefix}: {rule}, but {reason}.")
        self._later.append((prefix, rule))

    def _in_project(self) -> Environment | None:
        """Return what lies in the workspace, or in the only one of its projects that has one."""
        for name in _IN_PROJECT:
            found = self._in_folder(self._root, name)
            if found is not None:
                return found
        nested: list[Environment] = []
        for project in self._workspace.projects:
            if project:
                candidates = [self._in_folder(f"{self._root}/{project}", n) for n in _IN_PROJECT]
                nested += [found for found in candidates if found is not None][:1]
        if len(nested) > 1:
            names = ", ".join(str(found.prefix) for found in nested)
            self.considered.append(f"{names}: each belongs to one project of several.")
            return None
        return nested[0] if nested else None

    def _in_folder(self, folder: str, name: str) -> Environment | None:
        path = f"{folder}/{name}"
        rule = f"It is {name} in {'the workspace' if folder == self._root else folder}."
        if not self.witness.is_file(path):
            return self._read(path, rule) if self.witness.is_folder(path) else None
        target = (self.witness.text(path) or "").strip()
        if not target or "\n" in target:
            return None
        # A file holds the path, or the name of one that is kept where virtualenvwrapper keeps them.
        rule = f"{path} is a file that names it."
        home = self.witness.variable("WORKON_HOME") or "~/.virtualenvs"
        for prefix in (self._absolute(folder, target), self._absolute(self._root, home, target)):
            found = self._read(prefix, rule)
            if found is not None:
                return found
        return None

    def _managed(self) -> Environment | None:
        """Return what conda has activated, and what tools keep elsewhere for this very folder."""
        conda = self.witness.variable("CONDA_PREFIX")
        if conda:
            rule = "CONDA_PREFIX names it"
            if self.witness.variable("CONDA_DEFAULT_ENV") == "base":
                self._set_aside(conda, rule, "conda's base is active where nothing was chosen")
            elif _is_own(os.path.realpath(conda)):
                self._set_aside(conda, rule, "flux-index itself runs from there")
            else:
                found = self._read(conda, rule + ".")
                if found is not None:
                    return found
        for prefix, kind, rule in managed_prefixes(self._root, self._tables(), self.witness):
            found = self._read(prefix, rule)
            if found is not None:
                found.kind = kind or found.kind
                return found
        return None

    def _happens_to_be(self) -> Environment | None:
        """Return what is active for no known reason; for one, the workspace's own packages tell."""
        wanted = self._declared_distributions()
        for prefix, rule in self._later:
            if any(folder in prefix.replace(os.sep, "/") for folder in _TOOL_FOLDERS):
                continue
            found = self._read(prefix, f"{rule}, and no other environment was found.")
            if found is None:
                continue
            if not wanted or not _is_own(os.path.realpath(prefix)):
                return found
            # What flux-index brings along shows nothing: many projects need one of these, too.
            others = [name for name in wanted if _normal_name(name) not in own_distributions()]
            installed = self._first_installed(found, others)
            if installed:
                found.found_by = f"{rule}, and {installed} is installed there."
                return found
            self.considered.append(
                f"{prefix}: nothing that this workspace declares is installed there, but for what "
                "flux-index itself needs."
            )
        for prefix in self._prefixes_on_path():
            found = read_prefix(prefix, self.witness)
            if found is None:
                continue
            chosen = found.kind != "system" and not _is_own(os.path.realpath(prefix))
            if chosen:
                found.found_by = f"Its python is the first on PATH: {prefix}."
                return found
            others = wanted
            if _is_own(os.path.realpath(prefix)):
                others = [name for name in wanted if _normal_name(name) not in own_distributions()]
            installed = self._first_installed(found, others)
            if installed:
                found.found_by = f"Its python is on PATH, and {installed} is installed for it."
                return found
            reason = "nothing that this workspace declares is installed for it"
            self.considered.append(f"{prefix}: its python is on PATH, but {reason}.")
        return None

    def _prefixes_on_path(self) -> list[str]:
        prefixes: dict[str, None] = {}
        for folder in self.witness.variable("PATH").split(os.pathsep):
            for name in platforms.interpreters():
                path = os.path.join(folder, name)
                # A version manager's shim is a script; its choice is told by its own files.
                if folder and "shims" not in folder and self.witness.is_file(path):
                    inside = os.path.basename(folder).lower() in ("bin", "scripts")
                    # `/bin` is a link to `/usr/bin` on most systems.
                    folder = os.path.realpath(folder)
                    prefixes[os.path.dirname(folder) if inside else folder] = None
        return list(prefixes)

    def _first_installed(self, environment: Environment, wanted: list[str]) -> str:
        installed = self._installed(environment)
        return next((name for name in wanted if _normal_name(name) in installed), "")

    def _installed(self, environment: Environment) -> set[str]:
        """Normalized names of the distributions in an environment."""
        return {
            _normal_name(name.partition("-")[0])
            for site_packages in environment.site_packages
            for name in self.witness.names(site_packages)
            if name.endswith("-info")
        }

    def _declared_distributions(self) -> list[str]:
        project = table(self._tables(), "project")
        poetry = table(self._tables(), "tool", "poetry")
        wanted = texts(project.get("name")) + texts(poetry.get("name"))
        wanted += [_requirement_name(line) for line in texts(project.get("dependencies"))]
        wanted += [name for name in table(poetry, "dependencies") if name != "python"]
        for line in (self.witness.text(f"{self._root}/requirements.txt") or "").splitlines():
            wanted.append(_requirement_name(line))
        return [name for name in wanted if name]

    def _tables(self) -> dict[str, Any]:
        if self._pyproject is None:
            data = self.witness.read(f"{self._root}/pyproject.toml")
            self._pyproject = read_toml(data) if data else {}
        return self._pyproject

    def _read(self, prefix: str, rule: str) -> Environment | None:
        found = read_prefix(prefix, self.witness)
        if found is None:
            self.considered.append(f"{prefix}: {rule.rstrip('.')}, but there is no environment.")
        else:
            found.found_by = rule
        return found

    def _absolute(self, *parts: str) -> str:
        path = os.path.join(*(os.path.expanduser(part) for part in parts))
        return os.path.normpath(path).replace(os.sep, "/")


def _is_own(real: str) -> bool:
    return os.path.normcase(real) == os.path.normcase(os.path.realpath(sys.prefix))


@cache
def own_distributions() -> frozenset[str]:
    """Return the normalized names of what flux-index needs itself, directly or not."""
    # Late, since it is asked for in the environment of flux-index only.
    from importlib.metadata import PackageNotFoundError, requires

    found: set[str] = set()
    pending = ["flux-index"]
    while pending:
        try:
            needed = requires(pending.pop()) or []
        except PackageNotFoundError:
            continue
        names = {_normal_name(_requirement_name(line)) for line in needed if "extra ==" not in line}
        pending += names - found
        found |= names
    return frozenset(found - {"flux_index"})


def _requirement_name(line: str) -> str:
    line = line.strip()
    end = 0
    while end < len(line) and (line[end].isalnum() or line[end] in "-_."):
        end += 1
    return "" if line.startswith("-") else line[:end]


def _normal_name(name: str) -> str:
    return name.lower().replace("-", "_").replace(".", "_")
