"""What was edited since the last commit and no test reaches."""

from __future__ import annotations

from ...indexer.errors import FluxIndexError
from ...indexer.inference.entities import FUNCTION, qualified_name
from ...indexer.paths import is_supporting_file, is_test_file
from ..check.edits import changed_since
from ..open_workspace import OpenWorkspace
from ..tasks.changed import changed_symbols
from ..tasks.reached_tests import reached_tests
from .suggestion import LIKELY, LOOK, Suggestion

KIND = "untested"
# Functions of an edit that are looked at.
_MOST = 60


def find(workspace: OpenWorkspace) -> list[Suggestion]:
    """Return the functions that differ from the last commit and that no test leads to."""
    try:
        change = changed_since(workspace, "HEAD")
    except FluxIndexError:
        return []  # no version control, or no commit yet
    inference = change.after
    if not any(is_test_file(path) for path in inference.snapshot.paths()):
        return []
    found: list[Suggestion] = []
    for each in changed_symbols(change.before, inference, change.paths)[:_MOST]:
        entity = each.after
        if entity is None or entity.kind != FUNCTION or is_supporting_file(each.path):
            continue
        reached = reached_tests(inference, [entity])
        calling = [test for test in reached if "::" in test.id]
        if calling:
            continue
        name = qualified_name(inference, entity)
        verb = "was changed" if each.before is not None else "is new"
        files = sorted({test.path for test in reached})
        found.append(
            Suggestion(
                KIND, LOOK if files else LIKELY, f"{name} {verb}, and no test reaches it", entity,
                [
                    f"only their imports lead there from {', '.join(files[:3])}"
                    if files
                    else "no test calls it, nor anything that calls it within four calls"
                ],
                ["a test reaches it in a way that the code does not show"],
                worth=1.0,
            )
        )  # fmt: skip
    return found
