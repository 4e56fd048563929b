"""Tasks of agents: begun, planned, written step by step, undone, verified, finished, resumed."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from typing import Any

from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import Found
from ...indexer.inference.inference import Inference
from ...indexer.store.task_store import (
    ABANDONED,
    DONE,
    ENDED,
    HELD,
    OPEN,
    PLANNED,
    STOPPED,
    UNDERSTOOD,
    VERIFYING,
    WRITTEN,
    TaskRow,
    TaskStore,
)
from ..open_workspace import OpenWorkspace
from ..sessions.read_log import open_ledger
from ..source.entity_views import envelope, symbol
from ..source.tokens import count_tokens
from ..tasks.file_writes import ChangedMeanwhileError, Recovered, undo_batch, writing
from ..tasks.learning import learn
from ..tasks.plan import CREATE, PlanStep, as_json, parse_steps, plan_hash
from ..tasks.plan_check import PlanReport, Remark, check_plan
from ..tasks.plan_missing import MissingStep
from ..tasks.questions import Understanding, understand
from ..tasks.step import (
    STALE,
    StepRequest,
    StepResult,
    held_contents,
    note_recovered,
    take_step,
)
from ..tasks.task import need_task, next_call, open_task
from ..tasks.verify import StepCheck, Verification, verify_task
from .context import LEAST_BUDGET, context
from .lessons import lessons_about, lessons_tokens
from .patterns import patterns
from .reached_tests import test_item
from .reuse import reuse
from .sessions import read_item
from .validate import item

# Candidates for reuse, and characters of the text by which they are looked for.
_REUSED = 3
_QUERY = 300
# Siblings that make a pattern, and what of it is told before a line is written.
_FEWEST_SIBLINGS, _MOST_HABITS = 3, 8
# How siblings are written is told in a sentence, of which habits are the smaller part.
_PATTERN_TOKENS = 1500
_TOLD_HABITS = ("method", "decorator", "registered", "place", "file name", "tested")
# New classes of a plan whose pattern is told.
_MOST_PATTERNS = 2


@contextmanager
def _tasks(workspace: OpenWorkspace) -> Generator[TaskStore, None, None]:
    with open_ledger(workspace) as ledger:
        yield TaskStore(ledger)


def begin(
    workspace: OpenWorkspace,
    *,
    text: str,
    paths: list[str] | None,
    client: str,
    model: str,
    handle: str | None,
    budget: int,
) -> dict[str, Any]:
    """Answer the operation ``task.begin``."""
    if not text.strip():
        raise InvalidArgumentsError("'text' is empty: say what is to be done")
    inference = workspace.inference(whole=True)
    known = understand(inference, text)
    answer = _understood(inference, known)
    found = reuse(workspace, query=text[:_QUERY], text=None, into=None, limit=_REUSED)
    answer["reuse"] = found["items"]
    spent = count_tokens(json.dumps([answer["questions"], found["items"]]))
    spent += lessons_tokens(workspace)
    left = max(budget - spent, LEAST_BUDGET)
    read = context(workspace, task=text, paths=paths, budget=left)
    answer["context"], answer["tokens"] = read["text"], read["tokens"]
    if known.is_new and (pattern := _pattern(workspace, text[:_QUERY], None, None)):
        answer["pattern"] = pattern
    answer["lessons"] = lessons_about(inference, known, {*(paths or ()), *read["files"]})
    # Before anything is stored: a file that has changed meanwhile has all of it asked again.
    answer = envelope(inference, answer, set(read["files"]))
    with _tasks(workspace) as store:
        task = open_task(workspace, store, text, client=client, model=model, session=handle or "")
        asked = [each for each in known.questions if not each.answer]
        about = {"questions": len(known.questions), "for_user": len(asked)}
        with store.ledger.transaction():
            store.set_state(task.id, UNDERSTOOD)
            store.add_event(task.id, "understood", about)
        return answer | _state(store, task.id)


def _pattern(workspace: OpenWorkspace, text: str, base: str | None, into: str | None) -> str:
    """Return how what is to be written is written here, in a sentence; empty if nobody can say."""
    found = patterns(
        workspace, name=None, path=None, line=None, character=0, text=text, base=base, into=into,
        limit=1, budget=_PATTERN_TOKENS,
    )  # fmt: skip
    if found["total"] < _FEWEST_SIBLINGS:
        return ""
    noun = "classes" if found["kind"] == "class" else "functions"
    shared = [each for each in found["habits"] if each["kind"] in _TOLD_HABITS]
    listed = [f"{each['name'] or each['kind']} {each['count']} of {each['of']}" for each in shared]
    sibling = found["members"][0]
    head = f"{found['total']} {noun} that {found['why']}, such as {sibling['name']}"
    return f"{head}: {', '.join(listed[:_MOST_HABITS])}" if listed else head


def _understood(inference: Inference, known: Understanding) -> dict[str, Any]:
    return {
        "questions": [
            {"question": each.question, "answer": each.answer, "by": "index"}
            if each.answer
            else {"question": each.question, "by": "user"}
            for each in known.questions
        ],
        "affected": [
            {
                "symbol": symbol(inference, Found(each.entity)),
                "references": each.n_references,
                "files": each.n_files,
                "overrides": each.n_overrides,
                "tests": [test.id for test in each.tests],
            }
            for each in known.subjects
        ],
    }


def plan(
    workspace: OpenWorkspace, *, task: str, steps: list[Mapping[str, Any]], replace: bool
) -> dict[str, Any]:
    """Answer the operation ``task.plan``."""
    with _tasks(workspace) as store:
        need_task(store, task, is_open=True)
        known = {} if replace else {each["id"]: each for each in store.plan(task)[2]}
    given = parse_steps(steps)
    known.update((each["id"], each) for each in as_json(given))
    planned = parse_steps(known.values())
    if not planned:
        raise InvalidArgumentsError("'steps' is empty: a plan has at least one step")
    report = check_plan(workspace, planned)
    items = [_plan_step(report, each) for each in planned]
    _add_patterns(workspace, planned, items)
    missing = [_missing_step(each) for each in report.missing]
    paths = {each.path for each in planned if report.inference.exists(each.path)}
    answer: dict[str, Any] = {
        "plan": plan_hash(planned),
        "verdict": report.verdict,
        "items": items,
        "missing": missing,
        "order": report.order,
    }
    answer = envelope(report.inference, answer, paths)
    with _tasks(workspace) as store, store.ledger.transaction():
        row = need_task(store, task, is_open=True)
        version = store.put_plan(task, answer["plan"], as_json(planned))
        verdicts = [each["verdict"] for each in items]
        about = {
            "version": version, "steps": len(items), "wrong": verdicts.count("wrong"),
            "unknown": verdicts.count("unknown"), "missing": len(missing),
        }  # fmt: skip
        store.add_event(task, "planned", about)
        if row.state in (OPEN, UNDERSTOOD):
            store.set_state(task, PLANNED)
        return answer | {"version": version} | _state(store, task)


def _add_patterns(
    workspace: OpenWorkspace, planned: list[PlanStep], items: list[dict[str, Any]]
) -> None:
    """Add to steps that make classes of a base how others of that base are written."""
    new = [
        (step, found)
        for step, found in zip(planned, items, strict=True)
        if step.kind == CREATE and step.bases and found["verdict"] != "wrong"
    ]
    for step, found in new[:_MOST_PATTERNS]:
        name = step.symbol.rpartition(".")[2]
        pattern = _pattern(workspace, f"class {name}({step.bases[0]}):", step.bases[0], step.path)
        if pattern:
            remark = {"what": "pattern", "verdict": "advice", "message": pattern}
            found["remarks"].append(remark)


def _plan_step(report: PlanReport, step: PlanStep) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": step.id,
        "verdict": report.verdict_of(step.id),
        "kind": step.kind,
        "path": step.path,
        "remarks": [_remark(report.inference, each) for each in report.remarks[step.id]],
    }
    if step.symbol:
        found["symbol"] = step.symbol
    return found


def _remark(inference: Inference, remark: Remark) -> dict[str, Any]:
    found: dict[str, Any] = {
        "what": remark.what, "verdict": remark.verdict, "message": remark.message,
    }  # fmt: skip
    near = [each for each in remark.nearest if inference.exists(each.entity.path)]
    if near:
        found["nearest"] = [symbol(inference, each) for each in near]
    return found


def _missing_step(each: MissingStep) -> dict[str, Any]:
    found: dict[str, Any] = {
        "because": each.because, "kind": each.kind, "path": each.path, "message": each.message,
        "certain": each.is_certain,
    }  # fmt: skip
    if each.symbol:
        found["symbol"] = each.symbol
    if each.evidence:
        found["evidence"] = each.evidence
    return found


def step(
    workspace: OpenWorkspace,
    *,
    task: str,
    step: str,
    edits: list[Mapping[str, Any]],
    overrule: list[str] | None,
    hold: bool,
    call: str | None,
) -> dict[str, Any]:
    """Answer the operation ``task.step``."""
    request = StepRequest(step, edits, overrule or (), hold)
    inference = workspace.inference(whole=True)
    with _tasks(workspace) as store:
        row = need_task(store, task, is_open=True)
        with writing(workspace.index.workspace, store) as recovered:
            note_recovered(store, recovered)
            is_new, answered = store.claim_call(task, call) if call else (True, None)
            if not is_new:
                return envelope(inference, _again(store, row, request, answered), set())
            try:
                try:
                    result = take_step(workspace, store, row, request, item)
                except ChangedMeanwhileError as error:
                    result = StepResult(STALE, step, stale=error.paths)
            except BaseException:
                if call:
                    store.forget_call(task, call)
                raise
            answer = _step_answer(result)
            answer |= _state(store, task, recovered)
            if call and result.to_read:  # which nobody but the agent is to keep
                store.forget_call(task, call)
            elif call:
                store.answer_call(task, call, answer)
    return envelope(inference, answer, set())


def _again(
    store: TaskStore, task: TaskRow, request: StepRequest, answered: dict[str, Any] | None
) -> dict[str, Any]:
    """Return the answer to a call that was made before: the same, or what is known of it."""
    if answered is not None:
        return {**answered, "repeated": True}
    answer = _step_answer(StepResult("interrupted", request.step))
    return {**answer, **_state(store, task.id)}


def _step_answer(result: StepResult) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "step": result.step,
        "verdict": result.verdict,
        "round": result.round,
        "findings": result.findings,
        "deferred": [{"finding": found, "step": later} for found, later in result.deferred],
        "fixed": [
            {"path": finding.path, "rule": finding.rule, "title": fix.title}
            for finding, fix in result.fixes
        ],
        "diff": result.diff,
        "written": result.written,
        "to_read": [read_item(each) for each in result.to_read],
        "stale": result.stale,
        "unplanned": result.unplanned,
    }
    if result.undo:
        answer["token"] = result.undo
    if result.ended:
        answer["ended"] = result.ended
    return answer


def undo(workspace: OpenWorkspace, *, token: str) -> dict[str, Any]:
    """Answer the operation ``task.undo``."""
    inference = workspace.inference(whole=False)
    with _tasks(workspace) as store:
        rows = store.writes(batch=token)
        if not rows or token == HELD:
            raise InvalidArgumentsError(f"nothing was written under {token!r}")
        task = rows[0].task
        with writing(workspace.index.workspace, store) as recovered:
            note_recovered(store, recovered)
            steps = {
                event.about["step"]
                for event in store.events(task, "written")
                if event.about["batch"] == token
            }

            def stored(batch: str) -> None:
                store.add_event(task, "undone", {"batch": token, "token": batch})
                for each in store.steps(task):
                    if each.id in steps:
                        each.state = OPEN
                        store.put_step(each)

            done, undone, refused = undo_batch(workspace.index.workspace, store, token, stored)
        answer: dict[str, Any] = {
            "items": [row.path for row in undone],
            "kept": [{"path": row.path, "why": why} for row, why in refused],
            **_state(store, task, recovered),
            "total": len(undone),
        }
        if done:
            answer["token"] = done
    return envelope(inference, answer, set())


def verify(workspace: OpenWorkspace, *, task: str, run: bool) -> dict[str, Any]:
    """Answer the operation ``task.verify``."""
    with _tasks(workspace) as store:
        row = need_task(store, task, is_open=True)
        found = verify_task(workspace, store, row, run=run)
        return _verified(store, row, found, VERIFYING)


def finish(
    workspace: OpenWorkspace, *, task: str, run: bool, stop: str | None, abandon: bool
) -> dict[str, Any]:
    """Answer the operation ``task.finish``."""
    with _tasks(workspace) as store:
        row = need_task(store, task, is_open=True)
        found = verify_task(workspace, store, row, run=run)
        state = ABANDONED if abandon else STOPPED if stop else DONE
        if state == DONE and not (found.is_right and not store.writes(task, state=HELD)):
            state = VERIFYING
        return _verified(store, row, found, state, stop or "")


def _verified(
    store: TaskStore, task: TaskRow, found: Verification, state: str, reason: str = ""
) -> dict[str, Any]:
    """Store and return what a task was found to be."""
    inference = found.change.after
    answer: dict[str, Any] = {
        "verdict": found.verdict,
        "fulfilled": found.is_fulfilled,
        "items": [_step_check(each) for each in found.checks],
        "findings": [item(inference, each) for each in found.findings],
        "checked": sorted(path for path in found.change.paths if inference.exists(path)),
        "tests": [test_item(each) for each in found.tests],
        "notes": found.notes,
    }
    if found.run is not None:
        answer["run"] = {
            "command": found.run.command,
            "exit_code": found.run.exit_code,
            "passed": found.run.exit_code == 0,
            "output": found.run.output,
        }
    if not answer["notes"]:
        del answer["notes"]
    answer = envelope(inference, answer, set(answer["checked"]))
    about = {
        "verdict": found.verdict, "fulfilled": found.is_fulfilled, "findings": len(found.findings),
        "files": len(found.change.paths), "tests": len(found.tests),
        "passed": None if found.run is None else found.run.exit_code == 0,
    }  # fmt: skip
    if found.verdict != "broken" and state in (VERIFYING, DONE):
        left = {each.id for each in found.findings}
        learned = learn(inference, store, task.id, left, is_done=state == DONE)
        if learned:
            answer["learned"] = learned
    with store.ledger.transaction():
        store.add_event(task.id, "verified", about)
        store.set_state(task.id, state, reason)
        if state in ENDED:
            store.add_event(task.id, "ended", {"state": state, "reason": reason})
        return answer | _state(store, task.id)


def _step_check(check: StepCheck) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": check.step.id, "kind": check.step.kind, "path": check.step.path,
        "fulfilled": check.is_fulfilled, "why": check.why,
    }  # fmt: skip
    if check.step.symbol:
        found["symbol"] = check.step.symbol
    return found


def resume(workspace: OpenWorkspace, *, task: str | None) -> dict[str, Any]:
    """Answer the operation ``task.resume``."""
    inference = workspace.inference(whole=False)
    with _tasks(workspace) as store:
        chosen = need_task(store, task).id if task else _last(store).id
        with writing(workspace.index.workspace, store) as recovered:
            note_recovered(store, recovered)
        answer = _state(store, chosen, recovered)
    return envelope(inference, answer, set())


def _last(store: TaskStore) -> TaskRow:
    """Return the task that changed last of those that have not ended."""
    found = next((each for each in store.tasks() if each.state not in ENDED), None)
    if found is None:
        raise InvalidArgumentsError("there is no task that has not ended")
    return found


def status(workspace: OpenWorkspace, *, task: str | None) -> dict[str, Any]:
    """Answer the operation ``task.status``."""
    inference = workspace.inference(whole=False)
    with _tasks(workspace) as store:
        chosen = need_task(store, task) if task else _last(store)
        answer = _state(store, chosen.id)
    return envelope(inference, answer, set())


def list_tasks(workspace: OpenWorkspace, *, state: str | None, limit: int) -> dict[str, Any]:
    """Answer the operation ``task.list``."""
    inference = workspace.inference(whole=False)
    with _tasks(workspace) as store:
        found = store.tasks(state or "")
        answer: dict[str, Any] = {
            "items": [
                envelope(inference, _state(store, each.id, brief=True), set())
                for each in found[:limit]
            ],
            "total": len(found),
            "truncated": len(found) > limit,
        }
    return envelope(inference, answer, set())


def _state(
    store: TaskStore,
    handle: str,
    recovered: Iterable[Recovered] = (),
    *,
    brief: bool = False,
) -> dict[str, Any]:
    """Return where a task stands, as all answers about it have it."""
    task = need_task(store, handle)
    answer: dict[str, Any] = {
        "task": task.id,
        "state": task.state,
        "next": next_call(store, task),
        "total": 1,
    }
    if task.reason:
        answer["reason"] = task.reason
    if task.text:
        answer["text"] = task.text[:200] if brief else task.text
    cut = [each for each in recovered if each.task == handle]
    if cut:
        answer["recovered"] = [
            {"path": each.path, "step": each.step, "outcome": each.outcome} for each in cut
        ]
    if brief:
        return answer
    planned = {each["id"]: each for each in store.plan(handle)[2]}
    answer["steps"] = [
        {"id": each.id, "state": each.state, "round": each.round,
         **{key: value for key, value in planned.get(each.id, {}).items()
            if key in ("kind", "path", "symbol")}}
        for each in store.steps(handle)
    ]  # fmt: skip
    batches = [row.batch for row in store.writes(handle, state=WRITTEN) if not row.of]
    answer["undo"] = [*dict.fromkeys(batches)]
    held = [*held_contents(store, handle)]
    if held:
        answer["held"] = held
    return answer
