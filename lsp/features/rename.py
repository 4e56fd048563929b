"""Rename a symbol: textDocument/prepareRename and textDocument/rename."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...api.ide.rename.rename import prepare as prepare_at
from ...api.ide.rename.rename import rename as rename_at
from ...indexer.errors import InvalidArgumentsError
from ..params import failed

if TYPE_CHECKING:
    from ...api.ide.rename.rename import Change
    from ..document_view import DocumentView
    from ..requests import Request

_ANNOTATION = "flux-index-convention"


def prepare(request: Request) -> object:
    """Answer textDocument/prepareRename."""
    view = request.view()
    offset = view.offset(request.params["position"])
    try:
        start, end, name = prepare_at(view.inference, view.path, offset)
    except InvalidArgumentsError as error:
        raise failed(str(error)) from error
    return {"range": view.range(start, end), "placeholder": name}


def rename(request: Request) -> object:
    """Answer textDocument/rename."""
    view = request.view()
    offset = view.offset(request.params["position"])
    new = request.params.text("newName")
    try:
        found = rename_at(view.inference, view.path, offset, new)
    except InvalidArgumentsError as error:
        raise failed(str(error)) from error
    request.check()
    client = request.client
    support = client.get("workspace.workspaceEdit.changeAnnotationSupport")
    annotates = client.document_changes and support is not None
    # What has to be confirmed is left out where nobody can be asked to.
    changes = [change for change in found.changes if annotates or not change.note]
    return _edit(view, changes, new)


def _edit(view: DocumentView, changes: list[Change], new: str) -> Any:
    by_path: dict[str, list[tuple[int, int, str]]] = {}
    for change in changes:
        by_path.setdefault(change.path, []).append((change.start, change.end, new))
    edit = view.workspace_edit(by_path)
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
            (view.uri_of(change.path, change.start), _start(view, change)) for change in noted
        }
        for document in edit["documentChanges"]:
            uri = document["textDocument"]["uri"]
            for each in document["edits"]:
                start = each["range"]["start"]
                if (uri, (start["line"], start["character"])) in marked:
                    each["annotationId"] = _ANNOTATION
    return edit


def _start(view: DocumentView, change: Change) -> tuple[int, int]:
    start = view.range(change.start, change.end, change.path)["start"]
    return start["line"], start["character"]
