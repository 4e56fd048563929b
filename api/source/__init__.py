"""Helpers that work on source text."""

from __future__ import annotations
