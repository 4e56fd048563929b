"""Surroundings: where the members of a family are exported, registered and tested.

A file that names most of them and defines few is where a new one has to be added as well.
"""

from __future__ import annotations

from collections import Counter

from ...indexer import facts as f
from ...indexer.inference.entities import Entity, name_of
from ...indexer.paths import is_test_file
from .statement import Trait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.inference import Inference
    from .family import Family

_EXAMINED = 12  # members whose uses are looked up
_WIDE = 60  # files; a name in more of them says nothing about one
_HALF = 0.5
_MOST = 3
_ROLE_NAMES = {
    f.IMPORTED: "imported", f.EXPORTED: "in `__all__`", f.CALLED: "called", f.READ: "named",
    f.INHERITED: "inherited", f.ANNOTATED: "annotated",
}  # fmt: skip


def surrounding_traits(inference: Inference, family: Family) -> list[Trait]:
    """Files that name most members, and the tests of how many name them."""
    members = [(each, name_of(inference, each)) for each in family.members]
    members = [entry for entry in members if not is_test_file(entry[0].path)][:_EXAMINED]
    if len(members) < _MOST:
        return []
    naming: dict[str, set[str]] = {}
    tested: Counter[str] = Counter()
    n_tested = 0
    for entity, name in members:
        files = inference.files_with(name)
        tests = [path for path in files if is_test_file(path)]
        n_tested += bool(tests)
        tested.update(tests)
        if len(files) > _WIDE:
            continue
        for path in files:
            if path != entity.path and not is_test_file(path):
                naming.setdefault(path, set()).add(name)
    traits: list[Trait] = []
    n = len(members)
    ranked = sorted(naming.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    for path, names in ranked[:8]:
        if len(names) >= max(2, _HALF * n) and len(traits) < _MOST:
            description = _how(inference, path, names)
            if description:
                traits.append(Trait("registered", path, len(names), n, description))
    if n_tested:
        path, count = tested.most_common(1)[0]
        stems = {entity.path.rpartition("/")[2].removesuffix(".py") for entity, _ in members}
        after = [each for each in tested if _is_test_of(each, stems)]
        detail = f"such as {path}"
        if count * 2 >= n:
            detail = f"most in {path}"
        elif after and len(after) * 2 >= len(stems):
            detail = f"called after the module, such as {after[0]}"
        traits.append(Trait("tested", "named in tests", n_tested, n, detail))
    own = _exported(inference, members)
    if own >= max(2, _HALF * n):
        traits.append(Trait("registered", "`__all__` of their file", own, n))
    return traits


def _is_test_of(path: str, stems: set[str]) -> bool:
    """True if a test file is named after one of some modules."""
    name = path.rpartition("/")[2].removesuffix(".py")
    return name.removeprefix("test_") in stems or name.removesuffix("_test") in stems


def _how(inference: Inference, path: str, names: set[str]) -> str:
    """Return what a file does with most of some names, in words."""
    facts = inference.facts(path)
    if facts is None:
        return ""
    roles: Counter[str] = Counter()
    for name in names:
        here = {role & f.ROLE_MASK for role, _, _ in facts.occurrences(name)}
        roles.update(_ROLE_NAMES[role] for role in here if role in _ROLE_NAMES)
    description = [role for role in _ROLE_NAMES.values() if roles[role] * 2 > len(names)]
    return ", ".join(description[:2])


def _exported(inference: Inference, members: list[tuple[Entity, str]]) -> int:
    count = 0
    for entity, name in members:
        facts = inference.facts(entity.path)
        if facts is not None:
            count += any(role & f.ROLE_MASK == f.EXPORTED for role, _, _ in facts.occurrences(name))
    return count
