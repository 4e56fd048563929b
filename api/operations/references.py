"""The operation ``references``."""

from __future__ import annotations

from itertools import groupby

from ...indexer.inference.entities import EVIDENCE_NAMES, TEXTUAL, qualified_name
from ...indexer.inference.references import Reference
from ...indexer.inference.references import references as find_references
from ...indexer.text import utf16_length
from ..source.entity_views import enclosing, envelope, symbol
from ..source.targets import find_targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.inference.entities import Entity, Found
    from ...indexer.inference.inference import Inference
    from ..open_workspace import OpenWorkspace

ROLE_NAMES = (
    "read", "call", "write", "delete", "import", "inherit", "annotation", "decorator", "keyword",
    "parameter", "definition", "export", "import",
)  # fmt: skip


def references(
    workspace: OpenWorkspace,
    *,
    name: str | None,
    path: str | None,
    line: int | None,
    character: int,
    roles: list[str] | None,
    textual: bool,
    declaration: bool,
    aliases: bool,
    overrides: bool,
    conventions: bool,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Answer the operation ``references``."""
    inference = workspace.inference(whole=True)
    found = find_targets(inference, name, path, line, character)
    counts: dict[str, int] = {}
    evidence_counts: dict[str, int] = {}
    wanted = set(roles) if roles else None
    chosen: list[Reference] = []
    ways = {"aliases": aliases, "overrides": overrides, "conventions": conventions}
    for reference in _all(inference, found, ways):
        role = ROLE_NAMES[reference.role]
        if reference.evidence == TEXTUAL and not textual:
            continue
        if role in ("definition", "parameter") and not declaration and not wanted:
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
        "items": _grouped(inference, page),
        "truncated": offset + len(page) < len(chosen),
    }
    if found:
        answer["symbol"] = symbol(inference, found[0])
    return envelope(inference, answer, {reference.path for reference in page})


def _all(inference: Inference, found: list[Found], ways: dict[str, bool]) -> list[Reference]:
    """References of every entity that was asked about, each place once, sure ones first choice."""
    if len(found) == 1:
        return find_references(inference, found[0].entity, **ways)
    best: dict[tuple[str, int], Reference] = {}
    for item in found:
        for reference in find_references(inference, item.entity, **ways):
            key = reference.path, reference.position
            if key not in best or reference.evidence < best[key].evidence:
                best[key] = reference
    return [best[key] for key in sorted(best)]


def _grouped(inference: Inference, page: list[Reference]) -> list[dict[str, Any]]:
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
        around = enclosing(inference, path, at)
        if around not in containers:
            containers[around] = qualified_name(inference, around) if around is not None else ""
        if around is not None:
            item["enclosing"] = containers[around]
        items.append(item)
    return items
