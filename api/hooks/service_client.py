"""A hook's question to the process that serves a workspace, asked by as little as it takes.

A host starts a process for each event and waits for it, and about most events there is nothing to
say. So an event goes to the serving process as the host has written it, and what reads it, or opens
a workspace, is loaded only where there is something to say or nobody to ask.
"""

from __future__ import annotations

import json
import os
import select
import socket
import time

from ...indexer.private_files import read_file
from ...indexer.state_folders import state_dir_of
from ...indexer.store.lock import WriterLock
from ..rpc.framing import Splitter, frame
from ..version import version
from .messages import AT_END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Reply = dict[str, Any]

# Windows has none.
_UNIX = getattr(socket, "AF_UNIX", None)

# A server says at once that it is there, or it is too busy to be waited for.
_SILENT_SECONDS = 0.3
# It answers earlier than this with what it has found.
_ANSWER_SECONDS = 3.5
_ANSWER_SECONDS_AT_END = 6.0
_DIAL_SECONDS = 5.0
_LONGEST_ANSWER = 1 << 30
_CHUNK = 1 << 16
_IS_THERE = {"jsonrpc": "2.0", "id": 0, "method": "server.info"}
# What hosts tell commands about where a session began.
PROJECT_FOLDER = "CLAUDE_PROJECT_DIR"


class Question:
    """An event as a host has told it, and what the hook was told besides."""

    __slots__ = ("begun", "event", "mode", "raw", "unanswered")

    def __init__(self, event: str, raw: bytes, mode: str, begun: float) -> None:
        """``begun`` is when the hook was started, by the monotonic clock."""
        self.event = event
        self.raw = raw
        self.mode = mode
        self.begun = begun
        self.unanswered: set[str] = set()
        """Notes of processes that did not say that they are there."""

    def request(self, root: str) -> dict[str, Any]:
        """Return the request; with a root, about that workspace and no other."""
        params = {
            "event": self.event,
            "guard": self.mode,
            "version": version(),
            "root": root,
            "folder": os.getcwd(),
            "project": os.environ.get(PROJECT_FOLDER, ""),
            "cpu_us": int(time.process_time() * 1e6),
            "waited_us": int((time.monotonic() - self.begun) * 1e6),
            "payload": json.loads(self.raw),
        }
        return {"jsonrpc": "2.0", "id": 1, "method": "hook.answer", "params": params}


def ask_nearest(question: Question) -> tuple[str, Reply] | None:
    """Ask the process that serves the nearest folder around this one that is served.

    Returns its state folder and its reply, which is empty if there is nothing to say. None if there
    is no such process, or the event is not, or not only, about that workspace.
    """
    folder = os.path.realpath(os.getcwd())
    while True:
        state_dir = state_dir_of(folder)
        note = WriterLock(os.path.join(state_dir, "writer.lock")).read_note()
        if note:
            reply = ask(note, question)
            return None if reply is None else (state_dir, reply)
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def ask(note: str, question: Question, root: str = "") -> Reply | None:
    """Ask the process that left a note in the writer's lock; None when it cannot answer.

    It has not begun to answer then. One that has begun and does not come to an end is not asked
    again, nor is the event answered otherwise, since half of it may be noted.
    """
    for line in note.splitlines() if note not in question.unanswered else ():
        dialled = _dial(line)
        if dialled is None:
            continue
        connection, headers = dialled
        try:
            if not _is_there(connection, headers):
                break
            return _ask(connection, question, root)
        finally:
            connection.close()
    question.unanswered.add(note)
    return None


def _dial(line: str) -> tuple[socket.socket, bytes] | None:
    """Return a connection to one of the addresses of a note, and the headers to begin with."""
    kind, _, rest = line.partition(":")
    headers = b""
    if kind == "unix" and _UNIX is not None:
        family, address = _UNIX, rest
    elif kind == "tcp":
        place, _, token_file = rest.partition(" ")
        host, _, port = place.rpartition(":")
        token = read_file(token_file, 200).strip()
        if not port.isdigit() or not token or host != "127.0.0.1":
            return None
        family, address = socket.AF_INET, (host, int(port))
        headers = b"Authorization: Bearer %b\r\n" % token
    else:
        return None
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(_DIAL_SECONDS)
        connection.connect(address)
    except OSError:
        connection.close()
        return None
    return connection, headers


def _is_there(connection: socket.socket, headers: bytes) -> bool:
    """True if somebody at the other end says so soon."""
    try:
        connection.sendall(headers + _framed(_IS_THERE))
        return bool(_next_body(connection, _SILENT_SECONDS))
    except OSError:
        return False


def _ask(connection: socket.socket, question: Question, root: str) -> Reply | None:
    is_end = question.event in AT_END
    try:
        connection.sendall(_framed(question.request(root)))
        body = _next_body(connection, _ANSWER_SECONDS_AT_END if is_end else _ANSWER_SECONDS)
    except OSError as error:
        return _failed(str(error))
    if body is None:
        return _failed("it takes too long")
    return _read(body)


def _framed(message: dict[str, Any]) -> bytes:
    return frame(json.dumps(message).encode(), "headers")


def _read(body: bytes) -> Reply | None:
    """Return what an answer says; None if the question was not for that process."""
    try:
        answer = json.loads(body)
        if "error" in answer:
            return _failed(answer["error"]["message"])
        result: Reply = answer["result"]
        return None if result.get("elsewhere") else result
    except (ValueError, TypeError, KeyError):
        return _failed("it has closed the connection")


def _failed(reason: str) -> Reply:
    return {"notes": [f"the serving process did not answer: {reason}"]}


def _next_body(connection: socket.socket, seconds: float) -> bytes | None:
    """Return the next message, b"" at the end, None if none comes in time; raises OSError."""
    splitter = Splitter(_LONGEST_ANSWER, "headers")
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if not select.select([connection], (), (), left)[0]:
            break
        data = connection.recv(_CHUNK)
        if not data:
            return b""
        for body in splitter.feed(data):
            return body if isinstance(body, bytes) else b""
    return None
