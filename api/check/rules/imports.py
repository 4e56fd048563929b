"""Imports of what is not there."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import NAMESPACE, OUTSIDE
from ....indexer.inference.has_member import ABSENT, module_has_member
from ....indexer.inference.modules import ABSENT as NO_MODULE
from ....indexer.inference.modules import imported_module, module_presence
from ..findings import HINT, WARNING, Finding
from ..limitations import is_generated_module
from ..suggestions import nearest_modules, nearest_names, same_name_elsewhere
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.inference.entities import Entity
    from ..context import CheckContext

_TRIED = f.IN_TRY | f.IN_HANDLER


def unresolved_import(context: CheckContext) -> Iterator[Finding]:
    """Modules that do not exist, and names that modules do not have."""
    facts, table = context.facts, context.facts.imports
    seen: set[tuple[str, int]] = set()
    absent: set[str] = set()
    for row, flags in enumerate(table.flags):
        position = table.position[row]
        if flags & _TRIED or context.is_guarded(position, "ImportError", "ModuleNotFoundError"):
            continue
        spelled = facts.names[table.module[row]]
        name_row = table.name[row]
        name = facts.names[name_row] if name_row >= 0 else ""
        if not any(map(context.wants, [*spelled.split("."), name])) or context.is_dead(position):
            continue
        module = imported_module(context.strict, context.path, spelled)
        if module.kind == OUTSIDE:
            if (spelled, position) not in seen:
                seen.add((spelled, position))
                for finding in _no_module(context, spelled, position, flags):
                    top = spelled.partition(".")[0]
                    if finding.rule != "not-installed" or top not in absent:
                        yield finding
                    absent.add(top)  # once told, it is known
        elif (
            name
            and module_has_member(context.strict, module, name) == ABSENT
            and not is_generated_module(context, _inside(spelled, name))
        ):
            yield _no_name(context, module, spelled, name, table.bound_position[row], row)


def _inside(spelled: str, name: str) -> str:
    """The dotted name of what is imported from a module: ``..shop`` and ``..shop.prices``."""
    return spelled + name if spelled.endswith(".") else f"{spelled}.{name}"


def _no_module(context: CheckContext, spelled: str, position: int, flags: int) -> Iterator[Finding]:
    start, end = _module_place(context, spelled, position)
    if is_generated_module(context, spelled):
        return
    if spelled.startswith("."):
        if _is_beyond_the_top(context, spelled):
            message = f"`{spelled}` leads out of the package that this file is in."
        else:
            message = f"There is no module `{spelled}` here."
        nearest = nearest_modules(context.strict, context.path, spelled)
    else:
        if module_presence(context.strict, spelled, context.path) != NO_MODULE:
            return
        top = spelled.partition(".")[0]
        if top == spelled or module_presence(context.strict, top, context.path) == NO_MODULE:
            if not flags & f.IN_BRANCH:
                yield _not_installed(context, spelled, start, end)
            return
        message = f"There is no module `{spelled}`."
        nearest = nearest_modules(context.strict, context.path, spelled)
    yield Finding(
        "unresolved-import", context.path, start, end, message, subject=spelled, nearest=nearest
    )


def _not_installed(context: CheckContext, spelled: str, start: int, end: int) -> Finding:
    top = spelled.partition(".")[0]
    message = f"`{top}` is not in this workspace, nor installed in its environment."
    return Finding(
        "not-installed", context.path, start, end, message, subject=spelled,
        severity=HINT if _is_imported_elsewhere(context, top) else WARNING,
        nearest=nearest_modules(context.strict, context.path, spelled),
    )  # fmt: skip


def _is_imported_elsewhere(context: CheckContext, top: str) -> bool:
    """Whether other files import a package as well: then the environment lacks it, not the code."""
    for path in context.strict.files_with(top):
        facts = context.strict.facts(path) if path != context.path else None
        if facts is not None and any(
            facts.names[row].partition(".")[0] == top for row in set(facts.imports.module)
        ):
            return True
    return False


def _is_beyond_the_top(context: CheckContext, spelled: str) -> bool:
    level = len(spelled) - len(spelled.lstrip("."))
    return context.path.count("/") + 1 < level


def _module_place(context: CheckContext, spelled: str, position: int) -> tuple[int, int]:
    """Where the module is spelled in an import statement that starts at a position."""
    text = spelled.encode()
    start = context.text.rfind(text, 0, position + len(text))
    if start < 0 or b"\n" in context.text[start:position].strip(b"()\\ \n,"):
        start = context.text.find(text, position)
    return (start, start + len(text)) if start >= 0 else (position, position + 1)


def _no_name(
    context: CheckContext, module: Entity, spelled: str, name: str, bound: int, row: int
) -> Finding:
    encoded = name.encode()
    statement = context.facts.imports.position[row]
    end = bound + len(context.facts.names[context.facts.imports.bound[row]].encode())
    # The name as it is imported stands before the name that it is bound to.
    import re

    places = list(re.finditer(rb"\b%b\b" % re.escape(encoded), context.text[statement:end]))
    aliased = context.facts.imports.flags[row] & f.ALIASED
    if aliased and len(places) > 1 and statement + places[-1].start() == bound:
        places.pop()  # `name as name`
    start = statement + places[-1].start() if places else bound
    kind = (
        "package" if module.kind == NAMESPACE or module.path.endswith("/__init__.py") else "module"
    )
    message = f"The {kind} `{spelled}` has no `{name}`."
    nearest = same_name_elsewhere(context.strict, name) or nearest_names(
        context.strict, module, name
    )
    return Finding(
        "unresolved-name", context.path, start, start + len(encoded), message,
        subject=f"{spelled}:{name}", nearest=nearest,
    )  # fmt: skip


RULES = [
    Rule(
        "unresolved-import",
        "An import of a module that does not exist.",
        unresolved_import,
    ),
    Rule("not-installed", "An import of what is neither here nor installed.", severity=WARNING),
    Rule("unresolved-name", "An import of a name that its module does not have."),
]
