"""What is known of frameworks and libraries, one module each."""

from __future__ import annotations
