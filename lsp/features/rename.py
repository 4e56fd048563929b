"""textDocument/prepareRename and textDocument/rename."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...api.ide.rename.rename import Change
    from ..client import Client
    from ..document_view import Place
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

_ANNOTATION = "flux-index-convention"


def register(server: Server) -> None:
    """Answer textDocument/prepareRename and textDocument/rename."""

    def capabilities(client: Client) -> dict[str, Json]:
        prepares = client.get("textDocument.rename.prepareSupport")
        return {"renameProvider": {"prepareProvider": True} if prepares else True}

    server.answers("textDocument/prepareRename", _prepare, feature="rename")
    server.answers("textDocument/rename", _rename, capabilities, feature="rename", slow=True)


def _prepare(request: Request) -> Json:
    from ...api.ide.rename.rename import prepare
    from ...indexer.errors import InvalidArgumentsError

    place = request.place()
    offset = place.offset(request.params["position"])
    try:
        start, end, name = prepare(place.inference, place.path, offset)
    except InvalidArgumentsError as error:
        raise _refused(error) from error
    return {"range": place.range(start, end), "placeholder": name}


def _rename(request: Request) -> Json:
    from ...api.ide.rename.rename import rename
    from ...indexer.errors import InvalidArgumentsError

    place = request.place()
    offset = place.offset(request.params["position"])
    new = request.params.text("newName")
    try:
        found = rename(place.inference, place.path, offset, new)
    except InvalidArgumentsError as error:
        raise _refused(error) from error
    request.check()
    client = request.client
    support = client.get("workspace.workspaceEdit.changeAnnotationSupport")
    annotates = client.document_changes and support is not None
    # What has to be confirmed is left out where nobody can be asked to.
    changes = [change for change in found.changes if annotates or not change.note]
    return _edit(place, changes, new)


def _refused(error: Exception) -> Exception:
    from ..messages import REQUEST_FAILED, ProtocolError

    return ProtocolError(REQUEST_FAILED, str(error))


def _edit(place: Place, changes: list[Change], new: str) -> Json:
    by_path: dict[str, list[tuple[int, int, str]]] = {}
    for change in changes:
        by_path.setdefault(change.path, []).append((change.start, change.end, new))
    edit = place.workspace_edit(by_path)
    noted = [change for change in changes if change.note]
    if noted and "documentChanges" in edit:
        edit["changeAnnotations"] = {
            _ANNOTATION: {
                "label": "By convention",
                "description": noted[0].note,
                "needsConfirmation": True,
            }
        }
        marked = {
            (place.uri_of(change.path, change.start), _start(place, change)) for change in noted
        }
        for document in edit["documentChanges"]:
            uri = document["textDocument"]["uri"]
            for each in document["edits"]:
                start = each["range"]["start"]
                if (uri, (start["line"], start["character"])) in marked:
                    each["annotationId"] = _ANNOTATION
    return edit


def _start(place: Place, change: Change) -> tuple[int, int]:
    start = place.range(change.start, change.end, change.path)["start"]
    return start["line"], start["character"]
