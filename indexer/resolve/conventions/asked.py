"""The parameter that is asked about, and the answer that a convention gives."""

from __future__ import annotations

from ... import facts as f
from ..entities import FUNCTION, owner_class
from ..signatures import parameters_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...facts import FileFacts
    from ...snapshot import Snapshot
    from ..types import Type


class Parameter:
    """A parameter that is asked about.

    ``place`` counts from what a call writes first, so the receiver of a method is left out; it is
    -1 for a parameter that is given by keyword only. ``cls`` is the definition row of the class
    that the function is a member of, or -1.
    """

    __slots__ = ("cls", "facts", "function", "method", "name", "parameter", "path", "place", "row")

    def __init__(self, snapshot: Snapshot, path: str, facts: FileFacts, row: int) -> None:
        """Row ``row`` of binding, of a function that has a definition."""
        self.path = path
        self.facts = facts
        self.row = row
        scope = facts.binding[f.BIND_SCOPE][row]
        self.function = (FUNCTION, path, facts.scope[f.SCOPE_DEFINITION][scope])
        self.method = facts.names[facts.definition[f.DEF_NAME][self.function[2]]]
        self.name = facts.names[facts.binding[f.BIND_NAME][row]]
        self.parameter = facts.binding[f.BIND_REF][row]
        self.cls = owner_class(facts, self.function)
        rows = parameters_of(snapshot, self.function)
        self.place = rows.index(self.parameter)
        if facts.parameter[f.PAR_KIND][self.parameter] == f.KEYWORD_ONLY:
            self.place = -1
        elif self.is_bound:
            self.place -= 1

    @property
    def is_bound(self) -> bool:
        """Whether calls leave out the first parameter."""
        flags = self.facts.definition[f.DEF_FLAGS][self.function[2]]
        return self.cls >= 0 and not flags & f.STATIC


class Answer:
    """What one convention says: a type, the rule's short name, and what it saw, for people."""

    __slots__ = ("because", "rule", "type")

    def __init__(self, type_: Type, rule: str, because: str) -> None:
        """``because`` goes on after "`x` is a `Foo`: "."""
        self.type = type_
        self.rule = rule
        self.because = because
