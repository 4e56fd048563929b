"""Shapes of what operations on tasks answer, as :mod:`.types` has those of the others."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from .types import Envelope, Evidence, Finding, SimilarItem, Symbol, ToRead

TaskState = Literal[
    "open", "understood", "planned", "working", "verifying", "done", "stopped", "abandoned"
]


class Question(TypedDict):
    """Something about a task that is not clear from its text."""

    question: str
    answer: NotRequired[str]
    """What the index says; absent when only the user can tell."""
    by: Literal["index", "user"]


class Affected(TypedDict):
    """What uses something that a task names."""

    symbol: Symbol
    references: int
    files: int
    overrides: int
    tests: list[str]
    """Tests that reach it, nearest first, as pytest names them."""


class TaskStep(TypedDict):
    """A step of a task as it stands."""

    id: str
    state: Literal["open", "accepted", "stuck"]
    round: int
    kind: NotRequired[str]
    path: NotRequired[str]
    symbol: NotRequired[str]


class Cut(TypedDict):
    """A file whose write was cut off by a crash, and what it is now."""

    path: str
    step: str
    outcome: Literal["as before", "as after", "changed by others"]


class TaskAnswer(Envelope):
    """A task and where it stands."""

    task: str
    """The handle."""
    state: TaskState
    reason: NotRequired[str]
    """Why it was stopped."""
    text: NotRequired[str]
    next: str
    """The call that comes next."""
    steps: NotRequired[list[TaskStep]]
    undo: NotRequired[list[str]]
    """Tokens of what was written and can be undone, the newest last."""
    held: NotRequired[list[str]]
    """Files that are accepted and not written yet."""
    recovered: NotRequired[list[Cut]]
    total: int


class Lesson(TypedDict):
    """A mistake that was mended, and what is right instead."""

    id: str
    text: str
    """What it says, in a sentence."""
    rule: str
    subject: str
    """Dotted name of what does not have `wrong`; empty for a name that is imported."""
    wrong: str
    right: str
    anchor: str
    """Dotted name of what is right: when its header changes, the lesson is dead."""
    scope: Literal["workspace", "dependency"]
    """Whose code it is about."""
    seen: int
    """Mistakes that were mended so here."""
    hit: int
    """Those of them that came when the lesson was known."""
    false_hit: int
    """Those that were mended otherwise then, or overruled."""
    state: Literal["on", "off", "dead", "forgotten"]
    warns: bool
    """Whether it makes warnings, rather than only ranking fixes."""
    shared: bool
    """Whether it is known from the repository alone."""


class LessonListing(Envelope):
    """Lessons, those first that were seen most."""

    items: list[Lesson]
    total: int
    truncated: bool


class TaskBegun(TaskAnswer):
    """A task that was opened, with what is known about it."""

    questions: list[Question]
    affected: list[Affected]
    reuse: list[SimilarItem]
    """What may do already what is to be written."""
    pattern: NotRequired[str]
    """How what is to be written is written here, in a sentence."""
    lessons: list[Lesson]
    """Mistakes that were made with what the task is about."""
    context: str
    """What to read, packed into the budget."""
    tokens: int
    """Tokens of `context`."""


class TaskListing(Envelope):
    """Tasks, those first that changed last."""

    items: list[TaskAnswer]
    total: int
    truncated: bool


class PlanRemark(TypedDict):
    """Something about a step of a plan: what is wrong or not known, and what there is instead."""

    what: Literal["path", "symbol", "signature", "base", "use", "order", "reuse", "pattern"]
    verdict: Literal["wrong", "unknown", "advice"]
    message: str
    nearest: NotRequired[list[Symbol]]


class PlanStepAnswer(TypedDict):
    """A step of a plan, judged."""

    id: str
    verdict: Literal["ok", "wrong", "unknown"]
    kind: str
    path: str
    symbol: NotRequired[str]
    remarks: list[PlanRemark]


class MissingStep(TypedDict):
    """A step that a plan does not have and what it breaks needs."""

    because: str
    """Id of the step that needs it, if it is known; else empty."""
    kind: str
    path: str
    symbol: NotRequired[str]
    message: str
    certain: bool
    evidence: NotRequired[Evidence]


class PlanAnswer(TaskAnswer):
    """A plan, checked against the code. It advises: nothing is refused."""

    plan: str
    """Its identity."""
    version: int
    verdict: Literal["ok", "wrong", "unknown"]
    items: list[PlanStepAnswer]
    missing: list[MissingStep]
    order: list[str]
    """Ids of the steps in an order in which each finds what it needs."""


class Deferred(TypedDict):
    """What is wrong until a later step mends it."""

    finding: Finding
    step: str


class StepFix(TypedDict):
    """A safe fix that was applied."""

    path: str
    rule: str
    title: str


class StepAnswer(TaskAnswer):
    """What became of the edits of a step."""

    step: str
    verdict: Literal["accepted", "refused", "stale", "interrupted"]
    """``interrupted``: the call was made before and a crash cut it off; nothing is done again."""
    round: int
    findings: list[Finding]
    deferred: list[Deferred]
    fixed: list[StepFix]
    diff: str
    """What safe fixes changed of the edits."""
    written: list[str]
    token: NotRequired[str]
    """Undoes what was written."""
    to_read: list[ToRead]
    """What has to be read first, for an agent with a session."""
    stale: list[str]
    """Files that are not what the edits were made for."""
    unplanned: list[str]
    """Edited files that the plan does not name for this step."""
    ended: NotRequired[str]
    """Why there are no further rounds."""
    repeated: NotRequired[bool]
    """Whether this call was answered before: this is that answer."""


class Kept(TypedDict):
    """A file that was not put back, and why."""

    path: str
    why: str


class UndoAnswer(TaskAnswer):
    """What was put back."""

    items: list[str]
    kept: list[Kept]
    token: NotRequired[str]
    """Undoes the undoing."""


class StepCheck(TypedDict):
    """Whether a step of the plan is what the tree shows."""

    id: str
    kind: str
    path: str
    symbol: NotRequired[str]
    fulfilled: bool
    why: str


class TestItem(TypedDict):
    """A test that reaches a symbol or an edit."""

    id: str
    """As pytest names it: `tests/test_a.py::TestB::test_c`."""
    path: str
    line: int
    """One-based."""
    distance: int
    """Calls between the test and what it reaches; 0 when the file only imports its module."""
    through: str
    """The function that the test calls on the way, or what it reaches."""
    evidence: Evidence


class TestListing(Envelope):
    """Tests that reach a symbol or an edit, nearest first."""

    items: list[TestItem]
    total: int
    truncated: bool
    command: list[str]
    """Arguments that name the listed tests to pytest."""


class TestRun(TypedDict):
    """What running tests came to."""

    command: str
    exit_code: int
    passed: bool
    output: str
    """The end of what it wrote."""


class VerifyAnswer(TaskAnswer):
    """A task held against the tree."""

    verdict: Literal["ok", "doubtful", "broken", "cannot judge"]
    fulfilled: bool
    """Whether all steps of the plan are what the tree shows."""
    items: list[StepCheck]
    findings: list[Finding]
    """What is wrong, or may be, in changed files and in those that use them."""
    checked: list[str]
    tests: list[TestItem]
    run: NotRequired[TestRun]
    learned: NotRequired[list[str]]
    """Ids of lessons that were made or seen again."""
