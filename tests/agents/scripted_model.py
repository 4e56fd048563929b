"""A language model that says what it was told to: an OpenAI-compatible endpoint on the loopback.

It answers chat completions, whole or streamed as it is asked to, streams answers of the newer API
called responses, and knows Gemini's. It keeps what it was sent. The script is a function from a
request to a reply: text, or calls of tools.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "scripted"
# Seconds between two looks of a server at whether it is to end; half a second unless told.
POLL = 0.01


@dataclass(frozen=True)
class Reply:
    """What the model says: text, and calls of tools as (name, arguments).

    A tool of a namespace, which the API called responses has, is called ``namespace/name``.
    Arguments that are text are sent as they are, whether they are JSON or not.
    """

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    refusal: str = ""
    """What it says when it does not want to."""
    status: int = 200
    """Another one is an error of the server, told in place of an answer."""
    is_cut: bool = False
    """True if the stream ends in the midst of it."""
    silent: float = 0.0
    """Seconds before it says anything."""
    kept_alive: float = 0.0
    """Seconds for which it sends only that it is still there."""


Script = Callable[[dict[str, Any]], Reply]


@dataclass
class Model:
    """The endpoint while it runs."""

    url: str
    requests: list[dict[str, Any]] = field(default_factory=list)

    def said_to(self, nth: int) -> str:
        """All that stood in the messages of the nth request."""
        return "\n".join(text_of(message) for message in self.requests[nth]["messages"])


def text_of(message: dict[str, Any]) -> str:
    """The text of a message, whichever way its content is given."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


@contextmanager
def scripted_model(script: Script) -> Iterator[Model]:
    """Serve until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            listed = [{"id": MODEL, "object": "model", "created": 0, "owned_by": "tests"}]
            self._send({"object": "list", "data": listed})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            model.requests.append(asked)
            reply = script(asked)
            if reply.silent:
                time.sleep(reply.silent)
            if reply.status != 200:
                error = {"error": {"message": reply.text, "type": "scripted"}}
                self._whole(json.dumps(error), "application/json", reply.status)
            elif "enerateContent" in self.path:
                # Gemini's, of which a stream is one event.
                answer = json.dumps(_gemini(reply))
                kind = "text/event-stream" if "stream" in self.path else "application/json"
                self._whole((f"data: {answer}\n\n" if "stream" in self.path else answer), kind)
            elif self.path.endswith("/responses"):
                self._events(_events(reply, len(model.requests)))
            elif asked.get("stream"):
                self._stream(reply, asked.get("stream_options") or {})
            else:
                self._send(_completion(reply))

        def _send(self, answer: dict[str, Any]) -> None:
            self._whole(json.dumps(answer), "application/json")

        def _whole(self, text: str, kind: str, status: int = 200) -> None:
            body = text.encode()
            self.send_response(status)
            if status == 429:
                self.send_header("Retry-After", "0")
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _stream(self, reply: Reply, options: dict[str, Any]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.close_connection = True
            until = time.monotonic() + reply.kept_alive
            try:
                while time.monotonic() < until:
                    self.wfile.write(b": still here\n\n")
                    time.sleep(0.05)
            except OSError:  # it has waited long enough
                return
            chunks = [*_chunks(reply, usage=bool(options.get("include_usage")))]
            lines = b"".join(b"data: " + json.dumps(each).encode() + b"\n\n" for each in chunks)
            if reply.is_cut:
                self.wfile.write(lines[: len(lines) // 2])
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self.wfile.write(lines + b"data: [DONE]\n\n")

        def _events(self, events: list[dict[str, Any]]) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            for event in events:
                head = f"event: {event['type']}\ndata: "
                self.wfile.write(head.encode() + json.dumps(event).encode() + b"\n\n")
            self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    model = Model(f"http://127.0.0.1:{server.server_address[1]}/v1")
    thread = threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True)
    thread.start()
    try:
        yield model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def _gemini(reply: Reply) -> dict[str, Any]:
    """An answer of Gemini's API."""
    parts: list[dict[str, Any]] = [{"text": reply.text}] if reply.text or not reply.calls else []
    parts += [{"functionCall": {"name": name, "args": given}} for name, given in reply.calls]
    content = {"role": "model", "parts": parts}
    usage = {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2}
    return {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "usageMetadata": usage,
    }


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.calls else "stop"


def _calls(reply: Reply) -> list[dict[str, Any]]:
    return [
        {
            "index": at,
            "id": f"call_{at}_{name}",
            "type": "function",
            "function": {"name": name, "arguments": _as_text(arguments)},
        }
        for at, (name, arguments) in enumerate(reply.calls)
    ]


def _as_text(arguments: Any) -> str:
    return arguments if isinstance(arguments, str) else json.dumps(arguments)


def _completion(reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text}
    if reply.calls:
        message["tool_calls"] = _calls(reply)
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply)}
    return {"id": "chat", "object": "chat.completion", "created": 0, "model": MODEL,
            "choices": [choice], "usage": _USAGE}  # fmt: skip


def _chunks(reply: Reply, *, usage: bool) -> Iterator[dict[str, Any]]:
    head = {"id": "chat", "object": "chat.completion.chunk", "created": 0, "model": MODEL}
    half = len(reply.text) // 2
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": reply.text[:half]}]
    if reply.text:
        deltas.append({"content": reply.text[half:]})
    if reply.refusal:
        deltas.append({"refusal": reply.refusal})
    if reply.calls:
        deltas.append({"tool_calls": _calls(reply)})
    for delta in deltas:
        yield {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(reply)}]}
    if usage:
        yield {**head, "choices": [], "usage": _USAGE}


def _events(reply: Reply, nth: int) -> list[dict[str, Any]]:
    """An answer of the API called responses."""
    items: list[dict[str, Any]] = []
    for at, (name, arguments) in enumerate(reply.calls):
        space, _, last = name.rpartition("/")
        item = {"type": "function_call", "id": f"fc_{nth}_{at}", "call_id": f"call_{nth}_{at}",
                "name": last, "arguments": json.dumps(arguments)}  # fmt: skip
        items.append({**item, "namespace": space} if space else item)
    if reply.text:
        content = [{"type": "output_text", "text": reply.text}]
        items.append({"type": "message", "id": f"m_{nth}", "role": "assistant", "content": content})
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    return [
        {"type": "response.created", "response": {"id": f"r_{nth}"}},
        *(
            {"type": "response.output_item.done", "output_index": at, "item": item}
            for at, item in enumerate(items)
        ),
        {"type": "response.completed", "response": {"id": f"r_{nth}", "usage": usage}},
    ]
