"""JSON-RPC 2.0 messages: what is a valid one, and how answers are written.

Answers have ``id`` before anything of unknown size, so that a relay finds it without parsing.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

    from typing_extensions import TypeIs

    Id = str | int | float | None

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
CANCELLED = -32800
NOT_PERMITTED = -32010
"""Not allowed on this connection; beside those of :mod:`flux_index.indexer.errors`."""
ENDED = -32011
"""The serving process ended before it could answer."""

CANCEL = "$/cancelRequest"
PROGRESS = "$/progress"
CHANGED = "index/changed"

MOST_IN_BATCH = 1000

# What JSON such as 1e999 is read as, and cannot be written as.
_INFINITE = (float("inf"), float("-inf"))

ANSWER_START = b'{"jsonrpc":"2.0","id":'


class RpcError(Exception):
    """An error with its JSON-RPC code; the message is a sentence for the client."""

    def __init__(self, code: int, message: str) -> None:
        """``code`` is one of the standard's or of this module."""
        super().__init__(message)
        self.code = code
        self.message = message


class Call:
    """A request or notification that is valid as far as JSON-RPC goes.

    ``params`` is a mapping, a list, or None when left out. ``reply`` takes the answer's body and
    is never called for a notification.
    """

    __slots__ = ("cancelled", "client", "id", "is_request", "method", "params", "reply", "serial")

    def __init__(
        self, method: str, params: dict[str, Any] | list[Any] | None, id_: Id, is_request: bool
    ) -> None:
        """As it was received."""
        self.method = method
        self.params = params
        self.id = id_
        self.is_request = is_request
        self.cancelled = False
        # Clients may use an id twice; this is unique in its connection.
        self.serial = 0
        self.client: Any = None
        self.reply: Callable[[bytes], None] = _nowhere


class Fault:
    """An invalid message, to be answered with this error."""

    __slots__ = ("code", "id", "message")

    def __init__(self, code: int, message: str, id_: Id = None) -> None:
        """``id_`` is None when it could not be told."""
        self.code = code
        self.message = message
        self.id = id_

    @property
    def body(self) -> bytes:
        """The answer."""
        return error_body(self.id, self.code, self.message)


class Message:
    """What a body held: items in order, which may be none when there is nothing to do."""

    __slots__ = ("is_batch", "items")

    def __init__(self, items: list[Call | Fault], *, is_batch: bool = False) -> None:
        """``is_batch`` tells whether answers go back as one array."""
        self.items = items
        self.is_batch = is_batch


def read(body: bytes) -> Message:
    """Understand a body. Never raises: what is wrong becomes a :class:`Fault`."""
    try:
        value = json.loads(body.decode(), parse_constant=_refuse)
    except RecursionError:
        return Message([Fault(PARSE_ERROR, "the message is nested too deeply")])
    except ValueError as error:
        return Message([Fault(PARSE_ERROR, f"the message is not JSON: {error}")])
    if not is_array(value):
        item = _understand(value)
        return Message([] if item is None else [item])
    entries = value
    if not entries:
        return Message([Fault(INVALID_REQUEST, "a batch cannot be empty")])
    if len(entries) > MOST_IN_BATCH:
        reason = f"a batch may hold {MOST_IN_BATCH:,} messages, not {len(entries):,}"
        return Message([Fault(INVALID_REQUEST, reason)])
    items = [item for entry in entries if (item := _understand(entry)) is not None]
    return Message(items, is_batch=True)


def _understand(value: Any) -> Call | Fault | None:
    """One message; None for an answer, as this server asks nothing."""
    if not is_object(value):
        return Fault(INVALID_REQUEST, "a request is a JSON object")
    message = value
    id_ = message.get("id")
    if isinstance(id_, bool) or not isinstance(id_, str | int | float | None) or id_ in _INFINITE:
        return Fault(INVALID_REQUEST, "`id` is a string, a number or null")
    if message.get("jsonrpc") != "2.0":
        return Fault(INVALID_REQUEST, '`jsonrpc` must be "2.0"', id_)
    method = message.get("method")
    if method is None and ("result" in message or "error" in message):
        return None
    if not isinstance(method, str):
        return Fault(INVALID_REQUEST, "`method` must be a string", id_)
    params = message.get("params")
    if not (params is None or is_object(params) or is_array(params)):
        return Fault(INVALID_REQUEST, "`params` must be an object or an array", id_)
    return Call(method, params, id_, "id" in message)


def is_object(value: Any) -> TypeIs[dict[str, Any]]:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> TypeIs[list[Any]]:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def result_body(id_: Id, result: object) -> bytes:
    """An answer. Raises TypeError or ValueError when the result is not JSON."""
    return _dump({"jsonrpc": "2.0", "id": id_, "result": result})


def error_body(id_: Id, code: int, message: str) -> bytes:
    """An answer that something went wrong."""
    return _dump({"jsonrpc": "2.0", "id": id_, "error": {"code": code, "message": message}})


def call_body(method: str, params: object, id_: Id = None) -> bytes:
    """A request, or a notification when there is no id."""
    message: dict[str, object] = {"jsonrpc": "2.0"}
    if id_ is not None:
        message["id"] = id_
    message["method"] = method
    if params is not None:
        message["params"] = params
    return _dump(message)


# ASCII only: lone surrogates, which JSON can hold and UTF-8 cannot, stay escaped as they came.
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _dump(message: dict[str, object]) -> bytes:
    return _encode(message).encode("ascii")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _nowhere(_: bytes) -> None:
    """Where answers to notifications go."""
