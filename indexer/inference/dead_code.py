"""Code that never runs here: behind tests of the version and platform that cannot hold.

The test may stand elsewhere, in a constant that is imported: ``if six.PY2``.
"""

from __future__ import annotations

from .. import facts as f
from .. import facts_view
from ..platform_conditions import (
    Target,
    constant_value,
    dead_stretches,
    is_inside,
    lasting_blocks,
)
from .access_paths import last_name
from .entities import CLASS, FUNCTION, VARIABLE, Entity
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference


def never_runs(inference: Inference, path: str, position: int) -> bool:
    """True if a position is in code that is never run by the version and platform at hand."""
    return is_inside(_dead(inference, path), position)


def is_for_other_versions(inference: Inference, entity: Entity) -> bool:
    """True if what binds a name never runs in the version at hand, whatever the platform."""
    facts = inference.facts(entity.path) if entity.kind in (CLASS, FUNCTION, VARIABLE) else None
    if facts is None:
        return False
    table = facts.binding if entity.kind == VARIABLE else facts.definition

    def found() -> list[tuple[int, int]]:
        inference.snapshot.rest_on_environment()
        target = Target(inference.snapshot.index.search_path.version, "")
        return dead_stretches(inference.need(entity.path), target)

    key = ("dead on any platform", entity.path)
    stretches = cached(inference, key, found, list[tuple[int, int]]())
    return is_inside(stretches, table.position[entity.row])


def always_runs(inference: Inference, path: str, block: int) -> bool:
    """True if a branch is always taken by the version and platform at hand."""
    return block in _lasting(inference, path)


def depends_on_target(inference: Inference, path: str) -> bool:
    """True if anything in a file depends on version and platform only."""
    return bool(_dead(inference, path) or _lasting(inference, path))


def _lasting(inference: Inference, path: str) -> frozenset[int]:
    def found() -> frozenset[int]:
        return lasting_blocks(inference.need(path), _target(inference, path))

    return cached(inference, ("always runs", path), found, frozenset[int]())


def _dead(inference: Inference, path: str) -> list[tuple[int, int]]:
    def found() -> list[tuple[int, int]]:
        return dead_stretches(inference.need(path), _target(inference, path))

    return cached(inference, ("never runs", path), found, list[tuple[int, int]]())


def _target(inference: Inference, path: str) -> Target:
    search_path = inference.snapshot.index.search_path
    inference.snapshot.rest_on_environment()

    def elsewhere(facts: FileFacts, expr: int) -> tuple[FileFacts, int] | bool | None:
        return _imported(inference, path, facts, expr, target)

    target = Target(search_path.version, search_path.platform, elsewhere)
    return target


def _imported(
    inference: Inference, path: str, facts: FileFacts, expr: int, target: Target
) -> tuple[FileFacts, int] | bool | None:
    """Return what an imported constant, or one of an imported module, is bound to."""
    if facts is not inference.need(path):
        return None  # of the file that a constant was found in, only what it binds itself
    for item in inference.definitions_of(path, expr):
        if item.entity.kind != VARIABLE or item.entity.path == path:
            continue
        other = inference.need(item.entity.path)
        name, scope = other.binding.name[item.entity.row], other.binding.scope[item.entity.row]
        if scope:
            continue
        found = constant_value(other, other.bindings_of(scope, name), target)
        return found if found is not None else _declared(other, item.entity.row)
    return None


def _declared(facts: FileFacts, binding: int) -> bool | None:
    """Return what a stub says that a constant is: ``PY2: Literal[False]``."""
    item = facts_view.subscript(facts, facts.binding.annotation[binding])
    if item is None or last_name(facts, item.value) != "Literal":
        return None
    kind = facts_view.op(facts, item.key)
    return kind == f.TRUE if kind in (f.TRUE, f.FALSE) else None
