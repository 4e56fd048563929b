"""Lessons: do they rank fixes better, are they silent on released code, and when they are stale?

    python lessons.py NAME=REPOSITORY… [--commits 40] [--each 3] [--again 0.43] [--json FILE]
    python lessons.py --released MUTATIONS.jsonl --root NAME=FOLDER… [--env FOLDER]

First form: a history of real commits is replayed, oldest first. Of the names of the workspace that
a commit's new lines use (attributes, imported names, keywords), some are written wrong by an agent
with habits: it says one word for another (`fetch` for `get`), and a name that it got wrong before
it gets wrong in the same way with the chance `again`, and otherwise in another one. By default that
is the share of invented packages that models repeat in all of ten runs (Spracklen and others,
2024). The fixes of each mistake are ranked twice, with the lessons so far and without, then it is
mended, verified and learned from. Told are, for the second half, how often the first fix is what
the authors wrote, and mean reciprocal ranks, as paired differences with an interval of 95 % by
bootstrap.

Second form: each mutation is made a lesson that was seen twice; then all of the code that was
released is judged as if somebody wrote it now, which must warn of nothing; and each lesson is asked
again after the header of what it speaks of has changed, which must rank nothing.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from commits import changed, clone, history
from tasks import git, is_test

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import Change, proposed
from flux_index.api.check.findings import Finding
from flux_index.api.check.fixes import learned
from flux_index.api.check.mistakes import KNOWN_MISTAKE, LEARNED, mistake_of
from flux_index.api.check.traces import right_of, trace_of
from flux_index.api.lessons.anchors import anchor_facts, entity_named
from flux_index.api.lessons.book import Book, book_of
from flux_index.api.lessons.identity import lesson_id
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.operations.table import call
from flux_index.api.patterns.synonyms import _GROUPS as _TEXT
from flux_index.api.sessions.read_log import open_ledger
from flux_index.api.tasks.task import open_task
from flux_index.indexer.index import Index
from flux_index.indexer.inference.entities import FUNCTION
from flux_index.indexer.store.lesson_store import ON, LessonRow, put_lesson
from flux_index.indexer.store.task_store import TaskStore

_SEED, _SAMPLES = 2026, 10_000
_MOST_FILES = 8
_GROUPS = [line.split() for line in _TEXT.strip().splitlines()]


@dataclass(slots=True)
class Site:
    """A name in a commit's new lines: byte offsets in the new text, and how it is used."""

    path: str
    start: int
    end: int
    name: str


@dataclass(slots=True)
class Outcome:
    """How the fixes of a mistake were ranked: the place of the right one; 0 for none."""

    repository: str
    commit: str
    rule: str
    right: str
    wrong: str
    is_known: bool
    """True if a lesson about it was known."""
    without: int
    with_lessons: int


