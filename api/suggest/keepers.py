"""Why a definition that nothing names may still be used: the rules of Python and its frameworks.

Each keeper is a row of a table, with the words in which it is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.access_paths import decorator_callee, last_name
from ...indexer.inference.classes import class_member, has_unknown_bases, is_enum, metaclass, mro
from ...indexer.inference.entities import CLASS, FUNCTION, VARIABLE, Entity, name_of
from ...indexer.inference.inference import Inference
from ...indexer.paths import is_outside, is_test_file
from ...indexer.plugins.registry import CLASS_DECORATORS
from ..check.known_names import files_outside_with
from .definitions import Definition
from .dynamic_access import DynamicAccess
from .public_api import is_private

# Decorators that keep nothing: what they are on is used by its own name, or not at all.
_PLAIN_DECORATORS = CLASS_DECORATORS | frozenset(
    ["staticmethod", "classmethod", "property", "cached_property", "abstractmethod",
     "abstractproperty", "contextmanager", "asynccontextmanager", "lru_cache", "cache", "wraps",
     "overload", "final", "total_ordering", "dataclass", "unique", "runtime_checkable",
     "singledispatch", "deprecated", "setter", "getter", "deleter", "no_type_check", "coroutine",
     "dataclass_transform", "type_check_only", "staticproperty", "classproperty"]
)  # fmt: skip
# Modules of the standard library whose classes are found, or called, by what is derived from them.
_CALLING_MODULES = (
    "unittest/", "ast.pyi", "cmd.pyi", "http/server.pyi", "html/parser.pyi", "argparse.pyi",
    "logging/", "socketserver.pyi", "asyncio/", "xml/", "json/", "threading.pyi", "ctypes/",
    "tkinter/", "distutils/", "email/", "configparser.pyi", "pdb.pyi", "bdb.pyi", "code.pyi",
)  # fmt: skip


class Case(NamedTuple):
    """What a keeper is asked about."""

    inference: Inference
    definition: Definition
    access: DynamicAccess
    imported: frozenset[str]
    """Paths of modules that something imports."""
    given_to_tests: frozenset[str]
    """Paths of modules that modules of tests import all names of."""

    @property
    def path(self) -> str:
        """Path of the file that it is in."""
        return self.definition.entity.path

    @property
    def cls(self) -> Entity | None:
        """The class that it is a member of."""
        owner = self.definition.owner
        return Entity(CLASS, self.path, owner) if owner >= 0 else None


def keeper_of(case: Case) -> str:
    """Return why a definition is used although nothing names it; nothing if it is not."""
    for keeper in _KEEPERS:
        reason = keeper(case)
        if reason:
            return reason
    return ""


def doubt_about(case: Case) -> str:
    """Return what else may use a definition that nothing names; nothing if nothing may."""
    for doubt in _DOUBTS:
        reason = doubt(case)
        if reason:
            return reason
    return ""


def _special_name(case: Case) -> str:
    name = case.definition.name
    if name.startswith("__") and name.endswith("__"):
        return "Python gives its name a meaning"
    if name.startswith("_") and name.endswith("_") and name.strip("_"):
        return "names like it are those of protocols"  # `_repr_html_`, `_missing_`
    return "its name says that it is not needed" if not name.strip("_") else ""


def _decorated(case: Case) -> str:
    facts = case.inference.need(case.path)
    if case.definition.entity.kind not in (CLASS, FUNCTION):
        return ""
    for row in case.definition.rows:
        for decorator in facts_view.decorators(facts, row):
            name = last_name(facts, decorator_callee(facts, decorator))
            if name not in _PLAIN_DECORATORS:
                return f"the decorator {name or 'on it'} may keep it"
    return ""


def _found_by_test_runner(case: Case) -> str:
    path, name = case.path, case.definition.name
    if name.startswith("pytest_") or name in (
        "pytestmark",
        "collect_ignore",
        "collect_ignore_glob",
    ):
        return "pytest calls it"
    if not is_test_file(path):
        return ""
    if name.lower().startswith(("test", "setup", "teardown")):
        return "test runners find it by its name"
    cls = case.cls
    is_in_test = cls is not None and name_of(case.inference, cls).startswith("Test")
    return "a class of tests" if is_in_test and not is_private(name) else ""


def _loaded_by_program(case: Case) -> str:
    """Settings and scripts: what they define at the top is read by the program that loads them."""
    path = case.path
    if case.definition.owner >= 0 or case.definition.is_nested or is_private(case.definition.name):
        return ""
    folder = path.rpartition("/")[0]
    package = f"{folder}/__init__.py" if folder else "__init__.py"
    if path in case.imported or case.inference.exists(package) or is_test_file(path):
        return ""
    return "nothing imports its file, so that whatever loads it may want it"


def _overrides_outside(case: Case) -> str:
    cls = case.cls
    if cls is None:
        return ""
    order = mro(case.inference, cls)
    for base in order[1:]:
        if base.kind != CLASS:
            return "a base class that is not known may want it"
        if base.is_outside and class_member(case.inference, base, case.definition.name):
            return f"{name_of(case.inference, base)} has it, which calls or reads it"
    if has_unknown_bases(case.inference, cls):
        return "a base class that is not known may want it"
    meta = metaclass(case.inference, cls)
    if meta is not None and not _is_inert(meta):
        return "the metaclass of its class may want it"
    return ""


def _field(case: Case) -> str:
    """Fields of classes whose text is their use: enumerations, dataclasses, models, structures."""
    cls = case.cls
    if cls is None or case.definition.entity.kind != VARIABLE:
        return ""
    inference, facts = case.inference, case.inference.need(case.path)
    if is_enum(inference, cls):
        return "it is a member of an enumeration"
    if facts_view.decorators(facts, cls.row):
        return "the decorator of its class may read it"
    outside = [base for base in mro(inference, cls)[1:] if base.is_outside]
    if any(name_of(inference, base) not in ("object", "Generic", "Protocol") for base in outside):
        return "a base class from elsewhere may read it"
    binding = case.definition.entity.row
    is_declared = facts.binding.annotation[binding] >= 0 and facts.binding.value[binding] < 0
    return "it declares an attribute" if is_declared else ""


def _overload(case: Case) -> str:
    if case.definition.entity.kind != FUNCTION:
        return ""
    flags = case.inference.need(case.path).definition.flags
    if any(flags[row] & f.ABSTRACT for row in case.definition.rows):
        return "it is abstract: what derives from its class has it"
    return ""


def _exported_protocol(case: Case) -> str:
    cls = case.cls
    order = mro(case.inference, cls) if cls is not None else []
    is_protocol = any(
        base.kind == CLASS and name_of(case.inference, base) == "Protocol" for base in order
    )
    return "it is of a protocol" if is_protocol else ""


_KEEPERS: tuple[Callable[[Case], str], ...] = (
    _special_name, _decorated, _found_by_test_runner, _loaded_by_program, _overload, _field,
    _overrides_outside, _exported_protocol,
)  # fmt: skip


def _made_up_name(case: Case) -> str:
    pattern = case.access.pattern_for(case.definition.name)
    return f"code makes up names such as `{pattern}`" if pattern else ""


def _open_class(case: Case) -> str:
    cls = case.cls
    if cls is None:
        return ""
    order = mro(case.inference, cls)
    if not case.access.open_classes.isdisjoint(order):
        return "its class looks up members by names that are not written"
    for base in order[1:]:
        if base.kind == CLASS and base.is_outside and not _is_inert(base):
            return f"{name_of(case.inference, base)} may look for it"
    return ""


def _open_module(case: Case) -> str:
    is_member = case.definition.owner >= 0 or case.definition.is_nested
    if is_member or case.path not in case.access.open_modules:
        return ""
    return "its module looks up names that are not written"


def _registered_class(case: Case) -> str:
    entity = case.definition.entity
    if entity.kind != CLASS:
        return ""
    inference = case.inference
    for base in mro(inference, entity)[1:]:
        if base.kind != CLASS:
            return "a base class that is not known may register it"
        if base.is_outside:
            if not _is_inert(base):
                return f"{name_of(inference, base)} may find it"
        elif case.access.asks_for_subclasses:
            return "code asks classes for their subclasses"
        elif class_member(inference, base, "__init_subclass__") and any(
            not item.entity.is_outside
            for item in class_member(inference, base, "__init_subclass__")
        ):
            return f"{name_of(inference, base)} hears of its subclasses"
    meta = metaclass(inference, entity)
    if meta is not None and not meta.is_outside:
        return "its metaclass may register it"
    return ""


def _by_duck_typing(case: Case) -> str:
    """Members that code elsewhere may ask for: `write`, `close`, `keys`."""
    cls = case.cls
    name = case.definition.name
    if cls is None or is_private(name):
        return ""
    for path, _ in files_outside_with(case.inference, name):
        return f"{path.rpartition('/')[2]} speaks of the same name, and may be given its object"
    return ""


def _without_importer(case: Case) -> str:
    is_member = case.definition.owner >= 0 or is_private(case.definition.name)
    if is_member or case.path in case.imported or is_test_file(case.path):
        return ""
    return "nothing is seen to import its module, which may be loaded by its name"


_KEPT_FOR_OTHERS = re.compile(rb"(?i)deprecat|backwards?[- ]compat|backport|legacy alias")
_KNOWN_TO_AUTHOR = re.compile(rb"(?i)#[^\n]*(?:\bnot\b[^\n.]{0,20}\bused\b|\bunused\b)")
_LINES_ABOVE = 400


def _kept_for_others(case: Case) -> str:
    """What is called deprecated, by its own text or the comment above, waits for others."""
    text = case.inference.text(case.path)
    for start, end in case.definition.ranges:
        above = text[max(start - _LINES_ABOVE, 0) : start].rpartition(b"\n\n")[2]
        is_assigned = case.definition.entity.kind not in (CLASS, FUNCTION)
        statement = text[start:].partition(b"\n")[0] if is_assigned else text[start:end]
        if _KEPT_FOR_OTHERS.search(above if above.lstrip().startswith(b"#") else b"") or (
            _KEPT_FOR_OTHERS.search(statement)
        ):
            return "it is called deprecated, and may wait for others to do without it"
        if _KNOWN_TO_AUTHOR.search(statement):
            return "a comment says that it is not used, so that its author wants it all the same"
    return ""


def _given_to_tests(case: Case) -> str:
    """Fixtures are found by name in a conftest, those of `from factories import *` as well."""
    is_member = case.definition.owner >= 0 or is_private(case.definition.name)
    if is_member or case.path not in case.given_to_tests:
        return ""
    return "a module of tests imports all names of its module, and pytest may look for it there"


_DOUBTS: tuple[Callable[[Case], str], ...] = (
    _kept_for_others, _made_up_name, _open_class, _open_module, _registered_class, _by_duck_typing,
    _without_importer, _given_to_tests,
)  # fmt: skip


def _is_inert(entity: Entity) -> bool:
    """True if a class of the standard library leaves what is derived from it alone."""
    path = entity.path
    if not is_outside(path) or "/stdlib/" not in path:
        return False
    return not path.rpartition("/stdlib/")[2].startswith(_CALLING_MODULES)
