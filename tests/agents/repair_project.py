"""A little project in which a model is going to call what is not there."""

from __future__ import annotations

import subprocess
from pathlib import Path

from workspace_helpers import plant

PROVIDERS = '''\
"""Language models behind one interface."""


class BaseProvider:
    """What every provider offers."""

    def __init__(self, model: str) -> None:
        self.model = model

    def send_message(self, prompt: str, *, temperature: float = 0.0) -> str:
        """Send a prompt and return the model's answer."""
        raise NotImplementedError

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text."""
        return len(text) // 4
'''
FIXER = '''\
"""Repairs source code with the help of a language model."""

from repair.providers import BaseProvider


class Fixer:
    """Asks a model to repair code."""

    def __init__(self, llm: BaseProvider) -> None:
        self.llm = llm
'''
WRONG = "        return self.llm.generate_fix(source)\n"
"""A call of what no provider has, as a model makes it up."""
RIGHT = "        return self.llm.send_message(source)\n"
METHOD = "\n    def fix(self, source: str) -> str:\n"


def make_project(folder: Path) -> Path:
    """The project, in a repository with one commit."""
    plant(
        folder,
        "pyproject.toml repair/__init__.py",
        {
            "repair/providers.py": PROVIDERS,
            "repair/fixer.py": FIXER,
            ".gitignore": ".aider*\n.flux-index/\n",
        },
    )
    for arguments in (
        ("init", "--quiet"),
        ("config", "user.name", "Nobody"),
        ("config", "user.email", "nobody@example.com"),
        ("add", "--all"),
        ("commit", "--quiet", "--message", "Start"),
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    return folder
