"""Messages of findings, in the words of CPython and of the type checkers.

One function for each message. First comes what the interpreter or a checker would say;
what helps besides follows as a second clause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...indexer.inference.entities import OUTSIDE, name_of
from ...indexer.inference.inference import Inference
from ...indexer.inference.types import (
    CLASS_OBJECT,
    FUNCTION_OBJECT,
    INSTANCE,
    MODULE_OBJECT,
    NONE,
    SUPER,
    Value,
)
from .callees import Signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.types import Type


# Alternatives of a union that are shown.
_ALTERNATIVES = 3
_LISTED = 4


def _sentence(message: str, detail: str = "") -> str:
    return f"{message}; {detail}." if detail else f"{message}."


def quoted(names: Iterable[str]) -> str:
    """Return names in quotes, separated by commas."""
    return ", ".join(f"'{name}'" for name in names)


def enumerated(names: Sequence[str]) -> str:
    """Return names in quotes as CPython lists them: ``'a', 'b', and 'c'``."""
    *others, last = names
    if not others:
        return f"'{last}'"
    return f"{quoted(others)}{',' if len(others) > 1 else ''} and '{last}'"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


# Values and their types.


def type_text(inference: Inference, type_: Type) -> str:
    """Return the name of a type: ``int``, ``NoneType``, ``Box | Crate``, ``type[Box]``."""
    if len(type_) == 1:
        return "NoneType" if type_[0].form == NONE else _alternative(inference, type_[0])
    names = dict.fromkeys(_alternative(inference, value) for value in type_)
    return " | ".join(list(names)[:_ALTERNATIVES])


def _alternative(inference: Inference, value: Value) -> str:
    if value.form == INSTANCE:
        return _value_name(inference, value)
    if value.form == CLASS_OBJECT:
        return f"type[{_value_name(inference, value)}]"
    return {NONE: "None", MODULE_OBJECT: "module", SUPER: "super"}.get(value.form, "function")


def _value_name(inference: Inference, value: Value) -> str:
    entity = value.entity
    return entity.path if entity.kind == OUTSIDE else name_of(inference, entity)


def object_text(inference: Inference, type_: Type) -> str:
    """Return the subject of a sentence on a value: ``'Box' object``, ``type object 'Box'``."""
    if len(type_) == 1:
        kinds = {CLASS_OBJECT: "type object", MODULE_OBJECT: "module", FUNCTION_OBJECT: "function"}
        kind = kinds.get(type_[0].form)
        if kind is not None:
            return f"{kind} '{_value_name(inference, type_[0])}'"
    return f"'{type_text(inference, type_)}' object"


# Imports and names.


def no_module(module: str) -> str:
    """Return the message on an import of a module that does not exist."""
    return _sentence(f"No module named '{module}'")


def removed_module(module: str) -> str:
    """Return the message on an import of a module that an edit removed."""
    return _sentence(f"No module named '{module}'", "the edit removed it")


def beyond_top_level(module: str) -> str:
    """Return the message on a relative import with too many dots."""
    return _sentence(f"attempted relative import beyond top-level package: '{module}'")


def not_installed(package: str) -> str:
    """Return the message on an import of a package that the environment lacks."""
    detail = "it is neither in this workspace nor installed in its environment"
    return _sentence(f"No module named '{package}'", detail)


def cannot_import_name(name: str, module: str) -> str:
    """Return the message on an import of a name that its module does not have."""
    return _sentence(f"cannot import name '{name}' from '{module}'")


def import_cycle(name: str, path: str) -> str:
    """Return the message on an import that runs a module that needs what is not bound yet."""
    return _sentence(
        f"circular import: {path} cannot import name '{name}' from this module",
        "it is not bound yet when this line runs",
    )


def partially_initialized(name: str, module: str) -> str:
    """Return the message on an import of a name from a module that has not bound it yet."""
    return _sentence(
        f"cannot import name '{name}' from partially initialized module '{module}'",
        "it is bound after this line",
    )


def shadowed_module(name: str, is_standard: bool) -> str:
    """Return the message on a new file that hides a module of the same name."""
    whose = "standard-library" if is_standard else "installed"
    detail = f"every 'import {name}' finds this file instead"
    return _sentence(f"module '{name}' shadows the {whose} module of the same name", detail)


def import_file_mismatch(module: str, path: str) -> str:
    """Return the message on two test modules that a test runner cannot tell apart."""
    return _sentence(
        f"import file mismatch: this file and {path} are imported as one module '{module}'",
        "neither is in a package",
    )


def undefined_name(name: str) -> str:
    """Return the message on a name that nothing binds."""
    return _sentence(f"name '{name}' is not defined")


def unbound_name(name: str, detail: str, is_local: bool = False) -> str:
    """Return the message on a name that is not bound when it is read; ``detail`` says why."""
    if is_local:
        where = "where it is not associated with a value"
        return _sentence(f"cannot access local variable '{name}' {where}", detail)
    return _sentence(f"name '{name}' is not defined", detail)


def possibly_unbound(name: str, detail: str) -> str:
    """Return the message on a name that may not be bound when it is read."""
    return _sentence(f"'{name}' is possibly unbound", detail)


# Attributes.


def no_attribute(subject: str, name: str, offered: Sequence[str] = ()) -> str:
    """Return the message on a missing attribute; ``offered`` are attributes that there are."""
    detail = f"it has {quoted(offered)}" if offered else ""
    return _sentence(f"{subject} has no attribute '{name}'", detail)


def removed_member(cls: str, name: str, detail: str) -> str:
    """Return the message on a reading of a member that an edit removed or renamed."""
    return _sentence(f"'{cls}' object has no attribute '{name}'", detail)


def extended(message: str, detail: str) -> str:
    """Return a message with a further clause."""
    return _sentence(message.removesuffix("."), detail)


def read_only(subject: str, name: str) -> str:
    """Return the message on a value that is set on what only the class of an instance has."""
    return _sentence(f"{subject} attribute '{name}' is read-only")


def no_setter(name: str, subject: str) -> str:
    """Return the message on a value that is set on a property without setter."""
    return _sentence(f"property '{name}' of {subject} has no setter")


def frozen_field(name: str) -> str:
    """Return the message on a value that is set on an instance of a frozen dataclass."""
    return _sentence(f"cannot assign to field '{name}'", "the dataclass is frozen")


def bad_super(cls: str, other: str) -> str:
    """Return the message on ``super(Other, self)`` in a class that is not derived from it."""
    return _sentence(
        "super(type, obj): obj must be an instance or subtype of type",
        f"'{cls}' is not derived from '{other}'",
    )


def endless_super(cls: str) -> str:
    """Return the message on ``super(type(self), self)``."""
    detail = f"it is the class of the instance, not '{cls}', and calls itself in derived classes"
    return _sentence("super() of the class that an instance happens to have", detail)


UNKNOWN = "unknown attribute"
"""How the message on a name begins that nothing has."""


def unknown_attribute(name: str) -> str:
    """Return the message on an attribute that is defined nowhere."""
    detail = "nothing in this code base or its dependencies has this name"
    return _sentence(f"{UNKNOWN} '{name}'", detail)


def attribute_not_used_together(name: str, receiver: str, others: Sequence[str]) -> str:
    """Return the message on an attribute that no class has along with others used beside it."""
    return _sentence(
        f"'{receiver}' has no attribute '{name}'",
        f"no class has it together with {quoted(others)}",
    )


def known_mistake(name: str, right: str, subject: str, seen: int) -> str:
    """Return the message on an attribute that lessons say was meant to be another one."""
    times = f"it was mended so {seen} times"
    return _sentence(f"'{subject}' has '{right}', not '{name}'", times)


def undeclared_argument(subject: str, name: str, declared: Sequence[str]) -> str:
    """Return the message on an attribute of parsed arguments that no parser declares."""
    detail = f"arguments are declared for {quoted(declared)}"
    return _sentence(f"{subject} has no attribute '{name}'", detail)


# Calls.


def takes(signature: Signature, is_overloaded: bool = False) -> str:
    """Return the clause on the parameters of what is called: ``it takes (width, height=…)``."""
    if is_overloaded:
        return f"the closest overload takes {signature.shown()}"
    return f"it takes {signature.shown()}" if signature.parameters else "it takes no arguments"


def too_many_arguments(name: str, least: int, most: int, passed: int, detail: str) -> str:
    """Return the message on surplus positional arguments; the bound ``self`` is not counted."""
    verb = "was" if passed == 1 else "were"
    counted = _counted(most, "positional argument")
    if least < most:
        counted = f"from {least} to {counted}"
    return _sentence(f"{name}() takes {counted} but {passed} {verb} given", detail)


def missing_arguments(name: str, positional: list[str], keyword: list[str], detail: str) -> str:
    """Return the message on required arguments that a call does not pass."""
    kind = "" if positional and keyword else "positional " if positional else "keyword-only "
    names = positional + keyword
    counted = _counted(len(names), f"required {kind}argument")
    return _sentence(f"{name}() missing {counted}: {enumerated(names)}", detail)


def missing_keys(name: str, keys: list[str]) -> str:
    """Return the message on a dictionary without keys that its type requires."""
    return _sentence(f"missing {_counted(len(keys), 'required key')} of '{name}': {quoted(keys)}")


def unexpected_keyword(name: str, keyword: str, detail: str) -> str:
    """Return the message on a keyword argument that no parameter takes."""
    return _sentence(f"{name}() got an unexpected keyword argument '{keyword}'", detail)


def multiple_values(name: str, keyword: str, detail: str) -> str:
    """Return the message on an argument that is passed by position and by keyword."""
    return _sentence(f"{name}() got multiple values for argument '{keyword}'", detail)


def misplaced_argument(name: str, text: str, before: str, now: str) -> str:
    """Return the message on a positional argument that an edit gave another meaning."""
    return _sentence(f"{name}() takes {text} as '{now}'", f"before the edit it was '{before}'")


def not_callable(inference: Inference, type_: Type, name: str, is_property: bool) -> str:
    """Return the message on a call of what is no function, class or callable object."""
    detail = f"'{name}' is a property" if is_property else ""
    return _sentence(f"{object_text(inference, type_)} is not callable", detail)


# Coroutines.

NOT_USED = "its result is not used"
ALWAYS_TRUE = "it is always true"


def never_awaited(name: str, detail: str) -> str:
    """Return the message on a coroutine that nothing awaits; ``detail`` says what is done."""
    return _sentence(f"coroutine '{name}' was never awaited", detail)


def not_awaitable(type_name: str, detail: str = "") -> str:
    """Return the message on a value that cannot be awaited."""
    return _sentence(f"object {type_name} can't be used in 'await' expression", detail)


def function_for_coroutine(name: str, called: str) -> str:
    """Return the message on an asynchronous function in the place of its coroutine."""
    return _sentence(f"a coroutine was expected, got function '{name}'", f"{called}() awaits it")


def not_asynchronous(name: str, detail: str) -> str:
    """Return the message on an ``await`` of a call of a function that is not asynchronous."""
    return _sentence(f"the result of {name}() can't be used in 'await' expression", detail)


def wrong_iteration(subject: str, type_name: str, is_async: bool) -> str:
    """Return the message on ``for`` where ``async for`` is needed, or the other way round."""
    if is_async:
        message = f"'async for' requires an object with __aiter__ method, got {type_name}"
        return _sentence(message, "it needs a plain 'for'")
    return _sentence(f"{subject} is not iterable", "it needs 'async for'")


def wrong_context_manager(subject: str, is_async: bool) -> str:
    """Return the message on ``with`` where ``async with`` is needed, or the other way round."""
    kind, needed = ("asynchronous ", "with") if is_async else ("", "async with")
    message = f"{subject} does not support the {kind}context manager protocol"
    return _sentence(message, f"it needs '{needed}'")


def lacks_special_method(message: str, detail: str = "") -> str:
    """Return the message on a value that syntax cannot be used with, as CPython says it."""
    return _sentence(message, detail)


# Code that cannot mean what it says.


def unpack_count(wanted: int, counts: Iterable[int], name: str, *, is_starred: bool) -> str:
    """Return the message on unpacking into another number of names than there are values."""
    listed = sorted(counts)
    problem = "not enough" if listed[0] < wanted else "too many"
    expected = f"expected {'at least ' if is_starred else ''}{wanted}"
    message = f"{problem} values to unpack ({expected}, got {' or '.join(map(str, listed))})"
    return _sentence(message, f"'{name}' provides them" if name else "")


def uncalled_method(name: str, detail: str) -> str:
    """Return the message on a method that is compared or tested instead of called."""
    return _sentence(f"method '{name}' is not called", detail)


def unused_result(name: str, detail: str = "") -> str:
    """Return the message on a call that is made for nothing but its result, which is dropped."""
    return _sentence(f"result of {name}() is not used", detail)


def infinite_recursion(detail: str) -> str:
    """Return the message on a function that calls itself whatever happens."""
    return _sentence(f"infinite recursion: {detail}")


def not_implemented(name: str, detail: str) -> str:
    """Return the message on a function without code."""
    return _sentence(f"function '{name}' is not implemented: {detail}")


def constant_result(name: str, unused: Sequence[str]) -> str:
    """Return the message on a function that only returns a constant."""
    what, verb = ("parameter", "is") if len(unused) == 1 else ("parameters", "are")
    detail = f"{what} {enumerated(unused[:3])} {verb} not used"
    return _sentence(f"function '{name}' always returns the same value", detail)


def placeholder_comment(comment: str) -> str:
    """Return the message on a comment in the place of code."""
    return _sentence(f"comment in place of code: “{comment}”")


# Definitions.


def redefinition(name: str, line: int, *, is_import: bool) -> str:
    """Return the message on a definition that replaces another one before that was used."""
    detail = "the import is lost" if is_import else "that definition is lost"
    return _sentence(f"redefinition of unused '{name}' from line {line}", detail)


def name_conflict(name: str, place: str, similarity: str) -> str:
    """Return the message on a new definition under the name of another one."""
    return f"name '{name}' already defined in {place}, {similarity}"


def duplicate_registration(registration: str, name: str, place: str) -> str:
    """Return the message on a key of a registry that something else is registered under."""
    return _sentence(
        f"duplicate registration {registration}: it already registers '{name}' {place}"
    )


def incompatible_override(name: str, base: str, detail: str) -> str:
    """Return the message on a method that cannot be called as the one that it overrides."""
    message = f"method '{name}' overrides class '{base}' in an incompatible manner"
    return _sentence(message, detail)


def attribute_hides_method(name: str, line: int) -> str:
    """Return the message on an assignment to an attribute under the name of a method."""
    detail = f"attribute '{name}' hides the method that is defined on line {line}"
    return _sentence("cannot assign to a method", detail)


def field_and_method(name: str, line: int) -> str:
    """Return the message on a field and a method of one name in a class."""
    detail = "a class cannot have a field and a method of one name"
    return _sentence(f"name '{name}' already defined on line {line}", detail)


def protocol_instantiated(name: str) -> str:
    """Return the message on a call of a protocol."""
    return f"Protocols cannot be instantiated: '{name}' is one."


def abstract_instantiated(name: str, methods: list[str], bases: list[str]) -> str:
    """Return the message on a call of a class that has abstract methods."""
    return _sentence(
        f"Can't instantiate abstract class {name} with {_abstract(methods)}", _defined_in(bases)
    )


def abstract_missing(name: str, methods: list[str], bases: list[str]) -> str:
    """Return the message on a new class that leaves abstract methods of its bases open."""
    return _sentence(f"class '{name}' does not implement {_abstract(methods)}", _defined_in(bases))


def _abstract(methods: list[str]) -> str:
    noun = "abstract method" if len(methods) == 1 else "abstract methods"
    more = f" and {len(methods) - _LISTED} more" if len(methods) > _LISTED else ""
    return f"{noun} {quoted(methods[:_LISTED])}{more}"


def _defined_in(bases: list[str]) -> str:
    return f"defined in {quoted(dict.fromkeys(bases[:_LISTED]))}"


def unlike_siblings(base: str, count: int, custom: str, siblings: Sequence[str]) -> str:
    """Return the message on what all other subclasses of a class do, and this one does not."""
    more = ", …" if count > len(siblings) else ""
    return _sentence(f"all {count} other subclasses of '{base}' {custom}: {quoted(siblings)}{more}")
