"""Calls of tools: the operations that each asks.

Most tools ask one operation. Those that have a function here ask several, so that a model gets in
one call what it would need two or three for.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Protocol

from ...indexer.errors import InvalidArgumentsError
from ..operations.table import OPERATIONS, Operation
from ..rpc.async_client import Report
from ..rpc.messages import INVALID_PARAMS, RpcError
from .tools import Tool

Function = Callable[["ToolCall", Tool, Mapping[str, Any]], Awaitable[list["Part"]]]

# A first build is waited for so long: an answer that may be missing something costs more.
_BUILD_MS = 15_000
_SURE = ("definition", "source", "outline", "members", "references", "callers", "callees")


@dataclass(slots=True)
class Part:
    """The answer of an operation, and what it was asked with."""

    operation: Operation
    arguments: Mapping[str, Any]
    answer: Mapping[str, Any]
    exactly: dict[str, Any] | None = None
    """Arguments besides ``arguments`` with which the operation answers just what is shown of the
    answer; None when nothing is, or only some lines of what was rendered."""


class Answers(Protocol):
    """Who answers operations: the serving process, or an open workspace."""

    root: str

    async def call(
        self, method: str, params: Mapping[str, Any] | None = None, report: Report | None = None
    ) -> Mapping[str, Any]:
        """Return the answer of an operation."""
        ...


class ToolCall:
    """Asks operations, for one call of a tool."""

    def __init__(self, client: Answers, report: Report | None = None) -> None:
        """``report`` gets the progress of a build that the answer waits for."""
        self.client = client
        self._report = report

    async def ask(self, operation: str, **arguments: Any) -> Part:
        """Ask one operation; raises RpcError and FluxIndexError.

        What must not be done twice has a name of its own, since a question whose answer is lost is
        asked again.
        """
        if "call" in OPERATIONS[operation].takes:
            arguments.setdefault("call", f"c-{token_hex(8)}")
        answer = await self.client.call(operation, arguments, self._report)
        if answer.get("pending") and _may_be_incomplete(operation, answer):
            await self.client.call(
                "server.wait", {"pending": 0, "timeout_ms": _BUILD_MS}, self._report
            )
            answer = await self.client.call(operation, arguments, self._report)
        return Part(OPERATIONS[operation], arguments, answer)


async def record_shown(call: ToolCall, parts: Sequence[Part], handle: str) -> bool:
    """Record in a session what was shown of these parts; False if files have changed meanwhile."""
    for part in parts:
        operation = part.operation
        if part.exactly is None or operation.needs_session or "session" not in operation.takes:
            continue
        given = {**part.arguments, **part.exactly, "session": handle}
        again = await call.ask(part.operation.name, **given)
        if again.answer["files"] != part.answer["files"]:
            return False
    return True


def _may_be_incomplete(operation: str, answer: Mapping[str, Any]) -> bool:
    """True if files that are not indexed yet may change an answer.

    What a question needs of them is looked at for it; but that nothing was found is known for sure
    only later, and what is like a name or what words occur in, too.
    """
    if operation == "status" or OPERATIONS[operation].writes:
        return False
    return operation not in _SURE or not answer.get("total")


async def call_tool(call: ToolCall, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """Return the answers of a tool to checked arguments."""
    parts = await _FUNCTIONS.get(tool.name, _ask_selected)(call, tool, arguments)
    name = arguments.get("name")
    if name and not any(part.answer.get("total") for part in parts):
        parts += await _ask_nearest(call, name)
    return parts


async def _ask_selected(call: ToolCall, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """Ask the operation that the selector names, with the arguments that it takes."""
    given = dict(arguments)
    chosen = given.pop(tool.selector, "") or next(iter(tool.operations))
    operation = tool.operations[chosen]
    takes = {one.name: one.default for one in operation.parameters}
    if "session" not in takes:
        given.pop("session", None)  # that of the connection
    for one in tool.parameters:
        name = one.name
        if name not in given or (name in takes and takes[name] == one.default):
            continue
        if given[name] == one.default:
            del given[name]  # what other operations of the tool take, or take by default
        elif name not in takes:
            raise InvalidArgumentsError(
                f"{name!r} does not go with {tool.selector} {chosen!r}, which takes "
                + ", ".join(each.name for each in tool.parameters if each.name in takes)
            )
    return [await call.ask(operation.name, **given)]


async def _definition(call: ToolCall, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """Return the place of a definition and its text; of several the text of the first."""
    del tool
    target = {key: arguments[key] for key in ("name", "path") if key in arguments}
    found = await call.ask("definition", **target)
    items = [item for item in found.answer["items"] if item["path"] and item["kind"] != "module"]
    if not items:
        return [found]
    start = items[0]["range"]["start"]
    at = {"path": items[0]["path"], "line": start["line"], "character": start["character"]}
    offset = arguments.get("offset", 0)
    text = await call.ask("source", **at, offset=offset)
    if not text.answer["total"]:
        return [found]
    parts = [text] if len(items) == 1 else [found, text]
    if items[0]["kind"] == "class" and not offset:
        # Shown in place of a text that is too long.
        parts.append(await call.ask("outline", name=items[0]["name"]))
    return parts


async def _members(call: ToolCall, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """Return members of a class or module, or the outline of a file."""
    del tool
    if "name" in arguments:
        return [await call.ask("members", **arguments)]
    if "path" not in arguments:
        raise InvalidArgumentsError("members needs 'name', or 'path' of a file")
    return [await call.ask("outline", path=arguments["path"])]


async def _exists(call: ToolCall, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    del tool
    if not arguments["names"]:
        raise InvalidArgumentsError("'names' is empty: give the dotted names to look for")
    parts: list[Part] = []
    for name in arguments["names"]:
        parts += await _ask_exists(call, name)
    return parts


async def _ask_about_edit(call: ToolCall, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    return [await call.ask(tool.name, **_with_text(call.client.root, arguments))]


def _with_text(root: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with all of the proposed content in place of one replacement."""
    given = dict(arguments)
    old, new = given.pop("old", None), given.pop("new", None)
    if old is not None or new is not None:
        if old is None or new is None or "path" not in given or "text" in given:
            raise InvalidArgumentsError("'old' and 'new' go together with 'path', without 'text'")
        given["text"] = _replaced(root, given["path"], old, new)
    return given


