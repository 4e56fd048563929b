"""pytest: parameters that are fixtures by name, and what ``request.param`` is.

The nearest fixture of a name wins: the class's, the module's, those of ``conftest.py`` files from
the folder upwards and of the modules that these name in ``pytest_plugins``, then those of installed
plugins and pytest's own.
"""

from __future__ import annotations

from ... import facts as f
from .. import results
from ..entities import CLASS, CONVENTIONAL, FUNCTION, owner_class
from ..memo import remember
from ..modules import find_module
from ..types import INSTANCE, UNKNOWN, union
from . import parametrized, syntax
from .asked import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...facts import FileFacts
    from ...snapshot import Snapshot
    from ..entities import Entity
    from ..types import Type
    from .asked import Parameter

# Modules with pytest's own fixtures, as far as its version has them.
_OWN_MODULES = tuple(
    f"_pytest.{name}"
    for name in (
        "monkeypatch", "tmpdir", "capture", "logging", "recwarn", "fixtures", "pytester",
        "cacheprovider", "doctest", "legacypath", "subtests",
    )
)  # fmt: skip
_DECORATORS = frozenset(["fixture", "yield_fixture", "async_fixture"])
# Plugins that fixtures are looked for in when their module has none of that name itself.
_SUBMODULES = ("plugin", "fixtures", "pytest_plugin")


def fixture(snapshot: Snapshot, asked: Parameter) -> Answer | None:
    """The pytest fixture that a parameter of a test or of another fixture names."""
    row = asked.function[2]
    facts = asked.facts
    is_test = asked.method.startswith("test") and syntax.is_test(asked.path)
    if not is_test and not is_fixture(facts, row):
        return None
    if asked.name == "request":
        return _request(snapshot)
    found = fixtures_named(snapshot, asked.path, asked.name, asked.function)
    if not found:
        return None
    type_ = fixture_value(snapshot, found[0])
    if not type_:
        return None
    where = found[0][1].rpartition("/")[2]
    return Answer(type_, "fixture", f"the fixture in {where}")


def _request(snapshot: Snapshot) -> Answer | None:
    module = find_module(snapshot, "_pytest.fixtures")
    if module is None:
        return None
    facts = snapshot.facts(module[1])
    if facts is None:
        return None
    for row, kind in enumerate(facts.definition[f.DEF_KIND]):
        if kind == f.CLASS and facts.names[facts.definition[f.DEF_NAME][row]] == "FixtureRequest":
            type_ = ((INSTANCE, (CLASS, module[1], row), (), CONVENTIONAL),)
            return Answer(type_, "fixture", "pytest's own fixture")
    return None


def fixture_value(snapshot: Snapshot, function: Entity) -> Type:
    """What a test is given for a fixture: what its function returns, yields or gives to await."""
    facts = snapshot.need(function[1])
    flags = facts.definition[f.DEF_FLAGS][function[2]]
    type_ = results.returned(snapshot, function, None)
    if not flags & (f.GENERATOR | f.ASYNC):
        return type_
    parts: list[Type] = []
    for value in type_:
        args = value[2] if value[0] == INSTANCE else ()
        if flags & f.GENERATOR:
            parts.append(args[0] if args else UNKNOWN)
        else:  # a coroutine
            parts.append(args[2] if len(args) == 3 else UNKNOWN)
    return union(*parts)


def fixtures_named(
    snapshot: Snapshot, path: str, name: str, asking: Entity | None = None
) -> list[Entity]:
    """The fixture that a name means in a test file, nearest first; at most one.

    A fixture that asks for its own name means the next one.
    """
    facts = snapshot.facts(path)
    if facts is not None:
        own = asking[2] if asking is not None else -1
        cls = owner_class(facts, asking) if asking is not None else -1
        found = _in_module(facts, name, cls, own)
        if found >= 0:
            return [(FUNCTION, path, found)]
    for place in [*_conftests(snapshot, path), *_installed(snapshot)]:
        if place == path:
            continue
        other = snapshot.facts(place) if snapshot.exists(place) else None
        found = _in_module(other, name, -1, -1) if other is not None else -1
        if found >= 0:
            return [(FUNCTION, place, found)]
    return []


