"""The first messages of a client, answered before the SDK is loaded.

Hosts start all their servers at once, and begin without the tools of those that are late. Loading
the SDK takes longer than all else at the start, and for the handshake and the lists it is not
needed. It is given these messages afterwards as well, and its answers to them are dropped.
"""

from __future__ import annotations

import io
import json
import os
import re
import select
from collections.abc import Callable
from typing import Any

from ..json_values import is_object
from . import listing
from .tools import Tool

_CHUNK = 1 << 16
# The list of tools is asked for as soon as the handshake is answered; other lists just behind it.
_LIST_SECONDS = 2.0
_QUIET_SECONDS = 0.1
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Opening:
    """The begin of a conversation at two file descriptors."""

    def __init__(self, source: int, target: int, tools: dict[str, Tool], budget: int) -> None:
        self.answered: set[str | int] = set()
        """Ids of the requests that need no answer any more."""
        self._source = source
        self._target = target
        self._kept = b""
        self._answers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "initialize": listing.handshake,
            "ping": lambda _: {},
            "tools/list": lambda _: {
                "tools": [listing.tool(each, budget) for each in tools.values()]
            },
            "prompts/list": lambda _: {"prompts": listing.prompts()},
            "resources/list": lambda _: {"resources": listing.resources()},
            "resources/templates/list": lambda _: {"resourceTemplates": listing.templates()},
        }

    def run(self) -> None:
        """Answer what can be, until there is something else, or a pause."""
        if os.name == "nt":  # whose pipes cannot be waited for
            return
        at = 0
        wait: float | None = None
        while select.select([self._source], (), (), wait)[0]:
            data = os.read(self._source, _CHUNK)
            if not data:
                return
            self._kept += data
            while (end := self._kept.find(b"\n", at)) >= 0:
                method = self._answer(self._kept[at:end])
                if not method:
                    return
                at = end + 1
                wait = _QUIET_SECONDS if method.endswith("/list") else wait or _LIST_SECONDS

    def stream(self) -> io.TextIOWrapper:
        """Return all that has come and what is going to come."""
        raw = _Replayed(self._kept, self._source)
        return _Lines(io.BufferedReader(raw), encoding="utf-8", errors="replace")

    def _answer(self, line: bytes) -> str:
        """Return the method of a message that is dealt with; empty for one that is not."""
        try:
            message = json.loads(line)
        except ValueError:
            return ""
        if not is_object(message) or not isinstance(message.get("method"), str):
            return ""
        method, id_, params = message["method"], message.get("id"), message.get("params")
        if id_ is None:
            return method if method == "notifications/initialized" else ""
        # Only a handshake says that answers have the form of its versions.
        is_begin = method == "initialize"
        if method not in self._answers or is_begin == bool(self.answered):
            return ""
        result = self._answers[method](params if is_object(params) else {})
        self.answered.add(id_)
        body = json.dumps({"jsonrpc": "2.0", "id": id_, "result": result}, ensure_ascii=False)
        data = memoryview(body.encode() + b"\n")
        while data:
            data = data[os.write(self._target, data) :]
        return method


class _Lines(io.TextIOWrapper):
    """Messages in which no escape stands for half a character, as JavaScript can write it.

    The SDK would not answer such a message at all.
    """

    def readline(self, size: int = -1, /) -> str:
        """Return the next message."""
        line = super().readline(size)
        if not _SURROGATE.search(line):
            return line
        try:
            text = json.dumps(json.loads(line), ensure_ascii=False)
        except ValueError:
            return line
        return text.encode("utf-8", "replace").decode() + "\n"


class _Replayed(io.RawIOBase):
    """Bytes that were read before, and then those of a file descriptor."""

    def __init__(self, kept: bytes, source: int) -> None:
        super().__init__()
        self._kept = kept
        self._source = source

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something at hand; 0 at the end."""
        data, self._kept = self._kept[: len(buffer)], self._kept[len(buffer) :]
        if not data:
            data = os.read(self._source, len(buffer))
        buffer[: len(data)] = data
        return len(data)
