"""Classes against their bases: overrides, abstract methods, fields and methods of one name."""

from __future__ import annotations

from itertools import chain

from ....indexer import facts as f
from ....indexer.inference.classes import is_protocol, own_member_names
from ....indexer.inference.dynamic_attributes import HARMLESS
from ....indexer.inference.entities import CLASS, FUNCTION, Entity, name_of
from ....indexer.inference.signatures import parameter_rows
from ....indexer.inference.types import CLASS_OBJECT, INSTANCE, without_none
from ....indexer.plugins.synthesized import decorators, last_name
from ..excuses import is_expected_to_fail
from ..findings import ERROR, HINT, WARNING, Finding
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext

# Decorators that leave the parameters of a function as they are.
_TRANSPARENT = frozenset(["staticmethod", "classmethod", "override", "final", "abstractmethod"])
# Classes whose instances may be callable though they do not look it.
_CALLABLE = frozenset(["object", "partial", "Mock", "MagicMock", "Any"])
_SHOWN = 4


def incompatible_override(context: CheckContext) -> Iterator[Finding]:
    """Methods that cannot be called as the method that they override can."""
    if context.is_stub:
        return
    for cls, row, name in _methods(context):
        if not context.wants(name) or name.startswith("__"):
            continue
        base, other = _overridden(context.strict, cls, name)
        if other is None or not _is_plain(context.strict, other):
            continue
        method: Entity = Entity(FUNCTION, context.path, row)
        if not _is_plain(context.strict, method):
            continue
        said = _misfit(context.strict, method, other)
        if said:
            start = context.facts.definition.position[row]
            yield Finding(
                "incompatible-override", context.path, start, start + len(name.encode()),
                f"`{name}` {said}, unlike that of `{name_of(context.strict, base)}`, which it "
                "overrides.",
                subject=name, severity=HINT if context.before is None and context.names is None
                else WARNING, evidence="inferred", nearest=[other],
            )  # fmt: skip


def _methods(context: CheckContext) -> Iterator[tuple[Entity, int, str]]:
    """(class, definition row, name) of each method that is bound to its name in a class body."""
    facts, table = context.facts, context.facts.definition
    for row, kind in enumerate(table.kind):
        scope = table.scope[row]
        if kind != f.FUNCTION or facts.scope.kind[scope] != f.CLASS_SCOPE:
            continue
        if table.flags[row] & (f.OVERLOAD | f.ACCESSOR | f.CONDITIONAL):
            continue
        owner = facts.scope.definition[scope]
        yield Entity(CLASS, context.path, owner), row, facts.names[table.name[row]]


def _overridden(inference: Inference, cls: Entity, name: str) -> tuple[Entity, Entity | None]:
    """The nearest base that has a method of a name, and that method."""
    for base in inference.mro(cls)[1:]:
        if base.kind != CLASS:
            break  # it may be there
        found = inference.own_member(base, name)
        if found:
            entity = found[0].entity
            return base, entity if len(found) == 1 and entity.kind == FUNCTION else None
    return cls, None


def _is_plain(inference: Inference, function: Entity) -> bool:
    """Whether a function is called with the parameters that it is written with."""
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    if flags & (f.OVERLOAD | f.PROPERTY):
        return False
    for expr in decorators(facts, function.row):
        called = facts.expr.op[expr] == f.CALL
        if called or last_name(facts, expr) not in _TRANSPARENT:
            return False
    return True


def _misfit(inference: Inference, method: Entity, base: Entity) -> str:
    """Why a call that suits the base's method does not suit this one; empty when it does."""
    own, theirs = _Parameters(inference, method), _Parameters(inference, base)
    if own.is_static != theirs.is_static:
        return ""
    for name in own.required:
        if name not in theirs.names and not theirs.takes_any:
            place = own.positional.index(name) if name in own.positional else -1
            if place < 0 or place >= len(theirs.positional):
                return f"needs `{name}`"
    if not own.has_star and len(own.positional) < len(theirs.positional):
        missing = theirs.positional[len(own.positional)]
        if missing not in own.names:
            return f"does not take `{missing}`"
    if not own.has_stars:
        for name in theirs.keyword_only:
            if name not in own.names:
                return f"does not take `{name}`"
    if own.is_async != theirs.is_async and not theirs.is_abstract:
        return "is asynchronous" if own.is_async else "is not asynchronous"
    return ""


