"""The tools of a run, drawn from the table of operations as the tools of MCP hosts are.

What only reads is what MCP offers by default, and a few more. Of the task's operations the model
has four; which task it is, how a call is named and whether it is held are not its to say.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic_ai import RunContext
from pydantic_ai.messages import ModelResponse
from pydantic_ai.tools import Tool as ModelTool

from ...indexer.errors import FluxIndexError
from ..mcp.arguments import checked, schema
from ..mcp.budget import shown
from ..mcp.tool_calls import ToolCall, call_tool, record_shown
from ..mcp.tools import Tool, tools
from ..open_workspace import OpenWorkspace
from ..operations import table
from ..operations.table import OPERATIONS
from ..quoting import quoted
from ..rpc.async_client import Report
from ..rpc.messages import RpcError
from .work import Work

_READING = ("source", "map", "tests")
"""Operations that only read, beside the tools that MCP hosts get."""
_TASK = ("plan", "step", "undo", "verify")
_LEFT_OUT = ("task", "call", "hold", "overrule", "run", "session", "context")
_BUDGET = 3000
# What is broken in a call is told so often before the run ends.
_RETRIES = 3
_DOCS: Mapping[str, str] = {
    "source": "Exact text with line numbers: of a name, or of a whole file (`path`, `line` 0).",
}


def toolbox() -> list[ModelTool[Work]]:
    """Return the tools of a run."""
    reading = {**tools("default"), **{name: _tool(name, name) for name in _READING}}
    made = [_for_model(each, _reading(each)) for each in reading.values()]
    for name in _TASK:
        tool = _tool(name, f"task.{name}")
        made.append(_for_model(tool, _working(name)))
    return made


def _tool(name: str, operation: str) -> Tool:
    """Return the tool of one operation, without what is not a model's to say."""
    found = OPERATIONS[operation]
    parameters = tuple(each for each in found.parameters if each.name not in _LEFT_OUT)
    doc = _DOCS.get(name, found.doc)
    return Tool(name, name.capitalize(), doc, {name: found}, parameters)


Answer = Callable[[RunContext[Work], dict[str, Any]], Awaitable[str]]


def _for_model(tool: Tool, answer: Answer) -> ModelTool[Work]:
    async def function(context: RunContext[Work], **given: Any) -> str:
        try:
            text = await answer(context, checked(tool, given))
        except (FluxIndexError, RpcError) as error:
            text = "\n".join(quoted(str(error).split("\n")))
        context.deps.note_alike(tool.name, given, text)
        return text

    # One after the other: each sees what the one before has written.
    made: ModelTool[Work] = ModelTool.from_schema(
        function, tool.name, tool.doc, schema(tool), takes_ctx=True, sequential=True
    )
    made.max_retries = _RETRIES
    return made


class _Here:
    """Answers operations from the open workspace of a run."""

    def __init__(self, workspace: OpenWorkspace) -> None:
        self.root = workspace.index.workspace.root
        self._workspace = workspace

    async def call(
        self, method: str, params: Mapping[str, Any] | None = None, report: Report | None = None
    ) -> Mapping[str, Any]:
        """Return the answer of an operation; what only a serving process does is done already."""
        del report
        if method not in OPERATIONS:
            return {}
        return table.call(self._workspace, method, params or {})


def _reading(tool: Tool) -> Answer:
    async def answer(context: RunContext[Work], given: dict[str, Any]) -> str:
        work = context.deps
        call = ToolCall(_Here(work.workspace))
        if any(each.name == "budget" for each in tool.parameters):
            given.setdefault("budget", _BUDGET)
        parts = await call_tool(call, tool, given)
        found = shown(parts, _BUDGET)
        if work.session:
            await record_shown(call, parts, work.session)
        return found.text

    return answer


def _working(name: str) -> Answer:
    async def answer(context: RunContext[Work], given: dict[str, Any]) -> str:
        work = context.deps
        match name:
            case "plan":
                return work.plan(given)
            case "step":
                return work.step(_name_of_call(context), given)
            case "undo":
                return work.undo(_name_of_call(context), given)
            case _:
                return work.verify()

    return answer


def _name_of_call(context: RunContext[Work]) -> str:
    """Return a name for a call that no other one of its task has.

    Ids of calls are a server's own, and some give the same ones again with each answer.
    """
    messages = context.messages
    number = max(
        (at for at, each in enumerate(messages) if isinstance(each, ModelResponse)), default=0
    )
    last = messages[number]
    calls = last.tool_calls if isinstance(last, ModelResponse) else []
    ids = [call.tool_call_id for call in calls]
    id_ = context.tool_call_id or ""
    place = ids.index(id_) if id_ in ids else 0
    return f"run-{number}-{place}-{id_}"
