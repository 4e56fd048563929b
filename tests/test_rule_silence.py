"""Legal code that was found wrong once: patterns of released packages, each as small as it gets."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import check_findings

FINE = {
    "a method that a test replaces on an instance": """
        from unittest.mock import Mock
        class Cluster:
            def start_node(self, node): return node
        class TestCluster:
            def setup_method(self):
                self.cluster = Cluster()
            def test_start(self):
                self.cluster.start_node = Mock()
                assert self.cluster.start_node()
    """,
    "a decorator that is called like a builtin": """
        PROPERTIES = {}
        def property(name=None):
            def decorate(function):
                PROPERTIES[name or function.__name__] = function
                return function
            return decorate
        @property()
        def width(tokens): return tokens[0]
        @property("max-height")
        def height(tokens): return tokens[0]
        width([1]), height([1])
    """,
    "an instance that is called like its class, and by a static method": """
        class smart:
            @staticmethod
            def __call__(text): return text
        smart = smart()
        def use(text): return smart(text)
    """,
    "a decorator that makes a view of a function": """
        class APIView:
            @classmethod
            def as_view(cls):
                def view(request):
                    return cls().dispatch(request)
                return view
            def dispatch(self, request):
                return self.made(request)
        def api_view(methods):
            def decorator(func):
                Wrapped = type("Wrapped", (APIView,), {})
                def handler(self, *args):
                    return func(*args)
                Wrapped.get = handler
                return Wrapped.as_view()
            return decorator
        @api_view(["GET"])
        def basic(request):
            return {"method": "GET"}
        basic(1).data
    """,
    "a script that is called like what it imports": """
        #- tools/__init__.py
        #- tools/dnf.py
        try:
            import dnf
            import dnf.const
        except ImportError:
            dnf = None
        if __name__ == "__main__":
            dnf.Base(dnf.const.X)
    """,
    "what fills an instance": """
        import functools
        class Registered:
            def __init__(self, function):
                functools.update_wrapper(self, function)
        class Filled:
            def __init__(self, **options):
                self.__dict__ |= options
        @Registered
        def go(): return 1
        go.__wrapped__, go.__name__, Filled(a=1).a
    """,
    "what is no member of an enumeration": """
        import enum
        class Op(enum.Enum):
            A = 1
            table = enum.nonmember({"a": 1})
            @enum.nonmember
            def plain(x): return x
            call = enum.member(len)
        Op.table.get("a"), Op.plain(3), Op.call.value([1])
    """,
    "comparisons of what is not known": """
        class Column:
            def __gt__(self, other):
                return self.made(other)
            def made(self, other):
                return [other]
        def same(a, b):
            return (a == b).all(), (1 < a).any()
        def kept(rows):
            table = {"a": rows}
            return (table["a"] > 1).mean()
        def reflected():
            return (1 < Column()).append(1)
    """,
    "a union with what may be anything": """
        from typing import Any
        def text(x: "str | Any", y: Any | None):
            return x.decode(), y.anything
        def total(rows, f):
            return sum(f(row) for row in rows).mean()
    """,
    "parameters of overloads that take anything": """
        #- base.pyi
        from typing import Any, overload
        class Instance: ...
        class A:
            def a(self): ...
        class B:
            def b(self): ...
        class Bound:
            def emit(self): ...
        class Signal:
            @overload
            def __get__(self, instance: Instance, owner: Any | None) -> Bound: ...
            @overload
            def __get__(self, instance: None, owner: Any | None) -> Signal: ...
        @overload
        def made(x: int, y: Any | None) -> A: ...
        @overload
        def made(x: str, y: Any | None) -> B: ...
        #- main.py
        from base import Instance, Signal, made
        class Worker(Instance):
            done = Signal()
            def go(self):
                self.done.emit()
        made(1, "q").a()
        made("s", "q").b()
    """,
    "overloads by arguments that are not known": """
        #- base.pyi
        from typing import overload
        class Array:
            def sum(self): ...
        @overload
        def draw(low: int) -> int: ...
        @overload
        def draw(low: int, size: tuple[int, ...]) -> Array: ...
        #- main.py
        from base import draw
        def noise(x, options):
            return draw(0, size=x.shape).sum(), draw(*options).sum()
    """,
    "an attribute that a derived class sets to something else": """
        #- base.pyi
        class Http:
            path: str
        class View:
            request: Http
        #- main.py
        from base import View
        class Request:
            data = 1
        class Api(View):
            def wrap(self, request):
                return Request()
            def dispatch(self, request):
                request = self.wrap(request)
                self.request = request
        class Mine(Api):
            def get(self):
                return self.request.data
    """,
    "a method that an instance replaces": """
        import functools
        class Router:
            def __init__(self, wrap):
                self.handle = wrap(self.handle)
                self.find = functools.lru_cache(self.find)
            def handle(self, request):
                return request
            def find(self, name):
                return name
        def use(wrap):
            router = Router(wrap)
            router.find.cache_clear()
            return router.handle.name
    """,
    "values that are added to a dictionary later": """
        DEFAULTS = {"default": {"widget": "a.b.C"}}
        def options(settings, name):
            editors = DEFAULTS.copy()
            editors.update(getattr(settings, "EDITORS", {}))
            found = editors[name].get("options", None)
            if found is not None:
                return found.get("features", None)
        def pairs(**more):
            conf = {"a": "b"}
            conf.update(more)
            return [value.get("y") for value in conf.values()]
    """,
    "factories of classes by other names": """
        from collections import namedtuple as nt
        from enum import Enum as _Enum
        _State = _Enum("_State", ["OK", "BROKEN"])
        Point = nt("Point", "x y")
        def made(names):
            return _Enum("Made", names)
        Made = made(["RED"])
        def use():
            return _State.OK, Point(1, 2).x, Made.RED
    """,
    "tuples that have named fields": """
        from collections import namedtuple
        from collections.abc import Iterable
        from typing import Any
        class Frame:
            def itertuples(self, name: str = "Row") -> Iterable[tuple[Any, ...]]:
                make = namedtuple(name, ["Index", "price"])
                return map(make._make, zip([1], [2]))
        def use(frame: Frame):
            return [row.price for row in frame.itertuples()]
    """,
    "a variable with a result that is more than is declared": """
        from collections import namedtuple
        State = namedtuple("State", ["due", "next"])
        class Schedule:
            def is_due(self) -> tuple[bool, float]:
                return State(True, 1.0)
        def use(schedule: Schedule):
            state = schedule.is_due()
            return state.next
    """,
    "a function that is called before its variable is bound again": """
        import json
        def use(visit):
            stamp = {"stamp": 42}
            def copied():
                return stamp.copy()
            visit(copied)
            stamp = json.dumps(stamp)
            return stamp
    """,
    "a result that is more than is declared": """
        from typing import Any
        class Theme(dict):
            def reset(self):
                self.clear()
        class Config:
            def __init__(self):
                self._theme = Theme()
            @property
            def theme(self) -> dict[str, Any]:
                return self._theme
        Config().theme.reset()
    """,
    "a protocol that a file implements": """
        from typing import Protocol
        class HasRead(Protocol):
            def read(self) -> bytes: ...
        def opened() -> HasRead: ...
        opened().close()
    """,
    "parts of classes": """
        class Plugin:
            def __init__(self):
                self._settings = {}
        class AclPart:
            def is_acl(self):
                return self._settings.get("acl")
        Parts = type("Parts", (AclPart,), {})
        class Wizard(Plugin, Parts):
            pass
        class MappingChecks:
            def test_keys(self):
                self.assertEqual(self._Mapping__state(), 1)
        #- shared.py
        import inspect
        import sys
        class OnlineWizard:
            def details(self):
                return self._settings.get("online")
        Wizards = type("Wizards", tuple(
            cls for name, cls in inspect.getmembers(sys.modules[__name__]) if name.endswith("d")
        ), {})
    """,
    "super itself": """
        def whole(o):
            return o.__self__ if isinstance(o, super) else o
    """,
    "a key of a variable that is called like a class": """
        def state(self):
            dict = self.__dict__.copy()
            if "running" in dict:
                del dict["running"]
            return dict
    """,
    "an attribute that is set through another name": """
        #- pkg.py
        class Registry:
            has_listeners = False
        class Config:
            def __init__(self, registry=None):
                self.registry = registry
                if registry is None:
                    self.registry = Registry()
            def fix(self):
                registry = self.registry
                registry.has_listeners = True
        #- test_pkg.py
        class Dummy:
            def __init__(self):
                self.utilities = []
        def make(*args):
            from pkg import Config
            return Config(*args)
        def test():
            dummy = Dummy()
            make(dummy).fix()
            assert dummy.has_listeners
    """,
    "isinstance of a class that is not here": """
        from not_here import Failure
        class Box:
            size = 1
        def show(value: Box | str):
            if isinstance(value, Failure):
                return value.traceback
            if isinstance(value, (Failure, bytes)):
                return value.traceback
    """,
    "isinstance of a class that may be mixed in": """
        class Plain:
            size = 1
        class Mixin:
            def grow(self): return 1
        def show(value: Plain):
            if isinstance(value, Mixin):
                return value.size, value.grow()
    """,
    "a decorator that is not here": """
        from collections.abc import Generator
        from not_here import inline_callbacks
        @inline_callbacks
        def join() -> Generator[int, None, None]:
            yield 1
        join().add_callback(print)
    """,
    "a wrapper that gives something else": """
        from not_here import Deferred
        def deferring(function):
            def run(*args):
                deferred = Deferred()
                deferred.callback(function(*args))
                return deferred
            return run
        @deferring
        def load() -> str:
            return ""
        load().add_callback(print)
    """,
    "a type variable that nothing here tells": """
        from typing import TypeVar
        from not_here import Failed
        E = TypeVar("E", bound=BaseException)
        def caught(kind: type[E]) -> E: ...
        caught(Failed).reasons
    """,
    "names in slots": """
        class Attribute:
            __slots__ = ("name", "default")
            def __init__(self, values):
                for slot, value in zip(self.__slots__, values):
                    object.__setattr__(self, slot, value)
            def show(self):
                return self.name, self.default
    """,
    "a stub that says less than its source": """
        #- made.pyi
        class Made: ...
        class Other: ...
        #- made.py
        def decorated(cls): return cls
        class Made:
            def __init__(self, size): self.size = size
        class Other:
            def __init__(self, size): self.size = size
        Other = decorated(Other)
        #- main.py
        from made import Made, Other
        Made(1).size, Other(1).size
    """,
    "a constructor that hands over to another class": """
        class Config:
            def __new__(cls, *args, **kwargs):
                if cls is Config:
                    return Legacy(*args, **kwargs)
                return super().__new__(cls)
            def __init__(self, path=None):
                self.path = path
        class Legacy(Config):
            def __init__(self, schema, path=None):
                super().__init__(path)
        Config(schema=())
    """,
    "methods of functions": """
        set_it = object.__setattr__
        class Box: ...
        set_it.__get__(Box())("size", 1)
    """,
    "tests that are to fail": """
        import pytest
        def area(width): return width
        @pytest.mark.xfail(raises=TypeError)
        def test_area():
            area(1, heigth=2)
        def test_nothing():
            with pytest.raises(AttributeError):
                area.nothing
    """,
    "an abstract class that a test calls, or a decorator completes": """
        import functools, pytest
        from abc import ABC, abstractmethod
        from dataclasses import dataclass
        class Shape(ABC):
            @abstractmethod
            def area(self): ...
            @abstractmethod
            def __lt__(self, other): ...
        @dataclass(order=True)
        class Box(Shape):
            width: int
            def area(self): return self.width
        Box(1)
        Box(1).__ge__
        def test_shape():
            with pytest.raises(TypeError):
                Shape()
    """,
    "attrs by plain names, and by options": """
        #- attr/__init__.py
        def attrs(cls=None, **options): return cls
        def attrib(**options): ...
        s, ib = attrs, attrib
        #- main.py
        import attr
        from attr import attrib, attrs
        @attrs(repr=False)
        class Box:
            width = attrib()
            height: int = attrib()
            @height.validator
            def check(self, attribute, value): ...
        Box(1, 2)
        @attr.s(these={"width": attr.ib()})
        class Given: ...
        Given(1)
    """,
    "classes of a metaclass": """
        pages = {}
        class PageMeta(type):
            def __init__(cls, name, bases, body):
                pages[cls.title] = cls
        class Page(metaclass=PageMeta):
            title = "page"
    """,
    "classes that are mapped to tables": """
        from not_here import mapper, table
        class Order:
            def __init__(self): ...
        mapper(Order, table)
        Order.number
    """,
    "what is more than its stub says": """
        #- kept.py
        import io, dbm
        from collections import abc
        from typing import IO
        class Store:
            def sync(self): ...
        def text(stream: IO[bytes]):
            return stream.getvalue()
        def save(path):
            store = dbm.open(path)
            store.sync()
        @abc.Mapping.register
        class Context: ...
    """,
    "a property that is stored when it is read": """
        class cached_property(property): ...
        class Request:
            def load(self):
                self.__dict__["form"] = {}
            @cached_property
            def form(self):
                self.load()
                return self.form
    """,
    "a mixin whose members stand beside it": """
        class Reader:
            def peek(self): return ""
        class Scanner:
            def scan(self): return self.peek()
        class Loader(Reader, Scanner): ...
    """,
    "a name that a class body binds later": """
        import operator
        class Constraint:
            EQUAL = operator.eq
            def __init__(self, sign): self.sign = sign
            @property
            def operator(self): return self.sign
    """,
    "branches that exclude each other": """
        class Version:
            major = 1
        class Constraint: ...
        def parse(text) -> Constraint: ...
        def show(value: Constraint | Version, short):
            if isinstance(value, Version):
                if short:
                    value = parse(value.major)
                else:
                    value = parse(value.major + 1)
            return value
    """,
    "what is asked for around": """
        import base64
        def encode(data):
            if hasattr(base64, "encodebytes"):
                return base64.encodebytes(data)
            else:
                return base64.encodestring(data)
    """,
    "a class inside of a class": """
        class Runner_:
            def _run(self): return 1
            class pty:
                def defaults_to_off(self): return self._run()
    """,
    "what is imported binds a name in its package": """
        #- loading/__init__.py
        from .loader import *
        def load(): return loader.Loader
        #- loading/loader.py
        class Loader: ...
    """,
    "what authors tell linters": """
        class Box: ...
        Box().size  # pylint: disable=no-member
        Box(1)  # pylint: disable=too-many-function-args
        print(later)  # noqa: F821
    """,
    "what is there to be mixed in": """
        #- mixing.py
        class Database:
            def close(self): ...
            def run(self): ...
        class ReconnectMixin:
            def again(self): self.close()
        class Logged:
            def run(self): return super().run()
    """,
    "mocks in the place of what is annotated": """
        class Writer:
            def write(self): ...
        def prepare() -> Writer: ...
        def test_writer():
            writer = prepare()
            writer.write.assert_called_with("x")
            assert writer.filter is None
    """,
    "names that Sphinx gives its settings": """
        #- docs/conf.py
        tags.add("release")
    """,
    "annotations under another name": """
        from typing import Annotated as Noted
        def area(width: Noted[int, "foo"], height: Noted[int, ..., "bar baz"]): ...
    """,
    "a dictionary of anything": """
        from typing import Any
        def merge(left: dict[str, Any], right: dict[str, Any]):
            merged = left.copy()
            for key, value in right.items():
                if isinstance(value, dict):
                    merged[key] = {}
                elif merged[key].startswith("x"):
                    merged[key] = []
            return merged
    """,
    "a function whose decorator speaks up": """
        from warnings import deprecated
        @deprecated("use another")
        def old(): return 1
        old()
    """,
    "attributes that are given in other ways": """
        import argparse, logging
        class Bag:
            def __init__(self, **values): vars(self).update(values)
        Bag(a=1).a
        class Field:
            def __set_name__(self, owner, name): setattr(owner, name + "_id", None)
        class Model:
            user = Field()
        Model().user_id
        class Settings: ...
        settings = argparse.ArgumentParser().parse_args([], namespace=Settings())
        settings.verbose
        Made = type("Made", (Bag, Model), {"size": 1})
        Made().size
        logging.TRACE = 5
        logging.TRACE
    """,
    "a method that others override": """
        class Task:
            def output(self): return []
            def run(self): return self.output().open("w")
        class Copy(Task):
            def output(self): return open("x")
    """,
    "what is taken out of a container": """
        from collections import deque
        def flatten(tasks):
            if isinstance(tasks, str):
                return [tasks]
            flat = []
            for task in tasks:
                flat += flatten(task)
            return flat
        def run(tasks):
            waiting = deque(flatten(tasks))
            waiting.popleft().output()
    """,
    "a named tuple that is made and called at once": """
        from collections import namedtuple
        namedtuple("Point", "x y z")(1, 2, 3)
    """,
    "functions that are to raise": """
        import unittest
        def area(width): return width
        class AreaTest(unittest.TestCase):
            def test_area(self):
                def call():
                    area(1, 2, 3)
                self.assertRaises(TypeError, call)
    """,
    "attributes that derived classes replace": """
        class Job:
            priority = NotImplemented
            runner = "to be said by derived classes"
            def run(self):
                if self.priority != NotImplemented:
                    self.priority()
                return self.runner()
        class Runner: ...
        class Night(Job):
            runner = Runner
    """,
    "descriptors that give what is not known": """
        from typing import Any, Generic, overload
        from typing_extensions import TypeVar
        T = TypeVar("T", default=str)
        C = TypeVar("C")
        class Parameter(Generic[T]):
            @overload
            def __get__(self, instance: None, owner: Any) -> "Parameter[T]": ...
            @overload
            def __get__(self, instance: Any, owner: Any) -> T: ...
            def __get__(self, instance, owner):
                return instance.__dict__["value"]
        class ClassParameter(Parameter[type[C]]): ...
        class Task:
            of = ClassParameter()
            task = Parameter()
            def run(self):
                return self.of(), self.of.size, self.task.size
    """,
    "private names from outside": """
        class Box:
            def __init__(self): self.__path = ""
        Box()._Box__path
    """,
    "options that nobody knows": """
        import subprocess
        def lines(command, options):
            process = subprocess.Popen(command, **options)
            return [line.decode() for line in iter(process.stdout.readline, "")]
        def text(command, **options):
            return subprocess.run(command, **options).stdout.decode()
    """,
    "doubles that a test puts in the place of an attribute": """
        import socket
        class Client:
            def __init__(self): self.socket = socket.socket()
        class FakeSocket:
            def __init__(self): self.sent = []
        def make():
            client = Client()
            client.socket = FakeSocket()
            return client
        def test_client():
            assert make().socket.sent == []
    """,
    "a result of which a part is not known": """
        import asyncio
        async def count(tasks):
            results = await asyncio.gather(*tasks, return_exceptions=True)
            return [each for each in results if not isinstance(each, Exception) and each.ok]
    """,
    "a class that is made again under its name": """
        class Meta(type):
            def __new__(mcs, name, bases, body):
                body["order"] = 1
                return super().__new__(mcs, name, bases, body)
        class Setting:
            def __lt__(self, other): return self.order < other.order
        Setting = Meta("Setting", (Setting,), {})
    """,
    "the constructor of a named tuple": """
        from collections import namedtuple
        Base = namedtuple("Base", ["width", "height"])
        class Box(Base):
            def __new__(cls, size): return Base.__new__(cls, size, size)
    """,
    "private names that stubs leave out": """
        from collections import OrderedDict
        class Ordered(OrderedDict):
            def first(self): return self._OrderedDict__root
    """,
    "a class that stands in for one that is not installed": """
        try:
            from not_here import Lazy
        except ImportError:
            class Lazy: ...
        def opened(value):
            if isinstance(value, (Lazy, Lazy)):
                value = value.close()
            return value
    """,
    "what the body of a class has from the start": """
        def named(text): return lambda function: function
        class Proxy:
            @named(__name__)
            def __name__(self): return "proxy"
            @named(__doc__)
            def __doc__(self): return "doc"
    """,
    "class variables that are replaced in the dictionary of the object": """
        class Listening:
            observers = ()
            def __init__(self):
                self.__dict__.update({"observers": []})
            def bind(self, callback):
                self.observers.append(callback)
    """,
    "a class that is only told by what a function takes": """
        def joined(left, right):
            prefer = type(max([left, right], key=len))
            return prefer(left) + prefer(right)
    """,
    "an attribute that is called like a type": """
        def field(expanded):
            return expanded.type["root"].type
    """,
    "lambdas that stand for methods": """
        class Other:
            def first(self): return self.second() + self.third()
            def second(self): return self.third() + self.third()
            def third(self): return self.first() + self.second()
        class Made:
            def small(self): return 1
            ways = {int: lambda self: self.small(), str: lambda self: self.small()}
    """,
    "annotations in functions, which nobody evaluates": """
        class App:
            def __init__(self):
                self.client: Client | None = None
                if self:
                    from not_here import Client
                    self.client = Client()
    """,
    "a list whose parts are replaced": """
        class Node:
            closing = False
        def watch(node: Node, watchers):
            watching = watchers.get(node, [])
            watching[:] = [(one, other) for one, other in watching if not one.closing]
            for one, other in watching:
                one.closing, other.closing
    """,
    "private modules of the standard library": """
        import re._parser
    """,
}
RULES = (
    "unresolved-attribute", "undefined-name", "unknown-keyword", "missing-argument",
    "too-many-arguments", "not-callable", "abstract-instantiated", "endless-recursion",
    "unresolved-import", "unused-result", "used-before-definition",
)  # fmt: skip


@pytest.mark.parametrize("case", FINE)
def test_legal_code_is_left_alone(tmp_path: Path, case: str) -> None:
    assert check_findings(tmp_path, FINE[case], *RULES) == []


def test_what_tests_work_on_is_no_code(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        #- tests/helpers.py
        print(gone)
        #     ^^^^ undefined-name
        #- tests/cases/used.py
        print(gone)
        #     ^^^^ undefined-name
        #- tests/test_it.py
        from cases import used
        #- tests/cases/snippet.py
        print(gone)
        #     ^^^^ undefined-name
        """,
        "undefined-name",
    )
    assert {finding.path: finding.severity for finding in found} == {
        "tests/helpers.py": "error",
        "tests/cases/used.py": "error",
        "tests/cases/snippet.py": "hint",
    }


