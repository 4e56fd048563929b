"""An index of SCIP that another indexer made, compared with the workspace and kept beside its own.

Its ranges mean something in the text that it was made from only. The index does not have that text,
so definitions are compared: what is defined somewhere must be written there. A document of which
more than a few do not fit is one of another content, and is left out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from google.protobuf.message import DecodeError

from ...indexer.errors import FluxIndexError, InvalidArgumentsError
from ...indexer.inference.inference import Inference
from ...indexer.store.imported_names import ImportedNames, Said, SaidSymbol, Source
from ...indexer.text import UnreadableError, read, utf16_to_offset
from . import scip_pb2 as scip
from .symbol_names import ParsedSymbol, dotted_name, parse

# Of the definitions of a document, one in so many may be something else than its name.
_TOLERATED = 10
# Characters of the name of a tool, which stands behind each answer that rests on it.
_LONGEST_NAME = 60
# Bytes of the largest index that is read.
_LARGEST = 1 << 30


@dataclass(slots=True)
class Report:
    """What came of an import: documents that count, and those that do not, with why."""

    source: Source
    occurrences: int = 0
    missing: list[str] = field(default_factory=list[str])
    """Documents of files that are not in the workspace."""
    changed: list[str] = field(default_factory=list[str])
    """Documents of files that were others when the index was made."""


def load(inference: Inference, path: str, folder: str | None) -> Report:
    """Import an index; ``folder`` is what its paths are relative to, by default what it says.

    Raises FluxIndexError for a file that is no index of SCIP.
    """
    try:
        index = scip.Index.FromString(read(path, _LARGEST))
    except UnreadableError as error:
        raise FluxIndexError(f"{path} cannot be read: {error}") from error
    except DecodeError as error:
        raise FluxIndexError(f"{path} is no index of SCIP: {error}") from error
    info = index.metadata.tool_info
    if not info.name or not index.documents:
        raise FluxIndexError(f"{path} is no index of SCIP: it names no tool or no document")
    if folder is None:
        folder = _folder(inference, index.metadata.project_root)
    symbols = _Symbols()
    files: list[tuple[str, bytes, list[Said]]] = []
    report = Report(Source(f"{info.name} {info.version}".strip()[:_LONGEST_NAME], folder, 0))
    for document in index.documents:
        name = f"{folder}/{document.relative_path}".lstrip("/")
        if name not in inference.snapshot.view.files or inference.facts(name) is None:
            report.missing.append(name)
            continue
        said = _occurrences(inference, name, document, symbols)
        if said is None:
            report.changed.append(name)
        else:
            files.append((name, inference.snapshot.digest(name), said))
            report.occurrences += len(said)
    if not files:
        raise InvalidArgumentsError(
            f"none of the {len(index.documents):,} files that {path} tells of is in the workspace "
            f"as it was (folder {folder or '.'!r}): --folder names what its paths are relative to"
        )
    report.source = report.source._replace(files=len(files))
    with ImportedNames(inference.snapshot.index.imported_path, writable=True) as names:
        names.replace(report.source, symbols.listed, files)
    return report


def _folder(inference: Inference, project_root: str) -> str:
    """Return the folder of the workspace that was indexed, as the index tells it; the root else."""
    path = unquote(urlsplit(project_root).path)
    relative = inference.snapshot.index.workspace.relative(path) if os.path.isabs(path) else None
    return relative or ""


class _Symbols:
    """Every symbol once, by number."""

    def __init__(self) -> None:
        self.listed: list[SaidSymbol] = []
        self._numbers: dict[str, int] = {}
        self._parsed: dict[str, ParsedSymbol | None] = {}

    def parsed(self, symbol: str) -> ParsedSymbol | None:
        """Return a symbol taken apart, None if it is not of the grammar."""
        if symbol not in self._parsed:
            self._parsed[symbol] = parse(symbol)
        return self._parsed[symbol]

    def number(self, symbol: str, parsed: ParsedSymbol, path: str) -> int:
        """Return the number of a symbol; local ones are those of a file."""
        text = symbol if parsed.names else f"{symbol} of {path}"
        number = self._numbers.setdefault(text, len(self.listed))
        if number == len(self.listed):
            self.listed.append(SaidSymbol(text, dotted_name(parsed)))
        return number


def _occurrences(
    inference: Inference, path: str, document: scip.Document, symbols: _Symbols
) -> list[Said] | None:
    """Return what a document says, as far as it fits the file; None for one of another content."""
    text = inference.text(path)
    found: list[Said] = []
    definitions = wrong = 0
    for each in document.occurrences:
        parsed = symbols.parsed(each.symbol)
        if parsed is None:
            continue
        place = _place(inference, path, document, each)
        is_definition = bool(each.symbol_roles & scip.Definition)
        if is_definition and parsed.names and parsed.suffix != ":":
            definitions += 1
            written = text[place[0] : sum(place)].decode(errors="replace") if place else ""
            if written.strip("'\"") != parsed.names[-1]:
                wrong += 1
                continue
        if place is None:
            wrong += 1
            continue
        start, length = place
        before = text[start : start + length].rfind(b".") + 1  # of `a.b`, the last name is meant
        number = symbols.number(each.symbol, parsed, path)
        found.append(Said(path, b"", start + before, length - before, is_definition, number))
    return None if wrong * _TOLERATED > max(definitions, 1) else found


def _place(
    inference: Inference, path: str, document: scip.Document, occurrence: scip.Occurrence
) -> tuple[int, int] | None:
    """Return offset and length of a range in bytes; None if the file does not have it."""
    numbers = list(occurrence.range)
    if len(numbers) == 3:
        numbers.insert(2, numbers[0])
    starts, text = inference.need(path).line_starts, inference.text(path)
    offsets: list[int] = []
    for line, character in (numbers[:2], numbers[2:]) if len(numbers) == 4 else ():
        if not (0 <= line < len(starts) - 1 or (line, character) == (0, 0)) or character < 0:
            return None
        written = text[starts[line] : starts[line + 1]] if line < len(starts) - 1 else b""
        offset = _offset(written, character, document.position_encoding)
        if offset > len(written):
            return None
        offsets.append(starts[line] + offset)
    return (offsets[0], offsets[1] - offsets[0]) if offsets and offsets[0] <= offsets[1] else None


def _offset(line: bytes, character: int, encoding: scip.PositionEncoding) -> int:
    """Return the byte of a line that a character is; who says no encoding counts as editors do."""
    if line.isascii() or encoding == scip.UTF8CodeUnitOffsetFromLineStart:
        return character
    if encoding == scip.UTF32CodeUnitOffsetFromLineStart:
        return len(line.decode(errors="replace")[:character].encode())
    return utf16_to_offset(line, character)
