"""Proving or refuting an edit: what it gets wrong, and what it breaks.

An edit is two snapshots, before and after (:mod:`.edits`). Rules look at one file of a snapshot and
find faults (:mod:`.rules`); :mod:`.judge` compares the faults of both snapshots, so that what an
edit is told is what it introduced or broke, and nothing else.
"""
