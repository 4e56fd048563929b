"""Language servers in processes of their own, driven by a checked client and by a raw one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import forks
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import make_test_lsp_client

_CODE = "import sys; from flux_index.api.cli import main; sys.exit(main(['lsp', *sys.argv[1:]]))"
COMMAND = [sys.executable, "-c", _CODE]
DEADLINE = 60.0

SHAPES = '''\
"""Shapes."""

from __future__ import annotations

import math as maths


class Shape:
    """Something with an area."""

    name: str

    def __init__(self, name: str) -> None:
        self.name = name

    def area(self) -> float:
        raise NotImplementedError


class Circle(Shape):
    def area(self) -> float:
        radius = 2.0
        return maths.pi * radius * radius


class Square(Shape):
    def area(self) -> float:
        return 4.0


def total(shapes: list[Shape]) -> float:
    result = 0.0
    for shape in shapes:
        result += shape.area()
    return result
'''
MAIN = """\
from shapes import Circle, Shape, total

circle = Circle("c")
print(total([circle]))


def describe(shape: Shape) -> str:
    return f"{shape.name}: {shape.area()}"
"""


def make_workspace(folder: Path, **files: str) -> Path:
    """A project with two modules, or with those given, ``__`` for a slash in their names."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text("")
    for name, text in (files or {"shapes": SHAPES, "main": MAIN}).items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return folder


def uri_of(path: Path) -> str:
    """URI of a file."""
    return path.as_uri()


def at(text: str, marker: str, *, skip: int = 0) -> dict[str, int]:
    """Position of ``|`` in a marker that a text has without it, counted in UTF-16."""
    before, _, after = marker.partition("|")
    start = -1
    for _ in range(skip + 1):
        start = text.index(before + after, start + 1)
    start += len(before)
    line = text.count("\n", 0, start)
    column = text[text.rfind("\n", 0, start) + 1 : start]
    return {"line": line, "character": len(column.encode("utf-16-le")) // 2}


def covered(text: str, span: dict[str, Any] | types.Range) -> str:
    """The text of a range, counted in UTF-16."""
    if isinstance(span, types.Range):
        first, last = span.start, span.end
        bounds = ((first.line, first.character), (last.line, last.character))
    else:
        first, last = span["start"], span["end"]
        bounds = ((first["line"], first["character"]), (last["line"], last["character"]))
    lines = text.split("\n")
    start, end = (
        sum(len(line) + 1 for line in lines[:line])
        + len(lines[line].encode("utf-16-le")[: 2 * character].decode("utf-16-le"))
        if line < len(lines)
        else len(text)
        for line, character in bounds
    )
    return text[start:end]


def wait_until(condition: Callable[[], Any], what: str) -> Any:
    """The first true value of a condition."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError(f"waited too long until {what}")


@asynccontextmanager
async def editor(
    *roots: Path, like: str = "visual-studio-code", settings: dict[str, Any] | None = None
) -> AsyncIterator[LanguageClient]:
    """A client that checks what the server says against the protocol's types."""
    client = make_test_lsp_client()
    if settings is not None:
        client.set_configuration(settings, section="flux-index")
    await client.start_io(*forks.python(_CODE))
    folders = [types.WorkspaceFolder(uri_of(root), root.name) for root in roots]
    await client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(like), workspace_folders=folders or None
        )
    )
    try:
        yield client
    finally:
        await client.shutdown_session()
        await client.stop()
        assert client.error is None


def document(path: Path) -> types.TextDocumentIdentifier:
    """A document as parameters name it."""
    return types.TextDocumentIdentifier(uri_of(path))


def position(text: str, marker: str, *, skip: int = 0) -> types.Position:
    """As :func:`at`, for the checked client."""
    return types.Position(**at(text, marker, skip=skip))


def opened(client: LanguageClient, path: Path, text: str | None = None) -> None:
    """Open a file in the editor."""
    content = path.read_text() if text is None else text
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri_of(path), "python", 1, content))
    )


