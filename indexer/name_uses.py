"""How a file uses a name: in which roles it stands there, whatever the places.

Answers on a whole code base look at every file that has a name, and mostly find that a file uses it
in no way that matters. Such an answer does not rest on the file: :func:`uses` tells all that the
tests here see of it, and is compared when the file changes.
"""

from __future__ import annotations

from . import facts as f
from . import facts_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .facts import FileFacts

# A use is a kind and a name: a number is a role, and the others are called as follows.
_OCCURS, _BOUND, _INHERITED = "occurs", "bound", "inherited"
_SET, _STRING, _ALIAS, _MODULE, _CONTAINER = "set", "string", "alias", "module", "container"


def occurs(facts: FileFacts, name: str) -> bool:
    """True if a file has a name, other than in the dotted name of a module."""
    return any(True for _ in facts.occurrences(name))


def has_role(facts: FileFacts, name: str, roles: Collection[int]) -> bool:
    """True if a name stands in one of some roles in a file."""
    return any(role & f.ROLE_MASK in roles for role, _, _ in facts.occurrences(name))


def is_written(facts: FileFacts, name: str) -> bool:
    """True if a file assigns to something of a name."""
    return has_role(facts, name, (f.WRITTEN,))


def is_defined(facts: FileFacts, name: str) -> bool:
    """True if a file has a class or function of a name."""
    return has_role(facts, name, (f.DEFINED,))


def is_rebound(facts: FileFacts, name: str) -> bool:
    """True if a file assigns to, or defines, something of a name."""
    return has_role(facts, name, (f.WRITTEN, f.DEFINED))


def is_called(facts: FileFacts, name: str) -> bool:
    """True if a file calls something of a name."""
    return has_role(facts, name, (f.CALLED,))


def is_set_of_other(facts: FileFacts, name: str) -> bool:
    """True if a file assigns an attribute of a name to anything but ``self``."""
    known: frozenset[int] | None = facts.memo.get("set of others")
    if known is None:
        table = facts.attribute_binding
        known = facts.memo["set of others"] = frozenset(
            row for row, owner in zip(table.name, table.owner, strict=True) if owner < 0
        )
    return bool(known) and facts.name_id(name) in known


def is_parameter(facts: FileFacts, name: str) -> bool:
    """True if a function of a file has a parameter of a name."""
    return has_role(facts, name, (f.PARAMETER_ROLE,))


def is_container_of_item(facts: FileFacts, name: str) -> bool:
    """True if a file assigns to an item of something of a name: ``name[key] = value``."""
    return name in _containers(facts)


def _containers(facts: FileFacts) -> frozenset[str]:
    known: frozenset[str] | None = facts.memo.get("containers of items")
    if known is None:
        known = facts.memo["containers of items"] = frozenset(
            name for row in facts.item_binding.container for name in _last_name(facts, row)
        )
    return known


def _last_name(facts: FileFacts, expr: int) -> Iterator[str]:
    op = facts_view.op(facts, expr)
    if op == f.NAME:
        yield facts.names[facts_view.name_row(facts, expr)]
    elif op == f.ATTRIBUTE:
        yield facts.names[facts_view.attribute_name_row(facts, expr)]


def is_attribute_set(facts: FileFacts, name: str) -> bool:
    """True if a file assigns an attribute of a name."""
    return facts.name_id(name) in facts.attribute_binding.name


def is_string(facts: FileFacts, name: str) -> bool:
    """True if a string of a file is a name and nothing more."""
    return name in facts.strings


def is_aliased(facts: FileFacts, name: str) -> bool:
    """True if a file imports something of a name under another one."""
    return name in aliases(facts)


def aliases(facts: FileFacts) -> dict[str, list[str]]:
    """Other names that a file gives to what it imports, by the name there."""
    found: dict[str, list[str]] | None = facts.memo.get("import aliases")
    if found is None:
        found = facts.memo["import aliases"] = {}
        for row, flags in enumerate(facts.imports.flags):
            imported = facts.imports.name[row]
            if flags & f.ALIASED and imported >= 0:
                alias = facts.names[facts.imports.bound[row]]
                found.setdefault(facts.names[imported], []).append(alias)
    return found


def is_part_of_module(facts: FileFacts, name: str) -> bool:
    """True if a file imports a module whose dotted name has a part of this name."""
    return name in _module_parts(facts)


def imports_module(facts: FileFacts, dotted: str) -> bool:
    """True if a file imports a module, or one in it, by its absolute name.

    Its uses are those of each part of the name.
    """
    modules = set(facts.imports.module)
    return any(f"{facts.names[row]}.".startswith(f"{dotted}.") for row in modules)


def _module_parts(facts: FileFacts) -> frozenset[str]:
    known: frozenset[str] | None = facts.memo.get("parts of modules")
    if known is None:
        known = facts.memo["parts of modules"] = frozenset(
            part for row in set(facts.imports.module) for part in facts.names[row].split(".")
        )
    return known


def uses(facts: FileFacts) -> frozenset[tuple[object, str]]:
    """Every use of every name, as kind and name: what else is in the file has no part in it."""
    found: frozenset[tuple[object, str]] | None = facts.memo.get("uses of names")
    if found is None:
        found = facts.memo["uses of names"] = frozenset(_uses(facts))
    return found


def _uses(facts: FileFacts) -> Iterator[tuple[object, str]]:
    # Late: only a file that changed is compared.
    from .symbols import inherited_names, names_in

    names = facts.names
    for name in names_in(facts):
        yield _OCCURS, name
    for name in facts.occurring_names():
        for role, _, _ in facts.occurrences(name):
            yield role, name
    for row in {*facts.definition.name, *facts.binding.name, *facts.attribute_binding.name}:
        yield _BOUND, names[row]
    for name in inherited_names(facts):
        yield _INHERITED, name
    table = facts.attribute_binding
    for row, owner in zip(table.name, table.owner, strict=True):
        yield (_SET, owner < 0), names[row]
    for text in facts.strings:
        if text.isidentifier():
            yield _STRING, text
    for name, others in aliases(facts).items():
        for other in others:
            yield (_ALIAS, other), name
    for row in set(facts.imports.module):
        for part in names[row].split("."):
            # The empty one before a dot tells that a file imports relatively, whatever it imports.
            yield (_MODULE, part and names[row]), part
    for name in _containers(facts):
        yield _CONTAINER, name
