"""Functions that do nothing but give a value, as far as their own text shows it for certain."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve import evaluate
from ...indexer.resolve.entities import FUNCTION
from ...indexer.resolve.memo import remember
from ...indexer.resolve.synthesized import decorators, last_name
from .callees import reached
from .decorators import keeps_result
from .expected import is_expected_to_fail
from .signatures import overridden_by

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity
    from ...indexer.snapshot import Snapshot
    from .file import File

# Built-in functions that neither run code of others nor change anything.
_HARMLESS = frozenset(
    ["abs", "bool", "bytes", "chr", "complex", "divmod", "float", "int", "isinstance", "len",
     "max", "min", "ord", "pow", "range", "round", "str", "tuple", "type"]
)  # fmt: skip
# What may run code of others, end early, or leave something behind.
_EFFECTS = (f.AWAIT, f.YIELDED, f.NAMED, f.AUGMENTED, f.LAMBDA)
_MOST = 400


def is_pure_call(file: File, call: int) -> bool:
    """Whether a call reaches only pure functions of the workspace."""
    function = file.facts.expr[f.EXPR_A][call]
    found = reached(file.strict, file.path, function)
    if found is None or is_expected_to_fail(file, file.facts.expr[f.EXPR_POS][function]):
        return False
    return all(_is_pure(file.strict, each.entity) for each in found.callees)


def _is_pure(snapshot: Snapshot, entity: Entity) -> bool:
    if entity[0] != FUNCTION or entity[1].startswith("/"):
        return False
    key = ("pure", entity)
    return remember(snapshot, key, lambda: _is_pure_now(snapshot, entity), False)


def _is_pure_now(snapshot: Snapshot, entity: Entity) -> bool:
    facts = snapshot.need(entity[1])
    table = facts.definition
    flags = table[f.DEF_FLAGS][entity[2]]
    if flags & (f.ASYNC | f.GENERATOR | f.STUB_BODY | f.ABSTRACT | f.CONDITIONAL | f.OVERLOAD):
        return False
    if not flags & f.RETURNS_VALUE or not keeps_result(snapshot, entity):
        return False
    if any(  # `@deprecated` warns
        last_name(facts, expr) not in ("staticmethod", "classmethod", "override", "final")
        for expr in decorators(facts, entity[2])
    ):
        return False
    own = table[f.DEF_OWN_SCOPE][entity[2]]
    start, end = table[f.DEF_HEADER_END][entity[2]], table[f.DEF_END][entity[2]]
    if end - start > _MOST or any(
        scope == own and kind == f.RAISE
        for scope, kind in zip(facts.result[f.RES_SCOPE], facts.result[f.RES_KIND], strict=True)
    ):
        return False
    inside = (start, end)
    if any(inside[0] <= at < inside[1] for at in facts.attribute_binding[f.ATTR_POS]):
        return False
    if own in facts.item_binding[f.ITEM_SCOPE] or own in facts.scope[f.SCOPE_PARENT]:
        return False
    if any(
        scope == own and kind not in (f.ASSIGN, f.DECLARE, f.PARAMETER)
        for scope, kind in zip(facts.binding[f.BIND_SCOPE], facts.binding[f.BIND_KIND], strict=True)
    ):
        return False
    return _computes_only(snapshot, entity[1], inside) and not overridden_by(snapshot, entity)


def _computes_only(snapshot: Snapshot, path: str, inside: tuple[int, int]) -> bool:
    """Whether the expressions between two positions are names, constants and arithmetic."""
    facts = snapshot.need(path)
    ops, positions, lefts, _ = facts.expr
    for row, op in enumerate(ops):
        if not inside[0] <= positions[row] < inside[1]:
            continue
        if op in _EFFECTS or op == f.SUBSCRIPT:
            return False  # an item may be made when it is asked for
        if op == f.CALL:
            function = lefts[row]
            name = facts.names[lefts[function]] if ops[function] == f.NAME else ""
            if name not in _HARMLESS:
                return False
            found = evaluate.objects(snapshot, path, function)
            if not all(item.entity[1].endswith("/builtins.pyi") for item in found):
                return False
    text = snapshot.text(path)[inside[0] : inside[1]]
    return not any(word in text for word in (b"assert", b"with ", b"del ", b"import", b"global"))
