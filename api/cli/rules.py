"""``flux-index rules``: what `validate` looks for, and how to work in a code base."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ...indexer.errors import InvalidArgumentsError
from ...indexer.workspace.root import find_root
from ..check.rules.table import rules
from ..clients.rule_files import BlockError, put, take
from ..inside import refuse_link_outside
from ..patterns.guidelines import rules_text
from .opening import open_workspace
from .output import tell, write_json


def run(
    *,
    agent: bool,
    write: Sequence[str] | None,
    remove: Sequence[str] | None,
    workspace: str | None,
    json: bool,
) -> int:
    """List the rules, or show, write or remove those for agents; returns the exit code."""
    if agent:
        return _for_agents(write or (), remove or (), workspace or "", json=json)
    for name, value in (("write", write), ("remove", remove), ("workspace", workspace)):
        if value:
            raise InvalidArgumentsError(f"--{name} goes with --agent")
    return _listed(json=json)


def _listed(*, json: bool) -> int:
    listed = [
        {"rule": rule.name, "severity": rule.severity, "summary": rule.summary} for rule in rules()
    ]
    if json:
        write_json(listed, indent=2)
        return 0
    width = max(len(each["rule"]) for each in listed)
    tell(*(f"{each['rule']:{width}}  {each['severity']:7}  {each['summary']}" for each in listed))
    return 0


def _for_agents(
    to_write: Sequence[str], to_remove: Sequence[str], workspace: str, *, json: bool
) -> int:
    root = find_root(workspace or os.getcwd())
    for path in (*to_write, *to_remove):
        refuse_link_outside(root, path)
    outcomes: list[tuple[str, str]] = []
    try:
        for path in to_remove:
            outcomes.append((path, "removed" if take(path) else "has no rules"))
        if to_write or not to_remove:
            text = _rules(workspace)
            if not to_write:
                if json:
                    write_json({"text": text})
                else:
                    tell(*text.removesuffix("\n").split("\n"))
            for path in to_write:
                outcomes.append((path, "written" if put(path, text) else "is up to date"))
    except (BlockError, OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentsError(f"the rules cannot be put in their place: {error}") from error
    if json and outcomes:
        write_json(dict(outcomes), indent=2)
    elif outcomes:
        tell(*(f"{path}: {outcome}" for path, outcome in outcomes))
    return 0


def _rules(workspace: str) -> str:
    if workspace and not os.path.exists(workspace):
        raise InvalidArgumentsError(f"--workspace: there is no {workspace}")
    session = open_workspace(workspace)
    try:
        return rules_text(session.inference(whole=True).strict())
    finally:
        session.close()
