"""``flux-index stats``: whether checking helps, in figures; or as a page with plots."""

from __future__ import annotations

import os

from ..metrics.report import report
from ..open_workspace import OpenWorkspace
from ..operations.table import OPERATIONS, call
from ..source.whole_file import output_file
from .output import tell, write
from .query import rendered


def run(
    *,
    workspace: str,
    days: int,
    client: str | None,
    model: str | None,
    html: str | None,
    format: str,  # noqa: A002 - the option's name
    json: bool,
) -> int:
    """Show figures, or write them to a page; returns the exit code."""
    session = OpenWorkspace.open(workspace)
    try:
        given = {"days": days, "client": client, "model": model}
        answer = call(session, "stats", given)
        root = session.index.workspace.root
    finally:
        session.close()
    if html is not None:
        with output_file(html, root) as file:
            file.write(report(answer, os.path.basename(root), days).encode())
        tell(f"{html}: figures of {answer['total']} tasks")
        return 0
    write(rendered(OPERATIONS["stats"], answer, given, root, "json" if json else format))
    return 0
