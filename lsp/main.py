"""``flux-index lsp``: the language server over standard streams. So far it navigates, no more."""

from __future__ import annotations

import logging
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def run(arguments: Sequence[str]) -> int:
    """Serve until the client says exit; returns the exit code.

    ``--tcp PORT`` serves one client on a loopback port instead, for debugging.
    """
    from .server import create

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    server = create()
    listed = list(arguments)
    if listed[:1] == ["--tcp"] and len(listed) == 2 and listed[1].isdigit():
        server.start_tcp("127.0.0.1", int(listed[1]))
        return 0
    if listed:
        print(f"flux-index: lsp takes no {listed[0]!r}; it takes --tcp PORT", file=sys.stderr)
        return 2
    server.start_io()
    return 0
