"""textDocument/completion, and completionItem/resolve for what one item takes time for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...api.ide.completion.completion import Item
    from ..document_view import Place
    from ..messages import Json
    from ..requests import Request
    from ..server import Server

_KINDS = {
    "text": 1, "method": 2, "function": 3, "constructor": 4, "field": 5, "variable": 6,
    "class": 7, "module": 9, "property": 10, "enum": 13, "keyword": 14, "reference": 18,
    "enum-member": 20, "constant": 21, "type-parameter": 25, "parameter": 6,
}  # fmt: skip
_KNOWN_KINDS = range(1, 19)
# Names of the environment are looked at so long after a document was opened.
_WARM_SECONDS = 3.0
_OF_ITEM = "textDocument.completion.completionItem"


def register(server: Server) -> None:
    """Answer textDocument/completion and completionItem/resolve."""
    server.answers(
        "textDocument/completion",
        _completion,
        {
            "completionProvider": {
                "triggerCharacters": [".", '"', "'", "["],
                "resolveProvider": True,
                "completionItem": {"labelDetailsSupport": True},
            }
        },
        feature="completion",
    )
    server.answers("completionItem/resolve", _resolve, feature="completion")

    def opened(uri: str) -> None:
        if server.settings.enabled("completion"):
            params = {"textDocument": {"uri": uri}}
            server.later("names to import", _WARM_SECONDS, lambda: server.submit(_warm, params))

    server.observe("opened", opened)


def _warm(request: Request) -> Json:
    """Look at what may be imported from outside before the first completion needs it."""
    from ...api.ide.auto_import import outside_names

    outside_names(request.place().inference)


def _completion(request: Request) -> Json:
    from ...api.ide.completion.completion import completions

    place = request.place()
    offset = place.offset(request.params["position"])
    limit: int = request.settings.get("completion.limit", 300)
    found = completions(place.inference, place.path, offset, max(limit, 1))
    insert, replace = place.range(found.start, offset), place.range(found.start, found.end)
    maker = _Maker(request, place)
    items = [maker.made(number, item) for number, item in enumerate(found.items)]
    answer: dict[str, Json] = {"isIncomplete": found.incomplete, "items": items}
    span: Json = insert
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


class _Maker:
    """Items as one client takes them."""

    def __init__(self, request: Request, place: Place) -> None:
        client = request.client
        self.place = place
        self.snippets = client.snippets
        self.details = bool(client.get(f"{_OF_ITEM}.labelDetailsSupport"))
        self.as_is = 1 in client.get(f"{_OF_ITEM}.insertTextModeSupport.valueSet", ())
        kinds: Any = client.get("textDocument.completion.completionItemKind.valueSet")
        self.kinds: Any = kinds if isinstance(kinds, list) else _KNOWN_KINDS

    def made(self, number: int, item: Item) -> dict[str, Any]:
        """An item; its place in the order is its text to sort by."""
        kind = _KINDS.get(item.kind, 1)
        made: dict[str, Any] = {
            "label": item.label,
            "kind": kind if kind in self.kinds else 6,
            "sortText": f"{number:04}",
        }
        if item.description:
            if self.details:
                made["labelDetails"] = {"description": item.description}
            elif not item.detail:
                made["detail"] = item.description
        if item.detail:
            made["detail"] = item.detail
        data = self._data(item)
        if data is not None:
            made["data"] = {"uri": self.place.uri, **data}
        if item.snippet and self.snippets:
            made["textEditText"] = item.snippet
            made["insertTextFormat"] = 2
        elif item.insert != item.label:
            made["textEditText"] = item.insert
        if "\n" in item.insert and self.as_is:
            made["insertTextMode"] = 1
        if item.before:
            made["additionalTextEdits"] = [
                {"range": self.place.range(at, at), "newText": text} for at, text in item.before
            ]
        return made

    def _data(self, item: Item) -> dict[str, Json] | None:
        """What says later which item it was."""
        if item.module:
            return {"module": item.module, "name": item.name}
        if item.entity is None or item.entity.row < 0:
            return None
        from ...indexer.inference.entities import position_of

        path = item.entity.path
        at = position_of(self.place.inference, item.entity)
        if path == self.place.path:
            return {"at": self.place.position(at)}
        return {"of": self.place.uri_of(path), "at": self.place.position(at, path)}


def _resolve(request: Request) -> Json:
    from ...api.ide.completion.details import of_import
    from ...api.ide.hover import of_entity

    item: dict[str, Any] = dict(request.params)
    if "data" not in item:
        return item
    data = request.params.part("data")
    place = request.place(data.text("uri"))
    about = None
    if isinstance(data.get("module"), str):
        found = of_import(place.inference, place.path, data["module"], str(data.get("name", "")))
        about = found.about
        if found.edits:
            item["additionalTextEdits"] = [
                {"range": place.range(start, end), "newText": text}
                for start, end, text in found.edits
            ]
            name = data.get("name")
            written = f"from {found.module} import {name}" if name else f"import {found.module}"
            item["detail"] = written
    elif "at" in data:
        other = place.at(data.text("of")) if "of" in data else place
        entities = other.found(data["at"])
        about = of_entity(place.inference, entities[-1]) if entities else None
    if about is not None:
        _describe(request, item, about.markdown(), about.plain())
    return item


def _describe(request: Request, item: dict[str, Any], markdown: str, plain: str) -> None:
    if request.client.markdown("completion"):
        item["documentation"] = {"kind": "markdown", "value": markdown}
    elif plain:
        item["documentation"] = plain
