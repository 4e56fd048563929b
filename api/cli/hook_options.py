"""The options of ``flux-index hook``, which hosts rarely give."""

from __future__ import annotations

from ..operations.table import Parameter
from ..sessions import MODES

# fmt: off
PARAMETERS = (
    Parameter("guard", "string",
        "What to do with an edit of lines that were not read: `auto` hands them over beside it and "
        "refuses what would overwrite them, `supply` refuses it and hands them over, `refuse` only "
        "names them, `off` does nothing.", default="auto", choices=MODES),
    Parameter("seconds", "number",
        "Computing time after which it answers with what it has found until then; by default so "
        "much that the whole process takes little more than 0.15 s."),
)
# fmt: on
