"""What an edit changed that others may rest on."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.symbols import containers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.snapshot import Snapshot
    from .edits import Change


def affected_names(change: Change) -> set[str]:
    """Names under which others may use what is gone or no longer what it was."""
    names: set[str] = set()
    for path in change.paths:
        before, after = change.before.facts(path), change.after.facts(path)
        if before is None:
            continue
        old = surface(change.before, path, before)
        new = surface(change.after, path, after) if after is not None else {}
        for key, said in old.items():
            if new.get(key) != said:
                names.add(key.rpartition(".")[2])
        if after is None:
            module = path.rpartition("/")[2].partition(".")[0]
            names.add(path.split("/")[-2] if module == "__init__" and "/" in path else module)
    return names - {""}


def surface(snapshot: Snapshot, path: str, facts: FileFacts) -> dict[str, object]:
    """What others can see of a file, by dotted name: how each thing is declared."""
    text = snapshot.text(path)
    inside = containers(facts)
    kinds = facts.scope[f.SCOPE_KIND]
    found: dict[str, object] = {}
    table = facts.binding
    for row, scope in enumerate(table[f.BIND_SCOPE]):
        kind = table[f.BIND_KIND][row]
        if kinds[scope] not in (f.MODULE_SCOPE, f.CLASS_SCOPE) or kind in (f.GLOBAL, f.NONLOCAL):
            continue
        name = facts.names[table[f.BIND_NAME][row]]
        key = f"{inside[scope]}.{name}" if inside[scope] else name
        said: object = kind
        if kind in (f.DEF_CLASS, f.DEF_FUNCTION):
            definition = table[f.BIND_REF][row]
            start = facts.definition[f.DEF_START][definition]
            end = facts.definition[f.DEF_HEADER_END][definition]
            flags = facts.definition[f.DEF_FLAGS][definition]
            said = b" ".join(text[start:end].split()), flags & (f.ASYNC | f.GENERATOR | f.ABSTRACT)
        elif kind == f.IMPORT:
            said = "imported"
        found[key] = said if key not in found else (found[key], said)
    attributes = facts.attribute_binding
    for row, owner in enumerate(attributes[f.ATTR_OWNER]):
        if owner >= 0:
            cls = inside[facts.definition[f.DEF_OWN_SCOPE][owner]]
            found.setdefault(f"{cls}.{facts.names[attributes[f.ATTR_NAME][row]]}", "attribute")
    return found
