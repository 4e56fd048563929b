"""What an edit changed that others may rest on."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.classes import bases, own_member_names, subclasses
from ....indexer.inference.entities import CLASS, Entity, name_of
from ....indexer.symbols import containers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ....indexer.facts import FileFacts
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..edits import Change

# Classes below one whose abstract methods changed that are looked at.
_BELOW = 500


def changed_names(change: Change, known: set[tuple[str, str]] | None = None) -> set[str]:
    """Names under which others may use what is gone or no longer what it was.

    ``known`` are files and dotted names of what is looked after elsewhere.
    """
    names: set[str] = set()
    for path in change.paths:
        before, after = change.before.facts(path), change.after.facts(path)
        if before is None:
            continue
        old = public_surface(change.before, path, before)
        new = public_surface(change.after, path, after) if after is not None else {}
        changed = {key for key, said in old.items() if new.get(key) != said}
        names.update(
            key.rpartition(".")[2] for key in changed if known is None or (path, key) not in known
        )
        # Who calls a class calls its constructor.
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
            module = path.rpartition("/")[2].partition(".")[0]
            names.add(path.split("/")[-2] if module == "__init__" and "/" in path else module)
    return names - {""}


def public_surface(inference: Inference, path: str, facts: FileFacts) -> dict[str, object]:
    """What others can see of a file, by dotted name: how each thing is declared."""
    text = inference.text(path)
    inside = containers(facts)
    kinds = facts.scope.kind
    found: dict[str, object] = {}
    table = facts.binding
    for row, scope in enumerate(table.scope):
        kind = table.kind[row]
        if kinds[scope] not in (f.MODULE_SCOPE, f.CLASS_SCOPE) or kind in (f.GLOBAL, f.NONLOCAL):
            continue
        name = facts.names[table.name[row]]
        key = f"{inside[scope]}.{name}" if inside[scope] else name
        position = table.position[row]
        line = facts.line_of(position)
        said: object = kind, text[facts.line_starts[line] : facts.line_starts[line + 1]].strip()
        if kind in (f.DEF_CLASS, f.DEF_FUNCTION):
            definition = table.ref[row]
            start = facts.definition.start[definition]
            end = facts.definition.header_end[definition]
            flags = facts.definition.flags[definition]
            said = b" ".join(text[start:end].split()), flags & (f.ASYNC | f.GENERATOR | f.ABSTRACT)
            if kind == f.DEF_CLASS and _may_be_made(facts, definition):
                said = said, _fields(facts, definition)  # the order of fields is that of arguments
        elif kind == f.IMPORT:
            said = "imported"
        found[key] = said if key not in found else (found[key], said)
    attributes = facts.attribute_binding
    for row, owner in enumerate(attributes.owner):
        if owner >= 0:
            cls = inside[facts.definition.own_scope[owner]]
            found.setdefault(f"{cls}.{facts.names[attributes.name[row]]}", "attribute")
    return found


def _may_be_made(facts: FileFacts, row: int) -> bool:
    """Whether a class may have a constructor that is made from its fields."""
    table = facts.definition
    return table.decorators[row] >= 0 or table.arguments[row] >= 0


def _fields(facts: FileFacts, row: int) -> tuple[tuple[str, bool], ...]:
    """Name of each annotated field of a class, and whether it has a value, in order."""
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


def _derived(change: Change, path: str, after: FileFacts | None, changed: set[str]) -> set[str]:
    """Names of the classes below one whose fields, or constructor, changed: they take them too."""
    classes = classes_by_name(path, after) if after is not None else {}
    names: set[str] = set()
    for key in changed:
        cls = classes.get(key.removesuffix(".__init__").removesuffix(".__new__"))
        if cls is None or (key in classes and not _may_be_made(change.after.need(path), cls.row)):
            continue
        todo, seen = [cls], {cls}
        while todo and len(seen) < _BELOW:
            below = [each for each in subclasses(change.after, todo.pop()) if each not in seen]
            seen.update(below)
            todo += below
        names.update(name_of(change.after, each) for each in seen)
    return names


def _exported(facts: FileFacts) -> set[str]:
    """Names that ``__all__`` is said to list, one way or another."""
    table = facts.exports
    return {
        facts.strings[ref]
        for kind, ref in zip(table.kind, table.ref, strict=True)
        if kind in (f.EXPORT_SET, f.EXPORT_ADD) and ref >= 0
    }


def classes_by_name(path: str, facts: FileFacts) -> dict[str, Entity]:
    """The classes of a file by their dotted names."""
    inside = containers(facts)
    return {
        inside[facts.definition.own_scope[row]]: Entity(CLASS, path, row)
        for row, kind in enumerate(facts.definition.kind)
        if kind == f.CLASS
    }


def _inherited(
    change: Change, path: str, before: FileFacts, after: FileFacts | None, changed: set[str]
) -> set[str]:
    """Members of the bases that classes no longer have."""
    old = classes_by_name(path, before)
    new = classes_by_name(path, after) if after is not None else {}
    names: set[str] = set()
    for key in changed & old.keys() & new.keys():
        if len(bases(change.before, old[key])) == len(bases(change.after, new[key])) and _spelled(
            change.before, path, before, old[key]
        ) == _spelled(change.after, path, after or before, new[key]):
            continue
        kept = {
            name
            for cls in change.after.mro(new[key])
            if cls.kind == CLASS
            for name in own_member_names(change.after, cls)
        }
        for cls in change.before.mro(old[key]):
            if cls.kind == CLASS:
                names.update(set(own_member_names(change.before, cls)) - kept)
    return {name for name in names if not name.startswith("__")}


def _spelled(inference: Inference, path: str, facts: FileFacts, cls: Entity) -> bytes:
    """The text of a class's header behind its name."""
    start = facts.definition.position[cls.row]
    end = facts.definition.header_end[cls.row]
    return b"".join(inference.text(path)[start:end].split())


def _abstract(change: Change, path: str, after: FileFacts, changed: set[str]) -> set[str]:
    """Names of the classes that have a method to implement now that they had not before."""
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
        todo, seen = [cls], {cls}
        while todo and len(seen) < _BELOW:
            current = todo.pop()
            names.add(name_of(change.after, current))
            below = [each for each in subclasses(change.after, current) if each not in seen]
            seen.update(below)
            todo += below
    return names
