"""Silence about values of which only a part is known where they are read."""

from __future__ import annotations

from pathlib import Path

from fixtures_language import check_edit, check_findings


def test_what_a_metaclass_may_have_replaced(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Index:
            def __init__(self, *columns):
                self.columns = columns
        class BoundIndex(object):
            def get(self):
                return self
        class Declarative(type):
            def __new__(meta, name, bases, attributes):
                cls = type.__new__(meta, name, bases, attributes)
                cls.declare(attributes)
                return cls
        def with_metaclass(meta, *bases):
            class Temporary(meta):
                def __new__(cls, name, these, attributes):
                    return meta(name, bases, attributes)
            return type.__new__(Temporary, "Temporary", (), {})
        class Row(metaclass=Declarative):
            @classmethod
            def declare(cls, attributes):
                for name, value in attributes.items():
                    if isinstance(value, Index):
                        setattr(cls, name, BoundIndex())
        class OldRow(with_metaclass(Declarative, object)):
            declare = Row.declare
        class Person(Row):
            key = Index("name")
            table = "person"
        class OldPerson(OldRow):
            key = Index("name")
        class Plain:
            key = Index("name")
        Person.key.get()
        Person().key.get()
        OldPerson.key.get()
        Person.table.get()
        #            ^^^ unresolved-attribute
        Plain.key.get()
        #         ^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_methods_that_derived_classes_are_to_say_the_result_of(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Server:
            sockets = ()
        class Case:
            server = None
            @classmethod
            async def start(cls):
                return NotImplemented
            @classmethod
            async def set_up(cls):
                cls.server = await cls.start()
                cls.server.sockets
        class PlainCase:
            async def start(self):
                return Server()
            async def set_up(self):
                self.server = await self.start()
                self.server.socket
                #           ^^^^^^ unresolved-attribute
        class Length:
            def __add__(self, other):
                if isinstance(other, Length):
                    return Length()
                return NotImplemented
        (Length() + Length()).metres
        #                     ^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_the_last_value_of_an_attribute_that_is_known_in_part(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Door:
            def shut(self): ...
        class Box:
            def open(self): ...
        def pick(found):
            if found:
                return found
            return Box()
        class Shelf:
            def fill(self, found):
                self.box = pick(found)
                self.box.shut()
                self.box = Box()
                self.box.shut()
                #        ^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_classes_that_earlier_tests_excluded(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        text_type = str
        class Expression: ...
        def to_python(value):
            if isinstance(value, (text_type, Expression)):
                return value
            if isinstance(value, str):
                return value.decode("utf-8")
            if isinstance(value, bytes):
                return value.encode("utf-8")
                #            ^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_another_attribute_where_one_was_found_missing(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Walk:
            def ascend(self):
                try:
                    code = self.ascend.__code__
                except AttributeError:
                    code = self.ascend.im_func.func_code
                return code
            def descend(self):
                try:
                    return self.ascend()
                except AttributeError:
                    return self.descent()
                    #           ^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_annotations_that_name_a_module_of_the_package(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- commands/__init__.py
        from __future__ import annotations
        from .list import show
        every: list[str] = [show]
        list[0]
        # <- not-subscriptable
        #- commands/list.py
        show = "show"
        """,
        "not-subscriptable",
    )


def test_plugins_in_a_namespace_package_beside_their_host(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- host/__init__.py
        #- host/main.py
        from plugs import shuffle
        #- plugs/types.py
        NAMES = ()
        #- plugs/random.py
        def pick(): ...
        #- plugs/shuffle.py
        import random
        from types import SimpleNamespace
        random.choice([SimpleNamespace()])
        random.chose([])
        #      ^^^^^ unresolved-attribute
        #- plugs/sync/__init__.py
        #- plugs/sync/player.py
        from types import ModuleType
        #- scripts/types.py
        NAMES = ()
        #- scripts/run.py
        from types import NAMES
        """,
        "unresolved",
    )


def test_what_several_uses_show_to_be_of_another_class_than_its_name_says(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- channels.py
        class Channel:
            def close(self): ...
        class EditorChannel:
            def set_echo(self, on): ...
            def register_key(self, key): ...
        class Reader:
            def read(self): ...
            @property
            def channel(self) -> Channel:
                return Channel()
        def first(reader: Reader): ...
        def second(reader: Reader): ...
        #- use.py
        def edit(reader):
            reader.read()
            reader.channel.set_echo(True)
            reader.channel.register_key("!")
        def shut(reader):
            reader.read()
            reader.channel.close()
            reader.channel.set_echo(True)
            #              ^^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_self_of_an_inner_function_is_another_one(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- connection.py
        class Connection:
            def send_packet(self, packet): ...
            def flush(self): ...
        class Channel:
            def send_packet(self, packet, *more): ...
        #- test_connection.py
        from unittest import TestCase
        from unittest.mock import patch
        from connection import Connection
        class TestSending(TestCase):
            def connect(self): ...
            def test_sending_twice(self):
                def flush(self):
                    self.send_packet("again")
                with patch("connection.Connection.flush", flush):
                    self.assertRaises(OSError, self.connect)
        """,
        "unresolved-attribute",
    )


def test_callables_that_code_asks_if_they_are_coroutine_functions(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import inspect
        from collections.abc import Callable
        def watch(callback: Callable[[bytes], bool]):
            if inspect.iscoroutinefunction(callback):
                async def call(data):
                    return await callback(data)
                return call
        async def call(callback: Callable[[bytes], bool]):
            return await callback(b"")
            #      ^^^^^ not-awaitable
        """,
        "not-awaitable",
    )


