"""Entities as answers show them: dictionaries in the shapes of :mod:`..types`."""

from __future__ import annotations

from bisect import bisect_right

from ...indexer import facts as f
from ...indexer.inference.entities import (
    ATTRIBUTE,
    CLASS,
    EVIDENCE_NAMES,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    QUOTED,
    Entity,
    name_of,
    owner_class,
    position_of,
    qualified_name,
)
from ...indexer.text import utf16_length

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference

_NOWHERE = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
_MOST_OTHERS = 5
_ENUM_BASES = frozenset(["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"])


def position(inference: Inference, path: str, offset: int) -> dict[str, int]:
    """Zero-based line and UTF-16 character of a byte offset."""
    facts = inference.need(path)
    line = facts.line_of(offset)
    start = facts.line_starts[line]
    if facts.is_ascii:
        return {"line": line, "character": offset - start}
    return {"line": line, "character": utf16_length(inference.text(path)[start:offset])}


def range_of(inference: Inference, path: str, start: int, end: int) -> dict[str, dict[str, int]]:
    """Range between two byte offsets."""
    return {"start": position(inference, path, start), "end": position(inference, path, end)}


def name_range(inference: Inference, path: str, start: int, name: str) -> dict[str, dict[str, int]]:
    """Range of a name that starts at a byte offset."""
    return range_of(inference, path, start, start + len(name.encode()))


def line_text(inference: Inference, path: str, offset: int) -> str:
    """The line that holds a byte offset, without the blanks around it."""
    facts = inference.need(path)
    line = facts.line_of(offset)
    starts = facts.line_starts
    raw = inference.text(path)[starts[line] : starts[line + 1]]
    return raw.decode("utf-8", "replace").strip()


def kind_of(inference: Inference, entity: Entity) -> str:
    """Kind in words, as the symbol search names them."""
    kind, path, row = entity
    if kind in (MODULE, NAMESPACE):
        return "module"
    if kind == OUTSIDE:
        return "outside"
    if kind == PARAMETER:
        return "parameter"
    facts = inference.need(path)
    if kind == CLASS:
        from ...indexer.symbols import (
            base_names,  # late: of `query definition`, only classes need it
        )

        return "enum" if _ENUM_BASES.intersection(base_names(facts, row)) else "class"
    if kind == FUNCTION:
        if owner_class(facts, entity) < 0:
            return "function"
        return "property" if facts.definition.flags[row] & f.PROPERTY else "method"
    if kind in (ATTRIBUTE, QUOTED) or owner_class(facts, entity) >= 0:
        return "field"
    return "constant" if name_of(inference, entity).isupper() else "variable"


def signature(inference: Inference, entity: Entity) -> str:
    """A definition's header as written, on one line: ``(self, name: str = "") -> int``.

    For a variable, its annotation or value as far as that is short.
    """
    kind, path, row = entity
    if kind in (MODULE, NAMESPACE, OUTSIDE):
        return ""
    facts = inference.need(path)
    if kind in (CLASS, FUNCTION):
        start = facts.definition.position[row]
        start += len(facts.names[facts.definition.name[row]].encode())
        text = one_line(inference.text(path)[start : facts.definition.header_end[row]])
        if kind == FUNCTION and facts.definition.flags[row] & f.ASYNC:
            return "async " + text
        return text
    if kind == PARAMETER:
        parameter = facts.binding.ref[row]
        start = facts.parameter.position[parameter]
        return one_line(inference.text(path)[start : facts.parameter.end[parameter]])
    return _shortened(line_text(inference, path, position_of(inference, entity)))


def one_line(text: bytes) -> str:
    """Source text with every run of blanks and line breaks as one blank, without comments."""
    lines = text.decode("utf-8", "replace").split("\n")
    if len(lines) > 1:
        lines = [_without_comment(line) for line in lines]
    joined = " ".join(" ".join(lines).split())
    return joined.replace("( ", "(").replace(", )", ")").replace(" )", ")")


def _without_comment(line: str) -> str:
    quote = ""
    for at, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character == "#":
            return line[:at]
    return line


def _shortened(text: str, limit: int = 100) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def summary(facts: FileFacts, entity: Entity) -> str:
    """First line of a definition's docstring."""
    kind, _, row = entity
    if kind not in (CLASS, FUNCTION):
        return ""
    at = facts.definition.summary[row]
    return facts.strings[at] if at >= 0 else ""