def main() -> int:
    """Measure and print figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repositories", nargs="*", metavar="NAME=REPOSITORY")
    parser.add_argument("--commits", type=int, default=40, help="of each repository")
    parser.add_argument("--each", type=int, default=3, help="mistakes in a commit")
    parser.add_argument("--again", type=float, default=0.43, help="chance of the same mistake")
    parser.add_argument("--released", type=Path, metavar="MUTATIONS")
    parser.add_argument("--root", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--env", default="", help="the environment that the code runs in")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    if options.env:
        os.environ["VIRTUAL_ENV"] = options.env
    if options.released:
        return released(options.released, options.root)
    outcomes: list[Outcome] = []
    for given in options.repositories:
        name, _, repository = given.partition("=")
        found = replayed(name, repository, options.commits, options.each, options.again)
        outcomes += found
        print(f"{name}: {len(found)} mistakes", flush=True)
    print(summary(outcomes))
    if options.json:
        rows = [asdict(each) for each in outcomes]
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return 0


# Replaying a history


def replayed(name: str, repository: str, count: int, each: int, again: float) -> list[Outcome]:
    """Return the outcomes of mistakes in the newest commits of a repository, oldest first."""
    agent = Agent(again)
    found: list[Outcome] = []
    with TemporaryDirectory(prefix="flux-index-lessons-") as scratch:
        os.environ["XDG_CACHE_HOME"] = f"{scratch}/cache"
        tree = clone(repository, f"{scratch}/tree")
        git(tree, "checkout", "--quiet", "--force", "HEAD")
        chosen = [
            commit
            for commit in history(tree, "HEAD", 3 * count, with_tests=False)
            if 0 < len(changed(tree, commit)) <= _MOST_FILES
        ][-count:]
        for commit in chosen:
            git(tree, "checkout", "--quiet", "--force", "--detach", f"{commit}^")
            git(tree, "clean", "-qfd", "--exclude=.flux-index")
            contents = {path: _content(tree, f"{commit}:{path}") for path in changed(tree, commit)}
            sites = [
                site
                for path, new in contents.items()
                if new is not None and not is_test(path)
                for site in sites_of(_content(tree, f"{commit}^:{path}"), new, path)
            ]
            agent.chance.shuffle(sites)
            found += _of_commit(name, tree, commit, contents, sites, each, agent)
    return found


def _of_commit(
    name: str,
    tree: str,
    commit: str,
    contents: dict[str, bytes | None],
    sites: list[Site],
    each: int,
    agent: Agent,
) -> list[Outcome]:
    """Return the outcomes of mistakes in one commit; its other files are there already."""
    found: list[Outcome] = []
    index = Index.open(tree)
    try:
        for site in sites:
            if len(found) == each:
                break
            for path, text in contents.items():
                if path != site.path:
                    _put(Path(tree, path), text)
            _put(Path(tree, site.path), _content(tree, f"{commit}^:{site.path}"))
            text = contents[site.path]
            assert text is not None
            outcome = played(OpenWorkspace(index, "touch"), site, text, agent)
            if outcome is not None:
                outcome.repository, outcome.commit = name, commit[:10]
                found.append(outcome)
    finally:
        index.close()
    return found


class Agent:
    """Who makes mistakes, by habit."""

    def __init__(self, again: float) -> None:
        self.again = again
        self.chance = random.Random(_SEED)
        self._habits: dict[str, str] = {}

    def wrong(self, right: str) -> str:
        """Return what is written for a name: the same as before by a chance, else another one."""
        if right in self._habits and self.chance.random() < self.again:
            return self._habits[right]
        words = right.split("_")
        swaps = [
            "_".join([*words[:at], other, *words[at + 1 :]])
            for at, word in enumerate(words)
            for group in _GROUPS
            if word in group
            for other in group
            if other != word
        ]
        made = [f"{right}_data", f"do_{right}", f"{right}_all", f"{words[0]}_item", f"{right}s"]
        habit = self._habits.get(right)
        options = [each for each in swaps if each != habit] or [
            each for each in made if each != habit
        ]
        found = self.chance.choice(options)
        self._habits.setdefault(right, found)
        return found


def sites_of(old: bytes | None, new: bytes, path: str) -> Iterator[Site]:
    """Yield attributes, imported names and keywords in lines that are new."""
    known = set((old or b"").split(b"\n"))
    lines = new.split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    try:
        tree = ast.parse(new)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name, end_lineno=int(line), end_col_offset=int(end)):
                at = end - len(name.encode())
            case ast.keyword(arg=str(name), lineno=line, col_offset=at):
                pass
            case ast.alias(name=name, asname=None, lineno=line, col_offset=at):
                pass
            case _:
                continue
        if lines[line - 1] in known or name.startswith("__") or len(name) < 3 or "." in name:
            continue
        start = starts[line - 1] + at
        if new[start : start + len(name.encode())] == name.encode():
            yield Site(path, start, start + len(name.encode()), name)


def played(workspace: OpenWorkspace, site: Site, text: bytes, agent: Agent) -> Outcome | None:
    """Make a mistake, rank its fixes twice, mend it and learn; None if it is no certain error."""
    right, wrong = site.name, agent.wrong(site.name)
    mistaken = text[: site.start] + wrong.encode() + text[site.end :]
    findings = judged(workspace, site, mistaken, with_lessons=False)
    if findings is None:
        return None
    finding, without = findings
    again = judged(workspace, site, mistaken, with_lessons=True)
    assert again is not None
    change = proposed(workspace, {site.path: mistaken})
    mistake = mistake_of(change.after, finding)
    known = mistake is not None and any(book_of(workspace.index).matching(change.after, mistake))
    learn_from(workspace, site.path, mistaken, text)
    return Outcome("", "", finding.rule, right, wrong, known, without, again[1])


def judged(
    workspace: OpenWorkspace, site: Site, text: bytes, *, with_lessons: bool
) -> tuple[Finding, int] | None:
    """Return the certain error at a place, and the rank of the fix that writes the right name."""
    original = learned.book_of
    if not with_lessons:
        learned.book_of = lambda _: Book((), ())
    try:
        found = check_change(proposed(workspace, {site.path: text}))
    finally:
        learned.book_of = original
    for finding in found:
        at_site = finding.path == site.path and abs(finding.start - site.start) <= 1
        if at_site and finding.severity == "error" and finding.rule in LEARNED:
            ranks = [
                number
                for number, fix in enumerate(finding.fixes, 1)
                if any(edit.text.rstrip("=") == site.name for edit in fix.edits)
            ]
            return finding, ranks[0] if ranks else 0
    return None


def learn_from(workspace: OpenWorkspace, path: str, mistaken: bytes, right: bytes) -> None:
    """Let a task make the mistake, mend it, and be verified."""
    with open_ledger(workspace) as ledger:
        task = open_task(workspace, TaskStore(ledger), "replay", client="replay").id
    for text in (mistaken, right):
        edits = [{"path": path, "text": text.decode("utf-8", "surrogateescape")}]
        given = {"task": task, "step": "1", "edits": edits}
        if call(workspace, "task.step", given)["verdict"] == "accepted":
            break
    call(workspace, "task.finish", {"task": task})


def _content(tree: str, spec: str) -> bytes | None:
    try:
        return git(tree, "show", spec).encode("utf-8", "surrogateescape")
    except Exception:  # not in that revision
        return None


def _put(path: Path, text: bytes | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return the figures of the second half, of each repository by itself."""
    half: list[Outcome] = []
    for name in dict.fromkeys(each.repository for each in outcomes):
        own = [each for each in outcomes if each.repository == name]
        half += own[len(own) // 2 :]
    lines = [
        f"{len(outcomes)} mistakes of {len({each.repository for each in outcomes})} repositories, "
        f"{len(half)} of them in the second half, {sum(each.is_known for each in half)} of these "
        "known by a lesson"
    ]
    for title, chosen in (
        ("second half", half),
        ("known by a lesson", [each for each in half if each.is_known]),
    ):
        if not chosen:
            continue
        first = [(each.without == 1, each.with_lessons == 1) for each in chosen]
        ranks = [(_reciprocal(each.without), _reciprocal(each.with_lessons)) for each in chosen]
        lines += [
            f"{title}: first fix right without {_share(first, 0)}, with {_share(first, 1)}; "
            f"difference {_interval(first)}",
            f"{title}: mean reciprocal rank without {_mean(ranks, 0):.3f}, with "
            f"{_mean(ranks, 1):.3f}; difference {_interval(ranks)}",
        ]
    return "\n".join(lines)


def _reciprocal(rank: int) -> float:
    return 1 / rank if rank else 0.0


def _mean(pairs: Sequence[tuple[float, float]], at: int) -> float:
    return sum(pair[at] for pair in pairs) / len(pairs)


def _share(pairs: Sequence[tuple[float, float]], at: int) -> str:
    return f"{sum(pair[at] for pair in pairs)} of {len(pairs)} ({100 * _mean(pairs, at):.1f} %)"


def _interval(pairs: Sequence[tuple[float, float]]) -> str:
    """Return the mean paired difference with its interval of 95 %, by bootstrap."""
    differences = [float(after) - float(before) for before, after in pairs]
    chance = random.Random(_SEED)
    count = len(differences)
    means = sorted(sum(chance.choices(differences, k=count)) / count for _ in range(_SAMPLES))
    low, high = means[int(0.025 * _SAMPLES)], means[int(0.975 * _SAMPLES) - 1]
    mean = sum(differences) / count
    return f"{100 * mean:+.1f} points ({100 * low:+.1f} to {100 * high:+.1f})"


# Released code


def released(mutations: Path, roots: Sequence[str]) -> int:
    """Print what lessons of mutations say about released code, and stale ones about mistakes."""
    rows = [json.loads(line) for line in mutations.read_text(encoding="utf-8").splitlines()]
    fired = stale = asked = total = files = 0
    for given in roots:
        name, _, folder = given.partition("=")
        with TemporaryDirectory(prefix="flux-index-lessons-") as scratch:
            root = Path(scratch) / "w"
            shutil.copytree(
                folder, root / Path(folder).name, ignore=shutil.ignore_patterns("__pycache__")
            )
            os.environ["XDG_CACHE_HOME"] = str(Path(scratch) / "cache")
            index = Index.open(str(root))
            try:
                workspace = OpenWorkspace(index, "touch")
                own = [row for row in rows if row["corpus"] == name]
                lessons = lessons_of(workspace, own)
                found, n_files = judged_as_new(workspace)
                old, n_asked = stale_ones(workspace, [row for row, _ in lessons])
            finally:
                index.close()
        for each in found:
            print(f"  {each.path}: {each.message}")
        print(
            f"{name}: {len(lessons)} lessons, {len(found)} warnings in {n_files} files", flush=True
        )
        fired, stale, asked = fired + len(found), stale + old, asked + n_asked
        total, files = total + len(lessons), files + n_files
    print(
        f"{total} lessons, each seen twice; released code, {files} files judged as new: {fired} "
        f"warnings. {asked} lessons whose anchor has another header: {stale} speak"
    )
    return int(bool(fired or stale))


def lessons_of(
    workspace: OpenWorkspace, rows: list[dict[str, Any]]
) -> list[tuple[LessonRow, Finding]]:
    """Store a lesson of each mutation that makes one, as if it had been seen twice."""
    root = Path(workspace.index.workspace.root)
    made: dict[str, tuple[LessonRow, Finding]] = {}
    for row in rows:
        if len({edit["file"] for edit in row["edits"]}) != 1:
            continue
        path = row["edits"][0]["file"]
        right = (root / path).read_bytes()
        text = right
        for edit in sorted(row["edits"], key=lambda edit: -edit["start"]):
            text = text[: edit["start"]] + edit["text"].encode() + text[edit["end"] :]
        change = proposed(workspace, {path: text})
        after = workspace.inference(whole=False)
        for finding in check_change(change):
            trace = trace_of(change.after, finding) if finding.severity == "error" else None
            found = right_of(after, trace) if trace is not None else None
            if trace is None or found is None:
                continue
            id_ = lesson_id(trace["rule"], found.subject, trace["wrong"], found.name)
            facts = anchor_facts(after, found.anchor)
            lesson = LessonRow(
                id_, trace["rule"], found.subject, trace["wrong"], found.name, "workspace", 2, 1, 0,
                time.time(), found.anchor, facts, ON,
            )  # fmt: skip
            made[id_] = lesson, finding
    with open_ledger(workspace) as ledger:
        for lesson, _ in made.values():
            put_lesson(ledger, lesson)
    return list(made.values())


def judged_as_new(workspace: OpenWorkspace) -> tuple[list[Finding], int]:
    """Return what lessons warn of in all files, as if all of them were written now."""
    after = workspace.inference(whole=True)
    paths = set(after.snapshot.paths())
    before = workspace.with_contents(dict.fromkeys(paths)).inference(whole=False)
    found = check_change(Change(before, after, paths))
    return [each for each in found if each.rule == KNOWN_MISTAKE], len(paths)


def stale_ones(workspace: OpenWorkspace, lessons: list[LessonRow]) -> tuple[int, int]:
    """Return how many lessons still speak when their anchor has one parameter more, and of all."""
    after = workspace.inference(whole=True)
    speaking = asked = 0
    for row in lessons:
        entity = entity_named(after, row.anchor)
        if entity is None or entity.kind != FUNCTION or entity.is_outside:
            continue
        facts = after.need(entity.path)
        text = after.text(entity.path)
        at = text.index(b"(", facts.definition.position[entity.row]) + 1
        # A method has to keep the parameter that it is bound to.
        first = text[at : text.index(b")", at)].partition(b",")[0].strip()
        if first in (b"self", b"cls"):
            at = text.index(first, at) + len(first)
            new = text[:at] + b", one_more" + text[at:]
        else:
            new = text[:at] + b"one_more, " + text[at:]
        changed_now = workspace.with_contents({entity.path: new}).inference(whole=False)
        asked += 1
        speaking += anchor_facts(changed_now, row.anchor) == row.facts
    return speaking, asked


if __name__ == "__main__":
    sys.exit(main())
