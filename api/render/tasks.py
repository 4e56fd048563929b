"""Answers about tasks as text: what matters for the next call first."""

from __future__ import annotations

from ..quoting import escaped, escaped_lines
from . import metrics
from .findings import finding_line
from .words import counted, parameters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from ..task_types import (
        Lesson,
        LessonListing,
        PlanAnswer,
        StepAnswer,
        TaskAnswer,
        TaskBegun,
        TaskListing,
        TestListing,
        UndoAnswer,
        VerifyAnswer,
    )
    from ..types import Symbol
    from .styles import CompactStyle


def task(answer: TaskAnswer, style: CompactStyle) -> list[str]:
    """State, steps, and the next call."""
    return [*_head(answer), *_steps(answer), *_tail(answer, style)]


def begun(answer: TaskBegun, style: CompactStyle) -> list[str]:
    """The handle, questions, who is affected, what can be reused, and what to read."""
    # What comes next stands first: of a long text the end may be cut.
    lines = [*_head(answer), escaped(f"next: {answer['next']}")]
    told = [each for each in answer["questions"] if "answer" in each]
    asked = [each for each in answer["questions"] if "answer" not in each]
    if asked:
        lines += ["ask the user:", *(escaped(f" {each['question']}") for each in asked)]
    if told:
        lines += ["known:", *(
            escaped(f" {each['question']} {each.get('answer', '')}") for each in told
        )]  # fmt: skip
    for each in answer["affected"]:
        uses = (
            f"{counted(each['references'], 'reference')} in {counted(each['files'], 'file')}, "
            f"{counted(each['overrides'], 'override')}"
        )
        tests = f"; tests: {', '.join(each['tests'])}" if each["tests"] else "; no test reaches it"
        lines.append(escaped(f"affected: {each['symbol']['name']}: {uses}{tests}"))
    for each in answer["reuse"]:
        found = each["symbol"]
        place = style.place(found, column=False)
        lines.append(escaped(f"reuse? {place} {found['name']}{parameters(found)}"))
    lines += [escaped(f"lesson: {each['text']}{_seen(each)}") for each in answer["lessons"]]
    if "pattern" in answer:
        lines.append(escaped(f"pattern: {answer['pattern']}"))
    if answer["context"]:
        lines += ["", *escaped_lines(answer["context"].rstrip("\n"))]
    return [*lines, *style.notes(answer, answer["total"])]


def _seen(lesson: Lesson) -> str:
    return f" (seen {counted(lesson['seen'], 'time')})" if lesson["seen"] else " (not seen here)"


def lessons(answer: LessonListing, style: CompactStyle) -> list[str]:
    """A line for each lesson: id, state, what it says, and its counters."""
    lines = [
        escaped(
            f"{each['id']} {each['state']}{' warns' if each['warns'] else ''} {each['text']}"
            f"{_seen(each)}, {counted(each['hit'], 'hit')}, {each['false_hit']} false"
        )
        for each in answer["items"]
    ]
    return style.ended(lines, answer, len(answer["items"]), "lesson")


def plan(answer: PlanAnswer, style: CompactStyle) -> list[str]:
    """The verdict, what is wrong step by step, and the steps that are missing."""
    lines = [escaped(f"{answer['verdict']}: plan {answer['plan']} of {answer['task']}")]
    for each in answer["items"]:
        named = " ".join(filter(None, [each["kind"], each["path"], each.get("symbol", "")]))
        lines.append(escaped(f" step {each['id']} {each['verdict']}: {named}"))
        for remark in each["remarks"]:
            lines.append(escaped(f"   {remark['verdict']}: {remark['message']}"))
            lines += _nearest(remark.get("nearest", []), style)
    for missing in answer["missing"]:
        named = " ".join(
            filter(None, [missing["kind"], missing["path"], missing.get("symbol", "")])
        )
        certain = "missing" if missing["certain"] else "missing?"
        because = f" (step {missing['because']})" if missing["because"] else ""
        lines.append(escaped(f" {certain}: {named}: {missing['message']}{because}"))
    if answer["order"] != [each["id"] for each in answer["items"]]:
        lines.append(escaped(f"order: {', '.join(answer['order'])}"))
    return [*lines, *_tail(answer, style)]


def verified(answer: VerifyAnswer, style: CompactStyle) -> list[str]:
    """Steps, findings, and tests."""
    fulfilled = "fulfilled" if answer["fulfilled"] else "not fulfilled"
    lines = [*_head(answer), f"{answer['verdict']}, {fulfilled}"]
    for each in answer["items"]:
        mark = "fulfilled" if each["fulfilled"] else "not fulfilled"
        lines.append(escaped(f" step {each['id']} {mark}: {each['why']}"))
    for found in answer["findings"]:
        lines += [finding_line(found, style), *_nearest(found["nearest"], style)]
    if answer["tests"]:
        shown = ", ".join(each["id"] for each in answer["tests"][:10])
        more = len(answer["tests"]) - 10
        lines.append(escaped(f"tests: {shown}{f' and {more} more' if more > 0 else ''}"))
    if "run" in answer:
        run = answer["run"]
        lines.append(escaped(f"ran {run['command']}: exit code {run['exit_code']}"))
        if not run["passed"]:
            lines += escaped_lines(run["output"].rstrip("\n"))
    return [*lines, *_tail(answer, style)]


