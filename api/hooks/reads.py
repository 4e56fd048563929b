"""Record of what tools that read files have shown."""

from __future__ import annotations

import os
import re

from ..json_values import is_array, is_object
from ..sessions.read_log import record_shown
from .edits import read_text, source_path
from .messages import OWN_TOOLS
from .shell import lines_placed, lines_shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace
    from ..source.text_edits import Ranges
    from .messages import Payload

READING = frozenset(["Read", "Grep", "Bash"])
# Lines that Claude Code's Read shows unless it is told otherwise.
_READ_LINES = 2_000
# Hosts show a model far less of what a command or a search wrote: what is behind was not seen.
_LONGEST = 200_000
_MENTION = re.compile(
    r"(?<![\w@])@(?P<path>[\w./~-]+\.pyi?)(?:#L(?P<first>\d+)(?:-L?(?P<last>\d+))?)?"
)


def record_reads(session: OpenWorkspace, ledger: Ledger, number: int, payload: Payload) -> None:
    """Record what a call of a tool has shown."""
    tool = payload.tool
    if tool.startswith(OWN_TOOLS):
        _record_answer(session, ledger, number, payload.tool_response)
        return
    found: dict[str, Ranges] = {}
    if tool == "Read":
        found = _read(payload)
    elif tool == "Grep":
        found = _grep(payload)
    elif tool == "Bash":
        command = payload.tool_input.get("command")
        if is_array(command):
            command = command[-1] if command else ""
        output = _output(payload.tool_response)
        output = None if output is None else output[:_LONGEST]
        folder = payload.text("cwd")
        if isinstance(command, str) and ".py" in command:
            found = lines_shown(command[:_LONGEST], output, folder, _source)
        for where in {folder: None, session.index.workspace.root: None} if output else ():
            for path, ranges in lines_placed(output or "", where, _source).items():
                found.setdefault(path, []).extend(ranges)
    record_lines(session, ledger, number, found)


def mentioned_lines(prompt: str, folder: str) -> dict[str, Ranges]:
    """Return lines of files mentioned as ``@path``, which hosts show to the model themselves."""
    found: dict[str, Ranges] = {}
    for mention in _MENTION.finditer(prompt):
        first, last = int(mention["first"] or 1) - 1, int(mention["last"] or mention["first"] or 0)
        path = os.path.normpath(os.path.join(folder, os.path.expanduser(mention["path"])))
        found.setdefault(path, []).append((first, last or _READ_LINES))
    return found


def record_lines(
    session: OpenWorkspace, ledger: Ledger, number: int, found: Mapping[str, Ranges]
) -> None:
    """Record lines of files by absolute path, as far as they are the workspace's."""
    from ..sessions.read_log import content_of

    for path, ranges in found.items():
        inside = source_path(session, path)
        content = content_of(session, inside) if inside is not None else None
        if inside is not None and content is not None:
            record_shown(ledger, number, inside, content, ranges)


def _read(payload: Payload) -> dict[str, Ranges]:
    path = payload.tool_input.get("file_path")
    if not isinstance(path, str):
        return {}
    response = payload.tool_response
    part = response.get("file") if is_object(response) else None
    if is_object(part) and isinstance(part.get("startLine"), int):
        first, count = part["startLine"] - 1, part.get("numLines")
    else:
        first = max(_number(payload.tool_input.get("offset"), 1) - 1, 0)
        count = _number(payload.tool_input.get("limit"), _READ_LINES)
    return {path: [(first, first + _number(count, 0))]}


def _grep(payload: Payload) -> dict[str, Ranges]:
    """Return lines that Claude Code's Grep has shown with their numbers."""
    response = payload.tool_response
    content = response.get("content") if is_object(response) else response
    if not isinstance(content, str):
        return {}
    path = payload.tool_input.get("path")
    folder = payload.text("cwd")
    alone = os.path.join(folder, path) if isinstance(path, str) else ""
    found: dict[str, Ranges] = {}
    for line in content[:_LONGEST].split("\n"):
        match = re.match(r"^(?:(?P<path>.*?\.pyi?)[:-])?(?P<line>\d+)[:-]", line)
        where = os.path.join(folder, match["path"]) if match and match["path"] else alone
        if match is not None and where:
            number = int(match["line"]) - 1
            found.setdefault(os.path.normpath(where), []).append((number, number + 1))
    return found


def _record_answer(session: OpenWorkspace, ledger: Ledger, number: int, response: Any) -> None:
    """Record what an answer of this program's own tools shows, as text or as JSON."""
    import json

    from ..sessions.read_log import record_shown_in as put_answer

    root = session.index.workspace.root
    parts = response if is_array(response) else [response]
    for part in parts:
        text = part.get("text") if is_object(part) else part
        answer = part
        if isinstance(text, str):
            try:
                answer = json.loads(text)
            except ValueError:
                found = lines_placed(text[:_LONGEST], root, _source)
                record_lines(session, ledger, number, found)
                continue
        if is_object(answer):
            put_answer(session, ledger, number, answer.get("structuredContent", answer))


def _output(response: Any) -> str | None:
    """Return the output of a command; None if the response has another shape."""
    if is_object(response):
        for key in ("stdout", "output", "content"):
            if isinstance(response.get(key), str):
                return response[key]
        return None
    if isinstance(response, str):
        # Codex tells the exit code and the time before the output.
        head, found, rest = response.partition("Output:\n")
        return rest if found and len(head) < 400 else response
    return None


def _source(path: str) -> str | None:
    return read_text(path) if path.endswith((".py", ".pyi")) else None


def _number(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
