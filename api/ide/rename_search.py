"""What a rename changes: all places that change together, and all that is renamed by them."""

from __future__ import annotations

from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.calls import parameter_named
from ...indexer.inference.classes import override_family
from ...indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    FUNCTION,
    MODULE,
    NAMESPACE,
    OUTSIDE,
    PARAMETER,
    TEXTUAL,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at, occurrence_at
from ...indexer.inference.references import Reference, is_local, references, same_symbol
from ...indexer.paths import is_outside
from .navigation import descendants

BY_CONVENTION = "Known by convention only"


@dataclass(frozen=True, slots=True)
class Change:
    """A name to be replaced, at byte offsets of a file; a person has to confirm one with a note."""

    path: str
    start: int
    end: int
    note: str = ""


class Search:
    """All places that change together, and all that is renamed by them."""

    def __init__(self, inference: Inference, targets: list[Entity], name: str) -> None:
        """``targets`` are sure; what is found on the way is known by convention only."""
        self.inference = inference
        self.name = name
        self.targets = list(targets)
        self.found: dict[tuple[str, int], Change] = {}
        self.unsure: list[Reference] = []
        self._seen = {same for each in targets for same in same_symbol(inference, each)}
        # A member of a class inside a function may belong to a family that is seen everywhere.
        first = next((each for each in targets if not is_local(inference, each)), targets[0])
        self._todo = [(first, "")]
        family = override_family(inference, first)
        self._todo += [(each, "") for each in targets if each not in family]
        for base in _inherited_constructor_parameters(inference, first):
            if any(
                reference.role == f.KEYWORD and _taken_by_subclasses(inference, base, reference)
                for reference in references(inference, base)
            ):
                self._add(base)
        while self._todo:
            self._look(*self._todo.pop())

    @property
    def changes(self) -> list[Change]:
        """The changes, in order."""
        return [self.found[key] for key in sorted(self.found)]

    def _look(self, entity: Entity, noted: str) -> None:
        encoded = self.name.encode()
        for reference in references(self.inference, entity, overrides=True, conventions=True):
            path, position = reference.path, reference.position
            end = position + len(encoded)
            if self.inference.text(path)[position:end] != encoded:
                continue  # another name for it
            if reference.length != len(encoded) or is_outside(path):
                continue
            if reference.evidence == TEXTUAL or not self._take_along(entity, reference):
                self.unsure.append(reference)
                continue
            note = noted or (BY_CONVENTION if reference.evidence == CONVENTIONAL else "")
            if not note or (path, position) not in self.found:
                self.found[path, position] = Change(path, position, end, note)

    def _take_along(self, entity: Entity, reference: Reference) -> bool:
        """Note what else a place means; False if that is outside of the workspace.

        ``x.close()`` for an ``x`` that may be one of two classes; a parameter that requests a
        fixture by its name; a keyword of ``cls(size=1)``, which subclasses take too.
        """
        path = reference.path
        occurrence = occurrence_at(self.inference, path, reference.position)
        if occurrence is None or reference.role in (f.DEFINED, f.EXPORTED, f.IMPORTED):
            return True
        others = [item.entity for item in entities_at(self.inference, path, occurrence)]
        if reference.role == f.KEYWORD and entity.kind == PARAMETER:
            others += _taken_by_subclasses(self.inference, entity, reference)
        for other in others:
            if other in self._seen or other.kind in (MODULE, NAMESPACE):
                continue
            if other.kind == OUTSIDE or other.is_outside:
                return False
            if name_of(self.inference, other) != self.name:
                continue
            self._add(other)
        return True

    def _add(self, other: Entity) -> None:
        for each in override_family(self.inference, other):
            if each not in self._seen:
                self._seen |= same_symbol(self.inference, each)
                self.targets.append(each)
                self._todo.append((each, BY_CONVENTION))


def _constructor_of(inference: Inference, parameter: Entity) -> tuple[Entity, str] | None:
    """Return the class whose constructor a parameter is of, and the constructor's name."""
    if parameter.kind != PARAMETER:
        return None
    facts = inference.need(parameter.path)
    definition = facts.scope.definition[facts.binding.scope[parameter.row]]
    function = Entity(FUNCTION, parameter.path, definition)
    cls = owner_class(facts, function) if definition >= 0 else -1
    if cls < 0 or name_of(inference, function) not in ("__init__", "__new__"):
        return None
    return Entity(CLASS, parameter.path, cls), name_of(inference, function)


def _taken_by_subclasses(
    inference: Inference, parameter: Entity, keyword: Reference
) -> list[Entity]:
    """Return the parameters of other constructors that a keyword of ``cls(…)`` may also name."""
    constructor = _constructor_of(inference, parameter)
    occurrence = occurrence_at(inference, keyword.path, keyword.position)
    if constructor is None or occurrence is None:
        return []
    cls, constructor_name = constructor
    called = facts_view.called(inference.need(keyword.path), occurrence.ref)
    named = [item.entity.kind for item in inference.definitions_of(keyword.path, called)]
    if CLASS in named or FUNCTION in named:
        return []  # the class that is called is named
    return _parameters_of(inference, descendants(inference, cls), constructor_name, occurrence.name)


def _inherited_constructor_parameters(inference: Inference, parameter: Entity) -> list[Entity]:
    """Return the parameters of the same name that bases' constructors have."""
    constructor = _constructor_of(inference, parameter)
    if constructor is None:
        return []
    cls, constructor_name = constructor
    order = [each for each in inference.mro(cls)[1:] if each.kind == CLASS and not each.is_outside]
    return _parameters_of(inference, order, constructor_name, name_of(inference, parameter))


def _parameters_of(
    inference: Inference, classes: list[Entity], method: str, name: str
) -> list[Entity]:
    return [
        found.entity
        for cls in classes
        for item in inference.own_member(cls, method)
        if item.entity.kind == FUNCTION
        for found in parameter_named(inference, item.entity, name)
    ]
