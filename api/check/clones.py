"""Likeness: which files are of tests, and whether two definitions are one thing written twice."""

from __future__ import annotations

from ...indexer import facts as f
from ...indexer.inference.classes import own_member_names
from ...indexer.inference.entities import CLASS, Entity
from ...indexer.inference.modules import imported_module
from ...indexer.inference.query_cache import cached
from ...indexer.inference.signatures import parameter_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity
    from ...indexer.inference.inference import Inference

# Bytes of a body that are compared, and words that it has at least to say anything.
_COMPARED, _SAYING = 6_000, 12
_SHOWN = 3
# Modules from which on a package of them says what it is for.
_MANY = 4
_TESTS = ("test", "tests", "testing")


def is_test_file(path: str) -> bool:
    """Whether a file is of tests, where every module has its own of everything."""
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    if stem == "conftest" or stem.startswith("test_") or stem.endswith(("_test", "_tests")):
        return True
    return stem == "tests" or any(folder in _TESTS for folder in folders)


def is_test_data(inference: Inference, path: str) -> bool:
    """Whether a file is what tests work on, rather than code that runs.

    That is what lies in a folder of its own below the tests, is not called like a test, and is
    imported by nothing. A package is that only as a whole: a new module of helpers is code.
    """
    *folders, name = path.split("/")
    stem = name.rpartition(".")[0]
    if not any(folder in _TESTS for folder in folders[:-1]) or _is_called_like_a_test(stem):
        return False
    folder = "/".join(folders)
    if stem == "__init__" or any(
        inference.exists(f"{folder}/__init__{suffix}") for suffix in (".py", ".pyi")
    ):
        return stem != "__init__" and _is_package_of_data(inference, folder)
    return not _is_imported(inference, path, stem)


def _is_package_of_data(inference: Inference, folder: str) -> bool:
    """Whether a package below the tests is of many modules, no test and none that others import."""
    key = ("package of data", folder)
    return cached(inference, key, lambda: _holds_data_only(inference, folder), False)


def _holds_data_only(inference: Inference, folder: str) -> bool:
    stems = {
        path: path.rpartition("/")[2].rpartition(".")[0]
        for path in inference.snapshot.paths()
        if path.rpartition("/")[0] == folder and path.endswith(".py")
    }
    stems = {path: stem for path, stem in stems.items() if stem != "__init__"}
    return len(stems) >= _MANY and not any(
        _is_called_like_a_test(stem) or _is_imported(inference, path, stem, apart=folder)
        for path, stem in stems.items()
    )


def _is_imported(inference: Inference, path: str, stem: str, apart: str | None = None) -> bool:
    """Whether another file of the workspace, but for those in one folder, imports this one."""
    return any(
        _imports(inference, other, path, stem)
        for other in inference.files_with(stem)
        if other != path and other.rpartition("/")[0] != apart
    )


def _imports(inference: Inference, importer: str, path: str, stem: str) -> bool:
    """Whether one file imports another one, whose name without its suffix is ``stem``."""
    facts = inference.facts(importer)
    if facts is None:
        return False
    table = facts.imports
    for module_row, name_row in zip(table.module, table.name, strict=True):
        spelled = facts.names[module_row]
        if name_row >= 0 and facts.names[name_row] == stem:
            spelled += stem if spelled.endswith(".") else f".{stem}"
        if spelled.rpartition(".")[2] == stem and (
            imported_module(inference, importer, spelled).path == path
        ):
            return True
    return False


def _is_called_like_a_test(stem: str) -> bool:
    return stem in ("conftest", "tests") or stem.startswith("test_") or stem.endswith("_test")


def same_kind_elsewhere(inference: Inference, entity: Entity, name: str) -> list[Entity]:
    """Classes, or functions, of this name at the top of other modules of the workspace.

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
    """From 0 to 1 how much two definitions do the same, with the end of a sentence on it.

    Negative when one is made from the other on purpose.
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
    likeness = len(shared) / max(min(len(own), len(theirs)), 1)
    if shared:
        shown = _listed(sorted(shared))
        return likeness, f"which has {shown} as well; use or extend that one."
    if theirs:
        shown = _listed([each for each in own_member_names(inference, other) if each in theirs])
        return likeness, f"another class with {shown}; extend that one, or choose another name."
    return likeness, "another class; use that one, or choose another name."


def _listed(names: list[str]) -> str:
    """Some names as a sentence lists them."""
    shown = [f"`{name}`" for name in names[:_SHOWN]]
    if len(names) > _SHOWN:
        shown.append("others")
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _functions(inference: Inference, entity: Entity, other: Entity) -> tuple[float, str]:
    from difflib import SequenceMatcher

    bodies = [_body(inference, each) for each in (entity, other)]
    ratio = 0.0
    if min(map(len, bodies)) >= _SAYING:
        matcher = SequenceMatcher(None, *bodies, autojunk=False)
        ratio = matcher.quick_ratio()
        ratio = matcher.ratio() if ratio > 0.7 else 0.0
    names = [_parameter_names(inference, each) for each in (entity, other)]
    if ratio > 0.7:
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
