"""What exists and may have been meant.

What may have been meant by a member of an untyped receiver: by its class, its name, its use.

The class is what the code base's conventions say the receiver is; else what receivers of that name
are elsewhere; else what has the other members that are used on it. Of its members those come first
that are called like the wrong one, that the code base uses on such receivers, and that take what
the call gives.
"""

from __future__ import annotations

from collections import Counter

from ...indexer import facts as f
from ...indexer.inference.classes import members
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, NAMESPACE, entity_of_binding
from ...indexer.inference.modules import imported_module
from ...indexer.inference.types import CLASS_OBJECT, INSTANCE, MODULE_OBJECT, without_none
from .arguments import CallArguments, mismatches
from .duck_types import classes_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ...indexer.inference.types import Type
    from .context import CheckContext


_MOST_NEAR = 5
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


def closest(name: str, candidates: Iterable[str], *, most: int = _MOST_NEAR) -> list[str]:
    """The candidates that are most like a name, best first; none when none is alike."""
    scored = [(similarity(name, each), each) for each in set(candidates) if each != name]
    scored = [each for each in scored if each[0] >= _ALIKE]
    scored.sort(key=lambda each: (-each[0], each[1]))
    return [each for _, each in scored[:most]]


def nearest_names(inference: Inference, module: Entity, name: str) -> list[Entity]:
    """What a module has whose name is most like this one."""
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
        # What only stubs have is for stubs; that is what their private names are mostly.
        bound = {each: row for each, row in bound.items() if not each.startswith("_")}
    return [entity_of_binding(module.path, facts, bound[each]) for each in closest(name, bound)]


def nearest_members(inference: Inference, type_: Type, name: str) -> list[Entity]:
    """What instances of classes, or modules, have whose name is most like this one."""
    named: dict[str, Entity] = {}
    found: list[Entity] = []
    for form, entity, _, _ in type_:
        if form == MODULE_OBJECT:
            found += nearest_names(inference, entity, name)
        elif form in (INSTANCE, CLASS_OBJECT) and entity.kind == CLASS:
            for member, item, _ in members(inference, entity):
                named.setdefault(member, item.entity)
    return found + [named[each] for each in closest(name, named)]


def offered_members(inference: Inference, type_: Type) -> list[str]:
    """Public members of the one class that a type is of, if they are few enough to be told.

    A name that was made up is like none of them, and still one of them is what was meant.
    """
    if (
        len(type_) != 1
        or type_[0].form not in (INSTANCE, CLASS_OBJECT)
        or type_[0].entity.kind != CLASS
    ):
        return []
    names = [name for name, _, _ in members(inference, type_[0].entity) if not name.startswith("_")]
    return list(dict.fromkeys(names)) if len(names) <= _MOST_OFFERED else []


def nearest_modules(inference: Inference, path: str, spelled: str) -> list[Entity]:
    """Modules beside the one that is missing, by likeness of their names."""
    package, _, last = spelled.rpartition(".")
    if spelled.startswith(".") and not package.strip("."):
        package = spelled[: len(spelled) - len(spelled.lstrip("."))]
        last = spelled.lstrip(".")
    if not package:
        return []
    parent = imported_module(inference, path, package)
    if parent.kind not in (MODULE, NAMESPACE):
        return []
    from ...indexer.inference.modules import submodule

    found = [
        submodule(inference, parent, each) for each in closest(last, _inside(inference, parent))
    ]
    return [entity for entity in found if entity is not None]


def _inside(inference: Inference, package: Entity) -> list[str]:
    """Names of the modules that lie in a package's folder."""
    import os

    folder = package.path if package.kind == NAMESPACE else package.path.rpartition("/")[0]
    try:
        names = os.listdir(inference.snapshot.absolute(folder))
    except OSError:
        return []
    return [name.partition(".")[0] for name in names if not name.startswith("__")]


def nearest_in_scope(inference: Inference, path: str, scope: int, name: str) -> list[Entity]:
    """What can be seen from a scope whose name is most like this one."""
    facts = inference.need(path)
    parents = facts.scope.parent
    visible: set[int] = set()
    while scope >= 0:
        visible.add(scope)
        scope = parents[scope]
    bound: dict[str, int] = {}
    for row, where in enumerate(facts.binding.scope):
        if where in visible:
            bound.setdefault(facts.names[facts.binding.name[row]], row)
    return [entity_of_binding(path, facts, bound[each]) for each in closest(name, bound)]


