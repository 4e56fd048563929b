"""File URIs to paths and back, for any name that a file can have."""

from __future__ import annotations

import os

_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/")
_WINDOWS = os.name == "nt"


def to_path(uri: str) -> str | None:
    """Absolute path of a file URI, as it is spelled there; None for any other URI."""
    scheme, colon, rest = uri.partition(":")
    if not colon or scheme.lower() != "file":
        return None
    rest = rest.partition("#")[0].partition("?")[0]
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        if host and host.lower() != "localhost":
            rest = f"//{host}{rest}"
    path = os.fsdecode(_unquoted(rest))
    if "\0" in path or not path.startswith("/"):
        return None
    if _WINDOWS and path[2:3] == ":":
        path = path[1].upper() + path[2:]
    return path


def of_path(path: str) -> str:
    """The file URI of an absolute path."""
    path = path.replace(os.sep, "/")
    if path[1:2] == ":":
        path = "/" + path
    raw = os.fsencode(path)
    if _PLAIN.issuperset(raw):
        return "file://" + path
    quoted = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in raw)
    return "file://" + quoted


def _unquoted(text: str) -> bytes:
    first, *rest = text.split("%")
    parts = [first.encode("utf-8", "surrogatepass")]
    for part in rest:
        try:
            parts.append(bytes.fromhex(part[:2]))
            part = part[2:]
        except ValueError:
            parts.append(b"%")
        parts.append(part.encode("utf-8", "surrogatepass"))
    return b"".join(parts)
