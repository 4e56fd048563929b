"""Changes that are offered at a place: an import that is missing, methods that have to be there."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import CLASS, OUTSIDE, Entity, name_of
from ....indexer.inference.locate import entities_at, occurrence_at
from ....indexer.inference.modules import imported_module
from ...ide.auto_import import modules_offering
from ...source.import_edits import import_edit
from .override_stubs import abstract_methods, overridable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ....indexer.facts import FileFacts
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference

_MOST = 8
_MOST_OVERRIDES = 40
_READS = frozenset([f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES])


class QuickFix:
    """A change of one file; ``preferred`` when it is what one would expect."""

    __slots__ = ("edits", "kind", "preferred", "title")

    def __init__(
        self, title: str, kind: str, edits: list[tuple[int, int, str]], *, preferred: bool = False
    ) -> None:
        """``kind`` is one of the protocol's kinds of code actions; edits are (start, end, text)."""
        self.title = title
        self.kind = kind
        self.edits = edits
        self.preferred = preferred


def missing_imports(inference: Inference, path: str, offset: int) -> list[QuickFix]:
    """Imports that would give a meaning to the undefined name at a byte offset."""
    name = undefined_name(inference, path, offset)
    if not name:
        return []
    found: list[QuickFix] = []
    for module, inner in modules_offering(inference, path, name)[:_MOST]:
        edits = import_edit(inference, path, module, inner)
        if edits:
            text = f"from {module} import {inner}" if inner else f"import {module}"
            found.append(QuickFix(f"Add `{text}`", "quickfix", edits))
    if len(found) == 1:
        found[0].preferred = True
    return found


def undefined_name(inference: Inference, path: str, offset: int) -> str:
    """The plain name at a byte offset when nothing gives it a meaning; else empty."""
    occurrence = occurrence_at(inference, path, offset)
    if occurrence is None or occurrence.role & f.ATTRIBUTE_ROLE:
        return ""
    if occurrence.role & f.ROLE_MASK not in _READS or occurrence.name.startswith("__"):
        return ""
    if entities_at(inference, path, occurrence):
        return ""
    facts = inference.need(path)
    row = facts.name_id(occurrence.name)
    if any(name == row for name in facts.binding.name):
        return ""  # bound somewhere, be it where it cannot be seen from
    return "" if _has_unknown_star(inference, path, facts) else occurrence.name


def _has_unknown_star(inference: Inference, path: str, facts: FileFacts) -> bool:
    """Whether a file imports everything from something that is not there to be looked into."""
    names, modules = facts.imports.name, facts.imports.module
    return any(
        name == f.STAR
        and imported_module(inference, path, facts.names[modules[row]]).kind == OUTSIDE
        for row, name in enumerate(names)
    )


def class_fixes(inference: Inference, path: str, offset: int) -> list[QuickFix]:
    """Methods for the class whose header holds a byte offset: those that are abstract."""
    cls = class_at(inference, path, offset)
    if cls is None:
        return []
    stubs = abstract_methods(inference, cls)
    if not stubs:
        return []
    names = ", ".join(f"`{stub.name}`" for stub in stubs[:3])
    more = f" and {len(stubs) - 3} more" if len(stubs) > 3 else ""
    return [
        QuickFix(
            f"Implement {names}{more}",
            "quickfix",
            [_appended(inference, cls, [stub.text for stub in stubs])],
        )
    ]


def override_fixes(inference: Inference, path: str, offset: int) -> list[QuickFix]:
    """For the class whose header holds a byte offset, each method that it may override."""
    cls = class_at(inference, path, offset)
    if cls is None:
        return []
    return [
        QuickFix(
            f"Override `{name_of(inference, stub.owner)}.{stub.name}`",
            "refactor.rewrite",
            [_appended(inference, cls, [stub.text])],
        )
        for stub in overridable(inference, cls)
        if not stub.name.startswith("_")
    ][:_MOST_OVERRIDES]


def class_at(inference: Inference, path: str, offset: int) -> Entity | None:
    """The class whose header holds a byte offset."""
    table = inference.need(path).definition
    for row, kind in enumerate(table.kind):
        if kind == f.CLASS and table.position[row] - 6 <= offset <= table.header_end[row]:
            return Entity(CLASS, path, row)
    return None


def _appended(
    inference: Inference, cls: Entity, methods: list[Callable[[str], str]]
) -> tuple[int, int, str]:
    """An edit that puts methods at the end of a class; a body of ``pass`` or ``...`` gives way."""
    facts, text = inference.need(cls.path), inference.text(cls.path)
    table = facts.definition
    start = table.position[cls.row]
    line_start = text.rfind(b"\n", 0, start) + 1
    outer = text[line_start:start]
    outer = outer[: len(outer) - len(outer.lstrip())]
    header, end = table.header_end[cls.row], table.end[cls.row]
    body = text[header:end]
    indent = outer.decode() + "    "
    for line in body.split(b"\n")[1:]:
        if line.strip() and not line.lstrip().startswith(b"#"):
            indent = line[: len(line) - len(line.lstrip())].decode()
            break
    written = "\n".join(method(indent) for method in methods)
    colon = body.find(b":") + 1 if body.lstrip().startswith(b":") else 0
    if body[colon:].strip() in (b"...", b"pass"):
        return header + colon, end, "\n" + written.rstrip("\n")
    stripped = header + len(body.rstrip())
    return stripped, stripped, "\n\n" + written.rstrip("\n")
