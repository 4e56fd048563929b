"""A document in a snapshot: positions to byte offsets and back, and definitions at them.

Positions count in the encoding that was negotiated. The last line of a text is its end; a character
behind a line's end is the line's end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..api.inside import refuse_link_outside
from ..api.open_workspace import OpenWorkspace
from ..api.rpc.messages import is_object
from ..api.source.targets import find_at
from ..indexer.errors import InvalidArgumentsError
from ..indexer.facts import FileFacts
from ..indexer.inference.entities import Found
from ..indexer.inference.inference import Inference
from ..indexer.text import utf16_length, utf16_to_offset
from .documents import Document, Notebook, line_and_character
from .params import Params, failed
from .workspaces import Workspace

if TYPE_CHECKING:
    from .requests import Request


# Length of a byte order mark in each encoding, as positions of the client count it.
_BOM_LENGTH = {"utf-8": 3, "utf-16": 1, "utf-32": 1}


class DocumentView:
    """A document as one request sees it; with ``path`` "" a workspace without a document."""

    def __init__(
        self, request: Request, workspace: Workspace, session: OpenWorkspace, inference: Inference,
        uri: str = "", path: str = "",
    ) -> None:  # fmt: skip
        """Use :meth:`Request.view`."""
        self._request = request
        self.encoding = request.client.encoding
        """The encoding whose units the characters of positions count."""
        self._uris = workspace.uris(request.state)
        self.workspace = workspace
        self.session = session
        self.inference = inference
        self.uri = uri
        self.path = path
        self._document: Document | None = request.state.documents.get(uri)
        self._notebook: Notebook | None = None
        if self._document is not None and self._document.notebook:
            self._notebook = request.state.notebooks.get(self._document.notebook)

    @property
    def version(self) -> int | None:
        """The version of the document; None when it is not open."""
        return self._document.version if self._document is not None else None

    @property
    def cursor(self) -> int | None:
        """The byte offset behind what is being typed; None if nobody is typing."""
        typed = self._document.typed if self._document is not None else None
        if typed is None:
            return None
        return self.offset({"line": typed[0], "character": typed[1]})

    @property
    def text(self) -> bytes:
        """The normalized text, which byte offsets count in."""
        return self.inference.text(self.path)

    @property
    def facts(self) -> FileFacts:
        """The facts of the document; raises UnknownFileError when it has none."""
        return self.inference.need(self.path)

    @property
    def span(self) -> tuple[int, int]:
        """The byte offsets of the document: the whole text, or a notebook's cell in it."""
        starts = self.facts.line_starts
        if self._notebook is None:
            return 0, starts[-1]
        first, last = self._cell_lines()
        return starts[min(first, len(starts) - 1)], starts[min(last, len(starts) - 1)]

    def at(self, uri: str) -> DocumentView:
        """Return another document of the same workspace in the same snapshot."""
        path = self._request.server.workspaces.path_in(self.workspace, uri, self._request.state)
        return DocumentView(self._request, self.workspace, self.session, self.inference, uri, path)

    # Positions to offsets

    def offset(self, position: Any) -> int:
        """Return the byte offset of a position; raises RpcError for what is none."""
        line, character = line_and_character(position)
        if self._notebook is not None:
            first, last = self._cell_lines()
            line = min(first + line, last)
            if line == last:
                character = 0
        facts = self.facts
        starts = facts.line_starts
        if line >= len(starts) - 1:
            return starts[-1]
        start, end = starts[line], starts[line + 1]
        if line == 0 and self._document is not None and self._document.has_bom:
            character = max(0, character - _BOM_LENGTH[self.encoding])
        if facts.is_ascii and start + character <= end - 2:
            return start + character
        raw = self.inference.text(self.path)[start:end].removesuffix(b"\n").removesuffix(b"\r")
        if facts.is_ascii or raw.isascii():
            return start + min(character, len(raw))
        if self.encoding == "utf-16":
            return start + utf16_to_offset(raw, character)
        if self.encoding == "utf-32":
            return start + len(raw.decode("utf-8", "replace")[:character].encode())
        return start + len(raw[:character].decode("utf-8", "ignore").encode())

    def offsets(self, range_: Any) -> tuple[int, int]:
        """Return the byte offsets of a range, the smaller one first."""
        params = Params(range_) if is_object(range_) else Params()
        start, end = self.offset(params["start"]), self.offset(params["end"])
        return min(start, end), max(start, end)

    # Offsets to positions

    def position(self, offset: int, path: str | None = None) -> dict[str, int]:
        """Return the position of a byte offset; in a notebook, within its cell."""
        line, character = self._line_and_character(offset, path or self.path)
        return {"line": self._in_cell(line, path or self.path), "character": character}

    def range(self, start: int, end: int, path: str | None = None) -> dict[str, dict[str, int]]:
        """Return the range between two byte offsets."""
        path = path or self.path
        line, character = self._line_and_character(start, path)
        last, end_character = self._line_and_character(end, path)
        if path in self._uris and self._uris[path] in self._request.state.notebooks:
            # What begins in a cell ends there at the latest.
            notebook = self._request.state.notebooks[self._uris[path]]
            if notebook.cell_at(last) != notebook.cell_at(line) and end_character == 0:
                last = notebook.first_lines[notebook.cell_at(line) + 1]
            first = notebook.first_lines[notebook.cell_at(line)] if notebook.cells else 0
            line, last = line - first, last - first
        return {
            "start": {"line": line, "character": character},
            "end": {"line": last, "character": end_character},
        }

    def location(self, path: str, start: int, end: int) -> dict[str, Any]:
        """Return the location between two byte offsets of a file."""
        return {"uri": self.uri_of(path, start), "range": self.range(start, end, path)}

    def uri_of(self, path: str, offset: int = 0) -> str:
        """Return the URI of a file as the client spells it, or of a cell in a notebook."""
        uri = self._uris.get(path)
        if uri is None:
            return self.workspace.uri_of(path)
        notebook = self._request.state.notebooks.get(uri)
        if notebook is None or not notebook.cells:
            return uri
        line = self.inference.need(path).line_of(offset)
        return notebook.cells[notebook.cell_at(line)].uri

    def found(self, position: Any) -> list[Found]:
        """Return the definitions of the name at a position."""
        return find_at(self.inference, self.path, self.offset(position))

    def workspace_edit(self, edits: Mapping[str, Sequence[tuple[int, int, str]]]) -> dict[str, Any]:
        """Return a WorkspaceEdit of (start, end, new text) for each path, in byte offsets."""
        by_uri: dict[str, list[Any]] = {}
        for path, listed in edits.items():
            # The document itself is one that the user has opened, wherever it lies.
            if path != self.path:
                self._refuse_outside(path)
            for start, end, text in listed:
                by_uri.setdefault(self.uri_of(path, start), []).append(
                    {"range": self.range(start, end, path), "newText": text}
                )
        if not self._request.client.document_changes:
            return {"changes": by_uri}
        documents = self._request.state.documents
        return {
            "documentChanges": [
                {
                    "textDocument": {
                        "uri": uri,
                        "version": documents[uri].version if uri in documents else None,
                    },
                    "edits": listed,
                }
                for uri, listed in by_uri.items()
            ]
        }

    def _refuse_outside(self, path: str) -> None:
        root = self.workspace.index.workspace.root
        try:
            refuse_link_outside(root, f"{root}/{path}")
        except InvalidArgumentsError as error:
            raise failed(str(error)) from error

    def _line_and_character(self, offset: int, path: str) -> tuple[int, int]:
        facts = self.inference.need(path)
        starts = facts.line_starts
        if offset >= starts[-1]:
            offset = starts[-1]
            if offset == 0 or self.inference.text(path)[offset - 1 : offset] == b"\n":
                return len(starts) - 1, 0
        line = facts.line_of(offset)
        start = starts[line]
        if facts.is_ascii:
            character = offset - start
        else:
            character = self._length(self.inference.text(path)[start:offset])
        if line == 0 and path == self.path and self._document and self._document.has_bom:
            character += _BOM_LENGTH[self.encoding]
        return line, character

    def _length(self, raw: bytes) -> int:
        if self.encoding == "utf-8" or raw.isascii():
            return len(raw)
        if self.encoding == "utf-32":
            return len(raw.decode("utf-8", "replace"))
        return utf16_length(raw)

    def _cell_lines(self) -> tuple[int, int]:
        """Return the first line of the cell in its module, and the one behind its last."""
        notebook = self._notebook
        assert notebook is not None
        for index, cell in enumerate(notebook.cells):
            if cell.uri == self.uri:
                first = notebook.first_lines[index]
                return first, first + len(cell.lines) - (cell.lines[-1] == "")
        return 0, 0

    def _in_cell(self, line: int, path: str) -> int:
        notebook = self._request.state.notebooks.get(self._uris.get(path, ""))
        if notebook is None or not notebook.cells:
            return line
        return line - notebook.first_lines[notebook.cell_at(line)]
