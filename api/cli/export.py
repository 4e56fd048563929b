"""``flux-index export``: the workspace as an index of SCIP, for other tools."""

from __future__ import annotations

import os
from collections.abc import Sequence

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ..source.whole_file import output_file
from .opening import open_workspace
from .options import Parameter, parse
from .output import say, tell

# fmt: off
PARAMETERS = (
    Parameter("output", "string", "The file to write.", default="index.scip"),
    Parameter("workspace", "string", "A folder or file of the workspace."),
)
# fmt: on
NEEDS_PROTOBUF = "SCIP needs the package protobuf: pip install 'flux-index[scip]'"


def run(arguments: Sequence[str]) -> int:
    """Write an index of SCIP; returns the exit code."""
    values, targets = parse(arguments, PARAMETERS, "export")
    if targets[:1] != ["scip"]:
        raise InvalidArgumentsError("export knows one format: flux-index export scip [DIR]")
    folders = [*targets[1:], *filter(None, [values.get("workspace")])]
    if len(folders) > 1:
        raise InvalidArgumentsError(f"export works on one workspace, not on {', '.join(folders)}")
    start = folders[0] if folders else os.getcwd()
    if not os.path.exists(start):
        raise InvalidArgumentsError(f"there is no folder {start}")
    try:
        from ..scip.export import Export  # its library is an extra
    except ModuleNotFoundError as error:
        raise FluxIndexError(NEEDS_PROTOBUF) from error
    output = os.path.abspath(values.get("output", "index.scip"))
    session = open_workspace(start)
    try:
        inference = session.inference(whole=True)
        export = Export(inference)
        with output_file(output, session.index.workspace.root) as file:
            file.writelines(export.parts())
    finally:
        session.close()
    for what in inference.snapshot.work.left_out:
        say(f"flux-index: left out: {what}")
    tell(
        f"{output}: {export.files:,} files, {export.occurrences:,} occurrences of "
        f"{export.symbols:,} symbols"
    )
    return 0
