"""Signatures as calls see them: what a function, a class or an object takes when it is called.

A signature says what is certain. Where a decorator may have put something else in the place of a
function, where a metaclass makes instances in its own way, or where a base is not at hand, there is
none, and no call is ever wrong.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import is_enum, subclasses
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    OUTSIDE,
    VARIABLE,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.members import member_definitions
from ...indexer.inference.signatures import overloads, parameter_rows
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.stub_mapping import source_path
from ...indexer.inference.types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, MODULE_OBJECT, SUPER
from ...indexer.plugins.synthesized import last_name
from ...indexer.scope_map import blocks_around
from .decorators import preserves_class, preserves_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ...indexer.inference.types import Type, Value

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


def signatures_of_value(
    inference: Inference, value: Value, *, exactly: bool = False
) -> list[Callee] | None:
    """What calling a value reaches; None when nobody can say.

    ``exactly`` says that a class is meant itself, and no class derived from it.
    """
    form, entity, args, _ = value
    if form == FUNCTION_OBJECT and entity.kind == FUNCTION:
        receivers: Type = tuple(
            each for each in (args[0] if args else ()) if each[0] != MODULE_OBJECT
        )
        starts = {each.entity for each in receivers if each.entity.kind == CLASS}
        start = next(iter(starts)) if len(starts) == 1 else None
        found = function_signature(inference, entity, bound=bool(receivers), start=start)
        return None if found is None else [found]
    if form == CLASS_OBJECT:
        found = class_signature(inference, entity)
        if found is None:
            return None
        return [found] if exactly else _with_derived(inference, found)
    if form == INSTANCE and entity.kind == CLASS:
        methods = member_definitions(inference, value, "__call__")
        if len(methods) == 1 and methods[0].entity.kind == FUNCTION:
            found = function_signature(inference, methods[0].entity, bound=True, start=entity)
            return None if found is None else [found]
    return None


def method_signature(inference: Inference, receiver: Value, function: Entity) -> Callee | None:
    """A method as it is called on a value, whatever its decorators have made of its result."""
    flags = inference.need(function.path).definition.flags[function.row]
    bound = receiver.form not in (CLASS_OBJECT, MODULE_OBJECT) or bool(flags & f.CLASSMETHOD)
    if receiver.form == CLASS_OBJECT:
        owner = Entity(CLASS, function.path, owner_class(inference.need(function.path), function))
        own = [*inference.mro(receiver.entity), standard_class(inference, "builtins", "object")]
        bound = bound or (owner[2] >= 0 and owner not in own)  # a method of its metaclass
    if flags & f.STATIC or name_of(inference, function) == "__new__":
        bound = False
    start = receiver.entity if receiver.entity.kind == CLASS and receiver.form != SUPER else None
    return function_signature(inference, function, bound=bound, start=start)


def function_signature(
    inference: Inference, function: Entity, *, bound: bool, start: Entity | None = None
) -> Callee | None:
    """A function with its overloads; None when a decorator may have changed what it takes."""
    found: list[Signature] = []
    listed = overloads(inference, function)
    for each in [*listed, *_implementation(inference, listed)]:
        if not preserves_signature(inference, each) or _is_for_checkers(inference, each):
            return None
        parameters = _parameters(inference, each)
        if bound:
            if parameters and parameters[0].kind <= f.POSITIONAL:
                parameters = parameters[1:]
            elif not parameters or parameters[0].kind != f.VAR_POSITIONAL:
                return None
        found.append(Signature(each, parameters, start))
    return Callee(function, found)


def _is_for_checkers(inference: Inference, function: Entity) -> bool:
    """Whether a function is written under ``if TYPE_CHECKING``: another one is run."""
    _, path, row = function
    facts = inference.need(path)
    table = facts.definition
    if path.endswith(".pyi") or not table.flags[row] & f.CONDITIONAL:
        return False
    tests = (
        facts.block.test[block]
        for block in blocks_around(facts, table.scope[row], table.position[row])
    )
    return any(test >= 0 and last_name(facts, test) == "TYPE_CHECKING" for test in tests)


def _implementation(inference: Inference, listed: list[Entity]) -> list[Entity]:
    """The function that overloads of a module speak for: what it takes does not fail."""
    _, path, row = listed[0]
    if len(listed) < 2 or path.endswith(".pyi"):
        return []
    facts = inference.need(path)
    table = facts.definition
    return [
        Entity(FUNCTION, path, facts.binding.ref[binding])
        for binding in facts.bindings_of(table.scope[row], table.name[row])
        if facts.binding.kind[binding] == f.DEF_FUNCTION
        and not table.flags[facts.binding.ref[binding]] & f.OVERLOAD
    ]


def overridden_signatures(inference: Inference, function: Entity) -> list[Entity]:
    """Methods that stand in the place of a method in derived classes of the workspace."""
    cls = owner_class(inference.need(function.path), function)
    if cls < 0:
        return []
    base: Entity = Entity(CLASS, function.path, cls)
    name = name_of(inference, function)
    found: list[Entity] = []
    waiting, seen = [base], {base}
    while waiting and len(seen) < _SUBCLASSES:
        for each in subclasses(inference, waiting.pop()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
                members = inference.class_member(each, name)
                found += [item.entity for item in members if item.entity != function]
    return found


def _parameters(inference: Inference, function: Entity) -> list[Parameter]:
    facts = inference.need(function.path)
    return [
        _parameter(inference, function.path, row)
        for row in parameter_rows(inference, function)
        if facts.parameter.name[row] >= 0
    ]


def _parameter(inference: Inference, path: str, row: int) -> Parameter:
    facts = inference.need(path)
    table = facts.parameter
    kind = table.kind[row]
    name = facts.names[table.name[row]]
    if (
        path.endswith(".pyi")
        and kind == f.POSITIONAL
        and name.startswith("__")
        and not name.endswith("__")
    ):
        kind = f.POSITIONAL_ONLY  # as stubs used to write it
    required = table.default[row] < 0 and kind not in (f.VAR_POSITIONAL, f.VAR_KEYWORD)
    return Parameter(name, kind, Entity(FUNCTION, path, row), required=required)


def lambda_signature(inference: Inference, path: str, expr: int) -> Callee:
    """What a lambda expression takes."""
    facts = inference.need(path)
    scope = facts.expr.b[expr]
    rows = [row for row, owner in enumerate(facts.parameter.scope) if owner == scope]
    entity: Entity = Entity(OUTSIDE, "", -1)
    return Callee(entity, [Signature(entity, [_parameter(inference, path, row) for row in rows])])


def class_signature(inference: Inference, cls: Entity) -> Callee | None:
    """What calling a class takes; None when its metaclass, or what is not here, has a say."""
    from .synthesized_init import synthesized_signature

    if cls.kind == VARIABLE:
        signature = synthesized_signature(inference, cls, [cls])
        known = signature is not None and signature.entity == cls
        return Callee(cls, [signature]) if signature is not None and known else None
    if cls.kind != CLASS:
        return None
    order = inference.mro(cls)
    if is_enum(inference, cls) or _makes_otherwise(inference, cls):
        return None
    if not all(preserves_class(inference, each) for each in order if each.kind == CLASS):
        return None
    if any(_new_gives_another(inference, each) for each in order if each.kind == CLASS):
        return None
    place, written = _written_constructor(inference, cls, order)
    if place < 0 or any(each.kind != CLASS for each in order[: place + 1]):
        return None
    made = synthesized_signature(inference, cls, order[: place + 1])
    if made is not None:
        return Callee(cls, [made]) if made.entity == cls else None
    if written is None:
        # Of `object`: nothing, if all bases are here.
        complete = all(each.kind == CLASS and not _has_source(inference, each) for each in order)
        return Callee(cls, [Signature(cls, [], cls)]) if complete else None
    found = function_signature(inference, written, bound=True, start=cls)
    return None if found is None else Callee(cls, found.signatures)


def _makes_otherwise(inference: Inference, cls: Entity) -> bool:
    """Whether a metaclass has a ``__call__`` of its own, or is not at hand."""
    meta = inference.metaclass(cls)
    if meta is None:
        return False
    if any(_replaces_constructors(inference, cls) for cls in inference.mro(meta)):
        return True
    own = [item.entity for item in inference.class_member(meta, "__call__")]
    type_ = standard_class(inference, "builtins", "type")
    return any(
        entity.kind != FUNCTION
        or Entity(CLASS, entity.path, owner_class(inference.need(entity.path), entity)) != type_
        for entity in own
    )


def _replaces_constructors(inference: Inference, meta: Entity) -> bool:
    """Whether code of a metaclass gives classes another constructor: ``cls.__new__ = …``."""
    facts = inference.facts(meta.path) if meta.kind == CLASS else None
    if facts is None:
        return True
    start = facts.definition.start[meta.row]
    end = facts.definition.end[meta.row]
    return any(
        start <= position < end
        for name in ("__init__", "__new__", "setattr")
        for role, position, _ in facts.occurrences(name)
        if role & f.ROLE_MASK == f.WRITTEN or name == "setattr"
    )


def _has_source(inference: Inference, cls: Entity) -> bool:
    """Whether a class is one of a stub with its source at hand, which may write a constructor."""
    if not cls.path.endswith(".pyi"):
        return False
    if inference.snapshot.index.layers.layer(inference.snapshot.absolute(cls.path)) == "stdlib":
        return False
    return source_path(inference, cls.path) is not None


def _new_gives_another(inference: Inference, cls: Entity) -> bool:
    """Whether ``__new__`` of a class may give an object that something else has made."""
    facts = inference.facts(cls.path)
    if facts is None or cls.path.endswith(".pyi") or facts.name_id("__new__") < 0:
        return False
    return any(
        _gives_another(inference, item.entity)
        for item in inference.own_member(cls, "__new__")
        if item.entity.kind == FUNCTION
    )


def _gives_another(inference: Inference, new: Entity) -> bool:
    """Whether a function returns what a call gives that is none of ``__new__``."""
    facts = inference.need(new.path)
    scope = facts.definition.own_scope[new.row]
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
    inference: Inference, cls: Entity, order: list[Entity]
) -> tuple[int, Entity | None]:
    """Place in the order of resolution, and function: the nearer of ``__init__``, ``__new__``.

    The length of the order and None when both are those of ``object``; a place below 0 when one of
    them is no function that is written in a class.
    """
    best: tuple[int, Entity | None] = (len(order), None)
    for name in ("__init__", "__new__"):
        for item in inference.class_member(cls, name)[-1:]:
            if item.entity.kind not in (FUNCTION, OUTSIDE):
                return -1, None
            if item.entity.kind == OUTSIDE:
                place = next((at for at, each in enumerate(order) if each.kind != CLASS), 0)
                if place < best[0]:
                    best = place, None
                continue
            owner = Entity(
                CLASS,
                item.entity.path,
                owner_class(inference.need(item.entity.path), item.entity),
            )
            if owner == standard_class(inference, "builtins", "object"):
                continue
            place = order.index(owner) if owner in order else 0
            if place < best[0]:
                best = place, item.entity
    return best


def _with_derived(inference: Inference, callee: Callee) -> list[Callee] | None:
    """A class and those derived from it: ``cls()`` may be any of them."""
    found, waiting, seen = [callee], [callee.entity], {callee.entity}
    while waiting:
        for each in subclasses(inference, waiting.pop()):
            if each in seen:
                continue
            seen.add(each)
            made = class_signature(inference, each) if len(seen) < _SUBCLASSES else None
            if made is None:
                return None
            found.append(made)
            waiting.append(each)
    return found
