"""Modes of the guard of writes."""

from __future__ import annotations

MODES = ("auto", "supply", "refuse", "off")
"""What the guard does with a write that rests on what was not read: ``supply`` refuses it and hands
the code over, ``refuse`` only names what to read, ``auto`` is ``supply`` where the host does not
ask for the same itself."""
