"""``flux-index fix``: what can be mended in an edit is mended; people are shown it first."""

from __future__ import annotations

import sys

from ...indexer.errors import InvalidArgumentsError
from .options import HELP, Parameter, parse
from .output import is_terminal, say, write
from .validate import change_arguments, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..check.fixes.apply import FixResult
    from ..open_workspace import Session

PARAMETERS = (
    Parameter("since", "string", "Mend what has changed since this revision; by default HEAD."),
    Parameter("all", "boolean", "Mend whole files, whoever wrote what is wrong.", default=False),
    Parameter(
        "unsafe",
        "boolean",
        "Also fixes that may change what the code means: the first that is offered.",
        default=False,
    ),
    Parameter("dry_run", "boolean", "Show the changes and write nothing.", default=False),
    Parameter("yes", "boolean", "Do not ask before writing on a terminal.", default=False),
    Parameter("workspace", "string", "A folder or file of the workspace."),
    HELP,
)
DONE, LEFT = 0, 1


def run(arguments: Sequence[str]) -> int:
    """Mend; 0 when no errors are left, 1 when there are, 2 when it could not be done."""
    values, paths = parse(arguments, PARAMETERS, "fix")
    from ..check.fixes.apply import apply_fixes
    from ..open_workspace import Session
    from ..operations.validate import change_of

    session = Session.open(start_of(values, paths))
    try:
        whole = bool(values.get("all"))
        change = change_of(session, **change_arguments(values, paths))
        done = apply_fixes(session, change, whole=whole, unsafe=bool(values.get("unsafe")))
        for finding, fix in done.applied:
            say(f"{finding.path}: {fix.title} ({finding.rule})")
        if done.contents:
            _write_all(session, done, values)
        errors = sum(finding.severity == "error" for finding in done.left)
        left = len(done.left)
    finally:
        session.close()
    say(f"{len(done.applied)} fixed, {left} left" if done.applied or left else "nothing to fix")
    return LEFT if errors else DONE


def _write_all(session: Session, done: FixResult, values: dict[str, object]) -> None:
    from ..check.fixes.apply import write as write_file

    terminal = is_terminal(sys.stdout) and is_terminal(sys.stdin)
    if values.get("dry_run") or terminal:
        write("".join(_difference(session, path, text) for path, text in done.contents.items()))
    if values.get("dry_run"):
        return
    if terminal and not values.get("yes"):
        say("Write this? [y/N]")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise InvalidArgumentsError("nothing was written")
    for path, text in done.contents.items():
        write_file(session.index.workspace.absolute(path), text)


def _difference(session: Session, path: str, text: bytes) -> str:
    """A unified diff of a file as it is and as it is to be."""
    from difflib import unified_diff

    old = session.inference(whole=False).text(path).decode("utf-8", "replace")
    lines = unified_diff(
        old.splitlines(keepends=True),
        text.decode("utf-8", "replace").splitlines(keepends=True),
        f"a/{path}",
        f"b/{path}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
