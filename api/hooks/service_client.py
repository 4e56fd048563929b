"""A hook's question to the process that serves a workspace, asked by as little as it takes.

A host starts a process for each event and waits for it, and about most events there is nothing to
say. So an event goes to the serving process as the host has written it, and neither it nor an
answer that says nothing is read here: ``json`` and ``socket`` load the standard library's regular
expressions and enumerations, which takes longer than all else that a hook does.
"""

from __future__ import annotations

import os
import select
import time

from ...indexer.private_files import read_file
from ...indexer.state_folders import state_dir_of
from ...indexer.store.lock import WriterLock
from ..rpc.framing import Splitter, frame
from ..version import version
from .messages import AT_END

try:
    import _socket as sockets
except ImportError:
    import socket as sockets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Reply = dict[str, Any]

# Windows has none.
_UNIX = getattr(sockets, "AF_UNIX", None)

# A server says at once that it is there, or it is too busy to be waited for.
_SILENT_SECONDS = 0.3
# It answers earlier than this with what it has found.
_ANSWER_SECONDS = 3.5
_ANSWER_SECONDS_AT_END = 6.0
_DIAL_SECONDS = 5.0
_LONGEST_ANSWER = 1 << 30
_CHUNK = 1 << 16
_IS_THERE = b'{"jsonrpc":"2.0","id":0,"method":"server.info"}'
_NOTHING = b'"result":{}}'
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

    def body(self, root: str) -> bytes:
        """Return the request; with a root, about that workspace and no other."""
        texts = {
            "event": self.event,
            "guard": self.mode,
            "version": version(),
            "root": root,
            "folder": os.getcwd(),
            "project": os.environ.get(PROJECT_FOLDER, ""),
        }
        listed = [f'"{name}":{_in_json(text)}' for name, text in texts.items()]
        cpu, waited = time.process_time(), time.monotonic() - self.begun
        listed += [f'"cpu_us":{int(cpu * 1e6)}', f'"waited_us":{int(waited * 1e6)}']
        head = f'{{"jsonrpc":"2.0","id":1,"method":"hook.answer","params":{{{",".join(listed)},'
        return head.encode() + b'"payload":' + self.raw + b"}}"


def _in_json(text: str) -> str:
    if text.isascii() and text.isprintable():
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    import json  # late: few folders are called so

    return json.dumps(text)


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


def _dial(line: str) -> tuple[sockets.socket, bytes] | None:
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
        family, address = sockets.AF_INET, (host, int(port))
        headers = b"Authorization: Bearer %b\r\n" % token
    else:
        return None
    connection = sockets.socket(family, sockets.SOCK_STREAM)
    try:
        connection.settimeout(_DIAL_SECONDS)
        connection.connect(address)
    except OSError:
        connection.close()
        return None
    return connection, headers


def _is_there(connection: sockets.socket, headers: bytes) -> bool:
    """True if somebody at the other end says so soon."""
    try:
        connection.sendall(headers + frame(_IS_THERE, "headers"))
        return bool(_next_body(connection, _SILENT_SECONDS))
    except OSError:
        return False


def _ask(connection: sockets.socket, question: Question, root: str) -> Reply | None:
    is_end = question.event in AT_END
    try:
        connection.sendall(frame(question.body(root), "headers"))
        body = _next_body(connection, _ANSWER_SECONDS_AT_END if is_end else _ANSWER_SECONDS)
    except OSError as error:
        return _failed(str(error))
    if body is None:
        return _failed("it takes too long")
    return {} if body.endswith(_NOTHING) else _read(body)


def _read(body: bytes) -> Reply | None:
    """Return what an answer says; None if the question was not for that process."""
    import json  # late: most answers say nothing

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


def _next_body(connection: sockets.socket, seconds: float) -> bytes | None:
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
