"""Features of editors, without a protocol: one module for each."""

from __future__ import annotations
