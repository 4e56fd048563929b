"""Modules whose names are not all written in them: PEP 562, tables of lazy imports, dynamic tricks.

What such tables say is known by convention: a plain dictionary shows where a name comes from, and
the module that it leads to has that name.
"""

from __future__ import annotations

from .. import facts as f
from . import names
from .entities import CONVENTIONAL, MODULE, OUTSIDE, Entity, Found
from .modules import find_module, imported_module, submodule
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference

# Components of a place in a table: package, module, attribute.
_MOST = 3


def has_dynamic_members(inference: Inference, path: str) -> bool:
    """True if a module may have names for others that its text does not show."""
    return cached(inference, ("open", path), lambda: _has_dynamic_members(inference, path), True)


def has_dynamic_globals(inference: Inference, path: str) -> bool:
    """True if the code of a module may read names that its text does not show it to bind."""
    return cached(
        inference, ("open names", path), lambda: _has_dynamic_globals(inference, path), True
    )


def _has_dynamic_members(inference: Inference, path: str) -> bool:
    facts = inference.facts(path)
    if facts is None or names.module_member(inference, path, "__getattr__"):
        return True
    # A package that changes where its modules are looked for, not one that asks another.
    path_roles = [role for role, _, _ in facts.occurrences("__path__")]
    if any(not role & f.ATTRIBUTE_ROLE for role in path_roles) or _replaces_modules(facts):
        return True
    return bool(names_set_in_globals(facts)) or _has_dynamic_globals(inference, path)


def _has_dynamic_globals(inference: Inference, path: str) -> bool:
    facts = inference.facts(path)
    if facts is None or _executes(facts) or names_set_in_globals(facts) is None:
        return True
    for row, name in enumerate(facts.imports.name):
        if name == f.STAR:
            spelled = facts.names[facts.imports.module[row]]
            module = imported_module(inference, path, spelled)
            if module.kind == OUTSIDE:
                return True
            if (
                module.kind == MODULE
                and module.path != path
                and has_dynamic_members(inference, module.path)
            ):
                return True
    return False


def _executes(facts: FileFacts) -> bool:
    """True if text is executed that may bind names of the module."""
    ops, _, lefts, rights = facts.expr
    name = facts.name_id("exec")
    if name < 0:
        return False
    (extra,) = facts.extra
    for expr, op in enumerate(ops):
        function = lefts[expr]
        if op != f.CALL or ops[function] != f.NAME or lefts[function] != name:
            continue
        at = rights[expr]
        if extra[at] < 2:  # in the names of where it is called
            if facts.scope.kind[rights[function]] != f.FUNCTION_SCOPE:
                return True
        else:
            where = extra[at + 6]
            if ops[where] == f.CALL and called_name(facts, where) in ("globals", "vars"):
                return True
    return False


def called_name(facts: FileFacts, call: int) -> str:
    """The plain name that is called, or an empty string."""
    function = facts.expr.a[call]
    if facts.expr.op[function] != f.NAME:
        return ""
    return facts.names[facts.expr.a[function]]


def lazy_member(inference: Inference, path: str, name: str) -> list[Found]:
    """Return what a module gives for a name that it does not bind, if it shows where from."""
    if name.startswith("__"):
        return []
    key = ("lazy", path, name)
    return cached(inference, key, lambda: _lazy_member(inference, path, name), list[Found]())


def _lazy_member(inference: Inference, path: str, name: str) -> list[Found]:
    facts = inference.facts(path)
    if facts is None:
        return []
    row = facts.name_id("__getattr__")
    getters = [
        facts.binding.ref[binding]
        for binding in (facts.bindings_of(0, row) if row >= 0 else [])
        if facts.binding.kind[binding] == f.DEF_FUNCTION
    ]
    if not getters and row < 0 and not _replaces_modules(facts):
        return []
    for definition in getters:
        found = _from_getter(inference, path, facts, definition, name)
        if found:
            return [item.weaker(CONVENTIONAL) for item in found]
    for parts in _tables(facts).get(name, []):
        found = _place(inference, path, parts, name)
        if found:
            return [item.weaker(CONVENTIONAL) for item in found]
    return []


