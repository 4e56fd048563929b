"""Fixes and refactorings of programs, which are run before and after.

A fix that is called safe brings back what a misspelled program said; a refactoring changes nothing
that it says. Of all others the edits can be made, and what they make parses.
"""

from __future__ import annotations

import ast
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from edit_programs import PROGRAMS, UNFINISHED, generated, said
from fixtures_language import open_workspace, parse_fixture

from flux_index.api.check.check import check_change
from flux_index.api.check.edits import proposed
from flux_index.api.check.findings import Fix
from flux_index.api.check.fixes.definitions import class_fixes
from flux_index.api.ide.diagnostics import override_fixes
from flux_index.api.open_workspace import OpenWorkspace
from flux_index.api.source.text_edits import Edit, apply_to_text, edits_by_path
from flux_index.api.suggest import dead_code
from flux_index.indexer import facts as f
from flux_index.indexer import facts_view
from flux_index.indexer.inference.inference import Inference

Trials = Callable[[int, int], int]
Figure = Callable[[str], None]
Files = dict[str, str]


def test_fixes_bring_back_what_programs_said(
    tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    for name, folder, files, session, at, before in _programs(tmp_path, trials, seed):
        inference = session.inference(whole=True)
        places = [*_read_names(inference, files)]
        at.shuffle(places)
        for path, position, spelled in places[: trials(3, 25)]:
            mistaken = _misspelled(at, spelled, files)
            text = _replaced(files[path], position, spelled, mistaken)
            change = proposed(session, {path: text.encode()})
            found = [each for each in check_change(change) if each.path == path]
            counts["misspelled"] += 1
            counts["found"] += bool(found)
            for fix in (fix for finding in found for fix in finding.fixes):
                made = _made({**files, path: text}, fix.edits)
                if not fix.safe:
                    counts["other fixes"] += 1
                    continue
                counts["safe fixes"] += 1
                after = said(folder / "after", made)
                if after != before:
                    wrong.append(
                        f"{name}: {spelled} as {mistaken} in {path}: {fix.title}\n{after[1]}"
                    )
    figure(
        f"misspelled names in programs: {counts['misspelled']}, of which {counts['found']} are "
        f"found; {counts['safe fixes']} safe fixes, of which {len(wrong)} change what the program "
        f"says, and {counts['other fixes']} others"
    )
    assert not wrong, "\n\n".join(wrong)


def test_refactorings_keep_what_programs_say(
    tmp_path: Path, trials: Trials, seed: int, figure: Figure
) -> None:
    counts: Counter[str] = Counter()
    broken: list[str] = []
    for name, folder, files, session, at, before in _programs(tmp_path, trials, seed):
        found = [*_refactorings(session, files)]
        at.shuffle(found)
        seen: Counter[str] = Counter()
        for kind, title, edits in found:
            seen[kind] += 1
            if seen[kind] > trials(2, 12):
                continue
            counts[kind] += 1
            after = said(folder / "after", _made(files, edits))
            if after != before:
                broken.append(f"{name}: {title}\n{after[1]}")
    listed = ", ".join(f"{count} that {kind}" for kind, count in sorted(counts.items()))
    figure(f"refactorings of programs: {listed}; {len(broken)} break one")
    assert not broken, "\n\n".join(broken)
    assert counts.keys() == {"override a method", "implement methods", "remove what nothing uses"}


def _programs(
    tmp_path: Path, trials: Trials, seed: int
) -> Iterator[tuple[str, Path, Files, OpenWorkspace, random.Random, tuple[int, str]]]:
    """Yield programs: name, folder, files, workspace, what chooses places in it, what it says."""
    texts = {**PROGRAMS, "unfinished": UNFINISHED}
    for number in range(trials(2, 30)):
        texts[f"generated {seed}.{number}"] = generated(seed * 1000 + number)
    for number, (name, text) in enumerate(texts.items()):
        folder, fixture = tmp_path / str(number), parse_fixture(text)
        session = open_workspace(folder, fixture)
        try:
            before = said(folder / "before", fixture.files)
            assert before[0] == 0, f"{name}: {before[1]}"
            yield name, folder, fixture.files, session, random.Random(f"{seed} {name}"), before
        finally:
            session.index.close()
        shutil.rmtree(folder)


def _read_names(inference: Inference, files: Files) -> Iterator[tuple[str, int, str]]:
    """Yield path, position and text of each name where it is used, and not given its meaning."""
    for path in files:
        for each in facts_view.all_occurrences(inference.need(path)):
            role = each.role & f.ROLE_MASK
            if role in (f.READ, f.CALLED, f.KEYWORD, f.IMPORTED) and len(each.name) > 3:
                start = each.position
                if files[path].encode()[start : start + len(each.name)] == each.name.encode():
                    yield path, start, each.name


def _misspelled(at: random.Random, name: str, files: Files) -> str:
    """Return a name with two letters exchanged, one left out or one doubled, which nothing has."""
    everything = "\n".join(files.values())
    while True:
        place = at.randrange(1, len(name) - 1)
        one, two, rest = name[place], name[place + 1], name[place + 2 :]
        middle = at.choice([two + one, one, one + one + two])
        made = name[:place] + middle + rest
        if made not in everything and made.isidentifier():
            return made
        name = name if at.random() < 0.9 else name + "s"


def _replaced(text: str, position: int, old: str, new: str) -> str:
    raw = text.encode()
    return (raw[:position] + new.encode() + raw[position + len(old.encode()) :]).decode()


def _refactorings(session: OpenWorkspace, files: Files) -> Iterator[tuple[str, str, list[Edit]]]:
    """Yield what editors offer for classes, and removals of what nothing uses: kind and title."""
    inference = session.inference(whole=True)
    for path in files:
        facts = inference.need(path)
        for row in facts_view.definitions(facts, f.CLASS):
            position = facts.definition.position[row]
            offered: list[tuple[str, list[Fix]]] = [
                ("override a method", override_fixes(inference, path, position)),
                ("implement methods", class_fixes(inference, path, position)),
            ]
            for kind, fixes in offered:
                yield from ((kind, f"{each.title} in {path}", each.edits) for each in fixes)
    for each in dead_code.find(inference.strict()):
        if each.edits and each.grade == "certain":
            yield "remove what nothing uses", each.title, list(each.edits)


def _made(files: Files, edits: list[Edit]) -> Files:
    """Return files after edits, which must not overlap, and leave what parses."""
    made = dict(files)
    for path, listed in edits_by_path(edits).items():
        text = apply_to_text(files[path].encode(), listed)
        assert text is not None, f"edits of {path} overlap"
        made[path] = text.decode()
        ast.parse(made[path])
    return made
