"""Names that code makes up: `getattr(self, f"visit_{kind}")`, `globals()[name]`, `__subclasses__`.

What fits such a name may be used although nothing spells it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.access_paths import last_name
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, owner_class
from ...indexer.inference.inference import Inference
from ..source.entity_views import enclosing

_BY_NAME = frozenset(["getattr", "hasattr", "setattr", "delattr", "attrgetter", "methodcaller"])
_OF_MODULE = frozenset(["globals", "vars", "locals", "dir", "getmembers", "import_string"])
# Parts of strings from which names are put together, before and behind what is filled in.
_PREFIXES = (
    re.compile(rb"""[fF]["'](\w+)\{"""),
    re.compile(rb"""["'](\w+)["']\s*[+%]"""),
    re.compile(rb"""["'](\w+)(?:%s|\{\w*\})\w*["']"""),
)
_SUFFIXES = (
    re.compile(rb"""\}(\w+)["']"""),
    re.compile(rb"""\+\s*["'](\w+)["']"""),
    re.compile(rb"""["']\w*(?:%s|\{\w*\})(\w+)["']"""),
)
_SHORTEST = 3


@dataclass(slots=True)
class DynamicAccess:
    """How the code of a workspace reaches what it does not spell."""

    prefixes: set[str] = field(default_factory=set[str])
    suffixes: set[str] = field(default_factory=set[str])
    open_classes: set[Entity] = field(default_factory=set[Entity])
    """Classes that look up members of their own by names that are not written."""
    open_modules: set[str] = field(default_factory=set[str])
    asks_for_subclasses: bool = False

    def pattern_for(self, name: str) -> str:
        """Return the part by which a name may be made up; nothing if it cannot be."""
        for part in self.prefixes:
            rest = name[len(part) :]
            if rest and name.startswith(part) and (part[-1] == "_" or rest[0].isupper()):
                return f"{part}…"
        for part in self.suffixes:
            begins = part[0] == "_" or part[0].isupper()
            if begins and len(name) > len(part) and name.endswith(part):
                return f"…{part}"
        return ""


def find_dynamic_access(inference: Inference) -> DynamicAccess:
    """Return how the workspace reaches what it does not spell."""
    found = DynamicAccess()
    for path in inference.snapshot.paths():
        facts = inference.facts(path)
        if facts is None:
            continue
        if facts.name_id("__subclasses__") >= 0:
            found.asks_for_subclasses = True
        _look_at(inference, path, facts, found)
    return found


def _look_at(inference: Inference, path: str, facts: FileFacts, found: DynamicAccess) -> None:
    if not any(facts.name_id(name) >= 0 for name in (*_BY_NAME, *_OF_MODULE, "__dict__")):
        return
    makes_names = facts.name_id("__dict__") >= 0
    for call in facts_view.calls(facts):
        name = last_name(facts, call.function)
        if name in _OF_MODULE:
            makes_names = True
            if name in ("globals", "vars", "locals", "dir") and not facts_view.positional_arguments(
                facts, call.row
            ):
                found.open_modules.add(path)
        elif name in _BY_NAME:
            arguments = facts_view.positional_arguments(facts, call.row)
            place = 0 if name in ("attrgetter", "methodcaller") else 1
            if len(arguments) <= place or facts_view.string(facts, arguments[place]) is not None:
                continue
            makes_names = True
            receiver = facts_view.plain_name(facts, arguments[0])
            if place and receiver in ("self", "cls") and _is_plain(facts, arguments[1]):
                cls = _class_around(inference, path, call.position)
                if cls is not None:
                    found.open_classes.add(cls)
    if makes_names:
        text = inference.text(path)
        for patterns, parts in ((_PREFIXES, found.prefixes), (_SUFFIXES, found.suffixes)):
            for pattern in patterns:
                parts.update(
                    part.decode("utf-8", "replace")
                    for part in pattern.findall(text)
                    if len(part.strip(b"_")) + 1 >= _SHORTEST and not part.isdigit()
                )


def _is_plain(facts: FileFacts, expr: int) -> bool:
    """True if a name is not put together here, so that nothing tells what it may be."""
    return facts_view.op(facts, expr) not in (f.FORMATTED, f.BINARY)


def _class_around(inference: Inference, path: str, position: int) -> Entity | None:
    facts = inference.need(path)
    around = enclosing(inference, path, position)
    while around is not None and around.kind == FUNCTION:
        owner = owner_class(facts, around)
        if owner >= 0:
            return Entity(CLASS, path, owner)
        scope = facts.definition.scope[around.row]
        definition = facts.scope.definition[scope] if scope >= 0 else -1
        if definition < 0:
            return None
        kind = CLASS if facts.definition.kind[definition] == f.CLASS else FUNCTION
        around = Entity(kind, path, definition)
    return around
