"""The views of an index for people who ask it in SQL; `docs/sql.md` describes them.

The tables below them are packed for speed and change with any version; these views stay.
"""

from __future__ import annotations

from ..symbols import INSTANCE, KIND_NAMES, LOCAL

_KIND = " ".join(f"WHEN {number} THEN '{name}'" for number, name in KIND_NAMES.items())
# Four bytes of a list of files, the lowest first, as eight hexadecimal digits.
_DIGITS = "hex(substr(name.{column}, 4 * place.key + 1, 4))"


def _number(digits: str) -> str:
    """SQL that makes a number of eight digits, whose bytes are in the order of the machine."""
    order = (2, 1, 4, 3, 6, 5, 8, 7)
    return " + ".join(
        f"((instr('0123456789ABCDEF', substr({digits}, {at}, 1)) - 1) << {4 * power})"
        for power, at in enumerate(order)
    )


def _places(column: str) -> str:
    """SQL of a view of names with the files in one of their lists, one row for each file."""
    zeros = f"rtrim(replace(hex(zeroblob(length(name.{column}) / 4)), '00', '0,'), ',')"
    return (
        "SELECT name.text AS name, file.path AS path FROM name "
        f"JOIN json_each('[' || {zeros} || ']') AS place "
        f"JOIN file ON file.id = {_number(_DIGITS.format(column=column))}"
    )


VIEWS = {
    "files": (
        "SELECT path, size AS bytes, lower(hex(hash)) AS hash, nullif(error, '') AS error, "
        "(SELECT count(*) FROM symbol WHERE symbol.file = file.id) AS symbols FROM file"
    ),
    "symbols": (
        "SELECT symbol.name AS name, CASE container WHEN '' THEN symbol.name "
        "ELSE container || '.' || symbol.name END AS qualified, container, "
        f"CASE kind {_KIND} ELSE 'other' END AS kind, file.path AS path, line + 1 AS line, "
        f"(flags & {LOCAL}) != 0 AS is_local, (flags & {INSTANCE}) != 0 AS is_on_instance, "
        "nullif(summary, '') AS summary FROM symbol JOIN file ON file.id = symbol.file"
    ),
    "occurrences": _places("files"),
    "inheriting": _places("inherited"),
}
"""SQL of each view by its name."""

STATEMENTS = {name: f"CREATE VIEW {name} AS {select}" for name, select in VIEWS.items()}
"""What makes them, exactly as SQLite keeps it."""
