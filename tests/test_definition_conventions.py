"""Unannotated parameters by what is passed for them: call sites and callbacks."""

from __future__ import annotations

from pathlib import Path

import pytest
from conventions_fixture import check_convention

CALL_SITES = {
    "direct call": """
        def f(x):
            x.${Box}area()
        f(Box())
    """,
    "keyword": """
        def f(a, x):
            x.${Box}area()
        f(1, x=Box())
    """,
    "keyword only": """
        def f(*, x):
            x.${Box}area()
        f(x=Box())
    """,
    "two classes": """
        def f(x):
            x.${both}area()
        f(Box())
        f(Bag())
    """,
    "too many classes say nothing": """
        class A:
            def area(self): ...
        class B:
            def area(self): ...
        def f(x):
            x.${nothing}area()
        f(Box()); f(Bag()); f(A()); f(B())
    """,
    "many classes with a base": """
        class Shape:
            def edge(self): ...
        #       ^^^^ edge (conventional)
        class A(Shape): ...
        class B(Shape): ...
        class C(Shape): ...
        class D(Shape): ...
        def f(x):
            x.${edge}edge()
        f(A()); f(B()); f(C()); f(D())
    """,
    "None beside the class": """
        def f(x):
            x.${Box}area()
        f(None)
        f(Box())
    """,
    "other file": """
        def f(x):
            x.${Box}area()
        #- other.py
        from main import f
        from shapes import Box
        f(Box())
    """,
    "other file by another name": """
        def f(x):
            x.${Box}area()
        #- other.py
        from main import f as draw
        from shapes import Box
        draw(Box())
    """,
    "other file through the module": """
        def f(x):
            x.${Box}area()
        #- other.py
        import main, shapes
        main.f(shapes.Box())
    """,
    "another function of the name": """
        def f(x):
            x.${nothing}area()
        #- other.py
        from shapes import Box
        def f(x): ...
        f(Box())
    """,
    "variable of the name": """
        def f(x):
            x.${Box}area()
        draw = f
        draw(Box())
    """,
    "None as the default": """
        def f(x=None):
            x.${Box}area()
        f(Box())
    """,
    "hands itself on": """
        def f(x):
            f(x)
            x.${Box}area()
        f(Box())
    """,
    "through two functions": """
        def f(x):
            g(x)
        def g(y):
            y.${Box}area()
        f(Box())
    """,
    "local function": """
        def outer():
            def f(x):
                x.${Box}area()
            f(Box())
    """,
    "method through self": """
        class A:
            def run(self):
                self.f(Box())
            def f(self, x):
                x.${Box}area()
    """,
    "method of an instance": """
        class A:
            def f(self, x):
                x.${Box}area()
        A().f(Box())
    """,
    "method through the class": """
        class A:
            def f(self, x):
                x.${Box}area()
        A.f(A(), Box())
    """,
    "static method": """
        class A:
            @staticmethod
            def f(x):
                x.${Box}area()
        A.f(Box())
    """,
    "class method": """
        class A:
            @classmethod
            def f(cls, x):
                x.${Box}area()
        A.f(Box())
    """,
    "super": """
        class A:
            def f(self, x):
                x.${Box}area()
        class B(A):
            def f(self, x):
                super().f(Box())
    """,
    "hook called in the base class": """
        class A:
            def run(self):
                self.hook(Box())
            def hook(self, x): ...
        class B(A):
            def hook(self, x):
                x.${Box}area()
    """,
    "constructor": """
        class A:
            def __init__(self, x):
                x.${Box1}area()
                self.x = x
            def f(self):
                self.x.${Box2}area()
        A(Box())
    """,
    "constructor through cls": """
        class A:
            def __init__(self, x):
                x.${Box}area()
            @classmethod
            def make(cls):
                return cls(Box())
    """,
    "constructor through super": """
        class A:
            def __init__(self, x):
                x.${Box}area()
        class B(A):
            def __init__(self):
                super().__init__(Box())
    """,
    "constructor of a derived class": """
        class A:
            def __init__(self, x):
                x.${Box}area()
        class B(A): ...
        B(Box())
    """,
    "constructor called by name": """
        class A:
            def __init__(self, x):
                x.${Box}area()
        class B(A):
            def __init__(self):
                A.__init__(self, Box())
    """,
    "partial": """
        from functools import partial
        def f(x, y):
            x.${Box}area()
        partial(f, Box())
    """,
    "partial by keyword": """
        from functools import partial
        def f(y, x):
            x.${Box}area()
        partial(f, x=Box())
    """,
    "property that is set": """
        class A:
            @property
            def x(self): ...
            @x.setter
            def x(self, value):
                value.${Box}area()
        a = A()
        a.x = Box()
    """,
    "elements of what is passed": """
        def f(xs):
            for x in xs:
                x.${Box1}area()
            xs[0].${Box2}area()
            [each.${Box3}area() for each in xs]
        f([Box()])
    """,
    "what a call of it gives": """
        class Maker:
            def make(self):
                return Box()
        def f(maker):
            maker.make().${Box}area()
        f(Maker())
    """,
    "stand-ins in tests count less": """
        def f(x):
            x.${Box}area()
        f(Box())
        #- tests/test_main.py
        from main import f
        from shapes import Bag
        f(Bag())
    """,
    "what tests define does not count": """
        def f(box):
            box.${Box}area()
        #- tests/test_main.py
        from main import f
        class FakeBox:
            def area(self): ...
        f(FakeBox())
    """,
    "mocks do not count": """
        from unittest.mock import Mock
        def f(x):
            x.${Box}area()
        f(Mock())
        f(Box())
    """,
}

