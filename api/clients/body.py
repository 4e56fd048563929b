"""What agents' rule files are told."""

from __future__ import annotations


def rules_text(folder: str) -> str:
    """The rules of the code base around a folder, as Markdown; see :mod:`..agent.rules`."""
    from ..open_workspace import Session
    from ..patterns.guidelines import rules_text as rules_of

    session = Session.open(folder)
    try:
        return rules_of(session.inference(whole=True).strict()).rstrip("\n")
    finally:
        session.close()
