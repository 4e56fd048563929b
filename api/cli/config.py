"""``flux-index config``: the settings that are in force, where they come from, what they mean."""

from __future__ import annotations

from ...indexer.index import Index
from ...indexer.user_settings import settings_path
from ..settings import in_force, places
from .output import tell, write_json

_NAME, _VALUE = 26, 34


def run(*, workspace: str, json: bool) -> int:
    """Show all settings; returns the exit code."""
    index = Index.open(workspace)
    try:
        found, where = in_force(index.workspace), places(index.workspace)
        problems = index.workspace.config.problems
    finally:
        index.close()
    if json:
        settings = [
            {
                "name": each.setting.name,
                "set_in": each.setting.where,
                "value": each.value,
                "source": each.source,
                "default": each.setting.default,
                "doc": each.setting.doc,
            }
            for each in found
        ]
        write_json({"settings": settings, "places": where, "problems": list(problems)})
        return 0
    kinds = {
        "workspace": "of the workspace, in pyproject.toml ([tool.flux-index]) or flux-index.toml",
        "user": f"of the user, in {settings_path()}",
        "environment variable": "environment variables",
    }
    for kind, title in kinds.items():
        tell(f"{title}:")
        for each in found:
            if each.setting.where == kind:
                value = each.value or "(none)"
                tell(f"  {each.setting.name:{_NAME}} {value:{_VALUE}} {each.source}")
                tell(f"  {'':{_NAME}} {each.setting.doc}")
    tell("places:")
    tell(*(f"  {name:{_NAME}} {place}" for name, place in where.items()))
    tell(*(f"problem: {each}" for each in problems))
    return 0
