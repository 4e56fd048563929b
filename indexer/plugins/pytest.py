"""pytest: parameters that ``parametrize`` lists values for, or that name fixtures.

The nearest fixture of a name wins: the class's, the module's, those of ``conftest.py`` files from
the folder upwards and of the modules that these name in ``pytest_plugins``, then those of installed
plugins and pytest's own.
Before all of them come the values that ``parametrize`` lists.
"""

from __future__ import annotations

import re

from .. import facts as f
from .. import facts_view
from ..heuristics.evidence import Answer
from ..inference import expressions, operators, return_types
from ..inference.access_paths import (
    argument_for,
    call_arguments,
    decorator_callee,
    display_elements,
    is_test_file,
    keyword_argument,
    last_name,
    string_value,
)
from ..inference.entities import (
    CLASS,
    CONVENTIONAL,
    FUNCTION,
    INFERRED,
    OUTSIDE,
    PARAMETER,
    Entity,
    Found,
    name_of,
    owner_class,
)
from ..inference.modules import find_module
from ..inference.query_cache import cached
from ..inference.types import INSTANCE, UNKNOWN, Value, union, without_none
from ..search_path.distributions import modules_of
from ..text import UnreadableError, read
from .plugin import Plugin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..facts import FileFacts
    from ..heuristics.evidence import ParameterQuery
    from ..inference.inference import Inference
    from ..inference.types import Type


# Modules with pytest's own fixtures, as far as its version has them.
_OWN_MODULES = tuple(
    f"_pytest.{name}"
    for name in (
        "monkeypatch", "tmpdir", "capture", "logging", "recwarn", "fixtures", "pytester",
        "cacheprovider", "doctest", "legacypath", "subtests",
    )
)  # fmt: skip
_DECORATORS = frozenset(["fixture", "yield_fixture", "async_fixture"])
# Modules beside or in that of a plugin which its fixtures are looked for in as well.
_SUBMODULES = ("plugin", "fixtures", "pytest_plugin")
# Files in which it may be set to import test modules under unique names.
_SETTINGS = ("pyproject.toml", "pytest.ini", "tox.ini", "setup.cfg")
# Values that are looked at; lists of them are mostly of one kind.
_VALUES = 16


class Pytest(Plugin):
    """pytest."""

    __slots__ = ()

    def parameter_type(self, inference: Inference, query: ParameterQuery) -> Answer | None:
        """Return what tests are parametrized with, else what the fixture of a name gives."""
        return _parametrized(inference, query) or _fixture(inference, query)

    def imports_by_base_name(self, inference: Inference) -> bool:
        """True unless the settings of the workspace mention the import mode ``importlib``."""
        for name in _SETTINGS:
            try:
                if b"importlib" in read(inference.snapshot.absolute(name)):
                    return False
            except UnreadableError:
                continue
        return True

    def unknown_type(self, inference: Inference, path: str, facts: FileFacts, expr: int) -> Type:
        """Return the type of ``request.param`` in a fixture."""
        attribute = facts_view.attribute(facts, expr)
        if attribute is None or last_name(facts, attribute.receiver) != "request":
            return UNKNOWN
        for item in expressions.definitions_of(inference, path, attribute.receiver):
            if item.entity.kind == PARAMETER and item.entity.path == path:
                definition = facts.scope.definition[facts.binding.scope[item.entity.row]]
                if definition >= 0:
                    return _listed_params(inference, path, facts, definition)
        return UNKNOWN

    def unknown_call_type(
        self, inference: Inference, path: str, facts: FileFacts, call: int
    ) -> Type | None:
        """Return what ``request.getfixturevalue("name")`` gives."""
        name = string_value(facts, argument_for(facts, call, 0, "argname"))
        found = fixtures_named(inference, path, name) if name else []
        return fixture_value(inference, found[0]) if found else UNKNOWN

    def parameter_source(self, inference: Inference, parameter: Entity) -> Entity | None:
        """Return the fixture that a parameter of a test or fixture names."""
        facts = inference.need(parameter.path)
        scope = facts.binding.scope[parameter.row]
        definition = facts.scope.definition[scope]
        if definition < 0 or facts.scope.kind[scope] != f.FUNCTION_SCOPE:
            return None
        is_test = facts_view.definition_name(facts, definition).startswith("test")
        if not is_test and not is_fixture(facts, definition):
            return None
        name = facts_view.binding_name(facts, parameter.row)
        if name == "request":
            return Entity(OUTSIDE, "pytest.FixtureRequest", -1)
        user = Entity(FUNCTION, parameter.path, definition)
        found = fixtures_named(inference, parameter.path, name, user)
        return found[0] if found and name_of(inference, found[0]) == name else None

    def named_in_string(
        self, inference: Inference, path: str, call: int, expr: int, prefix: str
    ) -> list[Found]:
        """Return the fixture that a string names, or the parameter that values are listed for."""
        facts = inference.need(path)
        name = re.split(r"\W+", prefix)[-1]
        if last_name(facts, facts_view.called(facts, call)) != "parametrize":
            return [Found(each, CONVENTIONAL) for each in fixtures_named(inference, path, name)]
        names = argument_for(facts, call, 0, "argnames")
        if expr != names and expr not in display_elements(facts, names):
            return []
        return [
            Found(Entity(PARAMETER, path, binding), INFERRED)
            for row in facts_view.definitions(facts, f.FUNCTION)
            if call in _marks(facts, row)
            for binding in facts.bindings_of(facts.definition.own_scope[row], facts.name_id(name))
            if facts.binding.kind[binding] == f.PARAMETER
        ]

    def offered_parameters(
        self, inference: Inference, path: str, function: str, decorator: str
    ) -> dict[str, Entity]:
        """Return the fixtures that a test or fixture can use, nearest first."""
        is_test = function.startswith("test") and _may_have_tests(inference.facts(path), path)
        if not is_test and "fixture" not in decorator:
            return {}
        found: dict[str, Entity] = {}
        for place in (path, *_conftests(inference, path), *_installed(inference)):
            facts = inference.facts(place) if inference.exists(place) else None
            if facts is None:
                continue
            for row in facts_view.definitions(facts, f.FUNCTION):
                if is_fixture(facts, row):
                    name = fixture_name(facts, row)
                    if place == path and name == function:
                        continue  # one that asks for its own name means the next one
                    found.setdefault(name, Entity(FUNCTION, place, row))
        return {name: each for name, each in found.items() if not name.startswith("_")}


