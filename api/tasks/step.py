"""A step of a task: edits that are judged, mended where that is safe, and written all or none.

They are made over all earlier steps. What is certainly wrong is refused with what exists instead,
but for what a later step of the plan is to mend. A step has few rounds, and none when a round
repeats a finding of the one before: somebody else has to decide then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.inference import Inference
from ...indexer.store.task_store import (
    ACCEPTED,
    FIXED,
    HELD,
    LEFT,
    MENDED,
    OPEN,
    OVERRULED,
    STUCK,
    WORKING,
    FindingRow,
    StepRow,
    TaskRow,
    TaskStore,
    WriteRow,
    digest_of,
)
from ...indexer.text import normalize
from ..check.check import check_file
from ..check.edits import proposed
from ..check.findings import ERROR, WARNING, Finding, Fix
from ..check.fixes.apply import apply_fixes
from ..check.mistakes import KNOWN_MISTAKE
from ..check.traces import Trace, trace_of
from ..open_workspace import OpenWorkspace
from ..sessions.guard import ToRead, allow_write, lines_to_read, supply_text
from ..sessions.read_log import session_number
from .edits import Draft, make_draft
from .file_writes import Purpose, Recovered, read_file, write_files
from .plan import CHANGE, PlanStep, as_json, parse_steps, plan_hash, step_covering, symbol_around

_ROUNDS = 3
_SUFFIXES = (".py", ".pyi")
REFUSED, STALE = "refused", "stale"
"""Verdicts on a step besides ACCEPTED."""

Describe = Callable[[Inference, Finding], dict[str, Any]]


@dataclass(slots=True)
class StepRequest:
    """What an agent submits for a step.

    ``overrule`` are ids of findings that it, or who decides for it, says are wrong. With ``hold``,
    what is accepted is not written yet, but together with the next step that is.
    """

    step: str
    edits: Sequence[Mapping[str, Any]]
    overrule: Sequence[str] = ()
    hold: bool = False


@dataclass(slots=True)
class StepResult:
    """What became of a step."""

    verdict: str
    step: str
    round: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    """What is wrong now, or may be."""
    deferred: list[tuple[dict[str, Any], str]] = field(
        default_factory=list["tuple[dict[str, Any], str]"]
    )
    """What is wrong until a later step mends it, with the step's id."""
    fixes: list[tuple[Finding, Fix]] = field(default_factory=list["tuple[Finding, Fix]"])
    """Safe fixes that were applied."""
    diff: str = ""
    """What they changed."""
    written: list[str] = field(default_factory=list[str])
    held: list[str] = field(default_factory=list[str])
    undo: str = ""
    to_read: list[ToRead] = field(default_factory=list[ToRead])
    stale: list[str] = field(default_factory=list[str])
    unplanned: list[str] = field(default_factory=list[str])
    """Files that the plan does not name for this step, which were added to it."""
    ended: str = ""
    """Why there are no further rounds; empty if there are."""


def take_step(
    workspace: OpenWorkspace,
    store: TaskStore,
    task: TaskRow,
    request: StepRequest,
    describe: Describe,
) -> StepResult:
    """Judge the edits of a step and write them if they are right; call it while writing.

    ``describe`` makes of a finding what is answered.
    """
    return _Step(workspace, store, task, request).take(describe)


