"""What agents' rule files are told."""

from __future__ import annotations


def rules_text(root: str) -> str:
    """The text for AGENTS.md and its like of a workspace, as Markdown without headings above."""
    del root
    return """\
## Before writing Python here: flux-index

An index of this workspace answers in milliseconds; nothing has to be guessed.

- Does an API exist, with these arguments? `flux-index query exists 'pkg.Class.method(keyword=)'`
- What is there already? `flux-index query symbols WORDS`, `outline FILE`, `members CLASS`
- How is it written? `flux-index query source NAME`; who uses it? `references NAME`
- After an edit: `flux-index validate` tells what is wrong and what it broke elsewhere.

Read the lines that you change as they are now, and a file like the one that you add."""
