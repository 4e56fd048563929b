"""Fixes: how a finding can be mended."""

from __future__ import annotations
