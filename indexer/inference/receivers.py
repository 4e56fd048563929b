"""What a method gets as its first parameter: what it is called on, unless a decorator decides.

@classproperty
def code(cls): ...          # the class, though it is no class method

@PygletView.method("v")
def draw(self): ...         # an object of Objective-C, which stands for the window
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view as view
from .access_paths import decorator_callee, last_name
from .classes import class_member
from .entities import CLASS, FUNCTION, PARAMETER, Entity, first_parameter_class
from .names import bindings_of_name
from .query_cache import cached
from .return_types import KNOWN_DECORATORS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference


def is_what_it_is_called_on(inference: Inference, path: str, parameter: int) -> bool:
    """True if the parameter of a binding gets what a method is called on, or the class of that."""
    facts = inference.need(path)
    if first_parameter_class(facts, Entity(PARAMETER, path, parameter)) < 0:
        return False
    definition = facts.scope.definition[facts.binding.scope[parameter]]
    if _is_decorator(inference, facts, definition):
        return False
    return not any(
        last_name(facts, decorator_callee(facts, each)) not in KNOWN_DECORATORS
        and _passes_another(inference, path, each)
        for each in view.decorators(facts, definition)
    )


# Files that are asked if a name decorates something there.
_FILES = 20


def _is_decorator(inference: Inference, facts: FileFacts, definition: int) -> bool:
    """True if a function in a class is there to decorate others: what it gets are these."""
    name = facts.names[facts.definition.name[definition]]
    first = next(view.parameters(facts, facts.definition.own_scope[definition]), -1)
    if first < 0 or facts.names[facts.parameter.name[first]] in ("self", "cls"):
        return False
    return any(
        role & f.ROLE_MASK == f.DECORATES
        for path in inference.files_with(name)[:_FILES]
        for role, _, _ in inference.need(path).occurrences(name)
    )


def _passes_another(inference: Inference, path: str, decorator: int) -> bool:
    """True if a decorator calls the method with something else than it is called on itself."""

    def found() -> bool:
        named = decorator_callee(inference.need(path), decorator)
        return any(
            _is_descriptor(inference, item.entity) or _calls_with_another(inference, item.entity)
            for item in inference.definitions_of(path, named)
        )

    return cached(inference, ("passes another receiver", path, decorator), found, False)


def _is_descriptor(inference: Inference, entity: Entity) -> bool:
    """True for a class whose ``__get__`` is written in Python: it may pass on anything."""
    return entity.kind == CLASS and any(
        not item.entity.path.endswith(".pyi") for item in class_member(inference, entity, "__get__")
    )


def _calls_with_another(inference: Inference, function: Entity) -> bool:
    """True if a decorator's wrapper calls a parameter with another object than its own first."""
    if function.kind != FUNCTION or function.path.endswith(".pyi"):
        return False
    facts = inference.need(function.path)
    start, end = facts.definition.start[function.row], facts.definition.end[function.row]
    return any(
        start <= facts.expr.position[call.function] < end and _is_with_another(facts, call)
        for call in view.calls(facts)
    )


def _is_with_another(facts: FileFacts, call: view.Call) -> bool:
    """True for ``function(ObjCInstance(self), …)`` in a wrapper of ``function``."""
    if view.op(facts, call.function) != f.NAME:
        return False
    wrapper = view.name_scope(facts, call.function)
    if not _is_parameter(facts, call.function, facts.scope.parent[wrapper]):
        return False
    first = next(view.arguments(facts, call.row), None)
    if first is None or not first.is_positional:
        return False
    is_name = view.op(facts, first.value) == f.NAME
    return not (is_name and _is_parameter(facts, first.value, wrapper))


def _is_parameter(facts: FileFacts, name: int, scope: int) -> bool:
    """True if a plain name is the first parameter of the function of a scope."""
    first = next(view.parameters(facts, scope), -1) if scope >= 0 else -1
    return first >= 0 and any(
        facts.binding.kind[row] == f.PARAMETER and facts.binding.ref[row] == first
        for row in bindings_of_name(facts, name)
    )
