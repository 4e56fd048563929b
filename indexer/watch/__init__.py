"""Watching the disk: operating system events to batches of paths."""

from __future__ import annotations
