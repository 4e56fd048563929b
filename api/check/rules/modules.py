"""Modules in each other's way: circles of imports, and new files that hide other modules."""

from __future__ import annotations

from ....indexer import facts as f
from ....indexer.inference.entities import MODULE, Entity
from ....indexer.inference.modules import imported_module, submodule
from ....indexer.inference.query_cache import cached
from ....indexer.paths import is_outside
from ..clones import is_test_file
from ..findings import ERROR, WARNING, Finding
from . import Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....indexer.facts import FileFacts
    from ....indexer.inference.inference import Inference
    from ..context import CheckContext

    # Path and row of an import, the name that is not there, the modules that wait for each other.
    _Failure = tuple[str, int, str, list[str]]
    # Row and position of an import, the module, the name or nothing, the module that the name may
    # be, and where the module first binds it.
    _Step = tuple[int, int, str, str, str, int]

_NOT_NOW = f.TYPE_CHECKING_ONLY | f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH | f.FUTURE
# Modules that an import is followed through.
_FOLLOWED = 1_000
# Where pytest is told to import test modules under names of their own.
_SETTINGS = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")


def import_cycle(context: CheckContext) -> Iterator[Finding]:
    """Imports that cannot succeed, because the module imported from waits for this one."""
    if context.is_stub or context.names is not None or not _has_changed(context):
        return
    facts, table = context.facts, context.facts.imports
    seen: set[int] = set()
    failed, run_by = _failures(context.strict, context.path)
    for path, row, missing, circle in failed:
        # Another module fails, because this one has not bound the name when it runs that one.
        mine = run_by.get(path, -1) if path != context.path else row
        if mine < 0 or mine in seen or _module_of(context.strict, path, row) != context.path:
            continue
        seen.add(mine)
        start = table.bound_position[mine]
        bound = facts.names[table.bound[mine]]
        always = all(_failures(context.strict, each)[0] for each in circle)
        if not always and context.before is None:
            continue  # as long as another one is imported first, this works
        yield Finding(
            "import-cycle", context.path, start, start + len(bound.encode()),
            f"{path} imports `{missing}` from here, which is not bound yet when this line runs."
            if path != context.path
            else f"This imports `{missing}` from its own module, which does not define it before.",
            subject=f"{path}:{missing}", severity=ERROR if always else WARNING,
            nearest=[Entity(MODULE, path, -1)],
        )  # fmt: skip


def _has_changed(context: CheckContext) -> bool:
    """Whether an edit may have changed what the file imports, and when."""
    old = context.old_facts
    if old is None:
        return True
    before, after = _order(old), _order(context.facts)
    known = set(before)
    # What is new and imports nothing keeps nobody waiting.
    return before != [each for each in after if each in known or each[0] == f.IMPORT]


def _order(facts: FileFacts) -> list[tuple[int, str]]:
    """What a module binds at its top, in order."""
    table = facts.binding
    rows = [row for row, scope in enumerate(table.scope) if not scope]
    rows.sort(key=table.position.__getitem__)
    return [(table.kind[row], facts.names[table.name[row]]) for row in rows]


def _failures(inference: Inference, path: str) -> tuple[list[_Failure], dict[str, int]]:
    """What fails when a module is imported first, and the import in which each other one ran.

    Nothing when there is too much to follow.
    """

    def run() -> tuple[list[_Failure], dict[str, int]]:
        loading = _Run(inference, path)
        loading.load(path)
        return ([] if len(loading.done) > _FOLLOWED else loading.failed), loading.waiting

    return cached(inference, ("imported first", path), run, ([], {}))


def _module_of(inference: Inference, path: str, row: int) -> str:
    """The file that an import is from."""
    facts = inference.need(path)
    return imported_module(inference, path, facts.names[facts.imports.module[row]]).path


class _Run:
    """What happens when a module is imported first: which modules load, up to where.

    ``failed`` is what is imported before it is there.
    """

    def __init__(self, inference: Inference, first: str) -> None:
        self.inference = inference
        self.first = first
        self.done: set[str] = set()
        # Where the modules that are being loaded are, by position.
        self.at: dict[str, int] = {}
        self.failed: list[_Failure] = []
        # The import of the first module in which another one was loaded.
        self.waiting: dict[str, int] = {}
        self._row = -1

    def load(self, path: str) -> None:
        """Import a module and all that it imports at its top."""
        if path in self.done or path in self.at or is_outside(path):
            return
        facts = self.inference.facts(path)
        if facts is None or path.endswith(".pyi") or len(self.done) > _FOLLOWED:
            self.done.add(path)
            return
        for package in _packages_of(self.inference, path):
            self.load(package)
        if path in self.done or path in self.at:
            return
        self.at[path] = -1
        if path != self.first:
            self.waiting[path] = self._row
        for step in _top_imports(self.inference, path):
            if path == self.first:
                self._row = step[0]
            self.at[path] = step[1]
            self._import(path, step)
        del self.at[path]
        self.done.add(path)

    def _import(self, path: str, step: _Step) -> None:
        row, _, module, name, inner, first = step
        self.load(module)
        reached = self.at.get(module)
        if inner:
            # A package that binds the name itself has done so by now, unless it is on its way.
            if first < 0 or (reached is not None and first >= reached):
                self.load(inner)
        elif name and reached is not None and first >= reached:
            circle = list(self.at)
            self.failed.append((path, row, name, circle[circle.index(module) :]))