def _from_getter(
    inference: Inference, path: str, facts: FileFacts, definition: int, name: str
) -> list[Found]:
    """Return what ``__getattr__`` imports under this name, or returns where it was asked for it."""
    scope = facts.definition.own_scope[definition]
    wanted = facts.name_id(name)
    if wanted >= 0:
        for row in facts.bindings_of(scope, wanted):
            if facts.binding.kind[row] == f.IMPORT:
                return names.resolve_binding(inference, path, facts, row)
    for row, owner in enumerate(facts.result.scope):
        value = facts.result.expr[row]
        if owner != scope or value < 0 or facts.result.kind[row] != f.RETURN:
            continue
        if _is_asked_for(facts, facts.result.block[row], name):
            return inference.definitions_of(path, value)
    return []


def _is_asked_for(facts: FileFacts, block: int, name: str) -> bool:
    """True if code runs only when something equals the text of a name."""
    ops, _, _, rights = facts.expr
    (extra,) = facts.extra
    while block >= 0:
        test = facts.block.test[block]
        if facts.block.kind[block] == f.IF_TRUE and ops[test] == f.COMPARE:
            at = rights[test]
            if extra[at] == 2 and f.OPERATORS[extra[at + 1]] == "==":
                return _string(facts, extra[at + 2]) == name
        block = facts.block.parent[block]
    return False


def _tables(facts: FileFacts) -> dict[str, list[tuple[str, ...]]]:
    """Places by name, as dictionaries of the file list them one way or the other.

    ``{"Box": ".shapes"}``, ``{"Box": ("pkg", ".shapes")}`` and ``{"shapes": ["Box"]}``.
    """
    table: dict[str, list[tuple[str, ...]]] | None = facts.memo.get("lazy")
    if table is not None:
        return table
    table = facts.memo["lazy"] = {}
    (extra,) = facts.extra
    pairs: list[tuple[int, int]] = []
    for expr, op in enumerate(facts.expr.op):
        if op == f.DICT:
            at = facts.expr.a[expr]
            listed = extra[at + 1 : at + 1 + extra[at]]
            pairs += zip(listed[::2], listed[1::2], strict=True)
    pairs += zip(facts.item_binding.key, facts.item_binding.value, strict=True)
    for key, value in pairs:
        text = _string(facts, key)
        parts = _strings(facts, value)
        if not text or not parts:
            continue
        if len(parts) <= _MOST:
            table.setdefault(text, []).append(parts)
        for each in parts:
            table.setdefault(each, []).append((text, each))
    return table


def _place(inference: Inference, path: str, parts: tuple[str, ...], name: str) -> list[Found]:
    """Return what a table's entry for a name leads to, if it leads to anything."""
    first, last = parts[0], parts[-1]
    module, colon, attribute = first.partition(":")
    tried = [(module, attribute)] if colon else [(first, name)]
    if len(parts) > 1:
        tried = [(first, last), (last, name), *tried]
        if last.startswith("."):
            tried.insert(0, (first + last, name))
    elif not colon and "." in first.lstrip("."):
        module, _, attribute = first.rpartition(".")
        tried.append((module, attribute))
    for spelled, wanted in tried:
        for entity in _modules(inference, path, spelled):
            if entity == Entity(MODULE, path, -1):
                continue
            found = names.module_member(inference, entity.path, wanted)
            if found:
                return found
            inner = submodule(inference, entity, wanted)
            if inner is not None:
                return [Found(inner)]
            if spelled.rpartition(".")[2] == name:
                return [Found(entity)]
    return []


def _modules(inference: Inference, path: str, spelled: str) -> list[Entity]:
    """Modules that a table may mean: relative with or without dots, or absolute."""
    if not spelled or not all(map(str.isidentifier, spelled.lstrip(".").split("."))):
        return []
    found = [imported_module(inference, path, spelled if spelled[0] == "." else "." + spelled)]
    if spelled[0] != ".":
        absolute = find_module(inference, spelled, path)
        found += [absolute] if absolute is not None else []
    return [entity for entity in found if entity.kind == MODULE]


