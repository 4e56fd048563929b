"""How the work of a question grows with its input: seconds of CPU from 1k to 64k, for each case.

    python growth.py [CASE …] [--from 1000] [--to 64000] [--seconds 60]
    python growth.py --workspaces [--from 2000] [--to 50000] [--plot FILE.svg]

The second shows CPU and memory of whole processes on whole workspaces, see `workspace_growth.py`.
An input that doubles may double the work, and a little more: n log n. The last column is the
exponent between the two largest sizes; whatever is well above 1 grows too fast. A case that takes
longer than ``--seconds`` is not asked for larger sizes. Of a file that takes more work than one
may, validate judges a part: such a case has an end, and does not tell how it would grow.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import time
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import workspace_growth

if TYPE_CHECKING:
    from collections.abc import Callable

# An exponent above this is not n log n; small times are noise.
TOO_FAST = 1.35


def _functions(n: int) -> str:
    return "".join(f"def f{i}(a, b={i}):\n    return f{i * 7 % n}(a)\n\n" for i in range(n))


def _methods(n: int) -> str:
    return "class C:\n" + "".join(f"    def m{i}(self):\n        return 1\n" for i in range(n))


def _attributes(n: int) -> str:
    assigned = "".join(f"        self.a{i} = self.a{max(i - 1, 0)}\n" for i in range(n))
    return "class C:\n    def __init__(self):\n" + assigned


def _assignments(n: int) -> str:
    head = "class C:\n    def __init__(self):\n        self.a = 0\n"
    return head + "        self.a += 1\n" * n


def _branches(n: int) -> str:
    return "a = 1\nif a: x = 0\n" + "".join(f"elif a == {i}: x = {i}\n" for i in range(n))


def _cases(n: int) -> str:
    return "a = 1\nmatch a:\n" + "".join(f"    case {i}: x = {i}\n" for i in range(n))


def _tests(n: int) -> str:
    tests = "".join(f"    if a.b{i}: x = a.g{i}(x)\n" for i in range(n))
    return f"def f(a):\n    x = None\n{tests}    return x.foo\n"


def _uses(n: int) -> dict[str, str]:
    text = "from base import f\n\n" + "".join(f"v{i} = f({i})\n" for i in range(n))
    return {"base.py": "def f(a):\n    return a\n", "x.py": text}


def _files(n: int) -> dict[str, str]:
    users = {f"p{i // 1000}/m{i}.py": f"from base import f\n\nf({i})\n" for i in range(n)}
    return {"base.py": "def f(a):\n    return a\n", **users}


def _everywhere(n: int) -> dict[str, str]:
    text = "class C{0}:\n    def run(self):\n        return {0}\n\n\nC{0}().run()\n"
    return {f"p{i // 1000}/m{i}.py": text.format(i) for i in range(n)}


def _dotted(n: int) -> dict[str, Any]:
    return {"query": "a" * min(n, 20_000)}


CASES: dict[str, tuple[str, Callable[[int], dict[str, str]], Callable[[int], dict[str, Any]]]] = {
    "exists: a name of n letters": ("exists", lambda _: {"x.py": "a = 1\n"}, _dotted),
    "exists: among n functions": (
        "exists", lambda n: {"x.py": _functions(n)}, lambda _: {"query": "x.f_1x"},
    ),
    "exists: among n methods": (
        "exists", lambda n: {"x.py": _methods(n)}, lambda _: {"query": "x.C.mm1"},
    ),
    "exists: n arguments": (
        "exists",
        lambda n: {"x.py": "def f(" + ", ".join(f"a{i}=1" for i in range(n)) + "): pass\n"},
        lambda n: {"query": "x.f(" + ", ".join(f"a{i}=" for i in range(min(n, 2_500))) + ")"},
    ),
    "outline: n functions": (
        "outline", lambda n: {"x.py": _functions(n)}, lambda _: {"path": "x.py"},
    ),
    "outline: n methods": (
        "outline", lambda n: {"x.py": _methods(n)}, lambda _: {"path": "x.py"},
    ),
    "outline: n functions of one name": (
        "outline",
        lambda n: {"x.py": "def f(a):\n    return a\n\n" * n},
        lambda _: {"path": "x.py"},
    ),
    "outline: n names": (
        "outline",
        lambda n: {"x.py": "".join(f"v{i} = {i}\n" for i in range(n))},
        lambda _: {"path": "x.py"},
    ),
    "references: n uses in one file": ("references", _uses, lambda _: {"name": "base.f"}),
    "references: n definitions of one name": (
        "references",
        lambda n: {"x.py": "def f(a):\n    return a\n\n" * n},
        lambda _: {"name": "x.f"},
    ),
    "references: n assignments of one name": (
        "references",
        lambda n: {"x.py": "".join(f"x = {i}\n" for i in range(n))},
        lambda _: {"name": "x.x"},
    ),
    "references: n assignments of one attribute": (
        "references",
        lambda n: {"x.py": _assignments(n)},
        lambda _: {"name": "x.C.a"},
    ),
    "references: n files": ("references", _files, lambda _: {"name": "base.f"}),
    "references: a method of n classes, a file each": (
        "references", _everywhere, lambda _: {"name": "C7.run"},
    ),
    "validate: n functions": (
        "validate", lambda n: {"x.py": _functions(n)}, lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n methods": (
        "validate", lambda n: {"x.py": _methods(n)}, lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n attributes": (
        "validate", lambda n: {"x.py": _attributes(n)}, lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n times x = x + 1": (
        "validate",
        lambda n: {"x.py": "x = 0\n" + "x = x + 1\n" * n},
        lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n branches of elif": (
        "validate",
        lambda n: {"x.py": _branches(n)},
        lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n cases": (
        "validate",
        lambda n: {"x.py": _cases(n)},
        lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n calls": (
        "validate", _uses, lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n statements of if": (
        "validate",
        lambda n: {"x.py": _tests(n)},
        lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n imports": (
        "validate",
        lambda n: {"x.py": "".join(f"import os as o{i}\no{i}.getcwd()\n" for i in range(n))},
        lambda _: {"path": "x.py", "whole": True},
    ),
    "validate: n edited functions": (
        "validate",
        lambda n: {"x.py": _functions(n)},
        lambda n: {"path": "x.py", "text": _functions(n).replace("return", "return 1 +")},
    ),
}  # fmt: skip


def measure(case: str, n: int) -> float:
    """Return the seconds of CPU that the question of a case takes for an input of some size."""
    from flux_index.api.open_workspace import OpenWorkspace
    from flux_index.api.operations.table import call
    from flux_index.indexer.index import Index

    operation, files, arguments = CASES[case]
    with TemporaryDirectory() as folder:
        root = f"{folder}/workspace"
        for path, text in files(n).items():
            os.makedirs(os.path.dirname(f"{root}/{path}"), exist_ok=True)
            with open(f"{root}/{path}", "w", encoding="utf-8") as file:
                file.write(text)
        with open(f"{root}/pyproject.toml", "w", encoding="utf-8") as file:
            file.write("[tool.flux-index]\nmax-file-size = 100000000\n")
        index = Index.open(root, cache_dir=f"{folder}/cache")
        if not index.become_writer():
            raise RuntimeError(f"{root} has another writer")
        index.build()
        workspace = OpenWorkspace(index, "live", shared=False)
        begun = time.process_time()
        call(workspace, operation, arguments(n))
        took = time.process_time() - begun
        workspace.close()
    return took


def _in_process_of_its_own(case: str, n: int, seconds: float) -> float | None:
    command = [sys.executable, __file__, "--one", case, str(n)]
    try:
        # Writing and indexing come first, and may take as long.
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=4 * seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        raise RuntimeError(f"{case}, {n}: {done.stderr}")
    return float(done.stdout)


def _show_workspaces(least: int, most: int, picture: str | None) -> None:
    """Print the table of workspaces from the least to the most files, and draw it."""
    sizes = [least, round(math.sqrt(least * most)), most] if most > least else [least]
    costs = []
    for size in sizes:
        costs.append(workspace_growth.measure(size))
        print(*workspace_growth.report(sizes[: len(costs)], costs), sep="\n", flush=True)
    if picture:
        with open(picture, "w", encoding="utf-8") as file:
            file.write(workspace_growth.plot(sizes, costs))


def main() -> None:
    """Print the table; the exit status is 1 when something grows too fast."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="those whose names contain it")
    parser.add_argument("--from", dest="least", type=int)
    parser.add_argument("--to", dest="most", type=int)
    parser.add_argument("--workspaces", action="store_true", help="whole processes, by files")
    parser.add_argument("--plot", help="with --workspaces: a picture to write, as SVG")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--one", nargs=2, metavar=("CASE", "N"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(measure(arguments.one[0], int(arguments.one[1])))
        return
    if arguments.workspaces:
        _show_workspaces(arguments.least or 2_000, arguments.most or 50_000, arguments.plot)
        return
    sizes = [arguments.least or 1_000]
    while sizes[-1] * 4 <= (arguments.most or 64_000):
        sizes.append(sizes[-1] * 4)
    print(f"{'':48}" + "".join(f"{size:>9,}" for size in sizes) + "   exponent")
    grows_too_fast = False
    for case in CASES:
        if arguments.cases and not any(part in case for part in arguments.cases):
            continue
        took: list[float] = []
        cells = ""
        for size in sizes:
            seconds = _in_process_of_its_own(case, size, arguments.seconds)
            cells += f"{'no end':>9}" if seconds is None else f"{seconds:>9.2f}"
            if seconds is not None:
                took.append(seconds)
            if seconds is None or seconds > arguments.seconds:
                break
        exponent = math.log(took[-1] / took[-2], 4) if len(took) > 1 and took[-1] > 0.2 else 0.0
        is_fast = exponent > TOO_FAST or len(took) < len(sizes)
        grows_too_fast = grows_too_fast or is_fast
        mark = "  TOO FAST" if is_fast else ""
        print(f"{case:48}{cells.ljust(9 * len(sizes))}   {exponent:.2f}{mark}", flush=True)
    sys.exit(grows_too_fast)


if __name__ == "__main__":
    main()
