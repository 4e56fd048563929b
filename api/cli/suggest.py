"""``flux-index suggest``: what is worth changing, and making one such change."""

from __future__ import annotations

import os

from ...indexer.errors import InvalidArgumentsError
from ...indexer.store.task_store import SUGGESTIONS
from ..operations.table import OPERATIONS, call
from .opening import open_workspace
from .options import AS_JSON, FORMAT, Parameter, parse
from .output import say, tell, write
from .query import answer_of, rendered
from .validate import start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ..open_workspace import OpenWorkspace

_OPERATION = OPERATIONS["suggest"]
_TAKES = {each.name: each for each in _OPERATION.parameters}
# fmt: off
PARAMETERS = (
    _TAKES["grade"],
    Parameter("kind", "array", "Only these kinds.", choices=_TAKES["kinds"].choices),
    _TAKES["limit"],
    Parameter("apply", "string", "Make the suggestion with this id."),
    Parameter("dry_run", "boolean", "With --apply: show the change and write nothing.",
        default=False),
    FORMAT,
    AS_JSON,
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on
DONE, NOT_DONE = 0, 1


def run(arguments: Sequence[str]) -> int:
    """Show suggestions, or apply one; returns 0, or 1 for one that was refused."""
    values, paths = parse(arguments, PARAMETERS, "suggest")
    shape = "json" if values.get("json") else values.get("format", "table")
    session = open_workspace(start_of(values, paths))
    try:
        if values.get("apply"):
            return _apply(session, values, shape)
        asked: dict[str, Any] = {
            "paths": [os.path.abspath(path) for path in paths] or None,
            "kinds": values.get("kind"),
        }
        asked |= {name: values[name] for name in ("grade", "limit") if name in values}
        asked = {name: value for name, value in asked.items() if value is not None}
        answer = answer_of(session, "suggest", asked)
        write(rendered(_OPERATION, answer, asked, session.index.workspace.root, shape))
        return DONE
    finally:
        session.close()


def _apply(session: OpenWorkspace, values: Mapping[str, Any], shape: str) -> int:
    answer = call(session, "suggest", {"ids": [values["apply"]]})
    item = answer["items"][0]
    root = session.index.workspace.root
    if not item["edits"]:
        raise InvalidArgumentsError(
            f"{values['apply']} has no edits of its own: what to do takes a decision"
        )
    if values.get("dry_run"):
        write(rendered(_OPERATION, answer, {}, root, shape))
        return DONE
    begun = {"text": item["title"], "client": SUGGESTIONS, "budget": 0}
    task = call(session, "task.begin", begun)
    step = {"task": task["task"], "step": item["id"], "edits": item["edits"]}
    done = call(session, "task.step", step)
    is_done = done["verdict"] == "accepted"
    if is_done and shape != "json":
        tell(*(f"changed {path}: {item['title']}" for path in done["written"]))
    else:
        write(rendered(OPERATIONS["task.step"], done, step, root, shape))
    if not is_done:
        call(session, "task.finish", {"task": task["task"], "abandon": True})
        return NOT_DONE
    call(session, "task.finish", {"task": task["task"], "stop": "applied"})
    if done.get("token"):
        say(f"flux-index query task.undo {done['token']} takes it back")
    return DONE
