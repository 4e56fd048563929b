"""The documents that are open in the editor: their text as lines, and its changes.

Documents are immutable: a request keeps those that there were when it came, whatever is typed while
it is answered.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from zlib import crc32

from ..api.rpc.messages import is_array, is_object
from ..indexer.snapshot.overlays import Content
from .params import Params, invalid, path_of_uri

_BOM = "\ufeff"
_UNTITLED = "untitled"
# Where the protocol breaks lines, and nowhere else.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")
_LARGEST = (1 << 31) - 1
# Files that are read without being open; notebooks are open when their cells are.
_SOURCES = (".py", ".pyi")


@dataclass(frozen=True, eq=False)
class Document:
    """One version of an open document."""

    uri: str
    path: str
    """The real path of a file; "" for what is not a file."""
    version: int | None
    lines: list[str]
    language: str
    notebook: str = ""
    """The URI of the notebook that this is a cell of."""
    typed: tuple[int, int] | None = None
    """Line and character behind what somebody is typing; None if nobody is."""

    @property
    def is_python(self) -> bool:
        """True if this can be indexed."""
        return self.language == "python" or self.path.endswith((".py", ".pyi"))

    @property
    def has_bom(self) -> bool:
        """True if the text begins with a byte order mark, which clients count as a character."""
        return self.lines[0].startswith(_BOM)

    @cached_property
    def content(self) -> Content:
        """The text as the bytes of a file."""
        return content_of("".join(self.lines))

    def changed(self, version: int | None, changes: list[Any], encoding: str) -> Document:
        """Return the next version; raises RpcError for invalid changes."""
        lines = apply_changes(self.lines, changes, encoding)
        return replace(self, version=version, lines=lines, typed=typed_at(changes, encoding))


class Notebook:
    """The cells of a notebook that hold code, in order, as one module."""

    def __init__(self, uri: str, path: str, cells: list[Document]) -> None:
        """Cells are those of one moment."""
        self.uri = uri
        self.path = path
        self.cells = cells
        self.first_lines: list[int] = []
        """The line of the module on which each cell begins."""
        line = 0
        for cell in cells:
            self.first_lines.append(line)
            line += len(cell.lines) - (cell.lines[-1] == "")

    @cached_property
    def content(self) -> Content:
        """The text of the module, with commands for the notebook's shell commented out."""
        return content_of("".join(map(_cell_text, self.cells)))

    def cell_at(self, line: int) -> int:
        """Return the index of the cell that a line of the module is in."""
        return max(0, bisect_right(self.first_lines, line) - 1)


def content_of(text: str) -> Content:
    """Return a text as bytes that decode to it again, whatever coding it declares."""
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


@dataclass(frozen=True, eq=False)
class State:
    """All open documents and notebooks at one moment, by URI."""

    documents: dict[str, Document] = field(default_factory=dict[str, Document])
    notebooks: dict[str, Notebook] = field(default_factory=dict[str, Notebook])


