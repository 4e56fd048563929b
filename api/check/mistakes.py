"""What findings are about in resolved names, so that the same mistake is known elsewhere."""

from __future__ import annotations

from ...indexer.inference.entities import CLASS, Entity, qualified_name
from ...indexer.inference.inference import Inference
from ..lessons.book import Mistake
from .arguments import UNKNOWN_KEYWORD
from .context import CheckContext
from .findings import Finding
from .open_ends import owners

KNOWN_MISTAKE = "known-mistake"
"""The rule of lessons that warn."""
_OF_OWNERS = ("unresolved-attribute", "unresolved-name", UNKNOWN_KEYWORD)
LEARNED = (*_OF_OWNERS, "undefined-name", "unresolved-import")
"""Rules whose findings make lessons."""


def mistake_of(inference: Inference, finding: Finding) -> Mistake | None:
    """Return what a finding is about; None where that has no name that others share."""
    if finding.rule not in LEARNED:
        return None
    wrong = _wrong_name(inference, finding)
    if not wrong:
        return None
    if finding.rule not in _OF_OWNERS:
        return Mistake(finding.rule, ("",), wrong)
    found = owners(inference, finding)
    # Of several classes, one would have to know which was meant.
    if len(found) != 1:
        return None
    return Mistake(finding.rule, subjects_of(inference, found[0]), wrong)


def subjects_of(inference: Inference, owner: Entity) -> tuple[str, ...]:
    """Return the dotted names of a module or function, or of a class and its bases."""
    entities = inference.mro(owner) if owner.kind == CLASS else [owner]
    names = [qualified_name(inference, each) for each in entities if each.path]
    return tuple(dict.fromkeys(names))


def _wrong_name(inference: Inference, finding: Finding) -> str:
    """Return the name that does not exist, as it is written; empty if the text is another one."""
    if not inference.exists(finding.path):
        return ""
    written = inference.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    if finding.rule == "unresolved-import":
        return CheckContext(inference, finding.path).absolute_module(finding.subject)
    if finding.rule == UNKNOWN_KEYWORD:
        return finding.subject.rpartition(":")[2].partition(",")[0]
    separator = ":" if finding.rule == "unresolved-name" else "."
    named = finding.subject.rpartition(separator)[2]
    return written if written == named else ""
