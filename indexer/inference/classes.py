"""Classes: bases, method resolution order, members, and families of overriding members."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..name_uses import aliases, is_aliased
from ..platform_conditions import DEAD
from ..plugins.registry import BASE_MAKERS
from ..symbols import base_names
from . import synthesized
from .access_paths import last_name
from .entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    OUTSIDE,
    PARAMETER,
    VARIABLE,
    Entity,
    Found,
    entity_of_binding,
    name_of,
    owner_class,
)
from .names import resolve_binding, visible_bindings
from .query_cache import cached
from .standard_types import standard_class
from .stub_mapping import source_entity
from .types import INSTANCE, NOWHERE, UNKNOWN, VARIABLE_TYPE, Value, substitute

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference
    from .types import Type


def bases(inference: Inference, entity: Entity) -> list[Entity]:
    """Return the bases of a class; those that no file here defines as OUTSIDE.

    A base that cannot be resolved is OUTSIDE with an empty name: the class may have any member.
    """
    return cached(inference, ("bases", entity), lambda: _bases(inference, entity), list["Entity"]())


def _bases(inference: Inference, entity: Entity) -> list[Entity]:
    _, path, row = entity
    facts = inference.need(path)
    result: list[Entity] = []
    for key, _, expr in facts_view.bases(facts, row):
        if key not in (f.ARG_POSITIONAL, f.ARG_STAR):
            continue
        found = [
            item.entity
            for item in inference.definitions_of(path, expr)
            if item.entity.kind in (CLASS, OUTSIDE) and item.entity != entity
        ]
        # Of a class and something that is not there, the class is what can be looked into.
        found.sort(key=lambda base: base.kind != CLASS)
        if not found and _is_marker(inference, path, facts, expr):
            continue
        if not found:
            found = _made_base(inference, path, expr)
        if not found:  # an alias, such as typing.List, or a class that a call makes
            is_construction = synthesized.factory_bases(inference, path, expr)
            type_ = inference.annotation_type(path, expr)
            found = is_construction or [value.entity for value in type_ if value.form == INSTANCE]
        result += found[:1] if found else [Entity(OUTSIDE, "", -1)]
    return result


def _made_base(inference: Inference, path: str, expr: int) -> list[Entity]:
    """Return the class that a base is like which a library's function makes."""
    for item in inference.definitions_of(path, expr):
        if item.entity.kind != VARIABLE:
            continue
        _, where, row = item.entity
        facts = inference.need(where)
        function = facts_view.called(facts, facts.binding.value[row])
        maker = BASE_MAKERS.get(last_name(facts, function)) if function >= 0 else None
        if maker is not None:
            base = standard_class(inference, *maker)
            return [base] if base is not None else []
    return []


def _is_marker(inference: Inference, path: str, facts: FileFacts, expr: int) -> bool:
    """True if a base is ``Generic`` or ``Protocol``, which have no members of their own."""
    item = facts_view.subscript(facts, expr)
    expr = item.value if item is not None else expr
    return inference.special_form(path, expr) in ("Generic", "Protocol")


def metaclass(inference: Inference, entity: Entity) -> Entity | None:
    """Return the metaclass of a class, None for ``type``."""
    return cached(inference, ("metaclass", entity), lambda: _metaclass(inference, entity), None)


def _metaclass(inference: Inference, entity: Entity) -> Entity | None:
    for cls in mro(inference, entity):
        if cls.kind != CLASS:
            continue
        facts = inference.need(cls.path)
        for argument in facts_view.bases(facts, cls.row):
            if argument.is_keyword and facts.names[argument.key] == "metaclass":
                for item in inference.definitions_of(cls.path, argument.value):
                    if item.entity.kind == CLASS:
                        return item.entity
    return None


def is_protocol(inference: Inference, entity: Entity) -> bool:
    """True if a class is a protocol."""
    if entity.kind != CLASS:
        return False
    facts = inference.need(entity.path)
    known = facts_view.imported_names(facts)
    if all(known.get(each, each) != "Protocol" for each in base_names(facts, entity.row)):
        return False
    return cached(
        inference,
        ("protocol", entity),
        lambda: any(
            _is_marker(inference, entity.path, facts, base.value)
            for base in facts_view.bases(facts, entity.row)
        ),
        False,
    )


# Far more than any class that people wrote.
_MOST_BASES = 250


