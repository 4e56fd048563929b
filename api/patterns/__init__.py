"""Patterns: how classes and functions of one kind are written in this code base.

A question leads to a *family* (:mod:`.family`), its members to *features* (:mod:`.features`), these
to *traits* with counts (:mod:`.traits`), and a *plan* to a *skeleton* (:mod:`.skeleton`).
:mod:`.neighbours` ranks what is like something, :mod:`.reuse` what does already what somebody is
about to write.
"""
