"""Lines that an agent has to be shown before it may write."""

from __future__ import annotations

from dataclasses import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..source.text_edits import Ranges

UNREAD, CHANGED, SIBLING, API = "unread", "changed", "sibling", "api"


@dataclass(slots=True)
class ToRead:
    """Lines to be shown first: from ``first`` up to, not including, ``last``, counted from 0."""

    path: str
    first: int
    last: int
    why: str
    """UNREAD, CHANGED, SIBLING or API."""
    name: str = ""
    """The class or function, for an API."""
    changed: Ranges = field(default_factory=list["tuple[int, int]"])
    """The lines among them that have changed since they were shown."""
    text: str = ""
    """The lines, if they are supplied."""

    def reason(self) -> str:
        """Return which lines, and why they have to be read, as a sentence."""
        place = f"{self.path}:{self.first + 1}-{self.last}"
        if self.why == CHANGED:
            listed = ", ".join(
                f"{first + 1}-{last}" if last > first + 1 else f"{last}"
                for first, last in self.changed[:5]
            )
            is_plural = len(self.changed) > 1 or "-" in listed
            subject = f"lines {listed} have" if is_plural else f"line {listed} has"
            return f"{place} is not what it was when it was read: {subject} changed"
        if self.why == SIBLING:
            return f"{place} is how files beside the new one are written"
        if self.why == API:
            return f"{place} is `{self.name}`, which the new file uses"
        return f"{place} has not been read"
