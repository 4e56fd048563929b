"""Receivers that may have more than their type says: mixins, mocks, abstract classes of stubs."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.resolve.classes import class_member, is_protocol, mro
from ...indexer.resolve.entities import CLASS, name_of, owner_class
from ...indexer.resolve.types import INSTANCE, SUPER, named
from .company import classes_with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.resolve.entities import Entity
    from ...indexer.resolve.types import Type
    from .file import File

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


def is_of_outer_class(file: File, type_: Type, name: str) -> bool:
    """Whether a class around a class has a member: frameworks hand it on to those inside."""
    for value in type_:
        if value[1][0] != CLASS:
            continue
        facts = file.strict.need(value[1][1])
        outer = owner_class(facts, value[1])
        while outer >= 0:
            entity = (CLASS, value[1][1], outer)
            if class_member(file.strict, entity, name):
                return True
            outer = owner_class(facts, entity)
    return False


def is_below(file: File, type_: Type, name: str) -> bool:
    """Whether a class has a member that its package derives from an installed one.

    What says that it gives a node gives some kind of node.
    """
    layers = file.strict.index.layers
    for value in type_:
        cls = value[1]
        if value[0] != INSTANCE or cls[0] != CLASS or cls[1][:1] != "/":
            continue
        if layers.layer(cls[1]) == "stdlib":
            continue
        for _, folder in layers.top_levels():
            if not cls[1].startswith(folder + "/"):
                continue
            for path in _naming(layers.listed(folder), name)[:_LOOKED_INTO]:
                for other in classes_with(file.strict, path, name):
                    if cls in mro(file.strict, other):
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


def is_part(file: File, type_: Type) -> bool:
    """Whether a value is of a class that is there to be mixed in, or what stands behind one."""
    for value in type_:
        if value[1][0] != CLASS:
            continue
        if "mixin" in name_of(file.strict, value[1]).lower():
            return True
        if value[0] == SUPER and len(mro(file.strict, value[1])) <= 2:
            return True  # nothing but `object` is, unless another class comes between
    return False


def is_more_than_said(file: File, type_: Type) -> bool:
    """Whether a value is at least an abstract class of the standard library, and so more."""
    layers = file.strict.index.layers
    return any(
        value[0] == INSTANCE
        and value[1][0] == CLASS
        and value[1][1].endswith(".pyi")
        and layers.layer(value[1][1]) == "stdlib"
        and (
            is_protocol(file.strict, value[1])
            or name_of(file.strict, value[1]).startswith("_")
            or _has_abstract_methods(file, value[1])
        )
        for value in type_
    )


def usually_has(file: File, type_: Type, name: str) -> bool:
    """Whether a class of the standard library that is usually meant has a member."""
    if any(name_of(file.strict, value[1]).startswith("_") for value in type_):
        return True  # such a class is an invention of stubs
    for module, names in _USUAL.items():
        for each in names:
            cls = named(file.strict, module, each)
            if cls is None or not class_member(file.strict, cls, name):
                continue
            order = mro(file.strict, cls)
            if any(value[1] in order for value in type_):
                return True
    return False


def _has_abstract_methods(file: File, cls: Entity) -> bool:
    facts = file.strict.need(cls[1])
    scope = facts.definition[f.DEF_OWN_SCOPE][cls[2]]
    return any(
        where == scope and flags & f.ABSTRACT
        for where, flags in zip(
            facts.definition[f.DEF_SCOPE], facts.definition[f.DEF_FLAGS], strict=True
        )
    )


def is_mocked(file: File, receiver: int, position: int) -> bool:
    """Whether the code around uses a receiver as a mock: it asks what of it was called."""
    name = file.spelled(receiver).partition(".")[0].encode()
    if not name or not any(word in file.text for word in (b"assert_called", b"mock", b"called")):
        return False
    import re

    table = file.facts.definition
    around = [
        row
        for row, start in enumerate(table[f.DEF_START])
        if start <= position < table[f.DEF_END][row] and table[f.DEF_KIND][row] == f.FUNCTION
    ]
    if not around:
        return False
    text = file.text[table[f.DEF_START][around[-1]] : table[f.DEF_END][around[-1]]]
    return re.search(rb"(?<![\w.])" + re.escape(name) + _MOCKING, text) is not None
