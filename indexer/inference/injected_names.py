"""Injected names: those that one file makes known in others, without their importing anything.

A program may extend the builtins (``gettext.install()``), write into the namespace of its caller
(``sys._getframe(1).f_globals``), set names on modules that it loads, and import modules by hooks.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..name_uses import has_role, is_set_of_other
from .access_paths import enclosing_call, last_name
from .entities import MODULE, Entity, name_of
from .modules import imported_module
from .namespaces import (
    BUILTIN_MODULES,
    BUILTINS,
    CALLER,
    OWN,
    either_of,
    objects_written,
    strings,
    written,
)
from .query_cache import cached
from .types import INSTANCE, MODULE_OBJECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from .inference import Inference


def is_injected(inference: Inference, path: str, name: str) -> bool:
    """True if a name may be known in a file because other code of the workspace sees to that."""
    known = _injected(inference)
    if (name, "") in known or (name, path) in known or _is_set_on_module(inference, path, name):
        return True
    for other, facts in _files_naming(inference, *BUILTIN_MODULES, "f_builtins"):
        # Names that are computed come from something: a string, or what anything binds.
        if written(facts, BUILTINS).is_any and (
            name in facts.strings or other == path or _is_bound_anywhere(inference, name)
        ):
            return True
    return any(
        written(facts, CALLER).is_any
        and (other == path or _imports(inference, path, other))
        for other, facts in _files_naming(inference, "f_globals", "f_locals")
    )  # fmt: skip


def _injected(inference: Inference) -> frozenset[tuple[str, str]]:
    """Return (name, path) of what the workspace injects; an empty path is that of any module."""

    def collected() -> frozenset[tuple[str, str]]:
        found: set[str] = set()
        of_modules: set[tuple[str, str]] = set()
        for _, facts in _files_naming(inference, *BUILTIN_MODULES, "f_builtins"):
            found |= written(facts, BUILTINS).names
        for _, facts in _files_naming(inference, "f_globals", "f_locals"):
            found |= written(facts, CALLER).names
        for _, facts in _files_naming(inference, "gettext"):
            found |= _installed_by_gettext(facts)
        for path, facts in _files_naming(inference, "setattr", "__dict__", "vars"):
            for expr, name in objects_written(facts):
                of_modules.update((name, module) for module in _modules(inference, path, expr))
        return frozenset([*((name, "") for name in found), *of_modules])

    return cached(inference, ("injected names",), collected, frozenset[tuple[str, str]]())


def _files_naming(inference: Inference, *names: str) -> Iterator[tuple[str, FileFacts]]:
    """Yield (path, facts) of the files of the workspace that have one of some names."""
    for path in dict.fromkeys(path for name in names for path in inference.files_with(name)):
        inference.snapshot.work.look()
        facts = inference.facts(path)
        if facts is not None and not path.endswith(".pyi"):
            yield path, facts


def _installed_by_gettext(facts: FileFacts) -> set[str]:
    """Return what ``gettext.install("domain", names=["ngettext"])`` makes builtins."""
    found: set[str] = set()
    for _, _, function in facts.occurrences("install"):
        call = enclosing_call(facts, function) if function >= 0 else -1
        if call >= 0:
            found.add("_")
            for value in facts_view.argument_values(facts, call):
                found.update(strings(facts, value))
    return found


def _is_set_on_module(inference: Inference, path: str, name: str) -> bool:
    """True if code of the workspace assigns an attribute to a module, or what is called one."""
    return any(
        facts.names[bound] == name
        and facts.attribute_binding.owner[row] < 0
        and {"", path}.intersection(_modules(inference, other, receiver, only=_CALLED_MODULES))
        for other in inference.files_where(name, is_set_of_other)
        if not other.endswith(".pyi")
        for facts in (inference.need(other),)
        for row, (bound, receiver) in enumerate(
            zip(facts.attribute_binding.name, facts.attribute_binding.receiver, strict=True)
        )
    )


# What variables are called that hold modules of which nothing is known.
_CALLED_MODULES = frozenset(["module", "mod", "m", "plugin", "namespace"])


def _modules(
    inference: Inference, path: str, expr: int, only: frozenset[str] | None = None
) -> list[str]:
    """Return the paths of the modules that an expression may be; an empty one is that of any.

    What is unknown may be one, if given only under one of some names.
    """
    if either_of(inference.need(path), expr) == OWN:
        return [path]
    values = inference.infer_type(path, expr)
    if not values:
        return [""] if only is None or last_name(inference.need(path), expr) in only else []
    return [
        value.entity.path if value.form == MODULE_OBJECT else ""
        for value in values
        if value.form == MODULE_OBJECT
        or (value.form == INSTANCE and name_of(inference, value.entity) == "ModuleType")
    ]


def _is_bound_anywhere(inference: Inference, name: str) -> bool:
    return any(not path.endswith(".pyi") for path in inference.files_where(name, _binds))


def _binds(facts: FileFacts, name: str) -> bool:
    return has_role(facts, name, (f.WRITTEN, f.DEFINED, f.KEYWORD))


def _imports(inference: Inference, path: str, other: str) -> bool:
    """True if one file imports another one, or something of it."""
    facts = inference.facts(path)
    return facts is not None and any(
        imported_module(inference, path, facts.names[row]) == Entity(MODULE, other, -1)
        for row in set(facts.imports.module)
    )


def hooks_imports(inference: Inference) -> bool:
    """True if code of the workspace takes part in how modules are found: ``sys.meta_path``.

    Not that of ``six``, whose hook is for its own modules only.
    """

    def is_hooked() -> bool:
        return any(
            last_name(facts, _receiver(facts, function)) in ("meta_path", "path_hooks")
            for path, facts in _files_naming(inference, "meta_path", "path_hooks")
            if path.rpartition("/")[2] != "six.py"
            for name in ("append", "insert", "extend")
            for _, _, function in facts.occurrences(name)
        )

    return cached(inference, ("hooks imports",), is_hooked, True)


def _receiver(facts: FileFacts, function: int) -> int:
    method = facts_view.attribute(facts, function)
    return method.receiver if method is not None else -1
