"""Changes of an API: what others could see of files and no longer can, and uses that break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import operand
from ....indexer.inference.entities import (
    CONVENTIONAL,
    EVIDENCE_NAMES,
    INFERRED,
    TEXTUAL,
    name_of,
    qualified_name,
)
from ....indexer.inference.has_member import PRESENT, has_member
from ....indexer.inference.inference import Inference
from ....indexer.inference.members import attribute_definitions
from ....indexer.inference.query_cache import cached
from ....indexer.inference.types import without_none
from ....indexer.symbols import LOCAL
from .. import messages
from ..context import CheckContext
from ..edits import Change
from ..findings import ERROR, WARNING, Finding
from ..known_names import files_naming, files_outside_with
from .parameters import (
    FieldChange,
    ParameterChange,
    field_change,
    mismatched_calls,
    misplaced_arguments,
    parameter_change,
)
from .removed import Removal, removal
from .surface import classes_by_name, definition_entity, definition_of, public_surface

ApiChange = Removal | ParameterChange | FieldChange


def api_changes(change: Change) -> list[ApiChange]:
    """Return what an edit removed from its files, and what takes other arguments now."""
    found: list[ApiChange] = []
    for path in sorted(change.paths):
        before, after = change.before.facts(path), change.after.facts(path)
        if before is None:
            continue
        old = public_surface(change.before, path, before)
        new = public_surface(change.after, path, after) if after is not None else {}
        classes = classes_by_name(path, before)
        for key in old.keys() - new.keys():
            container, _, name = key.rpartition(".")
            if name.startswith("__") or (container and container not in new):
                continue  # what is removed with its class is no change of its own
            if old[key] != "imported":
                is_member = container in classes
                found.append(removal(change, path, key, (old, new), is_member=is_member))
        for key in old.keys() & new.keys():
            if old[key] != new[key]:
                changed = parameter_change(change, path, key) or (
                    field_change(change, path, key) if key in classes else None
                )
                if changed is not None:
                    found.append(changed)
    return sorted(found, key=lambda each: (each.path, each.key))


_USES = (f.READ | f.ATTRIBUTE_ROLE, f.CALLED | f.ATTRIBUTE_ROLE)


_RULES = frozenset(["unresolved-attribute", "unresolved-name", "undefined-name"])


def explain_finding(finding: Finding, changes: list[ApiChange], after: Inference) -> None:
    """Extend a finding about a name that the edit removed: the message, and its fixes."""
    if finding.rule not in _RULES:
        return
    wrong = after.text(finding.path)[finding.start : finding.end].decode("utf-8", "replace")
    is_member = finding.rule == "unresolved-attribute"
    removals = [each for each in changes if isinstance(each, Removal) and each.name == wrong]
    removals.sort(key=lambda each: each.is_member != is_member)
    if not removals:
        return
    removal = removals[0]
    if is_member and finding.evidence == "conventional":
        finding.rule, finding.message = "removed-member", removal.message
    else:
        finding.message = messages.extended(finding.message, removal.detail)
    facts = after.facts(removal.new_path) if removal.new_path else None
    if facts is not None:
        row = definition_of(facts, removal.name)
        finding.nearest.insert(0, definition_entity(facts, removal.new_path, row))
    finding.fixes = removal.fixes(finding)
    if removal.is_renamed:
        # Where the new name is known, others that are like the old one only distract.
        finding.nearest = [
            each for each in finding.nearest if name_of(after, each) == removal.new_name
        ]


def broken_uses(
    change: Change, changes: Iterable[ApiChange], context: CheckContext, reported: set[int]
) -> Iterator[Finding]:
    """Yield the uses of changed members and arguments in a file that are not ``reported`` yet."""
    for each in changes:
        match each:
            case ParameterChange():
                yield from misplaced_arguments(change, each, context)
            case FieldChange():
                if context.path not in change.paths:
                    yield from mismatched_calls(each, context)
            case Removal():
                if each.is_member:
                    yield from _removed_member_uses(each, context, reported)


def _removed_member_uses(
    removal: Removal, context: CheckContext, reported: set[int]
) -> Iterator[Finding]:
    """Yield readings of a member that was removed.

    An error if that is certain; a warning if it was found there before by what is known of the
    receiver, or if it was the only one of that name.
    """
    facts, name = context.facts, removal.name
    for role, position, expr in facts.occurrences(name):
        if role not in _USES or position in reported or expr < 0:
            continue
        receiver = operand(facts, expr)
        evidence = _evidence_before(removal, context, receiver)
        if evidence is None or (
            evidence == TEXTUAL and _is_defined_anywhere(removal.change.after, name)
        ):
            continue
        if name in context.tested_attributes or context.is_dead(position):
            continue
        if context.is_guarded(position, "AttributeError"):
            continue
        severity = WARNING
        if evidence <= INFERRED:
            type_ = without_none(context.complete_type(receiver))
            found = {has_member(context.strict, value, name) for value in type_}
            if found == {PRESENT}:
                continue
            # A member that was found in the text of the class is given by nothing else.
            severity = ERROR if found and PRESENT not in found else WARNING
        finding = Finding(
            "removed-member", context.path, position, position + len(name.encode()),
            removal.message, subject=f"{context.spelled(receiver)}.{name}", severity=severity,
            evidence=EVIDENCE_NAMES[min(evidence, CONVENTIONAL)],
        )  # fmt: skip
        finding.fixes = removal.fixes(finding)
        yield finding


def _evidence_before(removal: Removal, context: CheckContext, receiver: int) -> int | None:
    """Return how certain it was before the edit that a reading means a member; None if it does not.

    TEXTUAL if that is unknown, as in files of the edit, where the same expression is not found.
    """
    change, path, name = removal.change, context.path, removal.name
    if path in change.paths:
        found = attribute_definitions(context.inference, path, receiver, name)
        return None if found else TEXTUAL
    # Heuristics take longer than types, and mostly have nothing to add.
    strict = change.before.strict()
    found = attribute_definitions(strict, path, receiver, name)
    found = found or attribute_definitions(change.before, path, receiver, name)
    for item in found:
        if item.entity.path == removal.path:
            qualified = qualified_name(change.before, item.entity)
            if qualified == removal.key or qualified.endswith(f".{removal.key}"):
                return item.evidence
    return None if found else TEXTUAL


def _is_defined_anywhere(inference: Inference, name: str) -> bool:
    """True if a class, a module, or an assignment gives anything a member of a name."""
    return cached(
        inference,
        ("defined anywhere", name),
        lambda: _is_defined_inside(inference, name) or _is_defined_outside(inference, name),
        True,
    )


def _is_defined_inside(inference: Inference, name: str) -> bool:
    symbols = inference.snapshot.symbols_named([name])
    if any(not flags & LOCAL for _, (*_, flags, _) in symbols):
        return True
    overlaid = inference.snapshot.overlaid()
    for path, facts in files_naming(inference, name):
        if any(role == f.WRITTEN | f.ATTRIBUTE_ROLE for role, _, _ in facts.occurrences(name)):
            return True
        if path in overlaid and _is_bound(facts, name):
            return True
    return False


def _is_bound(facts: FileFacts, name: str) -> bool:
    """True if a module or class of a file has a name."""
    row = facts.name_id(name)
    kinds = facts.scope.kind
    return any(
        bound == row and kinds[facts.binding.scope[index]] <= f.CLASS_SCOPE
        for index, bound in enumerate(facts.binding.name)
    )


def _is_defined_outside(inference: Inference, name: str) -> bool:
    word = re.escape(name.encode("utf-8", "surrogatepass"))
    definition = re.compile(
        rb"^[ \t]*(?:async\s+)?(?:def|class)\s+%b\b|^[ \t]*%b\s*(?::|=(?!=))|\.%b\s*(?::|=(?!=))"
        % (word, word, word),
        re.MULTILINE,
    )
    for path, text in files_outside_with(inference, name):
        if path.endswith((".py", ".pyi")) and definition.search(text):
            return True
    return False
