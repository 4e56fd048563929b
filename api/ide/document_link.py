"""Module names in a file's imports, and the files that they lead to."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import MODULE
from ...indexer.inference.modules import imported_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference


def module_links(inference: Inference, path: str) -> list[tuple[int, int, str, str]]:
    """(start, end, dotted name, path of the module's file) in byte offsets, in order."""
    facts = inference.need(path)
    roles, positions, refs = facts.occurrence
    (index,) = facts.occurrence_index
    spans: dict[int, tuple[int, int]] = {}
    for row, name in enumerate(facts.names):
        for at in range(index[row], index[row + 1]):
            if roles[at] & f.ROLE_MASK == f.MODULE_ROLE:
                start, end = positions[at], positions[at] + len(name.encode())
                known = spans.get(refs[at], (start, end))
                spans[refs[at]] = min(start, known[0]), max(end, known[1])
    result: list[tuple[int, int, str, str]] = []
    modules = facts.imports.module
    for row, (start, end) in spans.items():
        spelled = facts.names[modules[row]]
        kind, target, _ = imported_module(inference, path, spelled)
        if kind == MODULE:
            dots = len(spelled) - len(spelled.lstrip("."))
            result.append((start - dots, end, spelled, target))
    return sorted(result)
