"""Fixes for classes that lack methods that they have to define."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, Entity
from ...source.override_stubs import abstract_methods
from ..findings import Edit, Fix

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.inference import Inference
    from ...source.override_stubs import OverrideStub


def class_fixes(inference: Inference, path: str, offset: int) -> list[Fix]:
    """Return the fix that implements the abstract methods of the class at a byte offset."""
    cls = class_at(inference, path, offset)
    stubs = abstract_methods(inference, cls) if cls is not None else []
    if cls is None or not stubs:
        return []
    names = ", ".join(f"`{stub.name}`" for stub in stubs[:3])
    more = f" and {len(stubs) - 3} more" if len(stubs) > 3 else ""
    return [Fix(f"Implement {names}{more}", [append_methods(inference, cls, stubs)])]


def class_at(inference: Inference, path: str, offset: int) -> Entity | None:
    """Return the class whose header holds a byte offset."""
    table = inference.need(path).definition
    for row, kind in enumerate(table.kind):
        if kind == f.CLASS and table.position[row] - 6 <= offset <= table.header_end[row]:
            return Entity(CLASS, path, row)
    return None


def append_methods(inference: Inference, cls: Entity, stubs: list[OverrideStub]) -> Edit:
    """Return the edit that adds methods at the end of a class, or instead of a ``pass`` body."""
    facts, text = inference.need(cls.path), inference.text(cls.path)
    table = facts.definition
    start = table.position[cls.row]
    line_start = text.rfind(b"\n", 0, start) + 1
    outer = text[line_start:start]
    outer = outer[: len(outer) - len(outer.lstrip())]
    header, end = table.header_end[cls.row], table.end[cls.row]
    body = text[header:end]
    indent = outer.decode() + "    "
    for line in body.split(b"\n")[1:]:
        if line.strip() and not line.lstrip().startswith(b"#"):
            indent = line[: len(line) - len(line.lstrip())].decode()
            break
    methods = "\n".join(stub.text(indent) for stub in stubs).rstrip("\n")
    colon = body.find(b":") + 1 if body.lstrip().startswith(b":") else 0
    if body[colon:].strip() in (b"...", b"pass"):
        return Edit(cls.path, header + colon, end, f"\n{methods}")
    at = header + len(body.rstrip())
    return Edit(cls.path, at, at, f"\n\n{methods}")
