"""The editor's face: a language server over the same operations."""
