"""The table of methods: the operations, and those of the server itself with the shapes of results.

A method is described as an operation is, so both are checked, and written into the OpenRPC
document, in the same way.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Literal, NotRequired, TypedDict

from ..json_values import is_object
from ..operations.table import OPERATIONS, Operation, Parameter, checked
from ..sessions import MODES
from .messages import INVALID_PARAMS, METHOD_NOT_FOUND, Call, RpcError

# fmt: off
_TIMEOUT = Parameter("timeout_ms", "integer", "Most milliseconds to wait.", default=60_000)
_SERVER = (
    Operation("rpc.discover", "", "object", "This service, as an OpenRPC document."),
    Operation("server.info", "", "ServerInfo",
        "Root, version, process, role, endpoints, generation."),
    Operation("server.sync", "", "Reached",
        "Take in everything that changed on disk before this call; ask then, and the answer "
        "speaks of what you just wrote.",
        _TIMEOUT),
    Operation("server.wait", "", "Reached",
        "Wait until the index has a generation, or has at most so many files pending. Answers "
        "with `reached` false when the time is over.",
        Parameter("generation", "integer", "At least this generation."),
        Parameter("pending", "integer", "At most so many files not indexed; 0 is all indexed."),
        _TIMEOUT),
    Operation("server.subscribe", "", "Subscription",
        "Be sent `index/changed` after each change, and `$/progress` of builds when there is a "
        "progress token among the parameters.",
        Parameter("changes", "boolean", "Whether to be sent `index/changed`.", default=True)),
    Operation("server.authenticate", "", "ServerInfo",
        "Say the secret that a TCP connection has to begin with.",
        Parameter("token", "string", "What the token file holds.", required=True)),
    Operation("hook.answer", "", "HookAnswer",
        "Answer an event of an agent's host, as `flux-index hook` does.",
        Parameter("event", "string", "The event, as Claude Code calls it.", required=True),
        Parameter("payload", "object", "What the host says of it, in its form.", required=True),
        Parameter("root", "string", "The workspace that is asked about; by default it has to be "
            "the only one that the event is about.", default=""),
        Parameter("version", "string", "Of the program that asks.", default=""),
        Parameter("folder", "string", "Where the hook was started.", default=""),
        Parameter("project", "string", "Where the session began, if the host tells.", default=""),
        Parameter("guard", "string", "As of `flux-index hook`.", default="auto", choices=MODES),
        Parameter("cpu_us", "integer", "Microseconds that the hook has computed.", default=0),
        Parameter("waited_us", "integer", "Microseconds since it was started.", default=0)),
    Operation("server.shutdown", "", "Reached",
        "End the server. Only over the standard streams of the process itself."),
)
# fmt: on
METHODS: dict[str, Operation] = {**OPERATIONS, **{method.name: method for method in _SERVER}}


def find_method(name: str) -> Operation:
    """Return a method; raises RpcError naming the nearest one if there is none."""
    method = METHODS.get(name)
    if method is not None:
        return method

    near = get_close_matches(name, METHODS, n=1)
    hint = f"; the nearest is {near[0]}" if near else "; rpc.discover lists all"
    raise RpcError(METHOD_NOT_FOUND, f"there is no method {name[:100]!r}{hint}")


def checked_arguments(call: Call) -> dict[str, Any]:
    """Return checked arguments by name, with defaults; raises InvalidArgumentsError."""
    return checked(METHODS[call.method], arguments_by_name(call))


def arguments_by_name(call: Call) -> dict[str, Any]:
    """Return unchecked arguments by name; an array has them in the order of the table.

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
    """Return the token under which a client wants to hear of progress, if any.

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


class ServerInfo(TypedDict):
    """Which server this is and how it is doing."""

    name: str
    version: str
    root: str
    """Folder of the workspace."""
    pid: int
    role: Literal["writer", "reader"]
    """A reader answers while another process, which does not serve, writes the index."""
    endpoints: list[str]
    """Where to reach this server: ``unix:PATH``, ``tcp:HOST:PORT``."""
    clients: int
    generation: int
    pending: int
    building: bool
    watcher: dict[str, str]


class HookAnswer(TypedDict):
    """The answer to an event of an agent's host."""

    notes: NotRequired[list[str]]
    """Why something was not done, for the log."""
    elsewhere: NotRequired[bool]
    """Whether it is to be asked of another process, or of none."""
    answer: NotRequired[dict[str, Any]]
    """What the host is answered, if anything is."""


class Reached(TypedDict):
    """How far the index is."""

    generation: int
    pending: int
    reached: bool
    """Whether what was waited for has happened; false when the time was over first."""


class Subscription(TypedDict):
    """What a client is told from now on, and how far the index is."""

    changes: bool
    generation: int
    pending: int


class Changed(TypedDict):
    """Parameters of the notification ``index/changed``."""

    generation: int
    paths: list[str]
    """Files that may have changed, relative to the workspace."""
    complete: bool
    """Whether ``paths`` holds all of them."""


class ProgressValue(TypedDict):
    """What ``$/progress`` says about a build, as the language server protocol has it."""

    kind: Literal["begin", "report", "end"]
    title: NotRequired[str]
    message: NotRequired[str]
    percentage: NotRequired[int]


class ProgressParams(TypedDict):
    """Parameters of the notification ``$/progress``."""

    token: str | int
    value: ProgressValue
