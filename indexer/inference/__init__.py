"""Meaning from facts, on demand: imports, scopes, types, members and references."""
