"""The functions and classes that matter in the files that matter, and what stands around them."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer.inference.classes import bases
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, Found
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from ..source.call_hierarchy import outgoing
from ..source.entity_views import enclosing, kind_of, name_of, qualified_name, signature, summary
from .ranking import RankedFile, Ranking
from .signals import MODULE_LEVEL

# Files that are shown, of which the first have more of their symbols listed.
N_FILES = 12
_LISTED = (7, 6, 5, 4, 4, 3, 3, 2, 2, 2, 2, 2)
_NAMED, _MENTIONED, _FRAME = 1.0, 0.6, 2.0
# What speaks for less than this share of what speaks for the best is not listed.
_LEAST_SHARE = 0.2
_LONGEST_HEADER, _LONGEST_SUMMARY = 90, 90
# A function calls many; those that are listed are the first that are the workspace's own.
_RELATED = 4
_N_ORIGINS = 3
_MOST_CALLS = 60
_N_TESTS = 3
# A name that so many test files have tells nothing.
_MOST_TEST_FILES = 40


@dataclass(slots=True, eq=False)
class ListedDefinition:
    """A function or class: its dotted name in its module, its score and why it is there."""

    entity: Entity
    name: str
    score: float
    why: str
    hits: list[int] = field(default_factory=list[int])
    """One-based lines that the task names."""

    @property
    def path(self) -> str:
        """The file that it is in."""
        return self.entity.path


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that is shown, with the pieces of it that are listed in order of the text."""

    file: RankedFile
    why: list[str]
    pieces: list[ListedDefinition]


def list_files(inference: Inference, ranking: Ranking) -> list[ListedFile]:
    """Return the first files with their pieces."""
    first = [one for one in ranking.files if one.score > 0][:N_FILES]
    best = max((chunk.score for one in first for chunk in one.chunks), default=0.0) or 1.0
    found: list[ListedFile] = []
    all_pieces = [
        _pieces(inference, ranking, one, best, 1 / (1 + 0.25 * place))
        for place, one in enumerate(first)
    ]
    most = max((piece.score for listed in all_pieces for piece in listed), default=0.0)
    for n_listed, one, pieces in zip(_LISTED, first, all_pieces, strict=False):
        pieces = [piece for piece in pieces if piece.score >= _LEAST_SHARE * most]
        pieces = sorted(pieces, key=lambda piece: -piece.score)[:n_listed]
        facts = inference.facts(one.path)
        if facts is not None:
            starts = facts.definition.start
            pieces.sort(key=lambda piece: starts[piece.entity.row])
        found.append(ListedFile(one, ranking.reasons(one), pieces))
    return found


def _pieces(
    inference: Inference, ranking: Ranking, one: RankedFile, best: float, share: float
) -> list[ListedDefinition]:
    """Return the definitions of a file that something speaks for."""
    facts = inference.facts(one.path)
    if facts is None:
        return []
    table = facts.definition
    task = ranking.task
    identifiers, names = set(task.identifiers), set(task.distinctive_names)
    scores = {chunk.row: chunk.score / best for chunk in one.chunks if chunk.row != MODULE_LEVEL}
    at_lines: dict[int, list[int]] = {}
    for line in one.lines:
        if 0 < line < len(facts.line_starts):
            around = enclosing(inference, one.path, _first_nonblank(inference, one.path, line))
            if around is not None:
                at_lines.setdefault(around.row, []).append(line)
    found: list[ListedDefinition] = []
    for row in range(len(table.name)):
        name = facts.names[table.name[row]]
        score, why = scores.get(row, 0.0), "most like the task" if scores.get(row, 0) > 0.6 else ""
        if row in scores or row in at_lines:
            if name in identifiers:
                score, why = score + _NAMED, "named in the task"
            elif name in names:
                score, why = score + _MENTIONED, why or "named in the task"
        if row in at_lines:
            score += _FRAME
            why = f"line {', '.join(map(str, at_lines[row]))} is named in the task"
        if score <= 0:
            continue
        entity = Entity(CLASS if table.kind[row] == f.CLASS else FUNCTION, one.path, row)
        piece = ListedDefinition(entity, inner_name(inference, entity), score * share, why)
        piece.hits = at_lines.get(row, [])
        found.append(piece)
    return found


def _first_nonblank(inference: Inference, path: str, line: int) -> int:
    """Return the offset of what stands first on a one-based line."""
    start, end = inference.need(path).line_starts[line - 1 : line + 1]
    text = inference.text(path)[start:end]
    return start + len(text) - len(text.lstrip())


