"""Why a run ends: reasons with their exit codes, and the exception that ends one."""

from __future__ import annotations

DONE, BUDGET, NO_PROGRESS = "done", "budget", "no progress"
REFUSED, MODEL_ERROR, VERIFY_FAILED = "refused by the user", "model error", "verify failed"
INTERRUPTED = "interrupted"

EXIT_CODES: dict[str, int] = {
    DONE: 0,
    VERIFY_FAILED: 1,
    # 2 is a command line that is wrong, as for all commands.
    BUDGET: 3,
    NO_PROGRESS: 4,
    REFUSED: 5,
    MODEL_ERROR: 6,
    # As shells have it of a process that was interrupted.
    INTERRUPTED: 130,
}
"""What the process ends with, by reason."""


class Stop(Exception):  # noqa: N818 - the end of a run is no error
    """The end of a run, for a reason of :data:`EXIT_CODES`, with a sentence that says more."""

    def __init__(self, reason: str, why: str = "") -> None:
        super().__init__(f"{reason}: {why}" if why else reason)
        self.reason = reason
        self.why = why