CALLBACKS = {
    "handler called by what takes it": """
        def on(handler):
            handler(Box())
        def handle(event):
            event.${Box}area()
        on(handle)
    """,
    "lambda called by what takes it": """
        def on(handler):
            handler(Box())
        on(lambda event: event.${Box}area())
    """,
    "annotated callback": """
        from typing import Callable
        def on(handler: Callable[[Box], None]): ...
        def handle(event):
            event.${Box}area()
        on(handle)
    """,
    "callback protocol": """
        from typing import Protocol
        class Handler(Protocol):
            def __call__(self, event: Box) -> None: ...
        def on(handler: Handler): ...
        def handle(event):
            event.${Box}area()
        on(handle)
    """,
    "bound type variable": """
        from typing import Callable, TypeVar
        F = TypeVar("F", bound=Callable[[Box], None])
        def on(handler: F) -> F: ...
        @on
        def handle(event):
            event.${Box}area()
    """,
    "list of handlers": """
        handlers = []
        def on(handler):
            handlers.append(handler)
        def fire():
            for each in handlers:
                each(Box())
        def handle(event):
            event.${Box}area()
        on(handle)
    """,
    "handlers of an object": """
        class Bus:
            def __init__(self):
                self.handlers = []
            def on(self, handler):
                self.handlers.append(handler)
            def fire(self):
                for each in self.handlers:
                    each(Box())
        def handle(event):
            event.${Box}area()
        Bus().on(handle)
    """,
    "bound method as handler": """
        class Bus:
            def __init__(self, handler):
                self.handler = handler
            def fire(self):
                self.handler(Box())
        class A:
            def __init__(self):
                Bus(self.handle)
            def handle(self, event):
                event.${Box}area()
    """,
    "handlers by name": """
        def handle(event):
            event.${Box}area()
        HANDLERS = {"box": handle}
        def fire(name):
            HANDLERS[name](Box())
    """,
    "handlers by name that are looked up": """
        def handle(event):
            event.${Box}area()
        HANDLERS = {"box": handle}
        def fire(name):
            handler = HANDLERS.get(name)
            handler(Box())
    """,
    "handler stored under a key": """
        HANDLERS = {}
        def on(name, handler):
            HANDLERS[name] = handler
        def fire(name):
            HANDLERS[name](Box())
        def handle(event):
            event.${Box}area()
        on("x", handle)
    """,
    "tuple of handlers": """
        def handle(event):
            event.${Box}area()
        for each in (handle,):
            each(Box())
    """,
    "decorator": """
        def on(handler):
            handler(Box())
            return handler
        @on
        def handle(event):
            event.${Box}area()
    """,
    "decorator that wraps": """
        from functools import wraps
        def with_box(function):
            @wraps(function)
            def inner(*args, **kwargs):
                return function(Box(), *args, **kwargs)
            return inner
        @with_box
        def handle(box, other):
            box.${Box}area()
    """,
    "decorator of an object": """
        class App:
            def __init__(self):
                self.views = {}
            def route(self, path):
                def decorate(view):
                    self.views[path] = view
                    return view
                return decorate
            def serve(self, path):
                self.views[path](Box())
        app = App()
        @app.route("/")
        def view(request):
            request.${Box}area()
    """,
    "signal": """
        class Signal:
            def __init__(self):
                self.receivers = []
            def connect(self, receiver):
                self.receivers.append(receiver)
                return receiver
            def send(self):
                for receiver in self.receivers:
                    receiver(Box())
        saved = Signal()
        @saved.connect
        def on_saved(sender):
            sender.${Box}area()
    """,
    "thread": """
        import threading
        def work(x):
            x.${Box}area()
        threading.Thread(target=work, args=(Box(),)).start()
    """,
    "executor": """
        from concurrent.futures import ThreadPoolExecutor
        def work(x):
            x.${Box}area()
        with ThreadPoolExecutor() as pool:
            pool.submit(work, Box())
    """,
    "key of sorted": """
        def order(x):
            return x.${Box}area()
        sorted([Box()], key=order)
    """,
    "map": """
        def order(x):
            return x.${Box}area()
        map(order, [Box()])
    """,
    "commands of argparse": """
        import argparse
        parser = argparse.ArgumentParser()
        def command(args):
            args.${nothing}area()
        parser.set_defaults(func=command)
    """,
    "by class": """
        def show(x):
            x.${Box}area()
        SHOWN = {Box: show, Bag: lambda bag: bag.${Bag}area()}
    """,
    "singledispatch": """
        from functools import singledispatch
        @singledispatch
        def show(x): ...
        @show.register(Box)
        def _(x):
            x.${Box}area()
    """,
    "partial as handler": """
        from functools import partial
        def on(handler):
            handler(Box())
        def handle(name, event):
            event.${Box}area()
        on(partial(handle, "x"))
    """,
    "handed on once more": """
        def on(handler):
            later(handler)
        def later(function):
            function(Box())
        def handle(event):
            event.${Box}area()
        on(handle)
    """,
    "hook implementation": """
        #- spec.py
        import pluggy
        from shapes import Box
        hookspec = pluggy.HookspecMarker("x")
        @hookspec
        def on_box(box: Box): ...
        #- plugin.py
        import pluggy
        hookimpl = pluggy.HookimplMarker("x")
        @hookimpl
        def on_box(box):
            box.${Box}area()
    """,
    "task bound to itself": """
        #- celery/app/task.py
        class Task:
            def retry(self): ...
        #       ^^^^^ retry (conventional)
        #- celery/app/__init__.py
        #- celery/__init__.py
        def shared_task(**options): ...
        #- tasks.py
        from celery import shared_task
        @shared_task(bind=True)
        def work(self, x):
            self.${retry}retry()
    """,
}

