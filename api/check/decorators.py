"""Decorators: whether what they decorate takes and gives what it did before."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import FUNCTION, Entity
from ...indexer.inference.query_cache import cached
from ...indexer.inference.signatures import parameter_rows
from ...indexer.plugins.synthesized import decorators, last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference

# Decorators of functions that leave alone what may be passed, whatever they make of the result.
_KEEPING = frozenset(
    ["staticmethod", "classmethod", "overload", "abstractmethod", "override", "final", "deprecated",
     "wraps", "no_type_check", "type_check_only", "abstractclassmethod", "abstractstaticmethod",
     "lru_cache", "cache", "contextmanager", "asynccontextmanager", "property", "cached_property",
     "setter", "getter", "deleter", "abstractproperty", "singledispatch", "coroutine"]
)  # fmt: skip
# Those that change what calling gives, if not what may be passed.
_CHANGING = frozenset(["contextmanager", "asynccontextmanager", "coroutine", "wraps"])
# Decorators of classes that leave the constructor alone, or make one that is known.
_KEEPING_CLASSES = frozenset(
    ["dataclass", "final", "total_ordering", "runtime_checkable", "unique", "define", "frozen",
     "attrs", "mutable", "deprecated", "s", "attributes", "dataclass_transform",
     "type_check_only", "disjoint_base", "python_2_unicode_compatible"]
)  # fmt: skip


def preserves_signature(inference: Inference, function: Entity) -> bool:
    """Whether a function takes what its definition says, for all its decorators."""
    key = ("keeps signature", function)
    return cached(inference, key, lambda: _all_keep(inference, function, _KEEPING), True)


def preserves_result(inference: Inference, function: Entity) -> bool:
    """Whether calling a function gives what its definition says, for all its decorators."""
    key = ("keeps result", function)
    return cached(
        inference, key, lambda: _all_keep(inference, function, _KEEPING - _CHANGING), True
    )


def preserves_class(inference: Inference, cls: Entity) -> bool:
    """Whether calling a class does what its definition says, for all its decorators."""
    return _all_keep(inference, cls, _KEEPING_CLASSES)


def _all_keep(inference: Inference, entity: Entity, names: frozenset[str]) -> bool:
    facts = inference.need(entity.path)
    if facts.definition.decorators[entity.row] < 0:
        return True
    for expr in decorators(facts, entity.row):
        called = facts.expr.op[expr] == f.CALL
        target = facts.expr.a[expr] if called else expr
        if last_name(facts, target) in names:
            continue
        found = _with_body(inference, inference.definitions_of(entity.path, target))
        if not found or not all(
            each.kind == FUNCTION and _gives_what_it_takes(inference, each, called)
            for each in found
        ):
            return False
    return True


def _with_body(inference: Inference, found: list[Found]) -> list[Entity]:
    """What names stand for; of overloaded functions those that are run."""
    result: list[Entity] = []
    for item in found:
        kind, path, row = item.entity
        if kind == FUNCTION and not path.endswith(".pyi"):
            facts = inference.need(path)
            table = facts.definition
            if table.flags[row] & f.OVERLOAD:
                refs = [
                    facts.binding.ref[binding]
                    for binding in facts.bindings_of(table.scope[row], table.name[row])
                    if facts.binding.kind[binding] == f.DEF_FUNCTION
                ]
                row = next((r for r in refs if not table.flags[r] & f.OVERLOAD), row)
        if (kind, path, row) not in result:
            result.append(Entity(kind, path, row))
    return result


def _gives_what_it_takes(inference: Inference, decorator: Entity, called: bool) -> bool:
    """Whether a decorator, or what a call of it gives, returns nothing but its parameter."""
    key = ("gives what it takes", decorator, called)
    return cached(inference, key, lambda: _gives_now(inference, decorator, called), False)


def _gives_now(inference: Inference, decorator: Entity, called: bool) -> bool:
    if decorator.path.endswith(".pyi"):
        return _says_so(inference, decorator, called)
    returned = _returned(inference, decorator)
    if called:
        inner = _inner_functions(inference, decorator, returned)
        if inner:
            return all(_returns_parameter(inference, each) for each in inner)
        return _says_so(inference, decorator, called)
    return _returns_parameter(inference, decorator) or _says_so(inference, decorator, called)


def _returned(inference: Inference, function: Entity) -> list[int]:
    facts = inference.need(function.path)
    scope = facts.definition.own_scope[function.row]
    return [
        expr
        for where, expr, kind in zip(*facts.result[:3], strict=True)
        if where == scope and kind == f.RETURN
    ]


def _inner_functions(inference: Inference, function: Entity, returned: list[int]) -> list[Entity]:
    found: list[Entity] = []
    for expr in returned:
        items = inference.definitions_of(function.path, expr) if expr >= 0 else []
        inner = [each for each in _with_body(inference, items) if each.kind == FUNCTION]
        if not inner:
            return []
        found += inner
    return found


def _returns_parameter(inference: Inference, function: Entity) -> bool:
    """Whether a function gives its first parameter back, or a function inside of it that does."""
    facts = inference.need(function.path)
    rows = parameter_rows(inference, function)
    returned = _returned(inference, function)
    if not rows or not returned or _replaces_constructor(facts, function):
        return False
    name = facts.parameter.name[rows[0]]
    scope = facts.definition.own_scope[function.row]
    if len(facts.bindings_of(scope, name)) != 1:
        return False
    ops, _, lefts, _ = facts.expr
    for expr in returned:
        if expr < 0:
            return False
        if ops[expr] == f.NAME and lefts[expr] == name:
            continue
        # `return wrap if cls is None else wrap(cls)`, in as many statements
        inner = _inner_functions(inference, function, [_decorating(facts, expr)])
        if not inner or not all(
            each != function and _gives_what_it_takes(inference, each, called=False)
            for each in inner
        ):
            return False
    return True


def _decorating(facts: FileFacts, expr: int) -> int:
    """The function of ``wrap``, ``wrap(cls)`` and ``partial(wrap, option=1)``."""
    ops, _, lefts, rights = facts.expr
    if ops[expr] != f.CALL:
        return expr
    (extra,) = facts.extra
    at = rights[expr]
    if last_name(facts, lefts[expr]) == "partial" and extra[at]:
        return extra[at + 3]
    return lefts[expr]


def _replaces_constructor(facts: FileFacts, function: Entity) -> bool:
    """Whether a decorator gives a class another constructor: ``cls.__init__ = …``."""
    start = facts.definition.start[function.row]
    end = facts.definition.end[function.row]
    return any(
        start <= position < end
        for name in ("__init__", "__new__", "__call__")
        for role, position, _ in facts.occurrences(name)
        if role & f.ROLE_MASK == f.WRITTEN
    )


def _says_so(inference: Inference, decorator: Entity, called: bool) -> bool:
    """Whether annotations say so: ``(F) -> F``, ``(Callable[P, R]) -> Callable[P, R]``."""
    facts = inference.need(decorator.path)
    table = facts.definition
    if table.returns[decorator.row] < 0:
        return False
    text = inference.text(decorator.path)
    start = table.position[decorator.row]
    header = text[start : table.header_end[decorator.row]].decode("utf-8", "replace")
    result = "".join(header.rpartition("->")[2].split()).rstrip(":").strip("'\"")
    if called:
        # `-> Callable[[F], F]`
        head, _, rest = result.partition("[[")
        taken, _, given = rest.partition("],")
        return head.rpartition(".")[2] == "Callable" and bool(taken) and given == f"{taken}]"
    for row in parameter_rows(inference, decorator)[:1]:
        annotation = facts.parameter.annotation[row]
        if annotation < 0:
            return False
        written = text[facts.parameter.position[row] : facts.parameter.end[row]]
        wanted = "".join(written.decode("utf-8", "replace").partition(":")[2].split())
        wanted = wanted.partition("=")[0].strip("'\"")
        vague = wanted.rpartition(".")[2] in ("Callable", "Any", "object", "type")
        return wanted == result and "..." not in wanted and not vague
    return False
