"""Who uses a symbol."""

from __future__ import annotations

from ...indexer.resolve.entities import EVIDENCE_NAMES, TEXTUAL, qualified_name
from ...indexer.resolve.references import Reference
from ...indexer.resolve.references import references as find_references
from ..views import enclosing, envelope, line_text, range_of, symbol
from .target import targets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ...indexer.resolve.entities import Found
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
    for reference in _all(snapshot, found):
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


def _all(snapshot: Snapshot, found: list[Found]) -> list[Reference]:
    """References of every entity that was asked about, each place once, sure ones first choice."""
    if len(found) == 1:
        return list(find_references(snapshot, found[0].entity))
    best: dict[tuple[str, int], Reference] = {}
    for item in found:
        for reference in find_references(snapshot, item.entity):
            key = reference.path, reference.position
            if key not in best or reference.evidence < best[key].evidence:
                best[key] = reference
    return [best[key] for key in sorted(best)]


def _grouped(snapshot: Snapshot, page: list[Reference]) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    for reference in page:
        if not groups or groups[-1]["path"] != reference.path:
            groups.append({"path": reference.path, "references": []})
        groups[-1]["references"].append(reference_item(snapshot, reference))
    return groups


def reference_item(snapshot: Snapshot, reference: Reference) -> dict[str, Any]:
    """A reference as answers show it."""
    path, start = reference.path, reference.position
    text = snapshot.text(path)
    end = start
    while end < len(text) and (
        text[end] >= 128 or text[end : end + 1].isalnum() or text[end] == 95
    ):
        end += 1
    item: dict[str, Any] = {
        "path": path,
        "range": range_of(snapshot, path, start, end),
        "role": ROLE_NAMES[reference.role],
        "evidence": EVIDENCE_NAMES[reference.evidence],
        "text": line_text(snapshot, path, start),
    }
    around = enclosing(snapshot, path, start)
    if around is not None:
        item["enclosing"] = qualified_name(snapshot, around)
    return item
