"""The protocol's messages: error codes, and JSON to bytes and back."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard

    Json = Any
    Id = int | str

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
NOT_INITIALIZED = -32002
REQUEST_FAILED = -32803
SERVER_CANCELLED = -32802
CONTENT_MODIFIED = -32801
REQUEST_CANCELLED = -32800

_encoder = json.JSONEncoder(
    ensure_ascii=True, check_circular=False, separators=(",", ":"), allow_nan=False
)


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: object) -> TypeGuard[list[Any]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


class ProtocolError(Exception):
    """An error that the protocol has a code for."""

    def __init__(self, code: int, message: str) -> None:
        """The message is for people."""
        super().__init__(message)
        self.code = code
        self.message = message


class CancelledError(Exception):
    """The client does not want the answer any more."""


class Raw:
    """JSON that is text already: what is kept from one answer to the next is not made again."""

    __slots__ = ("text",)

    def __init__(self, text: bytes) -> None:
        """One value."""
        self.text = text


class Params(dict[str, "Any"]):
    """Parameters of a message. A key that has to be there and is not is the client's error."""

    def __missing__(self, key: str) -> Any:
        raise ProtocolError(INVALID_PARAMS, f"the parameters have no {key!r}")

    def part(self, key: str) -> Params:
        """An object among the parameters; raises ProtocolError when it is none."""
        value = self[key]
        if not is_object(value):
            raise ProtocolError(INVALID_PARAMS, f"{key!r} is no object")
        return Params(value)

    def parts(self, key: str) -> list[Params]:
        """Objects in a list among the parameters; raises ProtocolError when it is no such list."""
        if not isinstance(self[key], list):
            raise ProtocolError(INVALID_PARAMS, f"{key!r} is no list of objects")
        return [Params({key: each}).part(key) for each in self[key]]

    def text(self, key: str) -> str:
        """A string among the parameters; raises ProtocolError when it is none."""
        value = self[key]
        if not isinstance(value, str):
            raise ProtocolError(INVALID_PARAMS, f"{key!r} is no string")
        return value


def encode(value: Json) -> bytes:
    """A value as JSON, in ASCII."""
    if isinstance(value, Raw):
        return value.text
    return _encoder.encode(value).encode()


def answer(id_: Id | None, result: Json) -> bytes:
    """The answer to a request."""
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (encode(id_), encode(result))


def failure(id_: Id | None, code: int, message: str) -> bytes:
    """The error that a request is answered with; None when its id cannot be known."""
    error = encode({"code": code, "message": message})
    return b'{"jsonrpc":"2.0","id":%b,"error":%b}' % (encode(id_), error)


def call(method: str, params: Json, id_: Id | None = None) -> bytes:
    """A notification, or with an id a request, to the client."""
    start = b'{"jsonrpc":"2.0",' if id_ is None else b'{"jsonrpc":"2.0","id":%b,' % encode(id_)
    return b'%b"method":%b,"params":%b}' % (start, encode(method), encode(params))
