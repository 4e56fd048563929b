"""The table of settings: what a workspace and a user can set, what it means, and what is in force.

The command ``config`` and the reference of the documents are made of it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from ..indexer.text import UnreadableError, read
from ..indexer.toml import parse_toml
from ..indexer.user_settings import settings_path
from ..indexer.workspace import Workspace, state_dir_of, user_cache_dir
from ..indexer.workspace.settings import table

WORKSPACE, USER, VARIABLE = "workspace", "user", "environment variable"
_LARGEST = 1_000_000
_SECRET = "cache-secret", "FLUX_INDEX_CACHE_SECRET"


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: ``where`` it is set, its ``default`` as people read it, and what it means."""

    name: str
    where: str
    default: str
    doc: str


@dataclass(frozen=True, slots=True)
class InForce:
    """The value of a setting that is in force, and where it comes from."""

    setting: Setting
    value: str
    source: str


# fmt: off
SETTINGS = (
    Setting("exclude", WORKSPACE, "[]",
        "Patterns, as in an ignore file, of what not to index. Stronger than `include`."),
    Setting("include", WORKSPACE, "[]",
        "Patterns of what to index although ignore files or default rules leave it out."),
    Setting("python", WORKSPACE, "found",
        "The environment: an interpreter or the folder it is installed in, seen from the root."),
    Setting("source-roots", WORKSPACE, "found",
        "Import roots, instead of those that build settings tell."),
    Setting("max-file-size", WORKSPACE, "5242880",
        "In bytes; larger files are left out and reported."),
    Setting("follow-gitignore", WORKSPACE, "true", "Leave out what git ignores."),
    Setting("test-command", WORKSPACE, "",
        "How tests are run. Only proposed: it runs nothing that the user did not allow."),
    Setting("cache", USER, "",
        "Where facts are shared with other machines, such as s3://bucket/folder."),
    Setting("cache-secret", USER, "",
        "What signs shared facts: 16 characters or more, known to all who share them."),
    Setting("cache-options", USER, "{}", "Arguments for the file system that holds them."),
    Setting("semantic-model", USER, "",
        "The embedding model that `reuse` asks: a folder, or OWNER/NAME; flux-index[semantic]."),
    Setting("FLUX_INDEX_CACHE_DIR", VARIABLE, "the user's cache folder",
        "The folder for indexes and shared facts."),
    Setting("FLUX_INDEX_CONFIG", VARIABLE, "the user's configuration folder",
        "The file of the user's settings."),
    Setting("FLUX_INDEX_CACHE", VARIABLE, "", "Stands in for the user's setting `cache`."),
    Setting("FLUX_INDEX_CACHE_SECRET", VARIABLE, "",
        "Stands in for the user's setting `cache-secret`."),
    Setting("FLUX_INDEX_TEST_COMMAND", VARIABLE, "",
        "The command by which `task.verify` may run tests."),
    Setting("FLUX_INDEX_MODEL", VARIABLE, "", "The model of `flux-index run`."),
    Setting("FLUX_INDEX_SEMANTIC_MODEL", VARIABLE, "",
        "Stands in for the user's setting `semantic-model`."),
    Setting("FLUX_INDEX_FOLLOW_LINKS", VARIABLE, "",
        "Set to anything, links may lead out of the workspace where `include` names them."),
    Setting("FLUX_INDEX_WORKSPACE", VARIABLE, "", "The folder that `flux-index mcp` serves."),
    Setting("FLUX_INDEX_LOG", VARIABLE, "warning",
        "How much is logged on standard error: debug, info, warning or error. -v means info."),
)
# fmt: on


def in_force(workspace: Workspace) -> list[InForce]:
    """Return all settings with their values for a workspace."""
    root = workspace.root
    own = _tables(os.path.join(root, "flux-index.toml"))
    project = table(_tables(os.path.join(root, "pyproject.toml")), "tool", "flux-index")
    user = _tables(settings_path())
    return [_found(each, own, project, user) for each in SETTINGS]


def places(workspace: Workspace) -> dict[str, str]:
    """Return where everything lies, by what it is."""
    return {
        "workspace": workspace.root,
        "state": state_dir_of(workspace.root),
        "cache": user_cache_dir(),
        "user's settings": settings_path(),
    }


def _found(
    setting: Setting, own: dict[str, Any], project: dict[str, Any], user: dict[str, Any]
) -> InForce:
    if setting.where == VARIABLE:
        given: object = os.environ.get(setting.name)
        source = "environment"
    elif setting.where == USER:
        given, source = user.get(setting.name), settings_path()
    elif _either(own, setting.name) is not None:
        given, source = _either(own, setting.name), "flux-index.toml"
    else:
        given, source = _either(project, setting.name), "pyproject.toml"
    if given is None or given == "":
        return InForce(setting, setting.default, "default")
    return InForce(setting, "(secret)" if setting.name in _SECRET else _shown(given), source)


def _either(tables: dict[str, Any], name: str) -> object:
    """Return a value by the name of a setting, which may be written with underscores."""
    value = tables.get(name)
    return tables.get(name.replace("-", "_")) if value is None else value


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _tables(path: str) -> dict[str, Any]:
    try:
        return parse_toml(read(path, _LARGEST))[0]
    except (OSError, UnreadableError):
        return {}
