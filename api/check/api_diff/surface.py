"""The public surface of files: definitions by dotted name, and what an edit changed of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.inference.classes import bases, own_member_names
from ....indexer.inference.entities import CLASS, FUNCTION, Entity, name_of, qualified_name
from ....indexer.inference.inference import Inference
from ....indexer.paths import is_test_file
from ....indexer.symbols import containers
from ..edits import Change
from ..signatures import Signature, class_signature, derived_classes, function_signature

# How each thing is declared, by dotted name; declarations are only compared.
Surface = dict[str, object]
_IMPORTED = "imported"
_CONSTRUCTORS = {"__init__", "__new__"}


# Subclasses of a changed class that are followed.
_SUBCLASSES = 500


def changed_names(change: Change, known: set[tuple[str, str]] | None = None) -> set[str]:
    """Return the names under which others may use what an edit removed or changed.

    ``known`` are files and dotted names of changes that the caller looks for itself.
    """
    return set[str]().union(*(names for _, names in _changed_by_file(change, known)))


def possible_users(
    change: Change, known: set[tuple[str, str]] | None = None, more: Iterable[str] = ()
) -> dict[str, set[str]]:
    """Return other files that may use what an edit changed, with the changed names they have.

    These are those of :func:`changed_names`, and some ``more``.
    """
    # What a module imports is used where the module is named, and what tests define where a part of
    # the module's name is, or in other tests.
    by_way: dict[str, set[str]] = {}
    of_tests = set[str]()
    others = set(more)
    for path, names in _changed_by_file(change, known):
        imported = _imported_names(change, path)
        for name in names & imported:
            by_way.setdefault(name, set()).add(_module_name(path))
        if is_test_file(path):
            of_tests |= names - imported
            for name in names - imported:
                by_way.setdefault(name, set()).update(path.removesuffix(".py").split("/"))
        else:
            others |= names - imported
    found: dict[str, set[str]] = {}
    for name in sorted(by_way.keys() | others):
        files = change.after.files_with(name)
        if name not in others:
            reached = {path for part in by_way[name] for path in change.after.files_with(part)}
            tests = name in of_tests
            files = [path for path in files if path in reached or (tests and is_test_file(path))]
        for path in files:
            if path not in change.paths:
                found.setdefault(path, set()).add(name)
    # A changed constructor is called by the name of its class or of one derived from it.
    return {path: names for path, names in found.items() if not names <= _CONSTRUCTORS}


def _imported_names(change: Change, path: str) -> set[str]:
    """Return the names of a module that nothing but an import binds, before the edit.

    None are returned where they are used without naming it: what others import with a star,
    fixtures of pytest.
    """
    facts, module = change.before.facts(path), _module_name(path)
    if facts is None or module == "conftest":
        return set()
    for other in change.before.files_with(module):
        each = change.before.facts(other)
        if each is not None and f.STAR in each.imports.name:
            return set()
    surface = public_surface(change.before, path, facts)
    return {name for name, declared in surface.items() if declared == _IMPORTED}


def _module_name(path: str) -> str:
    """Return the last part of the name of a module."""
    module = path.rpartition("/")[2].partition(".")[0]
    return path.split("/")[-2] if module == "__init__" and "/" in path else module


def _changed_by_file(
    change: Change, known: set[tuple[str, str]] | None
) -> Iterator[tuple[str, set[str]]]:
    """Yield each file with the names under which others may use what an edit changed in it."""
    for path in change.paths:
        names: set[str] = set()
        before, after = change.before.facts(path), change.after.facts(path)
        if before is None:
            continue
        old = public_surface(change.before, path, before)
        new = public_surface(change.after, path, after) if after is not None else {}
        changed = {key for key, declared in old.items() if new.get(key) != declared}
        names.update(
            key.rpartition(".")[2] for key in changed if known is None or (path, key) not in known
        )
        # A call of a class calls its constructor.
        names.update(
            key.rpartition(".")[0].rpartition(".")[2]
            for key in changed
            if key.endswith((".__init__", ".__new__", ".__call__"))
        )
        names |= _exported(before) - (_exported(after) if after is not None else set())
        names |= _inherited(change, path, before, after, changed)
        names |= _derived(change, path, after, changed)
        if after is not None:
            names |= _abstract(change, path, after, new.keys() - old.keys() | changed)
        else:
            names.add(_module_name(path))
        yield path, names - {""}


def public_surface(inference: Inference, path: str, facts: FileFacts) -> Surface:
    """Return what other files can see of a file."""
    text = inference.text(path)
    inside = containers(facts)
    kinds = facts.scope.kind
    found: Surface = {}
    table = facts.binding
    for row, scope in enumerate(table.scope):
        kind = table.kind[row]
        if kinds[scope] not in (f.MODULE_SCOPE, f.CLASS_SCOPE) or kind in (f.GLOBAL, f.NONLOCAL):
            continue
        name = facts.names[table.name[row]]
        key = f"{inside[scope]}.{name}" if inside[scope] else name
        declared = _declaration(facts, text, row)
        found[key] = declared if key not in found else (found[key], declared)
    attributes = facts.attribute_binding
    for row, owner in enumerate(attributes.owner):
        if owner >= 0:
            cls = inside[facts.definition.own_scope[owner]]
            found.setdefault(f"{cls}.{facts.names[attributes.name[row]]}", "attribute")
    return found


def _declaration(facts: FileFacts, text: bytes, binding: int) -> object:
    """Return how a name is declared: a header for definitions, the line for all else."""
    kind = facts.binding.kind[binding]
    if kind == f.IMPORT:
        return _IMPORTED
    if kind not in (f.DEF_CLASS, f.DEF_FUNCTION):
        line = facts.line_of(facts.binding.position[binding])
        return kind, text[facts.line_starts[line] : facts.line_starts[line + 1]].strip()
    table, row = facts.definition, facts.binding.ref[binding]
    header = b" ".join(text[table.start[row] : table.header_end[row]].split())
    declared = header, table.flags[row] & (f.ASYNC | f.GENERATOR | f.ABSTRACT)
    if kind == f.DEF_CLASS and _may_have_generated_constructor(facts, row):
        return declared, _fields(facts, row)  # the order of fields is that of arguments
    return declared


def _may_have_generated_constructor(facts: FileFacts, row: int) -> bool:
    """True if a class may have a constructor that is generated from its fields."""
    table = facts.definition
    return table.decorators[row] >= 0 or table.arguments[row] >= 0


def _fields(facts: FileFacts, row: int) -> tuple[tuple[str, bool], ...]:
    """Return name of each annotated field of a class, and if it has a value, in order."""
    scope = facts.definition.own_scope[row]
    table = facts.binding
    rows = [
        index
        for index, where in enumerate(table.scope)
        if where == scope and table.annotation[index] >= 0
    ]
    rows.sort(key=table.position.__getitem__)
    return tuple((facts.names[table.name[each]], table.value[each] >= 0)
                 for each in rows)  # fmt: skip


def _subclass_names(inference: Inference, cls: Entity) -> set[str]:
    """Return the names of a class and of its subclasses."""
    derived = derived_classes(inference, cls, _SUBCLASSES)
    return {name_of(inference, each) for each in (cls, *derived)}


def _derived(change: Change, path: str, after: FileFacts | None, changed: set[str]) -> set[str]:
    """Return names of the subclasses that inherit changed fields, or a changed constructor."""
    classes = classes_by_name(path, after) if after is not None else {}
    names: set[str] = set()
    for key in changed:
        cls = classes.get(key.removesuffix(".__init__").removesuffix(".__new__"))
        if cls is None or after is None:
            continue
        if key not in classes or _may_have_generated_constructor(after, cls.row):
            names |= _subclass_names(change.after, cls)
    return names


def _exported(facts: FileFacts) -> set[str]:
    """Return the names that assignments to ``__all__`` list."""
    table = facts.exports
    return {
        facts.strings[ref]
        for kind, ref in zip(table.kind, table.ref, strict=True)
        if kind in (f.EXPORT_SET, f.EXPORT_ADD) and ref >= 0
    }


def classes_by_name(path: str, facts: FileFacts) -> dict[str, Entity]:
    """Return the classes of a file by their dotted names."""
    inside = containers(facts)
    return {
        inside[facts.definition.own_scope[row]]: Entity(CLASS, path, row)
        for row, kind in enumerate(facts.definition.kind)
        if kind == f.CLASS
    }


def _inherited(
    change: Change, path: str, before: FileFacts, after: FileFacts | None, changed: set[str]
) -> set[str]:
    """Return the members that classes inherited before the edit and no longer have."""
    old = classes_by_name(path, before)
    new = classes_by_name(path, after) if after is not None else {}
    names: set[str] = set()
    for key in changed & old.keys() & new.keys():
        n_bases = [len(bases(change.before, old[key])), len(bases(change.after, new[key]))]
        old_header = _header(change.before, path, before, old[key])
        new_header = _header(change.after, path, after or before, new[key])
        if n_bases[0] == n_bases[1] and old_header == new_header:
            continue
        still_there = {
            name
            for cls in change.after.mro(new[key])
            if cls.kind == CLASS
            for name in own_member_names(change.after, cls)
        }
        for cls in change.before.mro(old[key]):
            if cls.kind == CLASS:
                names.update(set(own_member_names(change.before, cls)) - still_there)
    return {name for name in names if not name.startswith("__")}


def _header(inference: Inference, path: str, facts: FileFacts, cls: Entity) -> bytes:
    """Return the text of a class's header from its name on, without white space."""
    start = facts.definition.position[cls.row]
    end = facts.definition.header_end[cls.row]
    return b"".join(inference.text(path)[start:end].split())


