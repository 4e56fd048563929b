"""Resources that a host can attach to a conversation: map, rules, status, symbols.

Each resource is an operation's answer as text. Those whose operation is not in the table are not
listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ...indexer.errors import InvalidArgumentsError
from ..operations.table import OPERATIONS
from .render import shown

if TYPE_CHECKING:
    from .tool_calls import ToolCall

SCHEME = "flux-index://"


@dataclass(slots=True, frozen=True)
class Resource:
    """A resource: the answer of an operation as text."""

    name: str
    title: str
    doc: str
    operation: str
    argument: str = ""
    """If not empty, this is a template: what follows the name is the value of that argument."""

    @property
    def uri(self) -> str:
        """Address, or template of addresses."""
        rest = f"/{{+{self.argument}}}" if self.argument else ""
        return f"{SCHEME}{self.name}{rest}"


_ALL = (
    Resource("map", "Map", "What the workspace consists of, and where what is.", "map"),
    Resource("rules", "Rules", "How code is written in this workspace.", "conventions"),
    Resource("status", "Status", "How current the index is, and what is not indexed.", "status"),
    Resource("file", "Outline of a file", "What a file defines.", "outline", "path"),
    Resource("source", "Source of a symbol", "Text of a symbol.", "source", "name"),
    Resource("members", "Members of a class", "All that a class offers.", "members", "name"),
)
RESOURCES: dict[str, Resource] = {one.name: one for one in _ALL if one.operation in OPERATIONS}
"""Resources and templates by name."""


async def read_resource(call: ToolCall, uri: str, budget: int) -> str | None:
    """Return the text of a resource; None if there is none of this address."""
    name, _, rest = uri.removeprefix(SCHEME).partition("/")
    resource = RESOURCES.get(name) if uri.startswith(SCHEME) else None
    if resource is None or bool(rest) != bool(resource.argument):
        return None
    arguments: dict[str, Any] = {resource.argument: unquote(rest)} if rest else {}
    part = await call.ask(resource.operation, **arguments)
    if resource.argument and not part.answer.get("total"):
        raise InvalidArgumentsError(f"there is no {unquote(rest)}")
    return shown([part], budget).text
