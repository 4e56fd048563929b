"""The driver: a model works on a task with the tools that agents get, every step judged.

Everything that needs a package of the extra ``agent`` stands in :mod:`.models`, :mod:`.toolbox` and
:mod:`.drive`; importing flux-index needs none of it.
"""
