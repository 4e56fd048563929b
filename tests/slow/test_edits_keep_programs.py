"""Renames and moves of all that a program consists of: it says afterwards what it said before.

Or the edit is refused, or it tells which places it leaves.
"""

from __future__ import annotations

import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from edit_programs import PROGRAMS, generated, said
from fixtures_language import applied, open_workspace, parse_fixture

from flux_index.api.ide.rename import rename
from flux_index.api.ide.rename_files import file_rename_edits
from flux_index.indexer import facts_view
from flux_index.indexer.errors import InvalidArgumentsError
from flux_index.indexer.inference.inference import Inference
from flux_index.indexer.snapshot.work import OutOfWorkError

Trials = Callable[[int, int], int]
Figure = Callable[[str], None]


@dataclass(frozen=True)
class Edited:
    """A program after an edit: what was edited, its files, and how many places it leaves."""

    what: str
    files: dict[str, str]
    left: int


def test_edits_keep_what_programs_say(
    tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    each = trials(2, 16)
    texts = dict(PROGRAMS)
    for number in range(trials(2, 30)):
        texts[f"generated {seed}.{number}"] = generated(seed * 1000 + number)
    counts: Counter[str] = Counter()
    broken: list[str] = []
    for number, (name, text) in enumerate(texts.items()):
        at = random.Random(f"{seed} {name}")
        folder = tmp_path / str(number)
        before = said(folder / "before", parse_fixture(text).files)
        assert before[0] == 0, f"{name}: {before[1]}"
        for edited in edits(folder, text, at, each):
            if isinstance(edited, str):
                counts["refused"] += 1
                continue
            after = said(folder / "after", edited.files)
            if after == before:
                counts["same"] += 1
            elif edited.left:
                counts["told"] += 1
            else:
                counts["broken"] += 1
                broken.append(f"{name}: {edited.what}\n{after[1]}")
        shutil.rmtree(folder)
    figure(
        f"edits of programs: {counts.total()}, of which {counts['same']} change nothing that they "
        f"say, {counts['refused']} are refused, {counts['told']} tell what they leave, "
        f"{counts['broken']} break a program"
    )
    assert not broken, "\n\n".join(broken)


def edits(folder: Path, text: str, at: random.Random, count: int) -> Iterator[Edited | str]:
    """Yield renames and moves of a program that are chosen at random, or why they are refused."""
    fixture = parse_fixture(text)
    session = open_workspace(folder, fixture)
    try:
        inference = session.inference(whole=True)
        places = [*renamed_places(inference, fixture.files)]
        at.shuffle(places)
        for path, position, name in places[:count]:
            yield renamed(inference, fixture.files, path, position, name)
        moves = [*moves_of(fixture.files)]
        at.shuffle(moves)
        for old, new in moves[: max(count // 2, 1)]:
            yield moved(inference, fixture.files, old, new)
    finally:
        session.index.close()


def renamed_places(inference: Inference, files: dict[str, str]) -> Iterator[tuple[str, int, str]]:
    """Yield path, position and name of everything that is called something."""
    for path in files:
        seen: set[int] = set()
        for each in facts_view.all_occurrences(inference.need(path)):
            if each.position not in seen and not each.name.startswith("__"):
                seen.add(each.position)
                yield path, each.position, each.name


def renamed(
    inference: Inference, files: dict[str, str], path: str, position: int, name: str
) -> Edited | str:
    new = "fresh_name" if name[:1].islower() else "FreshName"
    line = files[path].encode()[:position].count(b"\n") + 1
    what = f"{name} to {new} at {path}:{line}"
    try:
        found = rename(inference, path, position, new)
    except (InvalidArgumentsError, OutOfWorkError) as error:
        return f"{what}: {error}"
    after = dict(files)
    for where in {change.path for change in found.changes}:
        spans = [(each.start, each.end, new) for each in found.changes if each.path == where]
        after[where] = with_edits(files[where], spans)
    return Edited(what, after, len(found.left))


def moves_of(files: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield old and new paths of modules and packages, moved and called otherwise."""
    folders = {os.path.dirname(path) for path in files} - {""}
    for path in files:
        name = os.path.basename(path)
        if name in ("main.py", "__init__.py", "conftest.py") or name.startswith("test_"):
            continue
        own = os.path.dirname(path)
        yield path, os.path.join(own, "another.py")
        yield path, os.path.join(own, "fresh", name)
        yield from ((path, os.path.join(folder, name)) for folder in sorted({*folders, ""} - {own}))
    for folder in sorted(folders):
        yield folder, os.path.join(os.path.dirname(folder), "another")
        yield folder, os.path.join("outer", os.path.basename(folder))


def moved(inference: Inference, files: dict[str, str], old: str, new: str) -> Edited | str:
    what = f"{old} moved to {new}"
    try:
        found = file_rename_edits(inference, [(old, new)])
    except InvalidArgumentsError as error:
        return f"{what}: {error}"
    after: dict[str, str] = {}
    for path, text in files.items():
        if path in found.edits:
            text = with_edits(text, found.edits[path])
        if path == old or path.startswith(f"{old}/"):
            path = new + path[len(old) :]
        after[path] = text
    return Edited(what, after, len(found.left))


def with_edits(text: str, edits: list[tuple[int, int, str]]) -> str:
    """Return a text after edits, of which no two may touch the same place."""
    ordered = sorted(edits)
    for first, second in pairwise(ordered):
        assert first[1] <= second[0] and first[:2] != second[:2], f"{first} and {second} overlap"
    return applied(text, edits)
