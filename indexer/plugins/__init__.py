"""Frameworks and libraries whose run time makes what no definition shows, one module each.

A plugin is a subclass of :class:`~flux_index.indexer.plugins.plugin.Plugin` and an entry of
:data:`~flux_index.indexer.plugins.registry.PLUGINS`.
"""

from __future__ import annotations
