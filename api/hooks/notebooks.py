"""The code of notebooks: its cells one below the other, as one module."""

from __future__ import annotations

import json

from ..json_values import is_array, is_object

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# What IPython takes for itself.
_MAGIC = ("%", "!", "?")


def code_of(text: str) -> str:
    """Return the code of a notebook; empty for what is none."""
    return _joined(_cells(text))


def code_after(text: str, given: Mapping[str, Any]) -> str | None:
    """Return the code of a notebook after an edit of a cell; None for one that does not apply.

    ``given`` is the input of Claude Code's NotebookEdit: ``cell_id``, ``new_source``, ``cell_type``
    and ``edit_mode``, which is ``replace``, ``insert`` (behind the cell) or ``delete``.
    """
    cells = _cells(text)
    ids = [each.get("id", f"cell-{at}") for at, each in enumerate(cells)]
    cell, mode = given.get("cell_id"), given.get("edit_mode", "replace")
    at = ids.index(cell) if cell in ids else -1
    new = {"cell_type": given.get("cell_type", "code"), "source": given.get("new_source", "")}
    if mode == "insert":
        cells.insert(at + 1, new)
    elif at < 0:
        return None
    elif mode == "delete":
        del cells[at]
    else:
        kind = given.get("cell_type") or cells[at].get("cell_type")
        cells[at] = {**new, "cell_type": kind}
    return _joined(cells)


def _cells(text: str) -> list[dict[str, Any]]:
    try:
        notebook = json.loads(text)
    except ValueError:
        return []
    cells = notebook.get("cells") if is_object(notebook) else None
    return [dict(each) for each in cells if is_object(each)] if is_array(cells) else []


def _joined(cells: list[dict[str, Any]]) -> str:
    lines: list[str] = []
    for cell in cells:
        if cell.get("cell_type") == "code":
            source: Any = cell.get("source", "")
            source = "".join(map(str, source)) if is_array(source) else str(source)
            lines += ["" if line.startswith(_MAGIC) else line for line in source.split("\n")]
    return "\n".join(lines) + "\n"