def test_packages_of_what_tests_work_on(tmp_path: Path) -> None:
    """Modules that are wrong on purpose, beside which there is no test and no helper."""
    wrong = "print(gone_{0})\n#     ^^^^^^ undefined-name\n"
    data = "".join(f"#- tests/wrong/{name}.py\n{wrong.format(name)}" for name in "abcd")
    helpers = "".join(f"#- tests/helping/{name}.py\n{wrong.format(name)}" for name in "efgh")
    text = (
        "#- tests/wrong/__init__.py\n#- tests/helping/__init__.py\n#- tests/__init__.py\n"
        f"{data}{helpers}#- tests/test_it.py\nfrom .helping import e\n"
    )
    found = check_findings(tmp_path, text, "undefined-name")
    assert {finding.path.rpartition("/")[0]: finding.severity for finding in found} == {
        "tests/wrong": "hint",
        "tests/helping": "error",
    }


VENV = """
#- .venv/pyvenv.cfg
version = 3.12.1
#- .venv/lib/python3.12/site-packages/installed/__init__.py
def here(): return 1
#- .venv/lib/python3.12/site-packages/installed-1.0.dist-info/METADATA
Name: installed
"""


def test_an_environment_that_lacks_what_is_needed(tmp_path: Path) -> None:
    """What a thing that is not here has, nobody knows; that it is not here is told once."""
    found = check_findings(
        tmp_path,
        VENV
        + """
#- pyproject.toml
[project]
name = "shop"
dependencies = ["installed", "twisted>=20", "pywin32; sys_platform == 'win32'"]
#- first.py
import twisted
#      ^^^^^^^ not-installed
#- second.py
from twisted import defer
#    ^^^^^^^ not-installed
import invented_by_an_agent
#      ^^^^^^^^^^^^^^^^^^^^ not-installed
#- third.py
def finish(deferred):
    deferred.add_callback_quickly(print)
""",
        "not-installed",
        "unresolved-attribute",
    )
    assert {finding.subject: finding.severity for finding in found} == {
        "twisted": "hint",
        "invented_by_an_agent": "warning",
    }


