"""``flux-index fix``: fix what can be fixed in an edit; people see the changes first."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from difflib import unified_diff

from ...indexer.errors import InvalidArgumentsError
from ..check.fixes.apply import FixResult, apply_fixes
from ..check.fixes.apply import write as write_file
from ..inside import refuse_link_outside
from ..open_workspace import OpenWorkspace
from ..operations.validate import change_of
from . import output
from .opening import open_workspace
from .options import Parameter, parse
from .output import is_terminal, say, tell, write
from .validate import change_arguments, start_of

# fmt: off
PARAMETERS = (
    Parameter("since", "string", "Fix what has changed since this revision; by default HEAD."),
    Parameter("all", "boolean", "Fix whole files, not only what was edited.", default=False),
    Parameter("unsafe", "boolean",
        "Also fixes that may change what the code means: the first that is offered.",
        default=False),
    Parameter("dry_run", "boolean", "Show the changes and write nothing.", default=False),
    Parameter("yes", "boolean", "Do not ask before writing on a terminal.", default=False),
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on
DONE, LEFT = 0, 1


def run(arguments: Sequence[str]) -> int:
    """Fix an edit; returns 0 if no errors are left, 1 if some are."""
    values, paths = parse(arguments, PARAMETERS, "fix")
    session = open_workspace(start_of(values, paths))
    try:
        whole = bool(values.get("all"))
        change = change_of(session, **change_arguments(values, paths))
        result = apply_fixes(session, change, whole=whole, unsafe=bool(values.get("unsafe")))
        is_trial = bool(values.get("dry_run"))
        titles = Counter(
            f"{finding.path}: {fix.title} ({finding.rule})" for finding, fix in result.applied
        )
        for title, times in titles.items():
            say(title if times == 1 else f"{title}, {times} times")
        if result.contents:
            _write_all(session, result, values)
        errors = sum(finding.severity == "error" for finding in result.left)
        left = len(result.left)
    finally:
        session.close()
    fixed = len(result.applied)
    if not fixed and not left:
        say("nothing to fix")
    elif is_trial:
        say(f"{fixed} would be fixed, {left} left; nothing was written (--dry-run)")
    else:
        say(f"{fixed} fixed, {left} left")
    return LEFT if errors else DONE


def _write_all(session: OpenWorkspace, result: FixResult, values: dict[str, object]) -> None:
    terminal = is_terminal(sys.stdout) and is_terminal(sys.stdin)
    if values.get("dry_run") or terminal:
        diff = "".join(_difference(session, path, text) for path, text in result.contents.items())
        if is_terminal(sys.stdout):
            tell(*diff.splitlines())
        else:
            write(diff)
    if values.get("dry_run"):
        return
    if terminal and not values.get("yes"):
        say("Write this? [y/N]")
        if output.waiting is not None:
            output.waiting.clear(held=True)
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise InvalidArgumentsError("nothing was written")
    workspace = session.index.workspace
    for path in result.contents:
        refuse_link_outside(workspace.root, workspace.absolute(path))
    for path, text in result.contents.items():
        write_file(workspace.absolute(path), text)


def _difference(session: OpenWorkspace, path: str, text: bytes) -> str:
    """Return a unified diff of a file as it is and as it would be."""
    old = session.inference(whole=False).text(path).decode("utf-8", "replace")
    lines = unified_diff(
        old.splitlines(keepends=True),
        text.decode("utf-8", "replace").splitlines(keepends=True),
        f"a/{path}",
        f"b/{path}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
