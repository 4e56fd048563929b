"""Who uses a symbol, who calls it, what derives from it, and why a name leads where it leads."""

from __future__ import annotations

import os
import re
from itertools import groupby
from typing import TYPE_CHECKING, Any, Unpack

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.classes import bases
from ...indexer.inference.classes import subclasses as direct_subclasses
from ...indexer.inference.entities import (
    CLASS,
    EVIDENCE_NAMES,
    TEXTUAL,
    Entity,
    Found,
    qualified_name,
)
from ...indexer.inference.explain import Step
from ...indexer.inference.explain import explain as steps_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import identifier_at, occurrence_at
from ...indexer.inference.references import Reference
from ...indexer.inference.references import references as find_references
from ...indexer.text import utf16_length
from ..open_workspace import OpenWorkspace
from ..source.call_hierarchy import incoming, outgoing
from ..source.entity_views import (
    enclosing,
    envelope,
    line_text,
    name_range,
    others_note,
    others_of,
    symbol,
)
from ..source.imported import with_imported
from ..source.targets import find_targets, name_asked_for, offset_of

if TYPE_CHECKING:
    from .table import Target


ROLE_NAMES = (
    "read", "call", "write", "delete", "import", "inherit", "annotation", "decorator", "keyword",
    "parameter", "definition", "export", "import", "string",
)  # fmt: skip

_LONGEST_NAME = 200


def references(
    workspace: OpenWorkspace,
    *,
    roles: list[str] | None,
    textual: bool,
    declaration: bool,
    aliases: bool,
    overrides: bool,
    conventions: bool,
    limit: int,
    offset: int,
    **target: Unpack[Target],
) -> dict[str, Any]:
    """Answer the operation ``references``."""
    inference = workspace.inference(whole=True)
    found = find_targets(inference, **target)
    counts: dict[str, int] = {}
    evidence_counts: dict[str, int] = {}
    wanted = set(roles) if roles else None
    chosen: list[Reference] = []
    ways: dict[str, Any] = {
        "aliases": aliases, "overrides": overrides, "conventions": conventions, "is_partial": True,
        "spelled": name_asked_for(inference, **target),
    }  # fmt: skip
    for reference in _all_references(inference, found, ways):
        role = ROLE_NAMES[reference.role]
        if reference.evidence == TEXTUAL and not textual:
            continue
        if role in ("definition", "parameter") and not declaration and not wanted:
            continue
        if role == "import" and _is_said_before(inference, reference):
            continue
        if wanted and role not in wanted:
            continue
        counts[role] = counts.get(role, 0) + 1
        evidence = EVIDENCE_NAMES[reference.evidence]
        evidence_counts[evidence] = evidence_counts.get(evidence, 0) + 1
        chosen.append(reference)
    page = chosen[offset : offset + limit]
    answer: dict[str, Any] = {
        "total": len(chosen),
        "counts": counts,
        "evidence_counts": evidence_counts,
        "items": _grouped_by_file(inference, page),
        "truncated": offset + len(page) < len(chosen),
    }
    answer.update(_asked_about(inference, found))
    return envelope(inference, answer, {reference.path for reference in page})


def _is_said_before(inference: Inference, reference: Reference) -> bool:
    """True for the second name of ``import name as name``, by which a module offers a name."""
    text, start = inference.text(reference.path), reference.position
    name = re.match(rb"\w*", text[start : start + _LONGEST_NAME])
    said = rb"(?<![\w.])%b as $" % (name[0] if name is not None else b"")
    return re.search(said, text[max(start - _LONGEST_NAME, 0) : start]) is not None


def _all_references(
    inference: Inference, found: list[Found], ways: dict[str, Any]
) -> list[Reference]:
    """References of every entity that was asked about, each place once, sure ones first choice."""
    listed = _own_references(inference, found, ways)
    if os.path.exists(inference.snapshot.index.imported_path):
        return with_imported(inference, found, listed)
    return listed


def _own_references(
    inference: Inference, found: list[Found], ways: dict[str, Any]
) -> list[Reference]:
    if len(found) == 1:
        return find_references(inference, found[0].entity, **ways)
    best: dict[tuple[str, int], Reference] = {}
    for item in found:
        for reference in find_references(inference, item.entity, **ways):
            key = reference.path, reference.position
            if key not in best or reference.evidence < best[key].evidence:
                best[key] = reference
    return [best[key] for key in sorted(best)]


