"""Namespaces: what code writes into those of modules by other means than statements that bind.

``globals()["a"] = 1``, ``setattr(sys.modules[__name__], "a", 1)``, ``builtins.a = 1``,
``sys._getframe(1).f_globals["a"] = 1``. A namespace, or a module, that is handed to a function may
get any name.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from .access_paths import display_elements, last_name, string_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts

# Whose namespace: the module's own, the builtins', that of whoever calls, that of another object.
OWN, BUILTINS, CALLER, OTHER = range(4)

BUILTIN_MODULES = frozenset(["builtins", "__builtin__", "__builtins__"])
_NAMESPACES = frozenset(["globals", "vars", "locals"])
_OF_FRAMES = {"f_globals": CALLER, "f_locals": CALLER, "f_builtins": BUILTINS}
_IMPORTERS = frozenset(["import_module", "__import__"])
_SETTING = frozenset(["update", "setdefault", "__setitem__", "__ior__"])
# Functions that read what they are given, by their last names.
_READERS = frozenset(
    ["dict", "list", "tuple", "set", "frozenset", "sorted", "len", "iter", "repr", "str", "id",
     "type", "isinstance", "print", "hasattr", "getattr", "delattr", "dir", "vars", "bool", "any",
     "all", "max", "min", "ChainMap", "format", "format_map", "pformat", "pprint", "eval", "copy",
     "deepcopy", "getmembers", "getsource", "getfile", "getdoc", "getmodule", "testmod",
     "run_docstring_examples", "loadTestsFromModule", "help", "enumerate", "zip", "filter",
     "get_type_hints", "signature", "timeit", "repeat", "Timer", "__import__", "warn_explicit",
     "next", "ref", "ModuleType", "reload"]
)  # fmt: skip
_DEPTH = 4


class Written:
    """What a file writes into a namespace: names, and whether there may be any others."""

    __slots__ = ("is_any", "names")

    def __init__(self) -> None:
        """Nothing is written at first."""
        self.names: set[str] = set()
        self.is_any = False

    def add(self, names: tuple[str, ...]) -> None:
        """Add names; none stands for names that are not known."""
        self.names.update(names)
        self.is_any = self.is_any or not names


def written(facts: FileFacts, whose: int) -> Written:
    """Return what a file writes into a namespace, but for its own statements that bind names."""
    found: dict[int, Written] | None = facts.memo.get("written names")
    if found is None:
        found = facts.memo["written names"] = {each: Written() for each in range(4)}
        if _speaks_of_namespaces(facts):
            for target, names in _writes(facts):
                found[target].add(names)
    return found[whose]


def objects_written(facts: FileFacts) -> list[tuple[int, str]]:
    """Return (row of an object, name) of names that a file sets on what may be a module.

    ``setattr(module, "name", value)``, ``module.__dict__["name"] = value``.
    """
    written(facts, OTHER)
    found: list[tuple[int, str]] = facts.memo.get("written on objects", [])
    return found


def _speaks_of_namespaces(facts: FileFacts) -> bool:
    return any(
        facts.name_id(name) >= 0
        for name in (*_NAMESPACES, *_OF_FRAMES, *BUILTIN_MODULES, "modules", "setattr", "__dict__",
                     *_IMPORTERS)
    )  # fmt: skip


def _writes(facts: FileFacts) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield whose namespace is written, and the names; no names where they are not known."""
    for row, container in enumerate(facts.item_binding.container):
        keys = _keys(facts, facts.item_binding.key[row])
        target = namespace_of(facts, container)
        if target >= 0:
            yield target, keys
        else:
            _keep_object(facts, _object_of(facts, container), keys)
        value = facts.item_binding.value[row]
        yield from _handed(facts, value)
    for row, receiver in enumerate(facts.attribute_binding.receiver):
        target = module_of(facts, receiver)
        if target >= 0 and facts.attribute_binding.owner[row] < 0:
            yield target, (facts.names[facts.attribute_binding.name[row]],)
        yield from _handed(facts, facts.attribute_binding.value[row])
    for row, kind in enumerate(facts.result.kind):
        if kind != f.RAISE:
            yield from _handed(facts, facts.result.expr[row])
    for default in facts.parameter.default:
        yield from _handed(facts, default)
    for row, kind in enumerate(facts.binding.kind):
        if kind == f.AUGMENT:
            target = _aliased(facts, facts.binding.scope[row], facts.binding.name[row], _DEPTH)
            if target >= 0:
                yield target, ()
    for call in facts_view.calls(facts):
        yield from _written_by_call(facts, call.row, call.function)


