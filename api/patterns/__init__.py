"""Patterns: how classes and functions of one kind are written in this code base.

A question leads to a *family* (:mod:`.family`, :mod:`.kinds`), its members to *features*
(:mod:`.features`), these to a *statement* with counts (:mod:`.statement`), and the statement to a
*skeleton* (:mod:`.skeleton`). :mod:`.likeness` ranks what is like something, :mod:`.reuse` what
does already what somebody is about to write. What others derive from all of this is no part of it.
"""
