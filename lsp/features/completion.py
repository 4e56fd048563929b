"""Completion, and details of an item that take time to compute."""

from __future__ import annotations

from typing import Any

from ...api.ide.auto_import import outside_names
from ...api.ide.completion.completion import Item, completions, import_details
from ...api.ide.hover import hover_of_entity
from ...indexer.inference.entities import position_of
from ..document_view import DocumentView
from ..requests import Request

_KINDS = {
    "text": 1, "method": 2, "function": 3, "constructor": 4, "field": 5, "variable": 6,
    "class": 7, "module": 9, "property": 10, "enum": 13, "keyword": 14, "reference": 18,
    "enum-member": 20, "constant": 21, "type-parameter": 25, "parameter": 6,
}  # fmt: skip
_BASIC_KINDS = range(1, 19)
_OF_ITEM = "textDocument.completion.completionItem"


def read_ahead(request: Request) -> None:
    """Read the names that can be imported from outside, before the first completion needs them."""
    outside_names(request.view().inference)


def completion(request: Request) -> object:
    """Answer textDocument/completion."""
    view = request.view()
    offset = view.offset(request.params["position"])
    limit: int = request.settings.get("completion.limit", 300)
    found = completions(view.inference, view.path, offset, max(limit, 1))
    insert, replace = view.range(found.start, offset), view.range(found.start, found.end)
    form = _ItemFormat(request, view)
    items = [form.convert(number, item) for number, item in enumerate(found.items)]
    answer: dict[str, Any] = {"isIncomplete": found.incomplete, "items": items}
    span: Any = insert
    if request.client.get(f"{_OF_ITEM}.insertReplaceSupport"):
        span = {"insert": insert, "replace": replace}
    defaults = request.client.get("textDocument.completion.completionList.itemDefaults", ())
    if "editRange" in defaults:
        answer["itemDefaults"] = {"editRange": span}
        return answer
    for item in items:
        text = item.pop("textEditText", item["label"])
        edit = {"range": insert} if "start" in span else dict(span)
        item["textEdit"] = {**edit, "newText": text}
    return answer


class _ItemFormat:
    """Items in the form that a client supports."""

    def __init__(self, request: Request, view: DocumentView) -> None:
        client = request.client
        self.view = view
        self.snippets = client.snippets
        self.details = bool(client.get(f"{_OF_ITEM}.labelDetailsSupport"))
        self.as_is = 1 in client.get(f"{_OF_ITEM}.insertTextModeSupport.valueSet", ())
        kinds: Any = client.get("textDocument.completion.completionItemKind.valueSet")
        self.kinds: Any = kinds if isinstance(kinds, list) else _BASIC_KINDS

    def convert(self, number: int, item: Item) -> dict[str, Any]:
        """Return an item; its number is the text that it is sorted by."""
        kind = _KINDS.get(item.kind, 1)
        result: dict[str, Any] = {
            "label": item.label,
            "kind": kind if kind in self.kinds else 6,
            "sortText": f"{number:04}",
        }
        if item.description:
            if self.details:
                result["labelDetails"] = {"description": item.description}
            elif not item.detail:
                result["detail"] = item.description
        if item.detail:
            result["detail"] = item.detail
        data = self._data(item)
        if data is not None:
            result["data"] = {"uri": self.view.uri, **data}
        if item.snippet and self.snippets:
            result["textEditText"] = item.snippet
            result["insertTextFormat"] = 2
        elif item.insert != item.label:
            result["textEditText"] = item.insert
        if "\n" in item.insert and self.as_is:
            result["insertTextMode"] = 1
        if item.before:
            result["additionalTextEdits"] = [
                {"range": self.view.range(at, at), "newText": text} for at, text in item.before
            ]
        return result

    def _data(self, item: Item) -> dict[str, Any] | None:
        """Return the payload that completionItem/resolve needs to find the item again."""
        if item.module:
            return {"module": item.module, "name": item.name}
        if item.entity is None or item.entity.row < 0:
            return None

        path = item.entity.path
        at = position_of(self.view.inference, item.entity)
        if path == self.view.path:
            return {"at": self.view.position(at)}
        return {"of": self.view.uri_of(path), "at": self.view.position(at, path)}


def resolve(request: Request) -> object:
    """Answer completionItem/resolve."""
    item: dict[str, Any] = dict(request.params)
    if "data" not in item:
        return item
    data = request.params.part("data")
    view = request.view(data.text("uri"))
    about = None
    if isinstance(data.get("module"), str):
        found = import_details(view.inference, view.path, data["module"], str(data.get("name", "")))
        about = found.about
        if found.edits:
            item["additionalTextEdits"] = [
                {"range": view.range(edit.start, edit.end), "newText": edit.text}
                for edit in found.edits
            ]
            name = data.get("name")
            item["detail"] = (
                f"from {found.module} import {name}" if name else f"import {found.module}"
            )
    elif "at" in data:
        other = view.at(data.text("of")) if "of" in data else view
        entities = other.found(data["at"])
        about = hover_of_entity(view.inference, entities[-1]) if entities else None
    if about is not None and request.client.markdown("completion"):
        item["documentation"] = {"kind": "markdown", "value": about.markdown()}
    elif about is not None and (plain := about.plain()):
        item["documentation"] = plain
    return item
