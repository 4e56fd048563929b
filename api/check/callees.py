"""Callees: the functions and classes that a call may reach, with their signatures."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.inference.entities import Entity

_STARS = {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}


@dataclass(slots=True, frozen=True)
class Parameter:
    """A parameter: its name, one of the kinds of ``facts``, and whether a call has to pass it.

    ``entity`` is the parameter, or the field of a class from which it is made.
    """

    name: str
    kind: int
    entity: Entity
    required: bool = field(kw_only=True)

    @property
    def is_positional(self) -> bool:
        """True if a positional argument can be for it."""
        return self.kind <= f.POSITIONAL


@dataclass(slots=True, frozen=True)
class Signature:
    """One way to call something; ``parameters`` without the one that a method is bound to.

    ``entity`` is the function or class; ``start`` the class of which it is called, if known;
    ``lacks_receiver`` is true for a method without a parameter for what it is called on.
    """

    entity: Entity
    parameters: list[Parameter]
    start: Entity | None = None
    lacks_receiver: bool = False

    @property
    def positional(self) -> list[Parameter]:
        """The parameters that positional arguments can be for."""
        return [each for each in self.parameters if each.is_positional]

    def takes_any(self, kind: int) -> bool:
        """True if there is a parameter of a kind: ``*args`` or ``**kwargs``."""
        return any(parameter.kind == kind for parameter in self.parameters)

    def shown(self) -> str:
        """Return the parameters as they could be written: ``(a, b=…, *, c)``."""
        parts: list[str] = []
        last = -1
        for each in self.parameters:
            if last == f.POSITIONAL_ONLY and each.kind > f.POSITIONAL_ONLY:
                parts.append("/")
            if each.kind == f.KEYWORD_ONLY and last < f.VAR_POSITIONAL:
                parts.append("*")
            last = each.kind
            stars = _STARS.get(each.kind, "")
            parts.append(stars + each.name + ("" if each.required or stars else "=…"))
        return f"({', '.join(parts)})"


@dataclass(slots=True, frozen=True)
class Callee:
    """A function or class that a call may reach: a call fits it when it fits any signature.

    ``then`` is what gets the same arguments after it: ``__init__`` behind ``__new__``.
    """

    entity: Entity
    signatures: list[Signature]
    then: Callee | None = None
