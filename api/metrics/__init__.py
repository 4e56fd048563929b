"""Figures of tasks that say whether checking helps: counted from the ledger, and as a page."""
