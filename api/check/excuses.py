"""Excuses: reasons to be silent, or less severe, about code that looks wrong.

Each is an entry of :data:`EXCUSES`: its name, the reason, and the kind of code that asked for it;
its function is the test. Excuses that depend on one file only, as code that never runs, are methods
of :class:`.CheckContext`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.classes import is_protocol, members
from ...indexer.inference.entities import (
    CLASS,
    FUNCTION,
    PARAMETER,
    Entity,
    name_of,
    owner_class,
)
from ...indexer.inference.has_member import ABSENT, has_member
from ...indexer.inference.inference import Inference
from ...indexer.inference.members import member_definitions
from ...indexer.inference.module_writes import package_files_with
from ...indexer.inference.modules import imported_module
from ...indexer.inference.names import bindings_in_force
from ...indexer.inference.narrowing import narrow_by_tests
from ...indexer.inference.query_cache import cached
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.types import CLASS_OBJECT, FUNCTION_OBJECT, INSTANCE, SUPER
from ...indexer.paths import TEST_FOLDERS, is_test_name
from ...indexer.plugins.registry import is_used_as_double, replaced_members
from ...indexer.scope_map import blocks_around
from .callees import Callee
from .context import CheckContext
from .known_names import classes_with, files_outside_with, is_used_together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


@dataclass(frozen=True, slots=True)
class Excuse:
    """A reason to be silent about a fault, or to lower its severity."""

    name: str
    reason: str
    code: str
    applies: Callable[..., bool]


# Code that is meant to fail.

_EXPECTING = (b"raises", b"assertRaises", b"suppress", b"assertWarns", b"warns", b"expect")
_FAILING = (b"xfail", b"expectedFailure")


def is_expected_to_fail(context: CheckContext, position: int, *exceptions: str) -> bool:
    """True if a handler, ``pytest.raises`` or a failing test is around a position."""
    if context.is_guarded(position, *exceptions) or _is_in_failing_test(context, position):
        return True
    facts, text = context.facts, context.text
    for block in blocks_around(facts, context.scope_at(position), position):
        if facts.block.kind[block] == f.WITH_BODY:
            start = facts.block.start[block]
            begin = text.rfind(b"with", 0, start)
            if any(word in text[begin:start] for word in _EXPECTING):
                return True
    line = facts.line_starts[facts.line_of(position)]
    # `with pytest.raises(TypeError): call()` on one line, `assertRaises(TypeError, call)`
    return b"raises" in text[line:position].lower()


def _is_in_failing_test(context: CheckContext, position: int) -> bool:
    """True if a function around a position is a test that is to fail, or is to raise in one."""
    table = context.facts.definition
    return any(
        table.start[row] <= position < table.end[row]
        and (_is_marked(context, row) or _is_to_raise(context, row))
        for row in range(len(table.start))
    )


def _is_marked(context: CheckContext, row: int) -> bool:
    table = context.facts.definition
    text = context.text[table.start[row] : table.position[row]]
    return table.decorators[row] >= 0 and any(word in text for word in _FAILING)


def _is_to_raise(context: CheckContext, row: int) -> bool:
    """True if a function inside of another is passed to ``assertRaises(TypeError, function)``."""
    facts = context.facts
    scope = facts.definition.scope[row]
    if facts.scope.kind[scope] != f.FUNCTION_SCOPE or b"aises(" not in context.text:
        return False
    name = re.escape(facts_view.definition_name(facts, row).encode())
    return re.search(rb"aises\([^()\n]*,\s*" + name + rb"\b", context.text) is not None


# Code that does not run here, or that tests only read.


def is_for_another_version(context: CheckContext, position: int) -> bool:
    """True if a test of a version decides if code runs: a constant called so, or a comparison."""
    table = context.facts.block
    return any(
        table.kind[block] in (f.IF_TRUE, f.IF_FALSE)
        and table.test[block] >= 0
        and _is_version_test(context, table.test[block])
        for block in blocks_around(context.facts, context.scope_at(position), position)
    )


# `PIP_VERSION < (26, 2)`, `parse(numpy.__version__) >= NUMPY_2`, and not `self.version == 3`.
_VERSION = re.compile(rb"\w*VERSION\w*|__version__|\w+_version\b|version_info|[vV]ersion\(")
_COMPARISON = re.compile(rb"[<>]|[=!]=")


def _is_version_test(context: CheckContext, test: int) -> bool:
    name = context.spelled(test).rpartition(".")[2].lstrip("_").upper()
    if name.startswith(("PY2", "PY3", "IS_PY", "PYPY")):
        return True
    facts = context.facts
    line = facts.line_of(facts.expr.position[test])
    text = context.text[facts.line_starts[line] : facts.line_starts[line + 1]]
    return bool(_VERSION.search(text) and _COMPARISON.search(text))


def is_fallback(context: CheckContext, position: int) -> bool:
    """True if code runs only where something newer is missing.

    That is so in a handler of AttributeError, and where a test with ``hasattr`` failed.
    """
    facts, table = context.facts, context.facts.block
    scope = context.scope_at(position)
    while scope >= 0:
        for block in blocks_around(facts, scope, position):
            kind, test = table.kind[block], table.test[block]
            if kind == f.HANDLER and not _FOR_MISSING.isdisjoint(context.caught(test)):
                return True
            is_not = test >= 0 and facts_view.op(facts, test) == f.NOT
            asked = facts_view.operand(facts, test) if is_not else test
            if (
                kind == (f.IF_TRUE if is_not else f.IF_FALSE)
                and asked >= 0
                and facts_view.plain_name(facts, facts_view.called(facts, asked)) == "hasattr"
            ):
                return True
        scope = facts.scope.parent[scope]
    return False


_FOR_MISSING = frozenset(["AttributeError", "ImportError", "ModuleNotFoundError"])


def is_alternative(context: CheckContext, position: int, receiver: int) -> bool:
    """True if an attribute is read where another one of the same object was found missing."""
    names = context.spelled(receiver).split(".")
    # Of `self` nearly every `try` reads something.
    paths = [".".join(names[:end]) for end in range(1 + (names[0] in _OWN), len(names) + 1)]
    wanted = [rf"(?<![\w.]){re.escape(path)}\.".encode() for path in paths if path]
    table = context.facts.block
    for block in blocks_around(context.facts, context.scope_at(position), position):
        if table.kind[block] != f.HANDLER or "AttributeError" not in context.caught(
            table.test[block]
        ):
            continue
        tried = [
            row
            for row, kind in enumerate(table.kind)
            if kind == f.TRY
            and table.parent[row] == table.parent[block]
            and table.end[row] <= table.start[block]
        ]
        text = context.text[table.start[tried[-1]] : table.end[tried[-1]]] if tried else b""
        if any(re.search(path, text) for path in wanted):
            return True
    return False


_OWN = ("self", "cls")


# Modules from which on a package of them is data as a whole.
_MANY = 4


def is_test_data(inference: Inference, path: str) -> bool:
    """True if a file is input of tests, rather than code that runs.

    It lies in a folder of its own below the tests, is not called like a test, and nothing imports
    it. A package is that only as a whole: a new module of helpers is code.
    """
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    if TEST_FOLDERS.isdisjoint(folders[:-1]) or is_test_name(name):
        return False
    folder = "/".join(folders)
    if stem == "__init__" or any(
        inference.exists(f"{folder}/__init__{suffix}") for suffix in (".py", ".pyi")
    ):
        return stem != "__init__" and _is_package_of_data(inference, folder)
    return not _is_imported(inference, path, stem)


def _is_package_of_data(inference: Inference, folder: str) -> bool:
    """True if a package below the tests has many modules, no test and none that others import."""
    key = ("package of data", folder)
    return cached(inference, key, lambda: _has_data_only(inference, folder), False)


def _has_data_only(inference: Inference, folder: str) -> bool:
    names = {
        path: path.rpartition("/")[2]
        for path in inference.snapshot.paths()
        if path.rpartition("/")[0] == folder and path.endswith(".py")
    }
    modules = {path: name for path, name in names.items() if name != "__init__.py"}
    return len(modules) >= _MANY and not any(
        is_test_name(name) or _is_imported(inference, path, name[:-3], apart=folder)
        for path, name in modules.items()
    )


def _is_imported(inference: Inference, path: str, stem: str, apart: str | None = None) -> bool:
    """True if another file of the workspace, but for those in one folder, imports this one."""
    return any(
        _imports(inference, other, path, stem)
        for other in inference.files_with(stem)
        if other != path and other.rpartition("/")[0] != apart
    )


def _imports(inference: Inference, importer: str, path: str, stem: str) -> bool:
    """True if one file imports another one, whose name without its suffix is ``stem``."""
    facts = inference.facts(importer)
    if facts is None:
        return False
    table = facts.imports
    for module_row, name_row in zip(table.module, table.name, strict=True):
        module = facts.names[module_row]
        if name_row >= 0 and facts.names[name_row] == stem:
            module += stem if module.endswith(".") else f".{stem}"
        if module.rpartition(".")[2] == stem and (
            imported_module(inference, importer, module).path == path
        ):
            return True
    return False


def is_replaced(context: CheckContext, callee: Callee) -> bool:
    """True if the file, or fixtures of its folders, put something else in place of a callee."""
    inference, entity = context.strict, callee.entity
    name = name_of(inference, entity)
    modules = [path.rpartition("/")[2].partition(".")[0] for path in (entity.path, context.path)]
    members = {(module, name) for module in modules}
    start = next((each.start for each in callee.signatures if each.start is not None), None)
    if entity.kind == FUNCTION and start is None:
        owner = owner_class(inference.need(entity.path), entity)
        start = Entity(CLASS, entity.path, owner) if owner >= 0 else None
    for cls in inference.mro(start) if start is not None else ():
        if cls.kind == CLASS:
            own = (name,) if entity.kind == FUNCTION else ("__init__", "__new__")
            members |= {(name_of(inference, cls), each) for each in own}
    folder, *_ = context.path.rpartition("/")
    files = [context.path]
    while folder:
        files.append(f"{folder}/conftest.py")
        folder = folder.rpartition("/")[0]
    return any(
        facts is not None and not members.isdisjoint(replaced_members(facts))
        for facts in map(inference.facts, [*files, "conftest.py"])
    )


# Receivers that may have more members than their type shows.

# Concrete classes that are mostly meant by the abstract ones of the standard library.
_CONCRETE_CLASSES = {
    "io": ("BytesIO", "StringIO", "TextIOWrapper", "BufferedReader", "BufferedWriter", "FileIO"),
    "builtins": ("dict", "list", "tuple", "set", "str", "bytes", "bytearray"),
    "collections": ("OrderedDict", "defaultdict", "Counter", "ChainMap", "deque"),
    "typing": ("Generator", "AsyncGenerator"),
}

# Files of a package that are searched for classes derived from one of its own.
_SEARCHED_FILES = 60


def is_of_outer_class(context: CheckContext, type_: Type, name: str) -> bool:
    """True if a class around a class has a member: frameworks pass it on to those inside."""
    for value in type_:
        if value.entity.kind != CLASS:
            continue
        facts = context.strict.need(value.entity.path)
        outer = owner_class(facts, value.entity)
        while outer >= 0:
            entity = Entity(CLASS, value.entity.path, outer)
            if context.strict.class_member(entity, name):
                return True
            outer = owner_class(facts, entity)
    return False


def is_derived_elsewhere(context: CheckContext, type_: Type, name: str) -> bool:
    """True if a subclass in the same package, or in the workspace, has a member.

    A function of a package that is annotated to return a node returns some kind of node, and the
    server of a request is some kind of server.
    """
    for value in type_:
        cls = value.entity
        if value.form != INSTANCE or cls.kind != CLASS or not cls.is_outside:
            continue
        if cls.path.endswith("/builtins.pyi"):
            continue  # `class Markup(str)` says nothing of strings
        for path in context.strict.files_with(name)[:_SEARCHED_FILES]:
            for other in classes_with(context.strict, path, name):
                if cls in context.strict.mro(other):
                    return True
        for path in islice(package_files_with(context.strict, cls.path, name), _SEARCHED_FILES):
            for other in classes_with(context.strict, path, name):
                if cls in context.strict.mro(other):
                    return True
    return False


def is_of_tested_class(context: CheckContext, receiver: int, name: str) -> bool:
    """True if a test finds a class that is not of the workspace, and a derived one has a member.

    ``isinstance(value, dict)`` holds for every kind of mapping that a library derives from it.
    """
    strict = context.strict
    tested = narrow_by_tests(strict, context.path, receiver, ())
    found = {value.entity for value in tested if value.form == INSTANCE}
    classes = {cls for cls in found if cls.kind == CLASS and cls.is_outside}
    if not classes:
        return False
    outside = (path for path, _ in files_outside_with(strict, name))
    return any(
        classes.intersection(strict.mro(other))
        for path in islice(chain(strict.files_with(name), outside), _SEARCHED_FILES)
        for other in classes_with(strict, path, name)
    )


def may_be_named_tuple(context: CheckContext, type_: Type, name: str) -> bool:
    """True if a value is declared as a tuple of any length, which may be one with named fields."""
    tuple_class = standard_class(context.strict, "builtins", "tuple")
    list_class = standard_class(context.strict, "builtins", "list")
    return (
        all(
            value.form in (INSTANCE, CLASS_OBJECT)
            and value.entity == tuple_class
            and len(value.args) < 2
            for value in type_
        )
        and list_class is not None
        and not context.strict.class_member(list_class, name)
    )


def is_returned_by_body(context: CheckContext, receiver: int, name: str) -> bool:
    """True if a function returns what has a member, although it is annotated to return less."""
    inference = context.strict
    attribute = facts_view.attribute(context.facts, receiver)
    functions = [
        value.entity
        for function in _called_for(context, receiver)
        for value in inference.infer_type(context.path, function)
        if value.form == FUNCTION_OBJECT
    ]
    if attribute is not None:  # a property
        functions = [
            item.entity
            for value in inference.infer_type(context.path, attribute.receiver)
            for item in member_definitions(inference, value, attribute.name)
            if item.entity.kind == FUNCTION
        ]
    for entity in functions:
        facts = inference.need(entity.path)
        for expr in facts_view.returned(facts, facts.definition.own_scope[entity.row]):
            for value in inference.infer_type(entity.path, expr):
                if has_member(inference, value, name) != ABSENT:
                    return True
    return False


def _called_for(context: CheckContext, expr: int) -> list[int]:
    """Return what is called for the value of an expression: a call, or a variable that has one."""
    facts = context.facts
    values = [expr]
    if facts_view.plain_name(facts, expr):
        name, scope = facts_view.name_row(facts, expr), facts_view.name_scope(facts, expr)
        rows = bindings_in_force(facts, scope, name, facts.expr.position[expr], expr)
        values = [facts.binding.value[row] for row in rows]
    called = (facts_view.called(facts, value) for value in values if value >= 0)
    return [function for function in called if function >= 0]


def is_in_implementation(context: CheckContext, type_: Type, name: str) -> bool:
    """True if a class that has the members of a protocol has one more."""
    return any(
        value.form == INSTANCE
        and is_protocol(context.strict, value.entity)
        and is_used_together(
            context.strict,
            name,
            frozenset(
                member for member, item, _ in members(context.strict, value.entity)
                if item.entity.path == value.entity.path
            ),
        )
        for value in type_
    )  # fmt: skip


def is_part_of_test(context: CheckContext, type_: Type) -> bool:
    """True if a class has mostly test methods and no base that runs them: a class beside it has."""
    inference = context.strict
    for value in type_:
        cls = value.entity
        if cls.kind != CLASS or name_of(inference, cls).startswith("Test"):
            continue
        if any(base.is_outside for base in inference.mro(cls)):
            continue
        methods = [
            member
            for member, item, _ in members(inference, cls)
            if item.entity.kind == FUNCTION and not member.startswith("_")
        ]
        if 2 * sum(member.startswith("test") for member in methods) > len(methods):
            return True
    return False


def is_base_in_call(context: CheckContext, type_: Type) -> bool:
    """True if a class is a base of what a call makes: other bases, or the call, give it more."""
    classes = {value.entity for value in type_ if value.form == INSTANCE}
    return not classes.isdisjoint(_bases_in_calls(context.inference))


# Names by which a class is called to make another one, `__class__` for that of a class.
_MAKING_CLASSES = ("type", "__class__")


def _bases_in_calls(inference: Inference) -> frozenset[Entity]:
    """Return the classes of the workspace that ``type("Name", (Base, …), …)`` is called with.

    With those above them, which see the same members.
    """

    def collected() -> frozenset[Entity]:
        found: set[Entity] = set()
        for path in {path for name in _MAKING_CLASSES for path in inference.files_with(name)}:
            facts = inference.need(path)
            for call in facts_view.calls(facts):
                arguments = facts_view.positional_arguments(facts, call.row)
                if len(arguments) != 3 or not _makes_class(facts, call.function):
                    continue
                if facts_view.op(facts, arguments[1]) == f.TUPLE:
                    for base in facts_view.elements(facts, arguments[1]):
                        found.update(_classes_meant(inference, path, base))
                else:  # computed, such as all classes of the module that are called so
                    classes = facts_view.definitions(facts, f.CLASS)
                    found.update(Entity(CLASS, path, row) for row in classes)
        return frozenset(
            base for cls in found for base in inference.mro(cls) if not base.is_outside
        )

    return cached(inference, ("bases in calls",), collected, frozenset["Entity"]())


def _makes_class(facts: FileFacts, function: int) -> bool:
    """True for ``type`` and ``cls.__class__``, and not for an attribute that is called ``type``."""
    attribute = facts_view.attribute(facts, function)
    if attribute is not None:
        return attribute.name == "__class__"
    return facts_view.plain_name(facts, function) == "type"


def _classes_meant(inference: Inference, path: str, base: int) -> Iterator[Entity]:
    """Yield the classes that an expression may stand for, for a parameter those passed for it."""
    found = inference.definitions_of(path, base)
    yield from (item.entity for item in found if item.entity.kind == CLASS)
    if any(item.entity.kind == PARAMETER for item in found):
        for value in inference.infer_type(path, base):
            if value.form == CLASS_OBJECT and value.entity.kind == CLASS:
                yield value.entity


def is_mixin_part(context: CheckContext, type_: Type) -> bool:
    """True if a value is of a mixin class, or is what ``super()`` of one gives."""
    for value in type_:
        if value.entity.kind != CLASS:
            continue
        if "mixin" in name_of(context.strict, value.entity).lower():
            return True
        if value.form == SUPER and len(context.strict.mro(value.entity)) <= 2:
            return True  # a member of `object`, or of a class that comes between
    return False


def may_have_more_members(context: CheckContext, type_: Type) -> bool:
    """True if a value is of an abstract class of the standard library, so of a subclass of it."""
    search_path = context.strict.snapshot.index.search_path
    return any(
        value.form == INSTANCE
        and value.entity.kind == CLASS
        and value.entity.path.endswith(".pyi")
        and search_path.layer(value.entity.path) == "stdlib"
        and (
            is_protocol(context.strict, value.entity)
            or value.entity == standard_class(context.strict, "builtins", "BaseException")
            or name_of(context.strict, value.entity).startswith("_")
            or _has_abstract_methods(context, value.entity)
        )
        for value in type_
    )


def usually_has_member(context: CheckContext, type_: Type, name: str) -> bool:
    """True if a concrete class of the standard library that is mostly meant has a member."""
    raised = standard_class(context.strict, "builtins", "BaseException")
    for value in type_:
        # Such a class exists in stubs only; what was raised, whoever asks, is of any subclass.
        if name_of(context.strict, value.entity).startswith("_") or value.entity == raised:
            return True
    for module, names in _CONCRETE_CLASSES.items():
        for each in names:
            cls = standard_class(context.strict, module, each)
            if cls is None or not context.strict.class_member(cls, name):
                continue
            order = context.strict.mro(cls)
            if any(value.entity in order for value in type_):
                return True
    return False


def _has_abstract_methods(context: CheckContext, cls: Entity) -> bool:
    facts = context.strict.need(cls.path)
    scope = facts.definition.own_scope[cls.row]
    return any(
        where == scope and flags & f.ABSTRACT
        for where, flags in zip(facts.definition.scope, facts.definition.flags, strict=True)
    )


def is_mocked(context: CheckContext, receiver: int, position: int) -> bool:
    """True if the function around uses a receiver as a mock, and inspects its calls."""
    name = context.spelled(receiver).partition(".")[0]
    table = context.facts.definition
    around = [
        row
        for row, start in enumerate(table.start)
        if start <= position < table.end[row] and table.kind[row] == f.FUNCTION
    ]
    return bool(name and around) and is_used_as_double(
        context.text, table.start[around[-1]], table.end[around[-1]], name
    )


TEST_DATA = Excuse(
    "test-data",
    "It is input of tests, which may be wrong on purpose: hints only.",
    "`tests/data/broken.py` of a formatter or linter",
    is_test_data,
)

EXCUSES = (
    TEST_DATA,
    Excuse(
        "expected-failure",
        "A handler, `pytest.raises`, `suppress` or an `xfail` mark expects the failure.",
        "`with pytest.raises(TypeError): area(1, 2, 3)`",
        is_expected_to_fail,
    ),
    Excuse(
        "other-version",
        "A comparison of versions, or a constant that is named after one, guards it.",
        "`if PIP_VERSION < (26, 2): raise exceptions.ConnectionFailedError`",
        is_for_another_version,
    ),
    Excuse(
        "replaced",
        "A test replaces what is called.",
        '`with patch("m.Ask.__init__", return_value=None): Ask()`',
        is_replaced,
    ),
    Excuse(
        "fallback",
        "It is in a handler of AttributeError or ImportError, or where `hasattr` says no: where "
        "something newer is missing.",
        "`except AttributeError: signature = inspect.getargspec`",
        is_fallback,
    ),
    Excuse(
        "alternative",
        "It is in a handler of AttributeError, whose `try` reads the same object.",
        "`except AttributeError: code = self.ascend.im_func.func_code`",
        is_alternative,
    ),
    Excuse(
        "outer-class",
        "The class is nested in one that has the member: frameworks pass it on.",
        "`class Meta` of Django models",
        is_of_outer_class,
    ),
    Excuse(
        "derived-elsewhere",
        "A subclass in the package of the declared class, or in the workspace, has the member.",
        "`def parse(self) -> Node` of a parser, which returns subclasses of `Node`",
        is_derived_elsewhere,
    ),
    Excuse(
        "tested-class",
        "A test says what it is derived from, and a class that derives so has the member.",
        "`if isinstance(each, dict): each.reference`, where a library derives from `dict`",
        is_of_tested_class,
    ),
    Excuse(
        "mixin",
        "The class is mixed into others, which have the member.",
        "`class LoginMixin` that calls `super().dispatch()`",
        is_mixin_part,
    ),
    Excuse(
        "base-in-call",
        "The class is a base of what a call of `type` makes, whose other bases have the member.",
        '`type("Parts", (AclPart,), {})`, `cls.__class__("New" + cls.__name__, (cls,), members)`',
        is_base_in_call,
    ),
    Excuse(
        "part-of-test",
        "The class has test methods and no base: a test case that it is mixed into has the member.",
        "`class MappingChecks: def test_keys(self): self.assertEqual(1, 1)`",
        is_part_of_test,
    ),
    Excuse(
        "named-tuple",
        "A tuple of any length may have named fields.",
        "`for row in frame.itertuples(): row.price`",
        may_be_named_tuple,
    ),
    Excuse(
        "returned-by-body",
        "The body of the function returns what has the member.",
        "`def theme(self) -> dict: return self._theme`, where that is a `Theme(dict)`",
        is_returned_by_body,
    ),
    Excuse(
        "implementation",
        "A class with all members of the protocol has the member.",
        "`def open_log() -> HasRead` that returns a file, which is closed",
        is_in_implementation,
    ),
    Excuse(
        "abstract-stub",
        "A stub declares an abstract class; the value is of a subclass with more members.",
        "`sys.stdout.buffer`, where `stdout` is a `TextIO`",
        may_have_more_members,
    ),
    Excuse(
        "concrete-class",
        "The concrete class that is mostly meant has the member.",
        "`getvalue()` of an `IO[str]` that is a `StringIO`",
        usually_has_member,
    ),
    Excuse(
        "mock",
        "The function around inspects the calls of the receiver.",
        "`client.send.assert_called_once()`",
        is_mocked,
    ),
    Excuse(
        "dead-code",
        "A constant test, or one of version and platform, says that it does not run here.",
        '`if sys.platform == "win32": os.startfile(path)`',
        CheckContext.is_dead,
    ),
    Excuse(
        "guarded",
        "A handler around catches the exception that the fault would raise.",
        "`try: import simplejson` with `except ImportError`",
        CheckContext.is_guarded,
    ),
    Excuse(
        "attribute-test",
        "A test around asks with `hasattr` or `getattr` what is there.",
        '`if hasattr(stream, "buffer"): stream.buffer.write(data)`',
        CheckContext.has_attribute_test_around,
    ),
)
