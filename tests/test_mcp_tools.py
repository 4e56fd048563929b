"""Tools drawn from the table of operations, and answers that keep within a budget."""

from __future__ import annotations

import asyncio
import json
import os
import socket
from typing import Any

import pytest
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS

from flux_index.api.mcp import tools as curated
from flux_index.api.mcp.arguments import schema
from flux_index.api.mcp.budget import shown
from flux_index.api.mcp.listing import VERSIONS, handshake
from flux_index.api.mcp.opening import Opening
from flux_index.api.mcp.server import McpServer
from flux_index.api.mcp.tool_calls import Part
from flux_index.api.mcp.tools import PROFILES, tools
from flux_index.api.operations.table import OPERATIONS, Operation, Parameter
from flux_index.api.rpc.async_client import AsyncClient
from flux_index.api.rpc.client import Client
from flux_index.api.rpc.framing import Splitter, frame
from flux_index.api.rpc.launcher import Launcher
from flux_index.api.source.tokens import count_tokens


def symbols(n_items: int, *, total: int = 0) -> Part:
    """An answer of `symbols` with so many items on line 0 of one file."""
    start = {"line": 0, "character": 0}
    items = [
        {
            "name": f"module.function_{at}",
            "kind": "function",
            "path": "module.py",
            "range": {"start": start, "end": start},
            "evidence": "exact",
            "summary": "A line about what this is for.",
        }
        for at in range(n_items)
    ]
    answer = {"items": items, "total": total or n_items, "truncated": bool(total), "pending": 0}
    return Part(OPERATIONS["symbols"], {"query": "function", "offset": 10}, answer)


def source(n_lines: int, skip: int = 0) -> Part:
    """An answer of `source` to what was asked for from some line on."""
    text = "".join(f"    line_{at} = {at}\n" for at in range(skip, n_lines))
    answer = {"path": "module.py", "first_line": 1 + skip, "text": text, "lines": n_lines,
              "total": 1, "pending": 0}  # fmt: skip
    return Part(OPERATIONS["source"], {"name": "f", "offset": skip}, answer)


def test_what_does_not_fit_begins_the_next_page() -> None:
    whole = shown([symbols(100)], 100_000)
    assert len(whole.lines) == 100
    assert "next_offset" not in whole.facts
    cut = shown([symbols(100)], 500)
    assert count_tokens(cut.text) <= 500
    n_shown = len(cut.lines) - 1
    assert cut.facts["next_offset"] == 10 + n_shown
    assert cut.lines[-1] == f"… {100 - n_shown} more of 100: offset={10 + n_shown}"
    assert cut.lines[:-1] == whole.lines[:n_shown]


def test_pages_of_a_text_join() -> None:
    whole = shown([source(400)], 100_000).lines[1:]
    seen: list[str] = []
    skip = 0
    while True:
        page = shown([source(400, skip)], 1000)
        assert count_tokens(page.text) <= 1000
        skip = page.facts.get("next_offset", 0)
        seen += page.lines[1:-1] if skip else page.lines[1:]
        if not skip:
            break
    assert seen == whole


def test_a_line_that_is_too_long_by_itself_is_cut() -> None:
    part = symbols(1)
    part.answer["items"][0]["summary"] = "word " * 10_000
    assert count_tokens(shown([part], 500).text) <= 1000


def test_answers_that_do_not_fit_any_more_are_said_to_be_left_out() -> None:
    told = shown([symbols(30), symbols(30), symbols(30)], 300)
    assert told.lines[-1].startswith("… ")
    assert count_tokens(told.text) <= 400


def test_structured_and_text_agree() -> None:
    told = shown([symbols(3, total=9)], 4000)
    assert told.structured == {"total": 9, "next_offset": 13, "lines": told.text.split("\n")}


@pytest.mark.parametrize("profile", PROFILES)
def test_profiles(profile: str) -> None:
    made = tools(profile)
    assert list(made) == list(tools(profile))
    asked = {one.name for tool in made.values() for one in tool.operations.values()}
    if profile == "default":
        assert len(made) <= 8
    if profile == "loop":
        assert list(made) == [*tools("default"), "task"]
        assert not made["task"].reads_only
    if profile == "full":
        assert asked == set(OPERATIONS)
    for tool in made.values():
        described = schema(tool)
        assert json.loads(json.dumps(described)) == described
        assert all(one["type"] for one in described["properties"].values())


