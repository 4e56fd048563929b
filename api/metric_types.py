"""Shapes of figures, as :mod:`.types` has those of other answers. None is what is not known."""

from __future__ import annotations

from typing import TypedDict

from .types import Envelope


class Rate(TypedDict):
    """A share, with its Wilson interval of 95 %."""

    count: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class Rounds(TypedDict):
    """Judgements until steps were accepted."""

    steps: int
    """Those that were."""
    mean: float | None
    median: float | None
    most: int | None
    by_number: dict[str, int]
    """Steps by the judgements that they took."""
    never: int
    """Steps that no judgement accepted."""


class Questions(TypedDict):
    """Questions that tasks left open."""

    tasks: int
    """Those of which it is known."""
    asked: int | None
    """Only the user could tell."""
    answered: int | None
    """The index could."""
    mean: float | None
    """Asked of the user, a task."""


class Mistake(TypedDict):
    """The certain errors that a rule found, and what became of them."""

    rule: str
    count: int
    tasks: int
    mended: int
    """By the agent."""
    fixed: int
    """By a safe fix."""
    overruled: int
    left: int
    subjects: list[str]
    """What they were about most often."""


class Cost(TypedDict):
    """What events of hosts cost."""

    calls: int
    cpu_s: float | None
    cpu_median_ms: float | None
    cpu_p95_ms: float | None
    waited_median_ms: float | None
    waited_p95_ms: float | None


class EventCost(Cost):
    """What events of one kind cost."""

    event: str


class HookCost(Cost):
    """What events of hosts cost, of all kinds and of each."""

    events: list[EventCost]


class Figures(TypedDict):
    """The figures of some tasks; what each one counts is said in docs/loop.md."""

    tasks: int
    states: dict[str, int]
    steps: int
    valid: Rate
    """Valid at first try."""
    works: Rate
    """Works at first try."""
    rounds: Rounds
    self_corrections: int | None
    fixed: int | None
    questions: Questions
    breakages_prevented: int | None
    overruled: Rate
    mistakes: list[Mistake]
    hooks: HookCost


class FigureGroup(Figures):
    """The figures of a day, a client or a model."""

    key: str
    """Empty for a client or model that did not say what it is called."""


class StatsAnswer(Envelope):
    """Figures of the tasks of a workspace."""

    total: int
    """Tasks."""
    all: Figures
    days: list[FigureGroup]
    clients: list[FigureGroup]
    models: list[FigureGroup]
