"""Judge candidates: a pair is what fails by a rule on one side, and passes on the other."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from ...indexer import facts as f
from ...indexer.errors import FluxIndexError
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.snapshot import StaleError
from ...indexer.text import normalize
from ..check.check import check_change, check_for, check_whole_file
from ..check.edits import proposed
from ..check.findings import ERROR, HINT, Finding
from ..open_workspace import OpenWorkspace
from ..source.entity_views import enclosing, summary
from .candidate import Candidate
from .context import context_of
from .excerpt import Excerpt, excerpt_at
from .licence import Origin
from .pair import Pair
from .structure import structure_of

_ATTEMPTS = 3  # where files change meanwhile
_NOTHING: Mapping[str, bytes | None] = {}


class Judge:
    """Judges candidates in the state of the workspace that they name."""

    def __init__(self, workspace: OpenWorkspace) -> None:
        """Use a workspace that is open."""
        self._workspace = workspace
        self.origin = Origin(workspace.index.workspace.root)
        # Faults of the files that were judged last: many candidates are of one file.
        self._faults: dict[tuple[str, bytes, int], list[Finding]] = {}

    def pairs(self, candidate: Candidate) -> list[Pair]:
        """Return the pairs that a candidate comes to: one for each excerpt that fails."""
        for _ in range(_ATTEMPTS):
            try:
                return self._pairs(candidate)
            except StaleError as stale:
                self._workspace = self._workspace.after_change(stale.path)
                self._faults.clear()
        return []

    def _pairs(self, candidate: Candidate) -> list[Pair]:
        found: dict[tuple[int, int], Pair] = {}
        try:
            state = self._state(candidate.around, candidate.path, candidate.good)
            bad, rule = candidate.bad, candidate.rule
            findings = self.failures(state, candidate.path, bad, rule, candidate.beside)
        except FluxIndexError:
            return []
        for finding in findings:
            if candidate.rule in ("", finding.rule):
                pair = self._pair(candidate, state, finding)
                if pair is not None:
                    excerpt, made = pair
                    found.setdefault((excerpt.start, excerpt.end), made)
        return list(found.values())

    def failures(
        self,
        state: OpenWorkspace,
        path: str,
        bad: bytes,
        rule: str,
        beside: Mapping[str, bytes | None] = _NOTHING,
    ) -> list[Finding]:
        """Return the errors in a file that a content of it brings, with those of others.

        Where a rule is named, its family alone is asked.
        """
        change = proposed(state, {**beside, path: bad})
        found = check_for(change, path, rule) if rule else check_change(change)
        return [each for each in found if each.severity == ERROR and each.path == path]

    def passes(self, candidate: Candidate, state: OpenWorkspace, start: int, end: int) -> bool:
        """True if nothing is wrong, or may be, between two places of the good file."""
        key = candidate.path, candidate.good, id(candidate.around)
        faults = self._faults.get(key)
        if faults is None:
            if len(self._faults) > 8:
                self._faults.clear()
            inference = state.inference(whole=False)
            faults = self._faults[key] = check_whole_file(inference, candidate.path)
        return not any(
            each.severity != HINT and start < each.end and each.start < end for each in faults
        )

    def _state(self, around: Mapping[str, bytes | None], path: str, good: bytes) -> OpenWorkspace:
        now = self._workspace.inference(whole=True)
        contents: dict[str, bytes | None] = {**around}
        if path in contents or not now.exists(path) or now.text(path) != good:
            contents[path] = good
        return self._workspace.with_contents(contents) if contents else self._workspace

    def _pair(
        self, candidate: Candidate, state: OpenWorkspace, finding: Finding
    ) -> tuple[Excerpt, Pair] | None:
        path = candidate.path
        inference = state.inference(whole=False)
        facts = inference.facts(path)
        if facts is None:
            return None
        line = candidate.bad.count(b"\n", 0, finding.start)
        excerpt = excerpt_at(candidate.good, candidate.bad, facts, line)
        if excerpt is None:
            return None
        failing = finding
        only = excerpt.apply(candidate.good)
        if only != candidate.bad or candidate.beside:  # all else as it is right
            left = [
                each
                for each in self.failures(state, path, only, finding.rule)
                if each.rule == finding.rule
                and excerpt.start <= each.start < excerpt.start + len(excerpt.text)
            ]
            if not left:
                return None
            failing = left[0]
        if not excerpt.start <= failing.start < excerpt.start + len(excerpt.text):
            return None
        if not _is_in_same(state, candidate, excerpt, only, failing):
            return None
        if not self.passes(candidate, state, excerpt.start, excerpt.end):
            return None
        return excerpt, self._made(candidate, inference, facts, excerpt, failing, line)

    def _made(
        self,
        candidate: Candidate,
        inference: Inference,
        facts: FileFacts,
        excerpt: Excerpt,
        finding: Finding,
        line: int,
    ) -> Pair:
        path = candidate.path
        good = candidate.good[excerpt.start : excerpt.end].decode("utf-8", "replace")
        bad = excerpt.text.decode("utf-8", "replace")
        entity = definition_at(path, facts, excerpt.definition)
        provenance = {
            "repository": self.origin.repository,
            "commit": self.origin.commit,
            "file_sha256": sha256(candidate.good).hexdigest(),
            "bad_line": str(line + 1),
            **candidate.provenance,
        }
        header = good.lstrip().partition("\n")[0].rstrip() if entity is not None else ""
        return Pair(
            id=sha256(f"{path}\0{bad}\0{good}".encode()).hexdigest()[:16],
            rule=finding.rule,
            message=finding.message,
            path=path,
            symbol=qualified_name(inference, entity) if entity is not None else "",
            line=facts.line_of(excerpt.start) + 1,
            header=header,
            summary=summary(facts, entity) if entity is not None else "",
            context=context_of(inference, path, excerpt.start, excerpt.end, entity),
            bad=bad,
            good=good,
            origin=candidate.origin,
            licence=self.origin.licence_of(candidate.good),
            provenance=provenance,
            structure=structure_of(good, bad),
        )


def _is_in_same(
    state: OpenWorkspace, candidate: Candidate, excerpt: Excerpt, bad: bytes, finding: Finding
) -> bool:
    """True if a fault is in what the excerpt is of, not in what is gone from the good file."""
    if excerpt.definition < 0:
        return True
    path = candidate.path
    good, wrong = (
        state.with_contents({path: text}).inference(whole=False) for text in (candidate.good, bad)
    )
    own = definition_at(path, good.need(path), excerpt.definition)
    around = enclosing(wrong, path, finding.start)
    name = qualified_name(good, own) if own is not None else ""
    return around is not None and f"{qualified_name(wrong, around)}.".startswith(f"{name}.")


def definition_at(path: str, facts: FileFacts, row: int) -> Entity | None:
    """Return a definition of a file; None for the row -1."""
    if row < 0:
        return None
    return Entity(CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION, path, row)


def still_fails(workspace: OpenWorkspace, pair: Pair) -> str:
    """Return why a pair of the files as they are does not hold any more; empty if it does."""
    inference = workspace.inference(whole=True)
    if not inference.exists(pair.path):
        return f"{pair.path} is not there"
    good = normalize(inference.text(pair.path))
    starts = inference.need(pair.path).line_starts
    start = starts[min(pair.line, len(starts)) - 1]
    text = pair.good.encode()
    if good[start : start + len(text)] != text:
        return f"{pair.path}:{pair.line} is not what it was"
    bad = good[:start] + pair.bad.encode() + good[start + len(text) :]
    judge = Judge(workspace)
    end = start + len(pair.bad.encode())
    failing = judge.failures(workspace, pair.path, bad, pair.rule)
    if not any(each.rule == pair.rule and start <= each.start < end for each in failing):
        return f"the bad one does not fail by {pair.rule}"
    candidate = Candidate(pair.path, good, bad, pair.origin)
    if not judge.passes(candidate, workspace, start, start + len(text)):
        return "the good one does not pass"
    return ""
