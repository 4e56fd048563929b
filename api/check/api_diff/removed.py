"""What an edit took away, what it is called now, and who still asks for it."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import (
    CLASS,
    CONVENTIONAL,
    EVIDENCE_NAMES,
    FUNCTION,
    INFERRED,
    TEXTUAL,
    Entity,
    qualified_name,
)
from ....indexer.inference.has_member import PRESENT, has_member
from ....indexer.inference.members import attribute_definitions
from ....indexer.inference.types import without_none
from ....indexer.symbols import LOCAL
from ..findings import ERROR, WARNING, Edit, Finding, Fix
from ..fixes.propose import import_fixes
from ..fixes.restore import definition_of, restore_definition, restore_name
from ..known_names import files_outside_with
from ..suggestions import similarity
from .fields import FieldChange, field_change, unfit_calls
from .parameters import ParameterChange, misplaced_arguments, parameter_change
from .surface import classes_by_name, public_surface

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ....indexer.facts import FileFacts
    from ....indexer.inference.entities import Entity
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext
    from ..edits import Change

_USES = (f.READ | f.ATTRIBUTE_ROLE, f.CALLED | f.ATTRIBUTE_ROLE)
# Characters of fixes that give back the same thing; who uses it elsewhere need not read more.
_TOLD = 20_000
# Below this two names have too little in common to be one thing renamed.
_ALIKE = 0.5


class Removal:
    """A definition or member that an edit took away: where it was, what it may be called now.

    ``key`` is its dotted name in its file. ``now`` is the new name in the same scope, or empty;
    ``sure`` when what is called so is otherwise the same. ``moved`` is the file that has it now.
    """

    __slots__ = (
        "_back", "_told", "change", "is_member", "is_method", "key", "moved", "name", "now", "path",
        "rearranged", "sure",
    )  # fmt: skip

    def __init__(self, change: Change, path: str, key: str, *, is_member: bool) -> None:
        """Say what went."""
        self.change = change
        self._back: list[Fix] | None = None
        self._told = 0
        # What takes its arguments in other places now; nothing is gone then.
        self.rearranged: ParameterChange | FieldChange | None = None
        self.path = path
        self.key = key
        self.name = key.rpartition(".")[2]
        self.is_member = is_member
        # Whether it is only ever used as an attribute, so that nothing but that can break.
        self.is_method = False
        self.now = ""
        self.sure = False
        self.moved = ""

    def given_back(self) -> list[Fix]:
        """Fixes that take it back; no longer given when they have filled a page or two already."""
        if self._back is None:
            change, path, key = self.change, self.path, self.key
            if self.now and self.sure:
                self._back = restore_name(change, key, self.now)
            elif self.moved:
                self._back = []
            else:
                self._back = restore_definition(change, path, key, self.now)
        if self._told > _TOLD:
            return []
        self._told += sum(len(edit.text) for fix in self._back for edit in fix.edits)
        return self._back

    def said(self) -> str:
        """The sentence that tells of it."""
        if self.moved:
            return f"`{self.key}` was moved to {self.moved}."
        if self.now and self.sure:
            return f"`{self.key}` was renamed: it is `{self.now}` now."
        return f"`{self.key}` was removed{f' (now `{self.now}`?)' if self.now else ''}."


def removed_symbols(change: Change) -> list[Removal]:
    """All that the files of an edit no longer have, with what it may have become."""
    found: list[Removal] = []
    for path in sorted(change.paths):
        before, after = change.before.facts(path), change.after.facts(path)
        if before is None:
            continue
        old = public_surface(change.before, path, before)
        new = public_surface(change.after, path, after) if after is not None else {}
        classes = classes_by_name(path, before)
        added = [key for key in new if key not in old]
        for key in old.keys() - new.keys():
            container, _, name = key.rpartition(".")
            if name.startswith("__") or (container and container not in new):
                continue  # what goes with its class is no news of its own
            if old[key] == "imported":
                continue
            removal = Removal(change, path, key, is_member=container in classes)
            removal.is_method = removal.is_member and definition_of(before, key) >= 0
            if after is not None:
                _find_successor(change, removal, before, after, added, (old, new))
            if not container and not removal.sure:
                _find_new_place(change, removal)
            found.append(removal)
        for key in old.keys() & new.keys():
            if old[key] == new[key]:
                continue
            moved = parameter_change(change, path, key) or (
                field_change(change, path, key) if key in classes else None
            )
            if moved is not None:
                removal = Removal(change, path, key, is_member=True)
                removal.name, removal.rearranged = moved.name, moved
                found.append(removal)
    return sorted(found, key=lambda removal: (removal.path, removal.key))


def _find_successor(
    change: Change, removal: Removal, before: FileFacts, after: FileFacts, added: list[str],
    surfaces: tuple[dict[str, object], dict[str, object]],
) -> None:  # fmt: skip
    container = removal.key.rpartition(".")[0]
    was = definition_of(before, removal.key)
    best = _ALIKE
    for key in added:
        outer, _, name = key.rpartition(".")
        if outer != container:
            continue
        now = definition_of(after, key)
        if (was < 0) != (now < 0):
            continue
        score = similarity(removal.name, name)
        sure = False
        if was >= 0:
            old = _rest(change.before, removal.path, before, was)
            rest = _rest(change.after, removal.path, after, now)
            sure = rest in (old, _renamed(old, removal.name, name))
        elif container:
            old_said, new_said = surfaces[0].get(removal.key), surfaces[1].get(key)
            sure = _is_same_field(old_said, new_said, removal.name, name) and not any(
                _is_same_field(
                    old_said, surfaces[1].get(other), removal.name, other.rpartition(".")[2]
                )
                for other in added
                if other != key
            )
        if score + sure > best:
            best = score + sure
            removal.now, removal.sure = name, sure


def _is_same_field(old: object, new: object, name: str, other: str) -> bool:
    """Whether two fields are declared by the same words but for their names."""
    match old, new:
        case ((int(kind), bytes(text)), (int(other_kind), bytes(other_text))):
            rest = text.removeprefix(name.encode())
            same = rest == other_text.removeprefix(other.encode()) and rest.startswith(b":")
            return same and kind == other_kind and kind in (f.DECLARE, f.ASSIGN)
        case _:
            return False


def _rest(inference: Inference, path: str, facts: FileFacts, row: int) -> bytes:
    """The text of a definition behind its name, without what is white."""
    table = facts.definition
    start = table.position[row] + len(facts.names[table.name[row]].encode())
    return b" ".join(inference.text(path)[start : table.end[row]].split())


def _renamed(text: bytes, old: str, new: str) -> bytes:
    """A text with a word replaced: a class or function may speak of itself."""
    import re

    return re.sub(rb"\b%b\b" % re.escape(old.encode()), new.encode(), text)


def _find_new_place(change: Change, removal: Removal) -> None:
    """The file of the edit that has got a definition of the name."""
    for path in sorted(change.paths - {removal.path}):
        before, after = change.before.facts(path), change.after.facts(path)
        if after is None or definition_of(after, removal.name) < 0:
            continue
        if before is None or definition_of(before, removal.name) < 0:
            removal.moved = path
            removal.now = ""
            return


def explain_removal(finding: Finding, gone: list[Removal], after: Inference) -> None:
    """Say in a finding that what it misses is what the edit took away, and how to follow."""
    if finding.rule not in ("unresolved-attribute", "unresolved-name", "undefined-name"):
        return
    wrong = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    fitting = [
        removal
        for removal in gone
        if removal.name == wrong
        and removal.is_member == (finding.rule == "unresolved-attribute")
        and removal.rearranged is None
    ] or [each for each in gone if each.name == wrong and each.rearranged is None]
    if not fitting:
        return
    removal = fitting[0]
    if finding.rule == "unresolved-attribute" and finding.evidence == "conventional":
        finding.rule, finding.message = "removed-member", removal.said()
    else:
        finding.message = f"{finding.message} {removal.said()}"
    facts = after.facts(removal.moved) if removal.moved else None
    if facts is not None:
        row = definition_of(facts, removal.name)
        kind = CLASS if facts.definition.kind[row] == f.CLASS else FUNCTION
        finding.nearest.insert(0, Entity(kind, removal.moved, row))
    finding.fixes = removal_fixes(removal, finding, after)


def removal_fixes(removal: Removal, finding: Finding, after: Inference) -> list[Fix]:
    """Using the new name, giving back what was there, or giving the old name to what is now.

    What was only renamed is followed; what was taken away is put back before anything else.
    """
    back = removal.given_back()
    if removal.moved:
        elsewhere = finding.rule == "unresolved-name"
        found = import_fixes(finding, after, removal.name) if elsewhere else []
        return [*found, *_imported_again(removal, after)]
    if not removal.now:
        return back
    use = Fix(
        f"Use `{removal.now}`",
        [Edit(finding.path, finding.start, finding.end, removal.now)],
        safe=removal.sure and finding.evidence in ("exact", "inferred"),
    )
    found = [use, *back] if removal.sure else [*back, use]
    facts = after.facts(removal.path)
    container = removal.key.rpartition(".")[0]
    key = f"{container}.{removal.now}".lstrip(".")
    row = definition_of(facts, key) if facts is not None else -1
    if facts is not None and row >= 0:
        starts = facts.line_starts
        begin = starts[facts.line_of(facts.definition.start[row])]
        indent = after.text(removal.path)[begin : facts.definition.start[row]].decode()
        end = facts.definition.end[row]
        alias = f"\n\n{indent}{removal.name} = {removal.now}"
        found.append(
            Fix(f"Keep `{removal.name}` as another name", [Edit(removal.path, end, end, alias)])
        )
    return found


def _imported_again(removal: Removal, after: Inference) -> list[Fix]:
    """What was moved, imported where it was: nobody else has to follow."""
    module = after.snapshot.index.module_name(removal.moved) if removal.moved else None
    if not module or removal.is_member or not after.exists(removal.path):
        return []
    from ...source.import_edits import import_edit

    edits = [
        Edit(removal.path, start, end, text)
        for start, end, text in import_edit(after, removal.path, module, removal.name)
    ]
    return [Fix(f"Import `{removal.name}` where it was", edits)] if edits else []


def still_used(
    change: Change, gone: Iterable[Removal], context: CheckContext, reported: set[int]
) -> Iterator[Finding]:
    """Readings of members that are gone.

    An error when that is certain; a warning when it was found there before by what is known of the
    receiver, or when it is the only one of that name there ever was.
    """
    facts = context.facts
    for removal in gone:
        name = removal.name
        if removal.rearranged is not None:
            if isinstance(removal.rearranged, ParameterChange):
                yield from misplaced_arguments(change, removal.rearranged, context)
            elif context.path not in change.paths:
                yield from unfit_calls(removal.rearranged, context)
            continue
        if not removal.is_member or facts.name_id(name) < 0:
            continue
        for role, position, expr in facts.occurrences(name):
            if role not in _USES or position in reported or expr < 0:
                continue
            receiver = facts.expr.a[expr]
            evidence = _bound_before(change, removal, context, receiver)
            if evidence < 0 or (evidence == TEXTUAL and _is_defined_anywhere(change.after, name)):
                continue
            if name in context.asked_for or context.is_dead(position):
                continue
            if context.is_guarded(position, "AttributeError"):
                continue
            severity = WARNING
            if evidence <= INFERRED:
                type_ = without_none(context.complete_type(receiver))
                found = {has_member(context.strict, value, name) for value in type_}
                if found == {PRESENT}:
                    continue
                # What was found in the class's own text, nothing that the text does not show gives.
                severity = ERROR if found and PRESENT not in found else WARNING
            spelled = context.spelled(receiver)
            finding = Finding(
                "removed-member", context.path, position, position + len(name.encode()),
                removal.said(), subject=f"{spelled}.{name}", severity=severity,
                evidence=EVIDENCE_NAMES[min(evidence, CONVENTIONAL)],
            )  # fmt: skip
            finding.fixes = removal_fixes(removal, finding, change.after)
            yield finding


def _bound_before(change: Change, removal: Removal, context: CheckContext, receiver: int) -> int:
    """How well known it was that a reading meant what is gone; -1 when it means something else.

    Only in files that the edit left alone can the same expression be asked about: elsewhere, and
    where nobody knows what is meant, it is TEXTUAL.
    """
    name = removal.name
    if context.path in change.paths:
        return (
            -1
            if attribute_definitions(context.inference, context.path, receiver, name)
            else TEXTUAL
        )
    # What types say is asked first: conventions take longer, and mostly have nothing to add.
    found = attribute_definitions(
        change.before.strict(), context.path, receiver, name
    ) or attribute_definitions(change.before, context.path, receiver, name)
    for item in found:
        entity = item.entity
        if entity.path == removal.path and _is_of(change.before, entity, removal.key):
            return item.evidence
    return -1 if found else TEXTUAL


def _is_of(inference: Inference, entity: Entity, key: str) -> bool:
    name = qualified_name(inference, entity)
    return name == key or name.endswith("." + key)


def _is_defined_anywhere(inference: Inference, name: str) -> bool:
    """Whether a class, a module, or an assignment gives anything a member of this name."""
    from ....indexer.inference.query_cache import cached

    return cached(
        inference,
        ("defined anywhere", name),
        lambda: _is_defined_here(inference, name) or _is_defined_outside(inference, name),
        True,
    )


def _is_defined_here(inference: Inference, name: str) -> bool:
    if any(not symbol[7] & LOCAL for _, symbol in inference.snapshot.symbols_named([name])):
        return True
    overlaid = inference.snapshot.overlaid()
    for path in inference.files_with(name):
        facts = inference.facts(path)
        if facts is None:
            continue
        if any(role == f.WRITTEN | f.ATTRIBUTE_ROLE for role, _, _ in facts.occurrences(name)):
            return True
        if path in overlaid and _binds(facts, name):
            return True
    return False


def _binds(facts: FileFacts, name: str) -> bool:
    """Whether a module or class of a file has a name."""
    row = facts.name_id(name)
    kinds = facts.scope.kind
    return any(
        bound == row and kinds[facts.binding.scope[index]] <= f.CLASS_SCOPE
        for index, bound in enumerate(facts.binding.name)
    )


def _is_defined_outside(inference: Inference, name: str) -> bool:
    import re

    word = re.escape(name.encode("utf-8", "surrogatepass"))
    defining = re.compile(
        rb"^\s*(?:async\s+)?(?:def|class)\s+%b\b|^\s*%b\s*(?::|=(?!=))|\.%b\s*(?::|=(?!=))"
        % (word, word, word),
        re.MULTILINE,
    )
    for path in files_outside_with(inference, name):
        if not path:
            return True
        if not path.endswith((".py", ".pyi")):
            continue
        try:
            with open(path, "rb") as file:
                if defining.search(file.read()):
                    return True
        except OSError:
            continue
    return False
