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
from ..rpc.launcher import Launcher
from ..rpc.messages import RpcError
from ..version import version
from . import arguments, attachments
from .attachments import PROMPTS, Resource
from .budget import Shown, shown
from .client import AsyncClient, Report
from .folder import folder_of_roots, workspace_root
from .tool_calls import Part, ToolCall, call_tool, record_shown
from .tools import Tool, tools

Context = ServerRequestContext[Any, Any]

_log = logging.getLogger(__name__)

INSTRUCTIONS = """\
flux-index knows the Python code of this workspace, of its installed packages and of the standard \
library, as it is on disk now. Ask it instead of grepping and reading whole files: answers are \
resolved by meaning, a line for each item.
Before you write: `search` for what is there already, `definition` and `members` of what you are \
going to call or extend, `exists` for every API that you know from memory only, `references` \
before you change what others use.
After you wrote, or with the proposed text before: `validate`. Errors are certain; mend them with \
what it says exists instead.
Ask by name (`Model.save`, `django.db.models.Model`), not by position. `[inferred]`, \
`[conventional]`, `[textual]` say how a thing is known when it is not exact. An answer that was \
cut ends with what to ask for to get the rest.
"""
# Claude Code cuts results above 25,000 tokens unless a tool says how long they may be; it never
# takes more characters than this.
_UNCUT_TOKENS = 10_000
_MOST_CHARACTERS = 500_000
_ROOTS_SECONDS = 5.0
# They show a model nothing but the structured form when there is one (claude-code#79944, and Codex
# 0.171), in which code is harder to read.
_READS_STRUCTURED_ONLY = ("claude-code", "codex-mcp-client")
_LISTS_MS = 3_600_000
# An answer is given again when files change before a session is told what it showed.
_MOST_TRIES = 3


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
        self._finding = asyncio.Lock()
        self._warming: asyncio.Task[None] | None = None
        self._session = ""
        hint = CacheHint(ttl_ms=_LISTS_MS, scope="private")
        self.sdk: Server[Any] = Server(
            "flux-index",
            version=version(),
            title="flux-index",
            instructions=INSTRUCTIONS,
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
        if self._client is not None:
            await self._client.close()

    async def client(self, context: Context | None) -> AsyncClient:
        """Return the client of the serving process; raises FluxIndexError without a workspace."""
        async with self._finding:
            if self._client is None:
                folder = self._folder
                if folder is None and context is not None:
                    folder = await _folder_of_client(context)
                root = workspace_root(folder)
                # Both halves are given half of the time: the connection, then the process.
                half = self._idle_exit / 2
                self._client = AsyncClient(Launcher(root, half), half)
            return self._client

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
            client, self._client, self._warming, self._session = self._client, None, None, ""
            await client.close()

    async def _list_tools(self, context: Context, _: object) -> types.ListToolsResult:
        self.warm(context)
        return types.ListToolsResult(tools=[self._tool(tool) for tool in self._tools.values()])

    def _tool(self, tool: Tool) -> types.Tool:
        meta: dict[str, Any] = {}
        if tool.is_resident:
            meta["anthropic/alwaysLoad"] = True
        if self._budget > _UNCUT_TOKENS:
            meta["anthropic/maxResultSizeChars"] = min(_MOST_CHARACTERS, 5 * self._budget)
        return types.Tool(
            name=tool.name,
            description=tool.doc,
            input_schema=arguments.schema(tool),
            annotations=types.ToolAnnotations(
                title=tool.title,
                read_only_hint=tool.reads_only,
                destructive_hint=tool.writes_files,
                idempotent_hint=tool.reads_only,
                open_world_hint=False,
            ),
            _meta=meta or None,
        )

    async def _call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(
                code=types.INVALID_PARAMS,
                message=f"there is no tool {params.name!r}, but {', '.join(self._tools)}",
            )
        try:
            checked = arguments.checked(tool, params.arguments or {})
            call = ToolCall(await self.client(context), _reporter(context))
            parts, answer = await self._answer(context, call, tool, checked)
        except (FluxIndexError, RpcError, OSError) as error:
            return _error_result(str(error))
        except Exception as error:
            # A bug: the traceback is for whoever can mend it, not for the model.
            _log.exception("%s failed", tool.name)
            return _error_result(f"{tool.name} failed: {type(error).__name__}: {error}")
        raw = [part.answer for part in parts] if self._raw else None
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
            if not self._session:
                session = await call.ask("begin", client=_client(context))
                self._session = session.answer["session"]
            return self._session

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
        listed = [one for one in attachments.RESOURCES.values() if not one.argument]
        return types.ListResourcesResult(
            resources=[types.Resource(uri=one.uri, **_described(one)) for one in listed]
        )

    async def _list_templates(
        self, context: Context, _: object
    ) -> types.ListResourceTemplatesResult:
        del context
        listed = [one for one in attachments.RESOURCES.values() if one.argument]
        return types.ListResourceTemplatesResult(
            resource_templates=[
                types.ResourceTemplate(uri_template=one.uri, **_described(one)) for one in listed
            ]
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
        return types.ListPromptsResult(
            prompts=[
                types.Prompt(
                    name=prompt.name,
                    title=prompt.title,
                    description=prompt.doc,
                    arguments=[
                        types.PromptArgument(name=name, description=doc, required=required)
                        for name, doc, required in prompt.arguments
                    ],
                )
                for prompt in PROMPTS.values()
            ]
        )

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


def _described(one: Resource) -> dict[str, Any]:
    """Return what is listed of a resource and of a template alike."""
    described = {"name": one.name, "title": one.title, "description": one.doc}
    return {**described, "mime_type": "text/plain"}


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