def test_an_operation_that_comes_later_is_a_tool_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def add(name: str, *parameters: Parameter) -> None:
        monkeypatch.setitem(
            OPERATIONS, name, Operation(name, name, "Listing", f"Doc of {name}.", *parameters)
        )

    for name in ("context", "patterns", "similar", "reuse", "begin", "guard"):
        monkeypatch.delitem(OPERATIONS, name, raising=False)
    assert {"context", "patterns", "begin"}.isdisjoint(tools("guard"))
    add("context", Parameter("task", "string", "What to do.", required=True))
    add("similar", Parameter("name", "string", "A class."), Parameter("text", "string", "A stub."))
    add("reuse", Parameter("text", "string", "What it does."))
    add("begin")
    assert list(tools("default"))[-3:] == ["context", "patterns", "validate"]
    patterns = schema(tools("default")["patterns"])
    assert patterns["properties"]["find"]["enum"] == ["similar", "reuse"]
    assert list(patterns["properties"]) == ["name", "find", "text"]
    assert schema(tools("default")["context"])["required"] == ["task"]
    assert "begin" not in tools("default")
    assert not tools("guard")["begin"].reads_only
    assert curated.tools("full")["context"].is_resident


def test_progress_of_a_build_reaches_whoever_waits() -> None:
    asyncio.run(_progress())


async def _progress() -> None:
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    loop = asyncio.get_running_loop()

    class Near(Launcher):
        def connect(self, on_notification: Any = None) -> Client:
            return Client(ours, on_notification)

    async def serve() -> None:
        [body] = Splitter().feed(await loop.sock_recv(theirs, 65536))
        assert isinstance(body, bytes)
        asked = json.loads(body)
        token = asked["params"]["_meta"]["progressToken"]
        value = {"kind": "report", "title": "Indexing", "message": "5 of 10", "percentage": 50}
        news = {"method": "$/progress", "params": {"token": token, "value": value}}
        await loop.sock_sendall(theirs, frame(json.dumps(news).encode(), "headers"))
        await told.wait()
        answer = {"id": asked["id"], "result": {"total": 1}}
        await loop.sock_sendall(theirs, frame(json.dumps(answer).encode(), "headers"))

    heard: list[tuple[str, int | None]] = []
    told = asyncio.Event()

    async def report(message: str, percentage: int | None) -> None:
        heard.append((message, percentage))
        if percentage is not None:
            told.set()

    client = AsyncClient(Near("/nowhere", 1.0), 60.0)
    serving = asyncio.create_task(serve())
    assert await client.call("symbols", {"query": "x"}, report) == {"total": 1}
    await serving
    await client.close()
    theirs.close()
    assert heard[-1] == ("Indexing 5 of 10", 50)


def test_what_is_told_before_the_sdk_is_loaded_is_what_the_sdk_tells() -> None:
    assert VERSIONS == HANDSHAKE_PROTOCOL_VERSIONS
    server = McpServer(None, profile="default", budget=1500, idle_exit=1.0)
    options = server.sdk.create_initialization_options()
    for version in (*VERSIONS, "1999-01-01"):
        told = handshake({"protocolVersion": version, "clientInfo": {"name": "any"}})
        capabilities = options.capabilities.model_dump(by_alias=True, exclude_none=True)
        wanted = {name: value for name, value in capabilities.items() if value}
        assert told["capabilities"] == wanted
        assert told["instructions"] == options.instructions
        assert told["serverInfo"]["version"] == options.server_version
        assert told["protocolVersion"] == (version if version in VERSIONS else VERSIONS[-1])
    assert "resources" not in handshake({"clientInfo": {"name": "claude-code"}})["capabilities"]


def test_the_first_messages_are_answered_and_kept_for_the_sdk() -> None:
    listed = tools("default")
    from_client, to_server = os.pipe()
    from_server, to_client = os.pipe()
    first = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {}}
    asked = [first, {"jsonrpc": "2.0", "method": "notifications/initialized"}]
    asked += [{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}]
    asked += [{"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "search"}}]
    said = "".join(json.dumps(each) + "\n" for each in asked)
    os.write(to_server, said.encode())
    os.close(to_server)
    opening = Opening(from_client, to_client, listed, 1500)
    opening.run()
    os.close(to_client)
    with os.fdopen(from_server) as answers:
        told = [json.loads(line) for line in answers]
    assert [each["id"] for each in told] == [0, 1]
    assert [each["name"] for each in told[1]["result"]["tools"]] == list(listed)
    assert opening.answered == {0, 1}
    with opening.stream() as stream:
        assert stream.read() == said
    os.close(from_client)


def test_without_a_handshake_nothing_is_answered_too_early() -> None:
    from_client, to_server = os.pipe()
    os.write(to_server, b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}\n')
    os.close(to_server)
    opening = Opening(from_client, -1, tools("default"), 1500)
    opening.run()
    assert not opening.answered
    os.close(from_client)
