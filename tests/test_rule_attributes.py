from __future__ import annotations

from pathlib import Path

from fixtures_language import check_edit, check_findings

LLM = """
#- llm.py
class BaseProvider:
    def send_message(self, prompt: str) -> str:
        return prompt.strip()
class OpenAI(BaseProvider):
    def send_message(self, prompt: str) -> str:
        return prompt
"""


def test_members_that_are_not_there(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import os
        import os.path
        class Box:
            size = 1
            def __init__(self):
                self.lid = open("x")
            def area(self):
                return self.sise
                #           ^^^^ unresolved-attribute ('Box' object has no attribute 'sise')
        def use(box: Box):
            box.aera()
            #   ^^^^ unresolved-attribute
            box.lid.red()
            #       ^^^ unresolved-attribute
            os.path.jion("a")
            #       ^^^^ unresolved-attribute (module)
            "text".uper()
            #      ^^^^ unresolved-attribute
            Box().area().real
        Box.clas_method
        #   ^^^^^^^^^^^ unresolved-attribute (type object 'Box')
        """,
        "unresolved-attribute",
    )


def test_members_of_a_submodule_that_an_import_binds(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- pkg/__init__.py
        from .profile import Profile


        def weight(profiles):
            return profile.weight(profiles) or profile.Profile()
            #              ^^^^^^ unresolved-attribute (module 'profile')
        #- pkg/profile.py
        class Profile: ...
        """,
        "unresolved-attribute",
    )


