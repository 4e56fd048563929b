"""Reuse: what does already what somebody is about to write.

By words of its name and its documentation, by its parameters, and by what its body uses: two
functions that use the same uncommon names do much the same. The workspace is searched whole; of
what is installed, modules that files near the new code import.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import dedent

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.paths import is_test_file
from ...indexer.symbols import words
from ..source.entity_views import summary
from ..source.targets import find_by_suffix
from .family import family_around
from .features import function_features
from .question import parse_stub
from .search import has_stem, score_definitions, stem, terms

_RARE, _NAMES = 60, 12
_FILES, _MODULES = 25, 20
# Fits below this, or far below the best, are none.
_LEAST, _OF_BEST = 0.22, 0.5
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
    else:
        parsed.terms = terms(query)
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
    for score, entity in score_definitions(inference, helper.terms)[:60]:
        if score > _LEAST:
            note(entity, "words", score, _shared_words(inference, helper, entity))
    for entity in _installed(inference, helper, into):
        share = _word_share(inference, helper, entity)
        if share > 0.6:
            note(entity, "words", share, _shared_words(inference, helper, entity))
    for entity, share, names in _using(inference, helper.uses):
        note(entity, "uses", share, f"uses {', '.join(names)} as well")
    ranked: list[Candidate] = []
    for entity, scores in found.items():
        fit = _fit(scores)
        if entity.kind == FUNCTION and helper.parameters:
            taken = [each.name for each in function_features(inference, entity).parameters]
            shared = [each for each in helper.parameters if each in taken]
            if shared:
                fit = min(1.0, fit + 0.15 * len(shared) / len(helper.parameters))
                reasons[entity].append(f"takes {', '.join(shared)}")
        fit -= 0.15 if is_test_file(entity.path) else 0.0
        fit -= 0.1 if name_of(inference, entity).startswith("_") and entity.path != into else 0.0
        if fit >= _LEAST:
            ranked.append(Candidate(entity, fit, reasons[entity]))
    ranked.sort(key=lambda each: (-each.fit, each.entity))
    return [each for each in ranked if each.fit >= _OF_BEST * ranked[0].fit]


def _fit(scores: dict[str, float]) -> float:
    """Return one number for name, words and uses; two that speak for it are more than one."""
    best = max(scores.values())
    rest = sum(scores.values()) - best
    limit = 0.95 if "name" in scores else 0.9
    return min(limit, best * 0.85 + rest * 0.3)


def _word_share(inference: Inference, helper: HelperQuery, entity: Entity) -> float:
    mine = set(helper.terms)
    name = {stem(word) for word in words(name_of(inference, entity)).split()}
    documented = set(terms(summary(inference.need(entity.path), entity)))
    if not mine or not any(has_stem(name, word) for word in mine):
        return 0.0
    return sum(
        1.0 if has_stem(name, word) else 0.6 if has_stem(documented, word) else 0.0 for word in mine
    ) / len(mine)


def _shared_words(inference: Inference, helper: HelperQuery, entity: Entity) -> str:
    name = [
        word
        for word in words(name_of(inference, entity)).split()
        if any(has_stem({stem(word)}, each) for each in helper.terms)
    ]
    is_definition = entity.kind in (CLASS, FUNCTION)
    text = summary(inference.need(entity.path), entity) if is_definition else ""
    documented = [
        w for w in re.findall(r"\w+", text) if stem(w.lower()) in helper.terms and w not in name
    ]
    parts = [f"its name has {', '.join(dict.fromkeys(name))}"] if name else []
    if documented:
        parts.append(f"its documentation says {', '.join(dict.fromkeys(documented))}")
    return " and ".join(parts) or "its class is about it"


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


def _uses(facts: FileFacts, name: str) -> list[int]:
    """Return the byte offsets at which a file uses a name, without imports."""
    return [at for role, at, _ in facts.occurrences(name) if role & f.ROLE_MASK != f.IMPORTED]


def _installed(inference: Inference, helper: HelperQuery, into: str) -> Iterator[Entity]:
    """Public functions and classes of installed modules that files near the new code import."""
    if not helper.terms:
        return
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
        for row, kind in enumerate(facts.definition.kind):
            defined = facts.names[facts.definition.name[row]]
            if facts.definition.scope[row] or defined.startswith("_"):
                continue
            stems = {stem(word) for word in words(defined).split()}
            if not any(has_stem(stems, word) for word in helper.terms):
                continue
            yield Entity(CLASS if kind == f.CLASS else FUNCTION, entity.path, row)
