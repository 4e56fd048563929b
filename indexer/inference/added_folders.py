"""Folders that a file itself adds to ``sys.path``, as far as they are told from ``__file__``.

    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "libs"))
    sys.path.append(str(Path(__file__).parent / "libs"))

Only folders of the workspace count. What is relative to the working directory is not known.
"""

from __future__ import annotations

import posixpath

from .. import facts as f
from .. import facts_view as view
from ..name_uses import occurs
from ..paths import is_outside
from .query_cache import cached

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..facts import FileFacts
    from .inference import Inference

# Names and calls that one path is followed through.
_DEPTH = 12
# Functions and methods that give the path that they get, as far as it matters here.
_UNCHANGED = frozenset(
    ["abspath", "realpath", "normpath", "fspath", "str", "Path", "PurePath", "resolve", "absolute",
     "as_posix", "expanduser", "normcase"]
)  # fmt: skip
_PATH_CLASSES = frozenset(["Path", "PurePath"])


def added_folders(inference: Inference, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the folders that a file searches before all others, and those behind all others."""
    nothing: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
    if not path or is_outside(path):
        return nothing
    # Most files are done with here, and an answer does not rest on the rest of them.
    if not inference.snapshot.uses(path, "__file__", occurs):
        return nothing
    return cached(inference, ("added folders", path), lambda: _added(inference, path), nothing)


def _added(inference: Inference, path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    facts = inference.facts(path)
    first: list[str] = []
    last: list[str] = []
    if facts is None or facts.name_id("sys") < 0:
        return (), ()
    for call in view.calls(facts):
        method = view.attribute(facts, call.function)
        if method is None or method.name not in ("insert", "append"):
            continue
        listed = view.attribute(facts, method.receiver)
        if listed is None or listed.name != "path":
            continue
        if view.plain_name(facts, listed.receiver) != "sys":
            continue
        given = view.positional_arguments(facts, call.row)
        if len(given) != (2 if method.name == "insert" else 1):
            continue
        folder = _Paths(path, facts).value(given[-1], _DEPTH)
        if folder is not None and inference.snapshot.is_folder(folder):
            if method.name == "insert":
                first.insert(0, folder)
            else:
                last.append(folder)
    return tuple(dict.fromkeys(first)), tuple(dict.fromkeys(last))


class _Paths:
    """Paths that expressions of a file give, relative to the root of the workspace."""

    def __init__(self, path: str, facts: FileFacts) -> None:
        self.path = path
        self.facts = facts

    def value(self, expr: int, depth: int) -> str | None:
        """Return the path that an expression gives; None if that is not known."""
        facts = self.facts
        kind = view.op(facts, expr)
        if not depth:
            return None
        if kind == f.NAME:
            if view.plain_name(facts, expr) == "__file__":
                return self.path
            value = _assigned(facts, expr)
            return self.value(value, depth - 1) if value >= 0 else None
        if kind == f.BINARY:
            sides = view.binary(facts, expr)
            more = self._text(sides.right, depth - 1)
            if sides.operator == "+" and more is not None and more.startswith("/"):
                more = more.lstrip("/")
            elif sides.operator != "/":
                return None
            return _joined(self.value(sides.left, depth - 1), more)
        if kind == f.ATTRIBUTE:
            attribute = view.attribute(facts, expr)
            if attribute is not None and attribute.name == "parent":
                return _parent(self.value(attribute.receiver, depth - 1))
            return None
        if kind == f.SUBSCRIPT:
            return self._ancestor(expr, depth)
        return self._called(expr, depth) if kind == f.CALL else None

    def _ancestor(self, expr: int, depth: int) -> str | None:
        """``Path(__file__).parents[1]``."""
        item = view.subscript(self.facts, expr)
        parents = view.attribute(self.facts, item.value) if item is not None else None
        number = view.integer(self.facts, item.key) if item is not None else None
        if parents is None or parents.name != "parents" or number is None or number > _DEPTH:
            return None
        folder = self.value(parents.receiver, depth - 1)
        for _ in range(number + 1):
            folder = _parent(folder)
        return folder

    def _called(self, call: int, depth: int) -> str | None:
        facts = self.facts
        function = view.called(facts, call)
        method = view.attribute(facts, function)
        name = method.name if method is not None else view.plain_name(facts, function)
        given = view.positional_arguments(facts, call)
        if len(given) != len(view.argument_values(facts, call)):
            return None
        if name in ("join", "joinpath") or (name in _PATH_CLASSES and len(given) > 1):
            if name == "joinpath" and method is not None:
                given = [method.receiver, *given]
            return self._join(given, depth)
        if name == "dirname" and len(given) == 1:
            return _parent(self.value(given[0], depth - 1))
        if name in _UNCHANGED:
            if len(given) == 1:
                return self.value(given[0], depth - 1)
            if method is not None and not given:
                return self.value(method.receiver, depth - 1)
        return None

    def _join(self, parts: list[int], depth: int) -> str | None:
        folder = self.value(parts[0], depth - 1) if parts else None
        for part in parts[1:]:
            folder = _joined(folder, self._text(part, depth - 1))
        return folder

    def _text(self, expr: int, depth: int) -> str | None:
        facts = self.facts
        kind = view.op(facts, expr)
        if kind == f.NAME and depth:
            value = _assigned(facts, expr)
            return self._text(value, depth - 1) if value >= 0 else None
        attribute = view.attribute(facts, expr)
        if attribute is not None and attribute.name == "pardir":
            return ".."
        return view.string(facts, expr)


def _assigned(facts: FileFacts, name: int) -> int:
    """Return the row of the only value that a name is ever assigned around a place, or -1."""
    scope, row = view.name_scope(facts, name), view.name_row(facts, name)
    while scope >= 0:
        bound = facts.bindings_of(scope, row)
        if bound:
            is_only = len(bound) == 1 and facts.binding.kind[bound[0]] == f.ASSIGN
            return facts.binding.value[bound[0]] if is_only else -1
        scope = facts.scope.parent[scope]
    return -1


def _joined(folder: str | None, part: str | None) -> str | None:
    """Return a folder's part, None for one outside of the workspace."""
    if folder is None or part is None or part.startswith("/"):
        return None
    joined = posixpath.normpath(posixpath.join(folder, part))
    return None if joined == ".." or joined.startswith("../") else joined.removeprefix(".")


def _parent(path: str | None) -> str | None:
    """Return the folder of a path, None for one outside of the workspace."""
    return path.rpartition("/")[0] if path else None
