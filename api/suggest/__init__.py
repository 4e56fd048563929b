"""Suggestions: what is worth changing in a code base, found before anybody asks.

One module finds one kind. Each suggestion has a grade, evidence, and what would make it wrong.
"""
