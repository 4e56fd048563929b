"""Checks of an edit: the faults that it introduces, and those that it causes elsewhere.

An edit is two snapshots, before and after (:mod:`.edits`). Rules look at one file of a snapshot and
find faults (:mod:`.rules`); :mod:`.check` compares the faults of both snapshots, so that only what
an edit introduced or broke is reported.
"""