class _Parameters:
    """What can be given to a method besides its receiver."""

    def __init__(self, inference: Inference, function: Entity) -> None:
        facts = inference.need(function.path)
        table, flags = facts.parameter, facts.definition.flags[function.row]
        self.is_static = bool(flags & f.STATIC)
        # A generator is no coroutine, whether it says `async` or not.
        self.is_async = bool(flags & f.ASYNC) and not flags & f.GENERATOR
        self.is_abstract = bool(flags & (f.ABSTRACT | f.STUB_BODY))
        rows = parameter_rows(inference, function)[0 if self.is_static else 1 :]
        by_kind: dict[int, list[str]] = {}
        self.required: list[str] = []
        for row in rows:
            kind, name = table.kind[row], facts.names[table.name[row]]
            by_kind.setdefault(kind, []).append(name)
            if table.default[row] < 0 and kind in (
                f.POSITIONAL_ONLY, f.POSITIONAL, f.KEYWORD_ONLY,
            ):  # fmt: skip
                self.required.append(name)
        self.positional = by_kind.get(f.POSITIONAL_ONLY, []) + by_kind.get(f.POSITIONAL, [])
        self.keyword_only = by_kind.get(f.KEYWORD_ONLY, [])
        self.has_star = f.VAR_POSITIONAL in by_kind
        self.has_stars = f.VAR_KEYWORD in by_kind
        self.takes_any = self.has_star or self.has_stars
        self.names = {*self.positional, *self.keyword_only}


def shadowed_method(context: CheckContext) -> Iterator[Finding]:
    """Attributes that a class sets on itself under the name of one of its methods."""
    if context.is_stub:
        return
    facts, table = context.facts, context.facts.attribute_binding
    seen: set[tuple[int, int]] = set()
    for row, owner in enumerate(table.owner):
        name_row = table.name[row]
        name = facts.names[name_row]
        if owner < 0 or (owner, name_row) in seen or not context.wants(name):
            continue
        found = context.strict.own_member(Entity(CLASS, context.path, owner), name)
        if (
            len(found) != 1
            or found[0].entity.kind != FUNCTION
            or found[0].entity.path != context.path
        ):
            continue
        method = found[0].entity.row
        scope = table.scope[row]
        if facts.scope.definition[scope] == method or decorators(facts, method):
            continue  # it replaces itself, or is a property, or who knows what
        if not _is_no_callable(context, row, name):
            continue
        seen.add((owner, name_row))
        start = table.position[row]
        line = facts.line_of(facts.definition.position[method]) + 1
        yield Finding(
            "shadowed-method", context.path, start, start + len(name.encode()),
            f"This attribute hides the method `{name}` of line {line}: it can no longer be called.",
            subject=name, severity=WARNING, nearest=[found[0].entity],
        )  # fmt: skip


def shadowed_by_field(context: CheckContext) -> Iterator[Finding]:
    """Fields and methods of one name in a class body, of which only the later one is there.

    A value in the place of an inherited method is often meant: frameworks take either.
    """
    if context.is_stub:
        return
    facts, table = context.facts, context.facts.binding
    for row, kind in enumerate(table.kind):
        scope, name = table.scope[row], facts.names[table.name[row]]
        if kind not in (f.ASSIGN, f.DECLARE) or facts.scope.kind[scope] != f.CLASS_SCOPE:
            continue
        if not context.wants(name) or name.startswith("__"):
            continue
        method = _method_beside(context, row)
        if method is None:
            continue
        line = facts.line_of(facts.definition.position[method.row]) + 1
        start = table.position[row]
        yield Finding(
            "shadowed-method", context.path, start, start + len(name.encode()),
            f"This field and the method `{name}` of line {line} have one name: there is only one.",
            subject=name, severity=WARNING, nearest=[method],
        )  # fmt: skip


