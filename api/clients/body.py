"""What agents' rule files are told."""

from __future__ import annotations


def rules_text(folder: str) -> str:
    """The rules of the code base around a folder, as Markdown; see :mod:`..agent.rules`."""
    from ..agent.rules import rules_text as rules_of
    from ..session import Session

    session = Session.open(folder)
    try:
        return rules_of(session.snapshot(whole=True).strict()).rstrip("\n")
    finally:
        session.close()
