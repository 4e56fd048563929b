"""Scopes as Python's own symbol table has them, in the shape that facts are put into."""

from __future__ import annotations

import symtable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# Names and tables that the compiler adds, or that only newer versions have.
IMPLICIT = frozenset(
    ["__class__", "__classdict__", "__type_params__", "__conditional_annotations__"]
)


def scope_of(table: symtable.SymbolTable) -> tuple[Any, ...]:
    """(kind, name, {bound name: flags}, inner scopes in a canonical order)."""
    name = table.get_name().strip("<>")
    symbols = [symbol for symbol in table.get_symbols() if symbol.get_name() not in IMPLICIT]
    kind = getattr(table.get_type(), "value", table.get_type())
    if kind == "function":
        if any(symbol.get_name() == ".0" for symbol in symbols):
            kind = "comprehension"
        elif name == "lambda":
            kind = "lambda"
    bound: dict[str, str] = {}
    for symbol in symbols:
        if kind == "comprehension" and (symbol.is_declared_global() or symbol.is_nonlocal()):
            continue  # what a walrus binds around the comprehension
        flags = "p" * symbol.is_parameter() + "i" * symbol.is_imported()
        flags += "b" * bool(symbol.is_assigned())
        if kind not in ("comprehension", "module"):
            flags += "g" * symbol.is_declared_global() + "n" * symbol.is_nonlocal()
        if flags and not symbol.get_name().startswith("."):
            bound[symbol.get_name()] = flags
    inner: list[tuple[Any, ...]] = []
    for child in table.get_children():
        inner += _spliced(child)
    name = name if kind in ("function", "class") else ""
    return kind, name, sorted(bound.items()), sorted(inner, key=repr)


def _spliced(table: symtable.SymbolTable) -> list[tuple[Any, ...]]:
    """A table, or those inside it when it stands for something that facts have no scope for."""
    kind = getattr(table.get_type(), "value", table.get_type())
    if kind in ("module", "class", "function"):
        return [scope_of(table)]
    inner = [found for child in table.get_children() for found in _spliced(child)]
    if kind in ("type parameters", "type parameter"):
        _, _, bound, _ = scope_of(table)
        return [("type", "", bound, sorted(inner, key=repr))]
    return inner


def without_comprehensions(scope: tuple[Any, ...], names: set[str]) -> tuple[Any, ...]:
    """A scope that holds what is inside of its comprehensions, less the names that they bind."""
    kind, name, bound, inner = scope
    kept: list[tuple[Any, ...]] = []
    todo = list(inner)
    while todo:
        child = todo.pop()
        if child[0] == "comprehension":
            todo += child[3]
        else:
            kept.append(without_comprehensions(child, names))
    return kind, name, [cell for cell in bound if cell[0] not in names], sorted(kept, key=repr)