def _method_beside(context: CheckContext, row: int) -> Entity | None:
    """The only other binding of a field's name in its class, when that is a plain method."""
    facts, table = context.facts, context.facts.binding
    bound = facts.bindings_of(table.scope[row], table.name[row])
    others = [each for each in bound if each != row]
    if len(others) != 1 or table.kind[others[0]] != f.DEF_FUNCTION:
        return None
    if table.block[others[0]] != table.block[row]:
        return None
    definition = table.ref[others[0]]
    if decorators(facts, definition):
        return None
    value = table.value[row]
    # `size = property(size)` is made of the method.
    return (
        Entity(FUNCTION, context.path, definition)
        if value < 0 or _is_literal(context, value)
        else None
    )


def _is_literal(context: CheckContext, expr: int) -> bool:
    return expr >= 0 and context.facts.expr.op[expr] in (
        f.STRING, f.BYTES, f.INTEGER, f.FLOAT, f.TRUE, f.FALSE, f.LIST, f.TUPLE, f.SET, f.DICT,
    )  # fmt: skip


def _is_no_callable(context: CheckContext, row: int, name: str) -> bool:
    """Whether an attribute is set to something else than a function, as far as anybody can tell.

    A parameter of the method's own name that ``__init__`` always stores is taken for a value:
    ``self.size = size``. Elsewhere it may be what is to be called instead.
    """
    facts, table = context.facts, context.facts.attribute_binding
    value = table.value[row]
    if value < 0:
        return False
    type_ = without_none(context.complete_type(value))
    if type_:
        return all(
            each.form == INSTANCE
            and each.entity.kind == CLASS
            and not _can_be_called(context, each.entity)
            for each in type_
        )
    block, ops = table.block[row], facts.expr.op
    definition = facts.scope.definition[table.scope[row]]
    return (
        ops[value] == f.NAME
        and facts.names[facts.expr.a[value]] == name
        and (block < 0 or facts.block.kind[block] == f.BODY)
        and definition >= 0
        and facts.names[facts.definition.name[definition]] == "__init__"
    )


def _can_be_called(context: CheckContext, cls: Entity) -> bool:
    if name_of(context.strict, cls) in _CALLABLE:
        return True
    return any(
        base.kind != CLASS or context.strict.own_member(base, "__call__")
        for base in context.strict.mro(cls)
    )


def abstract_methods(inference: Inference, cls: Entity) -> list[tuple[str, Entity]]:
    """(name, class) of each abstract method that a class still has; empty when nobody knows.

    A stub says what is abstract, but not always what a class of its own implements.
    """
    order = inference.mro(cls)
    if any(base.kind != CLASS for base in order) or cls.path.endswith(".pyi"):
        return []
    if not _is_checked(inference, cls):
        return []
    found: list[tuple[str, Entity]] = []
    seen: set[str] = set()
    for index, base in enumerate(order):
        if any(between.path.endswith(".pyi") for between in order[:index]):
            break
        for name in own_member_names(inference, base):
            if name in seen:
                continue
            seen.add(name)
            if any(_may_make(inference, each, name) for each in order[:index]):
                continue
            entities = [item.entity for item in inference.own_member(base, name)]
            if entities and all(_is_abstract(inference, entity) for entity in entities):
                found.append((name, base))
    return found


def _may_make(inference: Inference, cls: Entity, name: str) -> bool:
    """Whether a decorator of a class may implement a method in it: ``dataclass(order=True)``."""
    facts = inference.need(cls.path)
    listed = decorators(facts, cls.row)
    if name.startswith("__") and name.endswith("__"):
        return bool(listed)
    return any(
        last_name(facts, facts.expr.a[expr] if facts.expr.op[expr] == f.CALL
                  else expr) not in HARMLESS
        for expr in listed
    )  # fmt: skip


def _is_checked(inference: Inference, cls: Entity) -> bool:
    """Whether Python looks for abstract methods when the class is called."""
    meta = inference.metaclass(cls)
    if meta is not None:
        return any(name_of(inference, each) == "ABCMeta" for each in inference.mro(meta)
                   if each.kind == CLASS)  # fmt: skip
    return any(is_protocol(inference, base) for base in inference.mro(cls))