class Documents:
    """Applies the client's notifications about documents. Used on the event loop only."""

    def __init__(self) -> None:
        """Nothing is open."""
        self.encoding = "utf-16"
        self.state = State()
        """The documents that requests which come now are answered for."""
        # URIs of the cells of each notebook in order, whether or not they are Python.
        self._orders: dict[str, list[str]] = {}

    def open_uris(self) -> list[str]:
        """Return the URIs of all open documents."""
        return list(self.state.documents)

    def version(self, uri: str) -> int | None:
        """Return the version of an open document."""
        document = self.state.documents.get(uri)
        return document.version if document is not None else None

    def cells(self, uri: str) -> list[Document]:
        """Return the cells of an open notebook that hold code."""
        notebook = self.state.notebooks.get(uri)
        return list(notebook.cells) if notebook is not None else []

    def open(self, item: Params) -> str:
        """Open a ``TextDocumentItem``; returns its URI."""
        document = _document(item)
        self._put(document)
        return document.uri

    def change(self, uri: str, version: object, changes: object) -> None:
        """Apply content changes; raises RpcError for documents that are not open."""
        document = self.state.documents.get(uri)
        if document is None:
            raise invalid(f"{uri} is not open")
        if not is_array(changes):
            raise invalid("'contentChanges' is not a list")
        number = version if isinstance(version, int) else document.version
        self._put(document.changed(number, changes, self.encoding))

    def settle(self, uri: str) -> None:
        """Note that nobody types in a document: what is wrong at the cursor is wrong."""
        document = self.state.documents.get(uri)
        if document is not None and document.typed is not None:
            self._put(replace(document, typed=None))

    def close(self, uri: str) -> None:
        """Close a document."""
        documents = {key: each for key, each in self.state.documents.items() if key != uri}
        self.state = replace(self.state, documents=documents)

    def open_notebook(self, params: Params) -> str:
        """Open a notebook with its cells; returns its URI."""
        notebook = params.part("notebookDocument")
        uri = notebook.text("uri")
        for item in params.get("cellTextDocuments") or ():
            self._put(_document(Params(item)))
        self._orders[uri] = _cells(notebook.get("cells"))
        self._update_notebook(uri)
        return uri

    def change_notebook(self, params: Params) -> str:
        """Apply the changes of a notebook; returns its URI."""
        uri = params.part("notebookDocument").text("uri")
        order = self._orders.get(uri)
        if order is None:
            raise invalid(f"{uri} is not open")
        cells = params.part("change").optional("cells")
        structure = cells.get("structure")
        if is_object(structure):
            edit = Params(structure).part("array")
            start, count = edit["start"], edit["deleteCount"]
            if not isinstance(start, int) or not isinstance(count, int):
                raise invalid("not a change of an array of cells")
            order[start : start + count] = _cells(edit.get("cells"))
            for item in structure.get("didClose") or ():
                self.close(Params(item).text("uri"))
            for item in structure.get("didOpen") or ():
                self._put(_document(Params(item)))
        for item in cells.get("textContent") or ():
            document = Params(item).part("document")
            self.change(document.text("uri"), document.get("version"), item.get("changes"))
        self._update_notebook(uri)
        return uri

    def close_notebook(self, params: Params) -> str:
        """Close a notebook and its cells; returns its URI."""
        uri = params.part("notebookDocument").text("uri")
        for item in params.get("cellTextDocuments") or ():
            self.close(Params(item).text("uri"))
        for cell in self._orders.pop(uri, ()):
            self.close(cell)
        notebooks = {key: each for key, each in self.state.notebooks.items() if key != uri}
        self.state = replace(self.state, notebooks=notebooks)
        return uri

    def _put(self, document: Document) -> None:
        documents = {**self.state.documents, document.uri: document}
        self.state = replace(self.state, documents=documents)
        if document.notebook:
            self._update_notebook(document.notebook)

    def _update_notebook(self, uri: str) -> None:
        documents = dict(self.state.documents)
        cells: list[Document] = []
        for cell in self._orders.get(uri, ()):
            document = documents.get(cell)
            if document is not None and document.language == "python":
                if document.notebook != uri:
                    document = documents[cell] = replace(document, notebook=uri)
                cells.append(document)
        notebook = Notebook(uri, real_path(uri), cells)
        self.state = State(documents, {**self.state.notebooks, uri: notebook})


def real_path(uri: str) -> str:
    """Return the path of a file URI with links followed; "" for what is not a file."""
    path = path_of_uri(uri)
    if path is None:
        return ""
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):
        return ""


def is_readable(uri: str) -> bool:
    """True if a URI that is no open document may be read: it names a Python file.

    What its links lead to has to be one as well.
    """
    spelled, real = path_of_uri(uri) or "", real_path(uri)
    return spelled.endswith(_SOURCES) and real.endswith(_SOURCES)


def _document(item: Params) -> Document:
    uri, version = item.text("uri"), item.get("version")
    number = version if isinstance(version, int) else None
    language = item.get("languageId")
    lines = lines_of(item.text("text"))
    return Document(uri, real_path(uri), number, lines, str(language or ""))


def _cells(cells: object) -> list[str]:
    """Return the URIs of a notebook's cells."""
    return [Params(cell).text("document") for cell in cells] if is_array(cells) else []


