"""Arguments for a parameter: direct calls, constructors, ``super()``, partials, decorators.

Candidates are the occurrences of the function's name, nearest files first; each is confirmed by
resolving what is called there. How many are looked at is bounded by numbers, never by time, so the
answer is the same on every machine.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference import access_paths, expressions
from ..inference.classes import class_member, mro, subclasses
from ..inference.entities import CLASS, CONVENTIONAL, FUNCTION, PARAMETER, Entity, name_of
from ..inference.types import CLASS_OBJECT, FUNCTION_OBJECT, UNKNOWN, Value, without_none
from .evidence import Answer, infer_argument, informative

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..inference.inference import Inference
    from ..inference.types import Type
    from .evidence import ParameterQuery

# By how many conventions the question is asked inside of: files looked into, occurrences tried,
# call sites taken.
_BOUNDS = ((32, 32, 10), (6, 8, 3), (3, 4, 2))
_SUBCLASSES = 6
_CONSTRUCTORS = ("__init__", "__new__")


class Site:
    """An argument for a parameter: an expression, or a type where there is no expression."""

    __slots__ = ("expr", "path", "type")

    def __init__(self, path: str, expr: int, type_: Type = UNKNOWN) -> None:
        """``type_`` counts for something that no expression writes, as what a decorator gets."""
        self.path = path
        self.expr = expr
        self.type = type_

    def value(self, inference: Inference) -> Type:
        """Return the type of the argument."""
        return self.type or without_none(infer_argument(inference, self.path, self.expr))


def passed_at_call_sites(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what call sites of the function pass for a parameter."""
    own_tests = access_paths.is_test_file(query.path)
    parts: list[Type] = []
    total = 0
    for site in argument_sites(inference, query):
        if parts and access_paths.is_test_file(site.path) and not own_tests:
            break  # sites in tests come last, and pass what stands in for the real thing
        if _is_parameter_itself(inference, query, site):
            continue
        total += 1
        type_ = informative(inference, site.value(inference), query.path)
        if type_:
            parts.append(type_)
    if not parts:
        return None
    noun = "call site" if total == 1 else "call sites"
    return Answer(tuple_of(parts), "call-sites", f"{len(parts)} of {total} {noun}")


def tuple_of(parts: list[Type]) -> Type:
    """Return the alternatives of several types, unbounded, in the order in which they were met."""
    return tuple(dict.fromkeys(value for part in parts for value in part))


def _is_parameter_itself(inference: Inference, query: ParameterQuery, site: Site) -> bool:
    """True if a call hands on the very parameter that is asked about, as recursion does."""
    if site.path != query.path or site.expr < 0:
        return False
    if query.facts.expr.op[site.expr] != f.NAME:
        return False
    found = expressions.definitions_of(inference, site.path, site.expr)
    return any(item.entity == Entity(PARAMETER, query.path, query.row) for item in found)


def argument_sites(inference: Inference, query: ParameterQuery) -> Iterator[Site]:
    """Yield the arguments for a parameter in confirmed calls, nearest first."""
    level = min(inference.progress.conventions - 1, len(_BOUNDS) - 1)
    n_files, n_tried, n_sites = _BOUNDS[max(level, 0)]
    count = 0
    for path, name, wanted in _places(inference, query, n_files):
        facts = inference.facts(path)
        if facts is None:
            continue
        for role, _, ref in facts.occurrences(name):
            plain_role = role & f.ROLE_MASK
            if plain_role == f.CALLED:
                found = _called(inference, path, facts, ref, query, wanted)
            elif plain_role == f.READ:
                found = _partial(inference, path, facts, ref, query, wanted)
            elif plain_role == f.DECORATES:
                found = _decorates(inference, path, facts, ref, query, wanted)
            else:
                continue
            if found is None:
                continue
            n_tried -= 1
            if isinstance(found, Site):
                yield found
                count += 1
            if n_tried <= 0 or count >= n_sites:
                return