class _Step:
    def __init__(
        self, workspace: OpenWorkspace, store: TaskStore, task: TaskRow, request: StepRequest
    ) -> None:
        self.store, self.task, self.request = store, task, request
        self.files = workspace.index.workspace
        self.held = held_contents(store, task.id)
        python = {
            path: None if content is None else normalize(content)
            for path, content in self.held.items()
            if path.endswith(_SUFFIXES)
        }
        self.workspace = workspace.with_contents(python) if python else workspace
        self.plan = parse_steps(store.plan(task.id)[2])
        rows = store.steps(task.id)
        self.row = store.step(task.id, request.step) or StepRow(task.id, request.step, len(rows))
        accepted = {row.id for row in rows if row.state == ACCEPTED}
        self.later = [s for s in self.plan if s.id not in accepted and s.id != request.step]
        self.own = next((step for step in self.plan if step.id == request.step), None)
        self.edited: list[str] = []
        """Files that the edits name."""
        self.traces: list[Trace] = []
        """Of errors, and of what lessons warn of."""
        self.is_complete = True
        """False if there was more work in judging them than is done."""
        self.texts: dict[str, tuple[bytes, bytes]] = {}
        """Files of a step with mistakes: as submitted, and as they were after safe fixes."""

    def take(self, describe: Describe) -> StepResult:
        request = self.request
        result = StepResult(REFUSED, request.step, self.row.round)
        if self.row.state == STUCK and not request.overrule:
            result.ended = (
                "this step has had its rounds: overrule what is wrong about it, or plan anew"
            )
            return result
        draft = make_draft(self.workspace, self.held, request.edits)
        result.stale = self._stale(draft)
        if result.stale:
            result.verdict = STALE
            self.store.add_event(self.task.id, STALE, {"step": request.step, "paths": result.stale})
            return result
        if not draft.on_disk():
            raise InvalidArgumentsError("the edits change nothing")
        result.to_read = self._unread(draft)
        if result.to_read:
            about = {"step": request.step, "places": len(result.to_read)}
            self.store.add_event(self.task.id, "unread", about)
            return result
        return self._judge(draft, result, describe)

    def _stale(self, draft: Draft) -> list[str]:
        """Return files that are not what an edit says that it was made for."""
        found: list[str] = []
        for edit in self.request.edits:
            if "base" in edit and "path" in edit:
                path = draft.inside(edit["path"])
                raw = draft.raw(path)
                if (digest_of(raw).hex() if raw is not None else "") != edit["base"]:
                    found.append(path)
        for row in self.store.writes(self.task.id, state=HELD):
            now = read_file(self.files, row.path)
            if (None if now is None else digest_of(now)) != row.before:
                found.append(row.path)
        return sorted(set(found))

    def _unread(self, draft: Draft) -> list[ToRead]:
        """Return what the agent's session has to be shown first, with its text."""
        if not self.task.session:
            return []
        ledger = self.store.ledger
        number = session_number(ledger, self.task.session)
        by_hand = {path: draft.contents[path] for path in draft.by_hand if path not in self.held}
        wanted = lines_to_read(self.workspace, ledger, number, by_hand)
        if wanted:
            supply_text(self.workspace, ledger, number, wanted)
        else:
            python = {path: text for path, text in draft.contents.items() if text is not None}
            allow_write(self.workspace, ledger, number, python)
        return wanted

    def _judge(self, draft: Draft, result: StepResult, describe: Describe) -> StepResult:
        texts = {path: text for path, text in draft.contents.items() if path.endswith(_SUFFIXES)}
        self.edited = sorted(draft.touched)
        change = proposed(self.workspace, texts)
        fixed = apply_fixes(self.workspace, change, whole=False, unsafe=False)
        result.fixes = fixed.applied
        result.diff = _diff(draft, fixed.contents)
        submitted = {path: text for path, text in texts.items() if text is not None}
        for path, text in fixed.contents.items():
            draft.put(path, text, by_hand=False)
            texts[path] = text
        after = self.workspace.with_contents(texts).inference(whole=False)
        blocking: list[Finding] = []
        left = [*fixed.left, *self._owed(after, {finding.id for finding in fixed.left})]
        for finding in left:
            later = self._mended_later(after, draft, finding)
            if finding.severity == ERROR and later is not None:
                result.deferred.append((describe(after, finding), later.id))
                continue
            result.findings.append(describe(after, finding))
            if finding.severity == ERROR and finding.id not in self.request.overrule:
                blocking.append(finding)
        self.row.round += 1
        result.round = self.row.round
        if blocking:
            result.ended = self._why_no_more(blocking)
        else:
            result.verdict = ACCEPTED
        result.unplanned = self._unplanned(draft)
        errors = [finding for finding, _ in fixed.applied]
        self.traces = [*_traces(change.after, errors), *_traces(after, left)]
        self.is_complete = not after.snapshot.work.left_out
        if blocking or fixed.applied or self.row.round > self.row.since + 1:
            self.texts = {path: (text, texts[path] or b"") for path, text in submitted.items()}
        self._store(draft, result, left, blocking)
        return result

    def _owed(self, after: Inference, known: set[str]) -> Iterator[Finding]:
        """Yield what earlier steps have left for this one to mend, and is not mended."""
        owed: dict[str, set[str]] = {}
        for event in self.store.events(self.task.id, "judged"):
            for id_, path, step in event.about["deferred"]:
                if step == self.row.id and id_ not in known:
                    owed.setdefault(path, set()).add(id_)
        for path, ids in owed.items():
            for finding in check_file(after, path):
                if finding.id in ids and finding.severity == ERROR:
                    yield finding

    def _mended_later(self, after: Inference, draft: Draft, finding: Finding) -> PlanStep | None:
        """Return the step that is to mend a finding; None if it is this one's own."""
        symbol = symbol_around(after, finding.path, finding.start)
        if self.own is not None and self.own.covers(finding.path, symbol):
            return None
        if not symbol and finding.path in draft.touched:
            return None
        return step_covering(after, self.later, finding)

    def _why_no_more(self, blocking: list[Finding]) -> str:
        before = {
            (row.id, row.message)
            for row in self.store.findings(self.task.id, self.row.id)
            if row.round == self.row.round - 1 and row.round > self.row.since and row.fate == OPEN
        }
        repeated = [each for each in blocking if (each.id, each.message) in before]
        if repeated:
            return f"no progress: {repeated[0].message}, as in the round before"
        if self.row.round - self.row.since >= _ROUNDS:
            return f"{_ROUNDS} rounds were not enough"
        return ""

    def _unplanned(self, draft: Draft) -> list[str]:
        """Return the edited files that the plan does not name for this step."""
        if not self.plan and self.own is None:
            return []
        named = {self.own.path, self.own.to} if self.own is not None else set[str]()
        return sorted(draft.touched - named)

    def _store(
        self, draft: Draft, result: StepResult, left: list[Finding], blocking: list[Finding]
    ) -> None:
        """Write what is accepted, and store what was found and done."""

        def stored(batch: str) -> None:
            self._store_round(result, left, blocking)
            if batch:
                self.store.drop_held(self.task.id)
                about = {"step": self.row.id, "batch": batch, "paths": sorted(written)}
                self.store.add_event(self.task.id, "written", about)

        written: dict[str, bytes | None] = {}
        with self.store.ledger.transaction():
            if result.verdict != ACCEPTED or self.request.hold:
                if result.verdict == ACCEPTED:
                    result.held = self._hold(draft)
                stored("")
                return
        written = {**self.held, **draft.on_disk()}
        expected = {
            path: read_file(self.files, path) if path in self.held else draft.raw(path)
            for path in written
        }
        purpose = Purpose(self.task.id, self.row.id, stored=stored)
        result.undo = write_files(self.files, self.store, written, expected, purpose)
        if not result.undo:  # what fixes made of it is what is there
            with self.store.ledger.transaction():
                stored("")
        result.written = sorted(written)

    def _hold(self, draft: Draft) -> list[str]:
        """Store what was accepted without writing it."""
        contents = {**self.held, **draft.on_disk()}
        now = self.task.changed
        rows: list[WriteRow] = []
        for path, content in contents.items():
            old = read_file(self.files, path)
            before = None if old is None else digest_of(old)
            after = None if content is None else digest_of(content)
            rows.append(
                WriteRow(
                    self.task.id, HELD, path, self.row.id, "", before, after, 0, "", HELD, now
                )
            )  # fmt: skip
        self.store.drop_held(self.task.id)
        self.store.put_writes(rows, [each for each in contents.values() if each is not None])
        return sorted(contents)

    def _store_round(
        self, result: StepResult, left: list[Finding], blocking: list[Finding]
    ) -> None:
        store, row = self.store, self.row
        self._store_findings(result, left, blocking)
        row.state = OPEN
        if result.verdict == ACCEPTED:
            row.state = ACCEPTED
        elif result.ended:
            row.state = STUCK
        store.put_step(row)
        if self.own is None:
            self._add_to_plan(result)
        overruled = [f.id for f in left if f.severity == ERROR and f.id in self.request.overrule]
        about: dict[str, object] = {
            "step": row.id,
            "round": row.round,
            "verdict": result.verdict,
            "paths": self.edited,
            "complete": self.is_complete,
            "errors": len(blocking),
            "warnings": sum(finding.severity == WARNING for finding in left),
            "fixed": len(result.fixes),
            "deferred": [[found["id"], found["path"], later] for found, later in result.deferred],
            "overruled": len(overruled),
            "ended": result.ended,
            "mistakes": self.traces,
        }
        if self.texts:
            store.put_writes((), {each for pair in self.texts.values() for each in pair})
            about["texts"] = {
                path: [digest_of(each).hex() for each in pair] for path, pair in self.texts.items()
            }
        store.add_event(self.task.id, "judged", about)
        store.set_state(self.task.id, WORKING)

    def _store_findings(
        self, result: StepResult, left: list[Finding], blocking: list[Finding]
    ) -> None:
        """Store the findings of this round, and what became of those before."""
        store = self.store
        if result.verdict == ACCEPTED:
            still = {finding.id for finding in left}
            for row in store.findings(self.task.id, self.row.id):
                if row.fate == OPEN:
                    overruled = row.id in self.request.overrule
                    fate = (OVERRULED if overruled else LEFT) if row.id in still else MENDED
                    store.set_fate(row, fate)
        fates = {finding.id: OPEN for finding in blocking}
        for finding in left:
            fate = fates.get(finding.id)
            if fate is None and finding.id in self.request.overrule:
                fate = OVERRULED
            elif fate is None and result.verdict == ACCEPTED:
                fate = LEFT
            if fate is not None:
                store.put_finding(self._finding_row(finding, fate))
        for finding, _ in result.fixes:
            store.put_finding(self._finding_row(finding, FIXED))

    def _finding_row(self, finding: Finding, fate: str) -> FindingRow:
        return FindingRow(
            self.task.id, self.row.id, finding.id, self.row.round, finding.rule, finding.severity,
            finding.subject, finding.evidence, finding.path, finding.message, fate,
        )  # fmt: skip

    def _add_to_plan(self, result: StepResult) -> None:
        """Add a step that nobody planned, for the first file that it edits."""
        paths = result.written or result.held or result.unplanned
        if not self.plan or not paths:
            return
        steps = [*self.plan, PlanStep(self.row.id, CHANGE, paths[0], why="not planned")]
        self.store.put_plan(self.task.id, plan_hash(steps), as_json(steps))


