"""References of symbols as spans of text."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.entities import TEXTUAL
from ...indexer.inference.references import references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...indexer.inference.entities import Found
    from ...indexer.inference.inference import Inference
    from ...indexer.inference.references import Reference

_DECLARING = (f.DEFINED, f.PARAMETER_ROLE)


def reference_spans(
    inference: Inference,
    found: list[Found],
    *,
    declaration: bool,
    textual: bool = False,
    overrides: bool = False,
) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """(path, byte offsets of names) of references under their own name, by file, in order.

    ``textual`` ones are where only the name is the same; with ``overrides`` the uses of what
    overrides a method, and of what it overrides, are among them.
    """
    places: dict[tuple[str, int], Reference] = {}
    for item in found:
        for reference in references(inference, item.entity, aliases=False, overrides=overrides):
            if reference.evidence == TEXTUAL and not textual:
                continue
            if declaration or reference.role not in _DECLARING:
                places[reference.path, reference.position] = reference
    ordered = sorted(places.items()) if len(found) > 1 else places.items()
    path, spans = "", list[tuple[int, int]]()
    for (where, start), reference in ordered:
        if where != path:
            if spans:
                yield path, spans
            path, spans = where, []
        spans.append((start, start + reference.length))
    if spans:
        yield path, spans