def inner_name(inference: Inference, entity: Entity) -> str:
    """Return the dotted name inside of its module."""
    dotted = qualified_name(inference, entity)
    module = inference.snapshot.index.workspace.module_name(entity.path) or ""
    return dotted.removeprefix(module + ".") if module else dotted


def line_of(inference: Inference, piece: ListedDefinition) -> int:
    """Return the one-based line of a piece's name."""
    facts = inference.need(piece.path)
    return facts.line_of(facts.definition.position[piece.entity.row]) + 1


def describe(inference: Inference, piece: ListedDefinition) -> str:
    """Return kind, name, parameters and purpose of a piece on one line."""
    header = signature(inference, piece.entity)
    kind = kind_of(inference, piece.entity)
    if header.startswith("async "):
        kind, header = f"async {kind}", header[6:]
    if len(header) > _LONGEST_HEADER:
        header = header[: _LONGEST_HEADER - 1] + "…"
    about = summary(inference.need(piece.path), piece.entity)
    return f"{kind} {piece.name}{header}" + (f" — {about[:_LONGEST_SUMMARY]}" if about else "")


def related_definitions(
    inference: Inference, pieces: list[ListedDefinition]
) -> list[tuple[ListedDefinition, str]]:
    """Return what the first pieces call and extend, of the workspace."""
    # What only conventions tell takes longer than all of the rest.
    strict = inference.strict()
    shown = {piece.entity for piece in pieces}
    found: list[tuple[ListedDefinition, str]] = []
    for piece in pieces[:_N_ORIGINS]:
        facts = inference.need(piece.path)
        table = facts.definition
        if piece.entity.kind == CLASS:
            near = [(entity, f"base of {piece.name}") for entity in bases(strict, piece.entity)]
        elif table.end[piece.entity.row] - table.start[piece.entity.row] < 8_000:
            calls = outgoing(strict, [Found(piece.entity)])
            near = [(entity, f"called by {piece.name}") for entity in list(calls)[:_MOST_CALLS]]
        else:
            near = []
        own = [
            (entity, why)
            for entity, why in near
            if entity.kind in (CLASS, FUNCTION) and not entity.is_outside and entity not in shown
        ]
        for entity, why in own[:_RELATED]:
            shown.add(entity)
            related = ListedDefinition(entity, inner_name(inference, entity), 0.0, why)
            found.append((related, why))
    return found


def related_tests(
    inference: Inference, pieces: list[ListedDefinition], files: list[ListedFile]
) -> list[tuple[str, str]]:
    """Return the test files that use the first pieces, with what they use and where."""
    shown = {one.file.path for one in files}
    scores: dict[str, float] = {}
    uses: dict[str, list[str]] = {}
    names = dict.fromkeys(name_of(inference, piece.entity) for piece in pieces[:5])
    stems = [one.file.path.rpartition("/")[2].partition(".")[0].strip("_") for one in files[:3]]
    for place, name in enumerate(names):
        if name.startswith("__") or len(name) < 3:
            continue
        having = [path for path in inference.files_with(name) if is_test_file(path)]
        if len(having) > _MOST_TEST_FILES:
            continue
        for path in having:
            facts = inference.facts(path)
            n = sum(1 for _ in facts.occurrences(name)) if facts is not None else 1
            gain = min(n, 25) ** 0.5 / (1 + place) / len(having) ** 0.5
            scores[path] = scores.get(path, 0.0) + gain
            uses.setdefault(path, []).append(name)
    for path in scores:
        if any(stem and stem in path.rpartition("/")[2] for stem in stems):
            scores[path] += 0.5
    best = sorted(scores, key=lambda path: (-scores[path], path))
    return [
        (path, _describe_uses(inference, path, uses[path])) for path in best if path not in shown
    ][:_N_TESTS]


def _describe_uses(inference: Inference, path: str, names: list[str]) -> str:
    """Return the names that a test file uses, and in which tests, in words."""
    facts = inference.facts(path)
    if facts is None:
        return f"uses {', '.join(names[:3])}"
    where: dict[str, int] = {}
    for name in names:
        for _, position, _ in facts.occurrences(name):
            around = enclosing(inference, path, position)
            if around is not None and around.kind == FUNCTION:
                test = inner_name(inference, around)
                where.setdefault(test, facts.line_of(facts.definition.position[around.row]) + 1)
        if len(where) >= 3:
            break
    listed = ", ".join(f"{line} {test}" for test, line in list(where.items())[:3])
    return f"uses {', '.join(names[:3])}" + (f": {listed}" if listed else "")
