"""What rules find, and how it may be mended."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...indexer.inference.entities import Entity

ERROR, WARNING, HINT = "error", "warning", "hint"


class Edit:
    """A piece of a file to be replaced: byte offsets of its normalized text, and the new text."""

    __slots__ = ("end", "path", "start", "text")

    def __init__(self, path: str, start: int, end: int, text: str) -> None:
        """Replace ``start`` to ``end``."""
        self.path = path
        self.start = start
        self.end = end
        self.text = text


class Fix:
    """A way to mend a fault: what it does in a few words, and the edits that do it.

    A ``safe`` fix keeps what the code means, or gives it the only meaning that it can have.
    """

    __slots__ = ("edits", "safe", "title")

    def __init__(self, title: str, edits: list[Edit], *, safe: bool = False) -> None:
        """Describe a fix."""
        self.title = title
        self.edits = edits
        self.safe = safe


class Finding:
    """A fault: which rule found it, where, how sure that is, and what is there instead.

    ``start`` and ``end`` are byte offsets of the file's normalized text. ``subject`` is what the
    fault is about, as it is spelled: with rule, path and surrounding definition it identifies the
    fault, so that it stays the same one when lines move. ``nearest`` are entities that do exist.
    """

    __slots__ = (
        "end",
        "evidence",
        "fixes",
        "id",
        "message",
        "nearest",
        "path",
        "rule",
        "severity",
        "start",
        "subject",
    )

    def __init__(
        self,
        rule: str,
        path: str,
        start: int,
        end: int,
        message: str,
        *,
        subject: str,
        severity: str = ERROR,
        evidence: str = "exact",
        nearest: list[Entity] | None = None,
        fixes: list[Fix] | None = None,
    ) -> None:
        """Describe a fault."""
        self.rule = rule
        self.path = path
        self.start = start
        self.end = end
        self.message = message
        self.subject = subject
        self.severity = severity
        self.evidence = evidence
        self.nearest = nearest or []
        self.fixes = fixes or []
        # Given by the judge, who sees all faults of a file: equal ones are counted through.
        self.id = ""
