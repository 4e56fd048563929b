"""``flux-index import``: what another indexer knows of the workspace, as an index of SCIP."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ...indexer.store.imported_names import ImportedNames
from ..open_workspace import OpenWorkspace
from ..render.words import counted
from .export import NEEDS_PROTOBUF
from .opening import open_workspace
from .options import Parameter, parse
from .output import say, tell

if TYPE_CHECKING:
    from ..scip.load import Report

# fmt: off
PARAMETERS = (
    Parameter("folder", "string",
        "The folder of the workspace that paths in the index are relative to; by default what the "
        "index says, or the workspace itself."),
    Parameter("remove", "boolean", "Forget everything that was imported.", default=False),
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on
# So many files that were left out are listed.
_MAX_LISTED = 5


def run(arguments: Sequence[str]) -> int:
    """Import an index, list what was imported, or forget it; returns the exit code."""
    values, targets = parse(arguments, PARAMETERS, "import")
    if targets[:1] != ["scip"] or len(targets) > 2:
        raise InvalidArgumentsError("import knows one format: flux-index import scip FILE")
    session = open_workspace(values.get("workspace"))
    try:
        if len(targets) == 2:
            _load(session, targets[1], values.get("folder"))
        else:
            _list(session, remove=bool(values.get("remove")))
    finally:
        session.close()
    return 0


def _load(session: OpenWorkspace, path: str, folder: str | None) -> None:
    try:
        from ..scip.load import load  # its library is an extra
    except ModuleNotFoundError as error:
        raise FluxIndexError(NEEDS_PROTOBUF) from error
    inference = session.inference(whole=True)
    if folder is not None:
        folder = inference.snapshot.relative(folder)
    report = load(inference, path, folder)
    _tell(report)


def _tell(report: Report) -> None:
    for paths, why in (
        (report.changed, "not what was indexed"),
        (report.missing, "no file of the workspace"),
    ):
        for path in paths[:_MAX_LISTED]:
            say(f"flux-index: left out: {path}: {why}")
        if len(paths) > _MAX_LISTED:
            say(f"flux-index: left out: {len(paths) - _MAX_LISTED:,} more: {why}")
    source = report.source
    tell(f"{source.tool}: {report.occurrences:,} names in {counted(source.files, 'file')}")


def _list(session: OpenWorkspace, *, remove: bool) -> None:
    path = session.index.imported_path
    if not os.path.exists(path):
        tell("nothing was imported")
        return
    with ImportedNames(path, writable=remove) as names:
        sources = names.remove_all() if remove else names.sources()
    word = "forgotten: " if remove else ""
    for source in sources:
        tell(f"{word}{source.tool}: {counted(source.files, 'file')} in {source.folder or '.'}")
    if not sources:
        tell("nothing was imported")
