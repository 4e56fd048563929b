"""Read before write: what an agent has to see before what it proposes may land.

The lines that an edit replaces, or stands between, have to have been shown as they are now. A new
file is written like its siblings and uses what exists, so one of the siblings has to have been
shown, and the head of each class and function of the workspace that it uses.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import CLASS, FUNCTION, INFERRED, Entity, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.inference.locate import entities_at
from ...indexer.paths import is_outside
from ...indexer.store.ledger import Ledger
from ..open_workspace import OpenWorkspace
from ..source.entity_views import signature
from ..source.text_edits import hunks, merged, without
from .read_log import KnownFile, content_of, fingerprints, known_file, record_proposal, record_shown

if TYPE_CHECKING:
    from ..source.text_edits import Ranges

_SUFFIXES = (".py", ".pyi")
# Places to read that lie this close are read at once.
_GAP = 5
# Lines around what has to be read, where no definition is small enough to be read as a whole.
_AROUND = 3
_SMALL = 60
# Characters of code that are supplied with a refusal.
_SUPPLIED = 7_000
_ROLES = (f.CALLED, f.INHERITED, f.DECORATES)
# So many uses of a new file are looked at, and so many things that it uses asked for.
_USES = 80
_APIS = 12
# A sibling counts as read when so many of its lines, or all of them, were shown.
_ENOUGH = 30
_HEAD = 80
# Files that are alike in purpose rather than in what they are.
_NO_SIBLINGS = frozenset(["__init__", "conftest", "__main__", "setup"])
UNREAD, CHANGED, SIBLING, API = "unread", "changed", "sibling", "api"


@dataclass(slots=True)
class ToRead:
    """Lines to be shown first: from ``first`` up to, not including, ``last``, counted from 0."""

    path: str
    first: int
    last: int
    why: str
    """UNREAD, CHANGED, SIBLING or API."""
    name: str = ""
    """The class or function, for an API."""
    changed: Ranges = field(default_factory=list["tuple[int, int]"])
    """The lines among them that have changed since they were shown."""
    text: str = ""
    """The lines, if they are supplied."""
    is_function: bool = False
    """True for an API that is a function."""

    def reason(self) -> str:
        """Return which lines, and why they have to be read, as a sentence."""
        place = f"{self.path}:{self.first + 1}-{self.last}"
        if self.why == CHANGED:
            listed = ", ".join(
                f"{first + 1}-{last}" if last > first + 1 else f"{last}"
                for first, last in self.changed[:5]
            )
            is_plural = len(self.changed) > 1 or "-" in listed
            subject = f"lines {listed} have" if is_plural else f"line {listed} has"
            return f"{place} is not what it was when it was read: {subject} changed"
        if self.why == SIBLING:
            return f"{place} is how files beside the new one are written"
        if self.why == API:
            return f"{place} is `{self.name}`, which the new file uses"
        return f"{place} has not been read"


def lines_to_read(
    workspace: OpenWorkspace, ledger: Ledger, number: int, contents: Mapping[str, bytes | None]
) -> list[ToRead]:
    """Return what a session has to be shown before files get new contents; None deletes a file.

    Paths are relative to the workspace. Files that are not Python's need nothing.
    """
    found: list[ToRead] = []
    for path, content in contents.items():
        if content is None or not path.endswith(_SUFFIXES):
            continue
        old = content_of(workspace, path)
        if old is not None:
            found += _lines_of_edit(workspace, path, known_file(ledger, number, path, old), content)
        else:
            found += lines_to_read_for(workspace, ledger, number, path, contents)
    return found


def allow_write(
    workspace: OpenWorkspace, ledger: Ledger, number: int, contents: Mapping[str, bytes | None]
) -> None:
    """Record contents that are about to be written, which count as read once they are there."""
    for path, content in contents.items():
        if content is not None and path.endswith(_SUFFIXES):
            record_proposal(ledger, number, path, content_of(workspace, path), content)


def prove(
    workspace: OpenWorkspace,
    ledger: Ledger,
    number: int,
    contents: Mapping[str, bytes | None],
    replaced: Mapping[str, Ranges],
) -> None:
    """Record lines as shown that an edit replaces, or names as those that it replaces."""
    for path, content in contents.items():
        old = content_of(workspace, path)
        if content is not None and old is not None and path.endswith(_SUFFIXES):
            changes = hunks(fingerprints(old), fingerprints(content))
            named = [(first, last) for first, last, _, _ in changes if first < last]
            record_shown(ledger, number, path, old, [*named, *replaced.get(path, ())])


def lines_around(
    workspace: OpenWorkspace, ledger: Ledger, number: int, contents: Mapping[str, bytes | None]
) -> list[ToRead]:
    """Return what was not shown of the small definitions that an edit is made in."""
    found: list[ToRead] = []
    for path, content in contents.items():
        old = content_of(workspace, path)
        if content is None or old is None or not path.endswith(_SUFFIXES):
            continue
        before = known_file(ledger, number, path, old)
        end = len(before.lines)
        changes = hunks(before.lines, fingerprints(content))
        places = [_widened(workspace, path, (first, last), end) for first, last, _, _ in changes]
        found += [
            ToRead(path, first, last, UNREAD)
            for first, last in merged(places, _GAP)
            if sum(b - a for a, b in without([(first, last)], before.ranges)) > 1
        ]
    return found


def supply_text(
    workspace: OpenWorkspace,
    ledger: Ledger,
    number: int,
    wanted: Iterable[ToRead],
    limit: int = _SUPPLIED,
) -> list[ToRead]:
    """Fill in the text of lines to read and record them as shown, as many as fit in an answer."""
    left = limit
    for each in wanted:
        content = content_of(workspace, each.path)
        if content is None:
            continue
        text = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        lines = text.split("\n")[each.first : each.last]
        text = "\n".join(lines)
        if len(text) <= left:
            left -= len(text)
            each.text = text
            record_shown(ledger, number, each.path, content, [(each.first, each.last)])
    return [each for each in wanted if each.text]


def _lines_of_edit(
    workspace: OpenWorkspace, path: str, before: KnownFile, content: bytes
) -> list[ToRead]:
    end = len(before.lines)
    needed: Ranges = []
    for first, last, _, _ in hunks(before.lines, fingerprints(content)):
        beside = [line for line in (first - 1, first) if 0 <= line < end]
        if first < last:
            needed.append((first, last))
        elif beside and not any(before.covers(line, line + 1) for line in beside):
            needed.append((beside[0], beside[-1] + 1))
    unknown = merged(without(needed, before.ranges), _GAP)
    found: list[ToRead] = []
    for first, last in merged((_widened(workspace, path, each, end) for each in unknown), _GAP):
        changed = [each for each in before.changed if each[0] < last and first < each[1]]
        why = CHANGED if changed else UNREAD
        found.append(ToRead(path, first, last, why, changed=changed))
    return found


def _widened(
    workspace: OpenWorkspace, path: str, lines: tuple[int, int], end: int
) -> tuple[int, int]:
    """Return the lines of the smallest definition around some, if short, else a few more lines."""
    first, last = lines
    facts = workspace.inference(whole=False).facts(path)
    if facts is not None and last < len(facts.line_starts):
        start, until = facts.line_starts[first], facts.line_starts[last]
        table = facts.definition
        around = [
            (table.end[row] - begin, row)
            for row, begin in enumerate(table.start)
            if begin <= start and until <= table.end[row] + 1
        ]
        if around:
            row = min(around)[1]
            head = facts.line_of(table.start[row])
            tail = facts.line_of(max(table.end[row] - 1, 0)) + 1
            if tail - head <= _SMALL:
                return min(head, first), max(tail, last)
    return max(first - _AROUND, 0), min(last + _AROUND, end)


def lines_to_read_for(
    workspace: OpenWorkspace,
    ledger: Ledger,
    number: int,
    path: str,
    contents: Mapping[str, bytes | None],
) -> list[ToRead]:
    """Return what a session has to be shown before a new file of ``contents`` is written."""
    inference = workspace.with_contents(contents).inference(whole=False)
    facts = inference.facts(path)
    if facts is None or not len(facts.definition.kind):
        return []
    new = _NewFile(workspace, ledger, number, inference, path, contents)
    used = new.used()
    found = [each for entity in used if (each := new.header_of(entity)) is not None]
    bases = [entity for entity in used if entity.kind == CLASS and new.inherits(entity)]
    sibling = new.sibling(bases)
    return [*([sibling] if sibling is not None else []), *found[:_APIS]]


@dataclass(frozen=True, slots=True)
class _NewFile:
    """A file that an agent is about to write in a session, and what there is beside it."""

    workspace: OpenWorkspace
    ledger: Ledger
    session: int
    inference: Inference
    path: str
    contents: Mapping[str, bytes | None]

    def used(self) -> list[Entity]:
        """Return what the file calls, inherits from or is decorated by, of the workspace."""
        uses = sorted(
            (use.position, use.role, use)
            for use in facts_view.all_occurrences(self.inference.need(self.path))
            if use.role & f.ROLE_MASK in _ROLES
        )
        found: dict[Entity, None] = {}
        for _, _, use in uses[:_USES]:
            for item in entities_at(self.inference, self.path, use):
                entity = item.entity
                if (
                    entity.kind in (CLASS, FUNCTION)
                    and item.evidence <= INFERRED
                    and entity.path not in self.contents
                    and not entity.is_outside
                ):
                    found[entity] = None
        return list(found)

    def inherits(self, entity: Entity) -> bool:
        """True if a class of the file may inherit from an entity, by its name."""
        name = qualified_name(self.inference, entity).rpartition(".")[2]
        return any(
            role & f.ROLE_MASK == f.INHERITED
            for role, _, _ in self.inference.need(self.path).occurrences(name)
        )

    def header_of(self, entity: Entity) -> ToRead | None:
        """Return the header of a class or function, unless it was shown as it is now."""
        path, row = entity.path, entity.row
        facts = self.inference.need(path)
        name = qualified_name(self.inference, entity)
        header = signature(self.inference, entity)
        if self.ledger.was_shown_with(self.session, path, name, header):
            return None
        first = facts.line_of(facts.definition.position[row])
        last = facts.line_of(max(facts.definition.header_end[row] - 1, 0)) + 1
        known = self._known(path)
        if known is None or known.covers(first, last):
            return None
        return ToRead(path, first, last, API, name, is_function=entity.kind == FUNCTION)

    def sibling(self, bases: list[Entity]) -> ToRead | None:
        """Return the file most like this one, unless enough of one like it was read."""
        candidates = self._candidates(bases)
        known = [(path, found) for path in candidates if (found := self._known(path)) is not None]
        for _, found in known:
            count = sum(last - first for first, last in found.ranges)
            if count >= min(_ENOUGH, len(found.lines)):
                return None
        for path, found in known:
            if len(found.lines):
                return ToRead(path, 0, min(len(found.lines), _HEAD), SIBLING)
        return None

    def _known(self, path: str) -> KnownFile | None:
        content = content_of(self.workspace, path)
        if content is None:
            return None
        return known_file(self.ledger, self.session, path, content)

    def _candidates(self, bases: list[Entity]) -> list[str]:
        """Return files like this one, best first: with classes of its bases, then beside it."""
        folder, _, name = self.path.rpartition("/")
        stem = name.partition(".")[0]
        if stem in _NO_SIBLINGS:
            return []
        found: dict[str, None] = {}
        for base in bases[:3]:
            paths = {each.path for each in subclasses(self.inference, base)} - set(self.contents)
            for each in sorted(paths, key=lambda each: (each.rpartition("/")[0] != folder, each)):
                if not is_outside(each):
                    found[each] = None
        try:
            names = sorted(os.listdir(self.workspace.index.workspace.absolute(folder)))
        except OSError:
            names = []
        words = set(stem.split("_"))
        beside = {
            each: len(words & set(each.partition(".")[0].split("_")))
            for each in names
            if each.endswith(".py") and each.partition(".")[0] not in _NO_SIBLINGS
        }
        for each in sorted(beside, key=lambda each: -beside[each]):
            path = f"{folder}/{each}" if folder else each
            if path not in self.contents:
                found[path] = None
        return list(found)[:20]
