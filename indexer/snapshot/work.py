"""The work that a question takes: counted, bounded, and to be called off.

Work is counted in steps of inference, not in seconds: the same question of the same code ends at the
same place on every machine. A single thing that is inferred may take only a part of it, and is
unknown when that is not enough; so one strange expression does not cost the answers on all others.
"""

from __future__ import annotations

from contextlib import contextmanager

from ..errors import OutOfWorkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Steps that a question may take; some 5,000 are a second. Judging a whole file takes 2,500, and
# 30,000 at most in code that people wrote.
_MOST = 1_000_000
# Steps that one thing may take that is asked of inference, with all that comes up on the way; in code
# that people wrote it is 3,500 at most.
MOST_FOR_ONE = 20_000
# Steps between two chances to call a question off.
EVERY = 32


class Work:
    """What one question, with all that is asked on the way to its answer, has taken so far."""

    __slots__ = ("_left", "interrupt", "left_out")

    def __init__(self, most: int = _MOST) -> None:
        """At most ``most`` steps may be taken."""
        self._left = most
        self.interrupt: Callable[[], None] | None = None
        """Called now and then; ends the question by raising."""
        self.left_out: list[str] = []
        """Sentences on what the answer leaves out."""

    def look(self, steps: int = 0) -> None:
        """Count steps; raises OutOfWorkError when there were too many, or what ``interrupt`` does."""
        self._left -= steps
        if self.interrupt is not None:
            self.interrupt()
        if self._left < 0:
            raise OutOfWorkError(
                "this takes more work than a single question may: ask about less at a time"
            )

    @contextmanager
    def part(self, most: int) -> Iterator[None]:
        """A part of the question that may take so many steps, which do not count for the rest."""
        before, self._left = self._left, most
        try:
            yield
        finally:
            self._left = before

    def leave_out(self, what: str) -> None:
        """Note what the answer leaves out, so that it can say so; the work for the rest goes on."""
        if what not in self.left_out:
            self.left_out.append(what)
