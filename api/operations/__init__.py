"""The questions that can be asked of a workspace: a table of them, and modules by theme."""
