"""Who uses a symbol."""

from __future__ import annotations

from itertools import groupby

from ...indexer.resolve.entities import EVIDENCE_NAMES, TEXTUAL, qualified_name
from ...indexer.resolve.references import Reference
from ...indexer.resolve.references import references as find_references
from ...indexer.text import utf16_length
from ..views import enclosing, envelope, symbol
from .target import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.resolve.entities import Entity, Found
    from ...indexer.snapshot import Snapshot
    from ..session import Session

ROLE_NAMES = (
    "read", "call", "write", "delete", "import", "inherit", "annotation", "decorator", "keyword",
    "parameter", "definition", "export", "import",
)  # fmt: skip


def references(
    session: Session,
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
    snapshot = session.snapshot(whole=True)
    found = targets(snapshot, name, path, line, character)
    counts: dict[str, int] = {}
    evidence_counts: dict[str, int] = {}
    wanted = set(roles) if roles else None
    chosen: list[Reference] = []
    ways = {"aliases": aliases, "overrides": overrides, "conventions": conventions}
    for reference in _all(snapshot, found, ways):
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
        "items": _grouped(snapshot, page),
        "truncated": offset + len(page) < len(chosen),
    }
    if found:
        answer["symbol"] = symbol(snapshot, found[0])
    return envelope(snapshot, answer, {reference.path for reference in page})


def _all(snapshot: Snapshot, found: list[Found], ways: dict[str, bool]) -> list[Reference]:
    """References of every entity that was asked about, each place once, sure ones first choice."""
    if len(found) == 1:
        return find_references(snapshot, found[0].entity, **ways)
    best: dict[tuple[str, int], Reference] = {}
    for item in found:
        for reference in find_references(snapshot, item.entity, **ways):
            key = reference.path, reference.position
            if key not in best or reference.evidence < best[key].evidence:
                best[key] = reference
    return [best[key] for key in sorted(best)]


def _grouped(snapshot: Snapshot, page: list[Reference]) -> list[dict[str, Any]]:
    return [
        {"path": path, "references": reference_items(snapshot, path, list(group))}
        for path, group in groupby(page, key=lambda reference: reference.path)
    ]


def reference_items(
    snapshot: Snapshot, path: str, references: list[Reference]
) -> list[dict[str, Any]]:
    """References in one file as answers show them."""
    facts, text = snapshot.need(path), snapshot.text(path)
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
        around = enclosing(snapshot, path, at)
        if around not in containers:
            containers[around] = qualified_name(snapshot, around) if around is not None else ""
        if around is not None:
            item["enclosing"] = containers[around]
        items.append(item)
    return items
