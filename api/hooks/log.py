"""The log of hooks beside an index: why one said nothing although it was asked."""

from __future__ import annotations

import os
import time

from ...indexer import platforms
from ...indexer.private_files import open_file

LOG_NAME = "hooks.log"
# When the log has grown beyond this, it becomes the old one, in the place of the one before.
_LARGEST_LOG = 200_000


def log(state_dir: str, event: str, reason: str) -> None:
    """Add a line; does nothing when the log cannot be written."""
    path = os.path.join(state_dir, LOG_NAME)
    line = f"{time.strftime('%Y-%m-%dT%H:%M:%S')} {event} {' '.join(reason.split())}\n"
    try:
        if os.path.exists(path) and os.path.getsize(path) > _LARGEST_LOG:
            platforms.replace(path, path + ".old")
        descriptor = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        with open(descriptor, "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(line[:4_000])
    except OSError:
        return
