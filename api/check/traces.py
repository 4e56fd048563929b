"""Traces of mistakes: what is kept of a finding, to tell later by what it was mended.

Of the code around it only fingerprints of its names are kept.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from zlib import crc32

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, Entity, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.inference.names import module_attribute
from ..lessons.anchors import entity_named
from ..lessons.book import Mistake
from ..source.entity_views import enclosing
from ..source.targets import find_at
from .arguments import UNKNOWN_KEYWORD
from .context import CheckContext
from .findings import Finding
from .fixes.names import count_names
from .mistakes import KNOWN_MISTAKE, mistake_of

Trace = dict[str, Any]


def trace_of(inference: Inference, finding: Finding) -> Trace | None:
    """Return the trace of a finding; None where no lesson can be made of it."""
    if finding.rule == KNOWN_MISTAKE:
        subject, _, wrong = finding.subject.rpartition(".")
        mistake = Mistake("unresolved-attribute", (subject,), wrong)
    else:
        mistake = mistake_of(inference, finding)
    if mistake is None:
        return None
    around = enclosing(inference, finding.path, finding.start)
    names = _names(inference, mistake.rule, finding.path, around)
    return {
        "id": finding.id,
        "rule": mistake.rule,
        "path": finding.path,
        "subjects": list(mistake.subjects),
        "wrong": mistake.wrong,
        "warned": finding.rule == KNOWN_MISTAKE,
        "around": qualified_name(inference, around) if around is not None else "",
        "names": {str(_fingerprint(name)): count for name, count in names.items() if count},
    }


def _names(inference: Inference, rule: str, path: str, around: Entity | None) -> Counter[str]:
    """Count the names of the definition around a mistake; of an import, the modules of the file."""
    if rule != "unresolved-import":
        return count_names(inference, path, around)
    context = CheckContext(inference, path)
    facts = context.facts
    return Counter(context.absolute_module(facts.names[row]) for row in facts.imports.module)


def _fingerprint(name: str) -> int:
    return crc32(name.encode("utf-8", "surrogatepass"))


class Right:
    """What was right instead of a mistake: its name, the subject that has it, and its own name."""

    def __init__(self, subject: str, name: str, anchor: str) -> None:
        self.subject = subject
        self.name = name
        self.anchor = anchor


def right_of(after: Inference, trace: Trace) -> Right | None:
    """Return what mended a mistake; None unless exactly one name that came with it can have."""
    path = trace["path"]
    if not after.exists(path) or after.facts(path) is None:
        return None
    around = _definition(after, path, trace["around"])
    if trace["around"] and around is None:
        return None
    known = Counter({int(name): count for name, count in trace["names"].items()})
    now = _names(after, trace["rule"], path, around)
    added = [name for name, count in now.items() if count > known[_fingerprint(name)]]
    wrong = trace["wrong"]
    still = now[wrong] >= known[_fingerprint(wrong)]
    if trace["rule"] == "undefined-name":
        found = _imported(after, path, wrong) if still else []
    elif still:
        found = []
    elif trace["rule"] == "unresolved-import":
        found = _modules(after, added)
    elif trace["rule"] == UNKNOWN_KEYWORD:
        found = _parameters(after, trace["subjects"], added)
    else:
        found = _members(after, trace["subjects"], added)
    return found[0] if len(found) == 1 else None


def _definition(inference: Inference, path: str, name: str) -> Entity | None:
    """Return the class or function of a file that has a qualified name."""
    facts = inference.need(path)
    for row, kind in enumerate(facts.definition.kind):
        entity = Entity(CLASS if kind == f.CLASS else FUNCTION, path, row)
        if qualified_name(inference, entity) == name:
            return entity
    return None


def _members(after: Inference, subjects: list[str], added: list[str]) -> list[Right]:
    """Return which of some names are members of the subjects, or of what they derive from."""
    owner = entity_named(after, subjects[0])
    if owner is None or owner.kind not in (CLASS, MODULE):
        return []
    found: list[Right] = []
    for name in added:
        if owner.kind == CLASS:
            items = after.class_member(owner, name)
        else:
            items = module_attribute(after, owner, name)
        for item in items[:1]:
            anchor = qualified_name(after, item.entity)
            if entity_named(after, anchor) is None:
                continue
            # Of a class what defines it, so that it is known of all classes that derive from that.
            subject = anchor.rpartition(".")[0] if owner.kind == CLASS else subjects[0]
            found.append(Right(subject if subject in subjects else subjects[0], name, anchor))
    return found


def _parameters(after: Inference, subjects: list[str], added: list[str]) -> list[Right]:
    """Return which of some names are parameters of what is called."""
    callee = entity_named(after, subjects[0])
    if callee is not None and callee.kind == CLASS:
        made = after.class_member(callee, "__init__")
        callee = made[0].entity if made else None
    facts = after.facts(callee.path) if callee is not None else None
    if callee is None or facts is None or callee.kind != FUNCTION:
        return []
    table = facts.parameter
    scope = facts.definition.own_scope[callee.row]
    names = {facts.names[table.name[row]] for row in facts_view.parameters(facts, scope)}
    anchor = qualified_name(after, callee)
    return [Right(subjects[0], name, anchor) for name in added if name in names]


def _imported(after: Inference, path: str, name: str) -> list[Right]:
    """Return what a name is that a file did not have, from another file."""
    found = {
        anchor
        for role, position, _ in after.need(path).occurrences(name)
        if not role & f.ATTRIBUTE_ROLE
        for item in find_at(after, path, position)
        if item.entity.path != path
        and (anchor := qualified_name(after, item.entity)).rpartition(".")[2] == name
        and entity_named(after, anchor) is not None
    }
    return [Right("", anchor, anchor) for anchor in sorted(found)]


def _modules(after: Inference, added: list[str]) -> list[Right]:
    """Return which of some modules there are."""
    entities = {module: entity_named(after, module) for module in added}
    return [
        Right("", module, module)
        for module, entity in entities.items()
        if entity is not None and entity.kind == MODULE
    ]