def _grouped_by_file(inference: Inference, page: list[Reference]) -> list[dict[str, Any]]:
    return [
        {"path": path, "references": reference_items(inference, path, list(group))}
        for path, group in groupby(page, key=lambda reference: reference.path)
    ]


def reference_items(
    inference: Inference, path: str, references: list[Reference]
) -> list[dict[str, Any]]:
    """References in one file as answers show them."""
    facts, text = inference.need(path), inference.text(path)
    starts, plain = facts.line_starts, facts.is_ascii
    containers: dict[Entity | None, str] = {None: ""}
    items: list[dict[str, Any]] = []
    for reference in references:
        at, end = reference.position, reference.position + reference.length
        line = facts.line_of(at)
        start = starts[line]
        written = text[start : starts[line + 1]]
        first, last = at - start, end - start
        if not plain:
            first, last = utf16_length(written[:first]), utf16_length(written[:last])
        item: dict[str, Any] = {
            "path": path,
            "range": {
                "start": {"line": line, "character": first},
                "end": {"line": line, "character": last},
            },
            "role": ROLE_NAMES[reference.role],
            "evidence": EVIDENCE_NAMES[reference.evidence],
            "text": written.decode("utf-8", "replace").strip(),
        }
        if reference.origin:
            item["origin"] = reference.origin
        around = enclosing(inference, path, at)
        if around not in containers:
            containers[around] = qualified_name(inference, around) if around is not None else ""
        if around is not None:
            item["enclosing"] = containers[around]
        items.append(item)
    return items


def callers(
    workspace: OpenWorkspace, *, limit: int, offset: int, **target: Unpack[Target]
) -> dict[str, Any]:
    """Answer the operation ``callers``."""
    inference = workspace.inference(whole=True)
    found = find_targets(inference, **target)
    grouped = incoming(inference, found)
    return _calls_answer(inference, found, grouped, limit, offset)


def callees(
    workspace: OpenWorkspace, *, limit: int, offset: int, **target: Unpack[Target]
) -> dict[str, Any]:
    """Answer the operation ``callees``."""
    inference = workspace.inference(whole=False)
    found = find_targets(inference, **target)
    grouped = outgoing(inference, found)
    return _calls_answer(inference, found, grouped, limit, offset)


def _calls_answer(
    inference: Inference,
    found: list[Found],
    grouped: dict[Entity, list[Reference]],
    limit: int,
    offset: int,
) -> dict[str, Any]:
    # What is known first; among those, in order of place.
    order = sorted(
        grouped.items(),
        key=lambda pair: (
            min(item.evidence for item in pair[1]) == TEXTUAL,
            pair[1][0].path,
            pair[1][0].position,
        ),
    )
    page = order[offset : offset + limit]
    items: list[dict[str, Any]] = []
    paths: set[str] = set()
    for entity, references in page:
        evidence = min(item.evidence for item in references)
        items.append(
            {
                "symbol": symbol(inference, Found(entity)),
                "evidence": EVIDENCE_NAMES[evidence],
                "calls": reference_items(inference, references[0].path, references),
            }
        )
        paths.update(item.path for item in references)
        paths.add(items[-1]["symbol"]["path"])
    answer: dict[str, Any] = {
        "items": items,
        "total": len(order),
        "truncated": offset + len(page) < len(order),
    }
    answer.update(_asked_about(inference, found))
    return envelope(inference, answer, paths)


def _asked_about(inference: Inference, found: list[Found]) -> dict[str, Any]:
    """Return what an answer is about: the first definition, and a note on further ones."""
    about: dict[str, Any] = {"symbol": symbol(inference, found[0])} if found else {}
    if others := others_of(inference, found):
        about["others"] = len(others)
        about["notes"] = [f"together with {others_note(inference, others)}"]
    return about


# Deeper than any classes that people wrote.
_DEPTH_OF_BASES = 50


