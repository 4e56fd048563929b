"""Meaning: definitions found by what a description means, with a small embedding model.

An extra, `flux-index[semantic]`; which model, the user's settings say.
"""
