"""The face that agents' hosts call before and after their tools run."""

from __future__ import annotations
