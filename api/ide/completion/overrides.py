"""Completion behind ``def`` in a class: methods of its bases, with a call of what they override."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, Entity, name_of
from ...source.override_stubs import INDENT, overridable
from .items import Group, Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .items import CompletionContext


def items(context: CompletionContext) -> list[Item]:
    """Return an item for each method of a base that the class around the cursor lacks."""
    inference, path, cursor = context.inference, context.path, context.cursor
    facts = inference.need(path)
    if facts.scope.kind[context.scope] != f.CLASS_SCOPE:
        return []
    cls: Entity = Entity(CLASS, path, facts.scope.definition[context.scope])
    result: list[Item] = []
    line_start = cursor.line_start
    line = cursor.text[line_start : cursor.start]
    indent = line[: len(line) - len(line.lstrip())].decode()
    rest = (
        cursor.text[cursor.offset :]
        .split(b"\n", 1)[0]
        .lstrip(b"0123456789abcdefghijklmnopqrstuvwxyz_")
    )
    has_more = bool(rest.strip())
    for stub in overridable(inference, cls, at=cursor.offset):
        kind = "method"
        item = Item(stub.name, kind, Group.MEMBER, stub.entity)
        item.description = name_of(inference, stub.owner)
        if not has_more:
            body = f":\n{indent}{INDENT}"
            item.insert = f"{stub.header}{body}{stub.body}"
            escaped = item.insert.replace("\\", "\\\\").replace("$", "\\$").replace("}", "\\}")
            at = len(escaped) - len(stub.body.replace("$", "\\$").replace("}", "\\}"))
            item.snippet = f"{escaped[:at]}${{0:{escaped[at:]}}}"
        item.detail = f"def {stub.header}"
        at = line_start + len(indent.encode())
        if stub.is_async and not line.lstrip().startswith(b"async"):
            item.before.append((at, "async "))
        above = cursor.text[:line_start].rstrip().rpartition(b"\n")[2].strip()
        for decorator in stub.decorators:
            if above != decorator.encode():
                item.before.append((at, f"{decorator}\n{indent}"))
        result.append(item)
    return result
