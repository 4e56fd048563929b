"""The documents that are open in the editor, with the text that they have there.

A document is replaced, never changed: a request keeps those that were there when it came, whatever
is typed while it is answered.
"""

from __future__ import annotations

import os
from bisect import bisect_right

from . import uris
from .messages import INVALID_PARAMS, Params, ProtocolError, is_array, is_object
from .text_edits import apply, lines_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..indexer.snapshot.overlays import Content

_BOM = "\ufeff"
_UNTITLED = "untitled"


class Document:
    """One version of an open document."""

    __slots__ = ("_content", "language", "lines", "notebook", "path", "uri", "version")

    def __init__(
        self, uri: str, path: str, version: int | None, lines: list[str], language: str
    ) -> None:
        """``path`` is the real path of a file, or "" for what is no file."""
        self.uri = uri
        self.path = path
        self.version = version
        self.lines = lines
        self.language = language
        self.notebook = ""
        """URI of the notebook that this is a cell of."""
        self._content: Content | None = None

    @property
    def is_python(self) -> bool:
        """Whether this can be asked about."""
        return self.language == "python" or self.path.endswith((".py", ".pyi"))

    @property
    def has_mark(self) -> bool:
        """Whether the text begins with a byte order mark, a character like others to clients."""
        return self.lines[0].startswith(_BOM)

    @property
    def content(self) -> Content:
        """The text as the bytes of a file."""
        if self._content is None:
            self._content = content_of("".join(self.lines))
        return self._content

    def changed(self, version: int | None, changes: list[Any], encoding: str) -> Document:
        """The next version; raises ProtocolError for what is no change."""
        other = Document(self.uri, self.path, version, self.lines, self.language)
        other.lines = apply(self.lines, changes, encoding)
        other.notebook = self.notebook
        return other


class Notebook:
    """The cells of a notebook that hold code, in order, as one module."""

    __slots__ = ("_content", "cells", "first_lines", "path", "uri")

    def __init__(self, uri: str, path: str, cells: list[Document]) -> None:
        """Cells as they are at one moment."""
        self.uri = uri
        self.path = path
        self.cells = cells
        self.first_lines: list[int] = []
        """Line of the module on which each cell begins."""
        line = 0
        for cell in cells:
            self.first_lines.append(line)
            line += len(cell.lines) - (cell.lines[-1] == "")
        self._content: Content | None = None

    @property
    def content(self) -> Content:
        """The module's text. What is for the notebook's shell is a comment."""
        if self._content is None:
            self._content = content_of("".join(map(_cell_text, self.cells)))
        return self._content

    def cell_at(self, line: int) -> int:
        """Which cell a line of the module is in."""
        return max(0, bisect_right(self.first_lines, line) - 1)


def content_of(text: str) -> Content:
    """A text as bytes that are read as this text again, whatever coding it declares."""
    from ..indexer.snapshot.overlays import Content

    raw = text.encode("utf-8", "replace")
    if b"coding" in raw[:400] and not raw.isascii() and not text.startswith(_BOM):
        raw = _BOM.encode() + raw
    return Content(raw)


def _cell_text(cell: Document) -> str:
    lines = ["#" + line[1:] if line.startswith(("%", "!", "?")) else line for line in cell.lines]
    if cell.lines[0].startswith("%%"):
        lines = ["#" + line[1:] if line.strip() else line for line in cell.lines]
    text = "".join(lines).removeprefix(_BOM)
    return text if not text or text.endswith(("\n", "\r")) else text + "\n"


class State:
    """All open documents at one moment. Not changed once made."""

    __slots__ = ("documents", "notebooks")

    def __init__(self, documents: dict[str, Document], notebooks: dict[str, Notebook]) -> None:
        """By URI."""
        self.documents = documents
        self.notebooks = notebooks


