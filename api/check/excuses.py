"""Code that is there to fail: what a test expects to be raised, or a handler catches.

Receivers that may have more than their type says: mixins, mocks, abstract classes of stubs.
"""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import is_protocol
from ...indexer.inference.entities import CLASS, Entity, name_of, owner_class
from ...indexer.inference.standard_types import standard_class
from ...indexer.inference.types import INSTANCE, SUPER
from ...indexer.scope_map import block_at
from .duck_types import classes_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.types import Type
    from .context import CheckContext


_EXPECTING = (b"raises", b"assertRaises", b"suppress", b"assertWarns", b"warns", b"expect")

_FAILING = (b"xfail", b"expectedFailure")


def is_expected_to_fail(context: CheckContext, position: int, *exceptions: str) -> bool:
    """Whether a handler or a ``with pytest.raises(…)`` around a position is for its failing."""
    if context.is_guarded(position, *exceptions) or _is_in_failing_test(context, position):
        return True
    kinds, parents, _, starts = context.facts.block[:4]
    block = block_at(context.facts, context.scope_at(position), position)
    while block >= 0:
        if kinds[block] == f.WITH_BODY:
            begin = context.text.rfind(b"with", 0, starts[block])
            if any(word in context.text[begin : starts[block]] for word in _EXPECTING):
                return True
        block = parents[block]
    line = context.facts.line_starts[context.facts.line_of(position)]
    # `with pytest.raises(TypeError): call()` on one line, `assertRaises(TypeError, call)`
    return b"raises" in context.text[line:position].lower()


def _is_in_failing_test(context: CheckContext, position: int) -> bool:
    """Whether a function around a position is decorated as a test that is to fail."""
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
    """Whether a function inside of another is given to ``assertRaises(TypeError, function)``."""
    facts = context.facts
    scope = facts.definition.scope[row]
    if facts.scope.kind[scope] != f.FUNCTION_SCOPE or b"aises(" not in context.text:
        return False
    import re

    name = re.escape(facts.names[facts.definition.name[row]].encode())
    return re.search(rb"aises\([^()\n]*,\s*" + name + rb"\b", context.text) is not None


def is_for_another_version(context: CheckContext, position: int) -> bool:
    """Whether a constant that is named after versions of Python decides whether code runs: PY38."""
    kinds, parents, tests = context.facts.block[:3]
    block = block_at(context.facts, context.scope_at(position), position)
    while block >= 0:
        if kinds[block] in (f.IF_TRUE, f.IF_FALSE) and tests[block] >= 0:
            name = context.spelled(tests[block]).rpartition(".")[2].lstrip("_").upper()
            if name.startswith(("PY2", "PY3", "IS_PY", "PYPY")):
                return True
        block = parents[block]
    return False


# What stands behind the abstract classes of the standard library, mostly.
_USUAL = {
    "io": ("BytesIO", "StringIO", "TextIOWrapper", "BufferedReader", "BufferedWriter", "FileIO"),
    "builtins": ("dict", "list", "tuple", "set", "str", "bytes", "bytearray"),
    "collections": ("OrderedDict", "defaultdict", "Counter", "ChainMap", "deque"),
    "typing": ("Generator", "AsyncGenerator"),
}

# Files of a package that are looked into for classes derived from one of its own.
_LOOKED_INTO = 60

# What follows the name of a mock where it is asked, or told what to give.
_MOCKING = (
    rb"(\.\w+)*\.(assert_(not_)?(any_)?(called|awaited)\w*|assert_has_(calls|awaits)|called\b|"
    rb"call_count|call_args\w*|mock_calls|method_calls|return_value|side_effect|await_count)"
)


def is_of_outer_class(context: CheckContext, type_: Type, name: str) -> bool:
    """Whether a class around a class has a member: frameworks hand it on to those inside."""
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
    """Whether a class has a member that its package derives from an installed one.

    What says that it gives a node gives some kind of node.
    """
    layers = context.strict.snapshot.index.layers
    for value in type_:
        cls = value.entity
        if value.form != INSTANCE or cls.kind != CLASS or cls.path[:1] != "/":
            continue
        if layers.layer(cls.path) == "stdlib":
            continue
        for _, folder in layers.top_levels():
            if not cls.path.startswith(folder + "/"):
                continue
            for path in _naming(layers.listed(folder), name)[:_LOOKED_INTO]:
                for other in classes_with(context.strict, path, name):
                    if cls in context.strict.mro(other):
                        return True
    return False


def _naming(paths: list[str], name: str) -> list[str]:
    """Those files of Python in whose text a word stands."""
    found = list[str]()
    for path in paths:
        if path.endswith((".py", ".pyi")):
            try:
                with open(path, "rb") as opened:
                    if name.encode("utf-8", "surrogatepass") in opened.read():
                        found.append(path)
            except OSError:
                continue
    return found


def is_mixin_part(context: CheckContext, type_: Type) -> bool:
    """Whether a value is of a class that is there to be mixed in, or what stands behind one."""
    for value in type_:
        if value.entity.kind != CLASS:
            continue
        if "mixin" in name_of(context.strict, value.entity).lower():
            return True
        if value.form == SUPER and len(context.strict.mro(value.entity)) <= 2:
            return True  # nothing but `object` is, unless another class comes between
    return False


def may_have_more_members(context: CheckContext, type_: Type) -> bool:
    """Whether a value is at least an abstract class of the standard library, and so more."""
    layers = context.strict.snapshot.index.layers
    return any(
        value.form == INSTANCE
        and value.entity.kind == CLASS
        and value.entity.path.endswith(".pyi")
        and layers.layer(value.entity.path) == "stdlib"
        and (
            is_protocol(context.strict, value.entity)
            or name_of(context.strict, value.entity).startswith("_")
            or _has_abstract_methods(context, value.entity)
        )
        for value in type_
    )


def usually_has_member(context: CheckContext, type_: Type, name: str) -> bool:
    """Whether a class of the standard library that is usually meant has a member."""
    if any(name_of(context.strict, value.entity).startswith("_") for value in type_):
        return True  # such a class is an invention of stubs
    for module, names in _USUAL.items():
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
    """Whether the code around uses a receiver as a mock: it asks what of it was called."""
    name = context.spelled(receiver).partition(".")[0].encode()
    if not name or not any(word in context.text for word in (b"assert_called", b"mock", b"called")):
        return False
    import re

    table = context.facts.definition
    around = [
        row
        for row, start in enumerate(table.start)
        if start <= position < table.end[row] and table.kind[row] == f.FUNCTION
    ]
    if not around:
        return False
    text = context.text[table.start[around[-1]] : table.end[around[-1]]]
    return re.search(rb"(?<![\w.])" + re.escape(name) + _MOCKING, text) is not None
