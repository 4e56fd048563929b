"""Parsed TOML, asked for what may be there in any shape, or not at all."""

from __future__ import annotations

from typing import Any, cast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .witness import Witness


def read_toml(data: bytes) -> dict[str, Any]:
    """Return a TOML document's tables; none if it is malformed."""
    tables, _ = parse_toml(data)
    return tables


def parse_toml(data: bytes) -> tuple[dict[str, Any], str]:
    """Return a TOML document's tables, and what is wrong with it or ''."""
    import tomllib

    try:
        return tomllib.loads(data.decode("utf-8-sig")), ""
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, str(error)
    except RecursionError:
        return {}, "it is nested too deeply"


def witnessed_toml(witness: Witness, path: str, label: str) -> dict[str, Any]:
    """Return the tables of a TOML file, noting as a problem if it is malformed."""
    data = witness.read(path)
    if data is None:
        return {}
    tables, wrong = parse_toml(data)
    if wrong:
        witness.problems.append(f"{label} is not valid TOML: {wrong}.")
    return tables


def is_table(value: object) -> bool:
    """Tell whether a value is a table."""
    return isinstance(value, dict)


def table(value: object, *keys: str) -> dict[str, Any]:
    """Return the table under nested keys, {} if there is none."""
    for key in keys:
        value = cast("dict[str, Any]", value).get(key) if isinstance(value, dict) else None
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def is_list(value: object) -> bool:
    """Tell whether a value is a list."""
    return isinstance(value, list)


def items(value: object) -> list[Any]:
    """Return a list's items; a single value, as many tools accept, is a list of it."""
    if value is None:
        return []
    return cast("list[Any]", value) if is_list(value) else [value]


def texts(value: object) -> list[str]:
    """Return the strings of a list, or of a single string."""
    return [item for item in items(value) if isinstance(item, str)]


def text_pairs(value: object) -> list[tuple[str, str]]:
    """Return the entries of a table of strings."""
    return [(key, item) for key, item in table(value).items() if isinstance(item, str)]


def path_dependencies(pyproject: dict[str, Any]) -> list[str]:
    """Return the folders that poetry and uv take dependencies from, as written."""
    poetry = table(pyproject, "tool", "poetry")
    groups = [poetry.get("dependencies"), poetry.get("dev-dependencies")]
    groups += [table(group).get("dependencies") for group in table(poetry, "group").values()]
    groups.append(table(pyproject, "tool", "uv").get("sources"))
    return [
        path
        for group in groups
        for dependency in table(group).values()
        for constraint in items(dependency)
        for path in texts(table(constraint).get("path"))
    ]
