"""From answers to the protocol's types."""

from __future__ import annotations

import os

from lsprotocol import types
from pygls import uris

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def to_location(root: str, item: dict[str, Any]) -> types.Location:
    """Location of a symbol or reference; paths outside of the workspace are absolute."""
    start, end = item["range"]["start"], item["range"]["end"]
    uri = uris.from_fs_path(os.path.join(root, item["path"])) or ""
    return types.Location(
        uri=uri,
        range=types.Range(
            start=types.Position(start["line"], start["character"]),
            end=types.Position(end["line"], end["character"]),
        ),
    )
