"""Codebase rules: how to work in this workspace, for an agent's instructions.

Four rules that hold anywhere, made specific by what the index knows: where things live, what to
extend, how errors, logging, names and tests are written, which commands check it. Short, since an
agent reads them every time. The same workspace gives the same text. What the index knows stands in
a block of its own, as text of the repository: nobody who names a folder instructs an agent.
"""

from __future__ import annotations

import os
import re
from typing import Any

from ...indexer import symbols
from ...indexer.inference.entities import CLASS, OUTSIDE, name_of, qualified_name
from ...indexer.inference.inference import Inference
from ...indexer.text import UnreadableError, read
from ...indexer.toml import read_toml
from ...indexer.workspace.settings import table
from ..quoting import quoted
from .census import Census, frequent_bases, take_census
from .family import required_methods

_BASES, _HELPERS, _FIXTURES = 3, 3, 3
_HELPFUL = ("util", "helper", "common", "compat", "tools", "functional", "text", "misc")
_TARGETS = ("test", "tests", "check", "lint", "format", "fmt", "typecheck", "types")
_LARGEST = 200_000


_RULES = (
    "1. Read first what you change and use: `flux-index query source NAME`, `members CLASS`, "
    "`outline FILE`.",
    "2. Use only what exists: `query exists 'pkg.Class.method(arg=)'`. Extend, do not duplicate: "
    "`query reuse 'what it does'`.",
    "3. Do not break callers: `query references NAME`; `flux-index validate` judges edits.",
    "4. No stubs or placeholders; write as the code around it is written.",
)


def rules_text(inference: Inference) -> str:
    """Return the rules as Markdown, at most some 60 lines."""
    lines = ["## How to work in this code base", ""]
    lines += _RULES
    known = known_of(inference)
    if known:
        lines += ["", *quoted(f"- {each}" for each in known)]
    return "\n".join(lines) + "\n"


def known_of(inference: Inference) -> list[str]:
    """Return what the index knows of how code is written here, in sentences that are not quoted."""
    census = take_census(inference)
    root = inference.snapshot.index.workspace.root
    run = commands(root)
    known = [
        *_layout(census), *_bases(inference, census), *_helpers(census), *_style(root, census),
        *_errors(inference, census), *_tests(census),
    ]  # fmt: skip
    if run:
        known.append(f"Run: {', '.join(f'`{each}`' for each in run[:6])}.")
    return known


def _files(n: int) -> str:
    return f"{n} file{'s' if n != 1 else ''}"


def _layout(census: Census) -> list[str]:
    items: list[str] = []
    if census.folders:
        listed = ", ".join(f"`{name or '.'}/` ({n})" for name, n in _tops(census.folders))
        where = "most in" if census.n_files > 1 else "in"
        items.append(f"{_files(census.n_files)} of code, {where} {listed}.")
    if census.test_folders:
        listed = ", ".join(f"`{name or '.'}/` ({n})" for name, n in _tops(census.test_folders)[:2])
        names = census.test_names.most_common(1)
        called = f", called `{names[0][0]}`" if names and names[0][1] * 2 > census.n_tests else ""
        items.append(f"{_files(census.n_tests)} of tests in {listed}{called}.")
    return items


def _tops(folders: dict[str, int]) -> list[tuple[str, int]]:
    """Return the folders that hold most, as deep as they still hold a good part of all."""
    whole = sum(folders.values())
    below: dict[str, int] = {}
    for folder, n in folders.items():
        parts = folder.split("/")
        for depth in range(1, len(parts) + 1):
            name = "/".join(parts[:depth])
            below[name] = below.get(name, 0) + n
    chosen = [
        name
        for name, n in below.items()
        if n * 8 >= whole
        and not any(
            other != name and other.startswith(f"{name}/") and m * 1.4 > n
            for other, m in below.items()
        )
    ]
    chosen.sort(key=lambda name: (-below[name], name))
    kept: list[str] = []
    for name in chosen:
        if not any(name.startswith(f"{each}/") for each in kept):
            kept.append(name)
    return [(name, below[name]) for name in kept[:4]]


def _bases(inference: Inference, census: Census) -> list[str]:
    items: list[str] = []
    for base, n in frequent_bases(inference, census, _BASES):
        is_own = base.kind != OUTSIDE and not base.is_outside
        where = f" ({base.path})" if is_own else ""
        name = (name_of if is_own and base.kind == CLASS else qualified_name)(inference, base)
        required = list(required_methods(inference, base))[:3] if base.kind == CLASS else []
        defined = f", and define {', '.join(f'`{each}`' for each in required)}" if required else ""
        items.append(f"Derive from `{name}`{where}: {n} do{defined}.")
    return items


def _helpers(census: Census) -> list[str]:
    """Return modules of helpers that many others import."""
    ranked = [
        (name, n)
        for name, n in census.imported.most_common()
        if n > 2 and any(word in name.rpartition(".")[2] for word in _HELPFUL)
    ]
    if not ranked:
        return []
    listed = ", ".join(f"`{name}` ({n})" for name, n in ranked[:_HELPERS])
    return [f"Helpers, and how many files import them: {listed}."]


