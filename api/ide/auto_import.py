"""Names that an import would bring: of the workspace, of its dependencies, of the standard library.

Dependencies are not indexed. Of them, the packages count that the workspace speaks of, with what
they offer at their top; of the standard library, the modules that are used all the time.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from weakref import WeakKeyDictionary

from ...indexer.index import Index
from ...indexer.inference.entities import MODULE, Entity
from ...indexer.inference.inference import Inference
from ...indexer.inference.modules import find_module
from ...indexer.inference.names import module_member
from ...indexer.paths import is_outside, is_test_name
from ...indexer.snapshot.name_search import NameSearch
from ...indexer.store.index_store import StoredSymbol
from ...indexer.symbols import INSTANCE, KIND_NAMES, LOCAL
from ..source.targets import present_symbols, symbols_by_name
from .completion.items import match_quality
from .module_contents import module_names, modules_in, top_modules

# module, kind of the name
Source = tuple[str, str]


_STDLIB = (
    "abc argparse array ast asyncio base64 bisect collections collections.abc concurrent.futures"
    " contextlib contextvars copy csv ctypes dataclasses datetime decimal difflib email.message"
    " enum fractions functools getpass glob gzip hashlib heapq hmac html http http.client"
    " importlib importlib.metadata inspect io ipaddress itertools json logging math"
    " multiprocessing operator os os.path pathlib pickle platform pprint queue random re sched"
    " secrets shlex shutil signal socket sqlite3 ssl statistics string struct subprocess sys"
    " tempfile textwrap threading time timeit tomllib traceback types typing unittest"
    " unittest.mock urllib.error urllib.parse urllib.request uuid warnings weakref zipfile zlib"
    " zoneinfo"
).split()
_NAMES = 60
_PACKAGES = 60
_PENDING = 50
# Names that are in the standard library too, and meant so when only they are written.
_TOP = re.compile(r"[a-z_][a-z0-9_]*$")

# Names of what is outside of a workspace: name to (module, kind) of each that offers it.
_outside: WeakKeyDictionary[Index, dict[str, list[Source]]] = WeakKeyDictionary()


class ImportableName(NamedTuple):
    """A name that an import of ``module`` would bring; without one, the module itself."""

    name: str
    kind: str
    module: str
    description: str


def importable_names(inference: Inference, path: str, prefix: str) -> list[ImportableName]:
    """Return what a prefix may mean in other modules, of the workspace and outside of it."""
    found: list[ImportableName] = []
    folded = prefix.lower()
    names = [
        name
        for name in NameSearch.of(inference.snapshot).match(prefix, _NAMES)
        if match_quality(name, prefix, folded) < 3
    ]
    own = inference.snapshot.index.module_name(path)
    for where, symbol in [*inference.snapshot.symbols_named(names), *_fresh(inference, prefix)]:
        module = _importable_module(inference, where, symbol, own)
        if module:
            kind = KIND_NAMES.get(symbol.kind, "variable")
            found.append(ImportableName(symbol.name, kind, module, module))
    for name, sources in outside_names(inference).items():
        if name.lower().startswith(folded):
            found += [ImportableName(name, kind, module, module) for module, kind in sources]
    for name, is_local in top_modules(inference, path).items():
        if name.lower().startswith(folded) and not name.startswith("_"):
            found.append(ImportableName("", "module", name, "" if is_local else "import"))
    return found


def _fresh(inference: Inference, prefix: str) -> list[tuple[str, StoredSymbol]]:
    """Return symbols of files whose present content is not indexed, if these are few."""
    folded = prefix.lower()
    paths = inference.snapshot.overlaid()
    if inference.snapshot.pending <= _PENDING:
        paths.update(inference.snapshot.view.pending)
    return [
        (path, symbol)
        for path in sorted(paths)
        if not is_outside(path) and (facts := inference.facts(path)) is not None
        for symbol in present_symbols(facts)
        if symbol.name.lower().startswith(folded)
    ]


def _importable_module(
    inference: Inference, path: str, symbol: StoredSymbol, own: str | None
) -> str:
    """Return the module that another file imports a symbol from; empty if none can."""
    module = _module_of(inference, path)
    if symbol.container or symbol.flags & (LOCAL | INSTANCE) or module == own:
        return ""
    return module


def _module_of(inference: Inference, path: str) -> str:
    """Return the dotted name of a file that others may import; empty for scripts and tests."""
    module = inference.snapshot.index.module_name(path) or ""
    last = path.rpartition("/")[2]
    if last in ("setup.py", "__main__.py") or is_test_name(last):
        return ""
    return module if all(part.isidentifier() for part in module.split(".")) else ""


def outside_names(inference: Inference) -> dict[str, list[Source]]:
    """Return what is known to be importable from outside of the workspace, by name."""
    index = inference.snapshot.index
    known = _outside.get(index)
    if known is None:
        known = dict[str, list["Source"]]()
        for module in _STDLIB:
            _add(inference, known, module)
        for module in _packages(inference):
            _add(inference, known, module)
        _outside[index] = known
    return known


def _packages(inference: Inference) -> list[str]:
    """Return the packages of the environment whose names the workspace mentions."""
    store = inference.snapshot.index.reader()
    found: list[str] = []
    for root in inference.snapshot.index.search_path.roots:
        for name in modules_in(root):
            if name.startswith("_") or name in found:
                continue
            if store is None or store.files_of_name(name):
                found.append(name.removesuffix("-stubs"))
    return found[:_PACKAGES]


def _add(inference: Inference, names: dict[str, list[Source]], module: str) -> None:
    found = find_module(inference, module)
    if found is None or found.kind != MODULE or not found.is_outside:
        return
    listed = inference.exported_names(found.path)
    for each in module_names(inference, found.path):
        is_public = each.is_exported and not each.name.startswith("_")
        if is_public and (listed is not None or each.kind != "module"):
            names.setdefault(each.name, []).append((module, each.kind))


def modules_offering(inference: Inference, path: str, name: str) -> list[tuple[str, str]]:
    """Return (module, name in it) of each import that would bring a name, likeliest first.

    The name in it is empty where the module itself has the name.
    """
    own = inference.snapshot.index.module_name(path)
    found: list[tuple[tuple[int, int, str], tuple[str, str]]] = []
    used = _import_counts(inference, path, name)
    for where, symbol in symbols_by_name(inference, name):
        module = _importable_module(inference, where, symbol, own)
        if not module:
            continue
        for item in module_member(inference, where, name)[-1:]:
            module = public_module(inference, module, name, item.entity)
        found.append(((-used.get(module, 0), 0, module), (module, name)))
    for module, _ in outside_names(inference).get(name, []):
        found.append(((-used.get(module, 0), 1, module), (module, name)))
    for module, count in used.items():
        if all(each[1][0] != module for each in found):
            found.append(((-count, 1, module), (module, name)))
    if _TOP.match(name) and name in top_modules(inference, path) and name != own:
        found.append(((0, 2, name), (name, "")))
    found.sort(key=lambda pair: pair[0])
    return list(dict.fromkeys(pair for _, pair in found))


def _import_counts(inference: Inference, path: str, name: str, files: int = 40) -> dict[str, int]:
    """Count how often files of the workspace import a name from each module, absolutely."""
    counts: dict[str, int] = {}
    for where in inference.files_with(name)[:files]:
        facts = inference.facts(where)
        if facts is None or where == path:
            continue
        row = facts.name_id(name)
        for index, imported in enumerate(facts.imports.name):
            if imported == row and row >= 0:
                module = facts.names[facts.imports.module[index]]
                if not module.startswith("."):
                    counts[module] = counts.get(module, 0) + 1
    return counts


def public_module(inference: Inference, module: str, name: str, entity: Entity) -> str:
    """Return the shortest package around a module that re-exports an entity under its name."""
    parts = module.split(".")
    for length in range(1, len(parts)):
        package = ".".join(parts[:length])
        found = find_module(inference, package)
        if found is None or found.kind != MODULE or found.path == entity.path:
            continue
        if inference.facts(found.path) is None:
            continue
        if any(item.entity == entity for item in module_member(inference, found.path, name)):
            return package
    return module
