"""What editors are told of the server's settings: the VS Code extension's schema, and the docs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from flux_index.api.ide.inlay_hints import ALL, ARGUMENTS
from flux_index.lsp.features import METHODS

ROOT = Path(__file__).resolve().parent.parent
MANIFEST: dict[str, Any] = json.loads((ROOT / "editors/vscode/package.json").read_text())
SCHEMA: dict[str, Any] = MANIFEST["contributes"]["configuration"]["properties"]
DOCS = (ROOT / "docs/editors.md").read_text()


def features() -> set[str]:
    """The features that can be turned off."""
    return {method.setting for method in METHODS.values()}


def settings() -> set[str]:
    """The other settings, as the sources ask for them."""
    sources = "\n".join(path.read_text() for path in (ROOT / "lsp").rglob("*.py"))
    named = set(re.findall(r'settings\.get\(\s*"([\w.]+)"', sources))
    return named | {f"inlayHints.{kind}" for kind in ALL}


def test_the_extension_has_every_setting_and_no_other() -> None:
    own = {"flux-index.path", "flux-index.trace.server"}
    known = {f"flux-index.features.{name}" for name in features()}
    known |= {f"flux-index.{name}" for name in settings()}
    assert set(SCHEMA) - own == known


def test_defaults_are_those_of_the_server() -> None:
    off = {name for name in features() if not SCHEMA[f"flux-index.features.{name}"]["default"]}
    assert off == {"documentLink"}  # VS Code underlines links all the time
    assert SCHEMA["flux-index.completion.limit"]["default"] == 300
    for kind in ALL:
        assert SCHEMA[f"flux-index.inlayHints.{kind}"]["default"] is (kind != ARGUMENTS)


def test_the_docs_have_every_setting() -> None:
    for name in features():
        assert f"`{name}`" in DOCS
    for name in settings():
        _, _, last = name.rpartition(".")
        assert f"`{name}`" in DOCS or f"`.{last}`" in DOCS, name


def test_the_extension_has_the_version_of_the_server() -> None:
    assert f'version = "{MANIFEST["version"]}"' in (ROOT / "pyproject.toml").read_text()
