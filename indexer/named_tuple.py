"""``typing.NamedTuple`` for what every query loads: importing ``typing`` costs more than a look-up.

Type checkers are shown the real one; see how :mod:`flux_index.indexer.inference.entities` does it.
"""

from __future__ import annotations

from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Meta(type):
    """Make the annotations of a class its fields, readable by name."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> _Meta:
        body.setdefault("__slots__", ())
        made = super().__new__(cls, name, bases, body)
        for place, field in enumerate(body.get("__annotations__", ())):
            setattr(made, field, property(itemgetter(place)))
        return made


class NamedTuple(tuple[object, ...], metaclass=_Meta):
    """A tuple with named fields, given by position."""

    def __new__(cls, *fields: object) -> NamedTuple:
        """Make a tuple of values in the order of the annotations."""
        return tuple[object, ...].__new__(cls, fields)
