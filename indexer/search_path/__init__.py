"""Dependencies and the standard library: code outside of the workspace, known by files alone."""

from __future__ import annotations