def _replaces_modules(facts: FileFacts) -> bool:
    """True if a file puts anything into ``sys.modules``, such as an object in its own place."""
    ops, _, lefts, rights = facts.expr
    modules = facts.name_id("modules")
    if modules < 0:
        return False
    # What functions put there is for later, and seldom for what imports this module.
    holders = [
        container
        for container, scope in zip(
            facts.item_binding.container, facts.item_binding.scope, strict=True
        )
        if facts.scope.kind[scope] == f.MODULE_SCOPE
    ]
    for expr, op in enumerate(ops):
        if op == f.ATTRIBUTE and ops[lefts[expr]] == f.SUBSCRIPT:
            holders.append(lefts[lefts[expr]])  # sys.modules[__name__].__class__ = ...
    return any(ops[expr] == f.ATTRIBUTE and rights[expr] == modules for expr in holders)


def names_set_in_globals(facts: FileFacts) -> frozenset[str] | None:
    """Names that module-level code writes into the dictionary of its own; None for any names."""
    if "filled names" not in facts.memo:
        facts.memo["filled names"] = _filled_names(facts)
    found: frozenset[str] | None = facts.memo["filled names"]
    return found


def _filled_names(facts: FileFacts) -> frozenset[str] | None:
    ops, _, lefts, rights = facts.expr
    called = {facts.name_id(name) for name in ("globals", "vars", "locals")} - {-1}
    if not called:
        return frozenset()
    # Under another name: `names = globals()`.
    held = {
        facts.binding.name[row]
        for row, value in enumerate(facts.binding.value)
        if value >= 0
        and ops[value] == f.CALL
        and ops[lefts[value]] == f.NAME
        and lefts[lefts[value]] in called
    }

    def is_own(expr: int) -> bool:
        return (
            ops[expr] == f.CALL and ops[lefts[expr]] == f.NAME and lefts[lefts[expr]] in called
        ) or (ops[expr] == f.NAME and lefts[expr] in held)

    for expr, op in enumerate(ops):
        is_filling = op == f.ATTRIBUTE and facts.names[rights[expr]] in ("update", "setdefault")
        if is_filling and is_own(lefts[expr]):
            return None
    found: set[str] = set()
    for row, container in enumerate(facts.item_binding.container):
        if is_own(container):
            keys = _keys(facts, facts.item_binding.key[row])
            if not keys:
                return None
            found.update(keys)
    return frozenset(found)


def _keys(facts: FileFacts, index: int) -> tuple[str, ...]:
    """Return what an index may be, when it is written out.

    A string, or a loop's variable over some.
    """
    if index < 0 or facts.expr.op[index] != f.NAME:
        return _strings(facts, index)
    name, scope = facts.expr.a[index], facts.expr.b[index]
    found: list[str] = []
    for row in facts.bindings_of(scope, name):
        value = facts.binding.value[row]
        if facts.binding.kind[row] != f.FOR or value < 0:
            return ()
        if facts.expr.op[value] != f.ELEMENT:
            return ()
        looped = facts.expr.a[value]
        listed = _strings(facts, looped)
        if not listed or len(listed) != facts.extra[0][facts.expr.a[looped]]:
            return ()
        found += listed
    return tuple(found)


def _string(facts: FileFacts, expr: int) -> str:
    if expr < 0 or facts.expr.op[expr] != f.STRING:
        return ""
    row = facts.expr.a[expr]
    return facts.strings[row] if row >= 0 else ""


def _strings(facts: FileFacts, expr: int) -> tuple[str, ...]:
    """The strings of a literal: one, or those that a list or tuple holds."""
    if expr < 0:
        return ()
    if facts.expr.op[expr] in (f.LIST, f.TUPLE, f.SET):
        (extra,) = facts.extra
        at = facts.expr.a[expr]
        texts = [_string(facts, part) for part in extra[at + 1 : at + 1 + extra[at]]]
        return tuple(text for text in texts if text)
    text = _string(facts, expr)
    return (text,) if text else ()