def mro(inference: Inference, entity: Entity) -> list[Entity]:
    """Method resolution order by C3 (Python's); for inconsistent bases, depth first.

    Classes outside of the workspace stand in it as OUTSIDE; ``object`` is left out.
    """
    return cached(inference, ("mro", entity), lambda: _linearize(inference, entity), [entity])


def _linearize(inference: Inference, entity: Entity) -> list[Entity]:
    if entity.kind == VARIABLE:
        direct = synthesized.bases_of_factory_class(inference, entity)
    elif entity.kind == CLASS:
        root = standard_class(inference, "builtins", "object")
        direct = [base for base in bases(inference, entity) if base != root]
    else:
        return [entity]
    return [entity, *_merged([*(mro(inference, base) for base in direct), direct], entity)]


def _merged(orders: list[list[Entity]], own: Entity) -> list[Entity]:
    """Merge orders of bases as C3 does; where they contradict each other, the first one wins.

    Of very many bases the last ones are left out, and something unknown stands for them.
    """
    places = [0] * len(orders)
    behind: dict[Entity, int] = {}  # in how many orders a class is still to come
    for order in orders:
        for item in order[1:]:
            behind[item] = behind.get(item, 0) + 1
    result: list[Entity] = []
    done = {own}
    while heads := [order[at] for order, at in zip(orders, places, strict=True) if at < len(order)]:
        if len(result) == _MOST_BASES:
            return [*result, NOWHERE]
        chosen = next((head for head in heads if not behind.get(head)), heads[0])
        if chosen not in done:
            done.add(chosen)
            result.append(chosen)
        for row, order in enumerate(orders):
            # What a contradiction has brought earlier than its turn is passed over.
            while places[row] < len(order) and order[places[row]] in done:
                places[row] += 1
                if places[row] < len(order):
                    behind[order[places[row]]] -= 1
    return result


def base_types(inference: Inference, entity: Entity) -> list[Value]:
    """Return the bases of a class with their type arguments."""
    return cached(
        inference, ("base types", entity), lambda: _base_types(inference, entity), list["Value"]()
    )


def _base_types(inference: Inference, entity: Entity) -> list[Value]:
    if entity.kind != CLASS:
        return []
    _, path, row = entity
    found: list[Value] = []
    for base in facts_view.bases(inference.need(path), row):
        if base.is_positional:
            type_ = inference.annotation_type(path, base.value)
            found += [value for value in type_ if value.form == INSTANCE][:1]
    return found


def type_parameters(inference: Inference, entity: Entity) -> list[Entity]:
    """Return the type variables of a generic class, in order."""
    return cached(
        inference,
        ("type parameters", entity),
        lambda: _type_parameters(inference, entity),
        list["Entity"](),
    )


def _type_parameters(inference: Inference, entity: Entity) -> list[Entity]:
    if entity.kind != CLASS:
        return []
    _, path, row = entity
    facts = inference.need(path)
    scope = facts.scope.parent[facts.definition.own_scope[row]]
    if scope >= 0 and facts.scope.kind[scope] == f.TYPE_SCOPE:
        return [
            Entity(VARIABLE, path, index)
            for index, where in enumerate(facts.binding.scope)
            if where == scope
        ]
    order: list[Entity] = []
    generic: list[Entity] = []
    for base in facts_view.bases(facts, row):
        item = facts_view.subscript(facts, base.value)
        if not base.is_positional or item is None:
            continue
        is_tuple = facts.expr.op[item.key] == f.TUPLE
        parts = facts_view.elements(facts, item.key) if is_tuple else [item.key]
        name = last_name(facts, item.value)
        target = generic if name in ("Generic", "Protocol") else order

        def collect(type_: Type, into: list[Entity]) -> None:
            for value in type_:
                if value.form == VARIABLE_TYPE and value.entity not in into:
                    into.append(value.entity)
                for arg in value.args:
                    collect(arg, into)

        for part in parts:
            collect(inference.annotation_type(path, part), target)
    return generic or order


def base_arguments(
    inference: Inference, value: Value, target: Entity, depth: int = 0
) -> dict[Entity, Type]:
    """Return the type variables of a base class as an instance of a subclass binds them.

    Empty when the class is not derived from the base, or the base is not generic.
    """
    _, entity, args, _ = value
    if entity.kind != CLASS or depth > 20:
        return {}
    parameters = type_parameters(inference, entity)
    padded = [*args, *([UNKNOWN] * len(parameters))]
    if len(args) > len(parameters) == 1:
        padded = [args[0]]
    bound = dict(zip(parameters, padded, strict=False))
    if entity == target:
        return bound
    for base in base_types(inference, entity):
        inner = tuple(substitute(arg, bound) for arg in base.args)
        found = base_arguments(
            inference, Value(base.form, base.entity, inner, base.evidence), target, depth + 1
        )
        if found:
            return found
    return {}