def _handed(facts: FileFacts, expr: int) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield a namespace that is given away: any name may get into it."""
    target = either_of(facts, expr)
    if target in (OWN, CALLER):
        yield target, ()


def _written_by_call(
    facts: FileFacts, call: int, function: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    method = facts_view.attribute(facts, function)
    arguments = list(facts_view.arguments(facts, call))
    if method is not None and method.name in _SETTING:
        target = namespace_of(facts, method.receiver)
        names = _set_by(facts, method.name, call)
        if target >= 0:
            yield target, names
        else:
            _keep_object(facts, _object_of(facts, method.receiver), names)
    name = last_name(facts, function)
    first = [each.value for each in arguments[:2] if each.is_positional]
    if name == "setattr" and len(first) == 2 and module_of(facts, first[0]) < 0:
        _keep_object(facts, first[0], _keys(facts, first[1]))
    if name in _READERS:
        return
    for place, argument in enumerate(arguments):
        target = -1 if argument.is_unpacked else either_of(facts, argument.value)
        if target < 0:
            continue
        # `setattr(module, "name", value)`, `patch.object(builtins, "name", value)`
        is_named = not place and len(first) == 2 and (name == "setattr" or target == BUILTINS)
        named = _keys(facts, first[1]) if is_named else ()
        if named or target != BUILTINS or name == "setattr":
            yield target, named


def _keep_object(facts: FileFacts, expr: int, names: tuple[str, ...]) -> None:
    if expr >= 0 and facts_view.plain_name(facts, expr) not in ("", "self", "cls"):
        kept = facts.memo.setdefault("written on objects", list[tuple[int, str]]())
        kept += [(expr, name) for name in names]


def _set_by(facts: FileFacts, method: str, call: int) -> tuple[str, ...]:
    """Return the names that ``update``, ``setdefault`` or ``__setitem__`` set, if all are shown."""
    arguments = list(facts_view.arguments(facts, call))
    if method != "update":
        return _keys(facts, arguments[0].value) if arguments and method != "__ior__" else ()
    found: list[str] = []
    for argument in arguments:
        if argument.is_keyword:
            found.append(facts.names[argument.key])
        elif argument.is_positional and facts_view.op(facts, argument.value) == f.DICT:
            keys = [string_value(facts, key) for key, _ in facts_view.items(facts, argument.value)]
            if not all(keys):
                return ()
            found += keys
        else:
            return ()
    return tuple(found)


def either_of(facts: FileFacts, expr: int) -> int:
    """Return whose namespace an expression is, or whose module; -1 for none."""
    found = namespace_of(facts, expr)
    return found if found >= 0 else module_of(facts, expr)


def namespace_of(facts: FileFacts, expr: int, depth: int = _DEPTH) -> int:
    """Return whose namespace an expression is, as a dictionary; -1 for none."""
    kind = facts_view.op(facts, expr)
    if kind == f.NAME:
        if facts_view.plain_name(facts, expr) == "__builtins__":
            return BUILTINS  # which is either the module or its namespace
        return _aliased(
            facts, facts_view.name_scope(facts, expr), facts_view.name_row(facts, expr), depth
        )
    if kind == f.ATTRIBUTE:
        name = last_name(facts, expr)
        if name == "__dict__":
            return module_of(facts, facts_view.operand(facts, expr), depth)
        return _OF_FRAMES.get(name, -1)
    function = facts_view.called(facts, expr)
    name = facts_view.plain_name(facts, function)
    if name not in _NAMESPACES:
        return -1
    arguments = facts_view.argument_values(facts, expr)
    if name == "vars" and arguments:
        return module_of(facts, arguments[0], depth)
    in_module = not facts_view.name_scope(facts, function)
    return OWN if name == "globals" or in_module else -1


def module_of(facts: FileFacts, expr: int, depth: int = _DEPTH) -> int:
    """Return which module an expression is: OWN or BUILTINS; -1 for all else."""
    kind = facts_view.op(facts, expr)
    if kind == f.NAME:
        if facts_view.plain_name(facts, expr) == "__builtins__":
            return BUILTINS
        return _aliased(
            facts, facts_view.name_scope(facts, expr), facts_view.name_row(facts, expr), depth
        )
    if kind == f.ATTRIBUTE:
        return BUILTINS if last_name(facts, expr) in BUILTIN_MODULES else -1
    item = facts_view.subscript(facts, expr)
    if item is not None:
        is_modules = last_name(facts, item.value) == "modules"
        return _module_named(facts, item.key) if is_modules else -1
    function = facts_view.called(facts, expr)
    method = facts_view.attribute(facts, function)
    arguments = facts_view.argument_values(facts, expr) if function >= 0 else ()
    if not arguments:
        return -1
    if last_name(facts, function) in _IMPORTERS or (
        method is not None
        and method.name == "get"
        and last_name(facts, method.receiver) == "modules"
    ):
        return _module_named(facts, arguments[0])
    return -1


def _module_named(facts: FileFacts, expr: int) -> int:
    if facts_view.plain_name(facts, expr) in ("__name__", "__package__"):
        return OWN
    return BUILTINS if string_value(facts, expr) in BUILTIN_MODULES else -1


def _aliased(facts: FileFacts, scope: int, name: int, depth: int) -> int:
    """Return whose namespace or module a name is bound to; -1 for none."""
    rows: list[int] = []
    while scope >= 0 and not rows:
        rows = facts.bindings_of(scope, name)
        scope = facts.scope.parent[scope]
    for row in rows if depth else ():
        if facts.binding.kind[row] == f.IMPORT:
            imported = facts.binding.ref[row]
            of = facts.imports.name[imported]
            spelled = facts.names[of if of >= 0 else facts.imports.module[imported]]
            if spelled in BUILTIN_MODULES:
                return BUILTINS
        value = facts.binding.value[row]
        if value < 0 or facts.binding.kind[row] not in (f.ASSIGN, f.WALRUS):
            continue
        found = namespace_of(facts, value, depth - 1)
        found = found if found >= 0 else module_of(facts, value, depth - 1)
        if found >= 0:
            return found
    return -1


def _object_of(facts: FileFacts, expr: int) -> int:
    """Return the row of ``x`` for ``x.__dict__`` and ``vars(x)``, else -1."""
    if last_name(facts, expr) == "__dict__" and facts_view.op(facts, expr) == f.ATTRIBUTE:
        return facts_view.operand(facts, expr)
    if facts_view.plain_name(facts, facts_view.called(facts, expr)) == "vars":
        return next(iter(facts_view.argument_values(facts, expr)), -1)
    return -1


def _keys(facts: FileFacts, index: int) -> tuple[str, ...]:
    """Return the strings that an index may be, if they are literals.

    A string, or the variable of a loop over a display of strings.
    """
    if not facts_view.plain_name(facts, index):
        return strings(facts, index)
    scope, name = facts_view.name_scope(facts, index), facts_view.name_row(facts, index)
    found: list[str] = []
    for row in facts.bindings_of(scope, name):
        value = facts.binding.value[row]
        if facts.binding.kind[row] != f.FOR or facts_view.op(facts, value) != f.ELEMENT:
            return ()
        iterated = facts_view.operand(facts, value)
        listed = strings(facts, iterated)
        if not listed or len(listed) != len(display_elements(facts, iterated)):
            return ()
        found += listed
    return tuple(found)


def strings(facts: FileFacts, expr: int) -> tuple[str, ...]:
    """Return the strings of a literal: a string, or those in a list, tuple or set."""
    if facts_view.op(facts, expr) in (f.LIST, f.TUPLE, f.SET):
        texts = [string_value(facts, part) for part in facts_view.elements(facts, expr)]
    else:
        texts = [string_value(facts, expr)]
    return tuple(text for text in texts if text)
