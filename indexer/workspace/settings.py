"""Read the settings of flux-index, taking what is right and saying what is not."""

from __future__ import annotations

from typing import Any

from .model import Config
from .tables import is_list, is_table, items, table, texts, witnessed_toml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .witness import Witness

_FILE = "flux-index.toml"


def read_settings(root: str, pyproject: dict[str, Any], witness: Witness) -> Config:
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
                self._problems.append(f"{where}: there is no setting {key!r}.")

    def _wrong(self, where: str, key: str, expected: str, value: object) -> None:
        self._problems.append(f"{where}: {key} must be {expected}, not {value!r}.")


def _strings(value: object) -> tuple[str, ...] | None:
    if not is_list(value):
        return None
    strings = tuple(texts(value))
    return strings if len(strings) == len(items(value)) and all(strings) else None
