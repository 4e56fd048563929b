"""`patterns`: what siblings have in common, and a skeleton that follows it."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from fixtures_language import open_workspace, parse_fixture

from flux_index.api.operations.table import call
from flux_index.indexer.errors import InvalidArgumentsError

SHAPES = """
    #- shop/__init__.py
    #- shop/registry.py
    def registered(cls): return cls
    #- shop/money.py
    class Money: ...
    #- shop/base.py
    from __future__ import annotations

    from abc import ABC, abstractmethod


    class Provider(ABC):
        kind: str

        def __init__(self, key: str, *, retries: int = 3) -> None:
            self.key = key

        @abstractmethod
        def charge(self, amount: int) -> bool:
            raise NotImplementedError

        def refund(self, amount: int) -> bool:
            raise NotImplementedError

        def close(self) -> None: ...
    #- shop/cards.py
    from __future__ import annotations

    import logging
    import typing as t

    from .base import Provider
    from .registry import registered

    if t.TYPE_CHECKING:
        from .money import Money

    logger = logging.getLogger(__name__)


    class CardError(Exception): ...


    @registered
    class VisaProvider(Provider):
        "Visa."

        kind = "visa"

        def __init__(self, key: str, url: str, *, retries: int = 3) -> None:
            super().__init__(key, retries=retries)
            self.url = url

        def charge(self, amount: int, money: Money | None = None) -> bool:
            if not amount:
                raise CardError("nothing")
            logger.info("charged")
            return True


    @registered
    class MasterProvider(Provider):
        "Master."

        kind = "master"

        def __init__(self, key: str, url: str, *, retries: int = 3) -> None:
            super().__init__(key, retries=retries)
            self.url = url

        def charge(self, amount: int, money: Money | None = None) -> bool:
            try:
                logger.info("charged")
            except CardError:
                return False
            raise CardError


    @registered
    class AmexProvider(Provider):
        "Amex."

        kind = "amex"

        def __init__(self, key: str, url: str, *, retries: int = 3) -> None:
            super().__init__(key, retries=retries)
            self.url = url

        def charge(self, amount: int, money: Money | None = None) -> bool:
            logger.info("charged")
            raise CardError

        def refund(self, amount: int) -> bool:
            return False


    class CashProvider(Provider):
        "Cash."

        def charge(self, amount: int, money: Money | None = None) -> bool:
            return True
    #- shop/api.py
    from .cards import AmexProvider, CashProvider, MasterProvider, VisaProvider
    __all__ = ["AmexProvider", "CashProvider", "MasterProvider", "VisaProvider"]
    #- tests/test_cards.py
    from shop.cards import AmexProvider, VisaProvider
    from shop.base import Provider

    class FakeProvider(Provider):
        def charge(self, amount, money=None): return True

    def test_visa(): VisaProvider("k", "u").charge(1)
    def test_amex(): AmexProvider("k", "u").charge(1)
