"""Evidence from how a code base is written, for what types do not tell."""

from __future__ import annotations
