"""What a rename leaves: places that have the name, and of which it is not known what they mean."""

from __future__ import annotations

import re

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts_view import Occurrence
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.entities import (
    CLASS,
    PARAMETER,
    VARIABLE,
    Entity,
    owner_class,
    qualified_name,
)
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at
from ...indexer.inference.members import owner_entity
from ...indexer.inference.references import Reference, is_local
from ...indexer.inference.string_names import named_in_string, quoted
from ...indexer.inference.synthesized import fields
from ...indexer.paths import is_outside
from ...indexer.symbols import QUOTE, quoted_words
from ..source.mentions import Mention, entry_point_mentions, notebook_mentions
from .rename_checks import is_private
from .rename_search import Change


def left_places(
    inference: Inference,
    targets: list[Entity],
    old: str,
    changes: list[Change],
    unsure: list[Reference],
) -> list[Mention]:
    """Return the places that have the name and do not change, unless they mean something else."""
    changed = {(change.path, change.start) for change in changes}
    places = {(each.path, each.position) for each in unsure} - changed
    if not all(is_local(inference, entity) for entity in targets):
        for path in {targets[0].path, *inference.files_with(QUOTE + old)}:
            places |= _strings(inference, path, old) - changed
    found = [
        Mention(path, inference.need(path).line_of(position)) for path, position in sorted(places)
    ]
    first = targets[0]
    found += _computed(inference, targets, old)
    for each in targets:
        found += _other_keywords(inference, each)
    if first.kind != PARAMETER and not is_local(inference, first):
        found += entry_point_mentions(inference, qualified_name(inference, first))
        found += notebook_mentions(inference, old)
    return list(dict.fromkeys(found))


def _other_keywords(inference: Inference, target: Entity) -> list[Mention]:
    """Return the keywords by which a constructor takes a field under another name: ``_x`` as x."""
    if target.kind != VARIABLE or owner_class(inference.need(target.path), target) < 0:
        return []
    return [
        Mention(path, facts.line_of(position))
        for field in fields(inference, owner_entity(inference, target))
        if field.entity == target and field.keyword != field.name
        for path in inference.files_with(field.keyword)
        if (facts := inference.facts(path)) is not None
        for role, position, ref in facts.occurrences(field.keyword)
        if role == f.KEYWORD
        and any(
            item.entity == target
            for item in entities_at(inference, path, Occurrence(field.keyword, position, role, ref))
        )
    ]


def _computed(inference: Inference, targets: list[Entity], name: str) -> list[Mention]:
    """Return the places that compute a name: ``getattr(x, "on_" + kind)``, ``_Box__size``."""
    found: list[Mention] = []
    if any(owner_class(inference.need(each.path), each) >= 0 for each in targets):
        for path in inference.files_with("getattr"):
            facts = inference.need(path)
            for call in facts_view.calls(facts):
                passed = facts_view.positional_arguments(facts, call.row)
                if last_name(facts, call.function) == "getattr" and len(passed) > 1:
                    start = _computed_start(inference, path, passed[1])
                    if start and name.startswith(start):
                        found.append(Mention(path, facts.line_of(call.position)))
    for each in targets:
        facts = inference.need(each.path)
        hidden = {facts.names[row] for row in facts.attribute_binding.name}
        for member in sorted(filter(is_private, hidden)) if each.kind == CLASS else ():
            mangled = f"_{name.lstrip('_')}{member}"
            for path in inference.files_with(mangled):
                other = inference.need(path)
                found += [
                    Mention(path, other.line_of(at)) for _, at, _ in other.occurrences(mangled)
                ]
    return found


def _computed_start(inference: Inference, path: str, expr: int) -> str:
    """Return how the text starts that ``"on_" + kind`` or ``f"on_{kind}"`` gives, if known."""
    facts = inference.need(path)
    kind = facts.expr.op[expr]
    if kind == f.BINARY:
        return facts_view.string(facts, facts_view.binary(facts, expr).left) or ""
    if kind == f.FORMATTED:
        start = facts.expr.position[expr]
        found = re.compile(rb"[rR]?[fF][rR]?[\"']+(\w+)\{").match(inference.text(path), start)
        return found[1].decode() if found is not None else ""
    return ""


def _strings(inference: Inference, path: str, name: str) -> set[tuple[str, int]]:
    """Return the places of a file where a string spells a name and nothing is known to say which.

    ``a.b.name`` counts, words in a sentence do not.
    """
    facts = inference.facts(path)
    if facts is None or is_outside(path):
        return set()
    written = {position for _, position, _ in facts.occurrences(name)}
    return {
        (path, position)
        for position, string in quoted(facts, inference.text(path), name)
        if position not in written
        and name in quoted_words(facts_view.string(facts, string) or "")
        and not named_in_string(inference, path, position, string)
    }