def _is_abstract(inference: Inference, entity: Entity) -> bool:
    if entity.kind != FUNCTION:
        return False
    facts = inference.need(entity.path)
    return bool(facts.definition.flags[entity.row] & f.ABSTRACT)


def abstract_instantiated(context: CheckContext) -> Iterator[Finding]:
    """Calls of classes that still have abstract methods."""
    if context.is_stub:
        return
    facts = context.facts
    ops, positions, lefts, rights = facts.expr
    for expr in context.expressions(f.CALL):
        function = lefts[expr]
        if ops[function] not in (f.NAME, f.ATTRIBUTE):
            continue
        name = facts.names[lefts[function] if ops[function] == f.NAME else rights[function]]
        if not context.wants(name) or name in ("cls", "self", "type"):
            continue
        classes = [item.entity for item in context.strict.definitions_of(context.path, function)]
        if len(classes) != 1 or classes[0].kind != CLASS:
            continue
        type_ = without_none(context.complete_type(function))
        if len(type_) != 1 or type_[0].head != (CLASS_OBJECT, classes[0]):
            continue
        missing = abstract_methods(context.strict, classes[0])
        if not missing or context.strict.own_member(classes[0], "__new__"):
            continue
        start = positions[function]
        if context.is_dead(start) or is_expected_to_fail(context, start, "TypeError"):
            continue
        if b"__abstractmethods__" in context.text:
            continue
        yield Finding(
            "abstract-instantiated", context.path, start, start + len(name.encode()),
            f"`{name}` cannot be instantiated: {_listed(context.strict, missing)}",
            subject=name, severity=ERROR,
            nearest=[item.entity for method, cls in missing[:_SHOWN]
                     for item in context.strict.own_member(cls, method)],
        )  # fmt: skip


def _listed(inference: Inference, missing: list[tuple[str, Entity]]) -> str:
    said = [f"`{name}` of `{name_of(inference, cls)}`" for name, cls in missing[:_SHOWN]]
    more = f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else ""
    verb = "is" if len(missing) == 1 else "are"
    return f"{', '.join(said)}{more} {verb} abstract and not implemented."


def abstract_missing(context: CheckContext) -> Iterator[Finding]:
    """Classes that an edit derives from an abstract one without implementing its methods."""
    if context.before is None or context.is_stub:
        return
    facts, table, old = context.facts, context.facts.definition, context.old_facts
    for row, kind in enumerate(table.kind):
        cls: Entity = Entity(CLASS, context.path, row)
        name = facts.names[table.name[row]]
        if kind != f.CLASS or not context.wants(name) or _says_abstract(context, cls, name):
            continue
        if old is not None and any(
            other == f.CLASS and old.names[old.definition.name[index]] == name
            for index, other in enumerate(old.definition.kind)
        ):
            continue
        missing = [each for each in abstract_methods(context.strict, cls) if each[1] != cls]
        if missing:
            start = table.position[row]
            yield Finding(
                "abstract-missing", context.path, start, start + len(name.encode()),
                f"`{name}` is still abstract: {_listed(context.strict, missing)}",
                subject=name, severity=WARNING,
            )  # fmt: skip


def _says_abstract(context: CheckContext, cls: Entity, name: str) -> bool:
    """Whether a class is meant to be abstract: by its name, or by abstract methods of its own."""
    if name.startswith(("Base", "Abstract", "_Base")) or name.endswith(("Base", "Mixin", "ABC")):
        return True
    if is_protocol(context.strict, cls):
        return True
    return any(
        _is_abstract(context.strict, item.entity)
        for member in own_member_names(context.strict, cls)
        for item in context.strict.own_member(cls, member)
    )


RULES = [
    Rule(
        "incompatible-override",
        "A method that cannot be called as the one that it overrides.",
        incompatible_override,
        WARNING,
    ),
    Rule(
        "shadowed-method",
        "An attribute under the name of a method.",
        lambda file: chain(shadowed_method(file), shadowed_by_field(file)),
        WARNING,
    ),
    Rule(
        "abstract-instantiated",
        "A call of a class that has abstract methods.",
        abstract_instantiated,
    ),
    Rule(
        "abstract-missing",
        "A new class that leaves abstract methods of its bases open.",
        abstract_missing,
        WARNING,
    ),
]
