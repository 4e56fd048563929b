"""The figures of a history. What each one counts is said by its function, here and in the report.

What is not known is None, never 0: figures of edits where none was judged, of questions where
nobody could ask any, of tests where none were run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from statistics import mean, median
from typing import Any

from ...indexer.store.task_store import FIXED, LEFT, MENDED, OVERRULED, FindingRow
from ..check.findings import ERROR
from .history import History, Step, TaskRecord
from .intervals import quantile, rate

_MOST_MISTAKES, _MOST_SUBJECTS = 10, 3


def figures(history: History) -> dict[str, Any]:
    """Return all figures of a history."""
    return {name: figure(history) for name, figure in FIGURES.items()}


def tasks(history: History) -> int:
    """Count the tasks that began: by `task.begin`, or by a prompt that a hook told of."""
    return len(history.tasks)


def states(history: History) -> dict[str, int]:
    """Count the tasks by the state that they are in now."""
    return dict(sorted(Counter(task.row.state for task in history.tasks).items()))


def steps(history: History) -> int:
    """Count the steps that were judged at least once; for hooks, a step is a file of a task."""
    return sum(1 for _ in _steps(history))


def valid(history: History) -> dict[str, Any]:
    """Share of the steps whose first edit had no certain error.

    An error that was overruled counts as none, one that was mended for the agent counts. Left out
    are steps of whose first edit nothing wrong was found, and not all could be judged.
    """
    firsts = [known for step in _steps(history) if (known := _is_valid(step)) is not None]
    return rate(sum(firsts), len(firsts))


def _is_valid(step: Step) -> bool | None:
    first = step.rounds[0]
    overruled = {row.id for row in step.findings if row.fate == OVERRULED}
    for row in step.findings:
        if row.severity == ERROR and row.round == first["round"] and row.id not in overruled:
            return False
    return True if first.get("complete", True) else None


def works(history: History) -> dict[str, Any]:
    """Share of the tasks whose tests passed when they were run first, of those where they were."""
    firsts = [
        passed[0]
        for task in history.tasks
        if (passed := [each["passed"] for each in task.about("verified") if _ran(each)])
    ]
    return rate(sum(firsts), len(firsts))


def _ran(verified: dict[str, Any]) -> bool:
    return verified.get("passed") is not None


def rounds(history: History) -> dict[str, Any]:
    """Judgements that steps took until one accepted them; those that were never accepted apart."""
    numbers = [step.rounds_to_green() for step in _steps(history)]
    green = sorted(number for number in numbers if number is not None)
    return {
        "steps": len(green),
        "mean": round(mean(green), 2) if green else None,
        "median": median(green) if green else None,
        "most": green[-1] if green else None,
        "by_number": {str(number): count for number, count in sorted(Counter(green).items())},
        "never": len(numbers) - len(green),
    }


def self_corrections(history: History) -> int | None:
    """Count the certain errors that the agent mended itself when it was told of them."""
    return _counted(history, MENDED)


def fixed(history: History) -> int | None:
    """Count the certain errors that a safe fix mended, without the agent."""
    return _counted(history, FIXED)


def questions(history: History) -> dict[str, Any]:
    """Questions that tasks left open: those for the user, and those that the index answered.

    Of tasks that `task.begin` opened; a hook sees none of what an agent asks.
    """
    told = [each for task in history.tasks for each in task.about("understood")]
    asked = sum(each["for_user"] for each in told)
    answered = sum(each["questions"] for each in told) - asked
    return {
        "tasks": len(told),
        "asked": asked if told else None,
        "answered": answered if told else None,
        "mean": round(asked / len(told), 2) if told else None,
    }


def breakages_prevented(history: History) -> int | None:
    """Count the certain errors that edits made in files that they do not touch, and are mended."""
    count = 0
    for task in history.tasks:
        touched = {
            (each["step"], each["round"]): each.get("paths") for each in task.about("judged")
        }
        for rows in task.errors().values():
            paths = touched.get((rows[0].step, rows[0].round))
            is_elsewhere = paths is not None and rows[0].path not in paths
            count += is_elsewhere and task.became(rows) in (MENDED, FIXED)
    return count if steps(history) else None


def overruled(history: History) -> dict[str, Any]:
    """Share of the findings that somebody said are wrong, of all that the agent was told."""
    told = [task.became(rows) for task in history.tasks for rows in task.told().values()]
    return rate(sum(fate == OVERRULED for fate in told), len(told))


def mistakes(history: History) -> list[dict[str, Any]]:
    """The rules by which most certain errors were found, with what became of them."""
    by_rule: dict[str, list[tuple[TaskRecord, list[FindingRow]]]] = {}
    for task in history.tasks:
        for rows in task.errors().values():
            by_rule.setdefault(rows[0].rule, []).append((task, rows))
    found = [_mistake(rule, listed) for rule, listed in by_rule.items()]
    return sorted(found, key=lambda each: (-each["count"], each["rule"]))[:_MOST_MISTAKES]


def _mistake(rule: str, listed: list[tuple[TaskRecord, list[FindingRow]]]) -> dict[str, Any]:
    became = Counter(task.became(rows) for task, rows in listed)
    subjects = Counter(rows[0].subject for _, rows in listed if rows[0].subject)
    most = sorted(subjects.items(), key=lambda each: (-each[1], each[0]))[:_MOST_SUBJECTS]
    return {
        "rule": rule,
        "count": len(listed),
        "tasks": len({task.row.id for task, _ in listed}),
        "mended": became[MENDED],
        "fixed": became[FIXED],
        "overruled": became[OVERRULED],
        "left": became[LEFT],
        "subjects": [subject for subject, _ in most],
    }


def hooks(history: History) -> dict[str, Any]:
    """What events of hosts cost: computing, and waiting until the answer was known.

    Both count from the start of the hook's process, and with what a serving process did for it.
    """
    found = _cost(history)
    events = sorted({run.event for run in history.hooks})
    found["events"] = [
        {"event": event, **_cost(History(hooks=[r for r in history.hooks if r.event == event]))}
        for event in events
    ]
    return found


def _cost(history: History) -> dict[str, Any]:
    cpu, waited = [run.cpu for run in history.hooks], [run.waited for run in history.hooks]
    return {
        "calls": len(cpu),
        "cpu_s": round(sum(cpu), 3) if cpu else None,
        "cpu_median_ms": _ms(cpu, 0.5),
        "cpu_p95_ms": _ms(cpu, 0.95),
        "waited_median_ms": _ms(waited, 0.5),
        "waited_p95_ms": _ms(waited, 0.95),
    }


def _ms(seconds: list[float], at: float) -> float | None:
    found = quantile(seconds, at)
    return None if found is None else round(1_000 * found, 1)


FIGURES = {
    figure.__name__: figure
    for figure in (
        tasks, states, steps, valid, works, rounds, self_corrections, fixed, questions,
        breakages_prevented, overruled, mistakes, hooks,
    )
}  # fmt: skip
"""Functions of a history by the name of their figure."""


def _steps(history: History) -> Iterator[Step]:
    for task in history.tasks:
        yield from task.steps()


def _counted(history: History, fate: str) -> int | None:
    """Count the certain errors that something became of; None if no edit was judged."""
    count = sum(
        task.became(rows) == fate for task in history.tasks for rows in task.errors().values()
    )
    return count if steps(history) else None
