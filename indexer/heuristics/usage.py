"""Attributes that code uses on a variable, and classes that have them all."""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..inference.classes import class_member, mro
from ..inference.entities import CLASS, MODULE, OUTSIDE, Entity, owner_class
from ..inference.modules import find_module
from ..inference.names import import_target
from ..inference.query_cache import cached
from ..inference.types import instance
from ..paths import is_supporting_file
from .evidence import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..inference.inference import Inference
    from .evidence import ParameterQuery

# Modules whose classes everybody uses: a member of one of them says little.
_COMMON = (
    "builtins", "typing", "_io", "io", "pathlib", "datetime", "re", "logging", "collections",
    "threading", "subprocess", "socket", "argparse", "unittest.case", "asyncio.events",
    "http.client", "xml.etree.ElementTree", "email.message", "queue", "decimal", "inspect", "ast",
    "random", "tempfile", "zipfile", "tarfile", "sqlite3", "configparser", "concurrent.futures",
    "concurrent.futures._base", "asyncio.streams", "asyncio.queues", "asyncio.tasks", "ssl",
    "urllib.parse", "urllib.request", "optparse", "uuid", "fractions", "types", "ctypes", "array",
    "http.cookiejar", "http.cookies", "json", "string", "csv", "_csv", "contextlib", "selectors",
    "multiprocessing.process", "multiprocessing.connection", "multiprocessing.pool",
    "xml.dom.minidom", "socketserver", "http.server", "unittest.mock", "doctest", "pickle",
    "shelve", "mmap", "select", "traceback", "code", "cmd", "sched", "codecs", "gettext",
)  # fmt: skip
# Those whose instances go about without an import.
_EVERYWHERE = frozenset(["builtins", "typing", "_io", "io", "re", "datetime", "pathlib"])
# What says too little to be an answer.
_ABSTRACT = ("/builtins.pyi", "/typing.pyi")
_SYMBOLS = 32
_MIN_LENGTH = 5
# Names, the longest first, that are looked up to find the classes that may fit.
_LOOKED_UP = 4


def attributes_used_on_parameter(query: ParameterQuery) -> set[str]:
    """Return the names of the attributes that a function uses on its parameter."""
    facts = query.facts
    scope = facts.binding.scope[query.row]
    return attributes_used_on_name(facts, scope, facts.binding.name[query.row])


def attributes_used_on_name(facts: FileFacts, scope: int, name: int) -> set[str]:
    """Return the names of the attributes used on a name of a scope, without dunder names."""
    return {text for text in _attributes(facts, scope, name) if not text.startswith("__")}


def _attributes(facts: FileFacts, scope: int, name: int) -> Iterator[str]:
    start, end = facts.scope.start[scope], facts.scope.end[scope]
    text = facts.names[name]
    for role, position, ref in facts.occurrences(text):
        if role != f.READ or not start <= position < end:
            continue
        attribute = facts_view.attribute(facts, facts_view.attribute_of_name(facts, ref))
        if attribute is not None:
            yield attribute.name


def has_all_members(inference: Inference, entity: Entity, used: set[str]) -> bool:
    """True if a class has all of these members, as far as its bases are known."""
    if any(base.kind == OUTSIDE for base in mro(inference, entity)):
        return all(
            any(
                item.entity.kind != OUTSIDE
                for base in mro(inference, entity)
                if base.kind == CLASS
                for item in class_member(inference, base, name)
            )
            for name in used
        )
    return all(class_member(inference, entity, name) for name in used)


def is_distinctive(inference: Inference, name: str) -> bool:
    """True if a member's name is none that classes of the standard library have."""
    if len(name) < _MIN_LENGTH or name.startswith("__"):
        return False
    return not standard_classes_defining(inference, name)


def standard_classes_defining(inference: Inference, name: str) -> list[tuple[str, Entity]]:
    """Return the classes that everybody uses that define a member, each with its module's name."""
    return cached(
        inference,
        ("standard classes with", name),
        lambda: list(_standard_classes_with(inference, name)),
        list["tuple[str, Entity]"](),
    )


def _standard_classes_with(inference: Inference, name: str) -> Iterator[tuple[str, Entity]]:
    snapshot = inference.snapshot
    stubs = set(snapshot.files_outside_with(snapshot.index.search_path.stdlib, name))
    for module, path in _common_modules(inference):
        facts = inference.facts(path) if path in stubs else None
        if facts is None:
            continue
        for scope in facts.bindings_by_scope(facts.name_id(name)):
            if facts.scope.kind[scope] == f.CLASS_SCOPE:
                yield module, Entity(CLASS, path, facts.scope.definition[scope])


def _common_modules(inference: Inference) -> list[tuple[str, str]]:
    """Names and paths of the modules whose classes everybody uses, as far as anybody does here."""

    def find() -> list[tuple[str, str]]:
        used = (
            module
            for module in _COMMON
            if module in _EVERYWHERE or inference.files_with(module.partition(".")[0])
        )
        found = ((module, find_module(inference, module)) for module in used)
        return [(module, entity.path) for module, entity in found if entity is not None]

    return cached(inference, ("common modules",), find, list["tuple[str, str]"]())