def test_dynamic_code_is_left_alone(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import argparse, enum, importlib, types
        from unittest.mock import Mock
        class Open:
            def __getattr__(self, name): return name
        class Meta(type):
            def __new__(mcs, name, bases, body):
                body["made"] = 1
                return super().__new__(mcs, name, bases, body)
        class Made(metaclass=Meta): ...
        class Filled:
            def __init__(self, **values):
                self.__dict__.update(values)
        class Set:
            def __init__(self, values):
                for name, value in values.items():
                    setattr(self, name, value)
        class Plain: ...
        class Mixin:
            def shown(self):
                if hasattr(self, "title"):
                    return self.title
                try:
                    return self.heading
                except AttributeError:
                    return super().shown()
        class Known(Mixin):
            body = "x"
        class Color(enum.Enum):
            RED = 1
        Open().whatever
        Made.made
        Filled(a=1).a
        Set({"b": 1}).b
        Mock().anything.at_all
        argparse.ArgumentParser().parse_args().verbose
        importlib.import_module("x").y
        types.SimpleNamespace(c=1).c
        Color.RED.value, Color.RED.name, Color["RED"].value
        plain = Plain()
        plain.patched = 1
        Plain().patched
        def either(flag, other):
            x = Plain() if flag else other
            return x.something
        def narrowed(x: object):
            if isinstance(x, Known):
                return x.body
        def wide(x: Mixin):
            return x.body
        def f(): ...
        f.cache = {}
        print(f.cache)
        """,
        "unresolved-attribute",
    )


def test_a_derived_class_that_is_open(tmp_path: Path) -> None:
    """It may have what its base calls, unless nothing anywhere is called so."""
    (finding,) = check_findings(
        tmp_path,
        """
        from typing import Generic, TypeVar

        Item = TypeVar("Item")

        class Page:
            def show(self):
                return self.summarize_all()
        #                   ^^^^^^^^^^^^^ unresolved-attribute
            def told(self):
                return self.title
        class Remote(Page):
            def __getattr__(self, name):
                return name
        class Held(Generic[Item]):
            def first(self, item: Item, kind: type[Item]):
                return item.title, kind().title
        def title(): ...
        """,
        "unresolved-attribute",
    )
    assert finding.severity == "hint"


def test_an_untyped_receiver(tmp_path: Path) -> None:
    """The strategy guide's own case: an agent calls a method that its provider does not have."""
    (finding,) = check_edit(
        tmp_path,
        LLM
        + """
#- agent.py
#- main.py
from agent import Agent
from llm import OpenAI
Agent(OpenAI()).run("x")
""",
        """
        #- agent.py
        class Agent:
            def __init__(self, llm):
                self.llm = llm
            def run(self, prompt):
                return self.llm.generate_fix(prompt)
                #               ^^^^^^^^^^^^ unresolved-attribute (no attribute 'generate_fix')
        """,
        "unresolved-attribute",
    )
    assert (finding.severity, finding.evidence) == ("warning", "conventional")


def test_a_name_that_nothing_has(tmp_path: Path) -> None:
    check_edit(
        tmp_path,
        "#- main.py\ndef run(thing):\n    return thing\n",
        """
        #- main.py
        def run(thing):
            thing.frobnicate_quickly()
            #     ^^^^^^^^^^^^^^^^^^ unresolved-attribute (nothing in this code base)
            return thing
        """,
        "unresolved-attribute",
    )


def test_members_that_never_go_together(tmp_path: Path) -> None:
    (finding,) = check_edit(
        tmp_path,
        """
        #- shop.py
        class Order:
            def pay(self): return 1
            def total(self): return 2
        class Cart:
            def discard_contents(self): return 3
        #- main.py
        def settle(thing):
            thing.total()
            return thing.pay()
        """,
        """
        #- main.py
        def settle(thing):
            thing.total()
            return thing.discard_contents()
            #            ^^^^^^^^^^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )
    assert finding.fixes[0].title == "Replace 'discard_contents' with 'pay'"


def test_a_default_of_the_class_and_a_value_of_the_instance(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        class Commands:
            comms = ()
            def __init__(self):
                self.comms = {}
            def add(self, name):
                self.comms.update({name: 1})
                self.comms.upadte({name: 1})
                #          ^^^^^^ unresolved-attribute
        """,
    )


def test_private_names_are_left_out_of_stubs(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        import mailbox
        mailbox._lock_file
        class Box(mailbox.mbox):
            def close(self):
                self._file.flush()
                self.closee()
                #    ^^^^^^ unresolved-attribute
        "text"._upper()
        #      ^^^^^^ unresolved-attribute
        """,
    )


def test_types_that_nest_without_end(tmp_path: Path) -> None:
    """A container that is put into itself, by a recursion through two functions."""
    check_findings(
        tmp_path,
        """
        def marshal(data, fields, envelope=None):
            out, wild = inner(data, fields, envelope)
            if wild:
                items = []
                for key, val in fields.items():
                    items.append((key, marshal(data, val)))
                items = tuple(items)
                out = dict(items)
                if envelope:
                    out = {envelope: out}
                return out
            return out

        def inner(data, fields, envelope=None):
            if isinstance(data, list):
                out = [marshal(d, fields) for d in data]
                if envelope:
                    out = {envelope: out}
                return out, False
            items = ((k, marshal(data, v)) for k, v in fields.items())
            out = dict(items)
            if envelope:
                out = {envelope: out}
            return out, True

        def use(data):
            return marshal(data, {}).upadte
        """,
    )


def test_a_type_that_doubles_with_each_line(tmp_path: Path) -> None:
    lines = "\n".join(f"a{n} = (a{n - 1}, a{n - 1})" for n in range(1, 24))
    check_findings(
        tmp_path,
        f"a0 = (1, 1)\n{lines}\na23.foo()\n#   ^^^ unresolved-attribute\n",
    )


def test_objects_of_packages_that_may_be_here_some_day(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- pyproject.toml
        [project]
        name = "shop"
        #- guarded.py
        try:
            import certificates_of_trust
        except ImportError:
            certificates_of_trust = None
        def sign(authority): return authority.issue_some_certificate()
        #- here.py
        def sign(authority): return authority.issue_some_certificate()
        #                                     ^^^^^^^^^^^^^^^^^^^^^^ unresolved-attribute
        """,
        "unresolved-attribute",
    )


def test_nothing_is_called_unknown_without_the_environment_that_is_needed(tmp_path: Path) -> None:
    check_findings(
        tmp_path,
        """
        #- pyproject.toml
        [project]
        name = "shop"
        dependencies = ["certificates-of-trust"]
        #- here.py
        def sign(authority): return authority.issue_some_certificate()
        """,
        "unresolved-attribute",
        "not-installed",
    )