def hierarchy(
    workspace: OpenWorkspace, *, depth: int, limit: int, **target: Unpack[Target]
) -> dict[str, Any]:
    """Answer the operation ``hierarchy``."""
    inference = workspace.inference(whole=True)
    found = find_targets(inference, **target)
    classes = [item for item in found if item.entity.kind == CLASS]
    answer: dict[str, Any] = {
        "bases": [], "mro": [], "subclasses": [], "total": 0, "truncated": False,
    }  # fmt: skip
    paths: set[str] = set()
    if classes:
        entity = classes[0].entity
        order = inference.mro(entity)
        # With the class itself, which is in its own order as well.
        seen, most = {entity: None}, limit + 1
        answer["symbol"] = symbol(inference, classes[0])
        answer["bases"] = _base_nodes(inference, entity, _DEPTH_OF_BASES, set())
        answer["mro"] = [symbol(inference, Found(cls), details=False) for cls in order]
        answer["subclasses"] = _subclass_nodes(inference, entity, depth, most, seen)
        answer["total"] = len(order)
        answer["truncated"] = len(seen) > most
        paths = {cls.path for cls in [*order, *list(seen)[:most]] if cls.kind == CLASS}
        notes = ["a base could not be resolved"] if any(not cls.path for cls in order) else []
        if others := others_of(inference, classes):
            notes.append(others_note(inference, others))
        if notes:
            answer["notes"] = notes
    elif found:
        name = qualified_name(inference, found[0].entity)
        answer["notes"] = [f"{name} is no class: `references` and `callers` tell who uses it"]
    return envelope(inference, answer, paths)


def _base_nodes(
    inference: Inference, entity: Entity, depth: int, seen: set[Entity]
) -> list[dict[str, Any]]:
    """Return trees of bases; those of a class that stands in them twice are shown once."""
    if entity.kind != CLASS or entity in seen or not depth:
        return []
    seen.add(entity)
    return [
        _node(inference, base, _base_nodes(inference, base, depth - 1, seen))
        for base in bases(inference, entity)
        if base.path
    ]


def _subclass_nodes(
    inference: Inference, entity: Entity, depth: int, most: int, seen: dict[Entity, None]
) -> list[dict[str, Any]]:
    """Return trees of subclasses; ``seen`` gets each class, and one more if not all fit."""
    result: list[dict[str, Any]] = []
    for cls in direct_subclasses(inference, entity) if depth > 0 else ():
        if len(seen) > most:
            break
        if cls in seen:
            continue
        seen[cls] = None
        if len(seen) <= most:
            children = _subclass_nodes(inference, cls, depth - 1, most, seen)
            result.append(_node(inference, cls, children))
    return result


def _node(inference: Inference, cls: Entity, children: list[dict[str, Any]]) -> dict[str, Any]:
    shown = symbol(inference, Found(cls), details=False)
    return {"symbol": shown, "evidence": "exact", "children": children}


def explain(
    workspace: OpenWorkspace, *, path: str | None, line: int | None, character: int
) -> dict[str, Any]:
    """Answer the operation ``explain``."""
    if path is None or line is None:
        raise InvalidArgumentsError("explain needs 'path' and 'line'")
    inference = workspace.inference(whole=True)
    relative = inference.snapshot.relative(path)
    occurrence = occurrence_at(inference, relative, offset_of(inference, relative, line, character))
    steps = steps_of(inference, relative, occurrence) if occurrence is not None else []
    items = [step_item(inference, step) for step in steps]
    answer: dict[str, Any] = {"total": len(items), "items": items}
    if occurrence is None:
        answer["notes"] = ["there is no name at this place"]
    return envelope(inference, answer, {step.path for step in steps} | {relative})


def step_item(inference: Inference, step: Step) -> dict[str, Any]:
    """Return a step of an explanation as answers show it."""
    item: dict[str, Any] = {
        "depth": step.depth,
        "why": step.text,
        "evidence": EVIDENCE_NAMES[step.evidence],
        "path": step.path,
    }
    if step.path and step.position >= 0:
        found = identifier_at(inference.text(step.path), step.position)
        name = found[1] if found is not None and found[0] == step.position else ""
        item["range"] = name_range(inference, step.path, step.position, name)
        item["text"] = line_text(inference, step.path, step.position)
    return item
