"""`flux-index mcp` in a process of its own, driven by the official client from plain tests."""

from __future__ import annotations

import gc
import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult
from workspace_helpers import plant

from flux_index.api.quoting import CLOSING, OPENING
from flux_index.api.rpc.client import connect

FILES = {
    "shapes.py": (
        "class Shape:\n"
        "    def area(self) -> float:\n"
        '        """Square units."""\n'
        "        return 0.0\n"
        "\n\n"
        "class Box(Shape):\n"
        "    side = 1.0\n"
        "\n\n"
        "def total(shapes: list[Shape]) -> float:\n"
        "    return sum(shape.area() for shape in shapes)\n"
    ),
    "many.py": "".join(f"def helper_{at}(value: int) -> int: ...\n" for at in range(200)),
}
FLUX_INDEX = [sys.executable, "-m", "flux_index.api.cli"]


def make_workspace(folder: Path) -> Path:
    """A project with two modules, one of which is long."""
    return plant(folder, "pyproject.toml", FILES)


def unquoted(text: str) -> str:
    """The text of an answer that is all quoted from the repository."""
    assert text.startswith(f"{OPENING}\n")
    assert text.endswith(f"\n{CLOSING}")
    return text.removeprefix(f"{OPENING}\n").removesuffix(f"\n{CLOSING}")


class Agent:
    """A client with its server, for code that is not asynchronous."""

    def __init__(self, portal: BlockingPortal, client: Client) -> None:
        self.client = client
        self._portal = portal

    def do(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Call a method of the client."""
        return self._portal.call(lambda: getattr(self.client, method)(*arguments, **named))

    def call(self, tool: str, **arguments: Any) -> CallToolResult:
        """Call a tool."""
        return self.do("call_tool", tool, arguments)

    def text(self, tool: str, **arguments: Any) -> str:
        """What a tool answers and quotes of the repository; its structured form repeats it."""
        result = self.call(tool, **arguments)
        assert not result.is_error, result.content
        text = result.content[0].text
        assert result.structured_content["lines"] == text.split("\n")
        return unquoted(text)


@contextmanager
def agent(
    folder: Path,
    *options: str,
    home: Path,
    mode: str = "auto",
    env: dict[str, str] | None = None,
    **client: Any,
) -> Iterator[Agent]:
    """A client of a server that was started in a folder."""
    server = StdioServerParameters(
        command=FLUX_INDEX[0],
        args=[*FLUX_INDEX[1:], "mcp", "--idle-exit", "4", *options],
        env={"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache"), **(env or {})},
        cwd=folder,
    )
    try:
        with (
            start_blocking_portal() as portal,
            portal.wrap_async_context_manager(Client(server, mode=mode, **client)) as connected,
        ):
            yield Agent(portal, connected)
    finally:
        with warnings.catch_warnings():
            # The client leaves a stream unclosed, of which Python complains some time later.
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def serving_pid(workspace: Path) -> int | None:
    """The process that serves a workspace."""
    client = connect(str(workspace))
    if client is None:
        return None
    try:
        with client:
            return client.call("server.info")["pid"]
    except ConnectionError:
        return None  # It ends.


def stop_serving(workspace: Path, number: int = signal.SIGTERM) -> None:
    """End the process that serves a workspace, if there is one."""
    pid = serving_pid(workspace)
    if pid is not None:
        os.kill(pid, number)
