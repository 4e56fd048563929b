"""The SQLite store of facts: one writer, many readers, rebuilt whenever it cannot be trusted."""
