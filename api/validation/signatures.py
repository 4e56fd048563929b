"""Signatures as calls see them: what a function, a class or an object takes when it is called.

A signature says what is certain. Where a decorator may have put something else in the place of a
function, where a metaclass makes instances in its own way, or where a base is not at hand, there is
none, and no call is ever wrong.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.places import blocks_around
from ...indexer.resolve.classes import class_member, is_enum, metaclass, mro, own_member, subclasses
from ...indexer.resolve.entities import CLASS, FUNCTION, OUTSIDE, VARIABLE, name_of, owner_class
from ...indexer.resolve.members import member_found
from ...indexer.resolve.signatures import overloads, parameters_of
from ...indexer.resolve.sources import source_path
from ...indexer.resolve.synthesized import last_name
from ...indexer.resolve.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    SUPER,
    named,
)
from .decorators import keeps_class, keeps_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity
    from ...indexer.resolve.types import Type, Value
    from ...indexer.snapshot import Snapshot

# Subclasses that are looked at before it is given up to say what all of them take.
_SUBCLASSES = 200


class Parameter:
    """A parameter: its name, one of the kinds of ``facts``, and whether a call has to give it."""

    __slots__ = ("entity", "kind", "name", "required")

    def __init__(self, name: str, kind: int, entity: Entity, *, required: bool) -> None:
        """``entity`` is the parameter, or the field that stands for it."""
        self.name = name
        self.kind = kind
        self.entity = entity
        self.required = required


class Signature:
    """One way to call something; ``parameters`` without the one that a method is bound to."""

    __slots__ = ("entity", "parameters", "start")

    def __init__(
        self, entity: Entity, parameters: list[Parameter], start: Entity | None = None
    ) -> None:
        """``entity`` is the function or class; ``start`` the class that it is called for."""
        self.entity = entity
        self.parameters = parameters
        self.start = start

    def takes_any(self, kind: int) -> bool:
        """Whether there is a parameter of a kind: ``*args`` or ``**kwargs``."""
        return any(parameter.kind == kind for parameter in self.parameters)

    def shown(self) -> str:
        """The parameters as they could be written: ``(a, b=…, *, c)``."""
        parts: list[str] = []
        last = -1
        for each in self.parameters:
            if last == f.POSITIONAL_ONLY and each.kind > f.POSITIONAL_ONLY:
                parts.append("/")
            if each.kind == f.KEYWORD_ONLY and last < f.VAR_POSITIONAL:
                parts.append("*")
            last = each.kind
            stars = {f.VAR_POSITIONAL: "*", f.VAR_KEYWORD: "**"}.get(each.kind, "")
            parts.append(stars + each.name + ("" if each.required or stars else "=…"))
        return f"({', '.join(parts)})"


class Callee:
    """Something that a call may reach: a call fits it when it fits any of its signatures."""

    __slots__ = ("entity", "signatures")

    def __init__(self, entity: Entity, signatures: list[Signature]) -> None:
        """``entity`` is the function or class that is called."""
        self.entity = entity
        self.signatures = signatures


def of_value(snapshot: Snapshot, value: Value, *, exactly: bool = False) -> list[Callee] | None:
    """What calling a value reaches; None when nobody can say.

    ``exactly`` says that a class is meant itself, and no class derived from it.
    """
    form, entity, args, _ = value
    if form == FUNCTION_OBJECT and entity[0] == FUNCTION:
        receivers: Type = tuple(
            each for each in (args[0] if args else ()) if each[0] != MODULE_OBJECT
        )
        starts = {each[1] for each in receivers if each[1][0] == CLASS}
        start = next(iter(starts)) if len(starts) == 1 else None
        found = of_function(snapshot, entity, bound=bool(receivers), start=start)
        return None if found is None else [found]
    if form == CLASS_OBJECT:
        found = of_class(snapshot, entity)
        if found is None:
            return None
        return [found] if exactly else _with_derived(snapshot, found)
    if form == INSTANCE and entity[0] == CLASS:
        methods = member_found(snapshot, value, "__call__")
        if len(methods) == 1 and methods[0].entity[0] == FUNCTION:
            found = of_function(snapshot, methods[0].entity, bound=True, start=entity)
            return None if found is None else [found]
    return None


def of_method(snapshot: Snapshot, receiver: Value, function: Entity) -> Callee | None:
    """A method as it is called on a value, whatever its decorators have made of its result."""
    flags = snapshot.need(function[1]).definition[f.DEF_FLAGS][function[2]]
    bound = receiver[0] not in (CLASS_OBJECT, MODULE_OBJECT) or bool(flags & f.CLASSMETHOD)
    if receiver[0] == CLASS_OBJECT:
        owner = (CLASS, function[1], owner_class(snapshot.need(function[1]), function))
        own = [*mro(snapshot, receiver[1]), named(snapshot, "builtins", "object")]
        bound = bound or (owner[2] >= 0 and owner not in own)  # a method of its metaclass
    if flags & f.STATIC or name_of(snapshot, function) == "__new__":
        bound = False
    start = receiver[1] if receiver[1][0] == CLASS and receiver[0] != SUPER else None
    return of_function(snapshot, function, bound=bound, start=start)


def of_function(
    snapshot: Snapshot, function: Entity, *, bound: bool, start: Entity | None = None
) -> Callee | None:
    """A function with its overloads; None when a decorator may have changed what it takes."""
    found: list[Signature] = []
    listed = overloads(snapshot, function)
    for each in [*listed, *_implementation(snapshot, listed)]:
        if not keeps_signature(snapshot, each) or _is_for_checkers(snapshot, each):
            return None
        parameters = _parameters(snapshot, each)
        if bound:
            if parameters and parameters[0].kind <= f.POSITIONAL:
                parameters = parameters[1:]
            elif not parameters or parameters[0].kind != f.VAR_POSITIONAL:
                return None
        found.append(Signature(each, parameters, start))
    return Callee(function, found)


def _is_for_checkers(snapshot: Snapshot, function: Entity) -> bool:
    """Whether a function is written under ``if TYPE_CHECKING``: another one is run."""
    _, path, row = function
    facts = snapshot.need(path)
    table = facts.definition
    if path.endswith(".pyi") or not table[f.DEF_FLAGS][row] & f.CONDITIONAL:
        return False
    tests = (
        facts.block[f.BLOCK_TEST][block]
        for block in blocks_around(facts, table[f.DEF_SCOPE][row], table[f.DEF_POS][row])
    )
    return any(test >= 0 and last_name(facts, test) == "TYPE_CHECKING" for test in tests)


def _implementation(snapshot: Snapshot, listed: list[Entity]) -> list[Entity]:
    """The function that overloads of a module speak for: what it takes does not fail."""
    _, path, row = listed[0]
    if len(listed) < 2 or path.endswith(".pyi"):
        return []
    facts = snapshot.need(path)
    table = facts.definition
    return [
        (FUNCTION, path, facts.binding[f.BIND_REF][binding])
        for binding in facts.bindings_of(table[f.DEF_SCOPE][row], table[f.DEF_NAME][row])
        if facts.binding[f.BIND_KIND][binding] == f.DEF_FUNCTION
        and not table[f.DEF_FLAGS][facts.binding[f.BIND_REF][binding]] & f.OVERLOAD
    ]


def overridden_by(snapshot: Snapshot, function: Entity) -> list[Entity]:
    """Methods that stand in the place of a method in derived classes of the workspace."""
    cls = owner_class(snapshot.need(function[1]), function)
    if cls < 0:
        return []
    base: Entity = (CLASS, function[1], cls)
    name = name_of(snapshot, function)
    found: list[Entity] = []
    waiting, seen = [base], {base}
    while waiting and len(seen) < _SUBCLASSES:
        for each in subclasses(snapshot, waiting.pop()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
                members = class_member(snapshot, each, name)
                found += [item.entity for item in members if item.entity != function]
    return found


def _parameters(snapshot: Snapshot, function: Entity) -> list[Parameter]:
    facts = snapshot.need(function[1])
    return [
        _parameter(snapshot, function[1], row)
        for row in parameters_of(snapshot, function)
        if facts.parameter[f.PAR_NAME][row] >= 0
    ]


def _parameter(snapshot: Snapshot, path: str, row: int) -> Parameter:
    facts = snapshot.need(path)
    table = facts.parameter
    kind = table[f.PAR_KIND][row]
    name = facts.names[table[f.PAR_NAME][row]]
    if (
        path.endswith(".pyi")
        and kind == f.POSITIONAL
        and name.startswith("__")
        and not name.endswith("__")
    ):
        kind = f.POSITIONAL_ONLY  # as stubs used to write it
    required = table[f.PAR_DEFAULT][row] < 0 and kind not in (f.VAR_POSITIONAL, f.VAR_KEYWORD)
    return Parameter(name, kind, (FUNCTION, path, row), required=required)


def of_lambda(snapshot: Snapshot, path: str, expr: int) -> Callee:
    """What a lambda expression takes."""
    facts = snapshot.need(path)
    scope = facts.expr[f.EXPR_B][expr]
    rows = [row for row, owner in enumerate(facts.parameter[f.PAR_SCOPE]) if owner == scope]
    entity: Entity = (OUTSIDE, "", -1)
    return Callee(entity, [Signature(entity, [_parameter(snapshot, path, row) for row in rows])])


def of_class(snapshot: Snapshot, cls: Entity) -> Callee | None:
    """What calling a class takes; None when its metaclass, or what is not here, has a say."""
    from .made_signatures import made_signature

    if cls[0] == VARIABLE:
        signature = made_signature(snapshot, cls, [cls])
        known = signature is not None and signature.entity == cls
        return Callee(cls, [signature]) if signature is not None and known else None
    if cls[0] != CLASS:
        return None
    order = mro(snapshot, cls)
    if is_enum(snapshot, cls) or _makes_otherwise(snapshot, cls):
        return None
    if not all(keeps_class(snapshot, each) for each in order if each[0] == CLASS):
        return None
    if any(_new_gives_another(snapshot, each) for each in order if each[0] == CLASS):
        return None
    place, written = _written_constructor(snapshot, cls, order)
    if place < 0 or any(each[0] != CLASS for each in order[: place + 1]):
        return None
    made = made_signature(snapshot, cls, order[: place + 1])
    if made is not None:
        return Callee(cls, [made]) if made.entity == cls else None
    if written is None:
        # Of `object`: nothing, if all bases are here.
        complete = all(each[0] == CLASS and not _has_source(snapshot, each) for each in order)
        return Callee(cls, [Signature(cls, [], cls)]) if complete else None
    found = of_function(snapshot, written, bound=True, start=cls)
    return None if found is None else Callee(cls, found.signatures)


def _makes_otherwise(snapshot: Snapshot, cls: Entity) -> bool:
    """Whether a metaclass has a ``__call__`` of its own, or is not at hand."""
    meta = metaclass(snapshot, cls)
    if meta is None:
        return False
    if any(_replaces_constructors(snapshot, cls) for cls in mro(snapshot, meta)):
        return True
    own = [item.entity for item in class_member(snapshot, meta, "__call__")]
    type_ = named(snapshot, "builtins", "type")
    return any(
        entity[0] != FUNCTION
        or (CLASS, entity[1], owner_class(snapshot.need(entity[1]), entity)) != type_
        for entity in own
    )


def _replaces_constructors(snapshot: Snapshot, meta: Entity) -> bool:
    """Whether code of a metaclass gives classes another constructor: ``cls.__new__ = …``."""
    facts = snapshot.facts(meta[1]) if meta[0] == CLASS else None
    if facts is None:
        return True
    start = facts.definition[f.DEF_START][meta[2]]
    end = facts.definition[f.DEF_END][meta[2]]
    return any(
        start <= position < end
        for name in ("__init__", "__new__", "setattr")
        for role, position, _ in facts.occurrences(name)
        if role & f.ROLE_MASK == f.WRITTEN or name == "setattr"
    )


def _has_source(snapshot: Snapshot, cls: Entity) -> bool:
    """Whether a class is one of a stub with its source at hand, which may write a constructor."""
    if not cls[1].endswith(".pyi"):
        return False
    if snapshot.index.layers.layer(snapshot.absolute(cls[1])) == "stdlib":
        return False
    return source_path(snapshot, cls[1]) is not None


def _new_gives_another(snapshot: Snapshot, cls: Entity) -> bool:
    """Whether ``__new__`` of a class may give an object that something else has made."""
    facts = snapshot.facts(cls[1])
    if facts is None or cls[1].endswith(".pyi") or facts.name_id("__new__") < 0:
        return False
    return any(
        _gives_another(snapshot, item.entity)
        for item in own_member(snapshot, cls, "__new__")
        if item.entity[0] == FUNCTION
    )


def _gives_another(snapshot: Snapshot, new: Entity) -> bool:
    """Whether a function returns what a call gives that is none of ``__new__``."""
    facts = snapshot.need(new[1])
    scope = facts.definition[f.DEF_OWN_SCOPE][new[2]]
    ops, _, lefts, _ = facts.expr
    scopes, exprs, kinds = facts.result[:3]
    return any(
        where == scope
        and kinds[row] == f.RETURN
        and exprs[row] >= 0
        and ops[exprs[row]] == f.CALL
        and last_name(facts, lefts[exprs[row]]) != "__new__"
        for row, where in enumerate(scopes)
    )


def _written_constructor(
    snapshot: Snapshot, cls: Entity, order: list[Entity]
) -> tuple[int, Entity | None]:
    """Place in the order of resolution, and function: the nearer of ``__init__``, ``__new__``.

    The length of the order and None when both are those of ``object``; a place below 0 when one of
    them is no function that is written in a class.
    """
    best: tuple[int, Entity | None] = (len(order), None)
    for name in ("__init__", "__new__"):
        for item in class_member(snapshot, cls, name)[-1:]:
            if item.entity[0] not in (FUNCTION, OUTSIDE):
                return -1, None
            if item.entity[0] == OUTSIDE:
                place = next((at for at, each in enumerate(order) if each[0] != CLASS), 0)
                if place < best[0]:
                    best = place, None
                continue
            owner = (CLASS, item.entity[1], owner_class(snapshot.need(item.entity[1]), item.entity))
            if owner == named(snapshot, "builtins", "object"):
                continue
            place = order.index(owner) if owner in order else 0
            if place < best[0]:
                best = place, item.entity
    return best


def _with_derived(snapshot: Snapshot, callee: Callee) -> list[Callee] | None:
    """A class and those derived from it: ``cls()`` may be any of them."""
    found, waiting, seen = [callee], [callee.entity], {callee.entity}
    while waiting:
        for each in subclasses(snapshot, waiting.pop()):
            if each in seen:
                continue
            seen.add(each)
            made = of_class(snapshot, each) if len(seen) < _SUBCLASSES else None
            if made is None:
                return None
            found.append(made)
            waiting.append(each)
    return found