def _may_have_tests(facts: FileFacts | None, path: str) -> bool:
    """True for a file that pytest looks into: by its name, or, as settings may say, any."""
    return is_test_file(path) or (
        facts is not None
        and any(facts.names[module] == "pytest" for module in facts.imports.module)
    )


def _fixture(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what the fixture gives that a parameter of a test or fixture names."""
    row = query.function.row
    facts = query.facts
    is_test = query.method.startswith("test") and _may_have_tests(facts, query.path)
    if not is_test and not is_fixture(facts, row):
        return None
    if query.name == "request":
        return _request(inference)
    found = fixtures_named(inference, query.path, query.name, query.function)
    if not found:
        return None
    type_ = fixture_value(inference, found[0])
    if not type_:
        return None
    where = found[0].path.rpartition("/")[2]
    return Answer(type_, "fixture", f"the fixture in {where}")


def _request(inference: Inference) -> Answer | None:
    module = find_module(inference, "_pytest.fixtures")
    if module is None:
        return None
    facts = inference.facts(module.path)
    if facts is None:
        return None
    for row, kind in enumerate(facts.definition.kind):
        if kind == f.CLASS and facts.names[facts.definition.name[row]] == "FixtureRequest":
            type_ = (Value(INSTANCE, Entity(CLASS, module.path, row), (), CONVENTIONAL),)
            return Answer(type_, "fixture", "pytest's own fixture")
    return None


def fixture_value(inference: Inference, function: Entity) -> Type:
    """Return what a test is given for a fixture.

    What its function returns, yields or gives to await.
    """
    facts = inference.need(function.path)
    flags = facts.definition.flags[function.row]
    type_ = return_types.return_type(inference, function, None)
    if not flags & (f.GENERATOR | f.ASYNC):
        return type_
    parts: list[Type] = []
    for value in type_:
        args = value.args if value.form == INSTANCE else ()
        if flags & f.GENERATOR:
            parts.append(args[0] if args else UNKNOWN)
        else:  # a coroutine
            parts.append(args[2] if len(args) == 3 else UNKNOWN)
    return union(*parts)


def fixtures_named(
    inference: Inference, path: str, name: str, user: Entity | None = None
) -> list[Entity]:
    """Return the fixture that a name means in a test file, nearest first; at most one.

    A fixture that asks for its own name means the next one.
    """
    facts = inference.facts(path)
    if facts is not None:
        own = user.row if user is not None else -1
        cls = owner_class(facts, user) if user is not None else -1
        found = _in_module(facts, name, cls, own)
        if found >= 0:
            return [Entity(FUNCTION, path, found)]
    for place in [*_conftests(inference, path), *_installed(inference)]:
        if place == path:
            continue
        other = inference.facts(place) if inference.exists(place) else None
        found = _in_module(other, name, -1, -1) if other is not None else -1
        if found >= 0:
            return [Entity(FUNCTION, place, found)]
    return []


def _conftests(inference: Inference, path: str) -> list[str]:
    places: list[str] = []
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        conftest = f"{folder}/conftest.py".lstrip("/")
        if not inference.exists(conftest):
            continue
        places.append(conftest)
        facts = inference.facts(conftest)
        for module in _plugins_of(facts) if facts is not None else []:
            found = find_module(inference, module, conftest)
            if found is not None and found.path.endswith(".py"):
                places.append(found.path)
    return places


def _plugins_of(facts: FileFacts) -> list[str]:
    """Return the modules that ``pytest_plugins`` of a file lists."""
    name = facts.name_id("pytest_plugins")
    rows = facts.bindings_of(0, name) if name >= 0 else []
    values = [facts.binding.value[row] for row in rows]
    texts = [string_value(facts, value) for value in values]
    for value in values:
        texts += [string_value(facts, each) for each in display_elements(facts, value)]
    return [text for text in texts if text]


def _installed(inference: Inference) -> list[str]:
    """Return the files of installed plugins, and of pytest's own fixtures."""
    return cached(inference, ("pytest plugins",), lambda: _plugins(inference), list[str]())


def _plugins(inference: Inference) -> list[str]:
    named = list(_OWN_MODULES)
    for module in modules_of(inference.snapshot.index.search_path.roots, "pytest11"):
        package = module.rpartition(".")[0] or module
        named += [module, *(f"{each}.{name}" for each in {module, package} for name in _SUBMODULES)]
    modules = [find_module(inference, module) for module in named]
    found = [each.path for each in modules if each is not None]
    return [path for path in dict.fromkeys(found) if path.endswith(".py")]


def _in_module(facts: FileFacts, name: str, cls: int, own: int) -> int:
    """Return the definition row of a fixture by name, in a module or a class; or -1."""
    if facts.name_id("fixture") < 0 and not any(facts.name_id(each) >= 0 for each in _DECORATORS):
        return -1
    scopes = [0]
    while cls >= 0:
        scopes.insert(-1, facts.definition.own_scope[cls])
        cls = owner_class(facts, Entity(CLASS, "", cls))
    for scope in scopes:
        for row, where in enumerate(facts.definition.scope):
            if where != scope or row == own or facts.definition.kind[row] != f.FUNCTION:
                continue
            if is_fixture(facts, row) and fixture_name(facts, row) == name:
                return row
    return -1


def is_fixture(facts: FileFacts, definition: int) -> bool:
    """True if a function is decorated as a fixture, be it called or not."""
    return any(
        last_name(facts, decorator_callee(facts, expr)) in _DECORATORS
        for expr in facts_view.decorators(facts, definition)
    )


def fixture_name(facts: FileFacts, definition: int) -> str:
    """Return the name of a fixture: what ``name=`` says, else its function's."""
    for expr in facts_view.decorators(facts, definition):
        if facts.expr.op[expr] == f.CALL:
            name = keyword_argument(facts, expr, "name")
            if name >= 0:
                return string_value(facts, name)
    return facts_view.definition_name(facts, definition)


def _listed_params(inference: Inference, path: str, facts: FileFacts, definition: int) -> Type:
    """Return the type of what ``params=`` of a fixture lists."""
    for expr in facts_view.decorators(facts, definition):
        if facts.expr.op[expr] == f.CALL:
            params = keyword_argument(facts, expr, "params")
            if params >= 0:
                return _listed(inference, path, facts, params, -1)
    return UNKNOWN


def _parametrized(inference: Inference, query: ParameterQuery) -> Answer | None:
    """Return what ``parametrize`` of the test, its class or its module lists for a parameter."""
    if not query.method.startswith("test"):
        return None
    for call in _marks(query.facts, query.function.row):
        if last_name(query.facts, facts_view.called(query.facts, call)) != "parametrize":
            continue
        names, values = _lists(query.facts, call)
        if query.name not in names or _is_indirect(query.facts, call):
            continue
        place = names.index(query.name) if len(names) > 1 or _is_list(query.facts, call) else -1
        type_ = _listed(inference, query.path, query.facts, values, place)
        if type_:
            return Answer(type_, "parametrize", "the values that parametrize lists")
    return None


def _marks(facts: FileFacts, definition: int) -> Iterator[int]:
    """Yield the calls of marks of a test: of its decorators, its classes and ``pytestmark``."""
    row = definition
    while row >= 0:
        yield from (
            expr for expr in facts_view.decorators(facts, row) if facts.expr.op[expr] == f.CALL
        )
        if facts.definition.kind[row] == f.CLASS:
            yield from _pytestmark(facts, facts.definition.own_scope[row])
        row = owner_class(facts, Entity(CLASS, "", row))
    yield from _pytestmark(facts, 0)


def _pytestmark(facts: FileFacts, scope: int) -> Iterator[int]:
    name = facts.name_id("pytestmark")
    for row in facts.bindings_of(scope, name) if name >= 0 else []:
        value = facts.binding.value[row]
        for expr in display_elements(facts, value) or [value]:
            if expr >= 0 and facts.expr.op[expr] == f.CALL:
                yield expr


def _lists(facts: FileFacts, call: int) -> tuple[list[str], int]:
    """Return (names, expression of the values) of a call of ``parametrize``."""
    names = argument_for(facts, call, 0, "argnames")
    values = argument_for(facts, call, 1, "argvalues")
    if _is_list(facts, call):
        return [string_value(facts, each) for each in display_elements(facts, names)], values
    return [part.strip() for part in string_value(facts, names).split(",")], values


def _is_list(facts: FileFacts, call: int) -> bool:
    names = argument_for(facts, call, 0, "argnames")
    return names >= 0 and facts.expr.op[names] in (f.LIST, f.TUPLE)


def _is_indirect(facts: FileFacts, call: int) -> bool:
    indirect = keyword_argument(facts, call, "indirect")
    return indirect >= 0 and facts.expr.op[indirect] != f.FALSE


def _listed(inference: Inference, path: str, facts: FileFacts, values: int, place: int) -> Type:
    """Return the type of one parameter from a list of values; ``place`` is -1 for a single one."""
    if values < 0:
        return UNKNOWN
    rows = display_elements(facts, values)
    if not rows:
        element = operators.iterated_type(
            inference, expressions.infer_type(inference, path, values)
        )
        return without_none(
            element if place < 0 else operators.unpacked_type(inference, element, place)
        )
    parts: list[Type] = []
    for row in rows[:_VALUES]:
        parts.append(_value(inference, path, facts, row, place))
    return union(*parts)


def _value(inference: Inference, path: str, facts: FileFacts, row: int, place: int) -> Type:
    """Return what one set of values gives a parameter.

    A display, ``pytest.param(…)``, or anything.
    """
    is_param = last_name(facts, facts_view.called(facts, row)) == "param"
    call = row
    if is_param:
        first = argument_for(facts, row, 0, "")
        row = argument_for(facts, row, max(place, 0), "")
        if row < 0 and first < 0:
            return _spread(inference, path, facts, call, max(place, 0))
        return without_none(expressions.infer_type(inference, path, row)) if row >= 0 else UNKNOWN
    if place < 0:
        return without_none(expressions.infer_type(inference, path, row))
    inner = display_elements(facts, row)
    if inner:
        return (
            without_none(expressions.infer_type(inference, path, inner[place]))
            if place < len(inner)
            else UNKNOWN
        )
    return without_none(
        operators.unpacked_type(inference, expressions.infer_type(inference, path, row), place)
    )


def _spread(inference: Inference, path: str, facts: FileFacts, call: int, place: int) -> Type:
    """``pytest.param(*VALUES)``: one place of what is spread."""
    for key, value in call_arguments(facts, call):
        if key == f.ARG_STAR and facts.expr.op[value] == f.STARRED:
            spread = expressions.infer_type(inference, path, facts_view.operand(facts, value))
            return without_none(operators.unpacked_type(inference, spread, place))
    return UNKNOWN


PLUGIN = Pytest()
