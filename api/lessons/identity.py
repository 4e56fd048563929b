"""What makes a lesson the same one, in every ledger and repository."""

from __future__ import annotations

from ...indexer.hashing import blake2b


def lesson_id(rule: str, subject: str, wrong: str, right: str) -> str:
    """Return the id of a lesson."""
    key = "\0".join((rule, subject, wrong, right)).encode("utf-8", "surrogatepass")
    return blake2b(key, digest_size=5).hexdigest()
