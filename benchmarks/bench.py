"""What all measures share: where they work, on what, and how often."""

from __future__ import annotations

import os
import shutil

import corpus


class Bench:
    """A copy of a code base in a folder of its own, with a cache of facts of its own."""

    def __init__(self, source: str, work: str, runs: int, peers_dir: str | None) -> None:
        self.runs = runs
        self.tree_name = os.path.basename(os.path.abspath(source))
        self._work = work
        self._peers_dir = peers_dir
        self.cache = self.fresh("cache")
        self.env = {"FLUX_INDEX_CACHE_DIR": self.cache, "PYTHONDONTWRITEBYTECODE": ""}
        self.tree = corpus.copy(source, self.path("first", self.tree_name))
        self.definition = corpus.DEFINITION
        self.references = corpus.REFERENCES
        self.repository = ""
        """A clone whose newest commits are judged."""

    def path(self, *parts: str) -> str:
        """A place in the working folder."""
        return os.path.join(self._work, *parts)

    def fresh(self, name: str) -> str:
        """An empty folder in the working folder."""
        folder = self.path(name)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        return folder

    def peer(self, program: str) -> str | None:
        """Path of an installed peer."""
        if self._peers_dir is not None:
            found = shutil.which(program, path=self._peers_dir)
            if found:
                return found
        return shutil.which(program)