def test_a_tuple_as_the_only_type_argument_means_a_tuple(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from collections.abc import Iterable
        class Net: ...
        def pairs() -> "Iterable[(Net, int)]":
            yield Net(), 1
        def nets() -> Iterable[Net]:
            yield Net()
        for net, place in pairs():
            print(net)
        for net, place in nets():
        #   ^ not-iterable
            print(net)
        """,
        "not-iterable",
    )


def test_what_only_the_source_of_an_abstract_class_shows(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from collections.abc import ItemsView, KeysView
        class Keys(KeysView):
            def __reversed__(self):
                yield from reversed(self._mapping)
        class Items(ItemsView):
            def first(self):
                return next(iter(self._mapping)), self._maping
                #                                      ^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_members_that_a_call_of_a_metaclass_adds(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class StorageTests:
            def open(self):
                return self.create_storage()
        class Recovery(StorageTests):
            def recover(self):
                return self.create_storage("new")
        class Other:
            def open(self):
                return self.create_storage()
                #           ^^^^^^^^^^^^^^ unresolved-attribute
        def suite(factory):
            def create_storage(self, name="data"):
                return factory(name)
            def add(class_):
                return class_.__class__("New", (class_,), dict(create_storage=create_storage))
            return [add(Recovery)]
        """,
        "unresolved-attribute",
    )


def test_imports_where_hasattr_says_that_something_newer_is_missing(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import threading
        class Daemon(threading.Thread):
            def __init__(self):
                if hasattr(self, "_invoke_excepthook"):
                    from threading import excepthok
                    #                     ^^^^^^^^^ unresolved-name
                else:
                    def run():
                        from threading import _format_exc
        """,
        "unresolved-name",
    )


def test_methods_awaited_of_objects_of_packages_that_are_not_installed(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- protocol.py
        class Connection:
            def send_push_promise(self, headers):
                return 1
        #- demo.py
        from starlette.requests import Request
        async def homepage(request: Request):
            await request.send_push_promise("/style.css")
        #- local.py
        async def homepage(request):
            await request.send_push_promise("/style.css")
        #   ^^^^^ not-awaitable
        """,
        "not-awaitable",
    )


def test_what_is_assigned_to_an_attribute_of_what_is_not_known_may_be_a_property(
    tmp_path: Path,
) -> None:
    check_findings(
        tmp_path,
        """
        class Signal:
            pass
        def grant(vector, requests):
            vector.next = 0
            for i in requests:
                vector.next[i] = 1
        class Group:
            def __setattr__(self, name, value):
                self.state(name)[:] = value
            def __getattr__(self, name):
                return self.state(name)
        def simulate():
            group = Group()
            group.v = "2 * i"
            group.v[:5] = 1
        def count():
            signal = Signal()
            signal.next = 0
            signal.next[1] = 1
            #      ^^^^ not-subscriptable
        """,
        "not-subscriptable",
    )


def test_code_for_python_2_behind_a_comparison_of_str_with_bytes(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        if str is not bytes:
            STRINGS = (str,)
        else:
            STRINGS = (str, unicode)
        def text(value):
            if str != bytes:
                return unicode(value)
                #      ^^^^^^^ undefined-name
            else:
                return unicode(value)
        """,
        "undefined-name",
    )


def test_a_global_declaration_reads_nothing(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        def declare():
            global total
        def read():
            return totals
            #      ^^^^^^ undefined-name
        """,
        "undefined-name",
    )


_SHOP = """
    #- shop.py
    class Box:
        def open(self): ...
    class Shop:
        default = Box()
        declared: Box = Box()
        def __init__(self):
            self.box = Box()
        def first(self):
            return self.box
"""
_CUSTOMER = """
    #- main.py
    from shop import Box, Shop
    def visit(shop: Shop):
        shop.box.close()
        #        ^^^^^ unresolved-attribute
        shop.first().close()
        #            ^^^^^ unresolved-attribute
        box = Shop.default
        box.close()
        #   ^^^^^ unresolved-attribute
        for each in shop.box: ...
        #                ^^^ not-iterable
        shop.box.open(1)
        #             ^ too-many-arguments
        shop.declared.close()
        #             ^^^^^ unresolved-attribute
        Box().close()
        #     ^^^^^ unresolved-attribute
"""
_RULES = "unresolved-attribute", "not-iterable", "too-many-arguments"


