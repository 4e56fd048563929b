"""What an edit changed of what other files can see."""

from __future__ import annotations