ANNOTATIONS = {
    "an annotation that is no type": """
        def use(shape: "what is drawn", size: 3 + 3):
            shape.${Box}area()
            size.${Bag}area()
        use(Box(), Bag())
    """,
    "an annotation of an unknown type is no convention": """
        def use(shape: Unknown):
            shape.${nothing}area()
        use(Box())
    """,
}

DELEGATION = {
    "an attribute": """
        class Foo:
            def foo(self): ...
        #       ^^^ foo (conventional)
        class Proxy:
            def __init__(self):
                self._it = Foo()
            def __getattr__(self, name):
                return getattr(self._it, name)
        Proxy().${foo}foo()
    """,
    "what a method makes": """
        class Foo:
            def foo(self): ...
        #       ^^^ foo (conventional)
        class Lazy:
            def _make(self):
                return Foo()
            def __getattr__(self, item):
                if item.startswith("_"):
                    raise AttributeError(item)
                return getattr(self._make(), item)
        Lazy().${foo}foo()
        Lazy().${nothing}bar()
    """,
    "another one of its kind, and at last something else": """
        class Foo:
            def foo(self): ...
        #       ^^^ foo (conventional)
        class Layer:
            def __init__(self, it):
                self._it = it
            def __getattr__(self, name):
                return getattr(self._it, name)
            def copy(self):
                return Layer(self)
        layer = Layer(Layer(Foo()))
        layer.${foo}foo()
        layer.${nothing}bar()
    """,
    "something that is not known": """
        class Foo:
            def foo(self): ...
        class Loop:
            def __getattr__(self, name):
                return getattr(self._inner, name)
        Loop().${nothing}foo()
    """,
}

CASES = {**CALL_SITES, **CALLBACKS, **ANNOTATIONS, **DELEGATION}


@pytest.mark.parametrize("name", CASES)
def test_definition(tmp_path: Path, name: str) -> None:
    check_convention(tmp_path, CASES[name])
