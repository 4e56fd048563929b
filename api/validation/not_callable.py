"""Values that are called and cannot be."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve import evaluate
from ...indexer.resolve.conventions import syntax
from ...indexer.resolve.entities import ATTRIBUTE, FUNCTION, PARAMETER, VARIABLE
from ...indexer.resolve.membership import ABSENT, membership
from ...indexer.resolve.types import INSTANCE, MODULE_OBJECT, known
from .said import receiver_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity
    from .file import File


def what_cannot_be_called(file: File, function: int) -> tuple[str, int] | None:
    """What is called and cannot be, as a sentence, and the evidence; None when it may be."""
    type_ = known(file.complete_type(function))
    if not type_ or not all(value[0] in (INSTANCE, MODULE_OBJECT) for value in type_):
        return None
    if any("/typing" in value[1][1] for value in type_):
        return None  # special forms, whose stubs do not say what they are
    if _is_tested(file, function):
        return None
    found = evaluate.objects(file.strict, file.path, function)
    if any(item.entity[0] == PARAMETER and _is_unsaid(file, item.entity) for item in found):
        return None  # in the body of a class, a function of any kind may be called
    if any(_may_be_set_elsewhere(file, item.entity) for item in found):
        return None
    if any(
        value[0] == INSTANCE and membership(file.strict, value, "__call__") != ABSENT
        for value in type_
    ):
        return None
    evidence = max(max((value[3] for value in type_), default=0), 0)
    said = receiver_text(file, function, type_)
    if any(_is_property(file, item.entity) for item in found):
        return f"{said} is what a property gives, and cannot be called.", evidence
    return f"{said} cannot be called.", evidence


def _is_unsaid(file: File, entity: Entity) -> bool:
    return file.strict.need(entity[1]).binding[f.BIND_ANNOTATION][entity[2]] < 0


def _is_tested(file: File, function: int) -> bool:
    """Whether code asks ``callable(x)`` of what is spelled like this."""
    facts = file.facts
    spelled = file.spelled(function)
    for role, _, ref in facts.occurrences("callable"):
        call = syntax.call_of(facts, ref) if role == f.CALLED else -1
        if call >= 0 and file.spelled(syntax.given(facts, call, 0, "")) == spelled:
            return True
    return False


def _is_property(file: File, entity: Entity) -> bool:
    if entity[0] != FUNCTION:
        return False
    facts = file.strict.need(entity[1])
    return bool(facts.definition[f.DEF_FLAGS][entity[2]] & f.PROPERTY)


def _may_be_set_elsewhere(file: File, entity: Entity) -> bool:
    """Whether another file sets an attribute or variable that no annotation declares."""
    kind, path, row = entity
    if kind not in (VARIABLE, ATTRIBUTE):
        return False
    facts = file.strict.need(path)
    if kind == VARIABLE:
        scope = facts.scope[f.SCOPE_KIND][facts.binding[f.BIND_SCOPE][row]]
        if scope not in (f.MODULE_SCOPE, f.CLASS_SCOPE):
            return False
        annotation, name = facts.binding[f.BIND_ANNOTATION][row], facts.binding[f.BIND_NAME][row]
    else:
        annotation = facts.attribute_binding[f.ATTR_ANNOTATION][row]
        name = facts.attribute_binding[f.ATTR_NAME][row]
    if annotation >= 0:
        return False
    spelled = facts.names[name]
    for other in file.strict.files_with(spelled):
        if other == path:
            continue
        there = file.strict.facts(other)
        for role, _, _ in there.occurrences(spelled) if there is not None else ():
            if role & f.ROLE_MASK in (f.WRITTEN, f.DEFINED):
                return True
    return False
