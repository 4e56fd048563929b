"""What is shown about code: hovers, signatures, inlay hints, code lenses, semantic tokens."""

from __future__ import annotations

from itertools import count
from typing import Any

from ...api.ide.code_lens import REFERENCES, lenses, shown
from ...api.ide.hover import hover as hover_at
from ...api.ide.inlay_hints import ALL, ARGUMENTS
from ...api.ide.inlay_hints import inlay_hints as hints_in
from ...api.ide.semantic_tokens import edits
from ...api.ide.semantic_tokens import semantic_tokens as tokens_in
from ...api.ide.signature_help import documentation
from ...api.ide.signature_help import signature_help as signatures_at
from ...api.quoting import escaped_text
from ...api.source.docstrings import as_markdown
from ...api.suggest.known import grade_of
from ...indexer.inference.entities import CLASS, FUNCTION
from ..document_view import DocumentView
from ..requests import Request

SHOW = "flux-index.showReferences"
"""Command of a client that shows places: takes a URI, a position in it, and locations."""
# Documents whose last answer is kept, to send what has changed since.
_CACHE_SIZE = 32
_last_tokens: dict[str, tuple[str, list[int]]] = {}
_result_ids = count(1)


def hover(request: Request) -> object:
    """Answer textDocument/hover."""
    view = request.view()
    found = hover_at(view.inference, view.path, view.offset(request.params["position"]))
    if found is None:
        return None
    if request.client.markdown("hover"):
        contents = {"kind": "markdown", "value": found.markdown()}
    else:
        contents = {"kind": "plaintext", "value": found.plain()}
    return {"contents": contents, "range": view.range(found.start, found.end)}


def signature_help(request: Request) -> object:
    """Answer textDocument/signatureHelp."""
    view, client = request.view(), request.client
    offset = view.offset(request.params["position"])
    found = signatures_at(view.inference, view.path, offset)
    if found is None:
        return None
    of_signature = "textDocument.signatureHelp.signatureInformation"
    takes_offsets = client.get(f"{of_signature}.parameterInformation.labelOffsetSupport")
    listed: list[Any] = []
    for number, signature in enumerate(found.signatures):
        label, spans = signature.label()
        information: dict[str, Any] = {
            "label": label,
            "parameters": [
                {"label": [_utf16_units(label, start), _utf16_units(label, end)] if takes_offsets
                          else label[start:end]}
                for start, end in spans
            ],
        }  # fmt: skip
        text = documentation(view.inference, signature) if number == found.active else ""
        if text and client.markdown("signatureHelp"):
            information["documentation"] = {
                "kind": "markdown",
                "value": escaped_text(as_markdown(text)),
            }
        elif text:
            information["documentation"] = escaped_text(text)
        listed.append(information)
    active: int | None = found.parameter
    if found.parameter < 0:
        # Without support for "none", a number behind the last is the nearest to it.
        none = client.get(f"{of_signature}.noActiveParameterSupport")
        active = None if none else len(found.signatures[found.active].parameters)
    return {"signatures": listed, "activeSignature": found.active, "activeParameter": active}


def _utf16_units(text: str, index: int) -> int:
    """Return the UTF-16 code units before an index, which offsets in labels count."""
    return len(text[:index].encode("utf-16-le")) // 2


def inlay_hints(request: Request) -> object:
    """Answer textDocument/inlayHint."""
    view, settings = request.view(), request.settings
    wanted = frozenset(
        kind for kind in ALL if settings.get(f"inlayHints.{kind}", kind != ARGUMENTS)
    )
    start, end = view.offsets(request.params["range"])
    first, last = view.span
    found = hints_in(view.inference, view.path, max(start, first), min(end, last), wanted)
    result: list[Any] = []
    for hint in found:
        item: dict[str, Any] = {
            "position": view.position(hint.position),
            "label": hint.text,
            "kind": 1 if hint.kind == "type" else 2,
        }
        if hint.conventional:
            item["tooltip"] = "Known by convention: how the code base uses it"
        result.append(item)
    return result


def code_lens(request: Request) -> object:
    """Answer textDocument/codeLens."""
    view = request.view()
    first, last = view.span
    return [
        {
            "range": view.range(lens.start, lens.end),
            "data": {"uri": view.uri, "kind": lens.kind, "position": view.position(lens.start)},
        }
        for lens in lenses(view.inference, view.path)
        if first <= lens.start < last
    ]


def resolve_code_lens(request: Request) -> object:
    """Answer codeLens/resolve."""
    item: dict[str, Any] = dict(request.params)
    data = request.params.part("data")
    view = request.view(data.text("uri"))
    position, kind = data["position"], data.text("kind")
    item["command"] = {"title": f"no {kind}", "command": ""}
    for found in view.found(position):
        if found.entity.kind not in (CLASS, FUNCTION):
            continue
        answer = shown(view.inference, kind, found.entity)
        if answer is not None:
            locations = [view.location(*each) for each in answer.places]
            title = answer.title
            if kind == REFERENCES and not locations:
                grade = grade_of(view.inference.strict(), found.entity)
                title += f", dead code ({grade})" if grade else ""
            item["command"] = {
                "title": title,
                "command": SHOW,
                "arguments": [view.uri, position, locations],
            }
    return item


def semantic_tokens(request: Request) -> object:
    """Answer textDocument/semanticTokens/full."""
    view = request.view()
    data = _encode_tokens(view, *view.span)
    return {"resultId": _remember_tokens(view.uri, data), "data": data}


def semantic_tokens_delta(request: Request) -> object:
    """Answer textDocument/semanticTokens/full/delta, with all tokens if the last are not known."""
    view = request.view()
    last = _last_tokens.get(view.uri)
    data = _encode_tokens(view, *view.span)
    result_id = _remember_tokens(view.uri, data)
    if last is None or last[0] != request.params["previousResultId"]:
        return {"resultId": result_id, "data": data}
    return {
        "resultId": result_id,
        "edits": [
            {"start": start, "deleteCount": n_deleted, "data": new}
            for start, n_deleted, new in edits(last[1], data)
        ],
    }


def semantic_tokens_range(request: Request) -> object:
    """Answer textDocument/semanticTokens/range."""
    view = request.view()
    start, end = view.offsets(request.params["range"])
    return {"data": _encode_tokens(view, start, end)}


def _remember_tokens(uri: str, data: list[int]) -> str:
    result_id = str(next(_result_ids))
    _last_tokens.pop(uri, None)
    while len(_last_tokens) >= _CACHE_SIZE:
        _last_tokens.pop(next(iter(_last_tokens)), None)
    _last_tokens[uri] = result_id, data
    return result_id


def _encode_tokens(view: DocumentView, first: int, last: int) -> list[int]:
    """Return tokens as the protocol has them, each relative to the one before it."""
    data: list[int] = []
    starts = view.facts.line_starts
    line = character = at = 0
    plain = view.facts.is_ascii
    first_line = view.facts.line_of(first) if view.span[0] else 0
    begin = starts[0]
    last_line = len(starts) - 1
    for start, length, kind, modifiers in tokens_in(view.inference, view.path, first, last):
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