"""


def ask(folder: Path, files: str, operation: str = "patterns", /, **arguments: Any) -> Any:
    session = open_workspace(folder, parse_fixture(files))
    try:
        return call(session, operation, arguments)
    finally:
        session.close()


def told(answer: Any, kind: str) -> dict[str, str]:
    """Habits of one kind: ``count/of detail`` by name."""
    return {
        each["name"]: f"{each['count']}/{each['of']} {each['detail']}".rstrip()
        for each in answer["habits"]
        if each["kind"] == kind
    }


def errors_of(folder: Path, text: str, path: str, skeleton: str) -> list[tuple[str, str]]:
    """(severity, rule) of what `validate` says of a skeleton as a new file."""
    answer = ask(folder, text, "validate", path=path, text=skeleton)
    return [(item["severity"], item["rule"]) for item in answer["items"]]


def test_what_siblings_have_in_common(tmp_path: Path) -> None:
    answer = ask(tmp_path, SHAPES, base="Provider")
    assert answer["why"] == "derive from shop.base.Provider"
    assert answer["total"] == 4
    assert answer["notes"] == ["left out: 1 more in tests"]
    assert told(answer, "base") == {"Provider": "4/4"}
    assert told(answer, "decorator") == {"registered": "3/4"}
    money = "(self, amount: int, money: Money | None = None) -> bool"
    assert told(answer, "method") == {
        "charge": f"4/4 {money}, required by the base",
        "__init__": "3/4 (self, key: str, url: str, *, retries: int = 3) -> None, 3 call super",
    }
    assert told(answer, "attribute")["kind"].startswith("3/4")
    assert told(answer, "field") == {"url": "3/4"}
    assert told(answer, "raises") == {"CardError": "3/4"}
    assert told(answer, "logs") == {"logger.info": "3/4"}
    assert told(answer, "name") == {"*Provider": "4/4 ends"}
    assert told(answer, "place") == {"shop/cards.py": "4/4"}
    assert told(answer, "registered") == {"shop/api.py": "4/4 imported, in `__all__`"}
    assert told(answer, "tested") == {"named in tests": "2/4 most in tests/test_cards.py"}
    assert told(answer, "import")["shop.money.Money"] == "4/4"
    assert [(each["name"], each["lacks"]) for each in answer["outliers"]] == [
        ("CashProvider", ["__init__"])
    ]


def test_a_skeleton_in_a_file_of_its_own(tmp_path: Path) -> None:
    answer = ask(
        tmp_path, SHAPES, base="Provider", text="class PayPalProvider(Provider)",
        into="shop/paypal.py",
    )  # fmt: skip
    assert answer["skeleton_path"] == "shop/paypal.py"
    assert answer["skeleton"] == dedent('''\
        from __future__ import annotations

        import typing as t

        from .base import Provider
        from .registry import registered

        if t.TYPE_CHECKING:
            from .money import Money


        @registered
        class PayPalProvider(Provider):
            """Fill in: what pay pal provider is."""

            kind = ...  # fill in, such as "visa" or "master"

            def __init__(self, key: str, url: str, *, retries: int = 3) -> None:
                super().__init__(key, retries=retries)
                self.url = url

            def charge(self, amount: int, money: Money | None = None) -> bool:
                raise NotImplementedError("fill in; compare VisaProvider, cards.py:28")
        ''')
    # What is to be filled in is a warning as long as it is not, and nothing is wrong.
    found = errors_of(tmp_path / "again", SHAPES, "shop/paypal.py", answer["skeleton"])
    assert found == [("warning", "stub-body")]


def test_a_skeleton_beside_its_siblings_needs_no_imports(tmp_path: Path) -> None:
    answer = ask(tmp_path, SHAPES, base="Provider")
    assert answer["skeleton_path"] == "shop/cards.py"
    assert answer["skeleton"].startswith("@registered\nclass NewProvider(Provider):\n")


@pytest.mark.parametrize(
    "question",
    [
        {"text": "a new subclass of shop.base.Provider called PayPal"},
        {"text": "class PayPal(Provider):"},
        {"text": "class PayPal(Provider):\n    def charge(self): ..."},
        {"name": "Provider"},
        {"text": "a payment provider"},
        {"name": "shop.base.Provider", "into": "shop/new.py"},
        {"path": "shop/base.py", "line": 5, "character": 6},
    ],
)
def test_ways_to_ask(tmp_path: Path, question: dict[str, Any]) -> None:
    answer = ask(tmp_path, SHAPES, **question)
    assert answer["why"] == "derive from shop.base.Provider"
    assert answer["total"] == 4
    name = "PayPal" if "PayPal" in str(question) else "NewProvider"
    assert f"class {name}(Provider):" in answer["skeleton"]


def test_a_class_that_is_there_is_left_out_of_its_own_pattern(tmp_path: Path) -> None:
    answer = ask(tmp_path, SHAPES, name="VisaProvider")
    assert {each["name"] for each in answer["members"]} == {
        "shop.cards.AmexProvider", "shop.cards.CashProvider", "shop.cards.MasterProvider",
    }  # fmt: skip
    assert answer["symbol"]["name"] == "shop.cards.VisaProvider"


def test_a_hidden_class_leaves_no_trace(tmp_path: Path) -> None:
    fixture = parse_fixture(SHAPES)
    session = open_workspace(tmp_path, fixture)
    text = fixture.files["shop/cards.py"].replace("class AmexProvider(Provider)", "class Amex")
    hiding = session.with_contents({"shop/cards.py": text.encode()})
    answer = call(hiding, "patterns", {"base": "Provider"})
    session.close()
    assert answer["total"] == 3
    assert told(answer, "decorator") == {"registered": "2/3"}


def test_a_base_that_is_not_installed(tmp_path: Path) -> None:
    text = """
        #- models.py
        from elsewhere import Model
        class A(Model):
            def save(self, force=False): super().save(force)
        class B(Model):
            def save(self, force=False): super().save(force)
        class C(Model):
            def save(self, force=False): super().save(force)
    """
    answer = ask(tmp_path, text, base="Model", into="more.py", text="D")
    assert answer["why"] == "derive from elsewhere.Model"
    assert answer["skeleton"] == dedent("""\
        from elsewhere import Model


        class D(Model):
            def save(self, force=False):
                super().save(force)
                # fill in: what it adds; compare A, models.py:3
        """)


def test_tests_have_a_pattern_of_their_own(tmp_path: Path) -> None:
    text = """
        #- unit.py
        class Case:
            def check(self): ...
        class Plain(Case): ...
        #- tests/test_a.py
        from unit import Case
        class ATest(Case):
            def setup(self): self.x = 1
        class BTest(Case):
            def setup(self): self.x = 2
        class CTest(Case):
            def setup(self): self.x = 3
    """
    answer = ask(tmp_path, text, base="Case", into="tests/test_b.py")
    assert answer["total"] == 3
    assert told(answer, "name") == {"*Test": "3/3 ends"}
    assert answer["skeleton"].startswith("from unit import Case\n\n\nclass NewTest(Case):")


FIXTURES = """
    #- conftest.py
    import pytest

    class App: ...

    @pytest.fixture
    def app() -> App: return App()
    @pytest.fixture
    def client(app: App): return app
    @pytest.fixture
    def runner(app: App): return app
    @pytest.fixture
    def worker(app: App): return app
    #- shop/cli.py
    import click

    @click.group()
    def cli(): ...

    @cli.command("run")
    def run_command() -> None: print("run")
    @cli.command("stop")
    def stop_command() -> None: print("stop")
    @cli.command("list")
    def list_command() -> None: print("list")
    @cli.command("drop")
    def drop_command() -> None: print("drop")
    #- shop/handlers.py
    def handle_push(event, context): return event
    def handle_pull(event, context): return event
    async def handle_tag(event, context): return event
    def other(): ...
