"""Prompts and resources that people choose in their host.

Prompts come with the answers in them, so that a model begins with facts and not with tool calls. A
resource is an operation's answer as text. What rests on an operation that is not in the table is
not listed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ..operations.table import OPERATIONS
from ..quoting import quoted
from ..rpc.messages import RpcError
from .budget import shown
from .tool_calls import Part, ToolCall

Function = Callable[[ToolCall, Mapping[str, str], int], Awaitable[str]]


@dataclass(slots=True, frozen=True)
class Prompt:
    """A prompt that a host offers its user."""

    name: str
    title: str
    doc: str
    arguments: tuple[tuple[str, str, bool], ...]
    """Name, description, and whether it is required."""
    function: Function
    """Returns the text for the arguments and a budget in tokens."""

    def check(self, arguments: Mapping[str, str]) -> None:
        """Raise InvalidArgumentsError when an argument is missing or unknown."""
        names = [name for name, _, _ in self.arguments]
        for name in arguments:
            if name not in names:
                raise InvalidArgumentsError(f"{self.name} takes {', '.join(names)}, not {name!r}")
        for name, _, required in self.arguments:
            if required and not arguments.get(name):
                raise InvalidArgumentsError(f"{self.name} needs {name!r}")


async def _before(call: ToolCall, arguments: Mapping[str, str], budget: int) -> str:
    task, path = arguments["task"], arguments.get("path")
    text = [f"The task: {task}", ""]
    if path:
        text[1:1] = [f"The file to be written: {path}"]
    known = await _answered(call, _context_questions(task, path), budget // 2)
    if path:
        known += await _answered(call, [("outline", {"path": path})], budget // 4)
    known += await _answered(call, _patterns_questions(task), budget // 4)
    if known:
        text += ["What the index of this workspace says:", "", *quoted(known)]
    text += [
        "Before you write:",
        "1. Read the definitions of what you will change or call (`definition`, `members`).",
        "2. Look how such code is written here and follow it; reuse what is already there"
        " (`search`, `patterns`).",
        "3. Check every API that you know only from memory with `exists`.",
        "4. Before a change of what others use, see who does (`references`).",
        "5. When the edit is ready, judge it with `validate`, and mend what it finds before you"
        " say that you are done.",
    ]
    return "\n".join(text)


async def _review(call: ToolCall, arguments: Mapping[str, str], budget: int) -> str:
    since = arguments.get("since")
    part = await call.ask("validate", **({"since": since} if since else {}))
    told = shown([part], budget).text
    return "\n".join(
        [
            f"What has changed since {since or 'HEAD'} was judged against the whole code base:",
            "",
            told,
            "",
            "Go through the findings one by one. Mend errors; they are certain. For each warning"
            " look at the code (`definition`, `members`) and say whether it is one. For uses that"
            " the edit breaks in other files, change these files or keep what they rely on. Then"
            " `validate` again, until nothing is left that you cannot explain.",
        ]
    )


PROMPTS: dict[str, Prompt] = {
    prompt.name: prompt
    for prompt in (
        Prompt(
            "before-you-write",
            "Before you write",
            "What to know of this code base before a task is begun.",
            (
                ("task", "What is to be done.", True),
                ("path", "The file that is going to be written, if it is known.", False),
            ),
            _before,
        ),
        Prompt(
            "review-my-edit",
            "Review my edit",
            "What has changed, judged against the whole code base.",
            (("since", "A revision of git; by default HEAD.", False),),
            _review,
        ),
    )
}


def _context_questions(task: str, path: str | None) -> list[tuple[str, dict[str, Any]]]:
    """Return questions on what a task is about, to the best operation that there is."""
    if "context" not in OPERATIONS:
        return [("symbols", {"query": task, "limit": 20})]
    return [("context", {"task": task, **({"paths": [path]} if path else {})})]


def _patterns_questions(task: str) -> list[tuple[str, dict[str, Any]]]:
    return [("reuse", {"query": task})] if "reuse" in OPERATIONS else []


async def _answered(
    call: ToolCall, questions: list[tuple[str, dict[str, Any]]], budget: int
) -> list[str]:
    """Return answers as lines; skip questions that cannot be answered."""
    lines: list[str] = []
    for operation, arguments in questions:
        try:
            part: Part = await call.ask(operation, **arguments)
        except (RpcError, FluxIndexError):
            continue
        if part.answer.get("total"):
            lines += [*shown([part], budget).lines, ""]
    return lines


SCHEME = "flux-index://"


@dataclass(slots=True, frozen=True)
class Resource:
    """A resource: the answer of an operation as text."""

    name: str
    title: str
    doc: str
    operation: str
    argument: str = ""
    """If not empty, this is a template: what follows the name is the value of that argument."""

    @property
    def uri(self) -> str:
        """Address, or template of addresses."""
        rest = f"/{{+{self.argument}}}" if self.argument else ""
        return f"{SCHEME}{self.name}{rest}"


_RESOURCES = (
    Resource("map", "Map", "What the workspace consists of, and where what is.", "map"),
    Resource("rules", "Rules", "How code is written in this workspace.", "conventions"),
    Resource("status", "Status", "How current the index is, and what is not indexed.", "status"),
    Resource("suggestions", "Suggestions", "What is worth changing, found unasked.", "suggest"),
    Resource("file", "Outline of a file", "What a file defines.", "outline", "path"),
    Resource("source", "Source of a symbol", "Text of a symbol.", "source", "name"),
    Resource("members", "Members of a class", "All that a class offers.", "members", "name"),
)
RESOURCES: dict[str, Resource] = {
    one.name: one for one in _RESOURCES if one.operation in OPERATIONS
}
"""Resources and templates by name."""


async def read_resource(call: ToolCall, uri: str, budget: int) -> str | None:
    """Return the text of a resource; None if there is none of this address."""
    name, _, rest = uri.removeprefix(SCHEME).partition("/")
    resource = RESOURCES.get(name) if uri.startswith(SCHEME) else None
    if resource is None or bool(rest) != bool(resource.argument):
        return None
    arguments: dict[str, Any] = {resource.argument: unquote(rest)} if rest else {}
    if ".git" in unquote(rest).split("/"):
        return None  # no source; its settings may have tokens
    part = await call.ask(resource.operation, **arguments)
    if resource.argument and not part.answer.get("total"):
        raise InvalidArgumentsError(f"there is no {unquote(rest)}")
    return shown([part], budget).text
