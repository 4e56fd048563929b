"""Classes: bases, method resolution order, members."""

from __future__ import annotations

from .. import facts as f
from ..conditions import DEAD
from . import synthesized
from .entities import (
    ATTRIBUTE,
    CLASS,
    EXACT,
    FUNCTION,
    INFERRED,
    OUTSIDE,
    VARIABLE,
    Found,
    entity_of_binding,
)
from .memo import remember
from .names import follow, visible_bindings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from ..snapshot import Snapshot
    from .entities import Entity
    from .types import Type, Value


def bases(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    """Classes that a class names as its bases; those outside of the workspace as OUTSIDE.

    A base that cannot be resolved is OUTSIDE with an empty name: the class may have any member.
    """
    return remember(snapshot, ("bases", entity), lambda: _bases(snapshot, entity), list["Entity"]())


def _bases(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    from .annotations import annotated
    from .evaluate import objects
    from .types import INSTANCE

    _, path, row = entity
    facts = snapshot.need(path)
    at = facts.definition[f.DEF_ARGUMENTS][row]
    result: list[Entity] = []
    if at >= 0:
        (extra,) = facts.extra
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            if extra[index] not in (f.ARG_POSITIONAL, f.ARG_STAR):
                continue
            expr = extra[index + 2]
            found = [
                item.entity
                for item in objects(snapshot, path, expr)
                if item.entity[0] in (CLASS, OUTSIDE) and item.entity != entity
            ]
            # Of a class and something that is not there, the class is what can be looked into.
            found.sort(key=lambda base: base[0] != CLASS)
            if not found and _is_marker(snapshot, path, facts, expr):
                continue
            if not found:  # an alias, such as typing.List, or a class that a call makes
                made = synthesized.made_base(snapshot, path, expr)
                type_ = annotated(snapshot, path, expr)
                found = made or [value[1] for value in type_ if value[0] == INSTANCE]
            result += found[:1] if found else [(OUTSIDE, "", -1)]
    return result


def _is_marker(snapshot: Snapshot, path: str, facts: FileFacts, expr: int) -> bool:
    """Whether a base is ``Generic`` or ``Protocol``, which have no members of their own."""
    from .annotations import special_form

    if facts.expr[f.EXPR_OP][expr] == f.SUBSCRIPT:
        expr = facts.expr[f.EXPR_A][expr]
    return special_form(snapshot, path, expr) in ("Generic", "Protocol")


def metaclass(snapshot: Snapshot, entity: Entity) -> Entity | None:
    """The class of a class, when it is another one than ``type``."""
    return remember(snapshot, ("metaclass", entity), lambda: _metaclass(snapshot, entity), None)


def _metaclass(snapshot: Snapshot, entity: Entity) -> Entity | None:
    from .evaluate import objects

    for cls in mro(snapshot, entity):
        if cls[0] != CLASS:
            continue
        facts = snapshot.need(cls[1])
        at = facts.definition[f.DEF_ARGUMENTS][cls[2]]
        (extra,) = facts.extra
        for index in range(at + 1, at + 1 + 3 * extra[at], 3) if at >= 0 else ():
            if extra[index] >= 0 and facts.names[extra[index]] == "metaclass":
                for item in objects(snapshot, cls[1], extra[index + 2]):
                    if item.entity[0] == CLASS:
                        return item.entity
    return None


def is_protocol(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether a class is a protocol: what has its methods is one of its kind."""
    if entity[0] != CLASS:
        return False
    facts = snapshot.need(entity[1])
    table: dict[int, bool] | None = facts.memo.get("protocols")
    if table is None:
        table = facts.memo["protocols"] = {}
    found = table.get(entity[2])
    if found is None:
        from ..symbols import base_names

        found = table[entity[2]] = "Protocol" in base_names(facts, entity[2])
    return found


def mro(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    """Method resolution order by C3 (Python's); for inconsistent bases, depth first.

    Classes outside of the workspace stand in it as OUTSIDE; ``object`` is left out.
    """
    return remember(snapshot, ("mro", entity), lambda: _linearize(snapshot, entity), [entity])


def _linearize(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    if entity[0] == VARIABLE:
        direct = synthesized.bases_of_made(snapshot, entity)
    elif entity[0] == CLASS:
        direct = bases(snapshot, entity)
    else:
        return [entity]
    sequences = [list(mro(snapshot, base)) for base in direct]
    sequences.append(list(direct))
    result = [entity]
    while sequences := [sequence for sequence in sequences if sequence]:
        for sequence in sequences:
            head = sequence[0]
            if not any(head in other[1:] for other in sequences):
                break
        else:
            head = sequences[0][0]
        if head not in result:
            result.append(head)
        sequences = [
            [item for item in sequence if item != head] if head in sequence else sequence
            for sequence in sequences
        ]
    return result


def base_types(snapshot: Snapshot, entity: Entity) -> list[Value]:
    """Bases of a class with the type arguments that are written for them."""
    return remember(
        snapshot, ("base types", entity), lambda: _base_types(snapshot, entity), list["Value"]()
    )


def _base_types(snapshot: Snapshot, entity: Entity) -> list[Value]:
    from .annotations import annotated
    from .types import INSTANCE

    if entity[0] != CLASS:
        return []
    _, path, row = entity
    facts = snapshot.need(path)
    at = facts.definition[f.DEF_ARGUMENTS][row]
    found: list[Value] = []
    if at >= 0:
        (extra,) = facts.extra
        for index in range(at + 1, at + 1 + 3 * extra[at], 3):
            if extra[index] == f.ARG_POSITIONAL:
                type_ = annotated(snapshot, path, extra[index + 2])
                found += [value for value in type_ if value[0] == INSTANCE][:1]
    return found


def type_parameters(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    """Type variables of a generic class, in order."""
    return remember(
        snapshot,
        ("type parameters", entity),
        lambda: _type_parameters(snapshot, entity),
        list["Entity"](),
    )


def _type_parameters(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    if entity[0] != CLASS:
        return []
    from .annotations import annotated
    from .types import VARIABLE_TYPE

    _, path, row = entity
    facts = snapshot.need(path)
    scope = facts.scope[f.SCOPE_PARENT][facts.definition[f.DEF_OWN_SCOPE][row]]
    if scope >= 0 and facts.scope[f.SCOPE_KIND][scope] == f.TYPE_SCOPE:
        return [
            (VARIABLE, path, index)
            for index, where in enumerate(facts.binding[f.BIND_SCOPE])
            if where == scope
        ]
    order: list[Entity] = []
    generic: list[Entity] = []
    at = facts.definition[f.DEF_ARGUMENTS][row]
    if at < 0:
        return []
    (extra,) = facts.extra
    ops, _, lefts, rights = facts.expr
    for index in range(at + 1, at + 1 + 3 * extra[at], 3):
        expr = extra[index + 2]
        if extra[index] != f.ARG_POSITIONAL or ops[expr] != f.SUBSCRIPT:
            continue
        inner = rights[expr]
        parts = [inner]
        if ops[inner] == f.TUPLE:
            parts = list(extra[lefts[inner] + 1 : lefts[inner] + 1 + extra[lefts[inner]]])
        base = lefts[expr]
        name = facts.names[lefts[base] if ops[base] == f.NAME else rights[base]]
        target = generic if name in ("Generic", "Protocol") else order

        def collect(type_: Type, into: list[Entity]) -> None:
            for value in type_:
                if value[0] == VARIABLE_TYPE and value[1] not in into:
                    into.append(value[1])
                for arg in value[2]:
                    collect(arg, into)

        for part in parts:
            collect(annotated(snapshot, path, part), target)
    return generic or order


def as_base(snapshot: Snapshot, value: Value, target: Entity, depth: int = 0) -> dict[Entity, Type]:
    """Type variables of a base class as an instance of a class derived from it binds them.

    Empty when the class is not derived from the base, or the base is not generic.
    """
    from .types import UNKNOWN, substitute

    _, entity, args, _ = value
    if entity[0] != CLASS or depth > 20:
        return {}
    parameters = type_parameters(snapshot, entity)
    padded = [*args, *([UNKNOWN] * len(parameters))]
    if len(args) > len(parameters) == 1:
        padded = [args[0]]
    bound = dict(zip(parameters, padded, strict=False))
    if entity == target:
        return bound
    for base in base_types(snapshot, entity):
        inner = tuple(substitute(arg, bound) for arg in base[2])
        found = as_base(snapshot, (base[0], base[1], inner, base[3]), target, depth + 1)
        if found:
            return found
    return {}


def is_enum(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether a class is an enumeration."""
    if entity[0] != CLASS:
        return False
    from .types import named

    base = named(snapshot, "enum", "Enum")
    if base is not None:
        return entity != base and base in mro(snapshot, entity)
    return any(cls[0] == OUTSIDE and cls[1].startswith("enum.") for cls in mro(snapshot, entity))


def is_open(snapshot: Snapshot, entity: Entity) -> bool:
    """Whether a class may have members that the workspace does not show."""
    for base in mro(snapshot, entity):
        if base[0] == OUTSIDE and base[1] not in ("builtins.object", "typing.Generic"):
            return True
        if base[0] == CLASS and own_member(snapshot, base, "__getattr__"):
            return True
    return False


def own_member(snapshot: Snapshot, entity: Entity, name: str) -> list[Found]:
    """A member by name that the class itself defines: in its body, else on ``self``."""
    return remember(
        snapshot,
        ("own", entity, name),
        lambda: _own_member(snapshot, entity, name),
        list[Found](),
    )


def _own_member(snapshot: Snapshot, entity: Entity, name: str) -> list[Found]:
    kind, path, row = entity
    facts = snapshot.facts(path)
    if facts is None or kind != CLASS:
        return []
    name_row = facts.name_id(name)
    if name_row < 0:
        return []
    scope = facts.definition[f.DEF_OWN_SCOPE][row]
    rows = facts.bindings_of(scope, name_row)
    chosen = visible_bindings(facts, rows, scope, -1)
    if chosen:
        found: list[Found] = []
        for chosen_row in chosen:
            if facts.binding[f.BIND_KIND][chosen_row] == f.IMPORT:
                found += follow(snapshot, path, facts, chosen_row)
            else:
                found.append(Found(_getter(path, facts, rows, chosen_row)))
        return found
    return [Found((ATTRIBUTE, path, index)) for index in own_attributes(facts, row, name_row)[:1]]


def own_attributes(facts: FileFacts, owner: int, name: int) -> list[int]:
    """Rows of what a class's methods assign to an attribute of ``self``, in order of the text."""
    table: dict[tuple[int, int], list[int]] | None = facts.memo.get("own attributes")
    if table is None:
        table = facts.memo["own attributes"] = {}
        names, owners = facts.attribute_binding[f.ATTR_NAME], facts.attribute_binding[f.ATTR_OWNER]
        for row, cls in enumerate(owners):
            if cls < 0:
                cls = _owner_of_made(facts, row)
            if cls >= 0:
                table.setdefault((cls, names[row]), []).append(row)
    return table.get((owner, name), [])


def _owner_of_made(facts: FileFacts, row: int) -> int:
    """Definition row of the class of which a constructor makes what an attribute is set of, or -1.

    ``__new__`` and class methods call the instance by a name of their own: ``self = cls()``.
    """
    receiver, scope = facts.attribute_binding[f.ATTR_RECEIVER][row], 0
    ops, _, lefts, rights = facts.expr
    if ops[receiver] != f.NAME:
        return -1
    scope = facts.attribute_binding[f.ATTR_SCOPE][row]
    definition = facts.scope[f.SCOPE_DEFINITION][scope]
    if definition < 0 or facts.definition[f.DEF_KIND][definition] != f.FUNCTION:
        return -1
    name = facts.names[facts.definition[f.DEF_NAME][definition]]
    if name != "__new__" and not facts.definition[f.DEF_FLAGS][definition] & f.CLASSMETHOD:
        return -1
    outer = facts.definition[f.DEF_SCOPE][definition]
    if facts.scope[f.SCOPE_KIND][outer] != f.CLASS_SCOPE:
        return -1
    for binding in facts.bindings_of(scope, lefts[receiver]):
        value = facts.binding[f.BIND_VALUE][binding]
        if value < 0 or ops[value] != f.CALL:
            continue
        function = lefts[value]
        made = ops[function] == f.NAME and facts.names[lefts[function]] == "cls"
        if ops[function] == f.ATTRIBUTE and facts.names[rights[function]] == "__new__":
            made = True
        if made:
            return facts.scope[f.SCOPE_DEFINITION][outer]
    return -1


def _getter(path: str, facts: FileFacts, rows: list[int], chosen: int) -> Entity:
    """What a binding in a class introduces; for a property's setter, the property."""
    entity = entity_of_binding(path, facts, chosen)
    if entity[0] != FUNCTION or not facts.definition[f.DEF_FLAGS][entity[2]] & f.ACCESSOR:
        return entity
    for row in rows:
        other = entity_of_binding(path, facts, row)
        if other[0] == FUNCTION and facts.definition[f.DEF_FLAGS][other[2]] & f.PROPERTY:
            return other
    return entity


def class_member(
    snapshot: Snapshot, entity: Entity, name: str, after: Entity | None = None
) -> list[Found]:
    """A member by name, looked for along the method resolution order.

    ``after`` starts the search behind a class, as ``super()`` does. A class outside of the
    workspace ends it: the member may be there.
    """
    order = mro(snapshot, entity)
    if after is not None and after in order:
        order = order[order.index(after) + 1 :]
    for cls in order:
        if cls[0] == VARIABLE:
            continue
        if cls[0] != CLASS:
            return [Found((OUTSIDE, f"{cls[1]}.{name}".lstrip("."), -1), INFERRED)]
        found = own_member(snapshot, cls, name)
        if found:
            return [item.weaker(EXACT if cls == entity else INFERRED) for item in found]
    if name.startswith("_") and not name.startswith("__"):
        return _left_out(snapshot, order, name)
    return []


def _left_out(snapshot: Snapshot, order: list[Entity], name: str) -> list[Found]:
    """A private member, which stubs leave out, in the sources of classes that stubs describe."""
    from .sources import source_entity

    for cls in order:
        source = source_entity(snapshot, cls) if cls[0] == CLASS else None
        found = own_member(snapshot, source, name) if source is not None else []
        if found:
            return [item.weaker(INFERRED) for item in found]
    return []


def members(snapshot: Snapshot, entity: Entity) -> list[tuple[str, Found, Entity]]:
    """(name, member, class that defines it) along the method resolution order, each name once."""
    seen: set[str] = set()
    result: list[tuple[str, Found, Entity]] = []
    for cls in mro(snapshot, entity):
        if cls[0] != CLASS:
            continue
        for name in own_member_names(snapshot, cls):
            if name in seen:
                continue
            seen.add(name)
            found = own_member(snapshot, cls, name)
            if found:
                result.append((name, found[-1], cls))
    return result


def own_member_names(snapshot: Snapshot, entity: Entity) -> list[str]:
    """Names that a class defines itself, in order of the text."""
    _, path, row = entity
    facts = snapshot.need(path)
    scope = facts.definition[f.DEF_OWN_SCOPE][row]
    placed: dict[str, int] = {}
    names, scopes, positions, kinds = facts.binding[:4]
    never: frozenset[int] = facts.memo.get(DEAD, frozenset())
    for index, binding_scope in enumerate(scopes):
        if binding_scope != scope or index in never:
            continue
        if kinds[index] not in (f.DELETE, f.GLOBAL, f.NONLOCAL):
            placed.setdefault(facts.names[names[index]], positions[index])
    attributes = facts.attribute_binding
    for index, owner in enumerate(attributes[f.ATTR_OWNER]):
        if owner == row:
            name = facts.names[attributes[f.ATTR_NAME][index]]
            placed.setdefault(name, attributes[f.ATTR_POS][index])
    return sorted(placed, key=placed.__getitem__)


def subclasses(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    """Classes that name a class as a base, in order of path and position.

    Candidates are the files that have a base of that name, or import the class under another.
    """
    key = "subclasses", entity
    return remember(snapshot, key, lambda: _subclasses(snapshot, entity), list["Entity"]())


def _aliases(facts: FileFacts) -> dict[str, list[str]]:
    """Other names that a file gives to what it imports, by the name there."""
    found: dict[str, list[str]] | None = facts.memo.get("import aliases")
    if found is None:
        found = facts.memo["import aliases"] = {}
        for row, flags in enumerate(facts.imports[f.IMP_FLAGS]):
            imported = facts.imports[f.IMP_NAME][row]
            if flags & f.ALIASED and imported >= 0:
                alias = facts.names[facts.imports[f.IMP_BOUND][row]]
                found.setdefault(facts.names[imported], []).append(alias)
    return found


def _subclasses(snapshot: Snapshot, entity: Entity) -> list[Entity]:
    from .entities import name_of

    found: set[Entity] = set()
    for name in _spellings(snapshot, name_of(snapshot, entity)):
        found.update(_by_base(snapshot, name).get(entity, ()))
    return sorted(found, key=lambda item: (item[1], item[2]))


def _spellings(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    """A name, and every other under which imports make known what is called so."""
    return remember(snapshot, ("spellings", name), lambda: _find_spellings(snapshot, name), (name,))


def _find_spellings(snapshot: Snapshot, name: str) -> tuple[str, ...]:
    names = {name}
    todo = [name]
    while todo:
        name = todo.pop()
        for path in snapshot.files_with(name):
            facts = snapshot.facts(path)
            for alias in _aliases(facts).get(name, ()) if facts is not None else ():
                if alias not in names:
                    names.add(alias)
                    todo.append(alias)
    return tuple(sorted(names))


def _by_base(snapshot: Snapshot, name: str) -> dict[Entity, list[Entity]]:
    """Classes of the files that have a base of a name, by base.

    Once for a name: a code base may have hundreds of classes that are all called ``Command``.
    """

    def collected() -> dict[Entity, list[Entity]]:
        found: dict[Entity, list[Entity]] = {}
        for path in snapshot.files_inheriting(name):
            facts = snapshot.facts(path)
            for row, kind in enumerate(facts.definition[f.DEF_KIND]) if facts is not None else ():
                if kind == f.CLASS:
                    for base in bases(snapshot, (CLASS, path, row)):
                        found.setdefault(base, []).append((CLASS, path, row))
        return found

    return remember(snapshot, ("by base", name), collected, dict["Entity", "list[Entity]"]())
