"""Semantic tokens of a whole document, of a range, or as what has changed since the last time."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..document_view import Place
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

# Documents for which the last answer is kept, to tell the changes since.
_KEPT = 32


def register(server: Server) -> None:
    """Answer the three requests for semantic tokens."""
    from ...api.ide.semantic_tokens import MODIFIERS, TYPES

    answered = _Answered()
    server.answers(
        "textDocument/semanticTokens/full", answered.full,
        {
            "semanticTokensProvider": {
                "legend": {"tokenTypes": list(TYPES), "tokenModifiers": list(MODIFIERS)},
                "full": {"delta": True},
                "range": True,
            }
        },
        feature="semanticTokens",
    )  # fmt: skip
    server.answers(
        "textDocument/semanticTokens/full/delta", answered.delta, feature="semanticTokens"
    )
    server.answers("textDocument/semanticTokens/range", _part, feature="semanticTokens")
    server.observe("closed", answered.forget)


class _Answered:
    """What was answered last for each document."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, list[int]]] = {}
        self._count = 0

    def forget(self, uri: str) -> None:
        """A document was closed."""
        self._last.pop(uri, None)

    def _remember(self, uri: str, data: list[int]) -> str:
        self._count += 1
        result_id = str(self._count)
        self._last.pop(uri, None)
        while len(self._last) >= _KEPT:
            self._last.pop(next(iter(self._last)), None)
        self._last[uri] = result_id, data
        return result_id

    def full(self, request: Request) -> Json:
        """All tokens."""
        place = request.place()
        data = _encoded(place, *place.span)
        return {"resultId": self._remember(place.uri, data), "data": data}

    def delta(self, request: Request) -> Json:
        """What has changed since an answer; all tokens when that is not known any more."""
        from ...api.ide.semantic_tokens import edits

        place = request.place()
        last = self._last.get(place.uri)
        data = _encoded(place, *place.span)
        result_id = self._remember(place.uri, data)
        if last is None or last[0] != request.params["previousResultId"]:
            return {"resultId": result_id, "data": data}
        return {
            "resultId": result_id,
            "edits": [
                {"start": start, "deleteCount": count, "data": put}
                for start, count, put in edits(last[1], data)
            ],
        }


def _part(request: Request) -> Json:
    place = request.place()
    start, end = place.offsets(request.params["range"])
    return {"data": _encoded(place, start, end)}


def _encoded(place: Place, first: int, last: int) -> list[int]:
    """Tokens as the protocol writes them: each relative to the one before it."""
    from ...api.ide.semantic_tokens import semantic_tokens

    data: list[int] = []
    starts = place.facts.line_starts
    line = character = at = 0
    plain = place.facts.is_ascii
    first_line = place.facts.line_of(first) if place.span[0] else 0
    begin = starts[0]
    last_line = len(starts) - 1
    for start, length, kind, modifiers in semantic_tokens(place.inference, place.path, first, last):
        # Tokens come in order, so their lines do too.
        while at + 1 < last_line and starts[at + 1] <= start:
            at += 1
            begin = starts[at]
        column, width = start - begin, length
        if not plain or at == 0:
            column = place.position(start)["character"]
            width = place.position(start + length)["character"] - column
        lines = at - first_line - line
        data += (lines, column if lines else column - character, width, kind, modifiers)
        line, character = at - first_line, column
    return data
