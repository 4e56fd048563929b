"""For coding agents: rules of the code base, what was shown to whom, whether they may write."""

from __future__ import annotations

# Here, since the command line of hooks loads nothing else before it reads the event.
MODES = ("auto", "supply", "refuse", "off", "observe")
"""What the guard does with a write that rests on what was not read: ``supply`` refuses it and hands
the code over, ``refuse`` only names what to read, ``auto`` is ``supply`` where the host does not
ask for the same itself. With ``observe`` no hook says anything: what happens is only recorded."""
OBSERVE = "observe"
