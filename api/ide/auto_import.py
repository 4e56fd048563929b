"""Names that an import would bring: of the workspace, of its dependencies, of the standard library.

Dependencies are not indexed. Of them, the packages count that the workspace speaks of, with what
they offer at their top; of the standard library, the modules that are used all the time.
"""

from __future__ import annotations

import re
from weakref import WeakKeyDictionary

from ...indexer.inference.entities import MODULE
from ...indexer.inference.modules import find_module
from ...indexer.paths import is_outside
from ...indexer.snapshot.name_search import NameSearch
from ...indexer.symbols import INSTANCE, KIND_NAMES, LOCAL, symbols
from ..operations.target import candidates as symbols_of_name
from .completion import completion as c
from .completion.imports import top_modules
from .completion.members import module_items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.index import Index
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference
    from ...indexer.store.index_store import StoredSymbol

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


def candidates(inference: Inference, path: str, prefix: str) -> tuple[list[c.Item], bool]:
    """Items for what a prefix may mean elsewhere, and whether there are more than these."""
    found: list[c.Item] = []
    names = NameSearch.of(inference.snapshot).match(prefix, _NAMES)
    fitting = [name for name in names if c.match_quality(name, prefix, prefix.lower()) < 3]
    own = inference.snapshot.index.module_name(path)
    for where, symbol in [*inference.snapshot.symbols_named(fitting), *_fresh(inference, prefix)]:
        module = _module_of(inference, where)
        if symbol[3] or symbol[7] & (LOCAL | INSTANCE) or not module or module == own:
            continue
        found.append(_item(symbol[2], KIND_NAMES.get(symbol[4], "variable"), module))
    folded = prefix.lower()
    for name, sources in outside_names(inference).items():
        if name.lower().startswith(folded):
            found += [_item(name, kind, module) for module, kind in sources]
    for name, ours in top_modules(inference, path).items():
        if name.lower().startswith(folded) and not name.startswith("_"):
            item = c.Item(name, "module", c.UNIMPORTED)
            item.module = name
            item.description = "" if ours else "import"
            found.append(item)
    return found, len(names) >= _NAMES


def _fresh(inference: Inference, prefix: str) -> list[tuple[str, StoredSymbol]]:
    """Symbols of files that differ from what is stored of them, when these are few."""
    folded = prefix.lower()
    paths = inference.snapshot.overlaid()
    if inference.snapshot.pending <= _PENDING:
        paths.update(inference.snapshot.view.pending)
    found: list[tuple[str, StoredSymbol]] = []
    for path in sorted(paths):
        facts = inference.facts(path) if not is_outside(path) else None
        for row in symbols(facts) if facts is not None else []:
            if row[0].lower().startswith(folded):
                found.append((path, (-1, -1, *row)))
    return found


def _item(name: str, kind: str, module: str) -> c.Item:
    item = c.Item(name, kind, c.UNIMPORTED)
    item.module, item.name = module, name
    item.description = module
    return item


def _module_of(inference: Inference, path: str) -> str:
    """Dotted name of a file that others may import; empty for scripts and tests."""
    module = inference.snapshot.index.module_name(path) or ""
    last = path.rpartition("/")[2]
    if last in ("conftest.py", "setup.py", "__main__.py") or last.startswith("test_"):
        return ""
    return module if all(part.isidentifier() for part in module.split(".")) else ""


def outside_names(inference: Inference) -> dict[str, list[Source]]:
    """What is known to be importable from outside of the workspace, by name."""
    index = inference.snapshot.index
    kept = _outside.get(index)
    if kept is None:
        kept = dict[str, list["Source"]]()
        for module in _STDLIB:
            _add(inference, kept, module)
        for module in _packages(inference):
            _add(inference, kept, module)
        _outside[index] = kept
    return kept


def _packages(inference: Inference) -> list[str]:
    """Packages of the environment that the workspace speaks of."""
    from .completion.imports import _listed  # pyright: ignore[reportPrivateUsage]

    store = inference.snapshot.index.reader()
    found: list[str] = []
    for root in inference.snapshot.index.layers.roots:
        for name in _listed(root):
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
    for name, kind, _, exported in module_items(inference, found.path):
        if exported and not name.startswith("_") and (listed is not None or kind != "module"):
            names.setdefault(name, []).append((module, kind))


def modules_offering(inference: Inference, path: str, name: str) -> list[tuple[str, str]]:
    """(module, name in it) of each import that would bring a name, likeliest first.

    The name in it is empty where the module itself has the name.
    """
    from ...indexer.inference.names import module_member

    own = inference.snapshot.index.module_name(path)
    found: list[tuple[tuple[int, int, str], tuple[str, str]]] = []
    used = _usual(inference, path, name)
    for where, symbol in symbols_of_name(inference, name):
        module = _module_of(inference, where)
        if symbol[3] or symbol[7] & (LOCAL | INSTANCE) or not module or module == own:
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
    result: list[tuple[str, str]] = []
    for _, pair in found:
        if pair not in result:
            result.append(pair)
    return result


def _usual(inference: Inference, path: str, name: str, files: int = 40) -> dict[str, int]:
    """How often files of the workspace import a name from each module, spelled absolutely."""
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
    """The shortest package around a module that offers the same under the same name."""
    from ...indexer.inference.names import module_member

    parts = module.split(".")
    for length in range(1, len(parts)):
        package = ".".join(parts[:length])
        found = find_module(inference, package)
        if found is None or found.kind != MODULE or found.path == entity.path:
            continue
        facts = inference.facts(found.path)
        if facts is None:
            continue
        if any(item.entity == entity for item in module_member(inference, found.path, name)):
            return package
    return module