def _places(
    inference: Inference, query: ParameterQuery, limit: int
) -> Iterator[tuple[str, str, set[Entity]]]:
    """Yield (file, name, entities that the name has to resolve to), nearest files first."""
    facts, function = query.facts, query.function
    if query.method in _CONSTRUCTORS and query.cls >= 0:
        cls = Entity(CLASS, query.path, query.cls)
        yield query.path, "cls", {cls}
        yield query.path, "__class__", {cls}
        name = name_of(inference, cls)
        for path in access_paths.nearest_files(query.path, inference.files_with(name), limit):
            yield path, name, {cls}
        for path in access_paths.nearest_files(
            query.path, inference.snapshot.files_inheriting(name), 8
        ):
            yield path, query.method, {function}
        for derived in subclasses(inference, cls)[:_SUBCLASSES]:
            if any(
                item.entity == function for item in class_member(inference, derived, query.method)
            ):
                name = name_of(inference, derived)
                for path in access_paths.nearest_files(query.path, inference.files_with(name), 8):
                    yield path, name, {derived}
        return
    if query.method.startswith("__") and query.method.endswith("__"):
        return
    wanted = {function}
    if query.cls >= 0:
        wanted |= overridden_methods(inference, query)
    scope = facts.definition.scope[function.row]
    names = {query.method, *_other_names(facts, function, scope)}
    local = facts.scope.kind[scope] == f.FUNCTION_SCOPE
    files = [query.path] if local else inference.files_with(query.method)
    for path in access_paths.nearest_files(query.path, files, limit):
        other = inference.facts(path)
        if other is None:
            continue
        for name in [*sorted(names), *_imported_as(other, query.method)]:
            yield path, name, wanted


def _other_names(facts: FileFacts, function: Entity, scope: int) -> list[str]:
    """Return the aliases of a function in its own scope: ``other = function``."""
    name = facts_view.definition_name(facts, function.row)
    return [
        facts_view.binding_name(facts, row)
        for row, where in enumerate(facts.binding.scope)
        if where == scope
        and facts.binding.kind[row] == f.ASSIGN
        and facts_view.plain_name(facts, facts.binding.value[row]) == name
    ]


def _imported_as(facts: FileFacts, name: str) -> list[str]:
    """Return the names under which a file imports something of this name."""
    table = facts.imports
    found: list[str] = []
    for row, flags in enumerate(table.flags):
        if flags & f.ALIASED and table.name[row] >= 0:
            bound = facts.names[table.bound[row]]
            if facts.names[table.name[row]] == name and bound != name:
                found.append(bound)
    return found


def overridden_methods(inference: Inference, query: ParameterQuery) -> set[Entity]:
    """Return the methods of base classes that the function overrides."""
    own = Entity(CLASS, query.path, query.cls)
    found: set[Entity] = set()
    for base in mro(inference, own)[1:]:
        if base.kind == CLASS:
            for item in class_member(inference, base, query.method):
                if item.entity.kind == FUNCTION:
                    found.add(item.entity)
    return found


def _called(
    inference: Inference,
    path: str,
    facts: FileFacts,
    function: int,
    query: ParameterQuery,
    wanted: set[Entity],
) -> Site | bool | None:
    """Return the argument of a call; False if something else is called, None without argument."""
    call = access_paths.nearby_call(facts, function)
    if call < 0:
        return None
    place = query.place
    if query.place >= 0 and _names_class(inference, path, facts, function, query):
        place += 1
    argument = access_paths.argument_for(facts, call, place, query.name)
    if argument < 0:
        return None
    return Site(path, argument) if _stands_for(inference, path, facts, function, wanted) else False


def _names_class(
    inference: Inference, path: str, facts: FileFacts, function: int, query: ParameterQuery
) -> bool:
    """True if a method is called on the class, so that the receiver is written as an argument."""
    method = facts_view.attribute(facts, function)
    if not query.is_bound or method is None:
        return False
    if query.facts.definition.flags[query.function.row] & f.CLASSMETHOD:
        return False
    if facts.expr.op[method.receiver] not in (f.NAME, f.ATTRIBUTE):
        return False
    found = expressions.definitions_of(inference, path, method.receiver)
    return any(item.entity.kind == CLASS for item in found)


def _stands_for(
    inference: Inference, path: str, facts: FileFacts, function: int, wanted: set[Entity]
) -> bool:
    """True if an expression is one of these functions or classes."""
    found = expressions.definitions_of(inference, path, function)
    if any(item.entity in wanted for item in found):
        return True
    name = access_paths.last_name(facts, function)
    if name in {"cls", "__class__"}:
        for value in expressions.infer_type(inference, path, function):
            if value.form == CLASS_OBJECT and value.entity.kind == CLASS:
                return any(entity in mro(inference, value.entity) for entity in wanted)
    return False


def _partial(
    inference: Inference,
    path: str,
    facts: FileFacts,
    function: int,
    query: ParameterQuery,
    wanted: set[Entity],
) -> Site | bool | None:
    """Return what ``partial(function, …)`` binds."""
    call, op = access_paths.parent_expression(facts, function)
    callee = facts_view.called(facts, call)
    if op != f.CALL or access_paths.last_name(facts, callee) not in ("partial", "partialmethod"):
        return None
    place = query.place + 1 if query.place >= 0 else -1
    argument = access_paths.argument_for(facts, call, place, query.name)
    if argument < 0:
        return None
    found = expressions.definitions_of(inference, path, function)
    return Site(path, argument) if any(item.entity in wanted for item in found) else False


