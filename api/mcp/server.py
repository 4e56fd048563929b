"""The MCP server: requests become questions to the serving process, and answers come back.

The SDK speaks both eras of the protocol, with a handshake (up to 2025-11-25) and without
(2026-07-28); a client's first request decides. Nothing is kept between requests but the connection
to the serving process, so both are served by the same functions.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.shared.exceptions import MCPError
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ...indexer.errors import FluxIndexError
from ..quoting import escaped, quoted
from ..rpc.async_client import AsyncClient, Report
from ..rpc.launcher import Launcher
from ..rpc.messages import RpcError
from ..version import version
from . import arguments, attachments, elicitation, listing
from .attachments import PROMPTS
from .budget import Shown, shown
from .folder import folder_of_roots, workspace_root
from .tool_calls import Part, ToolCall, call_tool, record_shown
from .tools import Tool, tools
from .trees import asked_tree, label

Context = ServerRequestContext[Any, Any]

_log = logging.getLogger(__name__)

_ROOTS_SECONDS = 5.0
# They show a model nothing but the structured form when there is one (claude-code#79944, and Codex
# 0.171), in which code is harder to read.
_READS_STRUCTURED_ONLY = ("claude-code", "codex-mcp-client")
_LISTS_MS = 3_600_000
# An answer is given again when files change before a session is told what it showed.
_MOST_TRIES = 3
# Users who are asked at the same time; a client may never come back with what they say.
_MOST_ASKED = 20


class McpServer:
    """The server of one client; :attr:`sdk` is the SDK's, which calls it."""

    def __init__(
        self, folder: str | None, *, profile: str, budget: int, idle_exit: float, raw: bool = False
    ) -> None:
        """``folder`` was named at the start; without one, the client's roots are asked for.

        ``budget``: tokens that an answer may have. ``raw``: whether structured answers hold what
        the operations answered, too.
        """
        self._folder = folder
        self._tools = tools(profile)
        self._budget = budget
        self._idle_exit = idle_exit
        self._raw = raw
        self._client: AsyncClient | None = None
        # Of other work trees of the same repository, by their roots.
        self._others: dict[str, AsyncClient] = {}
        self._finding = asyncio.Lock()
        self._warming: asyncio.Task[None] | None = None
        # Answers that wait for what a user was asked, by the handle of their task.
        self._asked: dict[str, tuple[list[str], Shown, object]] = {}
        # Sessions of this connection, by the roots of work trees.
        self._sessions: dict[str, str] = {}
        hint = CacheHint(ttl_ms=_LISTS_MS, scope="private")
        self.sdk: Server[Any] = Server(
            "flux-index",
            version=version(),
            title="flux-index",
            instructions=listing.INSTRUCTIONS,
            cache_hints={
                "server/discover": hint,
                "tools/list": hint,
                "prompts/list": hint,
                "resources/list": hint,
                "resources/templates/list": hint,
            },
            on_list_tools=self._list_tools,
            on_call_tool=self._call_tool,
            on_list_resources=self._list_resources,
            on_list_resource_templates=self._list_templates,
            on_read_resource=self._read_resource,
            on_list_prompts=self._list_prompts,
            on_get_prompt=self._get_prompt,
        )
        # Spans of a telemetry that nobody has set up.
        self.sdk.middleware.clear()
        self.sdk.add_notification_handler(
            "notifications/roots/list_changed", types.NotificationParams, self._roots_changed
        )

    async def close(self) -> None:
        """Let go of the serving process."""
        if self._warming is not None:
            self._warming.cancel()
        for client in [self._client, *self._others.values()]:
            if client is not None:
                await client.close()

    async def client(self, context: Context | None) -> AsyncClient:
        """Return the client of the serving process; raises FluxIndexError without a workspace."""
        async with self._finding:
            if self._client is None:
                folder = self._folder
                if folder is None and context is not None:
                    folder = await _folder_of_client(context)
                self._client = self._new_client(workspace_root(folder))
            return self._client

    def _new_client(self, root: str) -> AsyncClient:
        # Both halves are given half of the time: the connection, then the process.
        half = self._idle_exit / 2
        return AsyncClient(Launcher(root, half), half)

    async def _client_for(self, context: Context, given: dict[str, Any]) -> tuple[AsyncClient, str]:
        """Return the client of the work tree that arguments speak of, and what to say of it."""
        own = await self.client(context)
        tree = asked_tree(own.root, given)
        if tree == own.root:
            return own, ""
        if tree not in self._others:
            self._others[tree] = self._new_client(tree)
        return self._others[tree], label(own.root, tree)

    def warm(self, context: Context | None) -> None:
        """Begin to reach the serving process, as a question is going to come."""
        if self._warming is None:
            self._warming = asyncio.create_task(self._warm(context))

    async def _warm(self, context: Context | None) -> None:
        try:
            await (await self.client(context)).connect()
        except (FluxIndexError, OSError, RpcError) as error:
            # Whoever asks is told.
            _log.info("not reached yet: %s", error)

    async def _roots_changed(self, context: Context, _: types.NotificationParams) -> None:
        del context
        if self._folder is None and self._client is not None:
            client, self._client, self._warming = self._client, None, None
            self._sessions.clear()
            await client.close()

    async def _list_tools(self, context: Context, _: object) -> types.ListToolsResult:
        self.warm(context)
        listed = [listing.tool(each, self._budget) for each in self._tools.values()]
        return types.ListToolsResult.model_validate({"tools": listed})

    async def _call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        if params.request_state is not None:
            return self._after_questions(context, params)
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(
                code=types.INVALID_PARAMS,
                message=f"there is no tool {params.name!r}, but {', '.join(self._tools)}",
            )
        try:
            given = dict(params.arguments or {})
            client, tree = await self._client_for(context, given)
            if any(one.name == "budget" for one in tool.parameters):
                given.setdefault("budget", self._budget)
            checked = arguments.checked(tool, given)
            call = ToolCall(client, _reporter(context))
            parts, answer = await self._answer(context, call, tool, checked)
            if tree:
                answer.lines.insert(0, tree)
        except (FluxIndexError, RpcError, OSError) as error:
            return _error_result(str(error))
        except Exception as error:
            # A bug: the traceback is for whoever can mend it, not for the model.
            _log.exception("%s failed", tool.name)
            return _error_result(f"{tool.name} failed: {type(error).__name__}: {error}")
        raw = [part.answer for part in parts] if self._raw else None
        questions = elicitation.questions_of(parts)
        if questions and elicitation.can_ask(context):
            if elicitation.asks_again(context):
                state = str(parts[0].answer["task"])
                self._asked[state] = questions, answer, raw
                while len(self._asked) > _MOST_ASKED:
                    del self._asked[next(iter(self._asked))]
                return elicitation.needed(questions, state)
            answer.said = await elicitation.ask(context, questions)
        return self._result(context, answer, raw)

    def _after_questions(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """Return the answer that waits for what a user was asked."""
        state = params.request_state or ""
        if state not in self._asked:
            return _error_result("what was asked is not known any more: ask `task` for its status")
        questions, answer, raw = self._asked.pop(state)
        answer.said = elicitation.answers(questions, params.input_responses)
        return self._result(context, answer, raw)

    async def _answer(
        self, context: Context, call: ToolCall, tool: Tool, checked: dict[str, Any]
    ) -> tuple[list[Part], Shown]:
        """Return the answers of a tool, and what of them is shown and recorded in the session."""
        handle = checked.pop("session", None)
        if handle is None and any(one.name == "session" for one in tool.parameters):
            handle = await self._own_session(context, call)
        for _ in range(_MOST_TRIES):
            needs = any(operation.needs_session for operation in tool.operations.values())
            given = {**checked, "session": handle} if needs else checked
            parts = await call_tool(call, tool, given)
            answer = shown(parts, self._budget)
            if handle is None or await record_shown(call, parts, handle):
                return parts, answer
        raise FluxIndexError("files changed while this was answered; ask again")

    async def _own_session(self, context: Context, call: ToolCall) -> str | None:
        """Return the session of this connection, if the protocol has a handshake that opened it."""
        if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return None
        async with self._finding:
            root = call.client.root
            if root not in self._sessions:
                session = await call.ask("begin", client=_client(context))
                self._sessions[root] = session.answer["session"]
            return self._sessions[root]

    def _result(self, context: Context, answer: Shown, raw: object) -> types.CallToolResult:
        structured: dict[str, Any] | None = answer.structured
        if raw is not None:
            structured["answers"] = raw
        elif _client(context) in _READS_STRUCTURED_ONLY:
            structured = None
        return types.CallToolResult(
            content=[types.TextContent(type="text", text=answer.text)],
            structured_content=structured,
        )

    async def _list_resources(self, context: Context, _: object) -> types.ListResourcesResult:
        del context
        return types.ListResourcesResult.model_validate({"resources": listing.resources()})

    async def _list_templates(
        self, context: Context, _: object
    ) -> types.ListResourceTemplatesResult:
        del context
        return types.ListResourceTemplatesResult.model_validate(
            {"resourceTemplates": listing.templates()}
        )

    async def _read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        uri = str(params.uri)
        try:
            text = await attachments.read_resource(
                ToolCall(await self.client(context)), uri, self._budget
            )
        except (FluxIndexError, RpcError, OSError) as error:
            raise MCPError(code=types.INVALID_PARAMS, message=escaped(str(error))) from error
        if text is None:
            raise MCPError(code=types.INVALID_PARAMS, message=f"there is no resource {uri}")
        return types.ReadResourceResult(
            contents=[types.TextResourceContents(uri=uri, mime_type="text/plain", text=text)]
        )

    async def _list_prompts(self, context: Context, _: object) -> types.ListPromptsResult:
        del context
        return types.ListPromptsResult.model_validate({"prompts": listing.prompts()})

    async def _get_prompt(
        self, context: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        prompt = PROMPTS.get(params.name)
        if prompt is None:
            message = f"there is no prompt {params.name!r}, but {', '.join(PROMPTS)}"
            raise MCPError(code=types.INVALID_PARAMS, message=message)
        given = params.arguments or {}
        try:
            prompt.check(given)
            text = await prompt.function(ToolCall(await self.client(context)), given, self._budget)
        except (FluxIndexError, RpcError, OSError) as error:
            raise MCPError(code=types.INVALID_PARAMS, message=escaped(str(error))) from error
        return types.GetPromptResult(
            description=prompt.doc,
            messages=[
                types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
            ],
        )


async def _folder_of_client(context: Context) -> str | None:
    """Return a folder among the client's roots, if the protocol lets a server ask for them."""
    capabilities = context.session.client_capabilities
    if capabilities is None or capabilities.roots is None or not context.session.can_send_request:
        return None
    try:
        listed = await context.session.send_request(
            types.ListRootsRequest(), types.ListRootsResult, _ROOTS_SECONDS
        )
    except MCPError:
        return None
    return folder_of_roots([str(root.uri) for root in listed.roots])


def _reporter(context: Context) -> Report | None:
    """Return a function that sends progress to a client that wants it, with growing numbers."""
    if not context.meta or context.meta.get("progress_token") is None:
        return None
    steps = 0

    async def report(message: str, percentage: int | None) -> None:
        nonlocal steps
        steps = max(steps + 1, percentage or 0)
        total = 100 if percentage is not None and steps <= 100 else None
        await context.session.report_progress(steps, total, message)

    return report


def _client(context: Context) -> str:
    """Return the name of the client's program, if it is known."""
    params_of_client = context.session.client_params
    return params_of_client.client_info.name if params_of_client is not None else ""


def _error_result(message: str) -> types.CallToolResult:
    return types.CallToolResult(
        # What is wrong may be said in words of the repository: of its settings, of git.
        content=[types.TextContent(type="text", text="\n".join(quoted(message.split("\n"))))],
        is_error=True,
    )
