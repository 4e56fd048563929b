"""``flux-index rules``: what `validate` looks for, and how to work in a code base."""

from __future__ import annotations

import os

from ...indexer.errors import InvalidArgumentsError
from .output import write as tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(
    *,
    agent: bool,
    write: Sequence[str] | None,
    remove: Sequence[str] | None,
    workspace: str | None,
    json: bool,
) -> int:
    """List the rules, or tell, write or remove those for agents; returns the exit code."""
    if agent:
        return _for_agents(write or (), remove or (), workspace or "", json=json)
    for name, given in (("write", write), ("remove", remove), ("workspace", workspace)):
        if given:
            raise InvalidArgumentsError(f"--{name} goes with --agent")
    return _listed(json=json)


def _listed(*, json: bool) -> int:
    from ..check.rules import rules

    listed = [
        {"rule": rule.name, "severity": rule.severity, "summary": rule.summary} for rule in rules()
    ]
    if json:
        import json as encoder

        tell(encoder.dumps(listed, indent=2) + "\n")
        return 0
    width = max(len(each["rule"]) for each in listed)
    lines = [f"{each['rule']:{width}}  {each['severity']:7}  {each['summary']}" for each in listed]
    tell("\n".join(lines) + "\n")
    return 0


def _for_agents(
    written: Sequence[str], removed: Sequence[str], workspace: str, *, json: bool
) -> int:
    from ..clients.marked_block import BlockError
    from ..clients.rule_files import put, take

    said: list[tuple[str, str]] = []
    try:
        for path in removed:
            said.append((path, "removed" if take(path) else "has no rules"))
        if written or not removed:
            text = _rules(workspace)
            if not written:
                _tell_text(text, json=json)
            for path in written:
                said.append((path, "written" if put(path, text) else "is up to date"))
    except (BlockError, OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentsError(f"the rules cannot be put in their place: {error}") from error
    if json and said:
        import json as encoder

        tell(encoder.dumps(dict(said), indent=2) + "\n")
    elif said:
        tell("".join(f"{path}: {what}\n" for path, what in said))
    return 0


def _rules(workspace: str) -> str:
    from ..open_workspace import Session
    from ..patterns.guidelines import rules_text

    if workspace and not os.path.exists(workspace):
        raise InvalidArgumentsError(f"--workspace: there is no {workspace}")
    session = Session.open(workspace or os.getcwd())
    try:
        return rules_text(session.inference(whole=True).strict())
    finally:
        session.close()


def _tell_text(text: str, *, json: bool) -> None:
    if json:
        import json as encoder

        tell(encoder.dumps({"text": text}) + "\n")
    else:
        tell(text)