def _top_imports(inference: Inference, path: str) -> list[_Step]:
    """What a module of the workspace imports when it is imported itself, in order."""
    return cached(
        inference, ("top imports", path), lambda: _read_imports(inference, path), list["_Step"]()
    )


def _read_imports(inference: Inference, path: str) -> list[_Step]:
    facts = inference.need(path)
    table = facts.imports
    found: list[_Step] = []
    for row, flags in enumerate(table.flags):
        if table.scope[row] or flags & _NOT_NOW:
            continue
        module = imported_module(inference, path, facts.names[table.module[row]])
        if module.kind != MODULE or module.is_outside:
            continue
        name_row = table.name[row]
        name = facts.names[name_row] if name_row >= 0 else ""
        inner = submodule(inference, module, name) if name else None
        first = _first_bound(inference, module.path, name) if name else -1
        if inner is not None and inner.kind != MODULE:
            name = ""  # a folder: nothing runs, and nothing is missing
        where = inner.path if inner is not None and inner.kind == MODULE else ""
        found.append((row, table.position[row], module.path, name, where, first))
    return found


def _packages_of(inference: Inference, path: str) -> list[str]:
    """The packages around a module, outermost first: they are loaded before it."""
    found: list[str] = []
    folder = path.rpartition("/")[0]
    while folder:
        package = f"{folder}/__init__.py"
        if package != path and inference.exists(package):
            found.insert(0, package)
        folder = folder.rpartition("/")[0]
    return found


def _first_bound(inference: Inference, path: str, name: str) -> int:
    """Where a module first binds a name at its top; -1 when nobody can say."""
    facts = inference.facts(path)
    row = facts.name_id(name) if facts is not None else -1
    if facts is None or row < 0 or f.STAR in facts.imports.name:
        return -1
    rows = facts.bindings_of(0, row)
    return min((facts.binding.position[each] for each in rows), default=-1)


def shadowed_module(context: CheckContext) -> Iterator[Finding]:
    """A new file under the name of a module of the standard library or of a dependency."""
    if context.before is None or context.old_facts is not None or context.names is not None:
        return
    name = context.inference.snapshot.index.module_name(context.path) or ""
    if "." in name or not name or name in ("setup", "conftest", "test", "tests", "__main__"):
        return
    layers = context.inference.snapshot.index.layers
    hidden = layers.find(name)
    if hidden is None or hidden == context.inference.snapshot.absolute(context.path):
        return
    whose = "the standard library" if layers.layer(hidden) == "stdlib" else "what is installed"
    yield Finding(
        "shadowed-module", context.path, 0, 0,
        f"This file hides the module `{name}` of {whose}: every `import {name}` finds it instead.",
        subject=name, severity=WARNING, nearest=[Entity(MODULE, hidden, -1)],
    )  # fmt: skip


def conflicting_test_module(context: CheckContext) -> Iterator[Finding]:
    """A new test module whose base name another one has, with no packages to tell them apart."""
    if context.before is None or context.old_facts is not None or not is_test_file(context.path):
        return
    folder, _, name = context.path.rpartition("/")
    if not name.startswith("test_") or context.names is not None:
        return
    inference = context.inference
    if inference.exists(f"{folder}/__init__.py".lstrip("/")) or _are_told_apart(inference):
        return
    for path in inference.snapshot.paths():
        other, _, base = path.rpartition("/")
        if base == name and path != context.path:
            if not inference.exists(f"{other}/__init__.py".lstrip("/")):
                yield Finding(
                    "test-module-conflict", context.path, 0, 0,
                    f"pytest cannot import this beside {path}: both are called "
                    f"`{name.removesuffix('.py')}`, and neither is in a package.",
                    subject=path, severity=WARNING, nearest=[Entity(MODULE, path, -1)],
                )  # fmt: skip
            return


def _are_told_apart(inference: Inference) -> bool:
    """Whether the workspace's settings speak of an import mode that needs no different names."""
    for name in _SETTINGS:
        try:
            with open(inference.snapshot.absolute(name), "rb") as file:
                if b"importlib" in file.read():
                    return True
        except OSError:
            continue
    return False


RULES = [
    Rule("import-cycle", "An import that fails because modules import each other.", import_cycle),
    Rule(
        "shadowed-module",
        "A new file that hides a module of that name.",
        shadowed_module,
        WARNING,
    ),
    Rule(
        "test-module-conflict",
        "A new test module under the name of another one.",
        conflicting_test_module,
        WARNING,
    ),
]
