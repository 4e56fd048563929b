"""A client of language servers, of the few messages that benchmarks need."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Self


class LanguageServer:
    """A language server's process, with one client."""

    def __init__(self, command: Sequence[str], root: str, env: Mapping[str, str]) -> None:
        """Start it on a folder."""
        self._errors = TemporaryFile()  # noqa: SIM115 # it lives as long as the process
        self.process = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self._count = 0
        uri = Path(root).as_uri()
        self.ask(
            "initialize",
            {
                "processId": os.getpid(),
                "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "workspace"}],
                "capabilities": {
                    "textDocument": {"diagnostic": {}, "publishDiagnostics": {}},
                    "workspace": {"configuration": True, "workspaceFolders": True},
                },
            },
        )
        self.tell("initialized", {})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.ask("shutdown", None)
            self.tell("exit", None)
            self.process.wait(20)
        except (OSError, EOFError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()

    def open(self, path: str) -> str:
        """Open a file; returns its address."""
        uri = Path(path).as_uri()
        text = Path(path).read_text(encoding="utf-8")
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def ask(self, method: str, params: Any) -> Any:
        """Send a request and return what is answered; errors are None.

        What the server asks meanwhile is answered with nothing.
        """
        self._count += 1
        wanted = self._count
        self._send({"id": wanted, "method": method, "params": params})
        while True:
            message = self._receive()
            if "method" in message and "id" in message:
                is_configuration = message["method"] == "workspace/configuration"
                nothing = [None for _ in message["params"]["items"]] if is_configuration else None
                self._send({"id": message["id"], "result": nothing})
            elif message.get("id") == wanted:
                return message.get("result")

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not line:
            raise EOFError("the server has ended")
        return json.loads(self.process.stdout.read(length))
