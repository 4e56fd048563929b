"""From a tool and its arguments to answers of operations.

Most tools ask one operation. Those that have a function here ask several, so that a model gets in
one call what it would need two or three for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ...indexer.errors import InvalidArgumentsError
from ..operations.table import OPERATIONS
from ..rpc.messages import INVALID_PARAMS, RpcError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from ..operations.table import Operation
    from .link import Link, Report
    from .tools import Tool

    Function = Callable[["Asker", Tool, Mapping[str, Any]], Awaitable[list["Part"]]]

# A first build is waited for so long: an answer that may be missing something costs more.
_BUILD_MS = 15_000
_SURE = ("definition", "source", "outline", "members", "references", "callers", "callees")
# Of an owner that lacks a name, so many others are listed.
_OFFERS = 20


class Part:
    """One operation's answer to the arguments it was asked with.

    ``exactly`` are the arguments besides these with which the operation answers just what is shown
    of the answer; None when nothing is, or only some lines of what was rendered.
    """

    __slots__ = ("answer", "arguments", "exactly", "operation")

    def __init__(
        self, operation: Operation, arguments: Mapping[str, Any], answer: Mapping[str, Any]
    ) -> None:
        """What was asked and answered."""
        self.operation = operation
        self.arguments = arguments
        self.answer = answer
        self.exactly: dict[str, Any] | None = None


class Asker:
    """Asks operations over a link, for one call of a tool."""

    def __init__(self, link: Link, report: Report | None = None) -> None:
        """``report`` is told how far a build is that the answer waits for."""
        self.link = link
        self._report = report

    async def ask(self, operation: str, **arguments: Any) -> Part:
        """Ask one operation; raises RpcError and FluxIndexError."""
        answer = await self.link.call(operation, arguments, self._report)
        if answer.get("pending") and _may_be_incomplete(operation, answer):
            await self.link.call(
                "server.wait", {"pending": 0, "timeout_ms": _BUILD_MS}, self._report
            )
            answer = await self.link.call(operation, arguments, self._report)
        return Part(OPERATIONS[operation], arguments, answer)


async def recorded(asker: Asker, parts: Sequence[Part], handle: str) -> bool:
    """Have a session know what was shown of these parts; whether it was what is there now."""
    for part in parts:
        if part.exactly is None or "session" not in part.operation.takes:
            continue
        given = {**part.arguments, **part.exactly, "session": handle}
        again = await asker.ask(part.operation.name, **given)
        if again.answer["files"] != part.answer["files"]:
            return False
    return True


def _may_be_incomplete(operation: str, answer: Mapping[str, Any]) -> bool:
    """Whether files that are not indexed yet may change an answer.

    What a question needs of them is looked at for it; but that nothing was found is known for sure
    only later, and what is like a name or what words occur in, too.
    """
    if operation == "status":
        return False
    return operation not in _SURE or not answer.get("total")


async def answered(asker: Asker, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """The answers that a tool gives to checked arguments."""
    parts = await _FUNCTIONS.get(tool.name, _plainly)(asker, tool, arguments)
    name = arguments.get("name")
    if name and not any(part.answer.get("total") for part in parts):
        parts += await _nearest(asker, name)
    return parts


async def _plainly(asker: Asker, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """Ask the operation that the selector names, with the arguments that it takes."""
    given = dict(arguments)
    chosen = given.pop(tool.selector, "") or next(iter(tool.operations))
    operation = tool.operations[chosen]
    takes = {one.name: one.default for one in operation.parameters}
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
    return [await asker.ask(operation.name, **given)]


async def _definition(asker: Asker, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """Where it is, and its text; of several the places, and the text of the first."""
    del tool
    target = {key: arguments[key] for key in ("name", "path") if key in arguments}
    found = await asker.ask("definition", **target)
    items = [item for item in found.answer["items"] if item["path"] and item["kind"] != "module"]
    if not items:
        return [found]
    start = items[0]["range"]["start"]
    at = {"path": items[0]["path"], "line": start["line"], "character": start["character"]}
    offset = arguments.get("offset", 0)
    text = await asker.ask("source", **at, offset=offset)
    if not text.answer["total"]:
        return [found]
    parts = [text] if len(items) == 1 else [found, text]
    if items[0]["kind"] == "class" and not offset:
        # Shown in place of a text that is too long.
        parts.append(await asker.ask("outline", name=items[0]["name"]))
    return parts


async def _members(asker: Asker, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    """Of a class or module; of a file its outline."""
    del tool
    if "name" in arguments:
        return [await asker.ask("members", **arguments)]
    if "path" not in arguments:
        raise InvalidArgumentsError("members needs 'name', or 'path' of a file")
    return [await asker.ask("outline", path=arguments["path"])]


async def _exists(asker: Asker, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    del tool
    if not arguments["names"]:
        raise InvalidArgumentsError("'names' is empty: give the dotted names to look for")
    parts: list[Part] = []
    for name in arguments["names"]:
        parts += await _existence(asker, name)
    return parts


async def _validate(asker: Asker, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    del tool
    return [await asker.ask("validate", **_with_text(asker.link.root, arguments))]


async def _guard(asker: Asker, tool: Tool, arguments: Mapping[str, Any]) -> list[Part]:
    del tool
    return [await asker.ask("guard", **_with_text(asker.link.root, arguments))]


def _with_text(root: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments with all of the proposed content where one text is to be replaced by another."""
    given = dict(arguments)
    old, new = given.pop("old", None), given.pop("new", None)
    if old is not None or new is not None:
        if old is None or new is None or "path" not in given or "text" in given:
            raise InvalidArgumentsError("'old' and 'new' go together with 'path', without 'text'")
        given["text"] = _replaced(root, given["path"], old, new)
    return given


def _replaced(root: str, path: str, old: str, new: str) -> str:
    """Content of a file with one text in it replaced; raises InvalidArgumentsError."""
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


async def _nearest(asker: Asker, name: str) -> list[Part]:
    """What may have been meant by a name that is not there."""
    try:
        parts = await _existence(asker, name)
    except RpcError as error:
        if error.code != INVALID_PARAMS:
            raise
        return []
    return parts if parts[0].answer["verdict"] != "exists" else []


async def _existence(asker: Asker, query: str) -> list[Part]:
    """Whether an API exists; when nothing is near a missing name, what else its owner offers."""
    part = await asker.ask("exists", query=query)
    owner = query.partition("(")[0].rpartition(".")[0]
    answer = part.answer
    if answer["verdict"] != "missing" or answer["nearest"] or "symbol" in answer or not owner:
        return [part]
    offers = await asker.ask("members", name=owner, private=False, limit=_OFFERS)
    return [part, offers] if offers.answer["total"] else [part]


_FUNCTIONS: dict[str, Function] = {
    "definition": _definition,
    "members": _members,
    "exists": _exists,
    "validate": _validate,
    "guard": _guard,
}