def test_a_complete_environment(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- pyproject.toml
[project]
name = "shop"
dependencies = ["installed", "pywin32; sys_platform == 'win32'"]
#- third.py
def finish(deferred):
    deferred.add_callback_quickly(print)
    #        ^^^^^^^^^^^^^^^^^^^^ unresolved-attribute (nothing in this code base)
""",
        "unresolved-attribute",
    )


def test_attributes_that_are_set_on_what_is_of_a_type_variable(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import TypeVar
        T = TypeVar("T")
        class Box: ...
        def marked(cls: type[T]) -> type[T]:
            cls.marks = 1
            return cls
        print(Box().marks)
        print(Box().masks)
        #           ^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_modules_that_a_build_writes(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- pyproject.toml
        [tool.setuptools_scm]
        write_to = "src/shop/_version.py"
        #- src/shop/__init__.py
        #- src/shop/main.py
        from shop._version import version
        from ._version import version
        from . import _version
        import shop
        shop._version.version
        from . import _versions
        #             ^^^^^^^^^ unresolved-name
        from shop import version_of
        #                ^^^^^^^^^^ unresolved-name
        """,
        "unresolved-import",
        "unresolved-name",
        "unresolved-attribute",
    )


def test_what_a_package_derives_from_its_own(tmp_path: Path) -> None:
    """A function of a package that says it gives a node gives some kind of node."""
    check_findings(
        tmp_path,
        VENV
        + """
#- .venv/lib/python3.12/site-packages/tree/__init__.py
from tree.base import Node
from tree.kinds import Call
def parse(text) -> Node: ...
#- .venv/lib/python3.12/site-packages/tree/base.py
class Node:
    line = 1
#- .venv/lib/python3.12/site-packages/tree/kinds.py
from tree.base import Node
class Call(Node):
    arguments = ()
#- main.py
import tree
tree.parse("x()").arguments
tree.parse("x()").keywords_of_it
#                 ^^^^^^^^^^^^^^ unresolved-attribute
""",
        "unresolved-attribute",
    )


