"""Reuse: what does already what somebody is about to write.

By words of its name and its documentation, by its parameters, and by what its body uses: two
functions that use the same uncommon names do much the same. The workspace is searched whole; of
what is installed, modules that files near the new code import.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from textwrap import dedent

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, Entity
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.symbols import words
from ..source.entity_views import full_range
from ..source.targets import find_by_suffix
from .family import family_around
from .features import function_features
from .fingerprint import Fingerprint, fingerprint, same_share
from .search import Match, search_definitions, terms
from .stub import parse_stub

_RARE, _NAMES = 60, 12
_FILES, _MODULES = 25, 20
_OF_BEST = 0.35  # what fits less well than this share of the best is not told
_BESIDE_CODE = 0.4  # what words are worth where code tells what it uses
# Of code: sizes below which nothing is recognised, shares from which on it is alike and the same.
_LEAST_SHAPE, _ALIKE, _SAME = 20, 0.5, 0.7
_COMPARED, _WORDS = 120, 14
_SAYING = {
    "name": "its name has", "place": "it is in", "summary": "its documentation says",
    "documentation": "its documentation says", "code": "its code has",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_SIGNATURE = re.compile(r"(?:(?:async\s+)?def\s+)?([A-Za-z_]\w*)\s*\(")
_COMMON_NAMES = frozenset(
    """self cls append get items join len str int list dict range print isinstance format split
    strip replace lower startswith endswith keys values update add open sorted set tuple bool
    None True False return""".split()
)


@dataclass(slots=True)
class HelperQuery:
    """What is known of a helper that is to be written."""

    name: str = ""
    terms: list[str] = field(default_factory=list[str])
    parameters: list[str] = field(default_factory=list[str])
    uses: set[str] = field(default_factory=set[str])
    common: set[str] = field(default_factory=set[str])
    """Names that code uses and that much code uses."""
    shape: Fingerprint | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A function or class that may do, how well it fits from 0 to 1, and why."""

    entity: Entity
    fit: float
    why: list[str]


def parse_helper_query(query: str | None, text: str | None) -> HelperQuery:
    """Parse a query and a piece of code into what they tell of a helper."""
    parsed = HelperQuery()
    query = (query or "").strip()
    head = _SIGNATURE.match(query)
    if head:
        node = parse_stub(query if query.startswith(("def ", "async ")) else f"def {query}")
        parsed.name = head[1]
        parsed.parameters = _parameters(node)
        parsed.terms = terms(head[1])
    elif query.replace(".", "").isidentifier():
        parsed.name = query.rpartition(".")[2]
        parsed.terms = terms(parsed.name)
        parsed.description = words(parsed.name)
    else:
        parsed.terms = terms(query)
        parsed.description = query
    if text:
        _add_code(parsed, text)
    return parsed


