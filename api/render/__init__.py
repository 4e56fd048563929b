"""Answers as text: for people, for language models, for other tools."""

from __future__ import annotations
