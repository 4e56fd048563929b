"""The settings of flux-index, taking what is right and saying what is not.

Also parsed TOML, asked for what may be there in any shape, or not at all.
"""

from __future__ import annotations

from reprlib import repr as shortened
from typing import Any, cast

from ..toml import parse_toml
from .config import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .stamps import StampRecorder


def witnessed_toml(witness: StampRecorder, path: str, label: str) -> dict[str, Any]:
    """Return the tables of a TOML file, noting as a problem if it is malformed."""
    data = witness.read(path)
    if data is None:
        return {}
    tables, wrong = parse_toml(data)
    if wrong:
        witness.problems.append(f"{label} is not valid TOML: {wrong}.")
    return tables


def is_table(value: object) -> bool:
    """Tell whether a value is a table."""
    return isinstance(value, dict)


def table(value: object, *keys: str) -> dict[str, Any]:
    """Return the table under nested keys, {} if there is none."""
    for key in keys:
        value = cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def is_list(value: object) -> bool:
    """Tell whether a value is a list."""
    return isinstance(value, list)


def items(value: object) -> list[Any]:
    """Return a list's items; a single value, as many tools accept, is a list of it."""
    if value is None:
        return []
    return cast("list[Any]", value) if is_list(value) else [value]


def texts(value: object) -> list[str]:
    """Return the strings of a list, or of a single string."""
    return [item for item in items(value) if isinstance(item, str)]


def text_pairs(value: object) -> list[tuple[str, str]]:
    """Return the entries of a table of strings."""
    return [(key, item) for key, item in table(value).items() if isinstance(item, str)]


def path_dependencies(pyproject: dict[str, Any]) -> list[str]:
    """Return the folders that poetry and uv take dependencies from, as written."""
    poetry = table(pyproject, "tool", "poetry")
    groups = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    groups += [table(group).get("dependencies") for group in table(poetry, "group").values()]
    groups.append(table(pyproject, "tool", "uv").get("sources"))
    return [
        path
        for group in groups
        for dependency in table(group).values()
        for constraint in items(dependency)
        for path in texts(table(constraint).get("path"))
    ]


_FILE = "flux-index.toml"


def read_settings(root: str, pyproject: dict[str, Any], witness: StampRecorder) -> Config:
    """Return the settings for a root, given its `pyproject.toml`.

    `flux-index.toml` counts where both files set the same. The witness collects the problems.
    """
    settings = _Settings(witness.problems)
    tool = table(pyproject, "tool")
    if "flux-index" in tool:
        settings.take(tool["flux-index"], "pyproject.toml, [tool.flux-index]")
    settings.take(witnessed_toml(witness, f"{root}/{_FILE}", _FILE), _FILE)
    return settings.config


class _Settings:
    """The settings while they are read."""

    __slots__ = ("_problems", "config")

    def __init__(self, problems: list[str]) -> None:
        self.config = Config()
        self._problems = problems

    def take(self, values: object, where: str) -> None:
        if not is_table(values):
            self._problems.append(f"{where} must be a table.")
            return
        for key, value in table(values).items():
            name = key.replace("-", "_")
            if name in ("exclude", "include", "source_roots"):
                strings = _strings(value)
                if strings is None:
                    self._wrong(where, key, "a list of strings", value)
                else:
                    setattr(self.config, name, strings)
            elif name == "python":
                if isinstance(value, str) and value:
                    self.config.python = value
                else:
                    self._wrong(where, key, "the path of an interpreter or environment", value)
            elif name == "test_command":
                if isinstance(value, str):
                    self.config.test_command = value
                else:
                    self._wrong(where, key, "a command", value)
            elif name == "max_file_size":
                if isinstance(value, int) and not isinstance(value, bool) and value > 0:
                    self.config.max_file_size = value
                else:
                    self._wrong(where, key, "a positive number of bytes", value)
            elif name == "follow_gitignore":
                if isinstance(value, bool):
                    self.config.follow_gitignore = value
                else:
                    self._wrong(where, key, "true or false", value)
            else:
                self._problems.append(f"{where}: there is no setting {shortened(key)}.")

    def _wrong(self, where: str, key: str, expected: str, value: object) -> None:
        self._problems.append(f"{where}: {key} must be {expected}, not {shortened(value)}.")


def _strings(value: object) -> tuple[str, ...] | None:
    if not is_list(value):
        return None
    strings = tuple(texts(value))
    return strings if len(strings) == len(items(value)) and all(strings) else None
