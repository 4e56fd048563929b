"""Semantic tokens of a document, of a range, or what has changed since the last answer."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from ...api.ide.semantic_tokens import edits, semantic_tokens

if TYPE_CHECKING:
    from ..document_view import DocumentView
    from ..requests import Request

# Documents whose last answer is kept, to send what has changed since.
_CACHE_SIZE = 32
_last: dict[str, tuple[str, list[int]]] = {}
_result_ids = count(1)


def full(request: Request) -> object:
    """Answer textDocument/semanticTokens/full."""
    view = request.view()
    data = _encoded(view, *view.span)
    return {"resultId": _remember(view.uri, data), "data": data}


def delta(request: Request) -> object:
    """Answer textDocument/semanticTokens/full/delta, with all tokens if the last are not known."""
    view = request.view()
    last = _last.get(view.uri)
    data = _encoded(view, *view.span)
    result_id = _remember(view.uri, data)
    if last is None or last[0] != request.params["previousResultId"]:
        return {"resultId": result_id, "data": data}
    return {
        "resultId": result_id,
        "edits": [
            {"start": start, "deleteCount": n_deleted, "data": new}
            for start, n_deleted, new in edits(last[1], data)
        ],
    }


def range_(request: Request) -> object:
    """Answer textDocument/semanticTokens/range."""
    view = request.view()
    start, end = view.offsets(request.params["range"])
    return {"data": _encoded(view, start, end)}


def _remember(uri: str, data: list[int]) -> str:
    result_id = str(next(_result_ids))
    _last.pop(uri, None)
    while len(_last) >= _CACHE_SIZE:
        _last.pop(next(iter(_last)), None)
    _last[uri] = result_id, data
    return result_id


def _encoded(view: DocumentView, first: int, last: int) -> list[int]:
    """Return tokens as the protocol has them, each relative to the one before it."""
    data: list[int] = []
    starts = view.facts.line_starts
    line = character = at = 0
    plain = view.facts.is_ascii
    first_line = view.facts.line_of(first) if view.span[0] else 0
    begin = starts[0]
    last_line = len(starts) - 1
    for start, length, kind, modifiers in semantic_tokens(view.inference, view.path, first, last):
        # Tokens come in order, so their lines do too.
        while at + 1 < last_line and starts[at + 1] <= start:
            at += 1
            begin = starts[at]
        column, width = start - begin, length
        if not plain or at == 0:
            column = view.position(start)["character"]
            width = view.position(start + length)["character"] - column
        lines = at - first_line - line
        data += (lines, column if lines else column - character, width, kind, modifiers)
        line, character = at - first_line, column
    return data