def _abstract(change: Change, path: str, after: FileFacts, changed: set[str]) -> set[str]:
    """Return names of the classes that have a new method to implement."""
    classes = classes_by_name(path, after)
    names: set[str] = set()
    for key in changed:
        container, _, name = key.rpartition(".")
        cls = classes.get(container)
        if cls is None or (row := after.name_id(name)) < 0:
            continue
        scope = after.definition.own_scope[cls.row]
        if not any(
            after.binding.kind[binding] == f.DEF_FUNCTION
            and after.definition.flags[after.binding.ref[binding]] & f.ABSTRACT
            for binding in after.bindings_of(scope, row)
        ):
            continue
        names |= _subclass_names(change.after, cls)
    return names


def definition_of(facts: FileFacts, key: str) -> int:
    """Return the row of the definition with a dotted name, or -1."""
    inside = containers(facts)
    container, _, name = key.rpartition(".")
    table = facts.definition
    for row, scope in enumerate(table.scope):
        if facts.names[table.name[row]] == name and inside[scope] == container:
            return row
    return -1


def definition_entity(facts: FileFacts, path: str, row: int) -> Entity:
    """Return the entity of a row of a file's definitions."""
    return Entity(CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION, path, row)


def entity_named(inference: Inference, path: str, key: str) -> Entity | None:
    """Return the class or function of a file with a dotted name."""
    facts = inference.facts(path)
    row = definition_of(facts, key) if facts is not None else -1
    return definition_entity(facts, path, row) if facts is not None and row >= 0 else None


def counterpart(inference: Inference, entity: Entity, other: Inference) -> Entity | None:
    """Return the definition of the same kind and name that another snapshot has in the file."""
    facts = other.facts(entity.path) if other.exists(entity.path) else None
    if facts is None:
        return None
    name = qualified_name(inference, entity)
    for row in range(len(facts.definition.kind)):
        each = definition_entity(facts, entity.path, row)
        if each.kind == entity.kind and qualified_name(other, each) == name:
            return each
    return None


def signature_of(inference: Inference, entity: Entity) -> Signature | None:
    """Return the only signature of a class, or of a function, called as a method where it is one.

    None if there are several, or if nobody can say.
    """
    strict = inference.strict()
    if entity.kind == CLASS:
        callee = class_signature(strict, entity)
    else:
        facts = inference.need(entity.path)
        flags = facts.definition.flags[entity.row]
        scope = facts.scope.kind[facts.definition.scope[entity.row]]
        bound = scope == f.CLASS_SCOPE and not flags & f.STATIC
        callee = function_signature(strict, entity, bound=bound)
    return callee.signatures[0] if callee is not None and len(callee.signatures) == 1 else None
