"""What findings tell of code that stands: files as they are, which nobody has just edited.

Such code mostly works. Where it and the checker disagree, it is likelier that something is not
known than that the code is wrong, if the chain of knowledge has one of the links below. An edit
that brings the same is another matter: there they are errors and warnings.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...indexer.inference.entities import CLASS, CONVENTIONAL, EVIDENCE_NAMES, Entity
from ...indexer.inference.held_values import is_held_by_attribute
from ...indexer.inference.inference import Inference
from ...indexer.inference.types import without_none
from ...indexer.paths import is_outside
from ..source.entity_views import enclosing
from .findings import ERROR, HINT, Finding
from .mistakes import KNOWN_MISTAKE

_BY_CONVENTION = EVIDENCE_NAMES[CONVENTIONAL]
# What these compare with is declared, or was learned, for the purpose.
_BY_DECLARATION = frozenset(["undeclared-argument", KNOWN_MISTAKE])

# Rules of which nearly all findings in 20 released packages were deliberate or harmless.
_HARMLESS = {
    "possibly-unbound": "24 findings, some 20 of them behind tests that belong together: cassandra",
    "incompatible-override": "24 findings, nearly all on purpose: pyqtgraph's `saveState(self)`",
}
# A class that lacks so many names in a file, or one name in so many functions, has them from
# somewhere: pyglet's classes of Cocoa, DummyRegistry of pyramid, views of mappings of h5py.
_CROWD = 3


def lower_for_standing_code(inference: Inference, found: list[Finding]) -> None:
    """Make hints of those findings of a file that tell little of code that stands."""
    strict = inference.strict()
    for finding in found:
        if _rests_on_little(strict, finding):
            finding.severity = HINT
    errors = [each for each in found if each.severity == ERROR and each.value >= 0]
    by_class: dict[frozenset[Entity], list[Finding]] = {}
    for finding in errors:
        subject = _classes(strict, finding)
        if subject:
            by_class.setdefault(subject, []).append(finding)
    for alike in by_class.values():
        if _is_crowd(strict, alike):
            for finding in alike:
                finding.severity = HINT


def _rests_on_little(strict: Inference, finding: Finding) -> bool:
    if finding.evidence == _BY_CONVENTION:
        # Conventions are read off this very code: what does not follow one tells no more than
        # that it is less general.
        return finding.rule not in _BY_DECLARATION
    # None of 28 errors that rest on an attribute's value was right in 15 released packages.
    return finding.rule in _HARMLESS or (
        finding.value >= 0 and is_held_by_attribute(strict, finding.path, finding.value)
    )


def _classes(strict: Inference, finding: Finding) -> frozenset[Entity]:
    """Return the workspace's classes of what lacks something; empty if it is anything else.

    What the standard library and packages lack, they may have had once.
    """
    type_ = without_none(strict.infer_type(finding.path, finding.value))
    entities = frozenset(value.entity for value in type_)
    is_ours = all(each.kind == CLASS and not is_outside(each.path) for each in entities)
    return entities if is_ours else frozenset()


def _is_crowd(strict: Inference, alike: Iterable[Finding]) -> bool:
    names: set[str] = set()
    functions: set[Entity | None] = set()
    for each in alike:
        names.add(each.subject.rpartition(".")[2])
        functions.add(enclosing(strict, each.path, each.start))
    return max(len(names), len(functions)) >= _CROWD
