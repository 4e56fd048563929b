"""Coroutines that nobody awaits, and what is awaited, iterated or entered in the wrong way."""

from __future__ import annotations

from pathlib import Path

import pytest
from fixtures_language import applied, check_findings, open_workspace, parse_fixture

RULES = ("missing-await", "not-awaitable", "async-iteration", "async-context")

WRONG = {
    "a result that is dropped": """
        import asyncio

        async def fetch():
            return 1

        class Client:
            async def close(self):
                pass

            async def run(self):
                self.close()
        #            ^^^^^ missing-await (not used)
                fetch()
        #       ^^^^^ missing-await
                asyncio.sleep(1)
        #               ^^^^^ missing-await
                await self.close()

        def stop(client: Client):
            client.close()
        #          ^^^^^ missing-await
    """,
    "a coroutine that is used as its value": """
        async def fetch():
            return ["a"]

        async def run():
            fetch().append(1)
        #   ^^^^^ missing-await (append)
            fetch()[0]
        #   ^^^^^ missing-await (subscriptable)
            for each in fetch():
        #               ^^^^^ missing-await (iterable)
                print(each)
            first, second = fetch()
        #                   ^^^^^ missing-await (unpack)
            if fetch():
        #      ^^^^^ missing-await (true)
                return f"{fetch()}"
        #                 ^^^^^ missing-await (formatted)
            if fetch() == ["a"]:
        #      ^^^^^ missing-await (compared)
                return first + fetch(), second
        #                      ^^^^^ missing-await (operand)
            return len(fetch())
        #              ^^^^^ missing-await (len)
    """,
    "a variable that holds a coroutine": """
        async def fetch():
            return {}

        async def run():
            found = fetch()
        #           ^^^^^ missing-await (found)
            return found["a"]

        async def drop():
            found = fetch()
        #           ^^^^^ missing-await (found)
    """,
    "a parameter that wants the value": """
        async def fetch() -> str:
            return "a"

        def show(text: str):
            return text

        async def run():
            show(fetch())
        #        ^^^^^ missing-await (show)
            show(text=fetch())
        #             ^^^^^ missing-await (show)
    """,
    "a sync function that hands a coroutine on": """
        async def fetch():
            return [1]

        def later():
            return fetch()

        async def run():
            for each in later():
                print(each)
    """,
    "what is not async": """
        class Box:
            pass

        def area() -> int:
            return 1

        def show():
            print("a")

        async def fetch():
            return 1

        async def run():
            await area()
        #   ^^^^^ not-awaitable (area)
            await Box()
        #   ^^^^^ not-awaitable (Box)
            await show()
        #   ^^^^^ not-awaitable (show)
            await fetch
        #   ^^^^^ not-awaitable (not called)
            await "a"
        #   ^^^^^ not-awaitable (str)
    """,
    "loops and contexts of the other kind": """
        from contextlib import asynccontextmanager

        async def numbers():
            yield 1

        @asynccontextmanager
        async def opened():
            yield 1

        class Lock:
            def __enter__(self):
                return self

            def __exit__(self, *error):
                pass

        async def run():
            for each in numbers():
        #               ^^^^^^^ async-iteration (async for)
                print(each)
            async for each in [1, 2]:
        #                     ^ async-iteration (list)
                print(each)
            with opened() as value:
        #        ^^^^^^ async-context (async with)
                print(value)
            with opened():
        #        ^^^^^^ async-context (async with)
                pass
            async with Lock() as lock:
        #              ^^^^ async-context (Lock)
                print(lock)
            async with Lock():
        #              ^^^^ async-context (Lock)
                pass
    """,
}
WRONG["a sync function that hands a coroutine on"] = """
        from collections.abc import Coroutine

        async def fetch():
            return [1]

        def later() -> Coroutine[None, None, list[int]]:
            return fetch()

        async def run():
            for each in later():
        #               ^^^^^ missing-await (iterable)
                print(each)
"""

