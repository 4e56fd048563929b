"""Files that a program wrote: what is worth changing in them is changed in that program."""

from __future__ import annotations

from dataclasses import replace

from ...indexer.inference.inference import Inference
from ..source.generated import is_generated
from .suggestion import LOOK, Suggestion


def doubt_generated(inference: Inference, found: list[Suggestion]) -> list[Suggestion]:
    """Return suggestions with those about generated files as what somebody has to look at."""
    known: dict[str, bool] = {}
    for each in found:
        path = each.entity.path
        if path not in known:
            known[path] = is_generated(inference.text(path))
    return [
        replace(
            each,
            grade=LOOK,
            wrong_if=[*each.wrong_if, "the program that generated the file writes it again"],
            edits=(),
        )
        if known[each.entity.path]
        else each
        for each in found
    ]
