"""Conflicts of modules: circular imports, and new files that hide other modules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ....indexer import facts as f
from ....indexer.facts import FileFacts
from ....indexer.facts_view import binding_name
from ....indexer.inference.entities import MODULE, Entity
from ....indexer.inference.inference import Inference
from ....indexer.inference.modules import imported_module, submodule
from ....indexer.inference.query_cache import cached
from ....indexer.paths import is_outside, is_test_file
from ....indexer.plugins.registry import imports_tests_by_base_name
from .. import messages
from ..context import CheckContext
from ..findings import ERROR, WARNING, Finding

_NOT_NOW = f.TYPE_CHECKING_ONLY | f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH | f.FUTURE
# Modules that an import is followed through.
_FOLLOWED = 1_000


@dataclass(slots=True, frozen=True)
class _Import:
    """An import at the top of a module: its row, place and module, and the name or nothing.

    ``submodule`` is the module that the name may be; ``first_bound`` is where the name is bound in
    the module for the first time. Places are those in the order of what modules bind at their top
    (see :mod:`.....indexer.top_level`).
    """

    row: int
    place: int
    module: str
    name: str
    submodule: str
    first_bound: int


@dataclass(slots=True, frozen=True)
class _Failure:
    """An import, by path and row, of a name that is not bound yet, and the circle of modules."""

    path: str
    row: int
    name: str
    cycle: list[str]


def import_cycle(context: CheckContext) -> Iterator[Finding]:
    """Yield imports that fail because the imported module is waiting for this one."""
    if context.names is not None or not _has_changed(context):
        return
    facts, table = context.facts, context.facts.imports
    seen: set[int] = set()
    failed, run_by = _failures(context.strict, context.path)
    for each in failed:
        path, missing = each.path, each.name
        # Another module fails, because this one has not bound the name when it runs that one.
        own = run_by.get(path, -1) if path != context.path else each.row
        if own < 0 or own in seen or _module_of(context.strict, path, each.row) != context.path:
            continue
        seen.add(own)
        start = table.bound_position[own]
        bound = facts.names[table.bound[own]]
        always = all(_failures(context.strict, module)[0] for module in each.cycle)
        if not always and context.before is None:
            continue  # as long as another one is imported first, this works
        yield Finding(
            "import-cycle", context.path, start, start + len(bound.encode()),
            messages.import_cycle(missing, path) if path != context.path
            else messages.partially_initialized(
                missing, context.absolute_module(facts.names[table.module[own]])
            ),
            subject=f"{path}:{missing}", severity=ERROR if always else WARNING,
            nearest=[Entity(MODULE, path, -1)],
        )  # fmt: skip


def _has_changed(context: CheckContext) -> bool:
    """True if an edit may have changed what the file imports, and when."""
    old = context.old_facts
    if old is None:
        return True
    before, after = _order(old), _order(context.facts)
    known = set(before)
    # New bindings other than imports do not matter.
    return before != [each for each in after if each in known or each[0] == f.IMPORT]


def _order(facts: FileFacts) -> list[tuple[int, str]]:
    """Return the kinds and names of the bindings at the top of a module, in order."""
    table = facts.binding
    rows = [row for row, scope in enumerate(table.scope) if not scope]
    rows.sort(key=table.position.__getitem__)
    return [(table.kind[row], binding_name(facts, row)) for row in rows]


def _failures(inference: Inference, path: str) -> tuple[list[_Failure], dict[str, int]]:
    """Return what fails when a module is imported first, and the import that runs each other one.

    Nothing when there are too many modules to follow.
    """

    def run() -> tuple[list[_Failure], dict[str, int]]:
        simulation = _ImportSimulation(inference, path)
        simulation.load(path)
        failed = [] if len(simulation.done) > _FOLLOWED else simulation.failed
        return failed, simulation.run_by

    return cached(inference, ("imported first", path), run, ([], {}))


def _module_of(inference: Inference, path: str, row: int) -> str:
    """Return the file from which an import takes something."""
    facts = inference.need(path)
    return imported_module(inference, path, facts.names[facts.imports.module[row]]).path


class _ImportSimulation:
    """Simulates the import of a module: which modules are loaded, and how far each has come.

    ``failed`` are imports of names that are not bound yet.
    """

    def __init__(self, inference: Inference, first: str) -> None:
        self.inference = inference
        self.first = first
        self.done: set[str] = set()
        # The place that each module that is being loaded has reached.
        self.at: dict[str, int] = {}
        self.failed: list[_Failure] = []
        # The import of the first module in which another one was loaded.
        self.run_by: dict[str, int] = {}
        self._row = -1

    def load(self, path: str) -> None:
        """Import a module and all that it imports at its top."""
        if path in self.done or path in self.at or is_outside(path):
            return
        top = self.inference.snapshot.top_level(path)
        if top is None or path.endswith(".pyi") or len(self.done) > _FOLLOWED:
            self.done.add(path)
            return
        for package in _packages_of(self.inference, path):
            self.load(package)
        if path in self.done or path in self.at:
            return
        self.at[path] = -1
        if path != self.first:
            self.run_by[path] = self._row
        for each in _top_imports(self.inference, path):
            if path == self.first:
                self._row = each.row
            self.at[path] = each.place
            self._import(path, each)
        del self.at[path]
        self.done.add(path)

    def _import(self, path: str, each: _Import) -> None:
        self.load(each.module)
        reached = self.at.get(each.module)
        is_late = reached is not None and each.first_bound >= reached
        if each.submodule:
            # A package that binds the name itself has done so by now, unless it is being loaded.
            if each.first_bound < 0 or is_late:
                self.load(each.submodule)
        elif each.name and is_late:
            loading = list(self.at)
            cycle = loading[loading.index(each.module) :]
            self.failed.append(_Failure(path, each.row, each.name, cycle))


def _top_imports(inference: Inference, path: str) -> list[_Import]:
    """Return what a module imports when it is imported itself, in order."""
    return cached(
        inference, ("top imports", path), lambda: _read_imports(inference, path), list["_Import"]()
    )


def _read_imports(inference: Inference, path: str) -> list[_Import]:
    top = inference.snapshot.top_level(path)
    found: list[_Import] = []
    for row, flags, place, dotted, name in top.imports if top is not None else ():
        if flags & _NOT_NOW:
            continue
        module = imported_module(inference, path, dotted)
        if module.kind != MODULE or module.is_outside:
            continue
        inner = submodule(inference, module, name) if name else None
        first = _first_bound(inference, module.path, name) if name else -1
        is_module = inner is not None and inner.kind == MODULE
        found.append(
            _Import(
                row,
                place,
                module.path,
                # A folder: nothing runs, and nothing is missing.
                name if inner is None or is_module else "",
                inner.path if inner is not None and is_module else "",
                first,
            )
        )
    return found


def _packages_of(inference: Inference, path: str) -> list[str]:
    """Return the packages around a module, outermost first: they are loaded before it."""
    found: list[str] = []
    folder = path.rpartition("/")[0]
    while folder:
        package = f"{folder}/__init__.py"
        if package != path and inference.exists(package):
            found.insert(0, package)
        folder = folder.rpartition("/")[0]
    return found


def _first_bound(inference: Inference, path: str, name: str) -> int:
    """Return where a module first binds a name at its top; -1 when that is unknown."""
    top = inference.snapshot.top_level(path)
    return -1 if top is None or top.has_star else top.first_bound.get(name, -1)


def shadowed_module(context: CheckContext) -> Iterator[Finding]:
    """Yield a new file under the name of a module of the standard library or of a dependency."""
    if context.before is None or context.old_facts is not None or context.names is not None:
        return
    name = context.inference.snapshot.index.module_name(context.path) or ""
    if "." in name or not name or name in ("setup", "conftest", "test", "tests", "__main__"):
        return
    search_path = context.inference.snapshot.index.search_path
    hidden = search_path.find(name)
    if hidden is None or hidden == context.inference.snapshot.absolute(context.path):
        return
    yield Finding(
        "shadowed-module", context.path, 0, 0,
        messages.shadowed_module(name, search_path.layer(hidden) == "stdlib"),
        subject=name, severity=WARNING, nearest=[Entity(MODULE, hidden, -1)],
    )  # fmt: skip


def conflicting_test_module(context: CheckContext) -> Iterator[Finding]:
    """Yield a new test module whose base name another one has, when neither is in a package."""
    if context.before is None or context.old_facts is not None or not is_test_file(context.path):
        return
    folder, _, name = context.path.rpartition("/")
    if not name.startswith("test_") or context.names is not None:
        return
    inference = context.inference
    if inference.exists(f"{folder}/__init__.py".lstrip("/")) or not imports_tests_by_base_name(
        inference
    ):
        return
    for path in inference.snapshot.paths():
        other, _, base = path.rpartition("/")
        if base == name and path != context.path:
            if not inference.exists(f"{other}/__init__.py".lstrip("/")):
                yield Finding(
                    "test-module-conflict", context.path, 0, 0,
                    messages.import_file_mismatch(name.removesuffix(".py"), path),
                    subject=path, severity=WARNING, nearest=[Entity(MODULE, path, -1)],
                )  # fmt: skip
            return
