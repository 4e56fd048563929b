"""Features of editors, without a protocol."""

from __future__ import annotations