FINE = {
    "coroutines that others run": """
        import asyncio

        async def fetch(number=1):
            return number

        async def run():
            task = asyncio.create_task(fetch())
            await asyncio.gather(fetch(), *[fetch(n) for n in range(3)])
            await asyncio.wait_for(fetch(), timeout=1)
            asyncio.ensure_future(fetch())
            async with asyncio.TaskGroup() as group:
                group.create_task(fetch())
            return task

        def main():
            asyncio.run(fetch())
            loop = asyncio.new_event_loop()
            loop.run_until_complete(fetch())
    """,
    "coroutines that are kept": """
        import asyncio

        async def fetch():
            return 1

        def later():
            return fetch()

        async def run():
            waiting = []
            waiting.append(fetch())
            listed = [fetch(), fetch()]
            first = fetch()
            second = fetch()
            named = {"a": fetch()}
            await asyncio.gather(*waiting, *listed, *named.values())
            await first
            second.close()
            return await later(), (await fetch()) + 1

        class Job:
            def __init__(self):
                self.coroutine = fetch()
    """,
    "a value that may be awaited": """
        import inspect

        async def fetch():
            return 1

        def plain():
            return 2

        async def run(fast):
            found = plain() if fast else fetch()
            if inspect.isawaitable(found):
                found = await found
            return found + 1
    """,
    "awaiting what nobody knows, or can be awaited": """
        import asyncio
        from unittest.mock import AsyncMock

        class Later:
            def __await__(self):
                yield

        class Client:
            def __getattr__(self, name):
                return name

        def start():
            return asyncio.get_event_loop().create_future()

        def wrap(function):
            async def inner():
                return function()
            return inner

        @wrap
        def area():
            return 1

        async def run(client, callback):
            await Later()
            await start()
            await client.send()
            await callback()
            await Client().anything()
            await AsyncMock()()
            await area()
    """,
    "methods that derived classes make async": """
        class Base:
            def run(self):
                pass

            async def start(self):
                await self.run()

        class Derived(Base):
            async def run(self):
                pass
    """,
    "contexts that are both": """
        class Lock:
            def __enter__(self): return self
            def __exit__(self, *error): pass
            async def __aenter__(self): return self
            async def __aexit__(self, *error): pass

        async def run():
            with Lock():
                pass
            async with Lock() as lock:
                print(lock)
    """,
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_found(tmp_path: Path, case: str) -> None:
    assert check_findings(tmp_path, WRONG[case], *RULES)


@pytest.mark.parametrize("case", FINE)
def test_legal_code_is_left_alone(tmp_path: Path, case: str) -> None:
    assert check_findings(tmp_path, FINE[case], *RULES) == []


def test_untyped_receivers_are_judged_by_the_methods_that_there_are(tmp_path: Path) -> None:
    found = check_findings(
        tmp_path,
        """
        class Mailbox:
            async def deliver_letter(self):
                pass

            def count_letters(self):
                return 1

        async def run(box):
            box.deliver_letter()
        #       ^^^^^^^^^^^^^^ missing-await
            await box.count_letters()
        #   ^^^^^ not-awaitable
        """,
        *RULES,
    )
    assert {each.severity for each in found} == {"hint"}


FIXES = {
    "await is put before the call": (
        "async def fetch(): ...\nasync def run():\n    fetch()\n",
        "async def fetch(): ...\nasync def run():\n    await fetch()\n",
    ),
    "await stands in parentheses where something is taken of the result": (
        "async def fetch(): return [1]\nasync def run():\n    return fetch()[0]\n",
        "async def fetch(): return [1]\nasync def run():\n    return (await fetch())[0]\n",
    ),
    "await is dropped": (
        "def area() -> int: return 1\nasync def run():\n    return await area()\n",
        "def area() -> int: return 1\nasync def run():\n    return area()\n",
    ),
}


@pytest.mark.parametrize("case", FIXES)
def test_fixes_are_safe(tmp_path: Path, case: str) -> None:
    from flux_index.api.check.check import check_change
    from flux_index.api.check.edits import unchanged

    text, expected = FIXES[case]
    session = open_workspace(tmp_path, parse_fixture(text))
    try:
        found = check_change(unchanged(session, ["main.py"]), whole=True)
    finally:
        session.index.close()
    (finding,) = [each for each in found if each.rule in RULES]
    (fix,) = finding.fixes
    assert fix.safe
    assert applied(text, [(edit.start, edit.end, edit.text) for edit in fix.edits]) == expected