def test_a_mutable_default_that_is_only_read(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        def shown(items=[]):
        #               ^^ ruff:B006
            return ", ".join(items)
        def grown(items=[]):
        #               ^^ ruff:B006
            items.append(1)
            return items
        def copied(items=[]):
        #                ^^ ruff:B006
            items = list(items)
            items.append(1)
            return items
        """,
        "ruff:B006",
    )
    assert [finding.severity for finding in found] == ["hint", "warning", "hint"]


LIBRARIES = """
#- .venv/lib/python3.12/site-packages/pydantic/__init__.py
from .main import BaseModel, ConfigDict
#- .venv/lib/python3.12/site-packages/pydantic/main.py
from typing import TYPE_CHECKING
class ConfigDict(dict):
    pass
class Meta(type):
    def __new__(cls, name, bases, space):
        return type.__new__(cls, name, bases, space)
class BaseModel(metaclass=Meta):
    if not TYPE_CHECKING:
        def __getattr__(self, name):
            return self.__dict__[name]
    def model_dump(self):
        for name in self.extra:
            setattr(self, name, 1)
#- .venv/lib/python3.12/site-packages/sqlalchemy/orm/__init__.py
from .decl_api import DeclarativeBase, declarative_base
#- .venv/lib/python3.12/site-packages/sqlalchemy/orm/decl_api.py
class Intercept(type):
    def __init__(cls, name, bases, space):
        for each in space:
            setattr(cls, each, 1)
class DeclarativeBase(metaclass=Intercept):
    metadata = None
def declarative_base(**options):
    return Intercept("Base", (object,), options)
"""


def test_classes_that_libraries_make_have_what_they_show(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + LIBRARIES
        + """
#- main.py
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import DeclarativeBase, declarative_base

class Item(BaseModel):
    a: int

class Any(BaseModel):
    model_config = ConfigDict(extra="allow")

Item(a=1).model_dump(), Item(a=1).a, Any(b=2).b
Item(a=1).missing()
#         ^^^^^^^ unresolved-attribute

Base = declarative_base()

class User(Base):
    name = "x"

class New(DeclarativeBase):
    pass

class Page(New):
    title = "x"

User().name, User.metadata, Page().title
User().nope, Page().nope
#      ^^^^ unresolved-attribute
#                   ^^^^ unresolved-attribute
""",
        "unresolved-attribute",
    )


def test_a_name_that_a_library_looks_up(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from sqlalchemy.orm import Mapped, relationship
        class Page:
            creator: Mapped["User"] = relationship(back_populates="pages")
            others: Mapped[list["Other"]] = relationship()
            wrong: list["Nobody"] = []
            #            ^^^^^^ undefined-name
        """,
        "undefined-name",
    )


