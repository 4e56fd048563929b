"""Modules with names that no statement binds: module ``__getattr__``, lazy imports, ``globals()``.

Tables of lazy imports are understood by convention: a plain dictionary has the name, and the module
that its entry names has it as well.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from . import names
from .access_paths import string_value
from .attribute_getters import names_given
from .entities import CONVENTIONAL, FUNCTION, MODULE, OUTSIDE, Entity, Found
from .modules import find_module, imported_module, submodule
from .namespaces import OWN, strings, written
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference

# Components of a place in a table: package, module, attribute.
_MOST = 3


def has_dynamic_members(inference: Inference, path: str) -> bool:
    """True if a module may have attributes that no statement of it binds."""
    return cached(inference, ("open", path), lambda: _has_dynamic_members(inference, path), True)


def has_dynamic_globals(inference: Inference, path: str) -> bool:
    """True if code of a module may read global names that no statement of it binds."""
    return cached(
        inference, ("open names", path), lambda: _has_dynamic_globals(inference, path), True
    )


def _has_dynamic_members(inference: Inference, path: str) -> bool:
    facts = inference.facts(path)
    if facts is None or names_of_getter(inference, path) is None:
        return True
    # A package that changes where its modules are looked for, not one that asks another.
    path_roles = [role for role, _, _ in facts.occurrences("__path__")]
    if any(not role & f.ATTRIBUTE_ROLE for role in path_roles) or _replaces_modules(facts):
        return True
    return bool(names_set_in_globals(facts)) or _has_dynamic_globals(inference, path)


def names_of_getter(inference: Inference, path: str) -> frozenset[str] | None:
    """Return the names that a module's ``__getattr__`` gives something for; None for any."""
    found: frozenset[str] = frozenset()
    for item in names.module_member(inference, path, "__getattr__"):
        facts = inference.facts(item.entity.path) if item.entity.kind == FUNCTION else None
        given = names_given(facts, item.entity.row) if facts is not None else None
        if given is None:
            return None
        found |= given
    return found


def _has_dynamic_globals(inference: Inference, path: str) -> bool:
    facts = inference.facts(path)
    if facts is None or _executes(facts) or names_set_in_globals(facts) is None:
        return True
    for row, name in enumerate(facts.imports.name):
        if name == f.STAR and not facts.imports.scope[row]:
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
    """True if ``exec`` runs text that may bind names of the module."""
    if facts.name_id("exec") < 0:
        return False
    for call in facts_view.calls(facts):
        if facts_view.plain_name(facts, call.function) != "exec":
            continue
        if len(facts_view.argument_values(facts, call.row)) < 2:  # in the names around the call
            scope = facts_view.name_scope(facts, call.function)
            if facts.scope.kind[scope] != f.FUNCTION_SCOPE:
                return True
    return False


def lazy_member(inference: Inference, path: str, name: str) -> list[Found]:
    """Return the definitions of a name that a module imports lazily, if it shows where from."""
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
    """Return what ``__getattr__`` imports under a name, or returns for it."""
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
        if _runs_for_name(facts, facts.result.block[row], name):
            return inference.definitions_of(path, value)
    return []


def _runs_for_name(facts: FileFacts, block: int, name: str) -> bool:
    """True if a block runs only when something equals the text of a name."""
    for each in facts_view.enclosing_blocks(facts, block):
        test = facts.block.test[each]
        if facts.block.kind[each] == f.IF_TRUE and facts_view.op(facts, test) == f.COMPARE:
            compared = list(facts_view.comparisons(facts, test))
            if len(compared) == 1 and compared[0].operator == "==":
                return string_value(facts, compared[0].right) == name
    return False


def _tables(facts: FileFacts) -> dict[str, list[tuple[str, ...]]]:
    """Return the places of lazily imported names, as dictionaries of the file list them.

    ``{"Box": ".shapes"}``, ``{"Box": ("pkg", ".shapes")}`` and ``{"shapes": ["Box"]}``.
    """
    table: dict[str, list[tuple[str, ...]]] | None = facts.memo.get("lazy")
    if table is not None:
        return table
    table = facts.memo["lazy"] = {}
    pairs: list[tuple[int, int]] = []
    for expr, op in enumerate(facts.expr.op):
        if op == f.DICT:
            pairs += facts_view.items(facts, expr)
    pairs += zip(facts.item_binding.key, facts.item_binding.value, strict=True)
    for key, value in pairs:
        text = string_value(facts, key)
        parts = strings(facts, value)
        if not text or not parts:
            continue
        if len(parts) <= _MOST:
            table.setdefault(text, []).append(parts)
        for each in parts:
            table.setdefault(each, []).append((text, each))
    return table


def _place(inference: Inference, path: str, parts: tuple[str, ...], name: str) -> list[Found]:
    """Return the definitions that the entry of a name in such a table means."""
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
    """Return the modules that a table may mean: relative with or without dots, or absolute."""
    if not spelled or not all(map(str.isidentifier, spelled.lstrip(".").split("."))):
        return []
    found = [imported_module(inference, path, spelled if spelled[0] == "." else "." + spelled)]
    if spelled[0] != ".":
        absolute = find_module(inference, spelled, path)
        found += [absolute] if absolute is not None else []
    return [entity for entity in found if entity.kind == MODULE]


def _replaces_modules(facts: FileFacts) -> bool:
    """True if a module sets items of ``sys.modules``, such as an object to replace itself."""
    if facts.name_id("modules") < 0:
        return False
    # What functions set there comes later, and seldom concerns importers of this module.
    containers = [
        container
        for container, scope in zip(
            facts.item_binding.container, facts.item_binding.scope, strict=True
        )
        if facts.scope.kind[scope] == f.MODULE_SCOPE
    ]
    for attribute in facts_view.attributes(facts):
        item = facts_view.subscript(facts, attribute.receiver)
        if item is not None:
            containers.append(item.value)  # sys.modules[__name__].__class__ = ...
    found = [facts_view.attribute(facts, expr) for expr in containers]
    return any(each is not None and each.name == "modules" for each in found)


def names_set_in_globals(facts: FileFacts) -> frozenset[str] | None:
    """Return the names that code sets in its own namespace; None if they may be any."""
    own = written(facts, OWN)
    return None if own.is_any else frozenset(own.names)
