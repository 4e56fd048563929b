"""Environments that tools keep outside the project: where each tool would put the one for a folder.

Only the rules by which they name folders are known here; whether an environment is there is for the
caller to see.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from ..toml import read_toml
from .settings import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .stamps import StampRecorder


def managed_prefixes(
    root: str, pyproject: dict[str, Any], witness: StampRecorder
) -> Iterator[tuple[str, str, str]]:
    """Yield prefixes, the likeliest first, each with its kind and how it was found.

    The kind is '' where the environment's own files tell it.
    """
    tool = table(pyproject, "tool")
    if "poetry" in tool or witness.is_file(f"{root}/poetry.lock"):
        for prefix in _poetry(root, pyproject, witness):
            yield prefix, "poetry", "It is where poetry keeps the environment of this folder."
    if witness.is_file(f"{root}/Pipfile"):
        for prefix in _with_project_file(root, witness):
            yield prefix, "", "Its .project file names this folder, as pipenv notes it."
    if "hatch" in tool:
        prefix = _hatch(root, pyproject, witness)
        yield prefix, "", "It is where hatch keeps the default environment of this folder."
    for prefix in _conda(root, witness):
        yield prefix, "conda", "environment.yml names it, and conda lists it."
    for prefix in _pyenv(root, witness):
        yield prefix, "", ".python-version names it, and pyenv has it."


def _poetry(root: str, pyproject: dict[str, Any], witness: StampRecorder) -> list[str]:
    names = [
        table(pyproject, "tool", "poetry").get("name"),
        table(pyproject, "project").get("name"),
    ]
    folder = _poetry_folder(root, witness)
    found: list[str] = []
    for name in names:
        if isinstance(name, str):
            letters = ("_" if letter in ' $`!*@"\\\r\n\t' else letter for letter in name.lower())
            base = f"{''.join(letters)[:42]}-{_short_hash(os.path.normcase(root))}"
            chosen = table(read_toml(witness.read(f"{folder}/envs.toml") or b""), base).get("minor")
            versions = [
                entry[len(base) + 3 :]
                for entry in witness.listing(folder).folders
                if entry.startswith(base + "-py")
            ]
            versions.sort(key=lambda version: (version == chosen, _numbers(version)), reverse=True)
            found += [f"{folder}/{base}-py{version}" for version in versions]
    return found


def _poetry_folder(root: str, witness: StampRecorder) -> str:
    """Return where poetry keeps environments: as told by its variables and files, or by custom."""
    config_home = _home(
        witness,
        "POETRY_CONFIG_DIR",
        "~/.config/pypoetry",
        "~/Library/Application Support/pypoetry",
        "~/AppData/Roaming/pypoetry",
    )
    cache = witness.variable("POETRY_CACHE_DIR")
    path = witness.variable("POETRY_VIRTUALENVS_PATH")
    for settings in (f"{root}/poetry.toml", f"{config_home}/config.toml"):
        tables = read_toml(witness.read(settings) or b"")
        configured = table(tables, "virtualenvs").get("path")
        path = path or (configured if isinstance(configured, str) else "")
        configured = tables.get("cache-dir")
        cache = cache or (configured if isinstance(configured, str) else "")
    cache = cache or _home(
        witness,
        "",
        "~/.cache/pypoetry",
        "~/Library/Caches/pypoetry",
        "~/AppData/Local/pypoetry/Cache",
    )
    path = path.replace("{cache-dir}", cache).replace("{project-dir}", root)
    return os.path.expanduser(path or cache + "/virtualenvs").replace(os.sep, "/")


def _with_project_file(root: str, witness: StampRecorder) -> list[str]:
    """Return the environments that note this folder in a `.project` file."""
    home = witness.variable("WORKON_HOME") or _home(
        witness, "", "~/.local/share/virtualenvs", "~/.local/share/virtualenvs", "~/.virtualenvs"
    )
    home = os.path.expanduser(home).replace(os.sep, "/")
    found: list[str] = []
    for name in witness.listing(home).folders:
        noted = (witness.text(f"{home}/{name}/.project") or "").strip()
        if noted and os.path.realpath(noted).replace(os.sep, "/") == root:
            found.append(f"{home}/{name}")
    return found


def _hatch(root: str, pyproject: dict[str, Any], witness: StampRecorder) -> str:
    data = _home(
        witness,
        "HATCH_DATA_DIR",
        "~/.local/share/hatch",
        "~/Library/Application Support/hatch",
        "~/AppData/Local/hatch",
    )
    path = table(pyproject, "tool", "hatch", "envs", "default").get("path")
    if isinstance(path, str) and path:
        return os.path.join(root, path)
    name = table(pyproject, "project").get("name")
    name = name if isinstance(name, str) else ""
    return f"{data}/env/virtual/{name}/{_short_hash(os.path.normpath(root))}/{name}"


def _conda(root: str, witness: StampRecorder) -> list[str]:
    for file in ("environment.yml", "environment.yaml"):
        for line in (witness.text(f"{root}/{file}") or "").splitlines():
            key, _, name = line.partition(":")
            name = name.partition("#")[0].strip().strip("'\"")
            if key == "name" and name:
                listed = witness.text(os.path.expanduser("~/.conda/environments.txt")) or ""
                return [
                    path
                    for path in listed.splitlines()
                    if path.replace("\\", "/").rpartition("/")[2] == name
                ]
    return []


def _pyenv(root: str, witness: StampRecorder) -> list[str]:
    home = witness.variable("PYENV_ROOT") or os.path.expanduser("~/.pyenv")
    versions = f"{home.replace(os.sep, '/')}/versions"
    found: list[str] = []
    for name in (witness.text(f"{root}/.python-version") or "").split():
        installed = witness.listing(versions).folders
        # "3.12" stands for the newest 3.12 that is installed.
        later = [entry for entry in installed if entry.startswith(name + ".")]
        entries = [name] if "/" not in name else []
        entries += sorted(later, key=_numbers, reverse=True)
        found += [
            f"{versions}/{entry}" for entry in entries if witness.is_folder(f"{versions}/{entry}")
        ]
    return found


def _home(witness: StampRecorder, variable: str, linux: str, macos: str, windows: str) -> str:
    """Return a tool's folder: named by its variable, else the custom of the operating system."""
    chosen = witness.variable(variable) if variable else ""
    if not chosen:
        chosen = {"darwin": macos, "win32": windows}.get(sys.platform, linux)
        for prefix, name in (
            ("~/.cache/", "XDG_CACHE_HOME"),
            ("~/.config/", "XDG_CONFIG_HOME"),
            ("~/.local/share/", "XDG_DATA_HOME"),
        ):
            shared = witness.variable(name) if chosen.startswith(prefix) else ""
            if shared:
                chosen = f"{shared}/{chosen[len(prefix) :]}"
    return os.path.expanduser(chosen).replace(os.sep, "/")


def _short_hash(text: str) -> str:
    """Return the eight letters by which both poetry and hatch tell equally named projects apart."""
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    return urlsafe_b64encode(sha256(os.fsencode(text)).digest()).decode()[:8]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())
