"""A workspace as an index of SCIP: symbols, definitions, references and what is told of each."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest
from scip_lint import problems
from workspace_helpers import plant

from flux_index.api import cli
from flux_index.api.scip import scip_pb2 as scip
from flux_index.api.scip.symbol_names import dotted_name, identifier, parse

SHOP = {
    "pyproject.toml": dedent("""\
        [project]
        name = "web shop"
        version = "1.2"
        requires-python = "==3.12.*"
    """),
    "shop/__init__.py": "",
    "shop/goods.py": dedent('''\
        """What is sold."""

        class Item:
            """Something that has a price."""

            def __init__(self, name):
                self.name = name

            def price(self):
                return 1


        class Sale(Item):
            def price(self):
                half = super().price()
                return half

        STOCK = [Item("é")]
    '''),
    "tests/test_goods.py": dedent("""\
        from shop.goods import Sale
        import os

        Sale('x').price(); os.getcwd()
    """),
}


def exported(root: Path) -> scip.Index:
    """The index that the command writes."""
    output = root.parent / "index.scip"
    assert cli.main(["export", "scip", str(root), "--output", str(output)]) == 0
    return scip.Index.FromString(output.read_bytes())


def marked(index: scip.Index, root: Path, path: str) -> list[str]:
    """What a file's names stand for: ``line name role symbol``, symbols without their package."""
    (document,) = (each for each in index.documents if each.relative_path == path)
    lines = (root / path).read_bytes().split(b"\n")
    told: list[str] = []
    for each in document.occurrences:
        line, start, end = each.range[:3]
        text = lines[line][start:end].decode() or "-"
        symbol = each.symbol.removeprefix("flux-index python web  shop 1.2 ")
        told.append(f"{line + 1} {text} {each.symbol_roles} {symbol}")
    return told


def test_what_names_stand_for(tmp_path: Path) -> None:
    root = plant(tmp_path / "shop", files=SHOP)
    index = exported(root)
    assert index.metadata.tool_info.name == "flux-index"
    assert index.metadata.project_root == root.as_uri()
    assert marked(index, root, "shop/goods.py") == [
        "1 - 1 `shop.goods`/__init__:",
        "3 Item 1 `shop.goods`/Item#",
        "6 __init__ 1 `shop.goods`/Item#__init__().",
        "6 self 1 `shop.goods`/Item#__init__().(self)",
        "6 name 1 `shop.goods`/Item#__init__().(name)",
        "7 self 8 `shop.goods`/Item#__init__().(self)",
        "7 name 1 `shop.goods`/Item#name.",
        "7 name 8 `shop.goods`/Item#__init__().(name)",
        "9 price 1 `shop.goods`/Item#price().",
        "9 self 1 `shop.goods`/Item#price().(self)",
        "13 Sale 1 `shop.goods`/Sale#",
        "13 Item 8 `shop.goods`/Item#",
        "14 price 1 `shop.goods`/Sale#price().",
        "14 self 1 `shop.goods`/Sale#price().(self)",
        "15 half 1 local 0",
        "15 super 8 flux-index python python-stdlib 3.12 builtins/super#",
        "15 price 8 `shop.goods`/Item#price().",
        "16 half 8 local 0",
        "18 STOCK 1 `shop.goods`/STOCK.",
        "18 Item 8 `shop.goods`/Item#",
    ]
    # 32 stands for tests.
    assert marked(index, root, "tests/test_goods.py") == [
        "1 - 33 `tests.test_goods`/__init__:",
        "1 shop 34 shop/__init__:",
        "1 goods 34 `shop.goods`/__init__:",
        "1 Sale 34 `shop.goods`/Sale#",
        "2 os 34 flux-index python python-stdlib 3.12 os/__init__:",
        "4 Sale 40 `shop.goods`/Sale#",
        "4 price 40 `shop.goods`/Sale#price().",
        "4 os 40 flux-index python python-stdlib 3.12 os/__init__:",
        "4 getcwd 40 flux-index python python-stdlib 3.12 os/getcwd().",
    ]


def test_what_is_told_of_symbols(tmp_path: Path) -> None:
    index = exported(plant(tmp_path / "shop", files=SHOP))
    assert exported(tmp_path / "shop").SerializeToString() == index.SerializeToString()
    infos = {each.symbol: each for document in index.documents for each in document.symbols}
    start = "flux-index python web  shop 1.2 `shop.goods`/"
    item, sale, price = (
        infos[f"{start}Item#"],
        infos[f"{start}Sale#"],
        infos[f"{start}Sale#price()."],
    )
    assert list(item.documentation) == ["Something that has a price."]
    assert (item.kind, price.kind) == (scip.SymbolInformation.Class, scip.SymbolInformation.Method)
    assert price.display_name == "price"
    assert price.signature_documentation.text == "def price(self)"
    # What is asked for in a base class may be this one's method, but not this class.
    assert [(each.symbol, each.is_implementation, each.is_reference) for each in (
        *sale.relationships, *price.relationships)] == [
        (f"{start}Item#", True, False), (f"{start}Item#price().", True, True)]  # fmt: skip
    local = next(each for each in infos.values() if each.display_name == "half")
    assert local.enclosing_symbol == f"{start}Sale#price()."
    assert {each.display_name for each in index.external_symbols} >= {"super", "os", "getcwd"}


