"""What exists and may have been meant."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.classes import members
from ...indexer.resolve.entities import CLASS, FUNCTION, MODULE, NAMESPACE, entity_of_binding
from ...indexer.resolve.modules import imported_module
from ...indexer.resolve.types import CLASS_OBJECT, INSTANCE, MODULE_OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...indexer.resolve.entities import Entity
    from ...indexer.resolve.types import Type
    from ...indexer.snapshot import Snapshot

_MOST = 5
_MOST_OFFERED = 12
# Below this two names are no more alike than chance has it.
_ALIKE = 0.6


def similarity(name: str, other: str) -> float:
    """How alike two names are, from 0 to 1: by their letters, and by the words they are made of."""
    from difflib import SequenceMatcher

    letters = SequenceMatcher(None, name.lower(), other.lower()).ratio()
    words, others = set(_words(name)), set(_words(other))
    shared = len(words & others) / max(len(words | others), 1)
    contained = 0.75 if words and others and (words <= others or others <= words) else 0.0
    return max(letters, shared, contained)


def _words(name: str) -> list[str]:
    words: list[str] = []
    word = ""
    for letter in name:
        if letter == "_" or (letter.isupper() and word and not word[-1].isupper()):
            if word:
                words.append(word.lower())
            word = ""
        if letter != "_":
            word += letter
    return [*words, word.lower()] if word else words


def closest(name: str, candidates: Iterable[str], *, most: int = _MOST) -> list[str]:
    """The candidates that are most like a name, best first; none when none is alike."""
    scored = [(similarity(name, each), each) for each in set(candidates) if each != name]
    scored = [each for each in scored if each[0] >= _ALIKE]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [each for _, each in scored[:most]]


def nearest_names(snapshot: Snapshot, module: Entity, name: str) -> list[Entity]:
    """What a module has whose name is most like this one."""
    if module[0] != MODULE:
        return []
    facts = snapshot.facts(module[1])
    if facts is None:
        return []
    bound: dict[str, int] = {}
    for row, scope in enumerate(facts.binding[f.BIND_SCOPE]):
        if scope == 0:
            bound[facts.names[facts.binding[f.BIND_NAME][row]]] = row
    if module[1].endswith(".pyi") and not name.startswith("_"):
        # What only stubs have is for stubs; that is what their private names are mostly.
        bound = {each: row for each, row in bound.items() if not each.startswith("_")}
    return [entity_of_binding(module[1], facts, bound[each]) for each in closest(name, bound)]


def nearest_members(snapshot: Snapshot, type_: Type, name: str) -> list[Entity]:
    """What instances of classes, or modules, have whose name is most like this one."""
    named: dict[str, Entity] = {}
    found: list[Entity] = []
    for form, entity, _, _ in type_:
        if form == MODULE_OBJECT:
            found += nearest_names(snapshot, entity, name)
        elif form in (INSTANCE, CLASS_OBJECT) and entity[0] == CLASS:
            for member, item, _ in members(snapshot, entity):
                named.setdefault(member, item.entity)
    return found + [named[each] for each in closest(name, named)]


def offered_members(snapshot: Snapshot, type_: Type) -> list[str]:
    """Public members of the one class that a type is of, if they are few enough to be told.

    A name that was made up is like none of them, and still one of them is what was meant.
    """
    if len(type_) != 1 or type_[0][0] not in (INSTANCE, CLASS_OBJECT) or type_[0][1][0] != CLASS:
        return []
    names = [name for name, _, _ in members(snapshot, type_[0][1]) if not name.startswith("_")]
    return list(dict.fromkeys(names)) if len(names) <= _MOST_OFFERED else []


def nearest_modules(snapshot: Snapshot, path: str, spelled: str) -> list[Entity]:
    """Modules beside the one that is missing, by likeness of their names."""
    package, _, last = spelled.rpartition(".")
    if spelled.startswith(".") and not package.strip("."):
        package = spelled[: len(spelled) - len(spelled.lstrip("."))]
        last = spelled.lstrip(".")
    if not package:
        return []
    parent = imported_module(snapshot, path, package)
    if parent[0] not in (MODULE, NAMESPACE):
        return []
    from ...indexer.resolve.modules import submodule

    found = [submodule(snapshot, parent, each) for each in closest(last, _inside(snapshot, parent))]
    return [entity for entity in found if entity is not None]


def _inside(snapshot: Snapshot, package: Entity) -> list[str]:
    """Names of the modules that lie in a package's folder."""
    import os

    folder = package[1] if package[0] == NAMESPACE else package[1].rpartition("/")[0]
    try:
        names = os.listdir(snapshot.absolute(folder))
    except OSError:
        return []
    return [name.partition(".")[0] for name in names if not name.startswith("__")]


def nearest_in_scope(snapshot: Snapshot, path: str, scope: int, name: str) -> list[Entity]:
    """What can be seen from a scope whose name is most like this one."""
    facts = snapshot.need(path)
    parents = facts.scope[f.SCOPE_PARENT]
    visible: set[int] = set()
    while scope >= 0:
        visible.add(scope)
        scope = parents[scope]
    bound: dict[str, int] = {}
    for row, where in enumerate(facts.binding[f.BIND_SCOPE]):
        if where in visible:
            bound.setdefault(facts.names[facts.binding[f.BIND_NAME][row]], row)
    return [entity_of_binding(path, facts, bound[each]) for each in closest(name, bound)]


def same_name_elsewhere(snapshot: Snapshot, name: str) -> list[Entity]:
    """Classes, functions and variables at the top of modules of the workspace with this name."""
    found: list[Entity] = []
    for path, symbol in snapshot.symbols_named([name]):
        facts = snapshot.facts(path)
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0:
            continue
        for binding in facts.bindings_of(0, row):
            if facts.binding[f.BIND_POS][binding] == symbol[5]:
                found.append(entity_of_binding(path, facts, binding))
    order = {CLASS: 0, FUNCTION: 1}
    return sorted(found, key=lambda entity: (order.get(entity[0], 2), entity[1]))[:_MOST]
