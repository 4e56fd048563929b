"""The sentences that say why a parameter is what convention takes it for."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import open_workspace, parse_fixture

from flux_index.indexer import facts as f
from flux_index.indexer.heuristics.parameters import explain_parameter

CASES = {
    "`llm` is a `Provider`: 2 of 3 call sites": """
        class Provider: ...
        def ask(llm): ...
        ask(Provider())
        ask(Provider())
        ask(something)
    """,
    "`x` is an `Engine` or a `Car`: 2 of 2 call sites": """
        class Engine: ...
        class Car: ...
        def start(x): ...
        start(Engine())
        start(Car())
    """,
    "`kind` is the class `Car`: 1 of 1 call site": """
        class Car: ...
        def make(kind): ...
        make(Car)
    """,
    "`event` is a `Click`: what it is called back with": """
        class Click: ...
        def on(handler):
            handler(Click())
        def handle(event): ...
        on(handle)
    """,
    "`x` is a `Car`: its docstring says `Car`": '''
        class Car: ...
        def drive(x):
            """Drive.

            Args:
                x (Car): What to drive.
            """
    ''',
    "`car` is a `Car`: the class of this name": """
        class Car:
            def drive(self): ...
        def start(car):
            car.drive()
    """,
    "`car` is a `Fiat`: 1 parameter of this name is annotated so": """
        class Fiat:
            def drive(self): ...
        def stop(car: Fiat): ...
        def start(car):
            car.drive()
    """,
    "`x` is a `Car`: the only class with the 2 attributes used on it": """
        class Car:
            def drive_off(self): ...
            def stop(self): ...
        def start(x):
            x.drive_off()
            x.stop()
    """,
    "`args` is a `Namespace`: what it is called back with": """
        import argparse
        parser = argparse.ArgumentParser()
        def command(args): ...
        parser.set_defaults(func=command)
    """,
}


def sentence(folder: Path, text: str) -> str:
    """What explains the last parameter of a file that is not ``self`` and not annotated."""
    session = open_workspace(folder, parse_fixture(text))
    try:
        inference = session.inference(whole=True)
        facts = inference.need("main.py")
        found = [
            reason.text
            for row, kind in enumerate(facts.binding.kind)
            if kind == f.PARAMETER
            and facts.binding.annotation[row] < 0
            and facts.names[facts.binding.name[row]] not in ("self", "handler")
            and (reason := explain_parameter(inference, "main.py", row)) is not None
        ]
    finally:
        session.index.close()
    return "\n".join(found)


@pytest.mark.parametrize("expected", CASES)
def test_reasons(tmp_path: Path, expected: str) -> None:
    assert sentence(tmp_path, CASES[expected]) == expected


def test_nothing_is_explained_that_is_not_known(tmp_path: Path) -> None:
    assert not sentence(tmp_path, "def f(x):\n    x.go()\n")
