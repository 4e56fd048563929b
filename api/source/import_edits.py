"""Edits that add an import, in the order that import sorters keep."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from ...indexer import facts as f
from ...indexer import facts_view, scope_map
from ...indexer.facts import FileFacts
from ...indexer.inference.inference import Inference
from ...indexer.inference.names import builtin_name
from .cursor import Cursor
from .text_edits import Edit

# section, whether `from`, module in lower case
Key = tuple[int, int, str]


_FUTURE, _STANDARD, _THIRD, _OURS, _RELATIVE = range(5)
_DOCSTRING = re.compile(
    rb"\s*[rRuU]?(?:\"\"\".*?\"\"\"|'''.*?'''|\"[^\n\"]*\"|'[^\n']*')[^\n]*\n", re.DOTALL
)
_READING = (f.READ, f.CALLED, f.INHERITED, f.ANNOTATED, f.DECORATES)
_GUARDED = f.TYPE_CHECKING_ONLY | f.IN_TRY | f.IN_HANDLER | f.IN_BRANCH


@dataclass(slots=True)
class Statement:
    """An import statement at the top level of a file, from its first byte to behind its last.

    ``rows`` are those of the imports table; ``name`` is the first that it imports from its module.
    """

    start: int
    end: int
    module: str
    name: str
    key: Key
    rows: list[int] = field(default_factory=list[int])


def import_edit(inference: Inference, path: str, module: str, name: str = "") -> list[Edit]:
    """Return edits that import a name from a module, or the module itself if there is no name.

    Empty when the file does so already.
    """
    facts, text = inference.need(path), inference.text(path)
    module = _module_as_imported(inference, path, facts, module) if name else module
    statements = top_imports(inference, path)
    same = [each for each in statements if each.module == module and each.key[1] == bool(name)]
    if any(not name or _imports(facts, each, name) for each in same):
        return []
    for statement in same if len(same) == 1 else ():  # several: each name has its own
        edit = _insert_name(path, facts, text, statement, name)
        if edit is not None:
            return [edit]
    line = f"from {module} import {name}" if name else f"import {module}"
    key = key_of(inference, module, is_from=bool(name))
    if statements:
        return [_insert_statement(path, text, statements, key, name, line)]
    at = _behind_head(text)
    lead = "\n" if at and not text[:at].endswith(b"\n\n") else ""
    rest = text[at:]
    trail = "\n" if not rest or rest.startswith(b"\n") else "\n\n"
    return [Edit(path, at, at, f"{lead}{line}{trail}")]


# Orders in which people and sorters keep the statements of a group.
_ORDERS: tuple[Callable[[Key], tuple[object, ...]], ...] = (
    lambda key: key,
    lambda key: (key[0], not key[1], key[2]),  # `from` first
    lambda key: (key[0], key[2], key[1]),  # by module, however it is imported
    lambda key: key[1:],
    lambda key: (not key[1], key[2]),
    lambda key: (key[2], key[1]),
)


def _insert_statement(
    path: str, text: bytes, statements: list[Statement], key: Key, name: str, line: str
) -> Edit:
    """Return the edit that adds a statement to its group, in the order that the file keeps."""
    groups = _groups(text, statements)
    group = groups.get(key[0], key[0])
    own = [each for each in statements if groups[each.key[0]] == group]
    others = groups.keys() - {_FUTURE}
    if not own and len(others) > 1 and len({groups[each] for each in others}) == 1:
        own = [each for each in statements if each.key[0] != _FUTURE]  # a file without groups
    if not own:
        return _insert_group(path, text, statements, key, line)
    keys = [each.key for each in own]
    order = _order_of([each.key for each in statements], keys)
    if order is None:
        last: Statement | None = own[-1]  # in no order
    else:
        place = order(key), name
        last = next((e for e in reversed(own) if (order(e.key), e.name) <= place), None)
    if last is None:
        return Edit(path, own[0].start, own[0].start, f"{line}\n")
    return Edit(path, last.end, last.end, f"\n{line}")


def _groups(text: bytes, statements: list[Statement]) -> dict[int, int]:
    """Return the group of each section: of those that no blank line separates, the first one."""
    groups = {each.key[0]: each.key[0] for each in statements}
    for one, other in pairwise(statements):
        between = text[one.end : other.start]
        ours, theirs = groups[one.key[0]], groups[other.key[0]]
        if between == b"\n" and ours != theirs and _FUTURE not in (ours, theirs):
            groups = {
                section: min(ours, theirs) if group in (ours, theirs) else group
                for section, group in groups.items()
            }
    return groups


def _order_of(every: list[Key], own: list[Key]) -> Callable[[Key], tuple[object, ...]] | None:
    """Return the order that all statements of a file keep, else those of a group; None for none."""
    for keys in (every, own):
        for order in _ORDERS:
            if all(order(one) <= order(other) for one, other in pairwise(keys)):
                return order
    return None


def _insert_group(path: str, text: bytes, statements: list[Statement], key: Key, line: str) -> Edit:
    """Return the edit that adds a statement as a group of its own, between blank lines."""
    sections = [each.key[0] for each in statements]
    is_usual = sections == sorted(sections)
    before = [each for each in statements if not is_usual or each.key[0] <= key[0]]
    if key[0] == _FUTURE:
        before = []
    if before:
        last = before[-1]
        follows = last is not statements[-1]
        trail = "\n" if follows and not text[last.end :].startswith(b"\n\n") else ""
        return Edit(path, last.end, last.end, f"\n\n{line}{trail}")
    at = statements[0].start
    # A comment right above is the heading of the first group, unless the file begins with it.
    above = re.search(rb"(?:^|\n\n)((?:#[^\n]*\n)+)$", text[:at])
    if above is not None and above.start(1):
        at = above.start(1)
    return Edit(path, at, at, f"{line}\n\n")


def top_imports(inference: Inference, path: str) -> list[Statement]:
    """Return the unconditional import statements at the top of a file, in order."""
    facts, text = inference.need(path), inference.text(path)
    table = facts.imports
    found: dict[int, Statement] = {}
    first_code = min((*facts.definition.start, *_missing(inference, facts)), default=len(text))
    for row, position in enumerate(table.position):
        if table.scope[row] != 0 or table.flags[row] & _GUARDED:
            continue
        start = max(text.rfind(b"\nfrom ", 0, position), text.rfind(b"\nimport ", 0, position)) + 1
        if start == 0 and not text.startswith((b"from ", b"import ")):
            continue
        if start > first_code:
            break
        statement = found.get(start)
        if statement is None:
            module = facts.names[table.module[row]]
            imported = table.name[row]
            name = facts.names[imported] if imported >= 0 else ""
            key = key_of(inference, module, is_from=imported != -1)
            end = _end(facts, text, start)
            statement = found[start] = Statement(start, end, module, name, key)
        statement.rows.append(row)
    return list(found.values())


def _missing(inference: Inference, facts: FileFacts) -> Iterator[int]:
    """Yield where code at the top level reads names that nothing binds: imports go before that."""
    for each in facts_view.all_occurrences(facts):
        if each.role not in _READING or each.name.startswith("__"):
            continue
        if not builtin_name(inference, each.name):
            bound = facts.bindings_of(0, facts.name_id(each.name))
            if not bound and scope_map.scope_at(facts, each.position) == 0:
                yield each.position


def _end(facts: FileFacts, text: bytes, start: int) -> int:
    """Return the offset behind a statement, comments on its last line included."""
    end = text.find(b"\n", start)
    while end >= 0:
        cursor = Cursor(facts, text, end)
        if not cursor.brackets and text[end - 1 : end] != b"\\":
            return end
        end = text.find(b"\n", end + 1)
    return len(text)


def key_of(inference: Inference, module: str, *, is_from: bool) -> Key:
    """Return the sort key of an import: by section, plain imports first, by name."""
    if module == "__future__":
        return _FUTURE, 1, module
    if module.startswith("."):
        # Farther relative imports come first.
        dots = len(module) - len(module.lstrip("."))
        return _RELATIVE, int(is_from), f"{99 - dots:02}{module.lstrip('.').lower()}"
    top = module.partition(".")[0]
    index = inference.snapshot.index
    section = _THIRD
    if index.search_path.find(top) is not None and _in_stdlib(inference, top):
        section = _STANDARD
    elif any(inference.exists(place) for place in index.workspace.module_candidates(top)) or any(
        inference.snapshot.is_folder(f"{root}/{top}" if root else top)
        for root in index.workspace.source_roots
    ):
        section = _OURS
    return section, int(is_from), module.lower()


def _in_stdlib(inference: Inference, top: str) -> bool:
    found = inference.snapshot.index.search_path.find(top)
    if found is not None and inference.snapshot.index.search_path.layer(found) == "stdlib":
        return True
    return top in sys.stdlib_module_names


def _module_as_imported(inference: Inference, path: str, facts: FileFacts, module: str) -> str:
    """Return the name of a module, relative if the file imports its own package so."""
    own = inference.snapshot.index.module_name(path) or ""
    top = own.partition(".")[0]
    if not top or module.partition(".")[0] != top or "." not in own:
        return module
    relative = absolute = 0
    for row in facts.imports.module:
        spelled = facts.names[row]
        relative += spelled.startswith(".")
        absolute += spelled.partition(".")[0] == top
    if relative <= absolute:
        return module
    return relative_to(own, module, is_package=path.endswith("/__init__.py"))


def relative_to(own: str, module: str, *, is_package: bool) -> str:
    """Return the relative name of a module of the same top package; the full one if it is far."""
    top = own.partition(".")[0]
    if not top or module.partition(".")[0] != top or "." not in own:
        return module
    package = own.split(".") if is_package else own.split(".")[:-1]
    target = module.split(".")
    common = 0
    while common < min(len(package), len(target)) and package[common] == target[common]:
        common += 1
    dots = len(package) - common + 1
    rest = ".".join(target[common:])
    return "." * dots + rest if dots <= 2 else module


def _imports(facts: FileFacts, statement: Statement, name: str) -> bool:
    """True if a statement imports a name without giving it another one."""
    names = facts.imports.name
    return any(
        names[row] >= 0 and facts.names[names[row]] == name
        and not facts.imports.flags[row] & f.ALIASED
        for row in statement.rows
    )  # fmt: skip


def _insert_name(
    path: str, facts: FileFacts, text: bytes, statement: Statement, name: str
) -> Edit | None:
    """Return the edit that adds a name to a statement in sorted order; None after a star."""
    table = facts.imports
    placed: list[tuple[str, int, int]] = []
    for row in statement.rows:
        if table.name[row] < 0:
            return None
        imported = facts.names[table.name[row]]
        bound = facts.names[table.bound[row]]
        start = table.position[row]
        end = table.bound_position[row] + len(bound.encode())
        end = max(end, start + len(imported.encode()))
        placed.append((imported, start, end))
    if not placed:
        return None
    names = [imported for imported, _, _ in placed]
    order = next((each for each in _NAME_ORDERS if sorted(names, key=each) == names), None)
    for imported, start, _ in placed if order is not None else ():
        if order is not None and order(imported) > order(name):
            line_start = text.rfind(b"\n", 0, start) + 1
            before = text[line_start:start]
            if not before.strip() and line_start > statement.start:  # a line of its own
                return Edit(path, start, start, f"{name},\n{before.decode()}")
            return Edit(path, start, start, f"{name}, ")
    _, start, end = placed[-1]
    line_start = text.rfind(b"\n", 0, start) + 1
    before = text[line_start:start]
    if not before.strip() and line_start > statement.start:
        has_comma = text[end:].lstrip(b" ").startswith(b",")
        if has_comma:
            at = text.index(b",", end) + 1
            return Edit(path, at, at, f"\n{before.decode()}{name},")
        return Edit(path, end, end, f",\n{before.decode()}{name}")
    return Edit(path, end, end, f", {name}")


def name_key(name: str) -> tuple[int, str]:
    """Return the sort key of a name in an import: constants, classes, then the rest."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name


_NAME_ORDERS: tuple[Callable[[str], tuple[int, str]], ...] = (
    name_key,
    lambda name: (0, name.lower()),
    lambda name: (0, name),
)


def _behind_head(text: bytes) -> int:
    """Offset of the first line behind comments at the start and the module's docstring."""
    comments = re.match(rb"(?:#[^\n]*\n)*(?:\n*(?:#[^\n]*\n)+(?=\n))*", text)
    at = comments.end() if comments else 0
    docstring = _DOCSTRING.match(text, at)
    return docstring.end() if docstring else at
