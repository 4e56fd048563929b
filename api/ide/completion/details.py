"""Details of one item of completion: its documentation, and the edits of an import."""

from __future__ import annotations

from dataclasses import dataclass

from ....indexer.inference.entities import MODULE, Found
from ....indexer.inference.modules import find_module
from ....indexer.inference.names import module_attribute
from ...source.import_edits import import_edit
from ..auto_import import public_module
from ..hover import Hover, of_entity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.inference.inference import Inference


@dataclass(frozen=True, slots=True)
class Details:
    """``about`` is None when nothing is known; ``edits`` are (start, end, text) in the file.

    ``module`` is where the edits import from.
    """

    about: Hover | None
    edits: list[tuple[int, int, str]]
    module: str


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
    edits = [
        (each.start, each.end, each.text) for each in import_edit(inference, path, module, name)
    ]
    return Details(of_entity(inference, item), edits, module)
