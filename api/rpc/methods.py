"""The table of methods: the operations, and what the server itself answers.

A method is described as an operation is, so both are checked, and written into the OpenRPC
document, in the same way.
"""

from __future__ import annotations

import logging
from asyncio import CancelledError as AsyncCancelledError
from concurrent.futures import CancelledError

from ...indexer.errors import FluxIndexError
from ..operations.table import OPERATIONS, Operation, Parameter, checked
from .messages import (
    CANCELLED,
    INTERNAL_ERROR,
    INVALID_PARAMS,
    METHOD_NOT_FOUND,
    RpcError,
    error_body,
    is_object,
    result_body,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .messages import Call

_log = logging.getLogger(__name__)

_TIMEOUT = Parameter("timeout_ms", "integer", "Most milliseconds to wait.", default=60_000)

_SERVER = (
    Operation("rpc.discover", "", "object", "This service, as an OpenRPC document."),
    Operation(
        "server.info", "", "ServerInfo", "Root, version, process, role, endpoints, generation."
    ),
    Operation(
        "server.sync",
        "",
        "Reached",
        "Take in everything that changed on disk before this call; ask then, and the answer "
        "speaks of what you just wrote.",
        _TIMEOUT,
    ),
    Operation(
        "server.wait",
        "",
        "Reached",
        "Wait until the index has a generation, or has at most so many files pending. Answers "
        "with `reached` false when the time is over.",
        Parameter("generation", "integer", "At least this generation."),
        Parameter("pending", "integer", "At most so many files not indexed; 0 is all indexed."),
        _TIMEOUT,
    ),
    Operation(
        "server.subscribe",
        "",
        "Subscription",
        "Be sent `index/changed` after each change, and `$/progress` of builds when there is a "
        "progress token among the parameters.",
        Parameter("changes", "boolean", "Whether to be sent `index/changed`.", default=True),
    ),
    Operation(
        "server.authenticate",
        "",
        "ServerInfo",
        "Say the secret that a TCP connection has to begin with.",
        Parameter("token", "string", "What the token file holds.", required=True),
    ),
    Operation(
        "server.shutdown",
        "",
        "Reached",
        "End the server. Only over the standard streams of the process itself.",
    ),
)
METHODS: dict[str, Operation] = {**OPERATIONS, **{method.name: method for method in _SERVER}}


def find(name: str) -> Operation:
    """A method; raises RpcError naming the nearest one when there is none of this name."""
    method = METHODS.get(name)
    if method is not None:
        return method
    from difflib import get_close_matches

    near = get_close_matches(name, METHODS, n=1)
    hint = f"; the nearest is {near[0]}" if near else "; rpc.discover lists all"
    raise RpcError(METHOD_NOT_FOUND, f"there is no method {name[:100]!r}{hint}")


def arguments(call: Call) -> dict[str, Any]:
    """Checked arguments by name, defaults filled in; raises InvalidArgumentsError."""
    return checked(METHODS[call.method], named(call))


def named(call: Call) -> dict[str, Any]:
    """Arguments by name as they came; an array gives them in the order of the table.

    Raises RpcError for an array that is too long.
    """
    params = call.params
    if isinstance(params, dict):
        return {name: value for name, value in params.items() if name not in _ABOUT_THE_CALL}
    names = [parameter.name for parameter in METHODS[call.method].parameters]
    values = params or []
    if len(values) > len(names):
        takes = ", ".join(names) or "none"
        raise RpcError(INVALID_PARAMS, f"{call.method} takes {len(names)} parameters ({takes})")
    return dict(zip(names, values, strict=False))


# Members that any method takes beside its parameters.
_ABOUT_THE_CALL = ("_meta", "partialResultToken", "progressToken", "workDoneToken")


def progress_token(params: dict[str, Any] | list[Any] | None) -> str | int | None:
    """The token under which a client wants to hear of progress, a text or a number.

    It is called as MCP calls it (``_meta.progressToken``), as editors do (``workDoneToken``), or
    plainly ``progressToken``.
    """
    if not isinstance(params, dict):
        return None
    token: Any = params.get("progressToken", params.get("workDoneToken"))
    meta = params.get("_meta")
    if is_object(meta):
        token = meta.get("progressToken", token)
    return token if isinstance(token, str | int) and not isinstance(token, bool) else None


def outcome(call: Call, result: Callable[[], object]) -> bytes:
    """The answer to a call: what ``result`` returns or raises."""
    try:
        return result_body(call.id, result())
    except (AsyncCancelledError, CancelledError):
        return cancelled(call)
    except (RpcError, FluxIndexError) as error:
        return error_body(call.id, error.code, str(error))
    except UnicodeEncodeError:
        reason = "a text among the parameters is no valid Unicode"
        return error_body(call.id, INVALID_PARAMS, reason)
    except Exception as error:
        # A bug: the traceback is for whoever can mend it, not for the client.
        _log.exception("%s failed", call.method)
        reason = f"{call.method} failed: {type(error).__name__}; the server's log says more"
        return error_body(call.id, INTERNAL_ERROR, reason)


def cancelled(call: Call) -> bytes:
    """The answer to a call that was cancelled."""
    return error_body(call.id, CANCELLED, "the request was cancelled")