def class_with_members(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return the only class that has all attributes used on a parameter."""
    if inference.progress.conventions > 1:
        return None  # too weak for others to rest on
    used = attributes_used_on_parameter(query)
    entity = only_class_with(inference, query.path, used)
    if entity is None:
        return None
    noun = "attribute" if len(used) == 1 else "attributes"
    because = f"the only class with the {len(used)} {noun} used on it"
    return Answer((instance(entity),), "members-used", because)


def only_class_with(
    inference: Inference, path: str, used: set[str], name: str = ""
) -> Entity | None:
    """Return the only class, its subclasses apart, that defines all of these members.

    Classes of the file and of the modules that it imports come first. Where there is none, ``name``
    alone counts if it is given, for a class that has more than half of the others as well.
    """
    found = _classes_with(inference, path, used)
    if not found and name and len(used) > 1:
        found = [
            cls
            for cls in _classes_with(inference, path, {name})
            if 2 * sum(has_all_members(inference, cls, {each}) for each in used) > len(used)
        ]
    # Anything may be a mapping or a sequence, that of a library or one of the workspace.
    is_told = len(found) == 1 and not found[0].path.endswith(_ABSTRACT)
    return found[0] if is_told else None


def _classes_with(inference: Inference, path: str, used: set[str]) -> list[Entity]:
    """Return the classes with all of these members that derive from no other one with them."""
    fewest: list[Entity] | None = None
    standard: list[tuple[str, Entity]] = []
    for name in sorted(used, key=lambda text: (-len(text), text))[:_LOOKED_UP]:
        if len(name) < _MIN_LENGTH:
            break
        classes = _classes_defining(inference, name, is_supporting_file(path))
        if classes is not None and (fewest is None or len(classes) < len(fewest)):
            fewest, standard = classes, standard_classes_defining(inference, name)
    if fewest is None:
        return []
    near = imported_files(inference, path)
    always = [cls for module, cls in standard if module in _EVERYWHERE or cls.path in near]
    others = [cls for _, cls in standard] if fewest else []
    for candidates in (
        [*(cls for cls in fewest if cls.path in near), *always],
        [*fewest, *others],
    ):
        fitting = [cls for cls in candidates if has_all_members(inference, cls, used)]
        if fitting:
            return _roots(inference, fitting)
    return []


def _roots(inference: Inference, classes: list[Entity]) -> list[Entity]:
    """Return those of some classes that derive from no other one of them."""
    return [
        cls
        for cls in classes
        if not any(other != cls and other in mro(inference, cls) for other in classes)
    ]


def imported_files(inference: Inference, path: str) -> frozenset[str]:
    """Return a file, and those of the modules and classes that it imports."""
    return cached(
        inference,
        ("imported files", path),
        lambda: _find_imported_files(inference, path),
        frozenset[str](),
    )


def _find_imported_files(inference: Inference, path: str) -> frozenset[str]:
    facts = inference.need(path)
    found = {path}
    for row in range(len(facts.imports.module)):
        found.update(
            item.entity.path
            for item in import_target(inference, path, facts, row)
            if item.entity.kind in (CLASS, MODULE)
        )
    return frozenset(found)


def _classes_defining(inference: Inference, name: str, is_supporting: bool) -> list[Entity] | None:
    """Return the classes that define a member themselves; None if there are too many.

    Those of tests, documentation and examples count in such files only.
    """
    nobody: list[Entity] | None = []
    return cached(
        inference,
        ("defining", name, is_supporting),
        lambda: _find_classes_defining(inference, name, is_supporting),
        nobody,
    )


def _find_classes_defining(
    inference: Inference, name: str, is_supporting: bool
) -> list[Entity] | None:
    files = files_defining(inference, name)
    if not is_supporting:
        files = [path for path in files if not is_supporting_file(path)]
    if len(files) > _SYMBOLS:
        return None
    found: list[Entity] = []
    for path in files:
        facts = inference.facts(path)
        if facts is not None:
            found += [Entity(CLASS, path, row) for row in dict.fromkeys(_owners(facts, name))]
    return found


def class_of(inference: Inference, member: Entity) -> Entity:
    """Return the class that a member is defined in."""
    return Entity(CLASS, member.path, owner_class(inference.need(member.path), member))


def files_defining(inference: Inference, name: str) -> list[str]:
    """Return the files in which a class, a function or a member of this name is defined."""
    found = {path for path, _ in inference.snapshot.symbols_named([name])}
    # Those that the index does not show, or not as they are.
    others = inference.snapshot.overlaid() | inference.snapshot.view.pending
    if others:
        found |= others & set(inference.files_with(name))
    return sorted(found)


def _owners(facts: FileFacts, name: str) -> Iterator[int]:
    row = facts.name_id(name)
    if row < 0:
        return
    kinds, definitions = facts.scope.kind, facts.scope.definition
    for index, bound in enumerate(facts.binding.name):
        if bound == row:
            scope = facts.binding.scope[index]
            if kinds[scope] == f.CLASS_SCOPE:
                yield definitions[scope]
    table = facts.attribute_binding
    for index, bound in enumerate(table.name):
        if bound == row and table.owner[index] >= 0:
            yield table.owner[index]
