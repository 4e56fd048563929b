"""A scripted model behind the Messages API, streamed and whole, on the loopback only."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from plays import NAMED, Play, Plays, Reply, Turn


class Model:
    """The endpoint while it runs; keeps what it was sent."""

    def __init__(self, plays: Plays) -> None:
        self.requests: list[dict[str, Any]] = []
        self.errors: list[BaseException] = []
        self._plays = plays
        self._running: dict[str, Play] = {}
        self._lock = threading.Lock()

    def reply(self, request: dict[str, Any]) -> Reply:
        """Return what the play of a conversation says next."""
        with self._lock:
            self.requests.append(request)
            name, turn = _named(request), _turn(request)
            # Titles, summaries and checks of quotas come without tools.
            if not request.get("tools") or name not in self._plays:
                return Reply("<summary>The agent works on the code base.</summary>")
            begins = any(f"PLAY:{name}" in text for text in turn.texts) and not turn.results
            try:
                if begins or name not in self._running:
                    self._running[name] = self._plays[name]()
                    return next(self._running[name])
                return self._running[name].send(turn)
            except StopIteration:
                return Reply("Done.")
            except Exception as error:  # a play that is wrong must not hang the host
                self.errors.append(error)
                return Reply("The play is wrong.")


def text_of(content: Any) -> str:
    """The text of a block's content."""
    if isinstance(content, str):
        return content
    return "\n".join(block.get("text", "") for block in content or [])


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _turn(request: dict[str, Any]) -> Turn:
    messages = request["messages"]
    last = max((at for at, m in enumerate(messages) if m["role"] == "assistant"), default=-1)
    blocks = [block for message in messages[last + 1 :] for block in _blocks(message)]
    results = [
        (bool(block.get("is_error")), text_of(block.get("content")))
        for block in blocks
        if block["type"] == "tool_result"
    ]
    return Turn(results, [block["text"] for block in blocks if block["type"] == "text"], request)


def _named(request: dict[str, Any]) -> str:
    texts = [
        block["text"]
        for message in request["messages"]
        if message["role"] == "user"
        for block in _blocks(message)
        if block["type"] == "text"
    ]
    found = [name for text in texts for name in NAMED.findall(text)]
    return found[-1] if found else ""


@contextmanager
def anthropic_model(plays: Plays) -> Iterator[tuple[str, Model]]:
    """Serve until the end of the block; gives the address and the model."""
    model = Model(plays)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._send(b"", "text/plain")

        def do_GET(self) -> None:
            self._send(b'{"data": [], "has_more": false}', "application/json")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if "/v1/messages" not in self.path or "count_tokens" in self.path:
                self._send(
                    json.dumps({"input_tokens": len(body) // 4}).encode(), "application/json"
                )
                return
            request = json.loads(body)
            reply = model.reply(request)
            answer = _message(reply, request, len(model.requests))
            if request.get("stream"):
                lines = [f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in _events(answer)]
                if reply.is_cut:  # before it says why it ends
                    self._send("".join(lines[:-2]).encode(), "text/event-stream")
                else:
                    self._send("".join(lines).encode(), "text/event-stream")
            else:
                self._send(json.dumps(answer).encode(), "application/json")

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", model
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _message(reply: Reply, request: dict[str, Any], nth: int) -> dict[str, Any]:
    content: list[dict[str, Any]] = []
    if reply.text or not reply.calls:
        content.append({"type": "text", "text": reply.text or "."})
    content += [
        {"type": "tool_use", "id": f"toolu_{nth:04d}{at:02d}", "name": name, "input": given}
        for at, (name, given) in enumerate(reply.calls)
    ]
    return {
        "id": f"msg_{nth}", "type": "message", "role": "assistant", "content": content,
        "model": request.get("model", "scripted"), "stop_sequence": None,
        "stop_reason": "tool_use" if reply.calls else "end_turn",
        "usage": {"input_tokens": 10, "output_tokens": 5},
    }  # fmt: skip


def _events(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"type": "message_start", "message": {**answer, "content": [], "stop_reason": None}}
    for at, block in enumerate(answer["content"]):
        if block["type"] == "text":
            start, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            start = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_start", "index": at, "content_block": start}
        yield {"type": "content_block_delta", "index": at, "delta": delta}
        yield {"type": "content_block_stop", "index": at}
    delta = {"stop_reason": answer["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}}
    yield {"type": "message_stop"}
