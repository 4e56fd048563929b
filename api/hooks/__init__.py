"""The face that agents' hosts call before and after their tools run: ``flux-index hook EVENT``.

A host writes an event as JSON and reads a decision, for which it waits: a hook answers quickly, and
says nothing when there is nothing to say. Whatever goes wrong in it is logged and stops nobody.
"""