def _conftests(snapshot: Snapshot, path: str) -> list[str]:
    places: list[str] = []
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        conftest = f"{folder}/conftest.py".lstrip("/")
        if not snapshot.exists(conftest):
            continue
        places.append(conftest)
        facts = snapshot.facts(conftest)
        for module in _plugins_of(facts) if facts is not None else []:
            found = find_module(snapshot, module, conftest)
            if found is not None and found[1].endswith(".py"):
                places.append(found[1])
    return places


def _plugins_of(facts: FileFacts) -> list[str]:
    """Modules that ``pytest_plugins`` of a file lists."""
    name = facts.name_id("pytest_plugins")
    rows = facts.bindings_of(0, name) if name >= 0 else []
    values = [facts.binding[f.BIND_VALUE][row] for row in rows]
    texts = [syntax.text_of(facts, value) for value in values]
    for value in values:
        texts += [syntax.text_of(facts, each) for each in syntax.elements(facts, value)]
    return [text for text in texts if text]


def _installed(snapshot: Snapshot) -> list[str]:
    """Files of installed plugins, and of pytest's own fixtures."""
    return remember(snapshot, ("pytest plugins",), lambda: _plugins(snapshot), list[str]())


def _plugins(snapshot: Snapshot) -> list[str]:
    from ...environment.entry_points import modules_of

    named = list(_OWN_MODULES)
    for module in modules_of(snapshot.index.layers.roots, "pytest11"):
        named += [module, *(f"{module}.{name}" for name in _SUBMODULES)]
    modules = [find_module(snapshot, module) for module in named]
    found = [each[1] for each in modules if each is not None]
    return [path for path in dict.fromkeys(found) if path.endswith(".py")]


def _in_module(facts: FileFacts, name: str, cls: int, asking: int) -> int:
    """Definition row of the fixture of a name at the top of a module or in a class, or -1."""
    if facts.name_id("fixture") < 0 and not any(facts.name_id(each) >= 0 for each in _DECORATORS):
        return -1
    scopes = [0]
    while cls >= 0:
        scopes.insert(-1, facts.definition[f.DEF_OWN_SCOPE][cls])
        cls = owner_class(facts, (CLASS, "", cls))
    for scope in scopes:
        for row, where in enumerate(facts.definition[f.DEF_SCOPE]):
            if where != scope or row == asking or facts.definition[f.DEF_KIND][row] != f.FUNCTION:
                continue
            if is_fixture(facts, row) and fixture_name(facts, row) == name:
                return row
    return -1


def is_fixture(facts: FileFacts, definition: int) -> bool:
    """Whether a function is decorated as a fixture, be it called or not."""
    return any(
        syntax.last_name(facts, syntax.decorating(facts, expr)) in _DECORATORS
        for expr in syntax.decorators(facts, definition)
    )


def fixture_name(facts: FileFacts, definition: int) -> str:
    """Name of a fixture: what ``name=`` says, else its function's."""
    for expr in syntax.decorators(facts, definition):
        if facts.expr[f.EXPR_OP][expr] == f.CALL:
            given = syntax.keyword(facts, expr, "name")
            if given >= 0:
                return syntax.text_of(facts, given)
    return facts.names[facts.definition[f.DEF_NAME][definition]]


def request_param(snapshot: Snapshot, path: str, facts: FileFacts, definition: int) -> Type:
    """Type of ``request.param`` in a fixture: what ``params=`` lists, or tests give indirectly."""
    for expr in syntax.decorators(facts, definition):
        if facts.expr[f.EXPR_OP][expr] == f.CALL:
            given = syntax.keyword(facts, expr, "params")
            if given >= 0:
                return parametrized.listed(snapshot, path, facts, given, -1)
    return UNKNOWN
