"""Packing of files and definitions into a budget of tokens: an outline first, then excerpts."""

from __future__ import annotations

from dataclasses import dataclass, field

from ...indexer.inference.entities import CLASS
from ...indexer.inference.inference import Inference
from ..source.tokens import count_tokens
from .definitions import ListedDefinition, ListedFile, describe, line_of

# Of the budget, what the outline may take while there is text to show.
_OUTLINE_SHARE = 0.4
_BESIDE_SHARE = 0.55
# The most one text may take of what is left: the second and third matter too.
_ONE_SHARE = 0.6
_N_TEXTS = 10
# Lines around a place that the task names, in what is too long to be shown whole.
_AROUND = 6
_HEAD = 12
_MENTIONS = 6


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Lines of a piece that are shown: one-based numbers, and whether they are all of it."""

    piece: ListedDefinition
    first: int
    last: int
    tokens: int
    whole: bool = field(kw_only=True)


@dataclass(slots=True)
class Packed:
    """A text within its budget, and what is in it."""

    budget: int
    tokens: int = 0
    lines: list[str] = field(default_factory=list[str])
    files: list[tuple[ListedFile, list[ListedDefinition]]] = field(
        default_factory=list["tuple[ListedFile, list[ListedDefinition]]"]
    )
    excerpts: list[Excerpt] = field(default_factory=list["Excerpt"])

    def outline(self, inference: Inference, files: list[ListedFile], most: float) -> None:
        """Add files, and their pieces as far as there is room: the most important first."""
        heads: list[str] = []
        for one in files:
            head = one.file.path + (f" — {'; '.join(one.why)}" if one.why else "")
            if not self._fits([head], self.budget if not heads else most):
                break
            heads.append(head)
            self.files.append((one, []))
        ranked = [piece for one, _ in self.files for piece in one.pieces]
        lines: dict[int, str] = {}
        for piece in sorted(ranked, key=lambda piece: -piece.score):
            line = f" {line_of(inference, piece)} {describe(inference, piece)}"
            if self._fits([line], most):
                lines[id(piece)] = line
        for head, (one, pieces) in zip(heads, self.files, strict=True):
            pieces += [piece for piece in one.pieces if id(piece) in lines]
            self.lines += [head, *(lines[id(piece)] for piece in pieces)]

    def _fits(self, lines: list[str], most: float) -> bool:
        """Count lines in, unless the text would get longer than so many tokens."""
        cost = count_tokens("\n".join([*lines, ""]))
        if self.tokens + cost > min(most, self.budget):
            return False
        self.tokens += cost
        return True

    def add(self, lines: list[str], most: float) -> bool:
        """Add lines if the text then stays within so many tokens."""
        if not self._fits(lines, most):
            return False
        self.lines += lines
        return True


def pack_context(
    inference: Inference,
    files: list[ListedFile],
    beside: list[tuple[ListedDefinition, str]],
    tests: list[tuple[str, str]],
    words: list[str],
    budget: int,
) -> Packed:
    """Pack what fits; ``words`` are those that tell most about the task."""
    packed = Packed(budget)
    packed.outline(inference, files, budget * _OUTLINE_SHARE)
    for title, lines in (
        ("around", [_related(inference, piece, why) for piece, why in beside]),
        ("tests", [f" {path} — {why}" for path, why in tests]),
    ):
        for at, line in enumerate(lines):
            packed.add([line] if at and packed.lines else [title, line], budget * _BESIDE_SHARE)
    _add_texts(inference, packed, files, words)
    return packed


def _add_texts(
    inference: Inference, packed: Packed, files: list[ListedFile], words: list[str]
) -> None:
    pieces = sorted(
        (piece for one in files for piece in one.pieces), key=lambda piece: -piece.score
    )
    covered: dict[str, list[tuple[int, int]]] = {}
    for piece in pieces[: 2 * _N_TEXTS]:
        if len(packed.excerpts) == _N_TEXTS:
            return
        facts = inference.need(piece.path)
        table = facts.definition
        span = table.start[piece.entity.row], table.end[piece.entity.row]
        if any(a <= span[0] and span[1] <= b for a, b in covered.get(piece.path, ())):
            continue
        left = packed.budget - packed.tokens
        most = packed.tokens + (left * _ONE_SHARE if left > 600 else left)
        for shorter in (False, True):
            numbers, lines = _lines(inference, piece, words if shorter else None)
            head = f"{piece.path}:{numbers[0]}-{numbers[-1]} {piece.name}"
            head += f" — {piece.why}" if piece.why else ""
            before = packed.tokens
            if packed.add(["", head, *lines], most):
                spent = packed.tokens - before
                packed.excerpts.append(
                    Excerpt(piece, numbers[0], numbers[-1], spent, whole=not shorter)
                )
                if piece.entity.kind != CLASS:
                    covered.setdefault(piece.path, []).append(span)
                break


def _lines(
    inference: Inference, piece: ListedDefinition, words: list[str] | None
) -> tuple[list[int], list[str]]:
    """Return the numbers of the lines to show, and their text with marks for what is left out.

    All are indented, so that none can be taken for a line of the answer's own.
    Of a class the bodies of its methods are left out. With ``words``, so is all but the beginning
    and what is around these words and around places that the task names.
    """
    facts = inference.need(piece.path)
    table = facts.definition
    row = piece.entity.row
    first = facts.line_of(table.start[row])
    last = facts.line_of(max(table.start[row], table.end[row] - 1))
    kept = set(range(first, last + 1))
    if piece.entity.kind == CLASS:
        scope = table.own_scope[row]
        for inner, around in enumerate(table.scope):
            if around == scope:
                body = facts.line_of(table.header_end[inner]) + 1
                end = facts.line_of(max(table.start[inner], table.end[inner] - 1))
                kept.difference_update(range(body, end + 1))
    text = inference.text(piece.path)
    starts = facts.line_starts
    if words is not None:
        head = facts.line_of(table.header_end[row])
        near = set(range(first, max(head + 1, first + _HEAD)))
        for line in piece.hits:
            near.update(range(line - 1 - _AROUND, line + _AROUND))
        spelled = [word.encode("utf-8", "surrogatepass") for word in words]
        mentioning = [
            line
            for line in sorted(kept - near)
            if any(word in text[starts[line] : starts[line + 1]].lower() for word in spelled)
        ]
        for line in mentioning[:_MENTIONS]:
            near.update((line - 1, line, line + 1))
        kept &= near
    numbers = sorted(kept)
    lines: list[str] = []
    before = first - 1
    for number in numbers:
        if number > before + 1:
            lines.append(_mark(number - before - 1))
        raw = text[starts[number] : starts[number + 1]]
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        lines.append(f" {line}" if line else "")
        before = number
    if before < last:
        lines.append(_mark(last - before))
    return [number + 1 for number in numbers], lines


def _mark(n: int) -> str:
    return f"    … {n} line{'s' if n > 1 else ''}"


def _related(inference: Inference, piece: ListedDefinition, why: str) -> str:
    line = line_of(inference, piece)
    return f" {piece.path}:{line} {describe(inference, piece)} ({why})"
