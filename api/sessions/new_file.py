"""What has to be read before a new file is written: a sibling, and the APIs that it uses."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import CLASS, FUNCTION, INFERRED, qualified_name
from ...indexer.inference.locate import entities_at
from ...indexer.paths import is_outside
from ..source.entity_views import signature
from .knowledge import known_file
from .read_log import content_of
from .to_read import API, SIBLING, ToRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ...indexer.store.ledger import Ledger
    from ..open_workspace import OpenWorkspace
    from .knowledge import KnownFile

_ROLES = (f.CALLED, f.INHERITED, f.DECORATES)
# So many uses of a new file are looked at, and so many things that it uses asked for.
_USES = 80
_APIS = 12
# A sibling counts as read when so many of its lines, or all of them, were shown.
_ENOUGH = 30
_HEAD = 80
# Files that are alike in purpose rather than in what they are.
_NO_SIBLINGS = frozenset(["__init__", "conftest", "__main__", "setup"])


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
        shown = self.ledger.signature(self.session, path, name)
        if shown == signature(self.inference, entity):
            return None
        first = facts.line_of(facts.definition.position[row])
        last = facts.line_of(max(facts.definition.header_end[row] - 1, 0)) + 1
        known = self._known(path)
        if known is None or known.covers(first, last):
            return None
        return ToRead(path, first, last, API, name)

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
