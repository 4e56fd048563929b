"""A census of the workspace: how its code is written, in numbers, drawn from the facts of files.

All files are counted where there are few; of many, some are, spread over the folders.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.classes import bases
from ...indexer.inference.entities import CLASS, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.standard_types import is_standard_class
from ...indexer.paths import is_test_file
from ...indexer.symbols import base_names
from .features import raised_name
from .imports import absolute_module

_FILES = 1_500
_LOGGER = re.compile(rb"^(\w+) = ((?:\w+\.)?(?:getLogger|get_logger)\([^)\n]*\))", re.MULTILINE)
_GOOGLE = re.compile(rb"^[ \t]+(?:Args|Returns|Raises):[ \t]*$", re.MULTILINE)
_SPHINX = re.compile(rb"^[ \t]+:(?:param|returns?|raises) ?[\w*]*:?", re.MULTILINE)
_NUMPY = re.compile(rb"^[ \t]+(?:Parameters|Returns)\n[ \t]+-{3,}", re.MULTILINE)
_PLAIN = frozenset(["object", "ABC", "Protocol", "Generic", "NamedTuple", "TypedDict", "Enum",
                    "Exception", "str", "int", "dict", "type"])  # fmt: skip


@dataclass(slots=True)
class Census:
    """Counts over a workspace. Files of tests are counted apart, and only for what tests need."""

    n_files: int = 0
    n_tests: int = 0
    folders: Counter[str] = field(default_factory=Counter[str])
    test_folders: Counter[str] = field(default_factory=Counter[str])
    test_names: Counter[str] = field(default_factory=Counter[str])
    bases: Counter[str] = field(default_factory=Counter[str])
    base_examples: dict[str, list[Entity]] = field(default_factory=dict[str, "list[Entity]"])
    n_functions: int = 0
    n_annotated: int = 0
    n_public: int = 0
    n_documented: int = 0
    n_future: int = 0
    n_relative: int = 0
    n_absolute: int = 0
    loggers: Counter[str] = field(default_factory=Counter[str])
    doc_styles: Counter[str] = field(default_factory=Counter[str])
    raised: Counter[str] = field(default_factory=Counter[str])
    imported: Counter[str] = field(default_factory=Counter[str])
    n_test_functions: int = 0
    n_test_methods: int = 0
    fixtures: Counter[str] = field(default_factory=Counter[str])


def take_census(inference: Inference) -> Census:
    """Count what a workspace does."""
    census = Census()
    paths = [path for path in inference.snapshot.paths() if path.endswith(".py")]
    census.n_tests = sum(map(is_test_file, paths))
    census.n_files = len(paths) - census.n_tests
    for path in paths:
        folder = path.rpartition("/")[0]
        (census.test_folders if is_test_file(path) else census.folders)[folder] += 1
    step = max(1, -(-len(paths) // _FILES))
    for path in paths[::step]:
        facts = inference.facts(path)
        if facts is None:
            continue
        if is_test_file(path):
            _count_tests(census, path, facts)
        else:
            _count(inference, census, path, facts)
    return census


def _count(inference: Inference, census: Census, path: str, facts: FileFacts) -> None:
    table = facts.definition
    for row, kind in enumerate(table.kind):
        name = facts.names[table.name[row]]
        documented = table.doc[row] >= 0
        if kind == f.CLASS:
            for base in base_names(facts, row):
                census.bases[base] += 1
                census.base_examples.setdefault(base, []).append(Entity(CLASS, path, row))
        else:
            census.n_functions += 1
            census.n_annotated += table.returns[row] >= 0
        if not name.startswith("_"):
            census.n_public += 1
            census.n_documented += documented
    _count_imports(inference, census, path, facts)
    for expr, kind in zip(facts.result.expr, facts.result.kind, strict=True):
        if kind == f.RAISE and expr >= 0:
            census.raised[raised_name(facts, expr)] += 1
    text = inference.text(path)
    for found in _LOGGER.finditer(text):
        census.loggers[b" = ".join(found.groups()).decode("utf-8", "replace")] += 1
    for style, pattern in (("Google", _GOOGLE), ("Sphinx", _SPHINX), ("NumPy", _NUMPY)):
        census.doc_styles[style] += bool(pattern.search(text))


def _count_imports(inference: Inference, census: Census, path: str, facts: FileFacts) -> None:
    table = facts.imports
    future = False
    modules: set[str] = set()
    own = (inference.snapshot.index.module_name(path) or "").partition(".")[0]
    for row, module in enumerate(table.module):
        spelled = facts.names[module]
        future |= bool(table.flags[row] & f.FUTURE)
        full = absolute_module(inference, path, spelled)
        if full.partition(".")[0] == own and own:
            modules.add(full)
            census.n_relative += spelled.startswith(".")
            census.n_absolute += not spelled.startswith(".")
    census.n_future += future
    census.imported.update(modules)


def _count_tests(census: Census, path: str, facts: FileFacts) -> None:
    name = path.rpartition("/")[2]
    census.test_names["test_*.py" if name.startswith("test_") else name] += 1
    table = facts.definition
    for row in facts_view.definitions(facts, f.FUNCTION):
        if facts_view.definition_name(facts, row).startswith("test"):
            scope = facts.scope.kind[table.scope[row]]
            census.n_test_methods += scope == f.CLASS_SCOPE
            census.n_test_functions += scope == f.MODULE_SCOPE
    if name == "conftest.py":
        functions = facts_view.definitions(facts, f.FUNCTION)
        decorated = (row for row in functions if table.decorators[row] >= 0)
        census.fixtures.update(facts_view.definition_name(facts, row) for row in decorated)


def frequent_bases(inference: Inference, census: Census, most: int) -> list[tuple[Entity, int]]:
    """Return the classes with the most subclasses, with their number."""
    found: dict[Entity, int] = {}
    for name, count in census.bases.most_common(4 * most):
        if count < 3 or name in _PLAIN:
            continue
        votes = Counter(
            base
            for cls in census.base_examples[name][:40]
            for base in bases(inference, cls)
            if base.path and name_of(inference, base) == name
        )
        for base, n in votes.most_common(1):
            # That tests raise what Python raises is no custom to follow.
            if n >= 3 and not is_standard_class(inference, base, "builtins", name):
                share = n / min(len(census.base_examples[name]), 40)
                found[base] = round(count * share)
    return sorted(found.items(), key=lambda entry: (entry[0].is_outside, -entry[1]))[:most]