def _replaced(root: str, path: str, old: str, new: str) -> str:
    """Return the content of a file with one text replaced; raises InvalidArgumentsError."""
    place = os.path.join(root, path)
    if not os.path.realpath(place).startswith(os.path.realpath(root) + os.sep):
        raise InvalidArgumentsError(f"{path} is not inside of the workspace {root}")
    try:
        with open(place, encoding="utf-8", newline="") as file:
            content = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidArgumentsError(f"{path} cannot be read: {error}") from error
    n_found = content.count(old) if old else 0
    if n_found != 1:
        raise InvalidArgumentsError(
            f"'old' must occur once in {path}, it occurs {n_found} times: "
            + ("give more of the lines around it" if n_found else "give it as it is in the file")
        )
    return content.replace(old, new)


async def _ask_nearest(call: ToolCall, name: str) -> list[Part]:
    """Return what is nearest to a name that does not exist."""
    try:
        parts = await _ask_exists(call, name)
    except RpcError as error:
        if error.code != INVALID_PARAMS:
            raise
        return []
    return parts if parts[0].answer["verdict"] != "exists" else []


async def _ask_exists(call: ToolCall, query: str) -> list[Part]:
    return [await call.ask("exists", query=query)]


_FUNCTIONS: dict[str, Function] = {
    "definition": _definition,
    "members": _members,
    "exists": _exists,
    "validate": _ask_about_edit,
    "guard": _ask_about_edit,
}