def test_what_a_function_of_a_library_returns_may_be_made_from_data(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- .venv/lib/python3.12/site-packages/cloud/__init__.py
def client(name):
    return type(name, (), load(name))()
#- main.py
import cloud
store = cloud.client("s3")
store.put_any_object(key=1)
""",
        "unresolved-attribute",
    )


def test_stubs_of_compiled_modules_may_leave_things_out(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- fast.pyi
        class Path: ...
        #- slow.pyi
        def slow(): ...
        #- slow.py
        def slow(): pass
        #- main.py
        import fast
        import slow
        fast.clean(fast.Path())
        slow.clean()
        #    ^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_what_other_code_does_as_well_is_a_hint(tmp_path: Path) -> None:
    stub = """
    #- maps.pyi
    class Map:
        def to(self, *, over: int = ...) -> Map: ...
    #- maps.py
    class Map:
        pass
    """
    found = check_findings(
        tmp_path,
        stub
        + """
    #- main.py
    from maps import Map
    def first():
        return Map().to(shape=1)
        #               ^^^^^ unknown-keyword (main.py:5 has it as well)
    def second():
        return Map().to(shape=2)
        #               ^^^^^ unknown-keyword (main.py:3 has it as well)
    def third():
        return Map().to(extreme=2)
        #               ^^^^^^^ unknown-keyword
        """,
        "unknown-keyword",
    )
    assert [each.severity for each in found] == ["hint", "hint", "error"]


def test_handlers_of_everything_excuse_short_tries_and_imports(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import os
        class Worker:
            def run(self):
                try:
                    import not_here_at_all
                    from os import no_such_thing
                    print("a")
                    print("b")
                    print("c")
                    self.nope()
                    #    ^^^^ unresolved-attribute
                    print("d")
                except Exception as error:
                    print(error)
            def probe(self):
                try:
                    value = os.no_such_probe()
                except Exception:
                    value = None
                try:
                    unicode
                except:
                    unicode = str
                return value
            def named(self):
                try:
                    print("a")
                    print("b")
                    print("c")
                    print("d")
                    os.no_such_probe()
                except AttributeError:
                    pass
        """,
        "unresolved-attribute",
        "unresolved-name",
        "not-installed",
    )


