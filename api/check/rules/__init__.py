"""Rules: one module for each family, and :mod:`.table`, which lists them all."""

from __future__ import annotations
