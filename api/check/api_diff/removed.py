"""Definitions that an edit removed, renamed or moved."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.inference.inference import Inference
from ...source.import_edits import import_edit
from .. import messages
from ..edits import Change
from ..findings import Edit, Finding, Fix
from ..fixes.names import other_module_fixes
from ..fixes.restore import restore_definition, restore_name
from ..suggestions import similarity
from .surface import Surface, definition_of

# Characters of fixes that restore one thing; later uses of it need not repeat more.
_FIX_TEXT = 20_000
# Below this two names have too little in common to be one thing renamed.
_SIMILAR = 0.5


@dataclass(slots=True, eq=False)
class Removal:
    """A definition or member that an edit removed, and what became of it.

    ``key`` is its dotted name in its file, ``new_name`` what may be its name in the same scope now;
    with ``is_renamed`` nothing else about it changed. ``new_path`` is the file that has it now.
    ``is_method`` is true for what is only ever used as an attribute.
    """

    change: Change
    path: str
    key: str
    is_member: bool = False
    is_method: bool = False
    new_name: str = ""
    is_renamed: bool = False
    new_path: str = ""
    _restoring: list[Fix] | None = field(default=None, init=False)
    _fix_text: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        """The last part of the dotted name."""
        return self.key.rpartition(".")[2]

    @property
    def new_key(self) -> str:
        """The dotted name that it may have now."""
        return f"{self.key.rpartition('.')[0]}.{self.new_name}".lstrip(".")

    @property
    def detail(self) -> str:
        """A clause on what happened."""
        if self.new_path:
            return f"the edit moved it to {self.new_path}"
        if not self.new_name:
            return "the edit removed it"
        renamed = f"renamed it to '{self.new_name}'"
        return f"the edit {renamed}" if self.is_renamed else f"the edit removed it, or {renamed}"

    @property
    def message(self) -> str:
        """The message on a use of a member that is not there any more."""
        cls = self.key.rpartition(".")[0].rpartition(".")[2]
        return messages.removed_member(cls, self.name, self.detail)

    def fixes(self, finding: Finding) -> list[Fix]:
        """Return fixes of a use: the new name, the definition restored, or both names.

        A renaming is followed; a definition that was removed is restored before anything else.
        """
        after = self.change.after
        if self.new_path:
            is_import = finding.rule == "unresolved-name"
            fixes = other_module_fixes(finding, after, self.name) if is_import else []
            return [*fixes, *self._import_where_it_was(after)]
        restoring = self._restoring_fixes()
        if not self.new_name:
            return restoring
        use = Fix(
            f"Use '{self.new_name}'",
            [Edit(finding.path, finding.start, finding.end, self.new_name)],
            safe=self.is_renamed and finding.evidence in ("exact", "inferred"),
        )
        fixes = [use, *restoring] if self.is_renamed else [*restoring, use]
        return [*fixes, *self._keep_both_names(after)]

    def _restoring_fixes(self) -> list[Fix]:
        """Return fixes that restore it; none once they have filled a page or two."""
        if self._restoring is None:
            if self.new_name and self.is_renamed:
                self._restoring = restore_name(self.change, self.key, self.new_name)
            else:
                self._restoring = restore_definition(
                    self.change, self.path, self.key, self.new_name
                )
        if self._fix_text > _FIX_TEXT:
            return []
        self._fix_text += sum(len(edit.text) for fix in self._restoring for edit in fix.edits)
        return self._restoring

    def _keep_both_names(self, after: Inference) -> list[Fix]:
        facts = after.facts(self.path)
        row = definition_of(facts, self.new_key) if facts is not None else -1
        if facts is None or row < 0:
            return []
        start, end = facts.definition.start[row], facts.definition.end[row]
        line_start = facts.line_starts[facts.line_of(start)]
        indent = after.text(self.path)[line_start:start].decode()
        alias = f"\n\n{indent}{self.name} = {self.new_name}"
        edit = Edit(self.path, end, end, alias)
        return [Fix(f"Keep '{self.name}' as another name", [edit])]

    def _import_where_it_was(self, after: Inference) -> list[Fix]:
        module = after.snapshot.index.module_name(self.new_path)
        if not module or self.is_member or not after.exists(self.path):
            return []
        edits = import_edit(after, self.path, module, self.name)
        return [Fix(f"Import '{self.name}' where it was", edits)] if edits else []


def removal(
    change: Change, path: str, key: str, surfaces: tuple[Surface, Surface], *, is_member: bool
) -> Removal:
    """Return the removal of a dotted name from a file, with what became of it.

    ``surfaces`` are those of the file before and after the edit.
    """
    before, after = change.before.need(path), change.after.facts(path)
    found = Removal(change, path, key, is_member=is_member)
    found.is_method = is_member and definition_of(before, key) >= 0
    if after is not None:
        _find_new_name(found, before, after, surfaces)
    if "." not in key and not found.is_renamed:
        _find_new_path(found)
    return found


def _find_new_name(
    removal: Removal, before: FileFacts, after: FileFacts, surfaces: tuple[Surface, Surface]
) -> None:
    """Set the new name in the same scope that is most similar, or the same but for its name."""
    change, path, key = removal.change, removal.path, removal.key
    old, new = surfaces
    container = key.rpartition(".")[0]
    added = [each for each in new if each not in old]
    was = definition_of(before, key)
    best = _SIMILAR
    for each in added:
        outer, _, name = each.rpartition(".")
        now = definition_of(after, each)
        if outer != container or (was < 0) != (now < 0):
            continue
        is_same = False
        if was >= 0:
            old_text = _text_behind_name(change.before, path, before, was)
            new_text = _text_behind_name(change.after, path, after, now)
            # A class or function may refer to itself.
            word = rb"\b%b\b" % re.escape(removal.name.encode())
            is_same = new_text in (old_text, re.sub(word, name.encode(), old_text))
        elif container:
            same = [
                other
                for other in added
                if _is_same_field(old[key], new[other], removal.name, other.rpartition(".")[2])
            ]
            is_same = same == [each]
        score = similarity(removal.name, name) + is_same
        if score > best:
            best = score
            removal.new_name, removal.is_renamed = name, is_same


def _is_same_field(old: object, new: object, name: str, other: str) -> bool:
    """True if two fields are declared by the same words but for their names."""
    match old, new:
        case ((int(kind), bytes(text)), (int(other_kind), bytes(other_text))):
            rest = text.removeprefix(name.encode())
            same = rest == other_text.removeprefix(other.encode()) and rest.startswith(b":")
            return same and kind == other_kind and kind in (f.DECLARE, f.ASSIGN)
        case _:
            return False


def _text_behind_name(inference: Inference, path: str, facts: FileFacts, row: int) -> bytes:
    """Return the text of a definition behind its name, with single spaces."""
    table = facts.definition
    start = table.position[row] + len(facts.names[table.name[row]].encode())
    return b" ".join(inference.text(path)[start : table.end[row]].split())


def _find_new_path(removal: Removal) -> None:
    """Set the other file of the edit that has a new definition of the name."""
    change = removal.change
    for path in sorted(change.paths - {removal.path}):
        before, after = change.before.facts(path), change.after.facts(path)
        if after is None or definition_of(after, removal.name) < 0:
            continue
        if before is None or definition_of(before, removal.name) < 0:
            removal.new_path, removal.new_name = path, ""
            return