def test_what_was_raised_is_of_any_class_of_exceptions(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import sys
        class Redirect(Exception):
            def __init__(self, request): self.request = request
        def go():
            try:
                raise Redirect(1)
            except Redirect:
                error = sys.exc_info()[1]
                error.request.close()
                return sys.exception().request
        """,
        "unresolved-attribute",
    )


def test_numbers_that_are_registered_with_abstract_classes(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from numbers import Integral
        def number(event):
            file = 1 if event else 2
            if not isinstance(file, Integral):
                file = file.fileno()
            return file
        def other(event):
            file = 1 if event else 2
            return file.fileno()
            #           ^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_properties_whose_functions_return_what_is_not_known(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Promise: ...
        class Producer:
            def __init__(self, channel=None):
                self._channel = channel
            def get(self):
                return self._channel
            def reset(self):
                self._channel = Promise()
            channel = property(get)
            def new(self):
                return Promise()
            other = property(new)
            def use(self):
                self.channel.prepare()
                self.other.prepare()
                #          ^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_what_a_class_adds_to_a_named_tuple_is_no_element(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import NamedTuple
        class Frame(NamedTuple):
            file: str
            line: int
        class Traceback(Frame):
            positions: list
        def last() -> Traceback: ...
        def show():
            file, line = last()
            file, line, positions = last()
        #   ^ unpack-count
        """,
        "unpack-count",
    )


