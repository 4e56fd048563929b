"""The pages of promises name tests that there are, and flux-index's own folder by its name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = ("security.md", "reliability.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_test_that_a_promise_names_is_there(page: str) -> None:
    text = (ROOT / "docs" / page).read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(named) > 5
    for path, name in named:
        source = (ROOT / path).read_text()
        assert re.search(rf"^ *(async )?def {name}\(", source, re.MULTILINE), f"{path}::{name}"


def test_what_is_developed_with_is_locked_with_hashes() -> None:
    for kind in ("runtime", "dev"):
        text = (ROOT / "requirements" / f"{kind}.txt").read_text()
        packages = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
        assert len(packages) > 20
        for package in packages:
            assert re.match(r"[\w.-]+(\[\w+\])?==\S+", package), package
            assert "--hash=sha256:" in package, package
        assert "://" not in text
