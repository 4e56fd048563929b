"""Definitions of one name in several modules, and how similar they are."""

from __future__ import annotations

from difflib import SequenceMatcher

from ...indexer import facts as f
from ...indexer.inference.classes import own_member_names
from ...indexer.inference.entities import CLASS, Entity
from ...indexer.inference.signatures import parameter_rows
from ...indexer.paths import is_test_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference

# Bytes of a body that are compared, and words that it needs to be compared at all.
_COMPARED, _MIN_WORDS = 6_000, 12
# From here on two bodies do nearly the same.
_NEARLY_EQUAL = 0.7
_SHOWN = 3


def same_kind_elsewhere(inference: Inference, entity: Entity, name: str) -> list[Entity]:
    """Return classes, or functions, of a name at the top of other modules of the workspace.

    Those of tests do not count, and private ones only within the package.
    """
    kind, path, _ = entity
    wanted = f.CLASS if kind == CLASS else f.FUNCTION
    paths = {
        where for where, _ in inference.snapshot.symbols_named([name])
    } | inference.snapshot.overlaid()
    found: list[Entity] = []
    for where in sorted(paths - {path}):
        facts = inference.facts(where)
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0 or is_test_file(where) or where.endswith(".pyi"):
            continue
        if name.startswith("_") and where.rpartition("/")[0] != path.rpartition("/")[0]:
            continue
        for binding in facts.bindings_of(0, row):
            if facts.binding.kind[binding] in (f.DEF_CLASS, f.DEF_FUNCTION):
                definition = facts.binding.ref[binding]
                if facts.definition.kind[definition] == wanted:
                    found.append(Entity(kind, where, definition))
                    break
    return found


def similarity(inference: Inference, entity: Entity, other: Entity) -> tuple[float, str]:
    """Return from 0 to 1 how much two definitions do the same, and the end of a sentence on it.

    Negative if one derives from the other.
    """
    if entity.kind == CLASS:
        return _classes(inference, entity, other)
    return _functions(inference, entity, other)


def _classes(inference: Inference, entity: Entity, other: Entity) -> tuple[float, str]:
    if other in inference.mro(entity) or entity in inference.mro(other):
        return -1.0, ""
    own, theirs = (
        {name for name in own_member_names(inference, each) if not name.startswith("__")}
        for each in (entity, other)
    )
    shared = own & theirs
    ratio = len(shared) / max(min(len(own), len(theirs)), 1)
    if shared:
        shown = _listed(sorted(shared))
        return ratio, f"which has {shown} as well; use or extend that one."
    if theirs:
        shown = _listed([each for each in own_member_names(inference, other) if each in theirs])
        return ratio, f"another class with {shown}; extend that one, or choose another name."
    return ratio, "another class; use that one, or choose another name."


def _listed(names: list[str]) -> str:
    """Return some names as a sentence lists them."""
    shown = [f"`{name}`" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        shown.append("others")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _functions(inference: Inference, entity: Entity, other: Entity) -> tuple[float, str]:
    bodies = [_body(inference, each) for each in (entity, other)]
    ratio = 0.0
    if min(map(len, bodies)) >= _MIN_WORDS:
        matcher = SequenceMatcher(None, *bodies, autojunk=False)
        ratio = matcher.quick_ratio()
        ratio = matcher.ratio() if ratio > _NEARLY_EQUAL else 0.0
    names = [_parameter_names(inference, each) for each in (entity, other)]
    if ratio > _NEARLY_EQUAL:
        return ratio, "which does nearly the same; use that one."
    if names[0] == names[1] and len(names[0]) > 1:
        return 0.5, "which takes the same arguments; use that one, or choose another name."
    return 0.0, ""


def _body(inference: Inference, function: Entity) -> list[bytes]:
    facts = inference.need(function.path)
    start = facts.definition.header_end[function.row]
    end = facts.definition.end[function.row]
    return inference.text(function.path)[start : min(end, start + _COMPARED)].split()


def _parameter_names(inference: Inference, function: Entity) -> list[str]:
    facts = inference.need(function.path)
    names = facts.parameter.name
    return [facts.names[names[row]] for row in parameter_rows(inference, function)]