def test_super_of_a_metaclass_and_slots_of_a_protocol(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import Protocol
        class MetaBase(type):
            def plain(cls): return cls
        class Meta(MetaBase):
            def __call__(cls: type["Thing"]):
                return super(Meta, cls).plain()
        class Thing(metaclass=Meta): ...
        class Sized(Protocol):
            __slots__ = ()
            size: int
            def __init__(self, size: int):
                self.size = size
        """,
        "unresolved-attribute",
    )


def test_overloads_that_the_class_of_self_decides(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from typing import Any, Awaitable, Protocol, overload
        class Sync(Protocol):
            is_async: None
        class Async(Protocol):
            is_async: bool
        class Commands:
            @overload
            def size(self: Sync) -> int: ...
            @overload
            def size(self: Async) -> Awaitable[int]: ...
            def size(self):
                return self.execute("size")
            @overload
            def name(self: "Commands") -> str: ...
            @overload
            def name(self: "Commands", short: bool) -> str: ...
            def name(self, short=False):
                return self.execute("name")
        class Client(Commands):
            def execute(self, command) -> Any: ...
        async def show(client: Client):
            await client.name()
        #   ^^^^^ not-awaitable
            return await client.size()
        """,
        "not-awaitable",
    )


def test_descriptors_that_only_set(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Resetting:
            def __set__(self, instance, value):
                instance.__dict__["table"] = value
        class Graph:
            table = Resetting()
            def show(self):
                return self.table.get(1)
        """,
        "unresolved-attribute",
    )


def test_what_a_package_sets_on_its_own_classes(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- .venv/lib/python3.12/site-packages/configured/__init__.py
import argparse
class ArgumentParser(argparse.ArgumentParser):
    def parse_all(self): return self.parse_args()
ArgumentParser.parse = ArgumentParser.parse_all
#- main.py
import configured
class Parser(configured.ArgumentParser):
    def error(self, message): ...
Parser().parse()
Parser().parse_nothing()
#        ^^^^^^^^^^^^^ unresolved-attribute
""",
        "unresolved-attribute",
    )


def test_what_derives_from_a_class_that_a_test_finds(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        VENV
        + """
#- .venv/lib/python3.12/site-packages/portable/__init__.py
class Entry(dict):
    @property
    def reference(self): return 1
def entries(source): return source.read()
#- main.py
import portable
def references(source):
    for each in portable.entries(source):
        if isinstance(each, dict):
            yield each.reference
            yield each.referenced_by
            #          ^^^^^^^^^^^^^ unresolved-attribute
""",
        "unresolved-attribute",
    )
