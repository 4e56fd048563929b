"""Classes of the standard library, by name: what literals and syntax make."""

from __future__ import annotations

import sys

from .entities import CLASS, MODULE
from .modules import find_module, find_outside
from .names import module_member
from .query_cache import cached
from .types import UNKNOWN, instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .entities import Entity
    from .inference import Inference
    from .types import Type


def standard_class(inference: Inference, module: str, name: str) -> Entity | None:
    """A class of the standard library by name, for what literals and syntax give."""
    return cached(
        inference, ("named", module, name), lambda: _standard_class(inference, module, name), None
    )


def _standard_class(inference: Inference, module: str, name: str) -> Entity | None:
    # A workspace may have a `types.py` of its own, which is not where functions come from.
    is_standard = module.partition(".")[0] in sys.stdlib_module_names
    found = (find_outside if is_standard else find_module)(inference, module)
    entity: Entity | None = None
    if found is not None and found.kind == MODULE:
        for item in module_member(inference, found.path, name):
            if item.entity.kind == CLASS:
                entity = item.entity
    return entity


def builtin_instance(inference: Inference, name: str, *args: Type) -> Type:
    """An instance of a builtin class."""
    entity = standard_class(inference, "builtins", name)
    return (instance(entity, args),) if entity is not None else UNKNOWN


def is_standard_class(inference: Inference, entity: Entity, module: str, *names: str) -> bool:
    """True if an entity is one of these classes of a standard module."""
    return any(entity == standard_class(inference, module, name) for name in names)