def is_enum(inference: Inference, entity: Entity) -> bool:
    """True if a class is an enumeration."""
    if entity.kind != CLASS:
        return False

    base = standard_class(inference, "enum", "Enum")
    if base is not None:
        return entity != base and base in mro(inference, entity)
    return any(
        cls.kind == OUTSIDE and cls.path.startswith("enum.") for cls in mro(inference, entity)
    )


def has_unknown_bases(inference: Inference, entity: Entity) -> bool:
    """True if a class may have members that the workspace does not show."""
    for base in mro(inference, entity):
        if base.kind == OUTSIDE and base.path not in ("builtins.object", "typing.Generic"):
            return True
        if base.kind == CLASS and own_member(inference, base, "__getattr__"):
            return True
    return False


def own_member(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """Return a member that the class itself defines: in its body, else on ``self``."""
    return cached(
        inference,
        ("own", entity, name),
        lambda: _own_member(inference, entity, name),
        list[Found](),
    )


def _own_member(inference: Inference, entity: Entity, name: str) -> list[Found]:
    kind, path, row = entity
    facts = inference.facts(path)
    if facts is None or kind not in (CLASS, VARIABLE):
        return []
    name_row = facts.name_id(name) if kind == CLASS else -1
    if name_row < 0:
        return _made_field(inference, entity, name)
    scope = facts.definition.own_scope[row]
    rows = facts.bindings_of(scope, name_row)
    chosen = visible_bindings(facts, rows, scope, -1)
    if chosen:
        found: list[Found] = []
        for chosen_row in chosen:
            if facts.binding.kind[chosen_row] == f.IMPORT:
                found += resolve_binding(inference, path, facts, chosen_row)
            else:
                found.append(Found(_getter(path, facts, rows, chosen_row)))
        return found
    return [
        Found(Entity(ATTRIBUTE, path, index)) for index in own_attributes(facts, row, name_row)[:1]
    ] or _made_field(inference, entity, name)


def _made_field(inference: Inference, entity: Entity, name: str) -> list[Found]:
    """Return the field of a class that a call makes, as ``namedtuple("Point", "x y")`` does."""
    field = inference.made_fields(entity).get(name)
    return [Found(field)] if field is not None else []


def own_attributes(facts: FileFacts, owner: int, name: int) -> list[int]:
    """Return the rows of attribute_binding that set an attribute of ``self``, in textual order."""
    table: dict[tuple[int, int], list[int]] | None = facts.memo.get("own attributes")
    if table is None:
        table = facts.memo["own attributes"] = {}
        names, owners = facts.attribute_binding.name, facts.attribute_binding.owner
        for row, cls in enumerate(owners):
            if cls < 0:
                cls = _constructed_class(facts, row)
            if cls >= 0:
                table.setdefault((cls, names[row]), []).append(row)
    return table.get((owner, name), [])


def _constructed_class(facts: FileFacts, row: int) -> int:
    """Return the row of the class whose constructor sets an attribute on a new instance, or -1.

    ``__new__`` and class methods call the instance by a name of their own: ``self = cls()``.
    """
    receiver = facts.attribute_binding.receiver[row]
    if not facts_view.plain_name(facts, receiver):
        return -1
    scope = facts.attribute_binding.scope[row]
    definition = facts.scope.definition[scope]
    if definition < 0 or facts.definition.kind[definition] != f.FUNCTION:
        return -1
    name = facts_view.definition_name(facts, definition)
    if name != "__new__" and not facts.definition.flags[definition] & f.CLASSMETHOD:
        return -1
    outer = facts.definition.scope[definition]
    if facts.scope.kind[outer] != f.CLASS_SCOPE:
        return -1
    for binding in facts.bindings_of(scope, facts_view.name_row(facts, receiver)):
        function = facts_view.called(facts, facts.binding.value[binding])
        method = facts_view.attribute(facts, function)
        is_new = method is not None and method.name == "__new__"
        if is_new or facts_view.plain_name(facts, function) == "cls":
            return facts.scope.definition[outer]
    return -1


def _getter(path: str, facts: FileFacts, rows: list[int], chosen: int) -> Entity:
    """Return the entity that a binding in a class defines; for a setter, its property."""
    entity = entity_of_binding(path, facts, chosen)
    if entity.kind != FUNCTION or not facts.definition.flags[entity.row] & f.ACCESSOR:
        return entity
    for row in rows:
        other = entity_of_binding(path, facts, row)
        if other.kind == FUNCTION and facts.definition.flags[other.row] & f.PROPERTY:
            return other
    return entity


def class_member(
    inference: Inference, entity: Entity, name: str, after: Entity | None = None
) -> list[Found]:
    """Return a member of a class by name, in the method resolution order.

    ``after`` starts the search behind a class, as ``super()`` does. A class outside of the
    workspace ends it: the member may be there.
    """
    order = mro(inference, entity)
    if after is not None and after in order:
        order = order[order.index(after) + 1 :]
    for cls in order:
        if cls.kind not in (CLASS, VARIABLE):
            return [Found(Entity(OUTSIDE, f"{cls.path}.{name}".lstrip("."), -1), INFERRED)]
        found = own_member(inference, cls, name)
        if found:
            return [item.weaker(EXACT if cls == entity else INFERRED) for item in found]
    if name.startswith("_") and not name.startswith("__"):
        return _private_member(inference, order, name)
    return []


def _private_member(inference: Inference, order: list[Entity], name: str) -> list[Found]:
    """Return a private member from the sources of a class, where its stub leaves it out."""
    for cls in order:
        source = source_entity(inference, cls) if cls.kind == CLASS else None
        found = own_member(inference, source, name) if source is not None else []
        if found:
            return [item.weaker(INFERRED) for item in found]
    return []


def members(inference: Inference, entity: Entity) -> list[tuple[str, Found, Entity]]:
    """Return (name, member, defining class) of all members in resolution order, names once."""
    seen: set[str] = set()
    result: list[tuple[str, Found, Entity]] = []
    for cls in mro(inference, entity):
        if cls.kind not in (CLASS, VARIABLE):
            continue
        for name in own_member_names(inference, cls):
            if name in seen:
                continue
            seen.add(name)
            found = own_member(inference, cls, name)
            if found:
                result.append((name, found[-1], cls))
    return result


def own_member_names(inference: Inference, entity: Entity) -> list[str]:
    """Return the names that a class defines itself, in order of the text."""
    key = "own names", entity
    return cached(inference, key, lambda: _own_member_names(inference, entity), list[str]())


def _own_member_names(inference: Inference, entity: Entity) -> list[str]:
    kind, path, row = entity
    facts = inference.need(path)
    placed = {name: field.row for name, field in inference.made_fields(entity).items()}
    if kind == VARIABLE:
        return list(placed)
    scope = facts.definition.own_scope[row]
    bindings = facts.binding
    never: frozenset[int] = facts.memo.get(DEAD, frozenset())
    for index, binding_scope in enumerate(bindings.scope):
        if binding_scope != scope or index in never:
            continue
        if bindings.kind[index] not in (f.DELETE, f.GLOBAL, f.NONLOCAL):
            name = facts_view.binding_name(facts, index)
            placed.setdefault(name, bindings.position[index])
    attributes = facts.attribute_binding
    for index, owner in enumerate(attributes.owner):
        if owner == row:
            name = facts.names[attributes.name[index]]
            placed.setdefault(name, attributes.position[index])
    return sorted(placed, key=placed.__getitem__)


def subclasses(inference: Inference, entity: Entity) -> list[Entity]:
    """Return the classes that name a class as a base, in order of path and position.

    Candidates are the files that have a base of that name, or import the class under another.
    """
    key = "subclasses", entity
    return cached(inference, key, lambda: _subclasses(inference, entity), list["Entity"]())


def _subclasses(inference: Inference, entity: Entity) -> list[Entity]:
    found: set[Entity] = set()
    for name in _spellings(inference, name_of(inference, entity)):
        found.update(_by_base(inference, name).get(entity, ()))
    return sorted(found, key=lambda item: (item.path, item.row))


def _spellings(inference: Inference, name: str) -> tuple[str, ...]:
    """Return a name, and every alias under which files import something of that name."""
    return cached(inference, ("spellings", name), lambda: _find_spellings(inference, name), (name,))


def _find_spellings(inference: Inference, name: str) -> tuple[str, ...]:
    names = {name}
    todo = [name]
    while todo:
        name = todo.pop()
        for path in inference.files_where(name, is_aliased):
            for alias in aliases(inference.need(path)).get(name, ()):
                if alias not in names:
                    names.add(alias)
                    todo.append(alias)
    return tuple(sorted(names))


def _by_base(inference: Inference, name: str) -> dict[Entity, list[Entity]]:
    """Return the classes of the files that have a base of a name, by base.

    Once for a name: a code base may have hundreds of classes that are all called ``Command``.
    """

    def collected() -> dict[Entity, list[Entity]]:
        found: dict[Entity, list[Entity]] = {}
        for path in inference.snapshot.files_inheriting(name):
            facts = inference.facts(path)
            for row, kind in enumerate(facts.definition.kind) if facts is not None else ():
                if kind == f.CLASS:
                    for base in bases(inference, Entity(CLASS, path, row)):
                        found.setdefault(base, []).append(Entity(CLASS, path, row))
        return found

    return cached(inference, ("by base", name), collected, dict["Entity", "list[Entity]"]())


# Classes that a family is looked for in; a base of that many is no longer one member to a person.
_CLASSES = 5_000


def override_family(inference: Inference, entity: Entity) -> list[Entity]:
    """Return a member with all that it overrides and that override it, itself first.

    Members of other classes belong to it when they share a base that has the member, as two
    implementations of one abstract method do. A parameter's family are those of the same name of
    its function's family and overloads. Only the entity itself when it is neither.
    """
    if entity.kind == PARAMETER:
        return _parameter_family(inference, entity)
    facts = inference.facts(entity.path) if entity.path else None
    row = owner_class(facts, entity) if facts is not None and entity.row >= 0 else -1
    if row < 0:
        return [entity]
    name = name_of(inference, entity)
    found = [entity]
    seen: set[Entity] = set()
    todo: list[Entity] = [Entity(CLASS, entity.path, row)]
    protocols = bool(inference.snapshot.files_inheriting("Protocol"))
    while todo and len(seen) < _CLASSES:
        cls = todo.pop()
        if cls in seen:
            continue
        seen.add(cls)
        having = [base for base in mro(inference, cls) if _defines(inference, base, name)]
        if not having:
            continue
        for base in having:
            members = own_member(inference, base, name)
            found += [item.entity for item in members if item.entity not in found]
            if protocols and not base.is_outside:
                todo += inference.related_by_protocol(base, name)
        todo += having
        todo += subclasses(inference, cls)
    return found


def _parameter_family(inference: Inference, parameter: Entity) -> list[Entity]:
    """Return a parameter, itself first, with those that keywords of the same calls may mean."""
    facts = inference.need(parameter.path)
    scope = facts.binding.scope[parameter.row]
    definition = facts.scope.definition[scope]
    if definition < 0 or facts.scope.kind[scope] != f.FUNCTION_SCOPE:
        return [parameter]
    function = Entity(FUNCTION, parameter.path, definition)
    is_constructor = facts_view.definition_name(facts, definition) in _CONSTRUCTORS
    members = [function] if is_constructor else override_family(inference, function)
    name = facts_view.binding_name(facts, parameter.row)
    found = [parameter]
    for member in members:
        if member.kind != FUNCTION or member.is_outside:
            continue
        other = inference.need(member.path)
        for each in _with_overloads(other, member.row):
            own = other.definition.own_scope[each]
            for row in other.bindings_of(own, other.name_id(name)):
                entity = Entity(PARAMETER, member.path, row)
                if other.binding.kind[row] == f.PARAMETER and entity not in found:
                    found.append(entity)
    return found


# Methods that are called for the class that defines them, so overrides may take something else.
_CONSTRUCTORS = ("__init__", "__new__", "__post_init__", "__init_subclass__")


def _with_overloads(facts: FileFacts, definition: int) -> list[int]:
    """Return the rows of a function's overloads and implementation; itself if it has none."""
    table = facts.definition
    rows = [
        facts.binding.ref[row]
        for row in facts.bindings_of(table.scope[definition], table.name[definition])
        if facts.binding.kind[row] == f.DEF_FUNCTION
    ]
    return rows if any(table.flags[row] & f.OVERLOAD for row in rows) else [definition]


def _defines(inference: Inference, cls: Entity, name: str) -> bool:
    return cls.kind == CLASS and bool(own_member(inference, cls, name))
