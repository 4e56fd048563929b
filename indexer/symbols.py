"""The part of a file's facts that the index keeps: its symbols, and the names that occur in it.

A pure function of facts, so it runs wherever extraction runs. Kinds are the numbers of the language
server protocol's ``SymbolKind``.
"""

from __future__ import annotations

from . import facts as f
from . import facts_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .facts import FileFacts

    # name, container ("" at module level, else dotted), kind, position of the name, line, flags,
    # summary (first line of the docstring)
    SymbolRow = tuple[str, str, int, int, int, int, str]

MODULE, CLASS, METHOD, PROPERTY, FIELD, CONSTRUCTOR, ENUM, FUNCTION, VARIABLE, CONSTANT = (
    2,
    5,
    6,
    7,
    8,
    9,
    10,
    12,
    13,
    14,
)
ENUM_MEMBER, TYPE_PARAMETER = 22, 26

KIND_NAMES = {
    MODULE: "module",
    CLASS: "class",
    METHOD: "method",
    PROPERTY: "property",
    FIELD: "field",
    CONSTRUCTOR: "constructor",
    ENUM: "enum",
    FUNCTION: "function",
    VARIABLE: "variable",
    CONSTANT: "constant",
    ENUM_MEMBER: "enum-member",
    TYPE_PARAMETER: "type-parameter",
}

# Flags of a symbol.
LOCAL, REBOUND, INSTANCE = 1, 2, 4

_ENUM_BASES = frozenset(["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "TextChoices"])
_VALUE_KINDS = frozenset([f.ASSIGN, f.DECLARE, f.WALRUS, f.TYPE_ALIAS, f.FOR, f.WITH])


def containers(facts: FileFacts) -> list[str]:
    """Return the dotted name of each scope in its module; functions add no ``<locals>``."""
    parents, definitions = facts.scope.parent, facts.scope.definition
    names, defined = facts.names, facts.definition.name
    result: list[str] = []
    for row, kind in enumerate(facts.scope.kind):
        parent = parents[row]
        outer = result[parent] if parent >= 0 else ""
        if kind in (f.CLASS_SCOPE, f.FUNCTION_SCOPE):
            name = names[defined[definitions[row]]]
            result.append(f"{outer}.{name}" if outer else name)
        else:
            result.append(outer)
    return result


def is_local(facts: FileFacts, scope: int) -> bool:
    """True if a scope is a function's or inside of one."""
    kinds, parents = facts.scope.kind, facts.scope.parent
    while scope >= 0:
        if kinds[scope] in (f.FUNCTION_SCOPE, f.LAMBDA_SCOPE):
            return True
        scope = parents[scope]
    return False


def symbols(facts: FileFacts) -> list[SymbolRow]:
    """Return the classes, functions, and variables and attributes of modules and classes."""
    names, strings = facts.names, facts.strings
    inside = containers(facts)
    scope_kinds, scope_parents = facts.scope.kind, facts.scope.parent
    rows: list[SymbolRow] = []
    enum_scopes: set[int] = set()
    table = facts.definition
    for row, kind in enumerate(table.kind):
        scope = table.scope[row]
        flags = LOCAL if is_local(facts, scope) else 0
        summary = table.summary[row]
        if kind == f.CLASS:
            symbol_kind = CLASS
            if _is_enum(facts, row):
                symbol_kind = ENUM
                enum_scopes.add(table.own_scope[row])
        else:
            while scope_kinds[scope] == f.TYPE_SCOPE:
                scope = scope_parents[scope]
            symbol_kind = FUNCTION
            if scope_kinds[scope] == f.CLASS_SCOPE:
                definition_flags = table.flags[row]
                symbol_kind = PROPERTY if definition_flags & f.PROPERTY else METHOD
                if definition_flags & (f.ACCESSOR | f.OVERLOAD):
                    flags |= REBOUND
        position = table.position[row]
        rows.append(
            (
                names[table.name[row]],
                inside[scope],
                symbol_kind,
                position,
                facts.line_of(position),
                flags,
                strings[summary] if summary >= 0 else "",
            )
        )
    seen = {(name, container) for name, container, *_ in rows}
    bound, positions = facts.binding.name, facts.binding.position
    for row, kind in enumerate(facts.binding.kind):
        scope = facts.binding.scope[row]
        if kind not in _VALUE_KINDS or scope_kinds[scope] > f.CLASS_SCOPE:
            continue
        name, container = names[bound[row]], inside[scope]
        if (name, container) in seen or is_local(facts, scope):
            continue
        seen.add((name, container))
        if scope in enum_scopes and not name.startswith("_"):
            symbol_kind = ENUM_MEMBER
        elif scope_kinds[scope] == f.CLASS_SCOPE:
            symbol_kind = FIELD
        else:
            symbol_kind = CONSTANT if name.isupper() else VARIABLE
        rows.append(
            (name, container, symbol_kind, positions[row], facts.line_of(positions[row]), 0, "")
        )
    owners = facts.attribute_binding.owner
    for row, owner in enumerate(owners):
        if owner < 0:
            continue
        name = names[facts.attribute_binding.name[row]]
        container = inside[table.own_scope[owner]]
        if (name, container) not in seen:
            seen.add((name, container))
            position = facts.attribute_binding.position[row]
            rows.append((name, container, FIELD, position, facts.line_of(position), INSTANCE, ""))
    rows.sort(key=lambda row: row[3])
    return rows


def _is_enum(facts: FileFacts, row: int) -> bool:
    """True if a class names an enumeration class of the standard library as a base."""
    return not _ENUM_BASES.isdisjoint(base_names(facts, row))


def base_names(facts: FileFacts, row: int) -> list[str]:
    """Return the last component of each base in the header of a class."""
    result: list[str] = []
    for base in facts_view.bases(facts, row):
        expr = base.value
        if not base.is_positional:
            continue
        while facts_view.op(facts, expr) in (f.SUBSCRIPT, f.CALL):
            expr = facts_view.operand(facts, expr)
        attribute = facts_view.attribute(facts, expr)
        name = attribute.name if attribute is not None else facts_view.plain_name(facts, expr)
        result += [name] if name else []
    return result


def inherited_names(facts: FileFacts) -> list[str]:
    """Return the last components of the bases of all classes of a file."""
    found: set[str] = set()
    for row, kind in enumerate(facts.definition.kind):
        if kind == f.CLASS:
            found.update(base_names(facts, row))
    return sorted(found)


# In front of a word in the lists of names: the word stands in a string literal.
QUOTE = '"'


def quoted_words(text: str) -> list[str]:
    """Return the names that a string literal may name: ``name``, ``a.b.name``, ``a.b:name``."""
    if text.isidentifier():
        return [text]
    parts = text.replace(":", ".").lstrip(".").split(".")
    return parts if all(part.isidentifier() for part in parts) else []


def names_in(facts: FileFacts) -> list[str]:
    """Return every name that occurs in a file; those in string literals behind a quote."""
    quoted = {word for text in facts.strings for word in quoted_words(text)}
    return facts.occurring_names() + [QUOTE + word for word in sorted(quoted)]


def words(name: str) -> str:
    """Return an identifier split into lower-case words, for full-text search."""
    out: list[str] = []
    word = ""
    for index, character in enumerate(name):
        if character == "_":
            if word:
                out.append(word)
            word = ""
            continue
        if character.isupper() and word:
            after = name[index + 1 : index + 2]
            if not name[index - 1].isupper() or after.islower():
                out.append(word)
                word = ""
        word += character
    if word:
        out.append(word)
    return " ".join(out).lower()
