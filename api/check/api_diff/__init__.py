"""Differences between the API of files before and after an edit, and the uses they break."""

from __future__ import annotations
