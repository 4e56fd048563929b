"""For coding agents: rules of the code base, what was shown to whom, whether they may write."""

from __future__ import annotations

# Here, since the command line of hooks loads nothing else before it reads the event.
MODES = ("auto", "supply", "refuse", "off", "observe")
"""What the guard does about a write that rests on what was not read: ``auto`` hands the code over
beside it, and refuses only what would overwrite code that was not seen; ``supply`` refuses it and
hands the code over, ``refuse`` only names what to read. With ``observe`` no hook says anything:
what happens is only recorded."""
OBSERVE = "observe"
