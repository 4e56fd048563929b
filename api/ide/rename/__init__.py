"""Renaming symbols, and moving modules."""

from __future__ import annotations
