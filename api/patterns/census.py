"""A census of the workspace: how its code is written, in numbers, drawn from the facts of files.

All files are counted where there are few; of many, some are, spread over the folders.
"""

from __future__ import annotations

import re
from collections import Counter

from ...indexer import facts as f
from ...indexer.inference.classes import bases
from ...indexer.inference.entities import CLASS, Entity, name_of
from ...indexer.symbols import base_names
from ..check.clones import is_test_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.facts import FileFacts
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

_FILES = 1_500
_LOGGER = re.compile(rb"^(\w+) = ((?:\w+\.)?(?:getLogger|get_logger)\([^)\n]*\))", re.MULTILINE)
_GOOGLE = re.compile(rb"^\s+(?:Args|Returns|Raises):\s*$", re.MULTILINE)
_SPHINX = re.compile(rb"^\s+:(?:param|returns?|raises) ?[\w*]*:?", re.MULTILINE)
_NUMPY = re.compile(rb"^\s+(?:Parameters|Returns)\n\s+-{3,}", re.MULTILINE)
_PLAIN = frozenset(["object", "ABC", "Protocol", "Generic", "NamedTuple", "TypedDict", "Enum",
                    "Exception", "str", "int", "dict", "type"])  # fmt: skip


class Census:
    """What was counted. Files of tests are counted apart, and only by what is said of tests."""

    def __init__(self) -> None:
        """Nothing was counted."""
        self.n_files = 0
        self.n_tests = 0
        self.folders: Counter[str] = Counter()
        self.test_folders: Counter[str] = Counter()
        self.test_names: Counter[str] = Counter()
        self.bases: Counter[str] = Counter()
        self.base_examples: dict[str, list[Entity]] = {}
        self.n_functions = 0
        self.n_annotated = 0
        self.n_public = 0
        self.n_documented = 0
        self.n_future = 0
        self.n_relative = 0
        self.n_absolute = 0
        self.loggers: Counter[str] = Counter()
        self.doc_styles: Counter[str] = Counter()
        self.raised: Counter[str] = Counter()
        self.imported: Counter[str] = Counter()
        self.n_test_functions = 0
        self.n_test_methods = 0
        self.fixtures: Counter[str] = Counter()


def census(inference: Inference) -> Census:
    """Count what a workspace does."""
    made = Census()
    paths = [path for path in inference.snapshot.paths() if path.endswith(".py")]
    made.n_tests = sum(map(is_test_file, paths))
    made.n_files = len(paths) - made.n_tests
    for path in paths:
        folder = path.rpartition("/")[0]
        (made.test_folders if is_test_file(path) else made.folders)[folder] += 1
    step = max(1, -(-len(paths) // _FILES))
    for path in paths[::step]:
        facts = inference.facts(path)
        if facts is None:
            continue
        if is_test_file(path):
            _count_tests(made, path, facts)
        else:
            _count(inference, made, path, facts)
    return made


def _count(inference: Inference, made: Census, path: str, facts: FileFacts) -> None:
    table = facts.definition
    for row, kind in enumerate(table.kind):
        name = facts.names[table.name[row]]
        documented = table.doc[row] >= 0
        if kind == f.CLASS:
            for base in base_names(facts, row):
                made.bases[base] += 1
                made.base_examples.setdefault(base, []).append(Entity(CLASS, path, row))
        else:
            made.n_functions += 1
            made.n_annotated += table.returns[row] >= 0
        if not name.startswith("_"):
            made.n_public += 1
            made.n_documented += documented
    _count_imports(inference, made, path, facts)
    for _, expr, kind in zip(*facts.result[:3], strict=True):
        if kind == f.RAISE and expr >= 0:
            from .features import raised_name

            made.raised[raised_name(facts, expr)] += 1
    text = inference.text(path)
    for found in _LOGGER.finditer(text):
        made.loggers[b" = ".join(found.groups()).decode("utf-8", "replace")] += 1
    for style, pattern in (("Google", _GOOGLE), ("Sphinx", _SPHINX), ("NumPy", _NUMPY)):
        made.doc_styles[style] += bool(pattern.search(text))


def _count_imports(inference: Inference, made: Census, path: str, facts: FileFacts) -> None:
    from .origins import absolute

    table = facts.imports
    future = False
    modules: set[str] = set()
    own = (inference.snapshot.index.module_name(path) or "").partition(".")[0]
    for row, module in enumerate(table.module):
        spelled = facts.names[module]
        future |= bool(table.flags[row] & f.FUTURE)
        full = absolute(inference, path, spelled)
        if full.partition(".")[0] == own and own:
            modules.add(full)
            made.n_relative += spelled.startswith(".")
            made.n_absolute += not spelled.startswith(".")
    made.n_future += future
    made.imported.update(modules)


def _count_tests(made: Census, path: str, facts: FileFacts) -> None:
    name = path.rpartition("/")[2]
    made.test_names["test_*.py" if name.startswith("test_") else name] += 1
    table = facts.definition
    for row, kind in enumerate(table.kind):
        if kind == f.FUNCTION and facts.names[table.name[row]].startswith("test"):
            scope = facts.scope.kind[table.scope[row]]
            made.n_test_methods += scope == f.CLASS_SCOPE
            made.n_test_functions += scope == f.MODULE_SCOPE
    if name == "conftest.py":
        for row, kind in enumerate(table.kind):
            if kind == f.FUNCTION and table.decorators[row] >= 0:
                made.fixtures[facts.names[table.name[row]]] += 1


def families(inference: Inference, made: Census, most: int) -> list[tuple[Entity, int]]:
    """Base classes that are derived from most, with how many classes do."""
    found: dict[Entity, int] = {}
    for name, count in made.bases.most_common(4 * most):
        if count < 3 or name in _PLAIN:
            continue
        votes = Counter(
            base
            for cls in made.base_examples[name][:40]
            for base in bases(inference, cls)
            if base.path and name_of(inference, base) == name
        )
        for base, n in votes.most_common(1):
            if n >= 3:
                share = n / min(len(made.base_examples[name]), 40)
                found[base] = round(count * share)
    return sorted(found.items(), key=lambda entry: (entry[0].is_outside, -entry[1]))[:most]
