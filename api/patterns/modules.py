"""Modules of one shape: those of a folder, or of one file name, that define the same names.

Asked of a file or folder, the answer counts what the modules define and import, and has a skeleton
of one more.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import CLASS, FUNCTION, MODULE, Entity
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_test_file
from .family import FEWEST, gather_family
from .features import bound_value, class_features, function_features, used_imports
from .imports import ImportFinder, absolute_module
from .plan import plan_class, plan_function
from .similarity import Subject
from .skeleton import MARK, class_lines, function_lines

_MODULES = 150  # that are looked at
_SHARED = 0.5
_MOST = 12
_OUTLIER = 0.75


@dataclass(slots=True)
class ModuleFamily:
    """Modules of one shape, those first that have most of what most define."""

    why: str
    paths: list[str]
    defined: dict[str, dict[str, Definition]] = field(
        default_factory=dict[str, "dict[str, Definition]"]
    )
    """By path and name."""
    usual: list[str] = field(default_factory=list[str])
    """Names that at least half of them define, most frequent first."""

    def having(self, name: str) -> list[Definition]:
        """Return the definitions of a name."""
        return [each[name] for path in self.paths if name in (each := self.defined[path])]

    def lacking(self) -> list[tuple[str, list[str], list[str]]]:
        """Return (path, names, two nearest paths) of modules without what three quarters define."""
        least = _OUTLIER * len(self.paths)
        expected = [name for name in self.usual if len(self.having(name)) >= least]
        found: list[tuple[str, list[str], list[str]]] = []
        for path in self.paths:
            lacks = [name for name in expected if name not in self.defined[path]]
            whole = [one for one in self.paths if all(name in self.defined[one] for name in lacks)]
            whole.sort(key=lambda one: -len(self.defined[one].keys() & self.defined[path].keys()))
            if lacks:
                found.append((path, lacks, whole[:2]))
        found.sort(key=lambda each: -len(each[1]))
        return found[:3]


@dataclass(frozen=True, slots=True)
class Definition:
    """A name that a module defines: a class, a function, or a variable with its value as text."""

    entity: Entity | None
    value: str = ""

    @property
    def makes_logger(self) -> bool:
        """True if the value is a logger."""
        return re.match(r"(\w+\.)*(getLogger|get_logger)\(", self.value) is not None


def modules_beside(inference: Inference, path: str) -> ModuleFamily | None:
    """Return the modules of the shape of a file, or those of a folder; None if there is none."""
    files = inference.snapshot.paths()
    folder = path if path not in files and not path.endswith((".py", ".pyi")) else ""
    groups: list[tuple[str, list[str]]] = []
    if folder:
        groups.append((f"in {folder}/", _in_folder(files, folder)))
    else:
        above, _, name = path.rpartition("/")
        groups.append((f"in {above}/" if above else "in the root", _in_folder(files, above)))
        outer = above.rpartition("/")[0]
        beside = [
            each
            for each in files
            if each.endswith(f"/{name}") and each.count("/") == path.count("/")
            and each.startswith(f"{outer}/" if outer else "")
        ]  # fmt: skip
        if name != "__init__.py" and "/" in path:
            groups.append((f"called {name} in folders of {outer or 'the root'}", beside))
    families = [_of_one_shape(inference, why, paths, path) for why, paths in groups]
    told = [each for each in families if each is not None]
    return max(told, key=lambda each: (len(each.usual), len(each.paths)), default=None)


def _in_folder(files: Iterable[str], folder: str) -> list[str]:
    return [
        each
        for each in files
        if each.rpartition("/")[0] == folder
        and each.endswith(".py")
        and not each.endswith(("/__init__.py", "/conftest.py"))
    ]


def _of_one_shape(
    inference: Inference, where: str, paths: list[str], subject: str
) -> ModuleFamily | None:
    """Return the modules that define what most of a folder, or the one asked about, define."""
    defined = {
        path: names
        for path in paths[:_MODULES]
        if (facts := inference.facts(path)) is not None
        and (names := defined_names(facts, inference.text(path), path))
    }
    counted = Counter(name for names in defined.values() for name in names)
    wanted = defined.get(subject) or {
        name for name, n in counted.items() if n >= max(FEWEST, _SHARED * len(defined))
    }
    # Loggers are made by any module.
    loggers = {
        name for names in defined.values() for name, each in names.items() if each.makes_logger
    }
    shared = [name for name in wanted if counted[name] >= FEWEST and name not in loggers]
    # One that defines half of what is shared is of the shape.
    alike = {
        path: names
        for path, names in defined.items()
        if shared and len([name for name in shared if name in names]) * 2 >= len(shared)
    }
    alike.pop(subject, None)
    if len(alike) < FEWEST:
        return None
    counted = Counter(name for names in alike.values() for name in names)
    usual = [name for name, n in counted.most_common() if n >= _SHARED * len(alike)]
    if not usual:
        return None
    order = sorted(alike, key=lambda path: (-sum(name in alike[path] for name in usual), path))
    return ModuleFamily(f"define the same names {where}", order, alike, usual)


def defined_names(facts: FileFacts, text: bytes, path: str) -> dict[str, Definition]:
    """Return what a module defines at its top; neither what it imports nor names of tests."""
    found: dict[str, Definition] = {}
    in_tests = is_test_file(path)
    for row in sorted(facts_view.bindings_in(facts, 0), key=facts.binding.position.__getitem__):
        name, kind = facts_view.binding_name(facts, row), facts.binding.kind[row]
        if name.startswith("__") or (in_tests and name.lower().startswith("test")):
            continue
        if kind in (f.DEF_FUNCTION, f.DEF_CLASS):
            of = FUNCTION if kind == f.DEF_FUNCTION else CLASS
            found.setdefault(name, Definition(Entity(of, path, facts.binding.ref[row])))
        elif kind in (f.ASSIGN, f.DECLARE):
            found.setdefault(name, Definition(None, bound_value(facts, text, row)[1]))
    return found


def module_entities(family: ModuleFamily) -> list[Entity]:
    """Return the modules as entities."""
    return [Entity(MODULE, path, 0) for path in family.paths]


def described(inference: Inference, family: ModuleFamily, name: str) -> str:
    """Return how most modules define a name, in the form of code."""
    having = family.having(name)
    entities = [each.entity for each in having if each.entity is not None]
    texts: Counter[str] = Counter()
    for each in entities:
        if each.kind == CLASS:
            texts[f"({', '.join(class_features(inference, each).bases)})"] += 1
        else:
            parameters = function_features(inference, each).parameters
            texts[f"({', '.join(one.stars + one.name for one in parameters)})"] += 1
    if not entities:
        value, count = Counter(each.value for each in having).most_common(1)[0]
        is_usual = count * 2 > len(having) and value not in ("", "...")
        return f" = {value}" if is_usual else " = …"
    text, count = texts.most_common(1)[0]
    return text if count * 2 > len(entities) else "(…)"


def imported(inference: Inference, family: ModuleFamily) -> list[tuple[str, int]]:
    """Return what a quarter of the modules import, with their number."""
    counted: Counter[str] = Counter()
    for path in family.paths:
        facts = inference.need(path)
        names: set[str] = set()
        for each in used_imports(facts, 0, len(inference.text(path))):
            module, _, name = each.partition(":")
            full = absolute_module(inference, path, module)
            names.add(f"{full}.{name}" if name else full)
        counted.update(names)
    least = max(2, len(family.paths) / 4)
    return [(name, n) for name, n in counted.most_common(_MOST) if n >= least]


def module_skeleton(inference: Inference, family: ModuleFamily, path: str) -> str:
    """Return a module that defines what most do, with what to fill in marked."""
    wanted = list(family.usual)
    first = list(family.defined[family.paths[0]])
    wanted.sort(key=lambda name: first.index(name) if name in first else len(first))
    finder = ImportFinder(inference, path, family.paths[:_MOST])
    finder.own.update(wanted)
    blocks: list[list[str]] = []
    for name in wanted:
        entities = [each.entity for each in family.having(name) if each.entity is not None]
        classes = [each for each in entities if each.kind == CLASS]
        functions = [each for each in entities if each.kind == FUNCTION]
        if classes:
            kin = gather_family(inference, CLASS, Subject(name, path), classes, "")
            plan = plan_class(inference, kin)
            blocks.append(class_lines(inference, name, plan, finder, has_doc=False))
        elif functions:
            planned = plan_function(
                inference, name, [(function_features(inference, each), 1.0) for each in functions]
            )
            if planned is not None:
                blocks.append(function_lines(inference, planned, finder, []))
        else:
            value, count = Counter(each.value for each in family.having(name)).most_common(1)[0]
            is_usual = count > _SHARED * len(family.paths) and value not in ("", "...")
            is_usual = is_usual and finder.knows(value)
            blocks.append([f"{name} = {value}" if is_usual else f"{name} = ...  # {MARK}"])
    text = ""
    for before, block in zip([[], *blocks], blocks, strict=False):
        gap = "" if not text else "\n" if len(block) == len(before) == 1 else "\n\n\n"
        text += gap + "\n".join(block)
    imports = finder.text()
    return (f"{imports}\n\n" if imports else "") + text + "\n"