def _traces(inference: Inference, found: list[Finding]) -> list[Trace]:
    """Return the traces of what lessons can be made of."""
    wanted = [each for each in found if each.severity == ERROR or each.rule == KNOWN_MISTAKE]
    traces = [trace_of(inference, finding) for finding in wanted]
    return [trace for trace in traces if trace is not None]


def held_contents(store: TaskStore, handle: str) -> dict[str, bytes | None]:
    """Return what a task holds to be written later, as it is to be on disk."""
    return {
        row.path: None if row.after is None else store.blob(row.after)
        for row in store.writes(handle, state=HELD)
    }


def note_recovered(store: TaskStore, recovered: Sequence[Recovered]) -> None:
    """Store for tasks what became of writes that a crash had cut off."""
    for batch in dict.fromkeys(each.batch for each in recovered):
        files = [each for each in recovered if each.batch == batch]
        first = files[0]
        about = {
            "step": first.step, "batch": batch, "paths": [each.path for each in files],
            "outcomes": [each.outcome for each in files],
        }  # fmt: skip
        with store.ledger.transaction():
            store.add_event(first.task, "recovered", about)
            row = store.step(first.task, first.step)
            if row is not None and all(each.outcome == "as after" for each in files):
                row.state = OPEN if first.of else ACCEPTED
                store.put_step(row)
                if not first.of:
                    store.drop_held(first.task)


def _diff(draft: Draft, fixed: Mapping[str, bytes]) -> str:
    """Return what fixes changed of a draft, as a unified diff."""
    lines: list[str] = []
    for path, text in sorted(fixed.items()):
        old = (draft.text(path) or b"").decode("utf-8", "replace")
        new = text.decode("utf-8", "replace")
        lines += unified_diff(
            old.splitlines(keepends=True), new.splitlines(keepends=True), f"a/{path}", f"b/{path}"
        )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)
