"""textDocument/signatureHelp."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..messages import Json
    from ..requests import Request
    from ..server import Server


def register(server: Server) -> None:
    """Answer textDocument/signatureHelp."""
    server.answers(
        "textDocument/signatureHelp",
        _signature_help,
        {
            "signatureHelpProvider": {
                "triggerCharacters": ["(", ","],
                "retriggerCharacters": [")", "="],
            }
        },
        feature="signatureHelp",
    )


def _signature_help(request: Request) -> Json:
    from ...api.ide.signature_help import documentation, signature_help
    from ...api.source.docstrings import as_markdown

    place, client = request.place(), request.client
    offset = place.offset(request.params["position"])
    found = signature_help(place.inference, place.path, offset)
    if found is None:
        return None
    of_signature = "textDocument.signatureHelp.signatureInformation"
    takes_offsets = client.get(f"{of_signature}.parameterInformation.labelOffsetSupport")
    listed: list[Json] = []
    for number, signature in enumerate(found.signatures):
        label, spans = signature.label()
        information: dict[str, Json] = {
            "label": label,
            "parameters": [
                {"label": [_units(label, start), _units(label, end)] if takes_offsets
                          else label[start:end]}
                for start, end in spans
            ],
        }  # fmt: skip
        text = documentation(place.inference, signature) if number == found.active else ""
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
    """UTF-16 code units before an index, which is what offsets in labels count."""
    return len(text[:index].encode("utf-16-le")) // 2
