"""What an item of completion shows when it is looked at, and what choosing it changes elsewhere."""

from __future__ import annotations

from ....indexer.inference.entities import MODULE, Found
from ....indexer.inference.modules import find_module
from ....indexer.inference.names import module_attribute
from ...source.import_edits import import_edit
from ..auto_import import public_module
from ..hover import Hover, of_entity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.inference import Inference


class Details:
    """``about`` is None when nothing is known; ``edits`` are (start, end, text) in the file."""

    __slots__ = ("about", "edits", "module")

    def __init__(self, about: Hover | None, edits: list[tuple[int, int, str]], module: str) -> None:
        """``module`` is where the edits import from."""
        self.about = about
        self.edits = edits
        self.module = module


def of_import(inference: Inference, path: str, module: str, name: str) -> Details:
    """Details of an item that has to be imported, from the package that offers it to others."""
    found = find_module(inference, module, path)
    if found is None:
        return Details(None, [], module)
    item = Found(found)
    if name:
        inner = module_attribute(inference, found, name)
        if inner:
            item = inner[-1]
            if found.kind == MODULE and not found.is_outside:
                module = public_module(inference, module, name, item.entity)
    return Details(of_entity(inference, item), import_edit(inference, path, module, name), module)
