"""Steps that a plan does not have: what it breaks, exports and tests that go with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer.errors import OutOfWorkError
from ...indexer.inference.access_paths import nearby_call
from ...indexer.inference.classes import override_family
from ...indexer.inference.entities import EVIDENCE_NAMES, INFERRED, qualified_name
from ...indexer.inference.locate import occurrence_at
from ...indexer.inference.references import Reference, references
from ...indexer.paths import is_outside, is_test_file
from ...indexer.snapshot.time_limit import TimeLimit
from ..check.api_diff.changes import api_changes
from ..check.api_diff.surface import changed_names, signature_of
from ..check.arguments import CallArguments, mismatches
from ..check.callees import Signature
from ..check.check import check_file, new_findings, users_findings
from ..check.edits import Change
from ..check.findings import ERROR, WARNING, Finding
from ..retrieval.definitions import inner_name
from ..source.entity_views import signature
from .changed import symbol_texts
from .plan import CHANGE, CREATE, MOVE, REMOVE, TEST, PlanStep, step_covering, symbol_around
from .plan_overlay import breaks_calls, parameter_names, parsed_signature, plain_signature
from .reached_tests import reached_tests

_FAMILIES = ("imports", "names", "attributes", "calls", "overrides")
# How long is looked; what takes longer is left out, and that is said.
_SECONDS, _WORK = 4.0, 400_000
_MOST = 40


@dataclass(slots=True)
class MissingStep:
    """A step that a plan does not have: what would break, and the step that breaks it."""

    because: str
    kind: str
    path: str
    symbol: str
    message: str
    is_certain: bool
    evidence: str = ""


def missing_steps(change: Change, steps: Sequence[PlanStep]) -> list[MissingStep]:
    """Return the steps that a plan lacks, which as an overlay is a change."""
    return _Missing(change, steps).found()


class _Missing:
    def __init__(self, change: Change, steps: Sequence[PlanStep]) -> None:
        self.change, self.steps = change, steps
        self.before, self.after = change.before, change.after

    def found(self) -> list[MissingStep]:
        """Return them, what is certain first."""
        found: list[MissingStep] = []
        try:
            with self.after.snapshot.work.part(_WORK), TimeLimit(_SECONDS):
                for finding in self._broken():
                    found += self._missing_step(finding)
                told = {(each.path, each.symbol) for each in found}
                found += (each for each in self._callers() if (each.path, each.symbol) not in told)
                found += self._overrides()
                found += self._exports()
                found += self._tests()
        except OutOfWorkError:
            self.after.snapshot.work.leave_out(
                "what the plan breaks was not looked for to the end: that takes too much work"
            )
        return sorted(found, key=lambda each: not each.is_certain)[:_MOST]

    def _broken(self) -> Iterator[Finding]:
        """Yield what would be wrong, in the files of the plan and in those that use them."""
        change = self.change
        if not change.paths or not any(map(self._may_break, self.steps)):
            return
        changes = api_changes(change)
        changed = {step.symbol.rpartition(".")[2] for step in self.steps if self._may_break(step)}
        affected = frozenset(changed_names(change) | changed - {""})
        for path in sorted(change.paths):
            if not change.after.exists(path) or not change.before.exists(path):
                continue
            found = check_file(change.after, path, affected, families=_FAMILIES)
            if found:
                yield from new_findings(
                    found, check_file(change.before, path, affected, families=_FAMILIES)
                )
        yield from users_findings(change, changes, _FAMILIES)

    def _may_break(self, step: PlanStep) -> bool:
        """True if a step may break what it does not touch."""
        if step.kind != CHANGE:
            return step.kind in (REMOVE, MOVE)
        entity = symbol_texts(self.before, step.path).get(step.symbol, (None, b""))[0]
        if entity is None or not step.signature:
            return bool(step.bases)
        old = parsed_signature(plain_signature(signature(self.before, entity)))
        new = parsed_signature(plain_signature(step.signature))
        return old is None or new is None or breaks_calls(old, new)

    def _missing_step(self, finding: Finding) -> Iterator[MissingStep]:
        if finding.severity not in (ERROR, WARNING):
            return
        if step_covering(self.after, self.steps, finding) is not None:
            return
        symbol = symbol_around(self.after, finding.path, finding.start)
        kind = TEST if is_test_file(finding.path) else CHANGE
        yield MissingStep(
            self._because(finding), kind, finding.path, symbol, finding.message,
            finding.severity == ERROR, finding.evidence,
        )  # fmt: skip

    def _because(self, finding: Finding) -> str:
        """Return the step whose symbol a finding speaks of; empty if it is not plain."""
        words = f"{finding.subject} {finding.message}"
        named = [
            step.id
            for step in self.steps
            if step.symbol and step.symbol.rpartition(".")[2] in words
        ]
        return named[0] if len(named) == 1 else ""

    def _callers(self) -> Iterator[MissingStep]:
        """Yield callers whose arguments no longer fit, as far as it is known whom they call."""
        told: set[tuple[str, str]] = set()
        for step in self.steps:
            old = symbol_texts(self.before, step.path).get(step.symbol, (None, b""))[0]
            new = symbol_texts(self.after, step.path).get(step.symbol, (None, b""))[0]
            if step.kind != CHANGE or old is None or new is None or not self._may_break(step):
                continue
            takes = signature_of(self.after, new)
            for use in references(self.before, old, conventions=False, is_partial=True):
                if use.role != f.CALLED or use.evidence > INFERRED or is_outside(use.path):
                    continue
                symbol = symbol_around(self.before, use.path, use.position)
                is_covered = any(each.covers(use.path, symbol) for each in self.steps)
                if is_covered or (use.path, symbol) in told or not self._misfits(use, takes):
                    continue
                told.add((use.path, symbol))
                kind = TEST if is_test_file(use.path) else CHANGE
                message = f"it calls {step.symbol}, which is to take {step.signature}"
                evidence = EVIDENCE_NAMES[use.evidence]
                yield MissingStep(
                    step.id, kind, use.path, symbol, message, is_certain=False, evidence=evidence
                )

    def _misfits(self, use: Reference, takes: Signature | None) -> bool:
        """True if the arguments of a call are none of a signature."""
        facts = self.before.need(use.path)
        place = occurrence_at(self.before, use.path, use.position)
        call = nearby_call(facts, place.ref) if place is not None and place.ref >= 0 else -1
        return takes is None or (call >= 0 and bool(mismatches(takes, CallArguments(facts, call))))

    def _overrides(self) -> Iterator[MissingStep]:
        """Yield methods that override, or are overridden by, one whose parameters change."""
        for step in self.steps:
            entity = symbol_texts(self.before, step.path).get(step.symbol, (None, b""))[0]
            wanted = parsed_signature(plain_signature(step.signature or ""))
            if step.kind != CHANGE or wanted is None or entity is None:
                continue
            present = parsed_signature(plain_signature(signature(self.before, entity)))
            if present is not None and parameter_names(present) == parameter_names(wanted):
                continue
            for other in override_family(self.before, entity):
                inner = inner_name(self.before, other)
                is_covered = any(each.covers(other.path, inner) for each in self.steps)
                if other == entity or other.is_outside or is_covered:
                    continue
                message = f"{inner} and {step.symbol} override each other, whose parameters change"
                yield MissingStep(step.id, CHANGE, other.path, inner, message, is_certain=False)

    def _exports(self) -> Iterator[MissingStep]:
        """Yield lists of exported names that lack what a step makes."""
        for step in self.steps:
            name = step.symbol
            if step.kind != CREATE or not name or "." in name or name.startswith("_"):
                continue
            facts = self.before.facts(step.path) if self.before.exists(step.path) else None
            if (
                facts is None
                or not len(facts.exports.kind)
                or self._is_in_plan(step.path, "__all__")
            ):
                continue
            message = f"{step.path} lists what it exports in `__all__`: {name} is not in it"
            yield MissingStep(step.id, CHANGE, step.path, "__all__", message, is_certain=False)

    def _is_in_plan(self, path: str, symbol: str) -> bool:
        return any(each.path == path and each.symbol == symbol for each in self.steps)

    def _tests(self) -> Iterator[MissingStep]:
        """Yield tests of what is changed or removed, when no step is about a test."""
        if any(step.kind == TEST or is_test_file(step.path) for step in self.steps):
            return
        entities = [
            (step, entity)
            for step in self.steps
            if step.kind in (CHANGE, REMOVE, MOVE) and step.symbol
            if (entity := symbol_texts(self.before, step.path).get(step.symbol, (None, b""))[0])
        ]
        told: set[str] = set()
        for step, entity in entities[:3]:
            for test in reached_tests(self.before, [entity], farthest=1):
                if test.path not in told:
                    told.add(test.path)
                    name = qualified_name(self.before, entity)
                    message = f"{test.id} tests {name}"
                    yield MissingStep(step.id, TEST, test.path, "", message, is_certain=False)
