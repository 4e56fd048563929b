"""What a piece of code uses and stands in, as text for whoever is to write it."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer import facts_view
from ...indexer.facts import FileFacts
from ...indexer.inference.entities import CLASS, FUNCTION, Entity, name_of, qualified_name
from ...indexer.inference.inference import Inference
from ..source.entity_views import signature

_MOST_SIBLINGS, _MOST_USED = 12, 10


def context_of(inference: Inference, path: str, start: int, end: int, entity: Entity | None) -> str:
    """Return imports, the class around, and signatures of what is called between two places."""
    facts = inference.need(path)
    used = {each.name for each in facts_view.all_occurrences(facts) if start <= each.position < end}
    parts = [f"# {path}"]
    imports = _imports(facts, used, start, end)
    if imports:
        parts.append("\n".join(imports))
    if entity is not None:
        around = _class_around(inference, facts, path, entity)
        if around:
            parts.append(around)
    called = _called(inference, facts, path, start, end)
    if called:
        parts.append("# What it uses:\n" + "\n".join(f"# {each}" for each in called))
    return "\n\n".join(parts) + "\n"


def _imports(facts: FileFacts, used: set[str], start: int, end: int) -> list[str]:
    """Return the import statements at the top that bind what is used."""
    table = facts.imports
    found: dict[int, str] = {}
    for row, bound in enumerate(table.bound):
        at = table.position[row]
        inside = start <= at < end
        if table.scope[row] != 0 or inside or bound < 0 or facts.names[bound] not in used:
            continue
        module = facts.names[table.module[row]]
        alias = f" as {facts.names[bound]}" if table.flags[row] & f.ALIASED else ""
        if table.name[row] >= 0:
            name = facts.names[table.name[row]]
            found[row] = f"from {module} import {name}{alias}"
        else:
            found[row] = f"import {module}{alias}"
    return list(dict.fromkeys(found.values()))


def _class_around(inference: Inference, facts: FileFacts, path: str, entity: Entity) -> str:
    """Return the header of the class that a method is in, and those of its other methods."""
    scope = facts.definition.scope[entity.row]
    owner = facts.scope.definition[scope]
    if owner < 0 or facts.definition.kind[owner] != f.CLASS:
        return ""
    lines = [f"class {_headed(inference, Entity(CLASS, path, owner))}:"]
    rows = [
        row
        for row in facts_view.definitions(facts, f.FUNCTION)
        if facts.definition.scope[row] == scope and row != entity.row
    ]
    for row in rows[:_MOST_SIBLINGS]:
        lines.append(f"    def {_headed(inference, Entity(FUNCTION, path, row))}: ...")
    return "\n".join(lines)


def _headed(inference: Inference, entity: Entity) -> str:
    return f"{name_of(inference, entity)}{signature(inference, entity)}"


def _called(inference: Inference, facts: FileFacts, path: str, start: int, end: int) -> list[str]:
    """Return the headers of what is called that is neither built in nor defined there."""
    found: dict[str, None] = {}
    for call in facts_view.calls(facts):
        if not start <= call.position < end:
            continue
        for item in inference.definitions_of(path, call.function)[:1]:
            entity = item.entity
            if entity.kind not in (CLASS, FUNCTION):
                continue
            at = inference.need(entity.path).definition.start[entity.row]
            name = qualified_name(inference, entity)
            is_own = entity.path == path and start <= at < end
            if not is_own and not name.startswith("builtins."):
                found[f"{name}{signature(inference, entity)}"] = None
        if len(found) >= _MOST_USED:
            break
    return list(found)
