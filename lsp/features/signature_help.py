"""textDocument/signatureHelp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.signature_help import documentation
from ...api.ide.signature_help import signature_help as signatures_at
from ...api.source.docstrings import as_markdown

if TYPE_CHECKING:
    from ..requests import Request


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
                {"label": [_units(label, start), _units(label, end)] if takes_offsets
                          else label[start:end]}
                for start, end in spans
            ],
        }  # fmt: skip
        text = documentation(view.inference, signature) if number == found.active else ""
        if text and client.markdown("signatureHelp"):
            information["documentation"] = {"kind": "markdown", "value": as_markdown(text)}
        elif text:
            information["documentation"] = text
        listed.append(information)
    active: int | None = found.parameter
    if found.parameter < 0:
        # Without support for "none", a number behind the last is the nearest to it.
        none = client.get(f"{of_signature}.noActiveParameterSupport")
        active = None if none else len(found.signatures[found.active].parameters)
    return {"signatures": listed, "activeSignature": found.active, "activeParameter": active}


def _units(text: str, index: int) -> int:
    """Return the UTF-16 code units before an index, which offsets in labels count."""
    return len(text[:index].encode("utf-16-le")) // 2