def same_name_elsewhere(inference: Inference, name: str) -> list[Entity]:
    """Classes, functions and variables at the top of modules of the workspace with this name."""
    found: list[Entity] = []
    for path, symbol in inference.snapshot.symbols_named([name]):
        facts = inference.facts(path)
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0:
            continue
        for binding in facts.bindings_of(0, row):
            if facts.binding.position[binding] == symbol[5]:
                found.append(entity_of_binding(path, facts, binding))
    order = {CLASS: 0, FUNCTION: 1}
    return sorted(found, key=lambda entity: (order.get(entity.kind, 2), entity.path))[:_MOST_NEAR]


# Files that use a receiver's name which are looked at; classes that are taken for it.
_LOOKED_AT, _CLASSES = 60, 3
_MOST = 3
# What counts beside likeness of names, which is 1 at most.
_USED, _FITS, _KIND = 0.5, 0.25, 0.15


def likely_members(context: CheckContext, expr: int, name: str, others: set[str]) -> list[Entity]:
    """Members that the attribute of an expression may have meant, the likeliest first.

    ``others`` are members that the same code uses on the same receiver.
    """
    facts = context.facts
    receiver = facts.expr.a[expr]
    classes, used = _elsewhere(context.inference, context.path, facts, receiver)
    own = _classes(context.inference, context.path, receiver)
    classes = own or classes
    if not classes and others:
        classes = _having(context.inference, others)
    call = _call_of(facts, expr)
    scored: dict[str, tuple[float, Entity]] = {}
    for cls in classes[:_CLASSES]:
        for member, item, _ in members(context.inference, cls):
            if member.startswith("_") or member in scored or item.entity.is_outside:
                continue
            score = _score(context, item.entity, name, member, call)
            if member in used:
                score += _USED
            if member in others:
                score -= _USED  # what is called already is hardly what was meant besides
            scored[member] = score, item.entity
    best = sorted(scored.items(), key=lambda each: (-each[1][0], each[0]))
    return [entity for _, (score, entity) in best[:_MOST] if score >= _USED]


def _score(context: CheckContext, entity: Entity, name: str, member: str, call: int) -> float:
    score = similarity(name, member)
    if (entity.kind == FUNCTION) == (call >= 0):
        score += _KIND
    if call >= 0 and entity.kind == FUNCTION:
        from .signatures import function_signature

        callee = function_signature(context.strict, entity, bound=True)
        if callee is not None and any(
            not mismatches(each, CallArguments(context.facts, call)) for each in callee.signatures
        ):
            score += _FITS
    return score


def _call_of(facts: FileFacts, expr: int) -> int:
    """The call of an attribute, or -1."""
    ops, _, lefts, _ = facts.expr
    return next((row for row, op in enumerate(ops) if op == f.CALL and lefts[row] == expr), -1)


def _classes(inference: Inference, path: str, receiver: int) -> list[Entity]:
    """Classes of the workspace that a receiver is an instance of, as far as anybody knows."""
    return [
        value.entity
        for value in without_none(inference.infer_type(path, receiver))
        if value.form == INSTANCE and value.entity.kind == CLASS and not value.entity.is_outside
    ]


def _elsewhere(
    inference: Inference, path: str, facts: FileFacts, receiver: int
) -> tuple[list[Entity], set[str]]:
    """What is called like a receiver in other places: its classes, and the members used on it."""
    name = _last(facts, receiver)
    classes: Counter[Entity] = Counter()
    used: set[str] = set()
    if not name or name in ("self", "cls"):
        return [], used
    for where in inference.files_with(name)[:_LOOKED_AT]:
        other = inference.facts(where)
        if other is None:
            continue
        ops, _, lefts, rights = other.expr
        for role, _, ref in other.occurrences(name):
            if role & f.ROLE_MASK not in (f.READ, f.CALLED) or ref < 0:
                continue
            if _last(other, ref) != name or (where == path and ref == receiver):
                continue
            if ref + 1 < len(ops) and ops[ref + 1] == f.ATTRIBUTE and lefts[ref + 1] == ref:
                used.add(other.names[rights[ref + 1]])
                classes.update(_classes(inference, where, ref))
    return [cls for cls, _ in classes.most_common()], used


def _last(facts: FileFacts, expr: int) -> str:
    ops, _, lefts, rights = facts.expr
    if ops[expr] == f.NAME:
        return facts.names[lefts[expr]]
    return facts.names[rights[expr]] if ops[expr] == f.ATTRIBUTE else ""


def _having(inference: Inference, others: set[str]) -> list[Entity]:
    """Classes of the workspace that have all of some members."""
    first = min(others, key=lambda name: len(inference.files_with(name)))
    found: list[Entity] = []
    for path in inference.files_with(first)[:_LOOKED_AT]:
        for cls in classes_with(inference, path, first):
            if cls not in found and all(inference.class_member(cls, other) for other in others):
                found.append(cls)
    return found
