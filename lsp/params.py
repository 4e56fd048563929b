"""Parameters of messages as the client sent them, with its file URIs and the protocol's errors.

For URIs, ``pygls.uris`` gives the same answers but for names that are not UTF-8.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from lsprotocol.types import LSPErrorCodes

from ..api.rpc.messages import INVALID_PARAMS, RpcError, is_array, is_object

_WINDOWS = os.name == "nt"


class Params(dict[str, Any]):
    """An object among parameters. A required key that is missing is the client's error."""

    def __missing__(self, key: str) -> Any:
        raise invalid(f"the parameters have no {key!r}")

    def part(self, key: str) -> Params:
        """Return an object; raises RpcError when it is none."""
        value = self[key]
        if not is_object(value):
            raise invalid(f"{key!r} is not an object")
        return Params(value)

    def optional(self, key: str) -> Params:
        """Return an object, an empty one when there is none."""
        value = self.get(key)
        return Params(value) if is_object(value) else Params()

    def array(self, key: str) -> list[Any]:
        """Return an array; raises RpcError when it is none."""
        value = self[key]
        if not is_array(value):
            raise invalid(f"{key!r} is not a list")
        return value

    def parts(self, key: str) -> list[Params]:
        """Return the objects of an array; raises RpcError when it is no such array."""
        return [Params({key: each}).part(key) for each in self.array(key)]

    def text(self, key: str) -> str:
        """Return a string; raises RpcError when it is none."""
        value = self[key]
        if not isinstance(value, str):
            raise invalid(f"{key!r} is not a string")
        return value


def invalid(message: str) -> RpcError:
    """Return the error for invalid parameters."""
    return RpcError(INVALID_PARAMS, message)


def failed(message: str) -> RpcError:
    """Return the error for a request that is valid but cannot be answered."""
    return RpcError(LSPErrorCodes.RequestFailed, message)


def path_of_uri(uri: str) -> str | None:
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


def uri_of_path(path: str) -> str:
    """Return the file URI of an absolute path."""
    path = path.replace(os.sep, "/")
    if path[1:2] == ":":
        path = "/" + path
    return "file://" + quote(os.fsencode(path))