def _add_code(parsed: HelperQuery, text: str) -> None:
    """Add name and parameters of a function in code, and the names that the code uses."""
    try:
        tree = ast.parse(dedent(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        parsed.uses = {each for each in _IDENTIFIER.findall(text) if each not in _COMMON_NAMES}
        return
    parsed.shape = fingerprint(text)
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if not parsed.name:
                parsed.name = node.name
                parsed.parameters = _parameters(node)
                parsed.terms = parsed.terms or terms(f"{node.name} {_doc(node)}")
            bound.add(node.name)
            bound.update(_parameters(node))
        elif isinstance(node, ast.Name):
            (bound if isinstance(node.ctx, ast.Store) else parsed.uses).add(node.id)
        elif isinstance(node, ast.Attribute):
            parsed.uses.add(node.attr)
    parsed.common = parsed.uses & _COMMON_NAMES - bound
    parsed.uses -= bound | _COMMON_NAMES


def _doc(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    return (ast.get_docstring(node) or "").partition("\n")[0]


def _parameters(node: ast.AST | None) -> list[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return []
    a = node.args
    names = [each.arg for each in (*a.posonlyargs, *a.args, *a.kwonlyargs)]
    return [name for name in names if name not in ("self", "cls")]


def find_candidates(inference: Inference, helper: HelperQuery, into: str) -> list[Candidate]:
    """Return the candidates for reuse, best first."""
    found: dict[Entity, dict[str, float]] = {}
    reasons: dict[Entity, list[str]] = {}

    def note(entity: Entity, part: str, share: float, why: str) -> None:
        scores = found.setdefault(entity, {})
        if share > scores.get(part, 0.0):
            if part not in scores:
                reasons.setdefault(entity, []).append(why)
            scores[part] = share

    if helper.name:
        for item in find_by_suffix(inference, helper.name)[:10]:
            if item.entity.kind in (CLASS, FUNCTION):
                note(item.entity, "name", 1.0, f"is called `{helper.name}`")
    installed = _installed(inference, into) if helper.terms else ()
    meaning = helper.description
    for match in search_definitions(inference, helper.terms, installed, meaning=meaning):
        share = match.likeness * (_BESIDE_CODE if helper.uses else 1.0)
        note(match.entity, "words", share, _shared_words(match))
    for entity, share, names in _using(inference, helper.uses):
        note(entity, "uses", share, f"uses {', '.join(names)} as well")
    for entity, share in _of_same_shape(inference, helper, found):
        note(entity, "shape", share, "its statements are the same but for names and order")
    ranked: list[Candidate] = []
    for entity, scores in found.items():
        fit = _fit(scores)
        if entity.kind == FUNCTION and helper.parameters:
            taken = [each.name for each in function_features(inference, entity).parameters]
            shared = [each for each in helper.parameters if each in taken]
            if shared:
                fit = min(1.0, fit + 0.15 * len(shared) / len(helper.parameters))
                reasons[entity].append(f"takes {', '.join(shared)}")
        ranked.append(Candidate(entity, fit, reasons[entity]))
    ranked.sort(key=lambda each: (-each.fit, each.entity))
    return [each for each in ranked if each.fit >= _OF_BEST * ranked[0].fit]


def _fit(scores: dict[str, float]) -> float:
    """Return one number for name, words and uses; two that speak for it are more than one."""
    if scores.get("shape", 0.0) >= _SAME:
        return 0.9 + 0.1 * scores["shape"]
    best = max(scores.values())
    rest = sum(scores.values()) - best
    limit = 0.95 if "name" in scores else 0.9
    return min(limit, best * (1.0 if len(scores) == 1 and "words" in scores else 0.85) + rest * 0.3)


def _shared_words(match: Match) -> str:
    """Return in words what a definition has of a description."""
    by_column: dict[str, list[str]] = {}
    for asked, (word, column) in match.matched.items():
        said = word if word == asked else f"{word} for “{asked}”"
        by_column.setdefault(_SAYING[column], []).append(said)
    parts = [f"{saying} {', '.join(said)}" for saying, said in sorted(by_column.items())]
    return " and ".join(parts) or "it means much the same"


def _using(inference: Inference, uses: set[str]) -> Iterator[tuple[Entity, float, list[str]]]:
    """(function, share, names) of functions that use most of some names, rare ones first."""
    store = inference.snapshot.index.reader()
    if store is None or len(uses) < 2:
        return
    counted = {name: len(store.files_of_name(name)) for name in uses}
    weights = {name: 1.0 / count**0.5 for name, count in counted.items() if count}
    whole = sum(weights.values())
    rare = sorted((n, name) for name, n in counted.items() if 0 < n <= _RARE)[:_NAMES]
    positions: dict[str, set[str]] = {}
    for _, name in rare:
        for path in inference.files_with(name):
            positions.setdefault(path, set()).add(name)
    paths = sorted(
        positions, key=lambda path: (-sum(weights[name] for name in positions[path]), path)
    )
    for path in paths[:_FILES]:
        facts = inference.facts(path)
        if facts is None:
            continue
        table = facts.definition
        places = {name: _uses(facts, name) for name in weights}
        for row in facts_view.definitions(facts, f.FUNCTION):
            start, end = table.header_end[row], table.end[row]
            shared = [
                name for name, each in places.items() if any(start <= at < end for at in each)
            ]
            share = sum(weights[name] for name in shared) / whole
            if share > 0.5 and len(shared) > 1:
                shared.sort(key=lambda name: counted[name])
                yield Entity(FUNCTION, path, row), share, shared[:4]


def _of_same_shape(
    inference: Inference, helper: HelperQuery, found: Iterable[Entity]
) -> Iterator[tuple[Entity, float]]:
    """Yield the functions that are the code that was given, whatever they call what they bind."""
    if helper.shape is None or helper.shape.total() < _LEAST_SHAPE:
        return
    tried = dict.fromkeys(found)
    words_of = [word for name in sorted(helper.uses | helper.common) for word in terms(name)]
    for match in search_definitions(inference, list(dict.fromkeys(words_of))[:_WORDS]):
        tried.setdefault(match.entity)
    functions = [each for each in tried if each.kind == FUNCTION and not each.is_outside]
    for entity in functions[:_COMPARED]:
        start, end = full_range(inference, entity)
        text = inference.text(entity.path)
        line = text.rfind(b"\n", 0, start) + 1
        shape = fingerprint(text[line:end].decode("utf-8", "replace"))
        share = same_share(helper.shape, shape) if shape is not None else 0.0
        if share >= _ALIKE:
            yield entity, share


def _uses(facts: FileFacts, name: str) -> list[int]:
    """Return the byte offsets at which a file uses a name, without imports."""
    return [at for role, at, _ in facts.occurrences(name) if role & f.ROLE_MASK != f.IMPORTED]


def _installed(inference: Inference, into: str) -> Iterator[Entity]:
    """Yield public functions and classes of installed modules that files near it import."""
    modules: dict[str, int] = {}
    paths = family_around(inference, into, 30) if into else list(inference.snapshot.view.files)[:60]
    for path in paths:
        facts = inference.facts(path)
        if facts is None:
            continue
        for row in facts.imports.module:
            name = facts.names[row]
            if not name.startswith("."):
                modules[name] = modules.get(name, 0) + 1
    anchor = into if into and inference.exists(into) else next(iter(paths), "")
    ranked = sorted(modules, key=lambda name: (-modules[name], name))[: 4 * _MODULES]
    looked = 0
    for name in ranked:
        entity = imported_module(inference, anchor, name) if anchor else None
        if entity is None or entity.kind != MODULE or not entity.is_outside:
            continue
        looked += 1
        if looked > _MODULES:
            return
        facts = inference.facts(entity.path)
        if facts is None:
            continue
        for row in facts_view.definitions(facts):
            defined = facts_view.definition_name(facts, row)
            if not facts.definition.scope[row] and not defined.startswith("_"):
                is_class = facts.definition.kind[row] == f.CLASS
                yield Entity(CLASS if is_class else FUNCTION, entity.path, row)