def _nearest(symbols: Sequence[Symbol], style: CompactStyle) -> list[str]:
    return [
        escaped(
            f"    exists: {each['name']}{parameters(each)} at {style.place(each, column=False)}"
        )
        for each in symbols[:3]
    ]


def step(answer: StepAnswer, style: CompactStyle) -> list[str]:
    """The verdict, what is wrong with what exists instead, and what was written."""
    lines = [
        escaped(f"{answer['verdict']}: step {answer['step']}, round {answer['round']}")
        + (" (as it was answered before)" if answer.get("repeated") else "")
    ]
    if answer["stale"]:
        lines.append(escaped(f"changed since it was read: {', '.join(answer['stale'])}"))
    for each in answer["to_read"]:
        lines.append(escaped(each["reason"]))
        lines += escaped_lines(each["text"]) if "text" in each else []
    for found in answer["findings"]:
        lines += [finding_line(found, style), *_nearest(found["nearest"], style)]
    lines += [
        f"until step {escaped(each['step'])}: {finding_line(each['finding'], style)}"
        for each in answer["deferred"]
    ]
    lines += [
        escaped(f"fixed: {style.path(each['path'])}: {each['title']} ({each['rule']})")
        for each in answer["fixed"]
    ]
    if answer["diff"]:
        lines += escaped_lines(answer["diff"].rstrip("\n"))
    if answer["unplanned"]:
        lines.append(escaped(f"not planned, added: {', '.join(answer['unplanned'])}"))
    if "ended" in answer:
        lines.append(escaped(f"no further round: {answer['ended']}"))
    if answer["written"]:
        lines.append(escaped(f"written: {', '.join(answer['written'])}"))
    if "token" in answer:
        lines.append(f"undo: {answer['token']}")
    return [*lines, *_tail(answer, style)]


def undone(answer: UndoAnswer, style: CompactStyle) -> list[str]:
    """Files that were put back, and those that were not."""
    lines = [escaped(f"put back: {', '.join(answer['items']) or 'nothing'}")]
    lines += [escaped(f"left: {each['path']}: {each['why']}") for each in answer["kept"]]
    if "token" in answer:
        lines.append(f"undo: {answer['token']}")
    return [*lines, *_tail(answer, style)]


def tasks(answer: TaskListing, style: CompactStyle) -> list[str]:
    """A line for each task."""
    lines = [
        escaped(f"{each['task']} {each['state']} {' '.join(each.get('text', '').split())[:80]}")
        for each in answer["items"]
    ]
    return style.ended(lines, answer, len(answer["items"]))


def tests(answer: TestListing, style: CompactStyle) -> list[str]:
    """A line for each test, with what it reaches by."""
    lines = [
        escaped(f"{each['id']} line {each['line']}: {_through(each['distance'], each['through'])}")
        for each in answer["items"]
    ]
    return style.ended(lines, answer, len(answer["items"]))


def _through(distance: int, through: str) -> str:
    if distance == 0:
        return f"uses {through}"
    return f"reaches it through {through}, {counted(distance, 'call')} away"


def _head(answer: TaskAnswer) -> list[str]:
    reason = f": {answer['reason']}" if "reason" in answer else ""
    return [escaped(f"{answer['task']} {answer['state']}{reason}")]


def _steps(answer: TaskAnswer) -> list[str]:
    return [
        escaped(
            " ".join(filter(None, [
                f" step {each['id']} {each['state']}", each.get("kind", ""), each.get("path", ""),
                each.get("symbol", ""), f"(round {each['round']})" if each["round"] else "",
            ]))
        )
        for each in answer.get("steps", ())
    ]  # fmt: skip


def _tail(answer: TaskAnswer, style: CompactStyle) -> list[str]:
    lines = [
        escaped(f"after a crash: {each['path']} is {each['outcome']} (step {each['step']})")
        for each in answer.get("recovered", ())
    ]
    if "held" in answer:
        lines.append(escaped(f"held: {', '.join(answer['held'])}"))
    return [*lines, escaped(f"next: {answer['next']}"), *style.notes(answer, answer["total"])]


RENDERERS: dict[str, Callable[[Any, CompactStyle], list[str]]] = {
    "TaskAnswer": task,
    "TaskBegun": begun,
    "PlanAnswer": plan,
    "StepAnswer": step,
    "VerifyAnswer": verified,
    "UndoAnswer": undone,
    "TaskListing": tasks,
    "TestListing": tests,
    "LessonListing": lessons,
    **metrics.RENDERERS,
}
"""Renderers by result type."""
