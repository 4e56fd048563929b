"""File URIs to paths and back, for any name that a file can have.

``pygls.uris`` gives the same answers but for names that are not UTF-8, which it cannot tell apart.
"""

from __future__ import annotations

import os
from urllib.parse import quote, unquote_to_bytes, urlsplit

_WINDOWS = os.name == "nt"


def to_path(uri: str) -> str | None:
    """Return the absolute path of a file URI; None for any other URI."""
    try:
        parts = urlsplit(uri)
        path = os.fsdecode(unquote_to_bytes(parts.path))
    except ValueError:
        return None
    if parts.scheme != "file" or "\0" in path or not path.startswith("/"):
        return None
    if parts.netloc and parts.netloc.lower() != "localhost":
        path = f"//{parts.netloc}{path}"
    if _WINDOWS and path[2:3] == ":":
        path = path[1].upper() + path[2:]
    return path


def of_path(path: str) -> str:
    """Return the file URI of an absolute path."""
    path = path.replace(os.sep, "/")
    if path[1:2] == ":":
        path = "/" + path
    return "file://" + quote(os.fsencode(path))
