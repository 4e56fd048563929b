"""Suggestions: existing names that may have been meant by one that does not exist.

A member of a receiver without a type is searched in the class that heuristics infer for it, else in
those that receivers of that name have elsewhere, else in those that have the other members used on
it. Members come first whose name is similar, that are used on such receivers, and whose parameters
fit the call.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import islice

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.attribute_owners import is_kept_by
from ...indexer.inference.classes import members
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    MODULE,
    NAMESPACE,
    Entity,
    entity_of_binding,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module, submodule
from ...indexer.inference.query_cache import cached
from ...indexer.inference.types import CLASS_OBJECT, INSTANCE, MODULE_OBJECT, without_none
from .arguments import CallArguments, mismatches
from .context import CheckContext
from .known_names import attribute_of, classes_with
from .signatures import function_signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


_MOST_NEAR = 5
_MOST_OFFERED = 12
# Names that are compared with another in the time of a step of inference.
_COMPARED = 6
# Below this two names are no more similar than by chance.
_SIMILAR = 0.6


def similarity(name: str, other: str) -> float:
    """Return how similar two names are, from 0 to 1: by their letters, and by their words."""
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


def closest(name: str, candidates: Iterable[str], *, most: int = _MOST_NEAR) -> list[str]:
    """Return the candidates that are most similar to a name, best first."""
    scored = [(similarity(name, each), each) for each in set(candidates) if each != name]
    scored = [each for each in scored if each[0] >= _SIMILAR]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [each for _, each in scored[:most]]


def nearest_names(inference: Inference, module: Entity, name: str) -> list[Entity]:
    """Return what a module defines under the most similar names."""
    if module.kind != MODULE:
        return []
    facts = inference.facts(module.path)
    if facts is None:
        return []
    bound: dict[str, int] = {}
    for row, scope in enumerate(facts.binding.scope):
        if scope == 0:
            bound[facts.names[facts.binding.name[row]]] = row
    if module.path.endswith(".pyi") and not name.startswith("_"):
        # Private names of stubs mostly exist in stubs only.
        bound = {each: row for each, row in bound.items() if not each.startswith("_")}
    return [entity_of_binding(module.path, facts, bound[each]) for each in closest(name, bound)]


def nearest_members(inference: Inference, type_: Type, name: str) -> list[Entity]:
    """Return members of classes, or names of modules, that are most similar to a name."""
    named: dict[str, Entity] = {}
    found: list[Entity] = []
    for value in type_:
        if value.form == MODULE_OBJECT:
            found += nearest_names(inference, value.entity, name)
        elif value.form in (INSTANCE, CLASS_OBJECT) and value.entity.kind == CLASS:
            for member, item, _ in members(inference, value.entity):
                named.setdefault(member, item.entity)
    return found + [named[each] for each in closest(name, named)]


def offered_members(inference: Inference, type_: Type) -> list[str]:
    """Return the public members of the one class that a type is of, if they are few.

    A name that was made up is similar to none of them, and still one of them was meant.
    """
    if (
        len(type_) != 1
        or type_[0].form not in (INSTANCE, CLASS_OBJECT)
        or type_[0].entity.kind != CLASS
    ):
        return []
    names = [name for name, _, _ in members(inference, type_[0].entity) if not name.startswith("_")]
    if type_[0].form == CLASS_OBJECT:
        order = inference.mro(type_[0].entity)
        names = [name for name in names if is_kept_by(inference, order, name, on_class=True)]
    return list(dict.fromkeys(names)) if len(names) <= _MOST_OFFERED else []


def nearest_modules(inference: Inference, path: str, module: str) -> list[Entity]:
    """Return the modules beside a missing one with the most similar names."""
    package, _, last = module.rpartition(".")
    if module.startswith(".") and not package.strip("."):
        package = module[: len(module) - len(module.lstrip("."))]
        last = module.lstrip(".")
    if not package:
        return []
    parent = imported_module(inference, path, package)
    if parent.kind not in (MODULE, NAMESPACE):
        return []
    names = closest(last, _module_names(inference, parent))
    found = [submodule(inference, parent, each) for each in names]
    return [entity for entity in found if entity is not None]


def _module_names(inference: Inference, package: Entity) -> list[str]:
    """Return the names of the modules in the folder of a package."""
    folder = package.path if package.kind == NAMESPACE else package.path.rpartition("/")[0]
    try:
        names = os.listdir(inference.snapshot.absolute(folder))
    except OSError:
        return []
    return [name.partition(".")[0] for name in names if not name.startswith("__")]


def nearest_in_scope(inference: Inference, path: str, scope: int, name: str) -> list[Entity]:
    """Return what is visible in a scope under the most similar names."""
    facts = inference.need(path)
    parents = facts.scope.parent
    visible: set[int] = set()
    while scope >= 0:
        visible.add(scope)
        scope = parents[scope]
    bound: dict[str, int] = {}
    for where in sorted(visible):
        for row in facts_view.bindings_in(facts, where):
            bound.setdefault(facts_view.binding_name(facts, row), row)
    inference.snapshot.work.look(len(bound) // _COMPARED)
    return [entity_of_binding(path, facts, bound[each]) for each in closest(name, bound)]


def same_name_elsewhere(inference: Inference, name: str) -> list[Entity]:
    """Return what modules of the workspace define at their top under a name."""
    found: list[Entity] = []
    for path, (*_, position, _, _, _) in inference.snapshot.symbols_named([name]):
        facts = inference.facts(path)
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0:
            continue
        for binding in facts.bindings_of(0, row):
            if facts.binding.position[binding] == position:
                found.append(entity_of_binding(path, facts, binding))
    order = {CLASS: 0, FUNCTION: 1}
    return sorted(found, key=lambda entity: (order.get(entity.kind, 2), entity.path))[:_MOST_NEAR]


# Files that use a receiver's name which are searched; classes of it that are tried.
_FILES, _CLASSES = 60, 3
# Uses of a name in one file that are looked at.
_USES = 200
# Of so many members one that few files have is taken to find the classes that have all.
_NAMES = 50
_MOST = 3
# Scores added to the similarity of names, which is 1 at most.
_USED, _FITS, _KIND = 0.5, 0.25, 0.15


def likely_members(context: CheckContext, expr: int, name: str, others: set[str]) -> list[Entity]:
    """Return members that the attribute of an expression may have meant, best first.

    ``others`` are members that the same code uses on the same receiver.
    """
    facts, inference = context.facts, context.inference
    receiver = facts_view.operand(facts, expr)
    classes, used = _classes_by_name(inference, context.path, facts, receiver)
    classes = _classes(inference, context.path, receiver) or classes
    if not classes and others:
        classes = _classes_with_all(inference, others)
    calls = facts_view.calls(facts)
    call = next((call.row for call in calls if call.function == expr), -1)
    scored: dict[str, tuple[float, Entity]] = {}
    for cls in classes[:_CLASSES]:
        for member, item, _ in members(inference, cls):
            if member.startswith("_") or member in scored or item.entity.is_outside:
                continue
            score = _score(context, item.entity, name, member, call)
            if member in used:
                score += _USED
            if member in others:
                score -= _USED  # what is used already was hardly meant here too
            scored[member] = score, item.entity
    best = sorted(scored.items(), key=lambda each: (-each[1][0], each[0]))
    return [entity for _, (score, entity) in best[:_MOST] if score >= _USED]


def _score(context: CheckContext, entity: Entity, name: str, member: str, call: int) -> float:
    score = similarity(name, member)
    if (entity.kind == FUNCTION) == (call >= 0):
        score += _KIND
    if call >= 0 and entity.kind == FUNCTION:
        callee = function_signature(context.strict, entity, bound=True)
        arguments = CallArguments(context.facts, call)
        if callee is not None and not all(
            mismatches(each, arguments) for each in callee.signatures
        ):
            score += _FITS
    return score


def _classes(inference: Inference, path: str, receiver: int) -> list[Entity]:
    """Return the classes of the workspace that a receiver is inferred to be an instance of."""
    return [
        value.entity
        for value in without_none(inference.infer_type(path, receiver))
        if value.form == INSTANCE and value.entity.kind == CLASS and not value.entity.is_outside
    ]


def _classes_by_name(
    inference: Inference, path: str, facts: FileFacts, receiver: int
) -> tuple[list[Entity], set[str]]:
    """Return the classes of receivers with the same name elsewhere, and members used on these."""
    name = last_name(facts, receiver)
    if not name or name in ("self", "cls"):
        return [], set()
    uses = cached(inference, ("uses by name", name), lambda: _uses_by_name(inference, name), {})
    classes: Counter[Entity] = Counter()
    used: set[str] = set()
    for place, (attribute, types) in uses.items():
        if place != (path, receiver):
            used.add(attribute)
            classes.update(types)
    return [cls for cls, _ in classes.most_common()], used


def _uses_by_name(
    inference: Inference, name: str
) -> dict[tuple[str, int], tuple[str, list[Entity]]]:
    """Return by place the attributes that are used on receivers of a name, and their classes."""
    found: dict[tuple[str, int], tuple[str, list[Entity]]] = {}
    for where in inference.files_with(name)[:_FILES]:
        other = inference.facts(where)
        if other is None:
            continue
        for role, _, expr in islice(other.occurrences(name), _USES):
            if role & f.ROLE_MASK not in (f.READ, f.CALLED) or expr < 0:
                continue
            attribute = attribute_of(other, expr) if last_name(other, expr) == name else None
            if attribute is not None:
                found[where, expr] = attribute.name, _classes(inference, where, expr)
    return found


def _classes_with_all(inference: Inference, names: set[str]) -> list[Entity]:
    """Return the classes of the workspace that have all of some members."""
    tried = islice(sorted(names), _NAMES)
    rarest = min(tried, key=lambda name: len(inference.files_with(name)))
    found: list[Entity] = []
    for path in inference.files_with(rarest)[:_FILES]:
        for cls in classes_with(inference, path, rarest):
            if cls not in found and all(inference.class_member(cls, name) for name in names):
                found.append(cls)
    return found
