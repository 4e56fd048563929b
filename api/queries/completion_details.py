"""What an item of completion shows when it is looked at, and what choosing it changes elsewhere."""

from __future__ import annotations

from ...indexer.resolve.entities import MODULE, Found
from ...indexer.resolve.modules import find_module
from ...indexer.resolve.names import member_of
from .auto_import import public_module
from .hover import Hover, of_entity
from .import_edits import import_edit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.snapshot import Snapshot


class Details:
    """``about`` is None when nothing is known; ``edits`` are (start, end, text) in the file."""

    __slots__ = ("about", "edits", "module")

    def __init__(self, about: Hover | None, edits: list[tuple[int, int, str]], module: str) -> None:
        """``module`` is where the edits import from."""
        self.about = about
        self.edits = edits
        self.module = module


def of_import(snapshot: Snapshot, path: str, module: str, name: str) -> Details:
    """Details of an item that has to be imported, from the package that offers it to others."""
    found = find_module(snapshot, module, path)
    if found is None:
        return Details(None, [], module)
    item = Found(found)
    if name:
        inner = member_of(snapshot, found, name)
        if inner:
            item = inner[-1]
            if found[0] == MODULE and not found[1].startswith("/"):
                module = public_module(snapshot, module, name, item.entity)
    return Details(of_entity(snapshot, item), import_edit(snapshot, path, module, name), module)
