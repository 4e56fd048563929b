"""JSON-RPC 2.0 messages: parsing, validation, and bodies of answers.

Answers have ``id`` before anything of unknown size, so that a relay finds it without parsing.
"""

from __future__ import annotations

import json

from ...indexer.errors import shortened
from ..json_values import is_array, is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn

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
        self.method = method
        self.params = params
        self.id = id_
        self.is_request = is_request
        self.cancelled = False
        # Clients may use an id twice; this is unique in its connection.
        self.serial = 0
        self.client: Any = None
        self.reply: Callable[[bytes], None] = _ignore

    @property
    def is_answered(self) -> bool:
        """True if the other side waits for an answer."""
        return self.is_request


class Response:
    """The other side's answer to a request: a result, or (code, message) of an error."""

    __slots__ = ("error", "id", "result")
    is_answered = False

    def __init__(self, id_: Id, result: Any, error: tuple[int, str] | None) -> None:
        self.id = id_
        self.result = result
        self.error = error


class Fault:
    """An invalid message, to be answered with this error."""

    __slots__ = ("code", "id", "message")
    is_answered = True

    def __init__(self, code: int, message: str, id_: Id = None) -> None:
        """``id_`` is None when it could not be found."""
        self.code = code
        self.message = message
        self.id = id_

    @property
    def body(self) -> bytes:
        """The answer."""
        return error_body(self.id, self.code, self.message)


class Message:
    """Items of a body in order."""

    __slots__ = ("is_batch", "items")

    def __init__(self, items: list[Call | Fault | Response], *, is_batch: bool = False) -> None:
        """``is_batch`` is True if answers go back as one array."""
        self.items = items
        self.is_batch = is_batch


def read(body: bytes, *, wrong_params: int = INVALID_REQUEST) -> Message:
    """Return the message of a body. Never raises: what is wrong becomes a :class:`Fault`.

    ``wrong_params`` is the error's code for parameters that are neither an object nor an array.
    """
    try:
        value = json.loads(body.decode(), parse_constant=_refuse)
    except RecursionError:
        return Message([Fault(PARSE_ERROR, "the message is nested too deeply")])
    except ValueError as error:
        return Message([Fault(PARSE_ERROR, f"the message is not JSON: {error}")])
    if not is_array(value):
        return Message([_parse(value, wrong_params)])
    entries = value
    if not entries:
        return Message([Fault(INVALID_REQUEST, "a batch cannot be empty")])
    if len(entries) > MOST_IN_BATCH:
        reason = f"a batch may hold {MOST_IN_BATCH:,} messages, not {len(entries):,}"
        return Message([Fault(INVALID_REQUEST, reason)])
    return Message([_parse(entry, wrong_params) for entry in entries], is_batch=True)


def _parse(value: Any, wrong_params: int) -> Call | Fault | Response:
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
        return Response(id_, message.get("result"), _error(message.get("error")))
    if not isinstance(method, str):
        return Fault(INVALID_REQUEST, "`method` must be a string", id_)
    params = message.get("params")
    if not (params is None or is_object(params) or is_array(params)):
        return Fault(wrong_params, "`params` must be an object or an array", id_)
    return Call(method, params, id_, "id" in message)


def _error(error: Any) -> tuple[int, str] | None:
    """Code and message of an error, whatever the other side has put there."""
    if error is None:
        return None
    code = error.get("code") if is_object(error) else None
    message = error.get("message") if is_object(error) else error
    return code if isinstance(code, int) else INTERNAL_ERROR, str(message)


def result_body(id_: Id, result: object) -> bytes:
    """Return the body of an answer. Raises TypeError or ValueError if it is not JSON."""
    return _dump({"jsonrpc": "2.0", "id": id_, "result": result})


def error_body(id_: Id, code: int, message: str) -> bytes:
    """Return the body of an error answer."""
    error = {"code": code, "message": shortened(message)}
    return _dump({"jsonrpc": "2.0", "id": id_, "error": error})


def call_body(method: str, params: object, id_: Id = None) -> bytes:
    """Return the body of a request, or of a notification when there is no id."""
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


def _ignore(_: bytes) -> None:
    """Ignore the answer to a notification."""
