"""Assignments to the variables of a module from other files: ``settings.current = Other()``."""

from __future__ import annotations

from itertools import islice

from ..paths import is_test_name
from . import expressions
from .entities import MODULE, Entity
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .inference import Inference

# Files that are searched; a name that more of them have is hardly one that only a module has.
_FILES = 60


def values_set_elsewhere(inference: Inference, path: str, name: str) -> tuple[tuple[str, int], ...]:
    """Return (path, expression) of each value that other files assign to a variable of a module.

    Tests do not count: they put doubles there for a while.
    """
    key = ("values set elsewhere", path, name)
    return cached(inference, key, lambda: tuple(_values(inference, path, name)), ())


def package_files_with(inference: Inference, path: str, name: str) -> Iterator[str]:
    """Yield the source files of the installed package that a file is of, where a name occurs."""
    snapshot = inference.snapshot
    search_path = snapshot.index.search_path
    for _, folder in search_path.top_levels():
        if path.startswith(folder + "/"):
            word = name.encode("utf-8", "surrogatepass")
            provider = snapshot.index.facts_provider
            for each in search_path.files_with(folder, word, provider, snapshot.work.look):
                if each.endswith((".py", ".pyi")):
                    yield each


def _values(inference: Inference, path: str, name: str) -> Iterator[tuple[str, int]]:
    module = Entity(MODULE, path, -1)
    files: Iterable[str] = inference.files_with(name)
    if module.is_outside:
        files = package_files_with(inference, path, name)
    for other in islice((each for each in files if not is_test_name(each)), _FILES):
        facts = inference.facts(other) if other != path else None
        row = facts.name_id(name) if facts is not None else -1
        if facts is None or row < 0:
            continue
        table = facts.attribute_binding
        for each, bound in enumerate(table.name):
            if bound == row and any(
                item.entity == module
                for item in expressions.definitions_of(inference, other, table.receiver[each])
            ):
                yield other, table.value[each]
