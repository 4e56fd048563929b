"""Figures as text: what is known in a line each, then groups, mistakes and what hooks cost."""

from __future__ import annotations

from ..quoting import escaped
from .styles import BOLD
from .words import counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..metric_types import FigureGroup, Figures, Rate, StatsAnswer
    from .styles import CompactStyle

_UNKNOWN = "not known"


def stats(answer: StatsAnswer, style: CompactStyle) -> list[str]:
    """Figures of all tasks, then a line for each day, client and model."""
    found = answer["all"]
    lines = [style.paint(_head(found), BOLD), *(f"{name}: {text}" for name, text in _told(found))]
    for title, groups in (
        ("day", answer["days"]), ("client", answer["clients"]), ("model", answer["models"]),
    ):  # fmt: skip
        lines += [style.paint(f"per {title}", BOLD)] if groups else []
        lines += [_group(each) for each in groups]
    if found["mistakes"]:
        lines.append(style.paint("most frequent mistakes", BOLD))
    for each in found["mistakes"]:
        became = ", ".join(
            f"{each[name]} {name}"
            for name in ("mended", "fixed", "overruled", "left")
            if each[name]
        )
        about = f": {', '.join(each['subjects'])}" if each["subjects"] else ""
        lines.append(escaped(f" {each['rule']} {each['count']} ({became}){about}"))
    if not found["tasks"] and not found["hooks"]["calls"]:
        lines.append(
            "nothing is recorded yet; `flux-index setup CLIENT` has it record agents' work"
        )
    return [*lines, *style.notes(answer, answer["total"])]


def _head(found: Figures) -> str:
    states = ", ".join(f"{count} {state}" for state, count in found["states"].items())
    head = f"{counted(found['tasks'], 'task')}{f' ({states})' if states else ''}"
    return f"{head}, {counted(found['steps'], 'step')} judged"


def _told(found: Figures) -> list[tuple[str, str]]:
    rounds, asked, hooks = found["rounds"], found["questions"], found["hooks"]
    return [
        ("valid at first try", _rate(found["valid"])),
        ("works at first try", _rate(found["works"])),
        (
            "rounds to green",
            _UNKNOWN if rounds["mean"] is None
            else f"{rounds['mean']} on average, {rounds['median']} median, {rounds['most']} most; "
            f"{counted(rounds['never'], 'step')} never",
        ),
        ("self-corrections", _number(found["self_corrections"])),
        ("mended by safe fixes", _number(found["fixed"])),
        (
            "questions asked",
            _UNKNOWN if asked["asked"] is None
            else f"{asked['asked']} of the user ({asked['mean']} a task), "
            f"{asked['answered']} answered by the index",
        ),
        ("breakages prevented", _number(found["breakages_prevented"])),
        ("findings overruled", _rate(found["overruled"])),
        (
            "hooks",
            _UNKNOWN if not hooks["calls"]
            else f"{counted(hooks['calls'], 'call')}, {hooks['cpu_s']} s of CPU; a call "
            f"{hooks['cpu_median_ms']} ms median, {hooks['cpu_p95_ms']} ms p95; waited "
            f"{hooks['waited_median_ms']} ms median, {hooks['waited_p95_ms']} ms p95",
        ),
    ]  # fmt: skip


def _group(group: FigureGroup) -> str:
    return escaped(
        f" {group['key'] or '(not told)'}: {counted(group['tasks'], 'task')}, "
        f"valid {_rate(group['valid'])}, works {_rate(group['works'])}"
    )


def _rate(found: Rate) -> str:
    if found["share"] is None:
        return _UNKNOWN
    low, high = (100 * (found[end] or 0.0) for end in ("low", "high"))
    return (
        f"{100 * found['share']:.1f} % ({found['count']} of {found['of']}; "
        f"95 %: {low:.1f} to {high:.1f} %)"
    )


def _number(found: int | None) -> str:
    return _UNKNOWN if found is None else str(found)


RENDERERS: dict[str, Any] = {"StatsAnswer": stats}
"""Renderers by result type."""
