"""Snapshots: one generation of the index plus overlays, which every question is asked of."""

from __future__ import annotations

from .snapshot import Resolved, Snapshot, StaleError, View

__all__ = ["Resolved", "Snapshot", "StaleError", "View"]
