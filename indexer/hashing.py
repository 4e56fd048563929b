"""BLAKE2b, without the rest of hashlib, which loads OpenSSL: that costs more than most answers."""

from __future__ import annotations

try:
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

__all__ = ["blake2b"]