def _style(root: str, census: Census) -> list[str]:
    items: list[str] = []
    parts: list[str] = []
    if census.n_functions:
        share = census.n_annotated / census.n_functions
        if share > 0.8:
            parts.append(f"functions are annotated ({share:.0%})")
        elif share < 0.1:
            parts.append(f"functions are not annotated ({1 - share:.0%})")
    if census.n_public:
        share = census.n_documented / census.n_public
        if share > 0.6:
            parts.append(f"what is public has a docstring ({share:.0%})")
    style = census.doc_styles.most_common(1)
    if style and style[0][1] >= 3:
        parts.append(f"docstrings are in {style[0][0]} style ({style[0][1]})")
    length = line_length(root)
    if length:
        parts.append(f"lines have at most {length} characters")
    if parts:
        text = "; ".join(parts)
        items.append(f"{text[:1].upper()}{text[1:]}.")
    whole = census.n_relative + census.n_absolute
    if whole > 10:
        share = census.n_relative / whole
        if not 0.2 < share < 0.8:
            kind = "relative" if share >= 0.8 else "absolute"
            future = census.n_future * 10 > census.n_files * 8
            counted = f"{census.n_future} of {census.n_files}"
            start = "`from __future__ import annotations`"
            tail = f"; {counted} files begin with {start}" if future else ""
            most = max(share, 1 - share)
            items.append(f"Imports within the package are {kind} ({most:.0%}){tail}.")
    return items


def _errors(inference: Inference, census: Census) -> list[str]:
    items: list[str] = []
    own = [
        (name, census.raised[name])
        for name, _ in census.raised.most_common(40)
        if name and any(
            symbol
            for _, symbol in inference.snapshot.symbols_named([name])
            if symbol.kind in (symbols.CLASS, symbols.ENUM)
        )
    ]  # fmt: skip
    if own:
        listed = ", ".join(f"`{name}` ({n})" for name, n in own[:4] if n > 1)
        if listed:
            items.append(f"Errors of its own are raised: {listed}.")
    loggers = census.loggers.most_common(1)
    if loggers and loggers[0][1] > 1:
        items.append(f"Logging goes through `{loggers[0][0]}` ({_files(loggers[0][1])}).")
    return items


def _tests(census: Census) -> list[str]:
    whole = census.n_test_functions + census.n_test_methods
    if not whole:
        return []
    if census.n_test_functions >= census.n_test_methods:
        text = f"Tests are functions `test_*` ({census.n_test_functions} of {whole})"
    else:
        text = f"Tests are methods of classes ({census.n_test_methods} of {whole})"
    if census.fixtures:
        listed = ", ".join(f"`{name}`" for name, _ in census.fixtures.most_common(_FIXTURES))
        text += f", fixtures of conftest.py are {listed}"
    return [f"{text}."]


def commands(root: str) -> list[str]:
    """Return the commands that the workspace's own files name, what is run most first."""
    found = _make_targets(root)
    tools = _tools(root)
    has_pytest = "pytest" in tools or any(
        "[pytest]" in _read(root, name) or "[tool:pytest]" in _read(root, name)
        for name in ("pytest.ini", "tox.ini", "setup.cfg")
    )
    if has_pytest:
        found.append("pytest")
    elif os.path.isfile(os.path.join(root, "manage.py")):
        found.append("python manage.py test")
    for name, command in (
        ("tox.ini", "tox"), ("noxfile.py", "nox"), (".pre-commit-config.yaml", "pre-commit run -a"),
    ):  # fmt: skip
        if os.path.isfile(os.path.join(root, name)):
            found.append(command)
    if "tox" in tools and "tox" not in found:
        found.append("tox")
    for name, command in (
        ("ruff", "ruff check"), ("black", "black ."), ("mypy", "mypy"), ("pyright", "pyright"),
    ):  # fmt: skip
        config = {"ruff": "ruff.toml", "mypy": "mypy.ini", "pyright": "pyrightconfig.json"}
        if name in tools or os.path.isfile(os.path.join(root, config.get(name, "-"))):
            found.append(command)
    return list(dict.fromkeys(found))


def line_length(root: str) -> int:
    """Return the longest line that a formatter or linter is told to allow; 0 when none is told."""
    for name in ("ruff", "black"):
        length = _tools(root).get(name, {}).get("line-length")
        if isinstance(length, int):
            return length
    found = re.search(r"^max-line-length\s*=\s*(\d+)", _read(root, "setup.cfg"), re.MULTILINE)
    return int(found[1]) if found else 0


def _make_targets(root: str) -> list[str]:
    text = _read(root, "Makefile")
    there = set(re.findall(r"^([a-z][\w-]*)\s*:(?!=)", text, re.MULTILINE))
    return [f"make {target}" for target in _TARGETS if target in there]


def _tools(root: str) -> dict[str, dict[str, Any]]:
    """Return the tables of tools in ``pyproject.toml``."""
    tools = table(read_toml(_bytes(root, "pyproject.toml")), "tool")
    # What is no table has no settings.
    return {name: value for name, value in tools.items() if isinstance(value, dict)}


def _read(root: str, name: str) -> str:
    return _bytes(root, name).decode("utf-8", "replace")


def _bytes(root: str, name: str) -> bytes:
    try:
        return read(os.path.join(root, name), _LARGEST)
    except UnreadableError:  # a pipe among other things, which would be waited for
        return b""
