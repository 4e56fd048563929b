"""A task held against the tree: is each step there, is anything wrong, which tests reach it.

Nothing is claimed here: that a step is fulfilled is what the files show, whoever wrote them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from subprocess import TimeoutExpired

from ...indexer import platforms
from ...indexer.errors import InvalidArgumentsError
from ...indexer.inference.entities import CLASS, TEXTUAL, Entity
from ...indexer.inference.inference import Inference
from ...indexer.inference.references import references
from ...indexer.paths import is_test_file
from ...indexer.store.task_store import HELD, OVERRULED, TaskRow, TaskStore
from ...indexer.text import normalize
from ..check.check import check_change, verdict
from ..check.edits import Change
from ..check.findings import HINT, Finding
from ..check.limitations import limitations
from ..open_workspace import OpenWorkspace
from ..sessions.committed import committed_contents
from ..sessions.read_log import differing
from ..source.entity_views import signature
from ..source.programs import run_bounded
from .changed import ChangedSymbol, changed_symbols, symbol_texts
from .file_writes import read_file
from .plan import CHANGE, CREATE, MOVE, REMOVE, PlanStep, parse_steps
from .plan_overlay import parameter_names, parsed_signature, plain_signature
from .reached_tests import ReachedTest, reached_tests

_SUFFIXES = (".py", ".pyi")
# More files than this that nobody wrote by a step are another branch.
_MOST_OTHERS = 60
_MOST_TESTS = 60
ALLOWED = "FLUX_INDEX_TEST_COMMAND"
"""The variable with the command that the user allows to run tests with."""
_TEST_SECONDS = 900.0
_OUTPUT = 4_000


@dataclass(slots=True)
class StepCheck:
    """Whether a step is what the tree shows, and by what."""

    step: PlanStep
    is_fulfilled: bool
    why: str


@dataclass(slots=True)
class TestRun:
    """What running tests came to."""

    command: str
    exit_code: int
    output: str


@dataclass(slots=True)
class Verification:
    """What the tree shows of a task."""

    change: Change
    checks: list[StepCheck]
    findings: list[Finding]
    verdict: str
    tests: list[ReachedTest]
    notes: list[str]
    run: TestRun | None = None

    @property
    def is_fulfilled(self) -> bool:
        """True if all steps are."""
        return all(check.is_fulfilled for check in self.checks)

    @property
    def is_right(self) -> bool:
        """True if all steps are fulfilled, nothing is certainly wrong, and no test failed."""
        failed = self.run is not None and self.run.exit_code != 0
        return self.is_fulfilled and self.verdict != "broken" and not failed


def verify_task(
    workspace: OpenWorkspace, store: TaskStore, task: TaskRow, *, run: bool = False
) -> Verification:
    """Return what the tree shows; with ``run``, also what the tests come to.

    Raises InvalidArgumentsError if tests are to be run by no command that the user allows.
    """
    command = allowed_command(workspace) if run else ""
    inference = workspace.inference(whole=True)
    before_contents, notes = contents_before(workspace, store, task)
    before = workspace.with_contents(before_contents).inference(whole=False)
    paths = {path for path in before_contents if path.endswith(_SUFFIXES)}
    change = Change(before, inference, paths)
    overruled = {row.id for row in store.findings(task.id) if row.fate == OVERRULED}
    found = [each for each in check_change(change) if each.severity != HINT]
    notes += [f"overruled: {each.path}: {each.message}" for each in found if each.id in overruled]
    found = [each for each in found if each.id not in overruled]
    told = verdict({each.severity for each in found})
    if told == "ok" and limitations(change):
        told = "cannot judge"
    changed = changed_symbols(before, inference, paths)
    steps = parse_steps(store.plan(task.id)[2])
    checks = [_check(step, change, changed, set(before_contents)) for step in steps]
    entities = [each.after for each in changed if each.after is not None]
    tests = reached_tests(inference, entities)[:_MOST_TESTS]
    result = Verification(change, checks, found, told, tests, notes)
    if command:
        result.run = run_tests(workspace.index.workspace.root, command, tests)
    return result


def contents_before(
    workspace: OpenWorkspace, store: TaskStore, task: TaskRow
) -> tuple[dict[str, bytes | None], list[str]]:
    """Return what files that differ now were when a task began, normalized, and what is unknown.

    What steps wrote is known from them; what changed otherwise is had from git if it has it.
    """
    found: dict[str, bytes | None] = {}
    notes: list[str] = []
    for row in store.writes(task.id):
        if row.path not in found and row.state != HELD:
            content = None if row.before is None else store.blob(row.before)
            if row.before is not None and content is None:
                notes.append(f"what {row.path} was before is not kept any more")
                continue
            found[row.path] = content
    # What stands in for files is judged as if it were written.
    for path in workspace.overlays:
        found.setdefault(path, read_file(workspace.index.workspace, path))
    files = workspace.index.view().files
    others = differing(task.files, files) if task.files else {}
    others = {path: kept for path, kept in others.items() if path not in found}
    if len(others) > _MOST_OTHERS:
        notes.append(f"{len(others)} files changed otherwise: they are not judged")
        others = {}
    known = committed_contents(workspace, others)
    notes += [
        f"{path} changed otherwise, and what it was is not known"
        for path in sorted(others.keys() - known.keys())
    ]
    found.update(known)
    inference = workspace.inference(whole=False)
    changed: dict[str, bytes | None] = {}
    for path, content in found.items():
        text = content if content is None or not path.endswith(_SUFFIXES) else normalize(content)
        if not path.endswith(_SUFFIXES) or text != _text(inference, path):
            changed[path] = text
    return changed, notes


def _text(inference: Inference, path: str) -> bytes | None:
    return inference.text(path) if inference.exists(path) else None


def _check(
    step: PlanStep, change: Change, changed: list[ChangedSymbol], touched: set[str]
) -> StepCheck:
    """Return whether the tree shows a step."""
    own = [each for each in changed if each.path == step.path]
    now = symbol_texts(change.after, step.path)
    path = step.to if step.kind == MOVE else step.path
    is_there = change.after.exists(path) or os.path.exists(change.after.snapshot.absolute(path))
    if not step.symbol or not step.path.endswith(_SUFFIXES):
        if step.kind in (REMOVE, MOVE):
            gone = not change.after.exists(step.path)
            is_fulfilled = gone and (step.kind == REMOVE or is_there)
            return StepCheck(step, is_fulfilled, f"{step.path} is {'gone' if gone else 'there'}")
        if step.kind == CREATE:
            return StepCheck(step, is_there, f"{path} is {'there' if is_there else 'not there'}")
        is_changed = step.path in touched
        why = f"{step.path} is {'another' if is_changed else 'as it was'}"
        return StepCheck(step, is_changed and is_there, why)
    entity = now.get(step.symbol, (None, b""))[0]
    if step.kind == REMOVE:
        return _check_removed(step, change, entity)
    if step.kind == MOVE:
        moved = step.symbol in symbol_texts(change.after, step.to)
        why = f"{step.symbol} is {'' if moved else 'not '}in {step.to}"
        return StepCheck(step, moved and entity is None, why)
    if entity is None:
        if _binds(change.after, step):
            return StepCheck(step, step.path in touched, f"{step.path} has {step.symbol}")
        return StepCheck(step, False, f"{step.path} has no {step.symbol}")
    if step.kind in (CHANGE, CREATE) and not any(_is_in(each.name, step.symbol) for each in own):
        return StepCheck(step, False, f"{step.symbol} is as it was")
    return _check_header(step, change.after, entity)


def _is_in(name: str, symbol: str) -> bool:
    return name == symbol or name.startswith(f"{symbol}.")


def _binds(inference: Inference, step: PlanStep) -> bool:
    facts = inference.facts(step.path) if inference.exists(step.path) else None
    row = facts.name_id(step.symbol.rpartition(".")[2]) if facts is not None else -1
    return facts is not None and row >= 0 and bool(facts.bindings_named(row))


def _check_removed(step: PlanStep, change: Change, entity: Entity | None) -> StepCheck:
    if entity is not None:
        return StepCheck(step, False, f"{step.path} still has {step.symbol}")
    old = symbol_texts(change.before, step.path).get(step.symbol, (None, b""))[0]
    left = [
        use
        for use in (references(change.before, old, is_partial=True) if old is not None else ())
        if use.evidence < TEXTUAL and use.path not in change.paths and not is_test_file(use.path)
    ]
    if left:
        place = f"{left[0].path}:{change.before.need(left[0].path).line_of(left[0].position) + 1}"
        return StepCheck(step, False, f"{step.symbol} is gone, but {place} uses it")
    return StepCheck(step, True, f"{step.symbol} is gone, and nothing uses it")


def _check_header(step: PlanStep, after: Inference, entity: Entity) -> StepCheck:
    """Return whether a class or function has the bases or parameters that were planned."""
    header = signature(after, entity)
    if entity.kind == CLASS:
        lacking = [base for base in step.bases if base.rpartition(".")[2] not in header]
        if lacking:
            return StepCheck(step, False, f"{step.symbol} does not derive from {lacking[0]}")
        return StepCheck(step, True, f"{step.symbol} is there")
    wanted = parsed_signature(plain_signature(step.signature)) if step.signature else None
    found = parsed_signature(plain_signature(header))
    if (
        wanted is not None
        and found is not None
        and parameter_names(wanted) != parameter_names(found)
    ):
        return StepCheck(step, False, f"{step.symbol} takes {header}, not {step.signature}")
    return StepCheck(step, True, f"{step.symbol}{header} is there")


def allowed_command(workspace: OpenWorkspace) -> str:
    """Return the command that the user allows to run tests with; raise InvalidArgumentsError.

    What settings say is only proposed: they may be those of a repository that was cloned.
    """
    allowed = os.environ.get(ALLOWED, "").strip()
    if allowed:
        return allowed
    proposed = workspace.index.workspace.config.test_command or "python -m pytest -q"
    raise InvalidArgumentsError(
        f"no command to run tests with is allowed: set {ALLOWED}, such as to {proposed!r}"
    )


def run_tests(root: str, command: str, tests: Iterable[ReachedTest]) -> TestRun:
    """Run tests by a command of the user, which their ids are passed to."""
    words = [*platforms.split(command), *(test.id for test in tests)]
    shown = platforms.quoted(words)
    try:
        output, errors, code = run_bounded(words, b"", root, seconds=_TEST_SECONDS)
    except TimeoutExpired:
        return TestRun(shown, -1, f"it took longer than {_TEST_SECONDS:.0f} seconds")
    except OSError as error:
        return TestRun(shown, -1, str(error))
    text = (output + errors).decode("utf-8", "replace")
    return TestRun(shown, code, text[-_OUTPUT:])