def test_what_an_attribute_is_assigned_convicts_an_edit_and_no_standing_code(
    tmp_path: Path,
) -> None:
    found = check_edit(tmp_path / "edit", _SHOP, _CUSTOMER, *_RULES)
    assert {each.severity for each in found} == {"error"}
    found = check_findings(tmp_path / "whole", _SHOP + _CUSTOMER, *_RULES)
    assert [each.severity for each in found] == ["hint"] * 5 + ["error"] * 2


def test_a_star_import_gives_a_name_until_the_module_binds_it(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- simulation.py
        def run(duration, report=None): ...
        #- main.py
        from simulation import *
        run(3, report="text")
        def run(data): ...
        run(3, report="text")
        #      ^^^^^^ unknown-keyword
        """,
        "unknown-keyword",
    )


def test_a_property_gives_something_else_than_was_assigned(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        from collections import namedtuple
        Orientation = namedtuple("Orientation", "at up")
        class Field:
            def __get__(self, instance, owner=None) -> str: return ""
            def __set__(self, instance, value): ...
        class Listener:
            title = Field()
            @property
            def orientation(self) -> Orientation:
                return Orientation(self.values[0], self.values[1])
            @orientation.setter
            def orientation(self, values):
                self.values = values
        def listen():
            listener = Listener()
            listener.orientation = (1, 2)
            listener.title = 3
            orientation = listener.orientation
            print(orientation.at, listener.title.upper())
            listener.speed = 3
            print(listener.speed.upper())
            #                    ^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_an_annotation_that_its_value_contradicts(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Group:
            def __init__(self, size): ...
        class Shapes(Group): ...
        class Layout:
            group_class: Group = Shapes
            group: Group = Shapes(1)
            def make(self):
                self.group()
                #    ^^^^^ not-callable
                return self.group_class(3)
        """,
        "not-callable",
    )


def test_a_class_that_lacks_many_names_has_them_from_somewhere(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        class View:
            def draw(self):
                self.frame()
                #    ^^^^^ unresolved-attribute
                self.tracking_area.release()
                #    ^^^^^^^^^^^^^ unresolved-attribute
            def close(self):
                self.superview.remove()
                #    ^^^^^^^^^ unresolved-attribute
        class Mapping:
            def keys(self):
                return self._mapping
                #           ^^^^^^^^ unresolved-attribute
            def values(self):
                return self._mapping
                #           ^^^^^^^^ unresolved-attribute
            def items(self):
                return self._mapping
                #           ^^^^^^^^ unresolved-attribute
        class Shelf:
            def first(self):
                return self.box, self.boxes
                #           ^^^ unresolved-attribute
                #                     ^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )
    assert [each.severity for each in found] == ["hint"] * 6 + ["error"] * 2


def test_decorators_that_pass_on_another_object_than_self(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        from functools import wraps
        class classproperty(property):
            def __get__(self, instance, owner): return self.fget(owner)
        class Proxy:
            superview = None
            def __init__(self, pointer): ...
            def method(self, encoding):
                def decorate(function):
                    def wrapper(pointer, *arguments):
                        return function(Proxy(pointer), *arguments)
                    return wrapper
                return decorate
        def logged(function):
            @wraps(function)
            def wrapper(self, *arguments):
                print(self)
                return function(self, *arguments)
            return wrapper
        def retried(handler):
            def decorate(function):
                def wrapper(*arguments):
                    try: return function(*arguments)
                    except OSError as error: handler(error)
                return wrapper
            return decorate
        class View:
            objc = Proxy()
            @classproperty
            def code(cls): return cls.__name__
            @objc.method("v")
            def draw(self): self.superview.close()
            @logged
            def close(self): self.closed.set()
            #                     ^^^^^^ unresolved-attribute
            def timed(function):
                print(function.__name__)
                return function
            @timed
            def wait(self): ...
            @retried(print)
            def open(self): self.opened.set()
            #                    ^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )
    assert [each.severity for each in found] == ["error"] * 2


def test_what_is_declared_may_be_derived(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        from http.server import HTTPServer, SimpleHTTPRequestHandler
        from typing import Protocol as TypingProtocol
        class Driver(TypingProtocol):
            def clean(self): ...
        class ProcessDriver:
            def __init__(self, command): self.command = command
            def clean(self): return b""
        class Registry:
            def driver(self, name) -> Driver: return self.drivers[name]
            def __init__(self, drivers): self.drivers = drivers
        class Server(HTTPServer):
            root_path = "/"
        class Handler(SimpleHTTPRequestHandler):
            def do_POST(self):
                print(self.server.server_name, self.server.root_path)
                print(self.server.root_folder)
                #                 ^^^^^^^^^^^ unresolved-attribute
        class Blob:
            __slots__ = ("data",)
            @property
            def size(self): return 1
            def grow(self): self.length = 3
            #                    ^^^^^^ unresolved-attribute
        def measure(registry: Registry, blob: Blob):
            print(registry.driver("a").command, registry.driver("b").commands)
            #                                                        ^^^^^^^^ unresolved-attribute
            blob.length = 3
            #    ^^^^^^ unresolved-attribute
            Blob().length = 3
            #      ^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )
    assert [each.severity for each in found] == ["error", "error", "error", "hint", "error"]
