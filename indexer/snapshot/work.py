"""The work that a question takes: counted, bounded, and to be called off.

Work is counted in steps of inference, not in seconds: the same question of the same code ends at
the same place on every machine. A single thing that is inferred may take only a part of it, and is
unknown when that is not enough; so one strange expression does not cost the answers on all others.
"""

from __future__ import annotations

from ..errors import OutOfWorkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .snapshot import Snapshot

# Steps that a question may take; some 5,000 are a second. Judging a whole file takes 2,500, and
# 30,000 at most in code that people wrote.
_MOST = 1_000_000
# Steps that one thing may take that is asked of inference, with all that comes up on the way; in
# code that people wrote it is 3,500 at most.
MOST_FOR_ONE = 20_000
# Steps between two chances to call a question off.
EVERY = 32


class Work:
    """What one question, with all that is asked on the way to its answer, has taken so far."""

    __slots__ = ("asked", "interrupt", "left", "left_out")

    def __init__(self, most: int = _MOST) -> None:
        """At most ``most`` steps may be taken."""
        self.left = most
        """Steps that may still be taken."""
        self.interrupt: Callable[[], None] | None = None
        """Called now and then; ends the question by raising."""
        self.left_out: list[str] = []
        """Sentences on what the answer leaves out."""
        self.asked: list[Snapshot] | None = None
        """Snapshots that were asked, while that is recorded; see :mod:`.recording`."""

    def look(self, steps: int = 0) -> None:
        """Count steps; raises OutOfWorkError when they are too many, or what ``interrupt`` does."""
        self.left -= steps
        if self.interrupt is not None:
            self.interrupt()
        if self.left < 0:
            raise OutOfWorkError(
                "this takes more work than a single question may: ask about less at a time"
            )

    def part(self, most: int) -> Part:
        """A part of the question that may take so many steps, which do not count for the rest."""
        return Part(self, most)

    def leave_out(self, what: str) -> None:
        """Note what the answer leaves out, so that it can say so; the work for the rest goes on."""
        if what not in self.left_out:
            self.left_out.append(what)


class Part:
    """A part of a question, while entered. No generator: those would cost every query an import."""

    __slots__ = ("_before", "_most", "_work")

    def __init__(self, work: Work, most: int) -> None:
        """At most ``most`` steps may be taken in it."""
        self._work = work
        self._most = most

    def __enter__(self) -> None:
        """Begin."""
        self._before, self._work.left = self._work.left, self._most

    def __exit__(self, *_: object) -> None:
        """Go on with the rest."""
        self._work.left = self._before