def _decorates(
    inference: Inference,
    path: str,
    facts: FileFacts,
    function: int,
    query: ParameterQuery,
    wanted: set[Entity],
) -> Site | bool | None:
    """Return what a decorator gets.

    The function or class below it, or the arguments it is called with.
    """
    decorated = _decorated(facts, function)
    if decorated is None:
        return None
    definition, called = decorated
    if called:
        return _called(inference, path, facts, function, query, wanted)
    if query.place != 0:
        return None
    found = expressions.definitions_of(inference, path, function)
    if not any(item.entity in wanted for item in found):
        return False
    return Site(path, -1, definition_value(path, facts, definition))


def definition_value(path: str, facts: FileFacts, definition: int) -> Type:
    """Return a class or function as a value."""
    if facts.definition.kind[definition] == f.CLASS:
        return (Value(CLASS_OBJECT, Entity(CLASS, path, definition), (), CONVENTIONAL),)
    return (Value(FUNCTION_OBJECT, Entity(FUNCTION, path, definition), (UNKNOWN,), CONVENTIONAL),)


def _decorated(facts: FileFacts, function: int) -> tuple[int, bool] | None:
    """Return the row of what a function decorates, and True if the decorator calls it."""
    for definition in facts_view.definitions(facts):
        for decorator in facts_view.decorators(facts, definition):
            if access_paths.decorator_callee(facts, decorator) == function:
                return definition, decorator != function
    return None


def decorated_by(
    inference: Inference, factory: Entity, limit: int = 24
) -> Iterator[tuple[str, FileFacts, int]]:
    """Yield (file, facts, definition) of what ``@factory(…)`` decorates."""
    name = name_of(inference, factory)
    for path in access_paths.nearest_files(factory.path, inference.files_with(name), limit):
        facts = inference.facts(path)
        if facts is None:
            continue
        for role, _, ref in facts.occurrences(name):
            if role & f.ROLE_MASK != f.DECORATES:
                continue
            definition, is_called = _decorated(facts, ref) or (-1, False)
            if not is_called:
                continue
            if any(
                item.entity == factory for item in expressions.definitions_of(inference, path, ref)
            ):
                yield path, facts, definition


def passed_by_decorator(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what a decorator that a function makes gets: ``@register("x")`` above a class."""
    facts, (_, path, row) = query.facts, query.function
    scope = facts.definition.scope[row]
    outer = facts.scope.definition[scope]
    if query.place != 0 or facts.scope.kind[scope] != f.FUNCTION_SCOPE or outer < 0:
        return None
    if facts_view.definition_name(facts, row) not in returned_names(facts, scope):
        return None
    parts = [
        definition_value(where, other, definition)
        for where, other, definition in decorated_by(inference, Entity(FUNCTION, path, outer))
    ]
    if not parts:
        return None
    return Answer(tuple_of(parts), "decorated", f"it decorates {len(parts)} definitions")


def returned_names(facts: FileFacts, scope: int) -> set[str]:
    """Return the plain names that a function returns."""
    return {
        name
        for where, expr in zip(facts.result.scope, facts.result.expr, strict=True)
        if where == scope and (name := facts_view.plain_name(facts, expr))
    }


def assigned_to_property(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what is assigned to the property that the function sets."""
    facts = query.facts
    row = query.function.row
    if not facts.definition.flags[row] & f.ACCESSOR or query.cls < 0 or query.place:
        return None
    cls = Entity(CLASS, query.path, query.cls)
    parts: list[Type] = []
    tried = 0
    for path in access_paths.nearest_files(query.path, inference.files_with(query.method), 24):
        other = inference.facts(path)
        if other is None:
            continue
        name = other.name_id(query.method)
        table = other.attribute_binding
        for index, written in enumerate(table.name):
            if written != name or table.value[index] < 0 or tried >= 24:
                continue
            tried += 1
            receiver = expressions.infer_classes(inference, path, table.receiver[index])
            if any(cls in mro(inference, item.entity) for item in receiver):
                value = without_none(expressions.infer_type(inference, path, table.value[index]))
                parts.append(informative(inference, value, query.path))
    parts = [part for part in parts if part]
    if parts:
        noun = "assignment" if len(parts) == 1 else "assignments"
        return Answer(tuple_of(parts), "assigned", f"{len(parts)} {noun}")
    return None