ODD = {
    "names made by calls": """
        from collections import namedtuple
        from enum import Enum
        Point = namedtuple("Point", "x y")
        Color = Enum("Color", "red green")
        Point(1, 2).x, Color.red
    """,
    "bound several times": """
        import sys
        if sys.platform == "win32":
            def f(a): return a
            size = 1
        else:
            def f(b): return b
            size = 2
        class C:
            @property
            def p(self): return self._p
            @p.setter
            def p(self, value): self._p = value
            def late(self): self.n = 1
            def early(self): self.n += 1
        f(size), C().p, C().n
    """,
    "scopes in scopes": """
        def outer[T](x: T):
            class Inner:
                y = 0
                def method(self): return [z for z in range(self.y)]
            g = lambda q: q
            def inner():
                nonlocal x
                x = 2
                global made
                made = 3
            return Inner(), g, inner
        match outer(1):
            case [first, *rest]: print(first, rest)
        with open("a") as file: print(file)
        made
    """,
    "of nowhere": """
        import numpy as np, os.path as p
        from missing.deep import Base
        from . import sibling
        class D(Base, np.ndarray): ...
        np.array([p.join("a"), sibling.thing, D().x, unknown])
        import ä_ß; ä_ß.ö
    """,
}


@pytest.mark.parametrize("source", ODD.values(), ids=ODD)
def test_odd_code_makes_a_sound_index(tmp_path: Path, source: str) -> None:
    root = plant(tmp_path / "odd", files={"pyproject.toml": "", "odd-name.py": dedent(source)})
    index = exported(root)
    assert len(index.documents[0].occurrences) > 10
    assert problems(index) == []


def test_a_real_code_base_makes_a_sound_index() -> None:
    from flux_index.api.open_workspace import OpenWorkspace
    from flux_index.api.scip.export import Export

    session = OpenWorkspace.open(str(Path(cli.__file__).parent))
    try:
        export = Export(session.inference(whole=False))
        parts = export.parts(below="api/cli/")
        index = scip.Index.FromString(b"".join(parts))
    finally:
        session.close()
    assert export.occurrences > 5_000
    assert problems(index) == []


@pytest.mark.parametrize(
    ("symbol", "names"),
    [
        ("local 12", ()),
        ("scip-python python snapshot-util 0.1 `a.b`/C#m().", ("a.b", "C", "m")),
        (
            "npm . . . a/B#`strange ``name``.ts`/c(+1).(p)",
            ("a", "B", "strange `name`.ts", "c", "p"),
        ),
        ("s  t m p 1  0 x/[T]", ("x", "T")),
        ("s m p v macro!meta:", ("macro", "meta")),
    ],
)
def test_symbols_of_the_grammar(symbol: str, names: tuple[str, ...]) -> None:
    parsed = parse(symbol)
    assert parsed is not None
    assert parsed.names == names


@pytest.mark.parametrize(
    "symbol",
    ["", "local ", "local a b", "s m p v ", "s m p a.", "s m p v a", "s m p v `a`/", "s m p v a(b"],
)
def test_what_is_not_of_the_grammar(symbol: str) -> None:
    assert parse(symbol) is None


def test_names_as_people_write_them() -> None:
    assert identifier("a.`b`") == "`a.``b```"
    for symbol in ("s m p v `a.b`/C#d().", "s m p v `a.b.C.d`/__init__:"):
        parsed = parse(symbol)
        assert parsed is not None
        assert dotted_name(parsed) == "a.b.C.d"


def test_without_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [
        each for each in sys.modules if each.startswith(("google", "flux_index.api.scip"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "google", None)
    root = plant(tmp_path / "shop", files=SHOP)
    assert cli.main(["export", "scip", str(root), "--output", str(tmp_path / "x.scip")]) == 2
    assert "pip install 'flux-index[scip]'" in capsys.readouterr().err
    assert not (tmp_path / "x.scip").exists()


def test_command_lines_that_are_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, said in (
        ([], "export knows one format"),
        (["lsif"], "export knows one format"),
        (["scip", str(tmp_path / "none")], "there is no folder"),
        (["scip", "a", "b"], "export works on one workspace"),
    ):
        assert cli.main(["export", *arguments]) == 2
        assert said in capsys.readouterr().err
