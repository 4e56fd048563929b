"""Module names in a file's imports, and the files that they lead to."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.entities import MODULE
from ...indexer.inference.modules import imported_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference


def module_links(inference: Inference, path: str) -> list[tuple[int, int, str, str]]:
    """(start, end, dotted name, path of the module's file) in byte offsets, in order."""
    facts = inference.need(path)
    spans: dict[int, tuple[int, int]] = {}
    for each in facts_view.all_occurrences(facts, f.MODULE_ROLE):
        start, end = each.position, each.position + len(each.name.encode())
        known = spans.get(each.ref, (start, end))
        spans[each.ref] = min(start, known[0]), max(end, known[1])
    result: list[tuple[int, int, str, str]] = []
    modules = facts.imports.module
    for row, (start, end) in spans.items():
        spelled = facts.names[modules[row]]
        module = imported_module(inference, path, spelled)
        if module.kind == MODULE:
            dots = len(spelled) - len(spelled.lstrip("."))
            result.append((start - dots, end, spelled, module.path))
    return sorted(result)
