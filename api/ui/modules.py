"""The view of modules: who imports whom in a folder, circles, and how large what is."""

from __future__ import annotations

from .around import Item
from .questions import Questions

# Rows of a matrix that can still be read.
_MOST = 45


async def modules(questions: Questions, below: str) -> Item:
    """Return the parts of a folder, the imports between them, and circles."""
    answer = await questions.ask("dependencies", below=below, limit=_MOST)
    answer["below"] = below
    return answer
