"""The registry of plugins says what their code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from flux_index.indexer.plugins import registry
from flux_index.indexer.plugins.plugin import Plugin

_HOOKS = {name for name in vars(Plugin) if not name.startswith("_")}
_CODED = [entry for entry in registry.PLUGINS if entry.hooks]


@pytest.mark.parametrize("entry", _CODED, ids=lambda entry: entry.module)
def test_entry_lists_the_hooks_that_the_plugin_overrides(entry: registry.Entry) -> None:
    overridden = {name for name in vars(type(registry.load(entry))) if name in _HOOKS}
    assert overridden == set(entry.hooks)


def test_every_module_has_an_entry() -> None:
    folder = Path(registry.__file__).parent
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__", "plugin", "registry"}
    assert modules == {entry.module for entry in _CODED}
