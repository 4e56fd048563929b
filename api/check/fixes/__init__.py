"""Fixes of findings: the table of them is in :mod:`.propose`, applying them in :mod:`.apply`."""

from __future__ import annotations