def full_range(inference: Inference, entity: Entity) -> tuple[int, int]:
    """Byte offsets of a whole definition; of the line for variables; of the file for modules."""
    kind, path, row = entity
    facts = inference.need(path)
    if kind == MODULE:
        return 0, facts.line_starts[-1]
    if kind in (CLASS, FUNCTION):
        return facts.definition.start[row], facts.definition.end[row]
    line = facts.line_of(position_of(inference, entity))
    return facts.line_starts[line], facts.line_starts[line + 1]


def symbol(inference: Inference, found: Found, *, details: bool = True) -> dict[str, Any]:
    """An entity as a Symbol; ``details`` adds what needs the file's text."""
    entity = found.entity
    kind, path, _ = entity
    result: dict[str, Any] = {
        "name": qualified_name(inference, entity),
        "kind": kind_of(inference, entity),
        "path": "" if kind == OUTSIDE else path,
        "range": _NOWHERE,
        "evidence": EVIDENCE_NAMES[found.evidence],
        "layer": _layer(inference, entity),
    }
    if found.origin:
        result["origin"] = found.origin
    if kind in (MODULE, NAMESPACE, OUTSIDE):
        return result
    facts = inference.need(path)
    start = position_of(inference, entity)
    result["range"] = name_range(inference, path, start, name_of(inference, entity))
    if details:
        text = signature(inference, entity)
        if text:
            result["signature"] = text
        if kind in (CLASS, FUNCTION):
            first, last = full_range(inference, entity)
            result["full"] = range_of(inference, path, first, last)
            result["text"] = line_text(inference, path, start)
    line = summary(facts, entity)
    if line:
        result["summary"] = line
    return result


def _layer(inference: Inference, entity: Entity) -> str:
    if entity.kind == OUTSIDE:
        return "outside"
    if entity.is_outside:
        return inference.snapshot.index.search_path.layer(entity.path)
    return "workspace"


def enclosing(inference: Inference, path: str, offset: int) -> Entity | None:
    """The innermost class or function whose text holds a byte offset."""
    facts = inference.need(path)
    table = facts.definition
    ends = table.end
    # Definitions are in order of their starts and nest: the last one before the offset that has
    # not ended is the innermost.
    for row in range(bisect_right(table.start, offset) - 1, -1, -1):
        if ends[row] > offset:
            return Entity(CLASS if table.kind[row] == f.CLASS else FUNCTION, path, row)
    return None


def page_of(items: list[Any], limit: int, offset: int) -> dict[str, Any]:
    """Return one page of items as the start of an answer."""
    page = items[offset : offset + limit]
    return {"items": page, "total": len(items), "truncated": offset + len(page) < len(items)}


def others_of(inference: Inference, found: list[Found]) -> list[Found]:
    """Return what was found beside the first, but for further parts of the same definition."""
    seen: set[tuple[str, str]] = set()
    return [
        item
        for item in found
        if (key := (item.entity.path, qualified_name(inference, item.entity))) not in seen
        and not seen.add(key)
    ][1:]


def others_note(inference: Inference, others: list[Found]) -> str:
    """Return a sentence on further definitions that are called what was asked about."""
    places = ", ".join(
        f"{item.entity.path}:{symbol(inference, item)['range']['start']['line'] + 1}"
        for item in others[:_MOST_OTHERS]
    )
    more = ", …" if len(others) > _MOST_OTHERS else ""
    plural = "" if len(others) == 1 else "s"
    return f"{len(others)} other definition{plural}: {places}{more}"


def envelope(inference: Inference, answer: dict[str, Any], paths: set[str]) -> dict[str, Any]:
    """Add to an answer what all answers have; ``paths`` are the files that it is about."""
    answer["generation"] = inference.snapshot.generation
    answer["pending"] = inference.snapshot.pending
    answer["files"] = {
        path: digest.hex()
        for path in sorted(paths)
        if path and (digest := inference.snapshot.digest(path))
    }
    if inference.snapshot.work.left_out:
        answer.setdefault("notes", []).extend(inference.snapshot.work.left_out)
        if "truncated" in answer:
            answer["truncated"] = True
    if inference.snapshot.pending:
        notes: list[str] = answer.setdefault("notes", [])
        notes.append(f"files that are not indexed yet: {inference.snapshot.pending:,}")
    if inference.snapshot.index.distrust:
        answer.setdefault("notes", []).append(inference.snapshot.index.distrust)
    return answer