class Documents:
    """Follows what the client tells of its documents. Used from the reading thread only."""

    def __init__(self) -> None:
        """Nothing is open."""
        self.encoding = "utf-16"
        self.state = State({}, {})
        """What requests that come now are answered for."""
        # Cells of each notebook in order, whether or not they hold code.
        self._orders: dict[str, list[str]] = {}

    def open_uris(self) -> list[str]:
        """URIs of all open documents."""
        return list(self.state.documents)

    def version(self, uri: str) -> int | None:
        """Version of an open document."""
        document = self.state.documents.get(uri)
        return document.version if document is not None else None

    def cells(self, uri: str) -> list[Document]:
        """Cells of an open notebook that hold code."""
        notebook = self.state.notebooks.get(uri)
        return list(notebook.cells) if notebook is not None else []

    def open(self, item: Params) -> str:
        """Take in a ``TextDocumentItem``; returns its URI."""
        document = _document(item)
        self._put(document)
        return document.uri

    def change(self, uri: str, version: object, changes: object) -> None:
        """Apply content changes; raises ProtocolError for documents that are not open."""
        document = self.state.documents.get(uri)
        if document is None:
            raise ProtocolError(INVALID_PARAMS, f"{uri} is not open")
        if not is_array(changes):
            raise ProtocolError(INVALID_PARAMS, "'contentChanges' is no list")
        number = version if isinstance(version, int) else document.version
        self._put(document.changed(number, changes, self.encoding))

    def close(self, uri: str) -> None:
        """Forget a document."""
        documents = dict(self.state.documents)
        documents.pop(uri, None)
        self.state = State(documents, self.state.notebooks)

    def open_notebook(self, params: Params) -> str:
        """Take in a notebook with its cells; returns its URI."""
        notebook = params.part("notebookDocument")
        uri = notebook.text("uri")
        for item in params.get("cellTextDocuments") or ():
            self._put(_document(Params(item)))
        self._orders[uri] = _cells(notebook.get("cells"))
        self._arrange(uri)
        return uri

    def change_notebook(self, params: Params) -> str:
        """Take in what changed in a notebook; returns its URI."""
        uri = params.part("notebookDocument").text("uri")
        order = self._orders.get(uri)
        if order is None:
            raise ProtocolError(INVALID_PARAMS, f"{uri} is not open")
        cells = params.part("change").get("cells")
        cells = Params(cells) if is_object(cells) else Params()
        structure = cells.get("structure")
        if is_object(structure):
            edit = Params(structure).part("array")
            start, count = edit["start"], edit["deleteCount"]
            if not isinstance(start, int) or not isinstance(count, int):
                raise ProtocolError(INVALID_PARAMS, "no change of an array of cells")
            order[start : start + count] = _cells(edit.get("cells"))
            for item in structure.get("didClose") or ():
                self.close(Params(item).text("uri"))
            for item in structure.get("didOpen") or ():
                self._put(_document(Params(item)))
        for item in cells.get("textContent") or ():
            document = Params(item).part("document")
            self.change(document.text("uri"), document.get("version"), item.get("changes"))
        self._arrange(uri)
        return uri

    def close_notebook(self, params: Params) -> str:
        """Forget a notebook and its cells; returns its URI."""
        uri = params.part("notebookDocument").text("uri")
        for item in params.get("cellTextDocuments") or ():
            self.close(Params(item).text("uri"))
        for cell in self._orders.pop(uri, ()):
            self.close(cell)
        notebooks = dict(self.state.notebooks)
        notebooks.pop(uri, None)
        self.state = State(self.state.documents, notebooks)
        return uri

    def _put(self, document: Document) -> None:
        documents = {**self.state.documents, document.uri: document}
        self.state = State(documents, self.state.notebooks)
        if document.notebook:
            self._arrange(document.notebook)

    def _arrange(self, uri: str) -> None:
        documents = dict(self.state.documents)
        cells: list[Document] = []
        for cell in self._orders.get(uri, ()):
            document = documents.get(cell)
            if document is not None and document.language == "python":
                document.notebook = uri
                cells.append(document)
        notebook = Notebook(uri, real_path(uri), cells)
        self.state = State(documents, {**self.state.notebooks, uri: notebook})


def real_path(uri: str) -> str:
    """Path of a file URI with links followed; "" for what is no file."""
    path = uris.to_path(uri)
    if path is None:
        return ""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return ""


def _document(item: Params) -> Document:
    uri, version = item.text("uri"), item.get("version")
    number = version if isinstance(version, int) else None
    language = item.get("languageId")
    lines = lines_of(item.text("text"))
    return Document(uri, real_path(uri), number, lines, str(language or ""))


def _cells(cells: object) -> list[str]:
    """URIs of those of a notebook's cells that hold code."""
    listed = cells if is_array(cells) else []
    return [Params(cell).text("document") for cell in listed]


def untitled_path(uri: str) -> str:
    """A path, in no folder of anybody's, for a document that is no file."""
    name = uri.rpartition("/")[2].rpartition(":")[2]
    plain = "".join(one if one.isalnum() or one in "_-" else "_" for one in name) or _UNTITLED
    from zlib import crc32

    return f".{_UNTITLED}/{plain}_{crc32(uri.encode('utf-8', 'replace')):08x}.py"
