"""Commands that check and test a workspace, from its configuration files."""

from __future__ import annotations

import os
import re
import tomllib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_TARGETS = ("test", "tests", "check", "lint", "format", "fmt", "typecheck", "types")
_LARGEST = 200_000


def commands(root: str) -> list[str]:
    """Commands that the workspace's own files name, what is run most first."""
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
    """The longest line that a formatter or linter is told to allow; 0 when none is told."""
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
    """The tables of tools in ``pyproject.toml``."""
    try:
        tools: dict[str, Any] = tomllib.loads(_read(root, "pyproject.toml")).get("tool", {})
    except tomllib.TOMLDecodeError:
        return {}
    # What is no table has no settings.
    return {name: table for name, table in tools.items() if hasattr(table, "get")}


def _read(root: str, name: str) -> str:
    try:
        with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
            return file.read(_LARGEST)
    except OSError:
        return ""