class RawClient:
    """Speaks to a server message by message; whatever it sends goes out as it is."""

    def __init__(self, *arguments: str, forked: bool, **options: Any) -> None:
        self.process = subprocess.Popen(
            [*(forks.python(_CODE) if forked else COMMAND), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            **options,
        )
        self.heard: list[dict[str, Any]] = []
        self.count = 0

    def write(self, data: bytes) -> None:
        """Send bytes."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, **message: Any) -> None:
        """Send a message."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def receive(self) -> dict[str, Any]:
        """The next message."""
        assert self.process.stdout is not None
        length = 0
        while line := self.process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            assert name.lower() == b"content-length"
            length = int(value)
        assert length, "the server has closed its output"
        return json.loads(self.process.stdout.read(length))

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.send(method=method, params=params)

    def ask(self, method: str, params: Any = None) -> int:
        """Send a request; returns its id."""
        self.count += 1
        self.send(id=self.count, method=method, params=params)
        return self.count

    def answer(self, id_: Any) -> dict[str, Any]:
        """Wait for the answer to a request; what comes before it is kept in ``heard``."""
        for message in self.heard:
            if message.get("id") == id_ and "method" not in message:
                self.heard.remove(message)
                return message
        while True:
            message = self.receive()
            if message.get("id") == id_ and "method" not in message:
                return message
            self.heard.append(message)
            if "method" in message and "id" in message:
                self.send(id=message["id"], result=None)

    def request(self, method: str, params: Any = None) -> Any:
        """Result of a request; fails when it is an error."""
        answer = self.answer(self.ask(method, params))
        assert "error" not in answer, answer
        return answer["result"]

    def error(self, method: str, params: Any = None) -> int:
        """Code of the error that a request is answered with."""
        return self.answer(self.ask(method, params))["error"]["code"]

    def initialize(self, *roots: Path, **params: Any) -> dict[str, Any]:
        """Introduce this client; returns what the server announces."""
        folders = [{"uri": uri_of(root), "name": root.name} for root in roots]
        result = self.request(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": None,
                "capabilities": {},
                "workspaceFolders": folders,
                **params,
            },
        )
        self.notify("initialized", {})
        return result["capabilities"]

    def open(self, uri: str, text: str, version: int = 1) -> None:
        """Open a document."""
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: dict[str, Any]) -> None:
        """Change a document."""
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def at(self, method: str, uri: str, position: dict[str, int], **more: Any) -> Any:
        """Result of a request about a position."""
        return self.request(
            f"textDocument/{method}",
            {"textDocument": {"uri": uri}, "position": position, **more},
        )

    def references(self, uri: str, position: dict[str, int]) -> list[tuple[str, int]]:
        """(file name, line) of each reference."""
        found = self.at("references", uri, position, context={"includeDeclaration": False})
        return [(one["uri"].rpartition("/")[2], one["range"]["start"]["line"]) for one in found]

    def settled(self) -> None:
        """Wait until all that was sent has been read."""
        self.error("flux-index/nothing")

    def stop(self) -> int:
        """End the server by protocol; returns its exit code."""
        self.request("shutdown")
        self.notify("exit")
        return self.process.wait(DEADLINE)


@contextmanager
def server(*arguments: str, forked: bool = True, **options: Any) -> Iterator[RawClient]:
    """A server that ends with the test."""
    client = RawClient(*arguments, forked=forked, **options)
    try:
        yield client
    finally:
        client.process.kill()
        client.process.wait()
        for stream in (client.process.stdin, client.process.stdout):
            if stream is not None:
                try:
                    stream.close()
                except OSError:
                    pass


@contextmanager
def workspace_server(root: Path, *, forked: bool = True, **params: Any) -> Iterator[RawClient]:
    """A server that a folder is open in."""
    with server(forked=forked) as client:
        client.initialize(root, **params)
        yield client