def untitled_path(uri: str) -> str:
    """Return a path, in a folder that does not exist, for a document that is not a file."""
    name = uri.rpartition("/")[2].rpartition(":")[2]
    plain = re.sub(r"[^\w-]", "_", name) or _UNTITLED
    return f".{_UNTITLED}/{plain}_{crc32(uri.encode('utf-8', 'replace')):08x}.py"


def lines_of(text: str) -> list[str]:
    """Return lines with their line breaks; the last one has none, and may be empty."""
    if "\r" not in text:
        *parts, last = text.split("\n")
        return [*(part + "\n" for part in parts), last]
    lines = _LINE.findall(text)
    if len(lines) > 1 and lines[-2] and lines[-2][-1] not in "\r\n":
        lines.pop()  # the empty match behind a last line without a line break
    return lines


def typed_at(changes: list[Any], encoding: str) -> tuple[int, int] | None:
    """Return where typing goes on after a change; None for a change of another kind."""
    change = changes[0] if len(changes) == 1 else None
    if not is_object(change) or not is_object(span := change.get("range")):
        return None
    text = change.get("text")
    if not isinstance(text, str) or "\n" in text or "\r" in text:
        return None
    line, character = line_and_character(span.get("start"))
    if encoding == "utf-16":
        length = len(text.encode("utf-16-le", "replace")) // 2
    else:
        length = len(text.encode("utf-8", "replace")) if encoding == "utf-8" else len(text)
    return line, character + length


def apply_changes(lines: list[str], changes: list[Any], encoding: str) -> list[str]:
    """Return the lines after a list of content changes; raises RpcError for invalid ones."""
    for change in changes:
        if not is_object(change) or not isinstance(text := change.get("text"), str):
            raise invalid("a change needs a 'text'")
        span = change.get("range")
        lines = lines_of(text) if span is None else _replace(lines, span, text, encoding)
    return lines


def _replace(lines: list[str], span: Any, text: str, encoding: str) -> list[str]:
    first, start = _line_and_index(lines, span, "start", encoding)
    last, end = _line_and_index(lines, span, "end", encoding)
    if (last, end) < (first, start):
        first, start, last, end = last, end, first, start
    # A line feed may meet the carriage return before it, or lose the one it belonged to.
    before = lines[first][:start]
    if not before and first and lines[first - 1].endswith("\r"):
        first -= 1
        before = lines[first]
    after = lines[last][end:]
    if last + 1 < len(lines):
        last += 1
        after += lines[last]
    between = lines_of(before + text + after)
    rest = lines[last + 1 :]
    if rest:
        between.pop()  # the empty one behind a line break, in whose place the rest comes
    return [*lines[:first], *between, *rest]


def _line_and_index(lines: list[str], span: Any, which: str, encoding: str) -> tuple[int, int]:
    position = span.get(which) if is_object(span) else None
    line, character = line_and_character(position)
    if line >= len(lines):
        return len(lines) - 1, len(lines[-1])
    return line, index_of(lines[line].rstrip("\r\n"), character, encoding)


def line_and_character(position: object) -> tuple[int, int]:
    """Return line and character of a position; raises RpcError for what is none."""
    if is_object(position):
        line, character = position.get("line"), position.get("character")
        numbers = [each for each in (line, character) if isinstance(each, int)]
        if len(numbers) == 2 and all(0 <= each <= _LARGEST for each in numbers):
            return numbers[0], numbers[1]
    raise invalid(f"not a position: {str(position)[:80]}")


def index_of(line: str, character: int, encoding: str) -> int:
    """Return the index into a line of a position's character; past the end means the end.

    The codec of pygls goes back by one there, and looks at characters one by one.
    """
    if encoding == "utf-32" or line.isascii():
        return min(character, len(line))
    if encoding == "utf-8":
        raw = line.encode("utf-8", "replace")[:character]
        return len(raw.decode("utf-8", "ignore"))
    raw = line.encode("utf-16-le", "surrogatepass")[: 2 * character]
    return len(raw.decode("utf-16-le", "ignore"))