"""


def test_functions_with_a_decorator(tmp_path: Path) -> None:
    answer = ask(tmp_path, FIXTURES, text="@pytest.fixture\ndef db(app): ...", into="test_db.py")
    assert answer["kind"] == "function"
    assert answer["why"] == "are decorated with `fixture`"
    assert told(answer, "parameter") == {"app": "3/4 : App"}
    assert answer["skeleton"] == dedent("""\
        import pytest

        from conftest import App


        @pytest.fixture
        def db(app: App):
            raise NotImplementedError("fill in; compare client, conftest.py:8")
        """)


def test_commands_have_arguments_of_their_own(tmp_path: Path) -> None:
    answer = ask(tmp_path, FIXTURES, name="stop_command")
    assert answer["total"] == 3
    assert told(answer, "name") == {"*command": "3/3 ends"}
    assert answer["skeleton"] == dedent("""\
        @cli.command("run")  # fill in
        def new_command() -> None:
            raise NotImplementedError("fill in; compare run_command, cli.py:7")
        """)


def test_functions_that_are_called_alike(tmp_path: Path) -> None:
    answer = ask(tmp_path, FIXTURES, name="handle_push")
    assert [each["name"] for each in answer["members"]] == [
        "shop.handlers.handle_pull", "shop.handlers.handle_tag",
    ]  # fmt: skip
    assert told(answer, "signature") == {"(event, context)": "2/2"}
    assert answer["notes"] == ["only 2 of the kind: that is hardly a pattern"]


def test_methods_that_override_each_other(tmp_path: Path) -> None:
    answer = ask(tmp_path, SHAPES, name="MasterProvider.charge")
    assert answer["why"] == "override each other as `charge`"
    assert told(answer, "returns") == {"bool": "3/3"}


def test_what_every_file_makes_for_itself_is_made_again(tmp_path: Path) -> None:
    route = """
        #- docs/{0}.py
        from web import App

        app = App()

        @app.get("/")
        async def read_{0}(item: int): return item
    """
    text = "    #- web.py\n    class App:\n        def get(self, path): ...\n"
    text = dedent(text) + "".join(dedent(route.format(name)) for name in ("one", "two", "three"))
    answer = ask(tmp_path, text, name="read_one", into="docs/four.py")
    assert answer["skeleton"].startswith('from web import App\n\napp = App()\n\n\n@app.get("/")\n')


def test_nothing_of_the_kind(tmp_path: Path) -> None:
    answer = ask(tmp_path, "x = 1\n", base="Missing")
    assert (answer["total"], answer["skeleton"]) == (0, "")


def test_nothing_asked(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgumentsError, match="'name'"):
        ask(tmp_path, "x = 1\n")


def test_a_sample_of_many(tmp_path: Path) -> None:
    files = "".join(f"#- m{n}.py\nimport base\nclass C{n}(base.Base): ...\n" for n in range(200))
    answer = ask(tmp_path, "#- base.py\nclass Base: ...\n" + files, base="Base")
    assert answer["sampled"]
    assert 100 <= answer["total"] <= 150
