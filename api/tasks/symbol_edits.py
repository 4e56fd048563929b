"""Edits that name a symbol and what is to be done to it, so that no text has to be quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from textwrap import dedent
from typing import Any

from ...indexer import facts as f
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    TEXTUAL,
    Entity,
    name_of,
    owner_class,
    position_of,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.references import references
from ..ide.rename import rename
from ..source.lexical import layout
from ..source.targets import find_by_name
from ..source.text_edits import Edit, apply_to_text, edits_by_path
from .move import move_edits

_Text = Callable[[str], bytes | None]
# Uses that a refusal to delete names.
_NAMED = 5
_TAKES = {
    "replace": ("text",), "body": ("text",), "before": ("text",), "after": ("text",),
    "rename": ("to",), "move": ("to",), "delete": (),
}  # fmt: skip


def edit_symbol(
    inference: Inference, text_of: _Text, edit: Mapping[str, Any]
) -> dict[str, bytes | None]:
    """Return the new texts of the files that an edit of a symbol changes.

    ``do`` says what is done: ``replace`` the definition or its ``body`` by a text, insert one
    ``before`` or ``after`` it, ``rename`` it, ``move`` it to another file with its imports,
    ``delete`` it when nothing uses it.
    """
    do = edit.get("do", "")
    if do not in _TAKES:
        raise InvalidArgumentsError(f"'do' is one of {', '.join(_TAKES)}")
    if missing := [key for key in _TAKES[do] if key not in edit]:
        raise InvalidArgumentsError(f"{do!r} needs {missing[0]!r}")
    if extra := edit.keys() - {"symbol", "path", "do", "base", *_TAKES[do]}:
        raise InvalidArgumentsError(f"{do!r} takes no {min(extra)!r}")
    entity = definition_named(inference, edit["symbol"], edit.get("path"))
    match do:
        case "rename":
            edits = _renaming(inference, entity, edit["to"])
        case "move":
            edits = move_edits(inference, entity, edit["to"])
        case "delete":
            edits = [_deletion(inference, entity)]
        case _:
            edits = [_writing(inference, entity, do, edit["text"])]
    found: dict[str, bytes | None] = {}
    for path, own in edits_by_path(edits).items():
        text = apply_to_text(text_of(path) or b"", own)
        if text is None:
            raise InvalidArgumentsError(f"{do} would change the same text of {path} twice")
        found[path] = text
    return found


def definition_named(inference: Inference, name: str, path: str | None = None) -> Entity:
    """Return the class or function of the workspace that a name means.

    Raises InvalidArgumentsError when there is none, or when there are several.
    """
    found = [
        item.entity
        for item in find_by_name(inference, name, path)
        if item.entity.kind in (CLASS, FUNCTION) and not item.entity.is_outside
    ]
    if not found:
        raise InvalidArgumentsError(
            f"no class or function of the workspace is called {name}"
            + (f" in {path}" if path else "")
        )
    if len({entity.path for entity in found}) > 1 or len(found) > 1:
        listed = ", ".join(
            f"{qualified_name(inference, each)} in {each.path}" for each in found[:5]
        )
        raise InvalidArgumentsError(f"{name} may mean {listed}: name it fully, or with its 'path'")
    return found[0]


def reindented(code: str, indentation: str) -> str:
    """Return code at another indentation; lines inside of strings stay as they are."""
    code = dedent(code.replace("\r\n", "\n")).strip("\n")
    raw = code.encode("utf-8", "surrogateescape")
    inside: set[int] = set()
    for start, end in layout(raw).strings:
        first, last = raw.count(b"\n", 0, start), raw.count(b"\n", 0, end)
        inside.update(range(first + 1, last + 1))
    lines = code.split("\n")
    return "\n".join(
        line if number in inside or not line.strip() else indentation + line
        for number, line in enumerate(lines)
    )


def _writing(inference: Inference, entity: Entity, do: str, code: str) -> Edit:
    facts, text = inference.need(entity.path), inference.text(entity.path)
    table, row = facts.definition, entity.row
    start, end = table.start[row], table.end[row]
    line = text.rfind(b"\n", 0, start) + 1
    indentation = text[line:start].decode() if not text[line:start].strip() else ""
    if do == "body":
        colon = table.header_end[row]
        colon = text.index(b":", colon)
        comment = re.compile(rb"[ \t]*#[^\n]*").match(text, colon + 1)
        at = comment.end() if comment else colon + 1
        inner = indentation + _unit(text, indentation)
        return Edit(entity.path, at, end, f"\n{reindented(code, inner)}")
    if do == "replace":
        return Edit(
            entity.path, start, end, reindented(code, indentation).removeprefix(indentation)
        )
    is_member = owner_class(facts, entity) >= 0 or table.scope[row] != 0
    gap = "\n\n" if is_member else "\n\n\n"
    if do == "after":
        return Edit(entity.path, end, end, gap + reindented(code, indentation))
    at = _above_comments(text, line, indentation.encode())
    return Edit(entity.path, at, at, reindented(code, indentation) + gap)


def _unit(text: bytes, indentation: str) -> str:
    """Return by what a text indents one level more: as it does first, or by four blanks."""
    found = re.search(rb":[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*\r?\n)*([ \t]+)\S", text)
    unit = found.group(1).decode() if found else "    "
    return unit if not indentation or unit[:1] == indentation[:1] else indentation[:1] * 4


def _above_comments(text: bytes, line: int, indentation: bytes) -> int:
    """Return the start of the comments right above a line that stand as far in."""
    while line:
        above = text.rfind(b"\n", 0, line - 1) + 1
        if not text[above:line].startswith(indentation + b"#"):
            break
        line = above
    return line


def _renaming(inference: Inference, entity: Entity, new: str) -> list[Edit]:
    renaming = rename(inference, entity.path, position_of(inference, entity), new)
    return [Edit(each.path, each.start, each.end, new) for each in renaming.changes]


def _deletion(inference: Inference, entity: Entity) -> Edit:
    """Return the edit that removes a definition; raise InvalidArgumentsError if it is used."""
    table = inference.need(entity.path).definition
    start, end = table.start[entity.row], table.end[entity.row]
    uses = [
        each
        for each in references(inference, entity, overrides=True)
        if each.evidence < TEXTUAL
        and each.role != f.DEFINED
        and not (each.path == entity.path and start <= each.position < end)
    ]
    if uses:
        listed = ", ".join(_places(inference, [(each.path, each.position) for each in uses]))
        raise InvalidArgumentsError(f"{name_of(inference, entity)} is used: {listed}")
    return removal(inference, entity)


def _places(inference: Inference, uses: Iterable[tuple[str, int]]) -> list[str]:
    found = [f"{path}:{inference.need(path).line_of(at) + 1}" for path, at in uses]
    return [*found[:_NAMED], *([f"and {len(found) - _NAMED} more"] if len(found) > _NAMED else [])]


def removal(inference: Inference, entity: Entity) -> Edit:
    """Return the edit that takes a definition away, with the blank lines above it.

    A class or function that nothing else is in gets ``pass`` in its place.
    """
    facts, text = inference.need(entity.path), inference.text(entity.path)
    table = facts.definition
    start, end = table.start[entity.row], table.end[entity.row]
    line = text.rfind(b"\n", 0, start) + 1
    indentation = text[line:start]
    owner = owner_class(facts, entity)
    if owner >= 0:
        body = text[table.header_end[owner] : start].partition(b":")[2].strip()
        if not body and not text[end : table.end[owner]].strip():
            return Edit(entity.path, start, end, "pass")
    at = _above_comments(text, line, indentation)
    rest = text[end:]
    end += len(rest) - len(rest.lstrip(b"\r\n"))
    if end < len(text):
        return Edit(entity.path, at, end, "")
    kept = text[:at].rstrip()
    return Edit(entity.path, len(kept), end, "\n" if kept else "")
