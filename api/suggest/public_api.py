"""Who may use a definition from outside of the workspace, as far as the code base says."""

from __future__ import annotations

import os
from functools import cached_property

from ...indexer import facts as f
from ...indexer.inference.classes import subclasses
from ...indexer.inference.entities import CLASS, Entity, name_of, owner_class
from ...indexer.inference.exports import exported_names
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import imported_module
from ...indexer.paths import is_supporting_file
from .name_census import NameCensus
from .other_texts import OtherTexts

PRIVATE, INTERNAL, PUBLIC = range(3)
"""Its name says that it is nobody else's; nothing offers it; others may import it."""

_BUILD_FILES = ("pyproject.toml", "setup.py", "setup.cfg")
_NAMED_PROJECT = ("\nname", "setup(", "[metadata]")


class PublicApi:
    """What a workspace offers to others."""

    def __init__(self, inference: Inference, census: NameCensus, texts: OtherTexts) -> None:
        """Look at what is exported and documented when asked."""
        self._inference = inference
        self._census = census
        self._texts = texts
        self._offered: dict[str, bool] = {}

    @cached_property
    def is_packaged(self) -> bool:
        """True if others can install it."""
        for root in {self._inference.snapshot.index.workspace.root, *self._projects}:
            for name in _BUILD_FILES:
                try:
                    with open(os.path.join(root, name), encoding="utf-8") as file:
                        text = "\n" + file.read(200_000)
                except (OSError, UnicodeDecodeError):
                    continue
                if any(sign in text for sign in _NAMED_PROJECT):
                    return True
        return False

    @property
    def _projects(self) -> list[str]:
        workspace = self._inference.snapshot.index.workspace
        return [workspace.absolute(each) for each in workspace.projects]

    @cached_property
    def _star_imported(self) -> frozenset[str]:
        """Paths of modules of which some other module offers everything."""
        return self._census.star_modules(self._inference, lambda path: not is_supporting_file(path))

    def standing(self, entity: Entity) -> int:
        """Return PRIVATE, INTERNAL or PUBLIC."""
        name = name_of(self._inference, entity)
        facts = self._inference.need(entity.path)
        owner = owner_class(facts, entity)
        if is_private(name):
            return PRIVATE
        if owner >= 0:
            return self._class_standing(Entity(CLASS, entity.path, owner), set())
        return self._module_standing(entity.path, name)

    def _class_standing(self, cls: Entity, seen: set[Entity]) -> int:
        seen.add(cls)
        own = PRIVATE
        if not is_private(name_of(self._inference, cls)):
            own = self._module_standing(cls.path, name_of(self._inference, cls), is_class=True)
        for other in subclasses(self._inference, cls):
            if other not in seen and not is_supporting_file(other.path):
                own = max(own, self._class_standing(other, seen))
        return own

    def _module_standing(self, path: str, name: str, *, is_class: bool = False) -> int:
        if is_supporting_file(path):
            return INTERNAL
        module = self._inference.snapshot.index.module_name(path) or ""
        listed = exported_names(self._inference, path)
        is_listed = listed is not None and (name in listed.names or not listed.is_complete)
        if any(is_private(part) for part in module.split(".")):
            is_star = path in self._star_imported and (listed is None or is_listed)
            is_imported = is_class and self._is_imported_above(path, name)
            return PUBLIC if is_star or is_imported else PRIVATE
        if not self.is_packaged:
            return INTERNAL
        return INTERNAL if self._texts.documents_api and not self._is_offered(path) else PUBLIC

    def _is_imported_above(self, path: str, name: str) -> bool:
        """True if a module that is not private imports a name of a private one."""
        index = self._inference.snapshot.index
        return any(
            use.role & f.ROLE_MASK in (f.IMPORTED, f.EXPORTED)
            and use.path != path
            and not any(is_private(part) for part in (index.module_name(use.path) or "").split("."))
            and not is_supporting_file(use.path)
            for use in self._census.uses.get(name, ())
        ) or self._census.is_frequent(name)

    def _is_offered(self, path: str) -> bool:
        """True if a module, or anything in it, is documented or exported."""
        known = self._offered.get(path)
        if known is None:
            known = self._offered[path] = self._is_offered_anyhow(path)
        return known

    def _is_offered_anyhow(self, path: str) -> bool:
        facts = self._inference.need(path)
        module = self._inference.snapshot.index.module_name(path) or ""
        if path.endswith("__init__.py") or len(facts.exports.kind) or path in self._star_imported:
            return True
        if module in self._texts.whole_modules:
            return True
        names = {
            facts.names[facts.definition.name[row]]
            for row, scope in enumerate(facts.definition.scope)
            if scope == 0
        }
        public = {name for name in names if not is_private(name)}
        if any(name.encode() in self._texts.documented for name in public):
            return True
        return any(self._is_reexported(path, name) for name in public)

    def _is_reexported(self, path: str, name: str) -> bool:
        """True if the `__init__` of a package imports a name from a module."""
        for other in self._inference.files_with(name):
            if not other.endswith("__init__.py") or is_supporting_file(other):
                continue
            facts = self._inference.need(other)
            for row, imported in enumerate(facts.imports.name):
                if imported >= 0 and facts.names[imported] == name:
                    spelled = facts.names[facts.imports.module[row]]
                    if imported_module(self._inference, other, spelled).path == path:
                        return True
        return False


def is_private(name: str) -> bool:
    """True if a name begins with an underscore and is none that Python gives a meaning."""
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))
