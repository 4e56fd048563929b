"""Imports of modules and names that do not exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ....indexer import facts as f
from ....indexer.inference.access_paths import last_name
from ....indexer.inference.entities import MODULE, OUTSIDE, Entity
from ....indexer.inference.has_member import ABSENT, module_has_member
from ....indexer.inference.injected_names import hooks_imports
from ....indexer.inference.modules import ABSENT as NO_MODULE
from ....indexer.inference.modules import (
    UNSURE,
    imported_module,
    missing_part,
    module_in_folder,
    module_presence,
)
from .. import messages
from ..context import CheckContext
from ..excuses import is_fallback, is_for_another_version
from ..findings import HINT, WARNING, Finding
from ..known_names import importers
from ..limitations import is_generated_module
from ..suggestions import nearest_modules, nearest_names, same_name_elsewhere

_TRIED = f.IN_TRY | f.IN_HANDLER


def unresolved_import(context: CheckContext) -> Iterator[Finding]:
    """Yield modules that do not exist, and names that modules do not have."""
    facts, table = context.facts, context.facts.imports
    seen: set[tuple[str, int]] = set()
    told: set[tuple[str, int]] = set()  # a module that is not there once, whatever is taken of it
    absent: set[str] = set()
    for row, flags in enumerate(table.flags):
        position = table.position[row]
        if flags & _TRIED or context.is_guarded(position, "ImportError", "ModuleNotFoundError"):
            continue
        spelled = facts.names[table.module[row]]
        name_row = table.name[row]
        name = facts.names[name_row] if name_row >= 0 else ""
        if not any(map(context.includes, [*spelled.split("."), name])):
            continue
        module = imported_module(context.strict, context.path, spelled)
        if is_for_another_version(context, position):
            continue
        if module.kind == OUTSIDE:
            if (spelled, position) not in seen and not context.is_dead(position):
                seen.add((spelled, position))
                for finding in _no_module(context, spelled, position, flags):
                    place = finding.rule, finding.start
                    if place in told:
                        continue
                    told.add(place)
                    if finding.rule != "not-installed" or finding.subject not in absent:
                        yield finding
                    absent.add(finding.subject)  # one finding for each is enough
        elif (
            name
            and module_has_member(context.strict, module, name) == ABSENT
            and not (_is_package(module) and hooks_imports(context.strict))
            and not is_generated_module(context, _inside(spelled, name))
            and not _has_nearer(context, module, spelled, name)
            and not _may_be_installed(context, module, spelled)
            and not is_fallback(context, position)
            and not context.is_dead(position)
        ):
            yield _no_name(context, module, spelled, name, row)


def removed_module(context: CheckContext, removed: Collection[str]) -> Iterator[Finding]:
    """Yield imports of modules that an edit ``removed``, and whose package has no file either.

    Where it has one, :func:`unresolved_import` knows that nothing else has them.
    Here a distribution may: one that is to be installed, or in an environment that is not known.
    """
    assert context.before is not None
    facts, table, before = context.facts, context.facts.imports, context.before.strict()
    told: set[str] = set()
    for position, module, flags in zip(table.position, table.module, table.flags, strict=True):
        spelled = facts.names[module]
        package = spelled.rpartition(".")[0]
        if (
            not spelled.startswith(".")
            and spelled not in told
            and imported_module(before, context.path, spelled).path in removed
            and imported_module(context.strict, context.path, spelled).kind == OUTSIDE
            and module_presence(context.strict, spelled, context.path) in (NO_MODULE, UNSURE)
            and imported_module(context.strict, context.path, package).kind != MODULE
            and _beside_in_package(context, spelled) is None
            and not flags & (_TRIED | f.IN_BRANCH)
            and not context.is_guarded(position, "ImportError", "ModuleNotFoundError")
            and not is_generated_module(context, spelled)
            and not hooks_imports(context.strict)
            and not is_for_another_version(context, position)
            and not context.is_dead(position)
        ):
            told.add(spelled)
            start, end = _range_of_module(context, spelled, position)
            yield Finding(
                "unresolved-import", context.path, start, end, messages.removed_module(spelled),
                subject=spelled, severity=WARNING,
                nearest=nearest_modules(context.strict, context.path, spelled),
            )  # fmt: skip


def _has_nearer(context: CheckContext, module: Entity, spelled: str, name: str) -> bool:
    """True if a folder around has a module of the same name, nearer than the one found.

    Which of the two is imported depends on where the program is started.
    """
    folder = context.path.rpartition("/")[0]
    while folder and not spelled.startswith(".") and not module.is_outside:
        inside = f"{folder}/{spelled.replace('.', '/')}"
        if module.path.startswith((f"{inside}.", f"{inside}/")):
            return False
        nearer = module_in_folder(context.strict, folder, spelled)
        if nearer is not None and module_has_member(context.strict, nearer, name) != ABSENT:
            return True
        folder = folder.rpartition("/")[0]
    return False


def _may_be_installed(context: CheckContext, module: Entity, spelled: str) -> bool:
    """True if a file's own package has only the name of another one, as `examples/pydantic` has.

    That is so where nothing shows that the folder around it is one that is imported from, and what
    is installed is not known, or has that name.
    """
    index = context.strict.snapshot.index
    top = spelled.partition(".")[0]
    folder = context.path.rpartition("/")[0]
    while folder and folder.rpartition("/")[2] != top:
        folder = folder.rpartition("/")[0]
    if not folder or not module.path.startswith(f"{folder}/"):
        return False
    if folder.rpartition("/")[0] in index.workspace.source_roots:
        return False
    return not index.search_path.is_known or index.search_path.find(top) is not None


def _is_of_module_that_makes_modules(context: CheckContext, spelled: str) -> bool:
    """True if a module is of one that puts modules into ``sys``: ``six.moves``, also vendored."""
    dots = spelled[: len(spelled) - len(spelled.lstrip("."))]
    parts = spelled.lstrip(".").split(".")
    for count in range(len(parts) - 1, 0, -1):
        package = dots + ".".join(parts[:count])
        found = imported_module(context.strict, context.path, package)
        if found.kind == MODULE:
            facts = context.strict.facts(found.path)
            return facts is not None and (
                facts.name_id("meta_path") >= 0
                or any(
                    last_name(facts, container) == "modules"
                    for container in facts.item_binding.container
                )
            )
    return False


def _is_package(module: Entity) -> bool:
    return module.path.rpartition("/")[2].startswith("__init__.")


def _inside(spelled: str, name: str) -> str:
    """Return the dotted name of what is imported from a module: ``..shop``, ``..shop.prices``."""
    return spelled + name if spelled.endswith(".") else f"{spelled}.{name}"


def _no_module(context: CheckContext, spelled: str, position: int, flags: int) -> Iterator[Finding]:
    start, end = _range_of_module(context, spelled, position)
    if (
        is_generated_module(context, spelled)
        or hooks_imports(context.strict)
        or _is_of_module_that_makes_modules(context, spelled)
    ):
        return
    message = messages.no_module(context.absolute_module(spelled))
    if spelled.startswith("."):
        if _is_beyond_top_level(context, spelled):
            message = messages.beyond_top_level(spelled)
    else:
        if module_presence(context.strict, spelled, context.path) != NO_MODULE:
            return
        top = spelled.partition(".")[0]
        missing = top
        if top != spelled and module_presence(context.strict, top, context.path) != NO_MODULE:
            missing = missing_part(context.strict, spelled, context.path)
        beside = _beside_in_package(context, spelled)
        if beside is not None:
            yield Finding(
                "unresolved-import", context.path, start, end, message, subject=spelled,
                severity=HINT if _is_folder_of_scripts(context, spelled) else WARNING,
                nearest=[beside],
            )  # fmt: skip
            return
        if missing and not (missing != top and _is_misspelled(context, missing)):
            if not flags & f.IN_BRANCH:
                yield _not_installed(context, missing, spelled, start, end)
            return
    nearest = nearest_modules(context.strict, context.path, spelled)
    yield Finding(
        "unresolved-import", context.path, start, end, message, subject=spelled, nearest=nearest
    )


def _beside_in_package(context: CheckContext, spelled: str) -> Entity | None:
    """Return the module beside a file that an import names, which only a script would find."""
    folder = context.path.rpartition("/")[0]
    found = module_in_folder(context.strict, folder, spelled)
    return found if found is not None and found.kind == MODULE else None


def _is_folder_of_scripts(context: CheckContext, spelled: str) -> bool:
    """True if another file of the folder imports a module beside it so as well: they are run."""
    folder = context.path.rpartition("/")[0]
    return any(
        path != context.path and path.rpartition("/")[0] == folder
        for path in importers(context.strict, spelled.partition(".")[0])
    )


def _is_misspelled(context: CheckContext, part: str) -> bool:
    """True if the workspace has a package of nearly the name of a part of a namespace package."""
    nearest = nearest_modules(context.strict, context.path, part)
    return any(not entity.is_outside for entity in nearest)


def _not_installed(
    context: CheckContext, missing: str, spelled: str, start: int, end: int
) -> Finding:
    return Finding(
        "not-installed", context.path, start, end, messages.not_installed(missing), subject=missing,
        severity=HINT if _is_imported_elsewhere(context, missing) else WARNING,
        nearest=nearest_modules(context.strict, context.path, spelled),
    )  # fmt: skip


def _is_imported_elsewhere(context: CheckContext, package: str) -> bool:
    """True if other files import a package as well: then the environment is incomplete."""
    return any(path != context.path for path in importers(context.strict, package))


def _is_beyond_top_level(context: CheckContext, spelled: str) -> bool:
    level = len(spelled) - len(spelled.lstrip("."))
    return context.path.count("/") + 1 < level


# What stands between a module and a name that is imported from it: other names, comments.
_BETWEEN = re.compile(rb"(?:[\w\s.,()\\]|#[^\n]*)*")


def _range_of_module(context: CheckContext, spelled: str, position: int) -> tuple[int, int]:
    """Return the range of the module's name in the import statement that starts at a position."""
    text = spelled.encode()
    start = context.text.rfind(text, 0, position + len(text))
    if start < 0 or not _BETWEEN.fullmatch(context.text, start, position):
        start = context.text.find(text, position)
    return (start, start + len(text)) if start >= 0 else (position, position + 1)


def _no_name(context: CheckContext, module: Entity, spelled: str, name: str, row: int) -> Finding:
    table = context.facts.imports
    encoded, statement, bound = name.encode(), table.position[row], table.bound_position[row]
    end = bound + len(context.facts.names[table.bound[row]].encode())
    # The name as it is imported stands before the name that it is bound to.
    places = list(re.finditer(rb"\b%b\b" % re.escape(encoded), context.text[statement:end]))
    aliased = table.flags[row] & f.ALIASED
    if aliased and len(places) > 1 and statement + places[-1].start() == bound:
        places.pop()  # `name as name`
    start = statement + places[-1].start() if places else bound
    nearest = same_name_elsewhere(context.strict, name) or nearest_names(
        context.strict, module, name
    )
    return Finding(
        "unresolved-name", context.path, start, start + len(encoded),
        messages.cannot_import_name(name, context.absolute_module(spelled)),
        subject=f"{spelled}:{name}", nearest=nearest,
    )  # fmt: skip
